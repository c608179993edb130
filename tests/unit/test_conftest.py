"""A skip for lack of data is a skip at home and a failure under CI; other skips stay skips."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

LACKING = {
    "data": "def test(real_data): pass",
    "browser": "import pytest\n@pytest.mark.skipif(True, reason='chromium not found')\ndef test(): pass",
    "module": "import pytest\npytest.importorskip('no_such_module')\ndef test(): pass",
}
OTHER = {"other": "import pytest\ndef test(): pytest.skip('no AVX2 on this machine')"}


def outcomes(folder: Path, tests: dict[str, str], **environment: str) -> dict[str, str]:
    """Run each test under our conftest in a process of its own; name -> SKIPPED, FAILED or ERROR."""
    shutil.copy(Path(__file__).parents[1] / "conftest.py", folder)
    for name, source in tests.items():
        (folder / f"test_{name}.py").write_text(source)
    kept = {k: v for k, v in os.environ.items() if k not in ("CI", "GREEKSLAB_REAL_DATA", "PYTEST_ADDOPTS")}
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-rA", "--no-fold-skipped", "--continue-on-collection-errors"]
        + ["--rootdir", folder, folder]
        + [f"-pno:{plugin}" for plugin in ("nbval", "randomly", "xdist", "cacheprovider")],
        env=kept | environment,
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    # A skip names file:line, or the conftest of the fixture that skipped after the test's name.
    return {name: state for state, name in re.findall(r"^(\w+) .*?test_(\w+)\.py", done.stdout, re.M)}


@pytest.mark.parametrize(("environment", "expected"), [({}, "SKIPPED"), ({"CI": "true"}, "FAILED or ERROR")])
def test_what_lacks_skips_at_home_and_fails_under_ci(
    environment: dict[str, str], expected: str, tmp_path: Path
) -> None:
    seen = outcomes(tmp_path, LACKING | OTHER, **environment)
    assert seen.pop("other") == "SKIPPED"
    assert seen.keys() == LACKING.keys()
    assert all(state in expected for state in seen.values()), seen


def test_a_single_missing_file_is_named(tmp_path: Path) -> None:
    source = {"file": "def test(real_data): real_data / 'venue' / 'no_such_file.csv'"}
    (tmp_path / "venue").mkdir()
    data = {"GREEKSLAB_REAL_DATA": str(tmp_path)}
    assert outcomes(tmp_path, source, **data) == {"file": "SKIPPED"}
    assert outcomes(tmp_path, source, CI="true", **data) == {"file": "FAILED"}
