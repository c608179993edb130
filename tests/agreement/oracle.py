"""What the kernels must agree with: numerical derivatives of the declared price, to 40 digits and more.

Nothing here differentiates symbolically. The price is evaluated with everything in it spelled out, at 130
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
from scipy.special import erfc

from greekslab.codegen import _moneyness as d_of
from greekslab.derivation import orders_of, outputs
from greekslab.formulas import Model, d1, d2, eta
from greekslab.greeks import GREEKS

EPS = float(np.finfo(float).eps)
CROSSING = 1 / 2
"""Where a Greek crosses zero its error counts against this share of the sum of its absolute terms.

Worked out, not found by trying. To sqrt T, sigma sqrt T, log(F/K), their quotient and their sum belong some
seven roundings, 3.5 eps of d1; the density turns them into 3.5 eps d1^2 of every term that it is in, which is
a little over half of 6 eps d1^2. An eighth, say, holds for 20,000 points of one seed and not of the next.
"""
SMALLEST = 1e-250
"""Below this only the sign is compared: the density nears the end of the doubles."""

Point = Mapping[str, Any]
Floats = np.ndarray[Any, np.dtype[np.float64]]


# -- the price ------------------------------------------------------------------------------------------


class Erfc:
    """The complementary error function: MPFR's own once, then its Taylor series for arguments close by."""

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
        terms = 3 - gmpy2.get_context().precision // min(-1, gmpy2.get_exp(step) + 8)
        total = gmpy2.mpfr(0)
        for coefficient in series[min(terms, len(series) - 1) :: -1]:
            total = total * step + coefficient
        return total

    @staticmethod
    def series(x: Any) -> list[Any]:
        """erfc and its derivatives over k!: the k-th is -(-1)^k H_{k-1}(x) exp(-x^2) 2/sqrt(pi)."""
        found, before, now = [gmpy2.erfc(x)], gmpy2.mpfr(0), -2 * gmpy2.exp(-x * x)
        now /= gmpy2.sqrt(gmpy2.const_pi())
        for k in range(1, 40):
            found.append(now / factorial(k))
            before, now = now, -2 * x * now - 2 * (k - 1) * before
        return found


IN_MPFR = {"exp": gmpy2.exp, "log": gmpy2.log, "sqrt": gmpy2.sqrt, "erfc": gmpy2.erfc}


@cache
def plain_price(declared: Model) -> Callable[..., Any]:
    """The declared price, spelled out, as a function of erfc, pi and the inputs in MPFR numbers."""
    arguments = [*sp.symbols("erfc pi"), *declared.symbols.values(), eta]
    return sp.lambdify(arguments, declared.expr.doit().subs(sp.pi, sp.Symbol("pi")), [IN_MPFR], cse=True)


def _Phi(x: Any) -> Any:
    return gmpy2.erfc(-x / gmpy2.sqrt(2)) / 2


def _phi(x: Any) -> Any:
    return gmpy2.exp(-x * x / 2) / gmpy2.sqrt(2 * gmpy2.const_pi())


def _d1(X: Any, K: Any, T: Any, sigma: Any, r: Any, q: Any) -> Any:
    return (gmpy2.log(X / K) + (r - q + sigma**2 / 2) * T) / (sigma * gmpy2.sqrt(T))


def _dn(F: Any, K: Any, T: Any, sigma: Any) -> Any:
    return (F - K) / (sigma * gmpy2.sqrt(T))


def _bachelier(sign: Any, F: Any, K: Any, T: Any, sigma: Any) -> Any:
    d = _dn(F, K, T, sigma)
    return sign * (F - K) * _Phi(sign * d) + sigma * gmpy2.sqrt(T) * _phi(d)


STANDS_FOR = IN_MPFR | {
    "Phi": _Phi,
    "phi": _phi,
    "D": lambda rate, years: gmpy2.exp(-rate * years),
    "LogRatio": lambda x, k: gmpy2.log(x / k),
    "d1": _d1,
    "d2": lambda X, K, T, sigma, r, q: _d1(X, K, T, sigma, r, q) - sigma * gmpy2.sqrt(T),
    "dn": _dn,
    "NormalValue": _bachelier,
}
"""What the opaque functions stand for, written by hand."""


