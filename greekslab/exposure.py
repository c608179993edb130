"""Exposure: what a book, or a whole market, gains and loses, as a labelled cube of Greeks.

Each instrument's Greeks come from its own model, in the currency it settles in and against the forward of
its own expiry. Before anything is added up they are brought to one currency (`_in_currency`, the only
place) and to one underlying, the spot price (`_by_spot`): forwards move in proportion to spot.
"""

from __future__ import annotations

import html
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product
from math import comb, factorial
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from greekslab.book import Book, BookError
from greekslab.evaluate import derivative, kernel_of
from greekslab.evaluate import greeks as greeks_of
from greekslab.greeks import DESK, GREEKS, Desk, UnknownGreekError, canonical, nearest
from greekslab.kernels import GreekName
from greekslab.market import Market, State
from greekslab.quantities import Unit

__all__ = ["SIGNS", "Exposure", "MixedUnitsError", "SignError", "exposure", "signed"]

Floats = NDArray[np.float64]
Strings = Sequence[str]

OWN = "own positions"
"""The sign model of a book that is one's own: quantities are signed already."""

SIGNS: Mapping[str, Callable[[Book], Floats]] = MappingProxyType(
    {
        "calls_long_puts_short": lambda book: book["right"].astype(np.float64),
        "calls_short_puts_long": lambda book: -book["right"].astype(np.float64),
        "short_both": lambda book: np.full(len(book), -1.0),
        "long_both": lambda book: np.full(len(book), 1.0),
    }
)
"""Who holds the open interest is not known: each model is an assumption about the dealers' side of it."""

AXES = ("underlying", "expiry", "strike", "right", "kind", "settle", "tag", "instrument")
"""The columns that a cube may be spread over."""

_LABELS: Mapping[str, Mapping[Any, str]] = {"right": {1: "call", -1: "put"}}


class MixedUnitsError(ValueError):
    """Quantities of different units or currencies that were about to be added."""


class SignError(ValueError):
    """A sign model that does not exist, or signs that do not fit the book."""


def signed(book: Book, signs: str | ArrayLike) -> tuple[Book, str]:
    """Open interest as the dealers' positions under a sign model, and the model's name.

    Parameters
    ----------
    book : Book, quantities as open interest
    signs : a name in `SIGNS`, or one's own array of +1 and -1 (any real weights), shape (len(book),)

    Raises
    ------
    SignError
        An unknown name, or an array of another length.
    """
    if isinstance(signs, str):
        if signs not in SIGNS:
            raise SignError(f"unknown sign model {signs!r}{nearest(signs, SIGNS)}")
        weights, name = SIGNS[signs](book), signs
    else:
        weights, name = np.asarray(signs, np.float64), "the user's own signs"
        if weights.shape != (len(book),):
            raise SignError(f"signs have shape {weights.shape}; the book has {len(book)} rows")
    return book.with_columns(quantity=book["quantity"] * weights), name


