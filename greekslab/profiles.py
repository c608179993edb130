"""Profiles: a Greek of all open interest against spot, its zero crossings and its walls.

The sign of open interest is not observed; every result carries the assumption it was made under.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from greekslab.book import Book
from greekslab.evaluate import greeks
from greekslab.exposure import (
    MixedUnitsError,
    alive,
    desk_of,
    desk_scaled,
    exposure,
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
    roots : tuple of float, every zero in the range
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
        found = f"flip at {self.flip:,.0f}" if self.roots else self.status
        more = f" (roots: {', '.join(f'{x:,.0f}' for x in self.roots)})" if len(self.roots) > 1 else ""
        text = f"{self.greek} of {self.underlying} against spot: {found}{more}; spot {self.spot:,.2f}"
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
    repriced total, refined to rounding; it is never interpolated along strikes.
    """
    names = np.unique(book["underlying"])
    if len(names) != 1:
        raise MixedUnitsError(f"a profile is of one underlying; the book holds {', '.join(names) or 'none'}")
    held, model = signed(book, signs)
    state = alive(held, market)
    here = market.spot_of(str(names[0]))
    at = _grid(spots, here)
    desk = desk_of(canonical(greek)) or DESK.get(canonical(greek))
    if desk is None:
        raise UnknownGreekError(f"no desk unit for {greek}; there are {', '.join(DESK)}")

    def total(spot: Floats) -> Floats:
        return _repriced(desk.name, held, state, spot, here, market)

    values = total(at)
    roots = _roots(total, at, values)
    flip = min(roots, key=lambda x: abs(x - here), default=float("nan"))
    unit = unit_text(desk, raw_unit(desk.name, in_coin=False), market.currency, str(names[0]))
    return Profile(
        at, values, desk.name, unit, model, "sticky strike", str(names[0]), here, tuple(roots), flip,
        _status(roots, at, values), _partial(book, state),
    )  # fmt: skip


def _grid(spots: ArrayLike | None, here: float) -> Floats:
    at = here * np.linspace(0.7, 1.3, 121) if spots is None else np.asarray(spots, np.float64)
    if at.ndim != 1 or len(at) < 2 or not np.all(np.diff(at) > 0) or not at[0] > 0:
        raise ValueError("spots must be one-dimensional, at least two, increasing and > 0")
    return at


_BLOCK = 400_000
"""Options priced at once in a profile: keeps memory flat for a whole index chain."""


def _repriced(name: str, book: Book, state: State, spots: Floats, here: float, market: Market) -> Floats:
    """The total at each spot, every option priced anew."""
    size = book["quantity"] * book["multiplier"]
    open_ = size != 0
    book, size = book.where(open_), size[open_]
    state = State(*(column[open_] for column in state))
    out = np.zeros(len(spots))
    step = max(1, _BLOCK // max(1, len(book)))
    for start in range(0, len(spots), step):
        part = spots[start : start + step, None]
        moved = state._replace(
            forward=state.forward * (part / here), spot=np.broadcast_to(part, (len(part), len(book)))
        )
        out[start : start + step] = desk_scaled(name, book, moved, market.currency, market) @ size
    return out


def _roots(total: Callable[[Floats], Floats], spots: Floats, values: Floats) -> list[float]:
    """Every zero between grid points of different sign, and grid points that are zero."""
    from scipy.optimize import brentq

    exact = [float(x) for x, v in zip(spots, values, strict=True) if v == 0] if np.any(values) else []
    change = np.flatnonzero(values[:-1] * values[1:] < 0)
    found = [float(brentq(lambda x: float(total(np.array([x]))[0]), spots[i], spots[i + 1])) for i in change]
    return sorted(exact + found)


def _status(roots: Sequence[float], spots: Floats, values: Floats) -> str:
    if roots:
        return "found"
    span = f"from {spots[0]:,.0f} to {spots[-1]:,.0f}"
    if not np.any(values):
        return f"no flip: nothing is held {span}"
    return f"no flip: {'positive' if values[0] > 0 else 'negative'} throughout, {span}"


def _partial(book: Book, state: State) -> str:
    """Expiries whose strikes do not reach from 95 to 5 delta, in words."""
    own: dict[str, Any] = {
        "F": state.forward,
        "K": book["strike"],
        "T": state.years,
        "sigma": state.vol,
        "r": 0.0,
    }
    delta = greeks("black76", "delta", **own)["delta"]
    short = [
        expiry
        for expiry in np.unique(book["expiry"])
        if delta[book["expiry"] == expiry].max() < 0.95 or delta[book["expiry"] == expiry].min() > 0.05
    ]
    if not short:
        return ""
    days = ", ".join(str(np.datetime64(e, "D")) for e in short)
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
    """
    return {
        name: _wall(book.where(book["right"] == sign), market) for name, sign in (("call", 1), ("put", -1))
    }


def _wall(side: Book, market: Market) -> float:
    if not np.any(side["quantity"]):
        return float("nan")
    cube = exposure(side, market, "gamma_usd_1pct", by="strike")
    return float(cube.axes["strike"][np.argmax(np.abs(cube.values[0]))])