def value(declared: Model, expr: Any, point: Point) -> Any:
    """An expression at a point, in the digits of the context."""
    arguments = [sp.Symbol("pi"), *declared.symbols.values(), eta]
    function = sp.lambdify(arguments, expr.subs(sp.pi, arguments[0]), [STANDS_FOR])
    return function(gmpy2.const_pi(), *map(gmpy2.mpfr, point.values()))


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
    return (point["r"] - point["q"]) * point["T"] if "q" in point else 0


@cache
def _steepness(declared: Model) -> Callable[..., Any]:
    one = d_of(declared)
    slopes = [one.diff(symbol) for name, symbol in declared.symbols.items() if name not in ("T", "sigma")]
    return sp.lambdify([*declared.symbols.values(), eta], slopes, [STANDS_FOR])


def scales(declared: Model, point: Point) -> dict[str, Any]:
    """The distance in each input over which a price changes: that over which d1 does, or less."""
    at = {name: gmpy2.mpfr(x) for name, x in point.items()}
    others = [name for name in declared.symbols if name not in ("T", "sigma")]
    given = {"T": at["T"], "sigma": at["sigma"]}
    for name, slope in zip(others, _steepness(declared)(*at.values()), strict=True):
        own = 1 / (1 + at["T"]) if name in ("r", "q") else abs(at[name])
        given[name] = min((x for x in (own, 1 / abs(slope) if slope else 0) if x), default=gmpy2.mpfr(1))
    return given


@cache
def _ds(declared: Model) -> Callable[..., Any]:
    one = d_of(declared)
    both = [one, d2(*one.args)] if isinstance(one, d1) else [one, one]
    return sp.lambdify([*declared.symbols.values(), eta], [d.doit() for d in both], "numpy")


def ds(declared: Model, inputs: Mapping[str, Any]) -> tuple[Floats, Floats]:
    """d1 and d2 (or Bachelier's d twice)."""
    one, two = _ds(declared)(*(np.asarray(x, float) for x in inputs.values()))
    return one, two


def digits_at(declared: Model, point: Point, order: int = 3) -> int:
    """Working digits: 45 to keep, 25 for every difference, ten spare, and what small numbers take away."""
    with np.errstate(all="ignore"):
        far = max(map(abs, ds(declared, point)))
        narrow = -np.log10(float(point["sigma"])) - np.log10(float(point["T"]))
    return 55 + 25 * order + int(far * far / 4.6) + max(0, 4 * int(narrow))


def lattice(declared: Model, point: Point) -> Differences:
    """The differences of a model's price about one point."""
    price = partial(plain_price(declared), Erfc(), gmpy2.const_pi())
    return Differences(price, point, scales(declared, point))


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
    return np.maximum(2e-14, 6 * EPS * (1 + ds(declared, inputs)[0] ** 2))


def modulus(declared: Model, name: str, inputs: Mapping[str, Any]) -> Floats:
    """The sum of the absolute terms of a Greek's textbook form.

    d1 and d2 count with the absolute values of their own terms: the scale that rounding is measured
    against where a Greek crosses zero. It depends on the formula and the point alone.
    """
    with np.errstate(all="ignore"):
        return np.asarray(_modulus(declared, name)(*(inputs[n] for n in (*declared.symbols, "eta"))), float)


@cache
def _modulus(declared: Model, name: str) -> Callable[..., Any]:
    expr = _absolute(outputs(declared)[name].expr)
    return sp.lambdify([*declared.symbols.values(), eta], expr, [{"erfc": erfc}, "numpy"])


def _absolute(expr: Any) -> Any:
    if expr.is_Add:
        return sp.Add(*map(_absolute, expr.args))
    if expr.is_Mul:
        return sp.Mul(*map(_absolute, expr.args))
    if expr.is_Pow and expr.exp.is_positive:
        return _absolute(expr.base) ** expr.exp
    if hasattr(expr, "standard"):
        parts = sp.Add.make_args(expr.standard(expr.moneyness, expr.total_vol))
        return sp.Add(*(sp.Abs(t.doit()) for part in parts for t in sp.Add.make_args(sp.expand(part))))
    return sp.Abs(expr.doit())