@dataclass(frozen=True, slots=True, eq=False)
class Exposure:
    """A cube of Greeks: values by Greek and axes, each Greek with its unit, all in one currency.

    Parameters
    ----------
    values : float array, shape (greeks, *axes)
    greeks : tuple of str
    axes : axis name -> labels
    units : tuple of str, one for each Greek
    currency : str, in which value is counted
    asof : instant, UTC
    signs : str, the sign model: whose positions these are
    spot : underlying -> price   [quote per underlying]
    raw_units : tuple of Unit, of the raw Greeks behind
    """

    values: Floats
    greeks: tuple[str, ...]
    axes: Mapping[str, NDArray[Any]]
    units: tuple[str, ...]
    currency: str
    asof: np.datetime64
    signs: str
    spot: Mapping[str, float]
    raw_units: tuple[Unit, ...]

    def __getitem__(self, greek: str) -> Floats:
        return np.asarray(self.values[self._row(greek)])

    def unit(self, greek: str) -> str:
        """The unit of one of its Greeks."""
        return self.units[self._row(greek)]

    def _row(self, greek: str) -> int:
        name = canonical(greek)
        if name not in self.greeks:
            raise UnknownGreekError(f"the cube has no {greek}; it has {', '.join(self.greeks)}")
        return self.greeks.index(name)

    def sum(self, *axes: str) -> Exposure:
        """The cube added up over some axes; over all of them where none is named.

        Raises
        ------
        MixedUnitsError
            Amounts of different underlyings that are not money.
        """
        gone = axes or tuple(self.axes)
        for axis in gone:
            self._position(axis)
        if "underlying" in gone and len(self.axes["underlying"]) > 1:
            _refuse_mixed(self.greeks, self.raw_units)
        where = tuple(1 + self._position(axis) for axis in gone)
        left = {name: labels for name, labels in self.axes.items() if name not in gone}
        return replace(self, values=self.values.sum(axis=where), axes=left)

    def _position(self, axis: str) -> int:
        if axis not in self.axes:
            raise KeyError(f"the cube has no axis {axis!r}; it has {', '.join(self.axes) or 'none'}")
        return list(self.axes).index(axis)

    def __mul__(self, factor: float) -> Exposure:
        return replace(self, values=self.values * float(factor))

    __rmul__ = __mul__

    def __add__(self, other: Exposure) -> Exposure:
        for name in ("greeks", "currency", "signs", "asof"):
            _refuse_different(name, getattr(self, name), getattr(other, name))
        _refuse_different("axes", tuple(self.axes), tuple(other.axes))
        shared = self.spot.keys() & other.spot.keys()
        _refuse_different("spot", *({u: cube.spot[u] for u in shared} for cube in (self, other)))
        spot = {**self.spot, **other.spot}
        if len(spot) == len(shared):
            _refuse_different("units", self.units, other.units)
        elif "underlying" not in self.axes:
            _refuse_mixed(self.greeks, self.raw_units)
        units = self.units
        if units != other.units:  # they name two underlyings: in the sum the axis does
            units = _unit_texts(self.greeks, self.raw_units, self.currency, "underlying")
        axes = {name: np.union1d(labels, other.axes[name]) for name, labels in self.axes.items()}
        values = _spread(self, axes) + _spread(other, axes)
        return replace(self, values=values, axes=axes, spot=spot, units=units)

    def desk(self) -> Exposure:
        """The same cube in desk units: dollars per 1 %, per vol point, per day.

        Raises
        ------
        MixedUnitsError
            A cube counted in coin, or several underlyings without their axis: money needs their prices.
        """
        rows = [desk_of(name) for name in self.greeks]
        values = np.stack([self._scaled(n, d) for n, d in enumerate(rows)]) if rows else self.values
        names = tuple(d.name if d else name for name, d in zip(self.greeks, rows, strict=True))
        units = tuple(
            unit_text(d, raw, self.currency, self._underlying()) if d else unit
            for d, raw, unit in zip(rows, self.raw_units, self.units, strict=True)
        )
        return replace(self, values=values, greeks=names, units=units)

    def _underlying(self) -> str:
        return next(iter(self.spot)) if len(self.spot) == 1 else "underlying"

    def _scaled(self, number: int, desk: Desk | None) -> Floats:
        values = self.values[number]
        if desk is None:
            return np.asarray(values)
        if desk.money and self.currency in self.spot:
            raise MixedUnitsError(f"{desk.name} is money; this cube is counted in {self.currency}")
        return np.asarray(values * desk.scale * (self._prices() ** desk.money if desk.money else 1.0))

    def _prices(self) -> Any:
        """Spot prices along the underlying's axis, or the only one."""
        if "underlying" not in self.axes:
            if len(self.spot) > 1:
                raise MixedUnitsError(
                    f"{', '.join(self.spot)} without their axis: use by=('underlying', ...)"
                )
            return next(iter(self.spot.values()), 0.0)
        shape = [-1 if name == "underlying" else 1 for name in self.axes]
        return np.array([self.spot[str(u)] for u in self.axes["underlying"]]).reshape(shape)

    def rows(self) -> list[tuple[tuple[str, ...], Floats]]:
        """Each cell's labels as text, and its values in the order of the Greeks."""
        labels = [[label_of(name, x) for x in column] for name, column in self.axes.items()]
        return list(zip(product(*labels), self.values.reshape(len(self.greeks), -1).T, strict=True))

    def to_frame(self) -> Any:
        """The cube as a pandas DataFrame: one row a cell, one column a Greek (needs pandas)."""
        import pandas as pd

        flat = self.values.reshape(len(self.greeks), -1).T
        if not self.axes:
            return pd.DataFrame(flat, columns=list(self.greeks))
        index = pd.MultiIndex.from_product(list(self.axes.values()), names=list(self.axes))
        frame = pd.DataFrame(flat, index=index, columns=list(self.greeks))
        return frame if len(self.axes) > 1 else frame.set_index(index.get_level_values(0))

    def table(self) -> tuple[list[tuple[str, ...]], list[str]]:
        """Header, unit and body lines as text cells, with a total line; and the notes below."""
        head = [(*self.axes, *self.greeks), ("",) * len(self.axes) + self.units]
        body = [(*cell, *map(number_text, values)) for cell, values in self.rows()]
        try:
            totals = self.sum().values.reshape(-1) if self.axes else None
        except MixedUnitsError:
            totals = None
        if totals is not None and len(body) > 1:
            body.append(("total", *("",) * (len(self.axes) - 1), *map(number_text, totals)))
        prices = ", ".join(f"{u} {price_text(p)}" for u, p in self.spot.items())
        asof = str(self.asof.astype("datetime64[s]")).replace("T", " ")
        return head + body, [f"as of {asof} UTC, {prices}; value in {self.currency}; signs: {self.signs}"]

    def __str__(self) -> str:
        lines, notes = self.table()
        widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
        left = len(self.axes)

        def line_of(cells: tuple[str, ...]) -> str:
            sized = zip(cells, widths, strict=True)
            return "  ".join(
                c.ljust(w) if n < left else c.rjust(w) for n, (c, w) in enumerate(sized)
            ).rstrip()

        return "\n".join([*map(line_of, lines), *notes])

    __repr__ = __str__

    def _repr_html_(self) -> str:
        lines, notes = self.table()
        left = len(self.axes)

        def row(cells: tuple[str, ...], tag: str) -> str:
            sides = ("left" if n < left else "right" for n in range(len(cells)))
            inner = (
                f'<{tag} style="text-align:{side}">{html.escape(c)}</{tag}>'
                for side, c in zip(sides, cells, strict=True)
            )
            return f"<tr>{''.join(inner)}</tr>"

        head = "".join(row(line, "th") for line in lines[:2])
        body = "".join(row(line, "td") for line in lines[2:])
        foot = "".join(f"<div><small>{html.escape(note)}</small></div>" for note in notes)
        return f"<table><thead>{head}</thead><tbody>{body}</tbody></table>{foot}"


