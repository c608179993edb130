"""Kernels against the oracle: the error of every Greek at every point, as a share of what is allowed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from typing import Any

import numpy as np

from greekslab import fast
from greekslab.evaluate import greeks
from greekslab.formulas import MODELS
from tests.agreement import oracle
from tests.agreement.points import corners, seeded

Floats = np.ndarray[Any, np.dtype[np.float64]]
Point = Mapping[str, float]
Values = Callable[[str, Sequence[str], Mapping[str, Floats]], Mapping[str, Any]]
"""What computes Greeks: (model, names, columns of inputs and eta) to name -> array."""


def pure(model: str, name: str) -> bool:
    """Whether an error counts against the value alone: it crosses zero nowhere, or where the forward does."""
    return name == "price" or (name == "elasticity" and model not in ("cash_or_nothing", "asset_or_nothing"))


def package(model: str, names: Sequence[str], inputs: Mapping[str, Floats]) -> Mapping[str, Any]:
    """What the package computes."""
    given = {name: column for name, column in inputs.items() if name != "eta"}
    return greeks(model, names, right=inputs["eta"], **given)


def one_by_one(model: str, names: Sequence[str], inputs: Mapping[str, Floats]) -> Mapping[str, Any]:
    """What the package computes when it is asked for one option at a time, in plain floats."""
    rows = [dict(zip(inputs, map(float, row), strict=True)) for row in zip(*inputs.values(), strict=True)]
    rights = ("call" if row.pop("eta") > 0 else "put" for row in rows)
    found = [greeks(model, names, right=right, **row) for row, right in zip(rows, rights, strict=True)]
    return {name: np.array([f[name] for f in found]) for name in names}


def served_fast() -> tuple[str, ...]:
    """The models that the fast engine serves."""
    return tuple(import_module("greekslab.kernels_fast").KERNELS) if find_spec("numba") else ()


def many_times(model: str, names: Sequence[str], inputs: Mapping[str, Floats]) -> Mapping[str, Any]:
    """What the fast engine computes, for arrays so long that it is worth starting it.

    A Greek that it leaves out keeps a whole call from it, so these are asked for apart.
    """
    left_out = import_module("greekslab.kernels_fast").LEFT_OUT
    size = len(inputs["eta"])
    long = {name: np.resize(column, fast.WORTH_COMPILING + size) for name, column in inputs.items()}
    served = [name for name in names if name not in left_out]
    got = package(model, served, long)
    assert fast.serves(model, tuple(served), size + fast.WORTH_COMPILING), model
    rest = package(model, [name for name in names if name not in served], inputs)
    return {name: array[:size] for name, array in got.items()} | dict(rest)


@dataclass(frozen=True, slots=True)
class Truth:
    """The exact Greeks of a model at some points, each the sum of two doubles."""

    model: str
    points: Sequence[Point]
    high: Mapping[str, Floats]
    low: Mapping[str, Floats]

    @property
    def inputs(self) -> dict[str, Floats]:
        """The points as columns."""
        return {name: np.array([point[name] for point in self.points]) for name in self.points[0]}

    def scale(self, name: str, values: Values = package) -> Floats:
        """What an error of this Greek counts against; of a price by the fast engine, its terms too."""
        size = np.abs(self.high[name])
        if pure(self.model, name) and not (name == "price" and values is many_times):
            return size
        return np.maximum(size, oracle.CROSSING * oracle.modulus(MODELS[self.model], name, self.inputs))

    def share(self, name: str, got: Floats, values: Values = package) -> Floats:
        """The error of what was computed (by `values`) as a share of what is allowed.

        Infinite for what is not finite, and where a value too small to be compared has the wrong sign.
        """
        error = np.abs((got - self.high[name]) - self.low[name])
        with np.errstate(all="ignore"):
            share = error / (oracle.bound(MODELS[self.model], self.inputs) * self.scale(name, values))
        share = np.where(error == 0, 0.0, share)
        right_sign = (got == 0) | (np.sign(got) == np.sign(self.high[name]))
        share = np.where(np.abs(self.high[name]) < oracle.SMALLEST, np.where(right_sign, 0.0, np.inf), share)
        return np.where(np.isfinite(got), share, np.inf)

    def shares(self, values: Values = package, names: Sequence[str] = ()) -> dict[str, Floats]:
        """The error of every Greek, or of some, at every point as a share of what is allowed."""
        got = values(self.model, list(names or self.high), self.inputs)
        return {name: self.share(name, got[name], values) for name in names or self.high}


def exact_pairs(job: tuple[str, Point]) -> dict[str, tuple[float, float]]:
    """Every Greek at one point, exactly, as a double and the rest."""
    model, point = job
    exact = oracle.exact(MODELS[model], point)
    with oracle.precision(60):
        return {name: (float(x), float(x - float(x))) for name, x in exact.items()}


def truth(model: str, points: Sequence[Point], each: Callable[..., Iterable[Any]] = map) -> Truth:
    """The exact Greeks at these points; `each` maps, in this process or in several."""
    found = list(each(exact_pairs, [(model, point) for point in points]))
    names = list(found[0])
    high, low = ({name: np.array([f[name][k] for f in found]) for name in names} for k in (0, 1))
    return Truth(model, points, high, low)


@cache
def sample(model: str) -> Truth:
    """The fixed sample of every test run: all corners, and sixty seeded points."""
    declared = MODELS[model]
    return truth(model, [*corners(declared), *seeded(declared, 60, seed=1)])
