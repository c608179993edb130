"""A declared expression in other numbers: complex ones, and jets, which carry derivatives.

Nothing is differentiated or compiled here. An expression is walked node by node, and what comes out of
numbers that add, multiply and know a few functions is its value in those numbers.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from itertools import product
from math import factorial, prod
from operator import add, mul
from types import MappingProxyType
from typing import Any, ClassVar

import numpy as np

from greekslab.primitives import Phi, log_ratio, phi

__all__ = ["COMPLEX", "JETS", "ROUGH", "Jet", "MethodError", "Rough", "walk"]


class MethodError(ValueError):
    """A Greek, a function or a setting that a method cannot serve."""


@dataclass(frozen=True, slots=True)
class Jet:
    """A Taylor polynomial in a few variables, truncated at an order: arithmetic that carries derivatives.

    Parameters
    ----------
    variables : tuple of str
    order : int, the total order kept
    terms : powers of the variables -> coefficient (float or array); those that are zero may be left out

    Notes
    -----
    A coefficient is the derivative over the factorials of its powers. Sums and products are those of
    polynomials; a function is composed through its own derivatives at the constant term (`through`).

    References
    ----------
    Griewank and Walther (2008), Evaluating Derivatives, 2nd edition, chapter 13.

    Examples
    --------
    The second derivative of x^3 y by x, at x = 2 and y = 5, is 6 x y = 60.

    >>> x, y = (Jet.variable(name, at, ("x", "y"), 3) for name, at in (("x", 2.0), ("y", 5.0)))
    >>> (x * x * x * y).partial(x=2)
    60.0
    """

    variables: tuple[str, ...]
    order: int
    terms: Mapping[tuple[int, ...], Any]

    __array_ufunc__: ClassVar[None] = None  # an array leaves products and sums with a jet to the jet

    @classmethod
    def variable(cls, name: str, at: Any, variables: tuple[str, ...], order: int) -> Jet:
        """One of the variables, at a value; a name that is none of them is a constant."""
        nothing = (0,) * len(variables)
        slope = tuple(int(name == other) for other in variables)
        return cls(variables, order, {nothing: at} | ({slope: 1.0} if any(slope) and order else {}))

    @property
    def constant(self) -> Any:
        """The value: the coefficient of no power."""
        return self.terms.get(self._nothing, 0.0)

    @property
    def _nothing(self) -> tuple[int, ...]:
        return (0,) * len(self.variables)

    def _common_order(self, other: Jet) -> int:
        if other.variables != self.variables:
            raise MethodError(f"jets in {self.variables} and in {other.variables} do not mix")
        return min(self.order, other.order)

    def partial(self, **orders: int) -> Any:
        """The partial derivative by so many of each variable; plain, without the minus sign of T."""
        unknown = [name for name in orders if name not in self.variables]
        if unknown or sum(orders.values()) > self.order:
            raise MethodError(f"a jet of order {self.order} in {self.variables} has no derivative {orders}")
        powers = tuple(orders.get(name, 0) for name in self.variables)
        return self.terms.get(powers, 0.0) * prod(map(factorial, powers))

    def along(self, name: str) -> Jet:
        """The derivative by a variable, as a jet of one order less."""
        at = self.variables.index(name)
        lowered = {(*p[:at], p[at] - 1, *p[at + 1 :]): p[at] * c for p, c in self.terms.items() if p[at]}
        return Jet(self.variables, self.order - 1, lowered)

    @property
    def size(self) -> Jet:
        """The absolute values of the coefficients."""
        return Jet(self.variables, self.order, {p: np.abs(c) for p, c in self.terms.items()})

    def __add__(self, other: Any) -> Jet:
        its = other if isinstance(other, Jet) else Jet(self.variables, self.order, {self._nothing: other})
        order, terms = self._common_order(its), dict(self.terms)
        for powers, c in its.terms.items():
            terms[powers] = terms[powers] + c if powers in terms else c
        return Jet(self.variables, order, {p: c for p, c in terms.items() if sum(p) <= order})

    def __mul__(self, other: Any) -> Jet:
        if not isinstance(other, Jet):
            return Jet(self.variables, self.order, {p: c * other for p, c in self.terms.items()})
        order = self._common_order(other)
        terms: dict[tuple[int, ...], Any] = {}
        for (p, a), (q, b) in product(self.terms.items(), other.terms.items()):
            if sum(p) + sum(q) <= order:
                powers = tuple(map(add, p, q))
                terms[powers] = terms[powers] + a * b if powers in terms else a * b
        return Jet(self.variables, order, terms)

    __radd__, __rmul__ = __add__, __mul__

    def __neg__(self) -> Jet:
        return self * -1.0

    def __sub__(self, other: Any) -> Jet:
        return self.__add__(-other)

    def __rsub__(self, other: Any) -> Jet:
        return (-self).__add__(other)

    def __truediv__(self, other: Any) -> Jet:
        return self.__mul__(other**-1.0)

    def __pow__(self, power: float) -> Jet:
        if power in (1, 2, 3):
            return reduce(mul, [self] * int(power))
        return self.through(_power(power)(self.constant, self.order + 1))

    def through(self, derivatives: Sequence[Any]) -> Jet:
        """f of the jet, from f, f', f'', ... at its constant term: Horner's rule."""
        step = Jet(self.variables, self.order, {p: c for p, c in self.terms.items() if p != self._nothing})
        total = Jet(self.variables, self.order, {})
        for k in range(self.order, -1, -1):
            total = total.__mul__(step).__add__(derivatives[k] / factorial(k))
        return total

    def exp(self) -> Jet:
        """The exponential."""
        return self.through(_exp(self.constant, self.order + 1))

    def log(self) -> Jet:
        """The natural logarithm."""
        return self.through(_log(self.constant, self.order + 1))

    def Phi(self) -> Jet:
        """The standard normal distribution function."""
        return self.through(_Phi(self.constant, self.order + 1))

    def phi(self) -> Jet:
        """The standard normal density."""
        return self.through(_phi(self.constant, self.order + 1))


# -- functions by their derivatives: f(u), f'(u), ..., so many of them -----------------------------------


def _exp(u: Any, count: int) -> list[Any]:
    return [np.exp(u)] * count


def _log(u: Any, count: int) -> list[Any]:
    return [np.log(u), *(-factorial(k - 1) * (-1 / u) ** k for k in range(1, count))]


def _power(power: float) -> Callable[[Any, int], list[Any]]:
    return lambda u, count: [prod(power - i for i in range(k)) * u ** (power - k) for k in range(count)]


def _phi(u: Any, count: int) -> list[Any]:
    """The density: its next derivative is -u times the last, less n times the one before."""
    found = [phi(u), -u * phi(u)]
    for n in range(1, count - 1):
        found.append(-u * found[-1] - n * found[-2])
    return found[:count]


def _Phi(u: Any, count: int) -> list[Any]:
    return [Phi(u), *_phi(u, count - 1)]


def _jet_log_ratio(x: Jet, k: Jet) -> Jet:
    ratio = x.log() - k.log()
    return Jet(x.variables, x.order, {**ratio.terms, x._nothing: log_ratio(x.constant, k.constant)})


JETS: Mapping[str, Callable[..., Any]] = MappingProxyType(
    {
        "exp": Jet.exp,
        "log": Jet.log,
        "Phi": Jet.Phi,
        "phi": Jet.phi,
        "erfc": lambda z: 2.0 * (-np.sqrt(2) * z).Phi(),
        "LogRatio": _jet_log_ratio,
    }
)


@dataclass(frozen=True, slots=True)
class Rough:
    """A jet, and what rounding may have done to each of its coefficients, in units of eps (first order).

    References
    ----------
    Higham (2002), Accuracy and Stability of Numerical Algorithms, 2nd edition, section 3.3: running error
    analysis.
    """

    jet: Jet
    doubt: Jet

    @classmethod
    def exact(cls, jet: Jet) -> Rough:
        """A jet without error: an input."""
        return cls(jet, Jet(jet.variables, jet.order, {}))

    def __add__(self, other: Any) -> Rough:
        its = other if isinstance(other, Rough) else Rough.exact(self.jet * 0.0 + other)
        jet = self.jet + its.jet
        return Rough(jet, self.doubt + its.doubt + jet.size)

    def __mul__(self, other: Any) -> Rough:
        if not isinstance(other, Rough):
            jet = self.jet * other
            return Rough(jet, self.doubt * np.abs(other) + jet.size)
        mine, its = self.jet.size, other.jet.size
        return Rough(self.jet * other.jet, self.doubt * its + mine * other.doubt + 2.0 * (mine * its))

    __radd__, __rmul__ = __add__, __mul__

    def __pow__(self, power: float) -> Rough:
        return reduce(mul, [self] * int(power)) if power in (1, 2, 3) else self.through(_power(power))

    def through(self, function: Callable[[Any, int], list[Any]], slack: Any = 4.0) -> Rough:
        """A function of it, from its derivatives: what was in doubt is stretched by the slope."""
        given = function(self.jet.constant, self.jet.order + 2)
        size = [np.abs(value) for value in given]
        step = self.jet.size
        stretched = step.through(size[1:]) * self.doubt
        return Rough(self.jet.through(given), stretched + slack * step.through(size))

    def Phi(self) -> Rough:
        """The normal distribution function, whose exponent loses digits in the wings."""
        return self.through(_Phi, 4.0 + self.jet.constant**2)

    def phi(self) -> Rough:
        """The normal density."""
        return self.through(_phi, 4.0 + self.jet.constant**2)


def _rough_log_ratio(x: Rough, k: Rough) -> Rough:
    ratio = x.through(_log) + -1.0 * k.through(_log)
    jet = _jet_log_ratio(x.jet, k.jet)
    own = 2.0 * np.abs(jet.constant)
    given = x.doubt.constant / np.abs(x.jet.constant) + k.doubt.constant / np.abs(k.jet.constant)
    return Rough(jet, Jet(jet.variables, jet.order, {**ratio.doubt.terms, jet._nothing: own + given}))


ROUGH: Mapping[str, Callable[..., Any]] = MappingProxyType(
    {
        "exp": lambda z: z.through(_exp),
        "log": lambda z: z.through(_log),
        "Phi": Rough.Phi,
        "phi": Rough.phi,
        "erfc": lambda z: 2.0 * (-np.sqrt(2) * z).Phi(),
        "LogRatio": _rough_log_ratio,
    }
)


def _complex_Phi(z: Any) -> Any:
    """Phi by the Faddeeva function w: the lower tail is exp(-u^2) w(iu)/2 with u = -z/sqrt 2."""
    from scipy.special import wofz

    z = np.asarray(z, complex)
    u = np.where(z.real > 0, z, -z) / np.sqrt(2)
    tail = 0.5 * np.exp(-u * u) * wofz(1j * u)
    return np.where(z.real > 0, 1 - tail, tail)


def _complex_log_ratio(x: Any, k: Any) -> Any:
    return log_ratio(np.abs(x), np.abs(k)) + 1j * (np.angle(x) - np.angle(k))


COMPLEX: Mapping[str, Callable[..., Any]] = MappingProxyType(
    {
        "exp": np.exp,
        "log": np.log,
        "Phi": _complex_Phi,
        "phi": phi,
        "erfc": lambda z: 2 * _complex_Phi(-np.sqrt(2) * z),
        "LogRatio": _complex_log_ratio,
    }
)


def walk(expr: Any, known: dict[Any, Any], functions: Mapping[str, Callable[..., Any]]) -> Any:
    """The value of an expression, node by node, in any numbers that add, multiply and take powers.

    `known` holds the symbols' values and gathers those of all nodes; an opaque function without a rule of
    its own is spelled out.
    """
    if expr in known:
        return known[expr]
    kind = expr.func.__name__
    if expr.is_number and not expr.args:
        value: Any = float(expr)
    elif kind in ("Add", "Mul"):
        value = reduce(add if kind == "Add" else mul, (walk(e, known, functions) for e in expr.args))
    elif kind == "Pow" and expr.exp.is_number:
        value = walk(expr.base, known, functions) ** float(expr.exp)
    elif kind in functions:
        value = functions[kind](*(walk(e, known, functions) for e in expr.args))
    else:
        value = walk(_spelled(expr), known, functions)
    known[expr] = value
    return value


def _spelled(node: Any) -> Any:
    """What an opaque function stands for; d1 and d2 in the form that keeps log(F/K) whole."""
    if hasattr(node, "standard"):
        return node.standard(node.moneyness, node.total_vol)
    plain = node.doit()
    if plain == node:
        raise MethodError(f"there is no rule for {node} in complex numbers and jets")
    return plain
