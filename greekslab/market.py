"""A snapshot of the market: what everything is worth at one instant.

Prices of the underlyings, forwards, discounts and volatilities by expiry. A snapshot never changes;
`Market.bump` returns another.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple, Protocol, runtime_checkable

import numpy as np
from numpy.typing import ArrayLike, NDArray

from greekslab.book import Book

__all__ = ["YEAR", "Market", "MarketError", "QuotedVols", "State", "Volatility", "years_between"]

YEAR = np.timedelta64(365, "D") / np.timedelta64(1, "ms")
"""Milliseconds of a year: actual/365."""

Key = tuple[str, np.datetime64]
Floats = NDArray[np.float64]


class MarketError(LookupError):
    """Something the snapshot does not hold: names the underlying, the expiry and what there is."""


def years_between(start: ArrayLike, end: ArrayLike) -> Floats:
    """Time from start to end in years of 365 days, to the millisecond.

    Examples
    --------
    >>> float(years_between(np.datetime64("2026-01-01"), np.datetime64("2027-01-01")))
    1.0
    """
    span = np.asarray(end, "datetime64[ms]") - np.asarray(start, "datetime64[ms]")
    return np.asarray(span.astype(np.float64) / YEAR)


@runtime_checkable
class Volatility(Protocol):
    """Implied volatility of one expiry as a function of strike."""

    def vol(self, strike: ArrayLike) -> Floats:
        """Volatility at each strike, decimal."""
        ...

    def shifted(self, points: float) -> Volatility:
        """The same curve moved in parallel by this many decimal vol points."""
        ...


@dataclass(frozen=True, slots=True, eq=False)
class QuotedVols:
    """Quoted volatilities of one expiry, linear in total variance between strikes, flat outside.

    At a fixed expiry linear in total variance is linear in sigma squared.

    Parameters
    ----------
    strikes : float array, shape (n,)   [quote per underlying], increasing
    vols : float array, shape (n,)   decimal, >= 0
    shift : float, added to the whole curve (floored at zero)   decimal

    Examples
    --------
    >>> curve = QuotedVols(np.array([90.0, 110.0]), np.array([0.5, 0.7]))
    >>> round(float(curve.vol(100.0)), 4)  # the root of (0.5² + 0.7²) / 2
    0.6083
    """

    strikes: Floats
    vols: Floats
    shift: float = 0.0

    def __post_init__(self) -> None:
        strikes, vols = np.asarray(self.strikes, np.float64), np.asarray(self.vols, np.float64)
        if strikes.ndim != 1 or strikes.shape != vols.shape or not strikes.size:
            raise ValueError(
                f"strikes {strikes.shape} and vols {vols.shape} must be equal and one-dimensional"
            )
        if not (np.all(np.diff(strikes) > 0) and np.all(vols >= 0) and np.all(np.isfinite(vols))):
            raise ValueError("strikes must increase and vols be finite and >= 0")
        object.__setattr__(self, "strikes", strikes)
        object.__setattr__(self, "vols", vols)

    def vol(self, strike: ArrayLike) -> Floats:
        """Volatility at each strike, decimal, in the shape of strike."""
        quoted = np.sqrt(np.interp(np.asarray(strike, np.float64), self.strikes, self.vols**2))
        return np.asarray(np.maximum(quoted + self.shift, 0.0))

    def shifted(self, points: float) -> QuotedVols:
        """The same curve moved in parallel by this many decimal vol points."""
        return replace(self, shift=self.shift + points)


class State(NamedTuple):
    """What the pricing of each row of a book needs from the market; arrays of the book's length."""

    spot: Floats
    forward: Floats
    discount: Floats
    years: Floats
    vol: Floats


