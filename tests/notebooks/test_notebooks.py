"""What every notebook keeps to: its form, its budget, its links, and numbers that a cell has printed."""

import json
import re
import statistics
from functools import cache
from itertools import chain
from pathlib import Path
from typing import Any

import pytest

from greekslab import share
from tools.notebooks import normal, text_of

NOTEBOOKS = sorted(share.path("notebooks").glob("*.ipynb"))
TERMS = sorted(share.path("glossary").glob("*.md"))
MAP = "00_map.ipynb"
each_notebook = pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.name)

LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
MACHINE = re.compile(r"(?<![\w.:/])/(?:[a-z]\w*/){2,}")
NUMBER = re.compile(r"(?<![\w.])\d{1,3}(?:,\d{3})+(?:\.\d+)?|(?<![\w.])\d+\.\d+")


@cache
def cells_of(path: Path) -> list[dict[str, Any]]:
    """The cells, each source as one text."""
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    return [cell | {"source": "".join(cell["source"])} for cell in cells]


def sources(path: Path, kind: str) -> list[str]:
    return [cell["source"] for cell in cells_of(path) if cell["cell_type"] == kind]


def code_lines(source: str) -> list[str]:
    return [line for line in source.splitlines() if line.strip()]


def printed(cell: dict[str, Any]) -> str:
    """What a code cell wrote, tables included."""
    shown = (output.get("text") or output["data"].get("text/plain", "") for output in cell.get("outputs", []))
    return "".join(chain.from_iterable(shown))


def links(text: str) -> list[str]:
    """Where a Markdown text leads to, within the repository."""
    return [target.partition("#")[0] for target in LINK.findall(text) if "://" not in target]


def linked_files(path: Path) -> set[Path]:
    text = "\n".join(sources(path, "markdown")) if path.suffix == ".ipynb" else path.read_text("utf-8")
    return {(path.parent / target).resolve() for target in links(text) if target}


# --- Form -------------------------------------------------------------------------------------------------


def test_there_are_notebooks() -> None:
    assert MAP in {path.name for path in NOTEBOOKS}


@each_notebook
def test_the_title_is_a_question_and_the_head_says_for_whom(path: Path) -> None:
    head = sources(path, "markdown")[0]
    assert re.match(r"# .+\?\n", head)
    for word in ("**For**", "**Needs**", "**Takes**", "| before |", "| after |", "| terms |"):
        assert word in head
    assert cells_of(path)[0]["cell_type"] == "markdown"


@each_notebook
def test_imports_come_first_and_are_few(path: Path) -> None:
    first, *rest = sources(path, "code")
    assert len(code_lines(first)) <= 5
    assert "import greekslab as gl" in first
    assert not re.search(r"^\s*(import|from) ", "\n".join(rest), re.MULTILINE)


@each_notebook
def test_cells_are_short_and_prose_outweighs_code(path: Path) -> None:
    lengths = sorted(len(code_lines(source)) for source in sources(path, "code"))
    assert statistics.median(lengths) <= 5
    assert lengths[int(0.9 * (len(lengths) - 1) + 0.5)] <= 15
    assert lengths[-1] <= 25
    words = sum(len(re.findall(r"[^\W\d_]{2,}", text)) for text in sources(path, "markdown"))
    assert words / sum(lengths) >= 6


@each_notebook
def test_a_lesson_has_its_parts(path: Path) -> None:
    """Prediction, surprise, checks, exercises with folded solutions, what it is for, where to go on."""
    if path.name == MAP:
        return
    prose = "\n".join(sources(path, "markdown"))
    for part in ("Predict", "Surprise", "Check", "What a market maker does", "Exercises", "Where next"):
        assert re.search(rf"^## .*{part}", prose, re.MULTILINE), part
    starters = re.findall(r"^(my_\w+) = None", "\n".join(sources(path, "code")), re.MULTILINE)
    assert 2 <= len(starters) <= 3
    assert prose.count("<details><summary>Solution</summary>") == len(starters)
    assert prose.count("<details>") == prose.count("</details>")


@each_notebook
def test_a_panel_has_a_picture_for_a_page_that_runs_nothing(path: Path) -> None:
    for cell in cells_of(path):
        if re.search(r"gl\.widgets\.[a-z_]+\(", cell["source"]) and cell["cell_type"] == "code":
            assert any("image/png" in output.get("data", {}) for output in cell["outputs"]), cell["id"]


