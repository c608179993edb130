"""Profiles: a Greek of all open interest against spot, its zero crossings and its walls.

The sign of open interest is not observed; every result carries the assumption it was made under.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from greekslab.book import Book
from greekslab.exposure import (
    MixedUnitsError,
    alive,
    desk_of,
    desk_scaled,
    exposure,
    number_text,
    price_text,
    raw_unit,
    signed,
    unit_text,
)
from greekslab.greeks import DESK, UnknownGreekError, canonical
from greekslab.market import Market, State

__all__ = ["Profile", "profile", "walls"]

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Profile:
    """A Greek of the whole market against spot, under a stated sign model, and where it crosses zero.

    Parameters
    ----------
    spots : float array, shape (n,)   [quote per underlying]
    values : float array, shape (n,)   [unit]
    greek, unit : str, what is shown, in desk units
    signs : str, the sign model
    rule : str, what volatility does as spot moves
    underlying : str
    spot : float, the market's own
    roots : tuple of float, every change of sign in the range
    flip : float, the root nearest spot; NaN where there is none
    status : str, "found", or why there is no flip
    partial : str, empty, or which expiries hold only strikes near the money
    """

    spots: Floats
    values: Floats
    greek: str
    unit: str
    signs: str
    rule: str
    underlying: str
    spot: float
    roots: tuple[float, ...]
    flip: float
    status: str
    partial: str

    def __str__(self) -> str:
        found = f"flip at {number_text(self.flip)}" if self.roots else self.status
        more = f" (roots: {', '.join(map(number_text, self.roots))})" if len(self.roots) > 1 else ""
        text = f"{self.greek} of {self.underlying} against spot: {found}{more}; spot {price_text(self.spot)}"
        text += f"; signs: {self.signs}; vol rule: {self.rule}"
        return text + (f"\npartial: {self.partial}" if self.partial else "")

    __repr__ = __str__


def profile(
    book: Book,
    market: Market,
    greek: str = "gamma",
    spots: ArrayLike | None = None,
    *,
    signs: str | ArrayLike = "calls_long_puts_short",
) -> Profile:
    """A Greek of all open interest, repriced at each spot, with its zero crossings.

    Parameters
    ----------
    book : Book of one underlying, quantities as open interest
    market : Market
    greek : raw name or desk name; raw ones are shown in money (gamma as dollars of delta per 1 %)
    spots : float array, shape (n,), increasing   [quote per underlying]; default 70 % to 130 % of spot
    signs : who is long: a name in `SIGNS` or one's own array

    Returns
    -------
    Profile

    Raises
    ------
    MixedUnitsError (several underlyings), SignError, UnknownGreekError, ValueError (spots)

    Notes
    -----
    Volatility stays with its strike while forwards move in proportion to spot. A flip is a root of the
    repriced total, refined to rounding; it is never interpolated along strikes. Roots are sought where the
    sign changes from one point of `spots` to the next; what is 1e12 times smaller than the largest gross
    exposure in the range counts as zero.
    """
    name = _underlying(book, "a profile is")
    held, model = signed(book, signs)
    state = alive(held, market)
    here = market.spot_of(name)
    at = _grid(spots, here)
    desk = desk_of(canonical(greek)) or DESK.get(canonical(greek))
    if desk is None:
        raise UnknownGreekError(f"no desk unit for {greek}; there are {', '.join(DESK)}")

    def total(spot: Floats) -> tuple[Floats, Floats]:
        return _repriced(desk.name, held, state, spot, here, market)

    values, gross = total(at)
    signs_there = np.sign(values) * (np.abs(values) > _ZERO * np.max(gross))
    roots = _roots(total, at, signs_there)
    flip = min(roots, key=lambda x: abs(x - here), default=float("nan"))
    unit = unit_text(desk, raw_unit(desk.name, in_coin=False), market.currency, name)
    status = _status(roots, at, signs_there) if np.any(held["quantity"]) else "no flip: nothing is held"
    return Profile(
        at, values, desk.name, unit, model, "sticky strike", name, here, tuple(roots), flip, status,
        _partial(book, state),
    )  # fmt: skip


def _underlying(book: Book, what: str) -> str:
    names = np.unique(book["underlying"])
    if len(names) != 1:
        raise MixedUnitsError(f"{what} of one underlying; the book holds {', '.join(names) or 'none'}")
    return str(names[0])


def _grid(spots: ArrayLike | None, here: float) -> Floats:
    at = here * np.linspace(0.7, 1.3, 121) if spots is None else np.asarray(spots, np.float64)
    if at.ndim != 1 or len(at) < 2 or not np.all(np.diff(at) > 0) or not 0 < at[0] <= at[-1] < np.inf:
        raise ValueError("spots must be one-dimensional, at least two, increasing, finite and > 0")
    return at


_BLOCK = 400_000
"""Options priced at once in a profile: keeps memory flat for a whole index chain."""


_ZERO = 1e-12
"""Of the largest gross exposure in the range: what is smaller is rounding, or too far from any strike."""


def _repriced(
    name: str, book: Book, state: State, spots: Floats, here: float, market: Market
) -> tuple[Floats, Floats]:
    """The total at each spot, net and gross of sign, every option priced anew."""
    size = book["quantity"] * book["multiplier"]
    open_ = size != 0
    book, size = book.where(open_), size[open_]
    state = State(*(column[open_] for column in state))
    net, gross = np.zeros(len(spots)), np.zeros(len(spots))
    step = max(1, _BLOCK // max(1, len(book)))
    for start in range(0, len(spots), step):
        block = slice(start, start + step)
        part = spots[block, None]
        moved = state._replace(
            forward=state.forward * (part / here), spot=np.broadcast_to(part, (len(part), len(book)))
        )
        each = desk_scaled(name, book, moved, market.currency, market)
        net[block], gross[block] = each @ size, np.abs(each) @ np.abs(size)
    return net, gross


def _roots(total: Callable[[Floats], tuple[Floats, Floats]], spots: Floats, signs: Floats) -> list[float]:
    """The zero between each two points of opposite sign that have none or only zeros between them."""
    from scipy.optimize import brentq

    def net(spot: float) -> float:
        return float(total(np.array([spot]))[0][0])

    sure = np.flatnonzero(signs)
    change = np.flatnonzero(np.diff(signs[sure]))
    spans = zip(spots[sure[change]], spots[sure[change + 1]], strict=True)
    return [float(brentq(net, low, high)) for low, high in spans]


def _status(roots: Sequence[float], spots: Floats, signs: Floats) -> str:
    if roots:
        return "found"
    words = {1.0: "positive", -1.0: "negative", 0.0: "zero"}[float(np.sign(signs.sum()))]
    return f"no flip: {words} throughout, from {number_text(spots[0])} to {number_text(spots[-1])}"


_REACH = 1.25
"""Standard deviations: beyond lies a tenth of the probability on each side. Chains that venues list in full
reach further in every expiry; one cut to the strikes nearest the money does not in its long ones."""


def _partial(book: Book, state: State) -> str:
    """Expiries whose strikes end near the money on either side, in words."""
    away = np.log(book["strike"] / state.forward)
    short = []
    for expiry in np.unique(book["expiry"]):
        rows = np.flatnonzero(book["expiry"] == expiry)
        middle = rows[np.argmin(np.abs(away[rows]))]
        deviation = state.vol[middle] * np.sqrt(state.years[middle])
        if min(-away[rows].min(), away[rows].max()) < _REACH * deviation:
            short.append(str(np.datetime64(expiry, "D")))
    if not short:
        return ""
    days = ", ".join(dict.fromkeys(short))
    return f"only strikes near the money for {days}: walls and flip are those of the strikes that are here"


def walls(book: Book, market: Market) -> dict[str, float]:
    """The strikes that hold the most gamma of open interest: one of calls, one of puts.

    Parameters
    ----------
    book : Book of one underlying, quantities as open interest
    market : Market

    Returns
    -------
    dict, "call" and "put" -> strike   [quote per underlying]; NaN where there is none

    Raises
    ------
    MixedUnitsError (several underlyings)
    """
    _underlying(book, "walls are")
    return {
        name: _wall(book.where(book["right"] == sign), market) for name, sign in (("call", 1), ("put", -1))
    }


def _wall(side: Book, market: Market) -> float:
    if not np.any(side["quantity"]):
        return float("nan")
    cube = exposure(side, market, "gamma_usd_1pct", by="strike")
    return float(cube.axes["strike"][np.argmax(np.abs(cube.values[0]))])
