"""Packaged files are found in a checkout; the installed wheel is tried in architecture/test_install.py."""

import pytest

from greekslab import share


@pytest.mark.parametrize("folder", share.FOLDERS)
def test_every_folder_that_is_promised_is_there(folder: str) -> None:
    assert share.path(folder).is_dir()


def test_a_missing_file_is_named() -> None:
    with pytest.raises(FileNotFoundError, match=r"data/no_such_table\.csv"):
        share.path("data", "no_such_table.csv")


@pytest.mark.parametrize("parts", [(), ("tests",), ("..", "data")])
def test_what_no_wheel_carries_is_refused(parts: tuple[str, ...]) -> None:
    with pytest.raises(ValueError, match="packaged folders are notebooks, glossary, data"):
        share.path(*parts)
