"""Kernels against the oracle: the error of every Greek at every point, as a share of what is allowed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import gmpy2
import numpy as np

from greekslab.evaluate import greeks
from greekslab.formulas import MODELS
from tests.agreement import oracle

Floats = np.ndarray[Any, np.dtype[np.float64]]
Point = Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Agreement:
    """One Greek at some points: what the kernel gave, the exact value, and the error between them."""

    greek: str
    got: Floats
    exact: Floats
    error: Floats
    modulus: Floats
    bound: Floats

    @property
    def share(self) -> Floats:
        """The error as a share of what is allowed; infinite where a small value has the wrong sign."""
        scale = np.maximum(np.abs(self.exact), oracle.CROSSING * self.modulus)
        share = self.error / (self.bound * scale)
        wrong = (self.got != 0) & (np.sign(self.got) != np.sign(self.exact))
        share = np.where(np.abs(self.exact) < oracle.SMALLEST, np.where(wrong, np.inf, 0.0), share)
        return np.where(np.isfinite(self.got), share, np.inf)

    @property
    def worst(self) -> int:
        """The number of the worst point."""
        return int(np.argmax(self.share))


def columns(points: Sequence[Point]) -> dict[str, Floats]:
    """Points as columns."""
    return {name: np.array([point[name] for point in points]) for name in points[0]}


def kernel_values(model: str, names: Sequence[str], inputs: Mapping[str, Floats]) -> dict[str, Floats]:
    """What the package computes."""
    given = {name: column for name, column in inputs.items() if name != "eta"}
    return greeks(model, names, right=inputs["eta"], **given)


def errors_at(model: str, point: Point, got: Mapping[str, float]) -> dict[str, tuple[float, float]]:
    """The exact value and the distance to it, of each Greek at one point."""
    exact = oracle.exact(MODELS[model], point)
    with oracle.precision(60):
        return {
            name: (float(exact[name]), float(abs(gmpy2.mpfr(float(x)) - exact[name])))
            for name, x in got.items()
        }


def _errors(job: tuple[str, Point, Mapping[str, float]]) -> dict[str, tuple[float, float]]:
    return errors_at(*job)


def agreements(
    model: str,
    points: Sequence[Point],
    values: Callable[..., Mapping[str, Any]] = kernel_values,
    each: Callable[..., Iterable[dict[str, tuple[float, float]]]] = map,
) -> dict[str, Agreement]:
    """Every Greek of a model at these points; `each` maps, in this process or in several."""
    declared, inputs = MODELS[model], columns(points)
    names = list(oracle.outputs(declared))
    got = values(model, names, inputs)
    jobs = [(model, point, {name: got[name][n] for name in names}) for n, point in enumerate(points)]
    found = list(each(_errors, jobs))
    bound = oracle.bound(declared, inputs)
    return {
        name: Agreement(
            name,
            got[name],
            np.array([f[name][0] for f in found]),
            np.array([f[name][1] for f in found]),
            oracle.modulus(declared, name, inputs),
            bound,
        )
        for name in names
    }
