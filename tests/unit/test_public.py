"""The public face: what is listed is there, and everything that lists it agrees."""

from __future__ import annotations

import ast
import inspect
from pathlib import Path

import pytest

import greekslab as gl

MODULES = {"plots", "widgets"}


def test_the_three_lists_agree() -> None:
    """Names for `import *`, homes for the first use, imports for editors."""
    tree = ast.parse(Path(inspect.getfile(gl)).read_text(encoding="utf-8"))
    guarded = next(node for node in tree.body if isinstance(node, ast.If))
    homes = {
        (node.module or "").removeprefix("greekslab."): {name.name for name in node.names}
        for node in guarded.body
        if isinstance(node, ast.ImportFrom)
    }
    assert homes.pop("greekslab") == MODULES
    assert homes == {module: set(names) for module, names in gl._HOME.items()}
    assert set(gl.__all__) == MODULES.union(*homes.values())


@pytest.mark.parametrize("name", sorted(set(gl.__all__) - MODULES))
def test_every_name_is_there_and_documented(name: str) -> None:
    assert inspect.getdoc(getattr(gl, name))
    assert name in dir(gl)


def test_functions_win_over_the_modules_of_their_names() -> None:

    assert inspect.isfunction(gl.exposure)
    assert inspect.isfunction(gl.greeks)


def test_an_unknown_name_is_refused() -> None:
    with pytest.raises(AttributeError, match="no attribute 'vana'"):
        gl.vana  # noqa: B018