def exposure(
    book: Book,
    market: Market,
    greeks: GreekName | str | Sequence[GreekName | str] = (
        "delta",
        "gamma",
        "vega",
        "theta",
        "vanna",
        "volga",
    ),
    *,
    by: str | Strings = ("expiry",),
    currency: str | None = None,
    signs: str | ArrayLike | None = None,
) -> Exposure:
    """The exposure of a book: its Greeks added up, by any of its columns.

    Parameters
    ----------
    book : Book
    market : Market
    greeks : Greeks, raw or in desk units (`gamma_usd_1pct`)
    by : columns to spread the cube over; empty for the net
    currency : the market's quote currency (default), or the coin for a book of one underlying
    signs : a sign model for open interest (`SIGNS`), or one's own; None: the quantities are signed

    Returns
    -------
    Exposure, shape (greeks, *by)   [see `.units`]

    Raises
    ------
    UnknownGreekError, MarketError, BookError (an expired position), MixedUnitsError, SignError

    Notes
    -----
    Derivatives are by the spot price: a forward moves in proportion to it, dF/dS = F/S.

    Examples
    --------
    >>> from greekslab.book import Option
    >>> from greekslab.market import QuotedVols
    >>> day, key = np.datetime64("2026-01-01"), ("X", np.datetime64("2027-01-01"))
    >>> market = Market(day, "USD", {"X": 100.0}, {key: 100.0}, {key: QuotedVols([100.0], [0.2])})
    >>> book = Book.from_rows([Option("X", key[1], 100.0, r).row(1.0) for r in ("call", "put")])
    >>> round(float(exposure(book, market, "delta", by=())["delta"]), 4)  # 2 Phi(0.1) - 1
    0.0797
    """
    asked = [canonical(name) for name in ([greeks] if isinstance(greeks, str) else greeks)]
    axes = [by] if isinstance(by, str) else list(dict.fromkeys(by))
    for axis in axes:
        if axis not in AXES:
            raise KeyError(f"cannot spread a cube over {axis!r}{nearest(axis, AXES)}")
    held, model = (book, OWN) if signs is None else signed(book, signs)
    money = _currency(book, market, currency)
    state = alive(book, market)
    size = held["quantity"] * held["multiplier"]
    raw_units = tuple(raw_unit(name, in_coin=money != market.currency) for name in asked)
    if "underlying" not in axes and len(np.unique(book["underlying"])) > 1:
        _refuse_mixed(asked, raw_units)
    columns = [size * desk_scaled(name, book, state, money, market) for name in asked]
    labels, cells, shape = _cells(book, axes)
    count = int(np.prod(shape))
    sums = [np.bincount(cells, column, count).reshape(shape) for column in columns]
    spot = {str(u): market.spot_of(str(u)) for u in np.unique(book["underlying"])}
    one = next(iter(spot)) if len(spot) == 1 else "underlying"
    units = _unit_texts(asked, raw_units, market.currency, one)
    return Exposure(
        np.array(sums, np.float64),
        tuple(asked),
        labels,
        units,
        money,
        market.asof,
        model,
        spot,
        raw_units,
    )


