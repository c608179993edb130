"""Units as exponents of a few atoms, and the inputs that carry them.

A unit is never chosen: a Greek's is the price's over those of its inputs (`Unit.__truediv__`).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

__all__ = ["ATOMS", "ONE", "Input", "Kernel", "Unit", "right_sign"]

ATOMS: Mapping[str, tuple[str, float]] = MappingProxyType(
    {
        "quote": ("quote", 0.0),
        "underlying": ("underlying", 0.0),
        "yr": ("yr", 1.0),
        "vol": ("1.00 vol", -0.5),
        "rate": ("1.00 rate", -1.0),
    }
)
"""Atom -> how it reads, and its power of time (a volatility scales as 1/sqrt(yr), a rate as 1/yr)."""

_POWERS = {2: "²", 3: "³", 4: "⁴", 5: "⁵"}


@dataclass(frozen=True, slots=True)
class Unit:
    """A product of powers of atoms.

    Examples
    --------
    >>> price, spot, vol = Unit.of(quote=1), Unit.of(quote=1, underlying=-1), Unit.of(vol=1)
    >>> str(price / spot / vol), str(price / spot / spot)
    ('underlying per 1.00 vol', 'underlying² per quote')
    >>> (price / spot / spot).text(quote="USD", underlying="BTC")
    'BTC² per USD'
    """

    powers: tuple[tuple[str, int], ...] = ()

    @classmethod
    def of(cls, **powers: int) -> Unit:
        """A unit from atoms and their powers; zero powers drop out."""
        unknown = set(powers) - set(ATOMS)
        if unknown:
            raise ValueError(f"unknown unit {sorted(unknown)[0]!r}; there are {', '.join(ATOMS)}")
        return cls(tuple((atom, powers[atom]) for atom in ATOMS if powers.get(atom)))

    def __mul__(self, other: Unit) -> Unit:
        mine, its = dict(self.powers), dict(other.powers)
        return Unit.of(**{atom: mine.get(atom, 0) + its.get(atom, 0) for atom in mine | its})

    def __truediv__(self, other: Unit) -> Unit:
        return self * Unit(tuple((atom, -power) for atom, power in other.powers))

    def __sub__(self, other: Unit) -> Unit:
        if self != other:
            raise ValueError(f"a difference of {self} and {other} has no unit")
        return self

    @property
    def time(self) -> float:
        """The power of time: how the quantity scales when years are counted in another unit."""
        return sum(power * ATOMS[atom][1] for atom, power in self.powers)

    @property
    def currency(self) -> int:
        """The power of the quote currency."""
        return dict(self.powers).get("quote", 0)

    def text(self, **names: str) -> str:
        """The unit in words; `quote` and `underlying` may be given their names."""
        words = {atom: names.get(atom, reads) for atom, (reads, _) in ATOMS.items()}
        above = "·".join(words[a] + _POWERS.get(p, "") for a, p in self.powers if p > 0)
        below = " per ".join(words[a] + _POWERS.get(-p, "") for a, p in self.powers if p < 0)
        return " per ".join(filter(None, [above or ("1" if below else "dimensionless"), below]))

    def __str__(self) -> str:
        return self.text()


ONE = Unit()


@dataclass(frozen=True, slots=True)
class Input:
    """One input of a model: its name, unit and domain.

    Parameters
    ----------
    name : str, the papers' letter
    unit : Unit
    low : float, the lower end of the domain
    open : bool, whether the lower end itself is outside
    meaning : str, a few words
    latex : str, empty for the name itself
    """

    name: str
    unit: Unit
    low: float = -math.inf
    open: bool = False
    meaning: str = ""
    latex: str = ""

    @property
    def domain(self) -> str:
        """The permitted range in words."""
        if self.low == -math.inf:
            return "finite"
        return f"finite and {'>' if self.open else '>='} {self.low:g}"


@dataclass(frozen=True, slots=True)
class Kernel:
    """The numeric face of a model, printed by `codegen`: what `evaluate` needs, and no SymPy.

    Parameters
    ----------
    name : str, the model
    inputs : tuple of Input
    underlying, settle : as in the model
    price_unit : Unit
    units : Greek -> Unit, in the order of the bits of `want`
    moneyness : function of the inputs to the terms of log(F/K), or None for a model without
    run : function (want, *inputs, eta, x) to a dict of the Greeks whose bits are set in want
    no_limit : "T" and "sigma" -> the Greeks that have no limit there, at the forward
    strike : as in the model
    """

    name: str
    inputs: tuple[Input, ...]
    underlying: str
    settle: str
    price_unit: Unit
    units: Mapping[str, Unit]
    moneyness: Callable[..., tuple[Any, ...]] | None
    run: Callable[..., dict[str, Any]]
    no_limit: Mapping[str, frozenset[str]]
    strike: str = "K"

    @property
    def greeks(self) -> tuple[str, ...]:
        """The names it computes."""
        return tuple(self.units)

    @property
    def input_names(self) -> tuple[str, ...]:
        """The names of its inputs, in order."""
        return tuple(i.name for i in self.inputs)

    def index(self, wrt: tuple[str, ...]) -> tuple[str, ...]:
        """The roles of a row of the table as inputs of this model."""
        own = {"X": self.underlying, "K": self.strike}
        return tuple(own.get(role, role) for role in wrt)

    def want(self, names: tuple[str, ...]) -> int:
        """The bits of some Greeks."""
        order = self.greeks
        return sum(1 << order.index(name) for name in set(names))


_RIGHTS = {"call": 1, "c": 1, "put": -1, "p": -1, "1": 1, "+1": 1, "-1": -1, "1.0": 1, "-1.0": -1}


def right_sign(right: ArrayLike) -> NDArray[np.int8]:
    """Calls as +1 and puts as -1, from any of the usual spellings.

    Parameters
    ----------
    right : "call", "put", "C", "P", +1 or -1, scalar or array of any shape

    Returns
    -------
    int8 array of the same shape

    Raises
    ------
    ValueError
        A value that is none of these, by name.

    Examples
    --------
    >>> right_sign(["call", "P", "C"])
    array([ 1, -1,  1], dtype=int8)
    """
    given = np.asarray(right)
    if given.dtype.kind in "if" and bool(np.all(np.abs(given) == 1)):
        return given.astype(np.int8)
    signs = np.zeros(given.shape, np.int8)
    for name in ("call", "put", "C", "P") if given.dtype.kind == "U" else ():
        signs[given == name] = _RIGHTS[name.lower()]
    rest = signs == 0
    names, where = np.unique(given[rest].astype(str), return_inverse=True)
    try:
        signs[rest] = np.array([_RIGHTS[name.strip().lower()] for name in names], np.int8)[where]
    except KeyError as error:
        raise ValueError(f"right {error.args[0]!r} is not one of call, put, C, P, +1, -1") from None
    return signs
