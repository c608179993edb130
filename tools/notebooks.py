"""Run the notebooks and write each back in its one form: `make notebooks`.

    python tools/notebooks.py [NOTEBOOK ...]

Text, formulas, tables and still pictures stay as outputs, so that a repository page shows them. What differs
from run to run (widget models, times, random ids) is left out: a second run changes nothing.
"""

from __future__ import annotations

import argparse
import os
import re
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import nbformat
from nbclient import NotebookClient

FOLDER = Path(__file__).parents[1] / "notebooks"
KERNEL = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}
SALT = "svg.hashsalt: greekslab\n"
"""What Matplotlib makes the ids inside an SVG from, where it would draw them at random."""
VOLATILE = (
    (re.compile(r"\s*<dc:date>.*?</dc:date>", re.DOTALL), ""),
    (re.compile(r"0x[0-9a-f]{6,16}"), "0x..."),
)


class NotebookError(Exception):
    """A notebook that must not be kept: names the notebook, the cell and what is wrong."""


def run(path: Path, *, seconds: int = 60) -> nbformat.NotebookNode:
    """A notebook with the outputs of a fresh kernel, in its one form."""
    notebook = nbformat.read(path, as_version=4)
    where = {"metadata": {"path": str(path.parent)}}
    client = NotebookClient(notebook, timeout=seconds, kernel_name="python3", resources=where)
    client.store_widget_state, client.extra_arguments = False, ["--log-level=ERROR"]
    with tempfile.TemporaryDirectory() as folder:
        settings = Path(folder) / "matplotlibrc"
        settings.write_text(SALT, encoding="utf-8")
        client.execute(env=os.environ | {"MATPLOTLIBRC": str(settings)})
    return normal(notebook, path.name)


def normal(notebook: nbformat.NotebookNode, name: str) -> nbformat.NotebookNode:
    """The notebook's one form: its own metadata, tags, and outputs that any run gives again."""
    notebook = nbformat.from_dict(notebook)
    notebook.metadata = nbformat.from_dict(KERNEL)
    notebook.nbformat_minor = max(notebook.nbformat_minor, 5)
    count = 0
    for cell in notebook.cells:
        tags = sorted(cell.metadata.get("tags", ()))
        cell.metadata = nbformat.from_dict({"tags": tags} if tags else {})
        if cell.cell_type == "code":
            count += 1
            cell.execution_count = count
            cell.outputs = list(_outputs(cell.outputs, count, f"{name}, cell {cell.get('id')}"))
    return notebook


def _outputs(outputs: Iterable[Any], count: int, where: str) -> Iterable[nbformat.NotebookNode]:
    last = None
    for output in map(nbformat.from_dict, outputs):
        if output.output_type == "error" or output.get("name") == "stderr":
            text = output.get("text") or output.get("evalue")
            raise NotebookError(f"{where} complains: {str(text).strip()[:300]}")
        if output.output_type == "stream":
            output.text = _steady(output.text)
            if last is not None and last.output_type == "stream":
                last.text += output.text
                continue
        else:
            output.data = {kind: _steady(data) for kind, data in output.data.items() if _kept(kind)}
            output.metadata = {kind: more for kind, more in output.metadata.items() if kind in output.data}
            if not output.data:
                continue
            if output.output_type == "execute_result":
                output.execution_count = count
        last = output
        yield output


def _kept(kind: str) -> bool:
    return not kind.startswith("application/vnd.jupyter.widget")


def _steady(data: Any) -> Any:
    if isinstance(data, str):
        for pattern, instead in VOLATILE:
            data = pattern.sub(instead, data)
    return data


def text_of(notebook: nbformat.NotebookNode) -> str:
    """The notebook as its file holds it."""
    nbformat.validate(notebook)
    return str(nbformat.writes(notebook, indent=1, sort_keys=True)) + "\n"


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("notebooks", nargs="*", type=Path, help="default: every one in notebooks/")
    for path in parser.parse_args().notebooks or sorted(FOLDER.glob("*.ipynb")):
        text = text_of(run(path))
        changed = text != path.read_text(encoding="utf-8")
        if changed:
            path.write_text(text, encoding="utf-8", newline="\n")
        print(f"{path.name}: {'written' if changed else 'unchanged'}, {len(text):,} characters")


if __name__ == "__main__":
    main()
