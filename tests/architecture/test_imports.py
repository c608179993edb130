"""Who may import whom, and what an import may cost."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

from tests.architecture.scan import ROOT, each_module, lines

HEAVY = {"sympy", "numba", "matplotlib", "ipywidgets", "pandas"}
MAY_LOAD = {
    "formulas": {"sympy"},
    "greeks": {"sympy"},
    "derivation": {"sympy"},
    "codegen": {"sympy"},
    "codegen_fast": {"sympy"},
    "simd": {"numba"},
    "kernels_fast": {"numba"},
    "smiles": {"sympy"},
    "glossary": {"sympy"},
    "grammar": {"sympy"},
    "entries": {"sympy"},
    "plots": {"matplotlib"},
    "widgets": {"ipywidgets", "matplotlib"},
    "course": {"ipywidgets", "matplotlib"},
}
BUDGET = 0.150


def fresh_import(name: str) -> tuple[float, set[str]]:
    """Import a module in a new interpreter; the seconds that took, and the heavy modules that came along."""
    code = (
        "import json, sys, time; start = time.perf_counter()\n"
        f"import {name}\n"
        "print(json.dumps([time.perf_counter() - start, sorted(sys.modules)]))"
    )
    # A user's second start finds compiled bytecode; keep it even where the machine says not to.
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment, cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    seconds, loaded = json.loads(done.stdout)
    return seconds, HEAVY.intersection(loaded)


def test_the_import_contracts_hold() -> None:
    linter = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run([linter, "--no-logo"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_importing_the_package_is_quick() -> None:
    """NumPy counts: alone it takes 120 ms of the 150 here, so the package loads it when it is first used."""
    best = min(fresh_import("greekslab")[0] for _ in range(7))
    assert best < BUDGET


@each_module
def test_a_module_loads_only_the_libraries_of_its_layer(module: Path) -> None:
    if module.name == "__main__.py":
        name = "greekslab.__main__"
    else:
        name = ".".join(module.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
    heavy = fresh_import(name)[1]
    assert heavy <= MAY_LOAD.get(module.stem, set())


def test_notebooks_import_only_what_the_lab_environment_holds() -> None:
    """The tests run in a larger environment, where a notebook would find more than its readers have."""
    locked = {line.split("==")[0].lower() for line in lines(ROOT / "requirements-lab.lock") if "==" in line}
    allowed = locked | sys.stdlib_module_names | {"greekslab", "ipython"}
    for notebook in sorted((ROOT / "notebooks").glob("*.ipynb")):
        used = {name.split(".")[0].lower() for name in notebook_imports(notebook)}
        assert used <= allowed, f"{notebook.name} imports {used - allowed}"


def notebook_imports(notebook: Path) -> set[str]:
    """Collect the modules that the code cells of a notebook import."""
    cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
    code = ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]
    return set(re.findall(r"^\s*(?:import|from)\s+([\w.]+)", "\n".join(code), re.MULTILINE))


def test_the_scan_sees_an_import(tmp_path: Path) -> None:
    notebook = tmp_path / "one.ipynb"
    cell = {"cell_type": "code", "source": ["%pylab\n", "from numba import (\n", "njit)\n", "import os.path"]}
    notebook.write_text(json.dumps({"cells": [cell]}))
    assert notebook_imports(notebook) == {"numba", "os.path"}
