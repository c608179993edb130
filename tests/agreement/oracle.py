"""What the kernels must agree with: numerical derivatives of the declared price, to 40 digits and more.

Nothing here differentiates symbolically. The price is evaluated with what its functions stand for, at 130
digits and more, and differentiated by central differences with steps of 1e-25 of the input's own scale.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache, partial
from itertools import product
from math import comb, factorial, prod
from types import SimpleNamespace
from typing import Any

import gmpy2
import numpy as np
import sympy as sp
from scipy.special import ndtr

from greekslab.derivation import orders_of, outputs
from greekslab.formulas import D, Model, NormalValue, Phi, d1, d2, dn, eta, phi
from greekslab.greeks import GREEKS

EPS = float(np.finfo(float).eps)
CROSSING = 1 / 8
"""Where a Greek crosses zero its error counts against this share of the sum of its absolute terms."""
SMALLEST = 1e-250
"""Below this only the sign is compared: the density nears the end of the doubles."""

Point = Mapping[str, Any]
Floats = np.ndarray[Any, np.dtype[np.float64]]


# -- the price ------------------------------------------------------------------------------------------


class Normal:
    """The normal distribution function: MPFR's erfc once, then its Taylor series for arguments close by."""

    def __init__(self) -> None:
        self.centres: list[tuple[Any, list[Any]]] = []

    def __call__(self, x: Any) -> Any:
        for centre, series in self.centres:
            step = x - centre
            if abs(step) < 1e-15:
                return self.near(step, series)
        self.centres.append((x, self.series(x)))
        return self.centres[-1][1][0]

    @staticmethod
    def near(step: Any, series: list[Any]) -> Any:
        """The series by Horner's rule, as far as it counts."""
        if not step:
            return series[0]
        terms = 3 - gmpy2.get_context().precision // min(-1, gmpy2.get_exp(step) + 6)
        total = gmpy2.mpfr(0)
        for coefficient in series[min(terms, len(series) - 1) :: -1]:
            total = total * step + coefficient
        return total

    @staticmethod
    def series(x: Any) -> list[Any]:
        """Phi(x) and its derivatives over k!: the k-th is He_{k-1}(-x) phi(x)."""
        density = gmpy2.exp(-x * x / 2) / gmpy2.sqrt(2 * gmpy2.const_pi())
        found, before, now = [gmpy2.erfc(-x / gmpy2.sqrt(2)) / 2], gmpy2.mpfr(0), density
        for k in range(1, 40):
            found.append(now / factorial(k))
            before, now = now, -x * now - (k - 1) * before
        return found


IN_MPFR = {
    "D": lambda rate, years: gmpy2.exp(-rate * years),
    "phi": lambda x: gmpy2.exp(-x * x / 2) / gmpy2.sqrt(2 * gmpy2.const_pi()),
    "log": gmpy2.log,
    "sqrt": gmpy2.sqrt,
}
"""What the functions of a declared price stand for, in MPFR; Phi is a `Normal` of each point's own."""


def spelled(expr: Any) -> Any:
    """An expression with d1, d2, dn and the normal model's value written out, Phi and phi left standing."""
    expr = expr.replace(NormalValue, normal_value)
    return expr.replace(lambda e: isinstance(e, d1 | d2 | dn), lambda e: e.doit())


def normal_value(sign: Any, F: Any, K: Any, T: Any, sigma: Any) -> Any:
    """E max(sign (X - K), 0) for X normal about F: Bachelier (1900)."""
    d = dn(F, K, T, sigma)
    return sign * (F - K) * Phi(sign * d) + sigma * sp.sqrt(T) * phi(d)


@cache
def plain_price(declared: Model) -> Callable[..., Any]:
    """The declared price as a function of the normal distribution and of MPFR numbers."""
    arguments = [sp.Symbol("Phi"), *declared.symbols.values(), eta]
    return sp.lambdify(arguments, spelled(declared.expr), [IN_MPFR], cse=True)


# -- its derivatives ------------------------------------------------------------------------------------


class Differences:
    """Central differences of a function about one point; values on the lattice are computed once."""

    def __init__(self, price: Callable[..., Any], point: Mapping[str, Any], scale: Mapping[str, Any]) -> None:
        self.price = price
        self.eta = gmpy2.mpfr(point["eta"])
        self.at = {name: gmpy2.mpfr(x) for name, x in point.items() if name != "eta"}
        step = gmpy2.mpfr(10) ** -25 / 2
        self.half = {name: step * scale[name] for name in self.at}
        self.known: dict[tuple[int, ...], Any] = {}

    def value(self, offsets: tuple[int, ...]) -> Any:
        """The price so many half steps away from the point."""
        if offsets not in self.known:
            moved = (x + k * self.half[name] for (name, x), k in zip(self.at.items(), offsets, strict=True))
            self.known[offsets] = self.price(*moved, self.eta)
        return self.known[offsets]

    def derivative(self, orders: Mapping[str, int]) -> Any:
        """The partial derivative, to some 45 digits."""
        by_input = [orders.get(name, 0) for name in self.at]
        stencils = [[(n - 2 * k, (-1) ** k * comb(n, k)) for k in range(n + 1)] for n in by_input]
        corners = (zip(*corner, strict=True) for corner in product(*stencils))
        total = sum(prod(weights) * self.value(offsets) for offsets, weights in corners)
        return total / prod((2 * self.half[name]) ** order for name, order in orders.items())