def _currency(book: Book, market: Market, currency: str | None) -> str:
    if currency in (None, market.currency):
        return market.currency
    underlyings = set(map(str, book["underlying"]))
    if underlyings != {currency}:
        raise MixedUnitsError(
            f"cannot count in {currency!r}: the market's currency is {market.currency}, "
            f"and the book's underlyings are {', '.join(sorted(underlyings))}"
        )
    return str(currency)


def alive(book: Book, market: Market) -> State:
    """The state of each row; an expired position is refused by name."""
    state = market.state(book)
    if np.any(state.years < 0):
        row = int(np.argmax(state.years < 0))
        raise BookError(
            f"row {row}: {book['instrument'][row] or 'the position'} expired {book['expiry'][row]}, "
            f"before the market's {market.asof}; leave it out with book.where(...)"
        )
    return state


def _refuse_different(what: str, one: Any, two: Any) -> None:
    if one != two:
        raise MixedUnitsError(f"two cubes that differ in {what}: {one} and {two}")


def _refuse_mixed(names: Strings, units: Sequence[Unit]) -> None:
    """Amounts of different underlyings may be added only where no power of the underlying is left."""
    for name, unit in zip(names, units, strict=True):
        desk = DESK.get(name)
        if not (desk and desk.money) and dict(unit.powers).get("underlying"):
            raise MixedUnitsError(
                f"{name} [{unit}] of different underlyings: use by=('underlying', ...) or money"
            )


def raw_unit(name: str, *, in_coin: bool) -> Unit:
    raw = DESK[name].greek if name in DESK else name
    kernel = kernel_of("inverse" if in_coin else "black76")
    if raw not in kernel.greeks or GREEKS[raw].build is not None:
        raise UnknownGreekError(
            f"no exposure of {raw}: it does not add up, or has no meaning in this currency"
        )
    return kernel.units[raw]


def unit_text(desk: Desk | None, raw: Unit, quote: str, underlying: str) -> str:
    if desk is None:
        return raw.text(quote=quote, underlying=underlying)
    return desk.unit_text(raw, Unit.of(quote=1, underlying=-1), quote, underlying)


def _unit_texts(names: Strings, raw: Sequence[Unit], quote: str, underlying: str) -> tuple[str, ...]:
    rows = zip(names, raw, strict=True)
    return tuple(unit_text(DESK.get(name), unit, quote, underlying) for name, unit in rows)


def desk_of(name: str) -> Desk | None:
    """The desk unit of a raw Greek: in money where there is one."""
    rows = [desk for desk in DESK.values() if desk.greek == name]
    return next((desk for desk in rows if desk.money), rows[0] if rows else None)


def desk_scaled(name: str, book: Book, state: State, currency: str, market: Market) -> Floats:
    """One Greek of each instrument by spot, in its desk unit if it is one."""
    desk = DESK.get(name)
    if desk is None:
        return _by_spot(name, book, state, currency, market)
    if desk.money and currency != market.currency:
        raise MixedUnitsError(f"{name} is money; the cube is counted in {currency}")
    return _by_spot(desk.greek, book, state, currency, market) * desk.scale * state.spot**desk.money


