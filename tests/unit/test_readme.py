"""The tour in README.md runs and prints what it says."""

import doctest
import re
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_the_tour_runs_as_printed() -> None:
    flags = doctest.NORMALIZE_WHITESPACE | doctest.ELLIPSIS
    found = doctest.testfile(str(ROOT / "README.md"), module_relative=False, optionflags=flags)
    assert found.attempted > 8
    assert found.failed == 0


def test_the_files_it_points_to_exist() -> None:
    for link in re.findall(r"\]\(([^)#]+)\)", (ROOT / "README.md").read_text(encoding="utf-8")):
        assert (ROOT / link).exists(), link
