"""Mistakes planted in the printed kernels, one at a time: every one must be seen at the fixed sample."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any, NamedTuple

import numpy as np

from greekslab import kernels
from greekslab.formulas import MODELS
from greekslab.kernels import KERNELS
from tests.agreement import oracle
from tests.agreement.agree import Floats, sample

OTHERS = {"d1": "d2", "d2": "d1", "P1": "P2", "P2": "P1", "w": "s", "t0": "t1", "K": "T", "r": "q", "q": "r"}
OPERATORS = {ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Div, ast.Div: ast.Mult}


class Mutant(NamedTuple):
    """A kernel with one mistake, and which."""

    what: str
    run: Callable[..., dict[str, Any]]


def _compiled(tree: ast.Module, name: str) -> Callable[..., dict[str, Any]]:
    space = dict(vars(kernels))
    exec(compile(ast.fix_missing_locations(tree), "<mutant>", "exec"), space)
    return space[name]


def _changed(node: ast.expr) -> Iterator[ast.expr]:
    """The mistakes that one expression allows."""
    if isinstance(node, ast.BinOp) and ast.unparse(node.right) != "eta":  # to divide by a sign is to multiply
        yield ast.BinOp(node.left, OPERATORS[type(node.op)](), node.right)
    elif isinstance(node, ast.Constant):
        yield ast.Constant(node.value + 1.0)
    elif isinstance(node, ast.UnaryOp):
        yield node.operand
    elif isinstance(node, ast.Name) and node.id in OTHERS:
        yield ast.Name(OTHERS[node.id], node.ctx)


def _places(line: ast.Assign) -> Iterator[tuple[Callable[[ast.expr], None], ast.expr]]:
    """Every expression on the right-hand side of a line, and how to put another in its place."""
    yield partial(setattr, line, "value"), line.value
    for parent in ast.walk(line.value):
        for field, value in ast.iter_fields(parent):
            if isinstance(value, ast.expr):
                yield partial(setattr, parent, field), value
            elif isinstance(value, list):
                yield from ((partial(value.__setitem__, n), item) for n, item in enumerate(value))


def mutants(model: str, every: int = 1) -> Iterator[Mutant]:
    """Every kernel (or every so many) of a model with one mistake: a sign, operator, constant or name."""
    run = KERNELS[model].run
    tree = ast.parse(inspect.getsource(run))
    number = 0
    for line in [node for node in ast.walk(tree) if isinstance(node, ast.Assign)]:
        was = ast.unparse(line)
        for put, node in list(_places(line)):
            for new in _changed(node):
                number += 1
                if number % every == 0:
                    put(new)
                    yield Mutant(f"{was} -> {ast.unparse(line.value)}", _compiled(tree, run.__name__))
                    put(node)


class Bench:
    """The fixed sample of a model, ready to be held against many kernels."""

    def __init__(self, model: str) -> None:
        self.kernel, self.truth = KERNELS[model], sample(model)
        inputs = self.truth.inputs
        self.given = [inputs[name] for name in self.kernel.input_names]
        self.x = sum(self.kernel.moneyness(*self.given))
        self.eta = inputs["eta"]
        bound = oracle.bound(MODELS[model], inputs)
        self.allowed: dict[str, Floats] = {}
        for name, exact in self.truth.high.items():
            scale = bound * self.truth.scale(name)
            self.allowed[name] = np.where(np.abs(exact) < oracle.SMALLEST, np.inf, scale)

    def sees(self, run: Callable[..., dict[str, Any]]) -> bool:
        """Whether a kernel is wrong anywhere at the sample."""
        with np.errstate(all="ignore"):
            try:
                got = run(self.kernel.want(self.kernel.greeks), *self.given, self.eta, self.x)
            except (NameError, ZeroDivisionError):  # a name too early, or none
                return True
            for name, allowed in self.allowed.items():
                error = np.abs((got[name] - self.truth.high[name]) - self.truth.low[name])
                if not np.all(error <= allowed):
                    return True
        return False
