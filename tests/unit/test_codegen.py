"""Printed kernels: fresh, nothing in them idle, each Greek alone as among all; compiled on the fly once."""

import ast
import inspect
from pathlib import Path

import numpy as np
import pytest

import greekslab
from greekslab import kernels
from greekslab.codegen import compile_derivative, kernels_source
from greekslab.codegen_fast import fast_source
from greekslab.evaluate import derivative
from greekslab.formulas import MODELS
from greekslab.greeks import UnknownGreekError
from greekslab.kernels import KERNELS
from tests.agreement import oracle
from tests.agreement.points import at, seeded

PACKAGE = Path(greekslab.__file__).parent


def test_the_kernels_are_what_the_formulas_print():
    printed = Path(kernels.__file__).read_text(encoding="utf-8")
    assert printed == kernels_source(), "run python -m greekslab.codegen"


def test_the_block_kernels_are_printed_from_the_same_formulas():
    """Their bits follow the table of Greeks: a stale file would give one Greek for another."""
    printed = Path(kernels.__file__).with_name("kernels_fast.py").read_text(encoding="utf-8")
    assert printed == fast_source(), "run python -m greekslab.codegen_fast"


def assignments(function):
    """The lines of a kernel: (bits of the test it stands under, target, names read)."""
    tree = ast.parse(inspect.getsource(function)).body[0]
    arguments = {a.arg for a in tree.args.args}
    found = []
    for node in tree.body:
        bits, body = (node.test.right.value, node.body) if isinstance(node, ast.If) else (None, [node])
        for line in body:
            if isinstance(line, ast.Assign):
                read = {n.id for n in ast.walk(line.value) if isinstance(n, ast.Name)}
                found.append((bits, ast.unparse(line.targets[0]), read))
    return arguments, found


@pytest.mark.parametrize("name", list(KERNELS))
def test_every_line_serves_just_the_greeks_of_its_bits(name):
    kernel = KERNELS[name]
    arguments, lines = assignments(kernel.run)
    everything = (1 << len(kernel.greeks)) - 1
    needed = {}
    for bits, target, read in reversed(lines):
        if target.startswith("got["):
            needed[target] = 1 << kernel.greeks.index(target[5:-2])
        assert (everything if bits is None else bits) == needed.get(target, 0), target
        for used in read - arguments:
            needed[used] = needed.get(used, 0) | needed[target]
    assert [t for _, t, _ in lines if t.startswith("got[")] == [f"got['{g}']" for g in kernel.greeks]


@pytest.mark.parametrize("name", list(KERNELS))
def test_no_line_says_what_another_has_said(name):
    source = inspect.getsource(KERNELS[name].run)
    right_sides = [
        line.split(" = ", 1)[1] for line in source.splitlines() if " = " in line and "dict" not in line
    ]
    long = [text for text in right_sides if len(text) > 4]
    assert len(set(long)) == len(long)
    assert source.count("sqrt(") == 1
    assert "sigma*w" not in source.split("\n", 4)[4]


@pytest.mark.parametrize("name", list(KERNELS))
def test_a_greek_alone_is_the_same_number_as_among_all(name):
    kernel, declared = KERNELS[name], MODELS[name]
    points = list(seeded(declared, 8, 3))
    inputs = [np.array([p[i] for p in points]) for i in kernel.input_names]
    eta = np.array([p["eta"] for p in points])
    x = sum(kernel.moneyness(*inputs))
    together = kernel.run(kernel.want(kernel.greeks), *inputs, eta, x)
    for greek in kernel.greeks:
        alone = kernel.run(kernel.want((greek,)), *inputs, eta, x)
        assert list(alone) == [greek]
        assert np.array_equal(alone[greek], together[greek])


# -- on the fly -----------------------------------------------------------------------------------------

UNNAMED = [
    ("bsm", {"S": 2, "sigma": 2}),
    ("bsm", {"S": 4}),
    ("bsm", {"K": 1, "T": 2}),
    ("bsm", {"S": 1, "K": 1}),
    ("bsm", {"r": 1, "q": 1, "sigma": 1}),
    ("bsm", {"S": 3, "sigma": 3}),
    ("black76", {"T": 3}),
    ("black76", {"F": 2, "K": 2}),
    ("black76", {"r": 2, "sigma": 1}),
    ("inverse", {"F": 1, "K": 1, "sigma": 1}),
    ("inverse", {"F": 4}),
    ("bachelier", {"F": 3, "K": 1}),
    ("bachelier", {"T": 2, "sigma": 1}),
    ("cash_or_nothing", {"S": 2, "sigma": 2}),
    ("asset_or_nothing", {"K": 2}),
]


@pytest.mark.parametrize(("model", "orders"), UNNAMED, ids=[f"{m}-{o}" for m, o in UNNAMED])
def test_an_unnamed_derivative_agrees_with_differences_of_the_price(model, orders):
    declared = MODELS[model]
    points = [
        at(declared, 100.0, 0.25, 0.6, 0.05, 0.02, d, eta) for d in (-2.2, -0.3, 1.1) for eta in (-1, 1)
    ]
    points += [
        at(declared, 3.0, 1 / 300, 0.2, -0.01, 0.03, 0.7, 1.0),
        at(declared, 9e4, 4, 1.1, 0, 0, 2.3, -1.0),
    ]
    for point in points:
        exact = float(oracle.exact_derivative(declared, point, orders))
        inputs = {name: x for name, x in point.items() if name != "eta"} | {"right": point["eta"]}
        assert derivative(model, at=inputs, **orders) == pytest.approx(exact, rel=1e-12), point


def test_a_derivative_is_compiled_once():
    first = compile_derivative(MODELS["bsm"], (("S", 2), ("sigma", 2)))
    assert compile_derivative(MODELS["bsm"], (("S", 2), ("sigma", 2))) is first


def test_the_order_in_which_inputs_are_named_is_no_matter():
    inputs = {"S": 101.0, "K": 97.0, "T": 0.3, "sigma": 0.45, "r": 0.03, "q": -0.02}
    before = compile_derivative.cache_info().misses
    one = derivative("bsm", S=2, sigma=2, at=inputs)
    two = derivative("bsm", sigma=2, S=2, r=0, at=inputs)
    assert one == two
    assert compile_derivative.cache_info().misses <= before + 1


def test_compiled_code_reaches_arithmetic_alone():
    run, _ = compile_derivative(MODELS["bsm"], (("S", 4),))
    assert run.__globals__["__builtins__"] == {}


def test_one_place_compiles_source():
    found = []
    for path in sorted(PACKAGE.glob("**/*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") in ("exec", "eval", "compile"):
                found.append((path.name, node.func.id))
    assert sorted(found) == [("codegen.py", "compile"), ("codegen.py", "exec")]


def test_text_is_no_input():
    with pytest.raises(UnknownGreekError, match="has no input"):
        derivative("bsm", at={}, **{"S)+__import__('os').getpid()#": 1})
