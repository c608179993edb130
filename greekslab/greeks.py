"""The table of Greeks: a row is a name and the inputs to differentiate by.

Formula, sign, unit and kernel follow from the row; nothing about a Greek is written anywhere else.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from numbers import Integral
from types import MappingProxyType
from typing import Any, Protocol

from greekslab.quantities import Unit

__all__ = [
    "DESK",
    "GREEKS",
    "Desk",
    "Greek",
    "UnknownGreekError",
    "UnknownModelError",
    "canonical",
    "is_order",
    "names_of",
    "nearest",
]


class UnknownGreekError(KeyError):
    """A name that is no Greek of the model; says which are nearest."""

    def __str__(self) -> str:
        return str(self.args[0])


class UnknownModelError(UnknownGreekError):
    """A name that is no declared model; says which there are."""


class Ingredients(Protocol):
    """What a derived row may be built from; the same row builds expressions, numbers and units."""

    X: Any
    F: Any
    price: Any
    delta: Any


@dataclass(frozen=True, slots=True)
class Greek:
    """One row: a name and the roles to differentiate by.

    Parameters
    ----------
    name : str
    wrt : tuple of roles: "X" the model's underlying, "K" its strike, any other the input of that name
    symbol : str, LaTeX
    meaning : str, one line
    aliases : tuple of str
    build : for a derived row, its expression in price, delta, X and the forward F
    """

    name: str
    wrt: tuple[str, ...]
    symbol: str
    meaning: str
    aliases: tuple[str, ...] = ()
    build: Callable[[Ingredients], Any] | None = None

    @property
    def order(self) -> int:
        """How often the price is differentiated."""
        return len(self.wrt)

    @property
    def sign(self) -> int:
        """-1 for every T in the index: a time Greek reads as the clock runs."""
        return -1 if self.wrt.count("T") % 2 else 1


X, K, T, _S, R, Q = "X", "K", "T", "sigma", "r", "q"

_ROWS = (
    Greek("price", (), "V", "value of the option", ("value", "premium")),
    Greek("delta", (X,), r"\Delta", "change of value with the underlying", ("dvaluedspot",)),
    Greek("dual_delta", (K,), r"\Delta_K", "change of value with the strike", ("strike_delta",)),
    Greek("vega", (_S,), r"\mathcal{V}", "change of value with volatility", ("dvaluedvol",)),
    Greek("theta", (T,), r"\Theta", "change of value as the clock runs", ("time_decay", "dvaluedtime")),
    Greek("rho", (R,), r"\rho", "change of value with the interest rate", ("dvaluedrate",)),
    Greek("epsilon", (Q,), r"\varepsilon", "change of value with the yield", ("phi", "dividend_rho")),
    Greek("gamma", (X, X), r"\Gamma", "change of delta with the underlying", ("ddeltadspot",)),
    Greek("dual_gamma", (K, K), r"\Gamma_K", "curvature of value in the strike", ("strike_gamma",)),
    Greek(
        "vanna",
        (X, _S),
        r"\mathrm{vanna}",
        "change of delta with volatility, and of vega with the underlying",
        ("ddeltadvol", "dvegadspot"),
    ),
    Greek(
        "charm",
        (X, T),
        r"\mathrm{charm}",
        "change of delta as the clock runs",
        ("delta_decay", "delta_bleed", "ddeltadtime"),
    ),
    Greek(
        "volga",
        (_S, _S),
        r"\mathrm{volga}",
        "change of vega with volatility",
        ("vomma", "vega_convexity", "dvegadvol"),
    ),
    Greek(
        "veta", (_S, T), r"\mathrm{veta}", "change of vega as the clock runs", ("dvegadtime", "vega_decay")
    ),
    Greek("vera", (_S, R), r"\mathrm{vera}", "change of rho with volatility", ("rhova", "drhodvol")),
    Greek("speed", (X, X, X), r"\mathrm{speed}", "change of gamma with the underlying", ("dgammadspot",)),
    Greek("zomma", (X, X, _S), r"\mathrm{zomma}", "change of gamma with volatility", ("dgammadvol",)),
    Greek(
        "color",
        (X, X, T),
        r"\mathrm{color}",
        "change of gamma as the clock runs",
        ("colour", "gamma_decay", "gamma_bleed", "dgammadtime"),
    ),
    Greek("dvannadvol", (X, _S, _S), r"\mathrm{dvannadvol}", "change of vanna with volatility"),
    Greek(
        "parmicharma",
        (X, T, T),
        r"\mathrm{parmicharma}",
        "change of charm as the clock runs",
        ("charm_decay", "dcharmdtime"),
    ),
    Greek(
        "ultima",
        (_S, _S, _S),
        r"\mathrm{ultima}",
        "change of volga with volatility",
        ("dvommadvol", "dvolgadvol"),
    ),
    Greek(
        "totto",
        (_S, _S, T),
        r"\mathrm{totto}",
        "change of volga as the clock runs",
        ("dvommadtime", "volga_decay"),
    ),
    Greek(
        "elasticity",
        (),
        r"\lambda",
        "percent change of value for one percent of the underlying",
        ("lambda", "omega"),
        lambda g: g.X * g.delta / g.price,
    ),
    Greek(
        "delta_forward",
        (X,),
        r"\Delta_F",
        "change of value with the forward price",
        ("forward_delta", "driftless_delta"),
        lambda g: g.delta * g.X / g.F,
    ),
    Greek(
        "delta_premium_adjusted",
        (X,),
        r"\Delta_{pa}",
        "delta less the premium, counted in the underlying",
        ("premium_adjusted_delta", "premium_included_delta", "net_transaction_delta"),
        lambda g: g.delta - g.price / g.X,
    ),
    Greek(
        "delta_coin",
        (X, X),
        r"\Delta_{coin}",
        "change of the value counted in the underlying, with the underlying's price",
        ("coin_delta", "inverse_option_delta"),
        lambda g: (g.delta - g.price / g.X) / g.X,
    ),
)

GREEKS: Mapping[str, Greek] = MappingProxyType({row.name: row for row in _ROWS})


@dataclass(frozen=True, slots=True)
class Desk:
    """A desk unit: a raw Greek times a constant, and times a power of the underlying where it is money.

    Parameters
    ----------
    name : str; the suffix says the unit
    greek : str, the raw Greek
    scale : float
    money : int, the power of the underlying's price; 0 keeps the model's own unit
    words : how the atoms of the raw unit read here
    of : str, what the money is of
    tail : str, what the unit's text ends on
    """

    name: str
    greek: str
    scale: float
    money: int = 0
    words: Mapping[str, str] = field(default_factory=dict)
    of: str = ""
    tail: str = ""

    def unit_text(self, raw: Unit, spot: Unit, quote: str = "quote", underlying: str = "underlying") -> str:
        """The unit in words, from the raw Greek's unit and the underlying price's."""
        for _ in range(self.money):
            raw = raw * spot
        return raw.text(quote=quote + self.of, underlying=underlying, **self.words) + self.tail


_PT, _DAY, _BP, _OF = {"vol": "vol point"}, {"yr": "day"}, {"rate": "bp"}, " of delta"

DESK: Mapping[str, Desk] = MappingProxyType(
    {
        d.name: d
        for d in (
            Desk("vega_pt", "vega", 1e-2, words=_PT),
            Desk("vanna_pt", "vanna", 1e-2, words=_PT),
            Desk("volga_pt", "volga", 1e-4, words=_PT),
            Desk("theta_day", "theta", 1 / 365, words=_DAY),
            Desk("charm_day", "charm", 1 / 365, words=_DAY),
            Desk("rho_bp", "rho", 1e-4, words=_BP),
            Desk("delta_usd", "delta", 1.0, 1, of=_OF),
            Desk("delta_usd_1pct", "delta", 1e-2, 1, tail=" per 1 %"),
            Desk("gamma_usd_1pct", "gamma", 1e-2, 2, of=_OF, tail=" per 1 %"),
            Desk("vanna_usd_pt", "vanna", 1e-2, 1, _PT, _OF),
            Desk("charm_usd_day", "charm", 1 / 365, 1, _DAY, _OF),
        )
    }
)
"""Desk units. Those without money are per option; those with money belong to a book (`exposure`)."""


def _plain(name: str) -> str:
    return name.strip().lower().replace("-", "_").replace(" ", "_")


_NAMES: Mapping[str, str] = MappingProxyType(
    {alias: row.name for row in _ROWS for alias in (row.name, *row.aliases)} | {name: name for name in DESK}
)


def canonical(name: str) -> str:
    """The canonical name of a Greek or desk unit, from any spelling or synonym.

    Raises
    ------
    UnknownGreekError
        With the nearest names.

    Examples
    --------
    >>> canonical("Vomma"), canonical("DvegaDspot"), canonical("delta decay")
    ('volga', 'vanna', 'charm')
    """
    plain = _plain(name)
    if plain in _NAMES:
        return _NAMES[plain]
    squeezed = {alias.replace("_", ""): target for alias, target in _NAMES.items()}
    if plain.replace("_", "") in squeezed:
        return squeezed[plain.replace("_", "")]
    raise UnknownGreekError(f"unknown Greek {name!r}{nearest(plain, _NAMES)}")


def nearest(name: str, among: Iterable[str]) -> str:
    """What to append to the refusal of a name: the nearest ones, or all."""
    near = difflib.get_close_matches(name, list(among), 3, 0.5)
    return f"; did you mean {' or '.join(near)}?" if near else f"; there are {', '.join(among)}"


def is_order(given: Any) -> bool:
    """Whether this can be an order of differentiation: a whole number, not negative."""
    return not isinstance(given, bool) and isinstance(given, Integral) and int(given) >= 0


def names_of(model: Any) -> tuple[str, ...]:
    """The Greeks that a model has, by the inputs it declares (any object with the fields of a Model)."""
    inputs = {i.name for i in model.inputs}
    roles = inputs | {"X"} | ({"K"} if model.strike in inputs else set())
    linear = model.settle == "linear"
    open_to_all = (row for row in _ROWS if linear or not row.build or not row.wrt)
    return tuple(row.name for row in open_to_all if roles.issuperset(row.wrt))
