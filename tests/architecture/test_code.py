"""What no module of the package does, and how large its pieces may be."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.architecture.scan import calls, each_module, imports, lines, tree

GENERATED = {"kernels.py", "kernels_fast.py"}
MODULE_LINES = 600
FUNCTION_LINES = 35

RUNS_TEXT = {"eval", "exec", "compile", "sympify", "parse_expr", "parse_latex", "S", "__import__", "system"}
MAY_RUN_TEXT = {"codegen.py": {"exec", "compile"}}
UNPICKLES = {"pickle", "marshal", "shelve", "dill", "cloudpickle", "joblib"}
CLOCK = {"now", "today", "utcnow", "time.time", "time.time_ns"}
RIM = {"__main__.py", "chains.py", "course.py", "glossary.py", "plots.py", "widgets.py"}


def risky(module: ast.Module, allowed: set[str]) -> Iterator[str]:
    """Find calls that run a text as code, and what loads code out of data."""
    for name, call in calls(module):
        last = name.rpartition(".")[2]
        if last in RUNS_TEXT - allowed and name != "re.compile":
            yield f"line {call.lineno}: {name}(...)"
        if name == "yaml.load" or any(word.arg == "allow_pickle" for word in call.keywords):
            yield f"line {call.lineno}: {name}(...) may load code"
    yield from (f"imports {name}" for name in imports(module) if name.split(".")[0] in UNPICKLES)


def impure(module: ast.Module, *, clock_allowed: bool) -> Iterator[str]:
    """Find readings of the clock, and generators of random numbers without a seed."""
    for name, call in calls(module):
        if not clock_allowed and (name in CLOCK or name.rpartition(".")[2] in CLOCK):
            yield f"line {call.lineno}: {name}() reads the clock; take `asof` instead"
        if name.endswith("default_rng") and not call.args:
            yield f"line {call.lineno}: {name}() has no seed; take a Generator instead"


def long_functions(module: ast.Module) -> Iterator[str]:
    """Find functions of too many lines, their docstrings not counted."""
    for node in ast.walk(module):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            body = node.body[1:] if ast.get_docstring(node) is not None else node.body
            length = (body[-1].end_lineno or 0) - body[0].lineno + 1 if body else 0
            if length > FUNCTION_LINES:
                yield f"line {node.lineno}: {node.name} has {length} lines"


@each_module
def test_no_text_is_run_as_code(module: Path) -> None:
    assert not list(risky(tree(module), MAY_RUN_TEXT.get(module.name, set())))


@each_module
def test_time_and_chance_come_from_the_caller(module: Path) -> None:
    assert not list(impure(tree(module), clock_allowed=module.name in RIM))


@each_module
def test_modules_and_functions_stay_small(module: Path) -> None:
    if module.name not in GENERATED:
        assert len(lines(module)) <= MODULE_LINES
        assert not list(long_functions(tree(module)))


@each_module
def test_a_module_says_what_it_is(module: Path) -> None:
    assert ast.get_docstring(tree(module))


@pytest.mark.parametrize(
    "code",
    [
        "eval('1')",
        "sympy.sympify(text)",
        "sp.S('x + 1')",
        "from sympy.parsing.sympy_parser import parse_expr\nparse_expr(x)",
        "import pickle",
        "yaml.load(f)",
        "np.load(f, allow_pickle=True)",
        "exec(code)",
    ],
)
def test_the_scan_sees_what_is_risky(code: str) -> None:
    assert list(risky(ast.parse(code), set()))


@pytest.mark.parametrize("code", ["datetime.datetime.now()", "time.time()", "np.random.default_rng()"])
def test_the_scan_sees_the_clock_and_the_dice(code: str) -> None:
    assert list(impure(ast.parse(code), clock_allowed=False))
    assert not list(impure(ast.parse("np.random.default_rng(seed)"), clock_allowed=False))


def test_the_scan_measures_functions() -> None:
    short = "def f():\n" + "    '''x\n" + "\n" * 40 + "    '''\n" + "    x = 1\n" * FUNCTION_LINES
    assert not list(long_functions(ast.parse(short)))
    assert list(long_functions(ast.parse(short + "    x = 1\n")))
