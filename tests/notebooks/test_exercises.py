"""Exercises: the folded solution is right, a likely mistake gets its hint, a blank says nothing."""

import json
import re
from typing import Any

import pytest

from greekslab import share

WRONG = {
    "my_signs": ["book['right']", "-book['right']", "np.where(book['right'] == 1, 2.0, -1.0)"],
    "my_trade": ["-2 * gamma", "gamma", "delta * -0.02", "2 * gamma / 100"],
    "my_straddles": ["0.0", "vega(short) / vega(straddle)", "-vega(short)"],
}
"""Exercise -> answers that people give: wrong side, half the size, the wrong Greek, a factor of 100."""
NAMES = sorted(WRONG)


def code_of(cell: dict[str, Any]) -> str:
    lines = "".join(cell["source"]).splitlines()
    return "\n".join(line for line in lines if not line.startswith("%"))


@pytest.fixture(scope="module")
def cells() -> list[dict[str, Any]]:
    return json.loads(share.path("notebooks", "09_the_book.ipynb").read_text(encoding="utf-8"))["cells"]


@pytest.fixture(scope="module")
def lesson(cells: list[dict[str, Any]]) -> dict[str, Any]:
    """The names that a reader has who ran the notebook."""
    space: dict[str, Any] = {}
    for cell in cells:
        if cell["cell_type"] == "code":
            exec(code_of(cell), space)
    return space


def exercise(cells: list[dict[str, Any]], name: str) -> tuple[str, str]:
    """The starter's code and the solution's."""
    number = next(n for n, cell in enumerate(cells) if code_of(cell).startswith(f"{name} = None"))
    text = "".join(cells[number + 1]["source"])
    solution = re.search(rf"```python\n(.*?)```|`({name} = [^`]*)`", text, re.DOTALL)
    assert solution is not None
    return code_of(cells[number]), (solution[1] or solution[2]).strip()


def answered(starter: str, name: str, answer: str) -> str:
    return re.sub(rf"^{name} = None.*$", lambda _: answer, starter, flags=re.MULTILINE)


def test_every_exercise_is_tried(cells: list[dict[str, Any]]) -> None:
    code = "\n".join(code_of(cell) for cell in cells if cell["cell_type"] == "code")
    assert sorted(re.findall(r"^(my_\w+) = None", code, re.MULTILINE)) == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_the_folded_solution_is_right(
    name: str, cells: list[dict[str, Any]], lesson: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    starter, solution = exercise(cells, name)
    space = dict(lesson)
    before, _, last = solution.rpartition(f"{name} = ")
    exec(starter + "\n" + before, space)
    assert capsys.readouterr().out == ""
    exec(answered(starter, name, f"{name} = {last}"), space)
    assert capsys.readouterr().out == "right\n"


@pytest.mark.parametrize(("name", "answer"), [(name, answer) for name in NAMES for answer in WRONG[name]])
def test_a_mistake_is_refused_with_a_hint(
    name: str, answer: str, cells: list[dict[str, Any]], lesson: dict[str, Any]
) -> None:
    starter, solution = exercise(cells, name)
    space = dict(lesson)
    exec(starter + "\n" + solution.rpartition(f"{name} = ")[0], space)
    with pytest.raises(AssertionError, match=r"\w+ \w+"):
        exec(answered(starter, name, f"{name} = {answer}"), space)
