"""What the architecture tests look at: the package's modules as syntax trees, the project's files as text."""

import ast
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
MODULES = sorted((ROOT / "greekslab").rglob("*.py"))
each_module = pytest.mark.parametrize("module", MODULES, ids=lambda path: str(path.relative_to(ROOT)))


@cache
def tree(module: Path) -> ast.Module:
    """Read a module as a syntax tree."""
    return ast.parse(module.read_text(encoding="utf-8"))


@cache
def project_files() -> tuple[Path, ...]:
    """Every file that git tracks, or would if it were added now."""
    listing = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    done = subprocess.run(listing, cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip("not a git checkout: which files belong to the project is not known")
    return tuple(path for name in done.stdout.split("\0") if name and (path := ROOT / name).is_file())


@cache
def lines(path: Path) -> tuple[str, ...]:
    """Read a file's lines; a picture has none."""
    try:
        return tuple(path.read_text(encoding="utf-8").splitlines())
    except UnicodeDecodeError:
        return ()


def dotted(node: ast.expr) -> str:
    """Spell the name that an expression reads, as `np.random.seed`; a part that is no name reads `?`."""
    if isinstance(node, ast.Attribute):
        return f"{dotted(node.value)}.{node.attr}"
    return node.id if isinstance(node, ast.Name) else "?"


def calls(module: ast.Module) -> Iterator[tuple[str, ast.Call]]:
    """Find every call, with the name that it calls."""
    for node in ast.walk(module):
        if isinstance(node, ast.Call):
            yield dotted(node.func), node


def imports(module: ast.AST) -> Iterator[str]:
    """Find the name of every module that is imported anywhere."""
    for node in ast.walk(module):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module
