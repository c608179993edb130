"""What no file of the project may hold."""

import re
from pathlib import Path

import pytest

from tests.architecture.scan import ROOT, lines, project_files

# Each pattern is written so that it does not find itself.
MACHINE = re.compile(r"(?<![\w.])/(?:work|root|home|Users)/\w")
INDEX_HOST = re.compile(r"pypi[.]org|pythonhosted[.]org|npmjs[.]org|debian[.]org|anaconda[.]org")
TRACKER = re.compile(r"\bissues? #?\d+\b|\bshared/doc[s]\b", re.IGNORECASE)
LEFT_OPEN = re.compile(r"\b(?:TO[D]O|FIX[M]E|XX[X]|NotImplemente[d]Error)\b")
INDEX_SETTING = re.compile(r"://|^-|--(?:extra-)?index|--find-links|--trusted-host| @ |^\s*/|file:")


def found(pattern: re.Pattern[str], files: tuple[Path, ...]) -> list[str]:
    """List file:line of every match."""
    return [
        f"{path.relative_to(ROOT)}:{number}: {line.strip()[:100]}"
        for path in files
        for number, line in enumerate(lines(path), 1)
        if pattern.search(line)
    ]


@pytest.mark.parametrize("lock", ["requirements.lock", "requirements-lab.lock"])
def test_a_lock_names_no_place(lock: str) -> None:
    assert not found(INDEX_SETTING, (ROOT / lock,))


@pytest.mark.parametrize("lock", ["requirements.lock", "requirements-lab.lock"])
def test_every_pin_of_a_lock_has_a_hash(lock: str) -> None:
    text = (ROOT / lock).read_text()
    pins = re.split(r"\n(?=\S)", text.strip())
    assert len(pins) > 50
    assert all(re.match(r"[\w.-]+(\[[\w,-]+\])?==", pin) and "--hash=sha256:" in pin for pin in pins)


def test_the_lock_of_the_lab_is_part_of_the_lock_of_the_tests() -> None:
    def pins(lock: str) -> set[str]:
        return {line.split()[0] for line in lines(ROOT / lock) if re.match(r"[\w.\[\],-]+==", line)}

    assert pins("requirements-lab.lock") < pins("requirements.lock")


@pytest.mark.parametrize("pattern", [MACHINE, INDEX_HOST, TRACKER], ids=["machine", "index host", "tracker"])
def test_no_file_names_a_place_that_readers_do_not_have(pattern: re.Pattern[str]) -> None:
    assert not found(pattern, project_files())


def test_nothing_is_left_open() -> None:
    texts = tuple(path for path in project_files() if path.suffix in {".py", ".md", ".ipynb", ".toml"})
    assert not found(LEFT_OPEN, texts)


@pytest.mark.parametrize(
    ("pattern", "line"),
    [
        (MACHINE, "see /" + "home/someone/file"),
        (INDEX_HOST, "https://files.python" + "hosted.org/x"),
        (TRACKER, "as issue" + " 12 says"),
        (LEFT_OPEN, "# TO" + "DO: later"),
        (INDEX_SETTING, "--index" + "-url x"),
        (INDEX_SETTING, "numpy @ file" + ":x"),
    ],
)
def test_the_patterns_see(pattern: re.Pattern[str], line: str) -> None:
    assert pattern.search(line)