def carry(point: Point) -> Any:
    """log(F/X): the growth of the forward."""
    return (point["r"] - point["q"]) * point["T"] if "q" in point else 0.0


def scales(declared: Model, point: Mapping[str, Any]) -> dict[str, Any]:
    """The distance in each input over which a price changes."""
    years, vol = gmpy2.mpfr(point["T"]), gmpy2.mpfr(point["sigma"])
    rate = 1 / (1 + years)
    given = {"T": years, "sigma": vol, "r": rate, "q": rate}
    s = vol * gmpy2.sqrt(years)
    return {name: given.get(name, s if normal(declared) else x * min(1, s)) for name, x in point.items()}


def normal(declared: Model) -> bool:
    """Whether the model's price moves by normal steps."""
    return bool(declared.expr.has(NormalValue))


def middle(declared: Model, point: Point) -> tuple[Any, Any]:
    """(log(F/K)/s, s), s = sigma sqrt T: what tells how far out and how wide a point is."""
    s = point["sigma"] * np.sqrt(point["T"])
    if normal(declared):
        return (point[declared.underlying] - point["K"]) / s, 0.0 * s
    return (np.log(point[declared.underlying] / point["K"]) + carry(point)) / s, s


def digits_at(declared: Model, point: Point, order: int = 3) -> int:
    """Working digits: 45 to keep, 25 for every difference, ten spare, and what the density takes away."""
    middle_d, s = middle(declared, {name: float(x) for name, x in point.items()})
    return 55 + 25 * order + int((abs(middle_d) + s / 2) ** 2 / 4.6)


def lattice(declared: Model, point: Point) -> Differences:
    """The differences of a model's price about one point."""
    return Differences(partial(plain_price(declared), Normal()), point, scales(declared, point))


def precision(digits: int) -> Any:
    """A context of so many digits."""
    return gmpy2.context(gmpy2.get_context(), precision=int(digits * 3.33))


def exact(declared: Model, point: Point) -> dict[str, Any]:
    """Every named Greek at one point, with the sign rule, from differences of the price alone."""
    with precision(digits_at(declared, point)):
        return named_from(declared, lattice(declared, point))


def exact_derivative(declared: Model, point: Point, orders: Mapping[str, int]) -> Any:
    """Any derivative at one point, with the sign rule."""
    with precision(digits_at(declared, point, sum(orders.values()))):
        return (-1) ** orders.get("T", 0) * lattice(declared, point).derivative(orders)


def named_from(declared: Model, differences: Differences) -> dict[str, Any]:
    """Every named Greek of a model from the differences of some price."""
    rows = [GREEKS[name] for name in outputs(declared)]
    found = {
        row.name: row.sign * differences.derivative(orders_of(declared, row)) for row in rows if not row.build
    }
    at = differences.at
    X = at[declared.underlying]
    own = SimpleNamespace(X=X, F=X * gmpy2.exp(carry(at)), price=found["price"], delta=found["delta"])
    return {row.name: row.build(own) if row.build else found[row.name] for row in rows}


# -- the bound ------------------------------------------------------------------------------------------


def bound(declared: Model, inputs: Mapping[str, Any]) -> Floats:
    """The relative error allowed: the rounding of d1, and nothing below a hundred roundings."""
    middle_d, s = middle(declared, inputs)
    return np.maximum(2e-14, 6 * EPS * (1 + (middle_d + s / 2) ** 2))


def modulus(declared: Model, name: str, inputs: Mapping[str, Any]) -> Floats:
    """The sum of the absolute terms of a Greek's textbook form.

    d1 and d2 count with the absolute values of their own terms: the scale that rounding is measured
    against where a Greek crosses zero. It depends on the formula and the point alone.
    """
    with np.errstate(all="ignore"):
        return np.asarray(_modulus(declared, name)(*(inputs[n] for n in (*declared.symbols, "eta"))), float)


@cache
def _modulus(declared: Model, name: str) -> Callable[..., Any]:
    stands_for = {
        "Phi": ndtr,
        "phi": lambda x: np.exp(-x * x / 2) / np.sqrt(2 * np.pi),
        "D": lambda r, T: np.exp(-r * T),
    }
    arguments = [*declared.symbols.values(), eta]
    return sp.lambdify(arguments, spelled(_absolute(outputs(declared)[name].expr)), [stands_for, "numpy"])


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
    if isinstance(expr, dn):
        return (sp.Abs(expr.args[0]) + sp.Abs(expr.args[1])) / expr.total_vol
    if isinstance(expr, Phi | phi | D | NormalValue):
        return expr
    return sp.Abs(expr)
