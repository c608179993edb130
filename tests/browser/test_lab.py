"""A reader's first minute in JupyterLab: run a notebook, follow a link to a note."""

import nbformat.v4 as nb
import pytest
from playwright.sync_api import Page, expect

from tests.browser.lab import LabServer, open_notebook, run_all, save_screenshot


@pytest.fixture
def notebook(lab_server: LabServer) -> str:
    """Lay a small notebook, and the note that it links to, into the lab's folders."""
    cells = [
        nb.new_markdown_cell("A note on [a term](../glossary/throw_away.md)."),
        nb.new_code_cell("from greekslab import share\nshare.path('data').name * 2"),
        nb.new_code_cell("print('six times seven is', 6 * 7)"),
    ]
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    nbformat_text = nb.writes(nb.new_notebook(cells=cells, metadata=kernel))
    (lab_server.root / "notebooks" / "throw_away.ipynb").write_text(nbformat_text)
    (lab_server.root / "glossary" / "throw_away.md").write_text("# A term\n\nIt is $\\sigma$.\n")
    return "notebooks/throw_away.ipynb"


def test_a_notebook_runs_and_links_open_rendered(page: Page, lab_server: LabServer, notebook: str) -> None:
    open_notebook(page, lab_server, notebook)
    expect(page.get_by_text("six times seven is 42")).to_have_count(0)
    run_all(page)
    expect(page.locator(".jp-OutputArea-output", has_text="six times seven is 42")).to_be_visible()
    expect(page.locator(".jp-OutputArea-output", has_text="datadata")).to_be_visible()

    page.get_by_role("link", name="a term").click()
    note = page.locator(".jp-MarkdownViewer")
    expect(note.get_by_role("heading", name="A term")).to_be_visible()
    expect(note.locator("mjx-container")).to_be_visible()
    # The news of JupyterLab would cover the corner of the page.
    expect(page.locator(".Toastify__toast")).to_have_count(0)
    save_screenshot(page, "throw_away")
