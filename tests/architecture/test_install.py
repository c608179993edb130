"""A wheel, built from the source distribution, works in an environment that has never seen the checkout."""

import os
import subprocess
import sys
import sysconfig
import tarfile
import venv
from pathlib import Path

import pytest

from greekslab.share import FOLDERS
from tests.architecture.scan import ROOT, project_files

pytestmark = pytest.mark.slow


def run(*command: str | Path, cwd: Path) -> str:
    """Run a command and return what it printed; fail with its errors."""
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONPATH"}
    done = subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="session")
def dist(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the source distribution and of the wheel that was built from it."""
    out = tmp_path_factory.mktemp("dist")
    run(sys.executable, "-m", "build", "--no-isolation", "--outdir", out, ROOT, cwd=out)
    return out


@pytest.fixture(scope="session")
def installed(dist: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The scripts of an environment that holds the wheel, and borrows the libraries of this one."""
    root = tmp_path_factory.mktemp("env")
    venv.create(root, with_pip=False, symlinks=True)
    python = root / "bin" / "python"
    (wheel,) = dist.glob("*.whl")
    pip = (sys.executable, "-m", "pip", "--python", python)
    run(*pip, "install", "--no-deps", "--no-index", wheel, cwd=root)
    # A .pth line adds one folder, and does not follow the .pth files in it: the editable install of
    # this environment, which leads to the checkout, stays out.
    (site,) = (root / "lib").glob("python*/site-packages")
    (site / "borrowed.pth").write_text(sysconfig.get_path("purelib"))
    return python.parent


def test_the_source_distribution_holds_every_file_of_the_project(dist: Path) -> None:
    (archive,) = dist.glob("*.tar.gz")
    with tarfile.open(archive) as tar:
        held = {name.partition("/")[2] for name in tar.getnames()}
    assert {str(path.relative_to(ROOT)) for path in project_files()} <= held


def test_the_package_comes_from_the_wheel(installed: Path) -> None:
    where = run(installed / "python", "-c", "import greekslab.share as s; print(s.__file__)", cwd=installed)
    assert Path(where.strip()).is_relative_to(installed.parent)


@pytest.mark.parametrize("folder", FOLDERS)
def test_folders_come_along(folder: str, installed: Path) -> None:
    code = f"from greekslab import share; print(*share.path({folder!r}).rglob('*'), sep='\\n')"
    packaged = {Path(line).name for line in run(installed / "python", "-c", code, cwd=installed).splitlines()}
    expected = {path.name for path in project_files() if path.is_relative_to(ROOT / folder)}
    assert expected
    assert expected <= packaged


@pytest.mark.parametrize("command", [["--help"], ["lab", "--help"]])
def test_the_command_line_helps(command: list[str], installed: Path) -> None:
    assert "usage: greekslab" in run(installed / "greekslab", *command, cwd=installed)


def test_the_lab_opens_a_copy_and_keeps_what_a_reader_wrote(installed: Path, tmp_path: Path) -> None:
    """From the wheel alone: nothing leads back to the checkout."""
    first = run(installed / "greekslab", "lab", "--dest", "mine", "--no-open", cwd=tmp_path)
    copy = tmp_path / "mine" / "notebooks" / "00_map.ipynb"
    assert str(tmp_path) in first
    assert copy.read_bytes() == (ROOT / "notebooks" / "00_map.ipynb").read_bytes()
    assert (tmp_path / "mine" / "glossary" / "vanna.md").exists()
    copy.write_text("my own", encoding="utf-8")
    again = run(installed / "greekslab", "lab", "--dest", "mine", "--no-open", cwd=tmp_path)
    assert "kept" in again
    assert copy.read_text(encoding="utf-8") == "my own"


def test_the_packaged_chain_comes_along(installed: Path, tmp_path: Path) -> None:
    printed = run(installed / "greekslab", "chain", cwd=tmp_path)
    assert "gamma_usd_1pct" in printed
    assert "partial" in printed