def _by_spot(name: str, book: Book, state: State, currency: str, market: Market) -> Floats:
    """One raw Greek of each instrument by the spot price: (dF/dS)^n times that by its own forward."""
    wrt = GREEKS[name].wrt
    in_coin = currency != market.currency
    out = np.empty(np.broadcast_shapes(state.forward.shape, (len(book),)))
    for settle in np.unique(book["settle"]):
        rows = book["settle"] == settle
        mine = State(*(np.asarray(column)[..., rows] for column in state))
        out[..., rows] = _in_currency(wrt, str(settle), book.where(rows), mine, in_coin=in_coin)
    return out * (state.forward / state.spot) ** wrt.count("X")


def _in_currency(wrt: tuple[str, ...], settle: str, book: Book, state: State, *, in_coin: bool) -> Floats:
    """A derivative by the forward of the value in the wanted currency: the product rule, and its only place.

    The coin value v is worth F v quote; the quote value V is worth V/F coin. With a factor f(F), the n-th
    derivative of f v is the sum over k of C(n, k) f^(k) v^(n-k).
    """
    F, n = state.forward, wrt.count("X")
    others = tuple(role for role in wrt if role != "X")
    if (settle == "inverse") == in_coin:
        return _own(wrt, settle, book, state)
    factors: list[Any]
    if in_coin:
        factors = [comb(n, k) * (-1.0) ** k * factorial(k) / F ** (k + 1) for k in range(n + 1)]
    else:
        factors = [F, n][: n + 1]  # F has no second derivative
    terms = (f * _own(("X",) * (n - k) + others, settle, book, state) for k, f in enumerate(factors))
    return np.asarray(sum(terms))


def _own(wrt: tuple[str, ...], settle: str, book: Book, state: State) -> Floats:
    """A derivative of the value in the instrument's own currency, by its own model."""
    inputs: dict[str, Any] = {"F": state.forward, "K": book["strike"], "T": state.years, "sigma": state.vol}
    if settle == "linear":
        inputs["r"] = np.where(state.years > 0, -np.log(state.discount) / np.maximum(state.years, 1e-12), 0.0)
    model = "inverse" if settle == "inverse" else "black76"
    name = _NAMED.get(tuple(sorted(wrt)))
    if name is not None and name in kernel_of(model).greeks:
        return np.asarray(greeks_of(model, name, right=book["right"], **inputs)[name])
    orders: dict[str, Any] = {("F" if role == "X" else role): wrt.count(role) for role in wrt}
    return np.asarray(derivative(model, at=inputs | {"right": book["right"]}, **orders))


_NAMED = {tuple(sorted(row.wrt)): row.name for row in GREEKS.values() if row.build is None}


def _cells(book: Book, axes: Strings) -> tuple[dict[str, NDArray[Any]], NDArray[np.intp], tuple[int, ...]]:
    """Labels of each axis, the flat cell of each row, and the cube's shape."""
    labels, cells = {}, np.zeros(len(book), np.intp)
    for axis in axes:
        labels[axis], where = np.unique(book[axis], return_inverse=True)
        cells = cells * len(labels[axis]) + where
    return labels, cells, tuple(len(column) for column in labels.values())


def _spread(cube: Exposure, axes: Mapping[str, NDArray[Any]]) -> Floats:
    """The cube's values on longer axes, zero where it had no cell."""
    out = np.zeros((len(cube.greeks), *(len(labels) for labels in axes.values())))
    where = [np.searchsorted(labels, cube.axes[name]) for name, labels in axes.items()]
    out[np.ix_(np.arange(len(cube.greeks)), *where)] = cube.values
    return out


def label_of(axis: str, value: Any) -> str:
    """The label of a cell as text."""
    if axis == "expiry":
        return str(np.datetime64(value, "m")).replace("T", " ")
    known = _LABELS.get(axis, {}).get(value)
    return known or (f"{value:,.12g}" if isinstance(value, np.floating) else str(value))


def number_text(value: float) -> str:
    """Four significant digits and thousands marked: as precise as a risk report needs."""
    if value == 0:
        return "0"
    return f"{value:,.0f}" if abs(value) >= 9999.5 else f"{value:,.4g}"


def price_text(price: float) -> str:
    """A price to the cent, a small one to four digits."""
    return f"{price:,.2f}" if price >= 10 else f"{price:,.4g}"
