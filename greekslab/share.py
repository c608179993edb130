"""Where the folders that travel with the package lie: notebooks, glossary, data, settings of the lab."""

from pathlib import Path

__all__ = ["FOLDERS", "path"]

FOLDERS = ("notebooks", "glossary", "data", ".jupyter")
_HERE = Path(__file__).parent


def path(*parts: str) -> Path:
    """Find a packaged file or folder, in an installed wheel as in a checkout.

    Parameters
    ----------
    *parts : str
        The way from the top of the repository, its first part one of `FOLDERS`.

    Returns
    -------
    Path, existing; to be read only (what a reader changes is a copy)

    Raises
    ------
    ValueError
        If the first part is not one of `FOLDERS`: nothing else comes along in a wheel.
    FileNotFoundError
        If it is not there; the message names what was looked for, and where.

    Examples
    --------
    >>> path("data", "README.md").name
    'README.md'
    """
    if not parts or parts[0] not in FOLDERS:
        raise ValueError(f"packaged folders are {', '.join(FOLDERS)}; got {parts}")
    packaged = _HERE / "_share"
    found = (packaged if packaged.is_dir() else _HERE.parent).joinpath(*parts)
    if not found.exists():
        raise FileNotFoundError(f"greekslab has no packaged {'/'.join(parts)} (looked for {found})")
    return found