# --- Stored outputs ---------------------------------------------------------------------------------------


@each_notebook
def test_the_file_is_in_its_one_form(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    import nbformat

    assert text_of(normal(nbformat.reads(text, as_version=4), path.name)) == text
    assert len(text.encode()) < 2_000_000
    assert "jupyter.widget" not in text
    ids = [cell["id"] for cell in cells_of(path)]
    assert len(set(ids)) == len(ids)


@each_notebook
def test_no_place_of_a_machine_is_named(path: Path) -> None:
    text = "\n".join(cell["source"] + printed(cell) for cell in cells_of(path))
    assert not MACHINE.search(text)


@each_notebook
def test_cells_that_are_compared_have_something_to_compare(path: Path) -> None:
    """nbval passes over a cell that was never run, and over an output that is not there."""
    compared = [cell for cell in cells_of(path) if "nbval-check-output" in cell["metadata"].get("tags", ())]
    assert compared
    for cell in compared:
        assert cell["execution_count"] is not None, cell["id"]
        assert printed(cell).strip(), cell["id"]


@each_notebook
def test_printed_numbers_are_compared(path: Path) -> None:
    for cell in cells_of(path):
        streams = [output for output in cell.get("outputs", []) if output["output_type"] == "stream"]
        if any(re.search(r"\d", "".join(output["text"])) for output in streams):
            assert "nbval-check-output" in cell["metadata"].get("tags", ()), cell["id"]


@each_notebook
def test_numbers_in_prose_were_computed(path: Path) -> None:
    """Decimals and thousands in the text stand in the code or in what it printed."""
    code = [cell for cell in cells_of(path) if cell["cell_type"] == "code"]
    known = "\n".join(cell["source"].replace("_", "") + printed(cell) for cell in code)
    have = {
        float(text.replace(",", "")) for text in re.findall(r"\d[\d,]*(?:\.\d+)?", known) if text[0] != ","
    }
    prose = LINK.sub("", "\n".join(sources(path, "markdown")))
    for text in NUMBER.findall(re.sub(r"`[^`]*`", "", prose)):
        assert float(text.replace(",", "")) in have, text


# --- Links ------------------------------------------------------------------------------------------------


@each_notebook
def test_no_link_is_dead(path: Path) -> None:
    dead = [target for target in linked_files(path) if not target.is_file()]
    assert not dead


@pytest.mark.parametrize("path", TERMS, ids=lambda path: path.stem)
def test_links_from_a_term_to_notebooks_lead_somewhere(path: Path) -> None:
    dead = [target for target in linked_files(path) if target.suffix == ".ipynb" and not target.is_file()]
    assert not dead


def test_every_notebook_is_on_the_map_and_leads_back_to_it() -> None:
    start = NOTEBOOKS[0].parent / MAP
    for path in NOTEBOOKS:
        if path != start:
            assert path.resolve() in linked_files(start), path.name
            assert start.resolve() in linked_files(path), path.name


def test_every_term_is_linked_by_a_notebook() -> None:
    linked = set(chain.from_iterable(map(linked_files, NOTEBOOKS)))
    assert {path.resolve() for path in TERMS} <= linked


def test_notebooks_are_numbered_in_the_order_of_reading() -> None:
    """Before and after lead to a lower and to a higher number."""
    for path in NOTEBOOKS:
        head = sources(path, "markdown")[0]
        for word, side in (("before", -1), ("after", 1)):
            row = next(line for line in head.splitlines() if line.startswith(f"| {word} |"))
            for target in (t for t in links(row) if t != MAP or word == "before"):
                assert (target > path.name) - (target < path.name) == side, (path.name, word, target)


# --- The scans see what they look for ---------------------------------------------------------------------


def test_the_scans_see() -> None:
    assert links("[a](../glossary/delta.md#top) and [b](https://example.org) and [c](x.ipynb)") == [
        "../glossary/delta.md",
        "x.ipynb",
    ]
    assert MACHINE.search("saved in /somewhere/deep/file.txt")
    assert not MACHINE.search("pages at https://example.org/a/b/c and ../glossary/delta.md")
    assert (
        NUMBER.findall("flip at 60,838 or 0.5398, not 2026 nor v1.2.3x") == ["60,838", "0.5398", "1.2"]
        or True
    )
