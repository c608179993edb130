"""The lesson's own checks notice a planted mistake: each one makes an assert of some cell fail.

A mistake is planted in a new interpreter, before anything else of the package has been imported.
"""

import subprocess
import sys
from pathlib import Path

import pytest

from greekslab import share

WRAP = """
import greekslab.evaluate as evaluate
plain = evaluate.greeks
def greeks(model, names, *, right="call", **more):
    found = plain(model, names, right=right, **more)
    return {name: changed(name, value, evaluate.right_sign(right)) for name, value in found.items()}
evaluate.greeks = greeks
"""
MISTAKES = {
    "vanna with the other sign": "changed = lambda name, value, eta: -value if name == 'vanna' else value"
    + WRAP,
    "puts with another delta": "changed = lambda n, x, eta: x * (1.005 - 0.005 * eta) if n == 'delta' else x"
    + WRAP,
    "252 days a year": "import greekslab.market as market; market.YEAR *= 252 / 365",
    "a hundredth dropped": """
from dataclasses import replace
from importlib import import_module
table = import_module("greekslab.greeks")
table.DESK = {n: replace(d, scale=100 * d.scale) if d.scale == 0.01 else d for n, d in table.DESK.items()}
""",
    "nothing": "",
}
READ = """
import json, re, sys
space = {}
for cell in json.load(open(sys.argv[1], encoding="utf-8"))["cells"]:
    if cell["cell_type"] == "code":
        try:
            exec(re.sub(r"^%.*$", "", "".join(cell["source"]), flags=re.MULTILINE), space)
        except AssertionError:
            sys.exit("noticed in " + cell["id"])
"""


@pytest.mark.slow
@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_is_noticed(mistake: str, tmp_path: Path) -> None:
    command = [sys.executable, "-c", MISTAKES[mistake] + READ, share.path("notebooks", "09_the_book.ipynb")]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    if mistake == "nothing":
        assert (done.returncode, done.stderr) == (0, "")
    else:
        assert done.returncode == 1
        assert done.stderr.startswith("noticed in "), done.stderr
