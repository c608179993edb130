"""The command that regenerates notebooks: what it keeps, what it refuses, and that it settles."""

import shutil
from pathlib import Path

import nbformat
import nbformat.v4 as nb
import pytest

from greekslab import share
from tools.notebooks import NotebookError, normal, run, text_of


def with_outputs(*outputs: nbformat.NotebookNode) -> nbformat.NotebookNode:
    cell = nb.new_code_cell("1", id="one", outputs=list(outputs), execution_count=7)
    cell.metadata.update({"tags": ["b", "a"], "collapsed": True, "execution": {"started": "now"}})
    notebook = nb.new_notebook(cells=[nb.new_markdown_cell("# A", id="head"), cell])
    notebook.metadata.update({"widgets": {"state": {}}, "kernelspec": {"name": "mine", "display_name": "x"}})
    return notebook


def test_only_what_any_run_gives_again_is_kept() -> None:
    view = {"application/vnd.jupyter.widget-view+json": {"model_id": "random"}, "image/png": "AAAA"}
    shown = normal(
        with_outputs(
            nb.new_output("display_data", data=view, metadata={"image/png": {"width": 3}}),
            nb.new_output("display_data", data={"application/vnd.jupyter.widget-view+json": {}}),
            nb.new_output("stream", name="stdout", text="<object at 0x7f00aabbccdd>\n"),
            nb.new_output("stream", name="stdout", text="two\n"),
            nb.new_output("execute_result", data={"image/svg+xml": "<svg><dc:date>2026</dc:date></svg>"}),
        ),
        "a.ipynb",
    )
    picture, stream, result = shown.cells[1].outputs
    assert picture.data == {"image/png": "AAAA"}
    assert picture.metadata == {"image/png": {"width": 3}}
    assert stream.text == "<object at 0x...>\ntwo\n"
    assert result.data == {"image/svg+xml": "<svg></svg>"}
    assert result.execution_count == shown.cells[1].execution_count == 1
    assert shown.cells[1].metadata == {"tags": ["a", "b"]}
    assert set(shown.metadata) == {"kernelspec", "language_info"}
    assert shown.metadata.kernelspec.name == "python3"


@pytest.mark.parametrize(
    "output",
    [
        nb.new_output("stream", name="stderr", text="RuntimeWarning: 3 of 9 elements are NaN\n"),
        nb.new_output("error", ename="ValueError", evalue="3 of 9 elements are NaN", traceback=[]),
    ],
)
def test_a_notebook_that_complains_is_refused_by_cell(output: nbformat.NotebookNode) -> None:
    with pytest.raises(NotebookError, match=r"a\.ipynb, cell one complains: .*3 of 9"):
        normal(with_outputs(output), "a.ipynb")


def test_the_one_form_is_its_own_form() -> None:
    once = normal(with_outputs(nb.new_output("stream", name="stdout", text="1\n")), "a.ipynb")
    assert text_of(normal(once, "a.ipynb")) == text_of(once)


@pytest.mark.slow
@pytest.mark.parametrize("name", [path.name for path in sorted(share.path("notebooks").glob("*.ipynb"))])
def test_a_second_run_changes_nothing(name: str, tmp_path: Path) -> None:
    path = tmp_path / name
    shutil.copyfile(share.path("notebooks", name), path)
    first = text_of(run(path))
    path.write_text(first, encoding="utf-8")
    assert text_of(run(path)) == first