@dataclass(frozen=True, slots=True, eq=False)
class Market:
    """A snapshot: spot by underlying; forward, discount and volatility by (underlying, expiry).

    Parameters
    ----------
    asof : instant of the snapshot, UTC
    currency : the quote currency, such as "USD"
    spot : underlying -> price   [quote per underlying]
    forwards : (underlying, expiry) -> forward price   [quote per underlying]
    smiles : (underlying, expiry) -> `Volatility`
    discounts : (underlying, expiry) -> price today of 1 quote at expiry; 1 where absent
    funding : instrument -> funding rate per 8 hours, decimal

    Notes
    -----
    Expiries are instants, so that a morning and an evening settlement of the same day stay apart.
    """

    asof: np.datetime64
    currency: str
    spot: Mapping[str, float]
    forwards: Mapping[Key, float]
    smiles: Mapping[Key, Volatility]
    discounts: Mapping[Key, float] = field(default_factory=dict)
    funding: Mapping[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        object.__setattr__(self, "asof", self.asof.astype("datetime64[ms]"))
        for name in ("forwards", "smiles", "discounts"):
            table = {(u, e.astype("datetime64[ms]")): x for (u, e), x in getattr(self, name).items()}
            object.__setattr__(self, name, table)

    def expiries(self, underlying: str) -> NDArray[np.datetime64]:
        """The expiries of an underlying, sorted."""
        return np.array(sorted(e for u, e in self.forwards if u == underlying), dtype="datetime64[ms]")

    def state(self, book: Book) -> State:
        """Spot, forward, discount, years and volatility for each row of a book.

        Raises
        ------
        MarketError
            An underlying or an expiry that the snapshot does not hold.
        """
        keys = np.rec.fromarrays([book["underlying"], book["expiry"]])
        unique, rows = np.unique(keys, return_inverse=True)
        named = [(str(u), np.datetime64(e, "ms")) for u, e in unique]
        vol = np.empty(len(book))
        for number, key in enumerate(named):
            mine = rows == number
            vol[mine] = self._of(self.smiles, key, "volatility").vol(book["strike"][mine])
        forward = np.array([self._of(self.forwards, key, "forward") for key in named])
        discount = np.array([self.discounts.get(key, 1.0) for key in named])
        spot = np.array([self.spot_of(key[0]) for key in named])
        return State(spot[rows], forward[rows], discount[rows], years_between(self.asof, book["expiry"]), vol)

    def spot_of(self, underlying: str) -> float:
        """Spot price of an underlying, or `MarketError` naming those there are."""
        try:
            return self.spot[underlying]
        except KeyError:
            raise MarketError(f"no spot of {underlying!r}; the market holds {', '.join(self.spot)}") from None

    def _of(self, table: Mapping[Key, Any], key: Key, what: str) -> Any:
        try:
            return table[key]
        except KeyError:
            there = ", ".join(str(e) for u, e in table if u == key[0]) or "none"
            raise MarketError(f"no {what} of {key[0]} for {key[1]}; expiries there: {there}") from None

    def bump(self, *, spot: float = 0.0, vol: float = 0.0, days: float = 0.0) -> Market:
        """Another snapshot: spot moved by a fraction, volatility by decimal points, the clock by days.

        Forwards move in proportion to spot, volatilities stay with their strikes (sticky strike), and rates
        stay: a discount factor rises as its expiry comes nearer.

        Examples
        --------
        >>> market = Market(np.datetime64("2026-01-01"), "USD", {"BTC": 100.0}, {}, {})
        >>> market.bump(spot=0.05).spot["BTC"]
        105.0
        """
        later = self.asof + np.timedelta64(round(days * 86_400_000), "ms")
        return replace(
            self,
            asof=later,
            spot={name: price * (1 + spot) for name, price in self.spot.items()},
            forwards={key: price * (1 + spot) for key, price in self.forwards.items()},
            smiles={key: smile.shifted(vol) if vol else smile for key, smile in self.smiles.items()},
            discounts={key: price ** self._left(key[1], later) for key, price in self.discounts.items()},
        )

    def _left(self, expiry: np.datetime64, later: np.datetime64) -> float:
        """The share of the time to an expiry that is left at a later instant."""
        years = years_between(self.asof, expiry)
        return float(np.maximum(years_between(later, expiry), 0.0) / years) if years > 0 else 1.0

    def __repr__(self) -> str:
        prices = ", ".join(f"{name} {price:,.2f}" for name, price in self.spot.items())
        return f"<Market {self.asof} {prices} {self.currency}, {len(self.forwards)} expiries>"
