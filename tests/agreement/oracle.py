"""What the kernels must agree with: 40-digit numerical derivatives of the declared price.

Nothing here differentiates symbolically: the price is evaluated with what its functions stand for, at 130
digits and more, and differentiated by central differences with steps of 1e-25 of the input's own scale.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from itertools import product
from math import comb
from typing import Any

import mpmath as mp
import numpy as np
import sympy as sp

from greekslab.derivation import orders_of, outputs
from greekslab.formulas import D, Model, Phi, d1, d2, eta, phi
from greekslab.greeks import GREEKS

STEP = mp.mpf(10) ** -25
EPS = float(np.finfo(float).eps)

Point = Mapping[str, float]


@cache
def plain_price(declared: Model) -> Any:
    """The declared price as a function of mpmath numbers."""
    return plain(declared, declared.expr)


STANDS_FOR = {"Phi": mp.ncdf, "phi": mp.npdf, "D": lambda rate, years: mp.exp(-rate * years)}
"""The opaque functions in mpmath (`doit` would spell Phi(x) as 1 - erfc/2, which has no tail)."""


def plain(declared: Model, expr: Any) -> Any:
    """An expression as a function of mpmath numbers."""
    spelled = expr.replace(lambda e: isinstance(e, d1 | d2), lambda e: e.doit())
    return sp.lambdify([*declared.symbols.values(), eta], spelled, [STANDS_FOR, "mpmath"])


class Differences:
    """Central differences of a price about one point; values on the lattice are computed once."""

    def __init__(self, declared: Model, point: Point) -> None:
        self.price = plain_price(declared)
        self.at = {name: mp.mpf(point[name]) for name in declared.symbols}
        self.eta = mp.mpf(point["eta"])
        narrow = min(1, self.at["sigma"] * mp.sqrt(self.at["T"]))
        scale = {"T": self.at["T"], "sigma": self.at["sigma"], "r": 1 / (1 + self.at["T"]), "q": 1 / (1 + self.at["T"])}
        self.half = {name: STEP / 2 * scale.get(name, x * narrow) for name, x in self.at.items()}
        self.known: dict[tuple[int, ...], Any] = {}

    def value(self, offsets: tuple[int, ...]) -> Any:
        """The price so many half steps away from the point."""
        if offsets not in self.known:
            moved = (x + k * self.half[name] for (name, x), k in zip(self.at.items(), offsets, strict=True))
            self.known[offsets] = self.price(*moved, self.eta)
        return self.known[offsets]

    def derivative(self, orders: Mapping[str, int]) -> Any:
        """The partial derivative, to some 45 digits."""
        stencils = [[(n - 2 * k, (-1) ** k * comb(n, k)) for k in range(n + 1)] for n in (orders.get(i, 0) for i in self.at)]
        total = mp.mpf(0)
        for corner in product(*stencils):
            weight = mp.mpf(1)
            for _, w in corner:
                weight *= w
            total += weight * self.value(tuple(k for k, _ in corner))
        for name, order in orders.items():
            total /= (2 * self.half[name]) ** order
        return total


def digits_at(declared: Model, point: Point) -> int:
    """Working digits: 45 to keep, 75 for the third difference, and those that the density takes away."""
    carry = (point["r"] - point["q"]) * point["T"] if "q" in point else 0.0
    total = point["sigma"] * point["T"] ** 0.5
    d = abs(np.log(point[declared.underlying] / point["K"]) + carry) / total + total / 2
    return 130 + int(d * d / 4.6)


def exact(declared: Model, point: Point) -> dict[str, Any]:
    """Every named Greek at one point, with the sign rule, from differences of the price alone."""
    with mp.workdps(digits_at(declared, point)):
        lattice = Differences(declared, point)
        found = {}
        for name in outputs(declared):
            row = GREEKS[name]
            if row.build is None:
                found[name] = row.sign * lattice.derivative(orders_of(declared, row))
        for name in outputs(declared):
            row = GREEKS[name]
            if row.build is not None:
                X = lattice.at[declared.underlying]
                carry = (lattice.at["r"] - lattice.at["q"]) * lattice.at["T"] if "q" in lattice.at else mp.mpf(0)
                found[name] = row.build(_Parts(X, X * mp.exp(carry), found["price"], found["delta"]))
        return found


class _Parts:
    def __init__(self, X: Any, F: Any, price: Any, delta: Any) -> None:
        self.X, self.F, self.price, self.delta = X, F, price, delta


def modulus(declared: Model, name: str) -> Any:
    """The sum of the absolute terms of a Greek's textbook form, as a function of the inputs.

    d1 and d2 count with the absolute values of their own terms: the scale that rounding is measured
    against where a Greek crosses zero. It depends on the formula and the point alone.
    """
    return _modulus(declared, name)


@cache
def _modulus(declared: Model, name: str) -> Any:
    return plain(declared, _absolute(outputs(declared)[name].expr))


def _absolute(expr: Any) -> Any:
    if expr.is_Add:
        return sp.Add(*map(_absolute, expr.args))
    if expr.is_Mul:
        return sp.Mul(*map(_absolute, expr.args))
    if expr.is_Pow and expr.exp.is_positive:
        return _absolute(expr.base) ** expr.exp
    if isinstance(expr, d1 | d2):
        terms = sp.Add.make_args(expr.moneyness)
        return sum(sp.Abs(t.doit()) for t in terms) / expr.total_vol + expr.total_vol / 2
    if isinstance(expr, Phi | phi | D):
        return expr
    return sp.Abs(expr)


def points(declared: Model, count: int, seed: int) -> Iterator[dict[str, float]]:
    """Seeded points: one minute to ten years, quiet to wild, deep in and out of the money."""
    rng = np.random.default_rng(seed)
    for _ in range(count):
        T = float(np.exp(rng.uniform(np.log(1 / 525_600), np.log(10.0))))
        sigma = float(np.exp(rng.uniform(np.log(0.05), np.log(2.0))))
        r, q = (float(x) for x in rng.uniform(-0.05, 0.15, 2))
        X = float(np.exp(rng.uniform(-3, 11)))
        d = float(rng.uniform(-8, 8) if rng.random() < 0.8 else rng.uniform(-30, 30))
        carry = (r - q) * T if "q" in declared.symbols else 0.0
        K = float(X * np.exp(carry - np.clip(d * sigma * np.sqrt(T), -6, 6)))
        given = {"S": X, "F": X, "K": K, "T": T, "sigma": sigma, "r": r, "q": q}
        yield {name: given[name] for name in declared.symbols} | {"eta": float(rng.choice([-1, 1]))}
