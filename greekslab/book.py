"""A book of positions: equal-length columns, one row a position.

The table `COLUMNS` is the schema: every reader, writer and check goes through it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from greekslab.quantities import right_sign

__all__ = ["COLUMNS", "Book", "BookError", "Option"]


class BookError(ValueError):
    """A position that cannot be held: names the column, the row and the value."""


class Column(NamedTuple):
    """One column of a book: its NumPy type, the value of a row that leaves it out, its meaning."""

    dtype: str
    default: Any
    meaning: str


REQUIRED = object()

COLUMNS: dict[str, Column] = {
    "instrument": Column("U", "", "the venue's name, or one made from the other columns"),
    "kind": Column("U", "option", "option"),
    "underlying": Column("U", REQUIRED, "what the price is of: BTC, ETH, SPX"),
    "expiry": Column("datetime64[ms]", REQUIRED, "the instant of settlement, UTC"),
    "strike": Column("f8", REQUIRED, "quote per underlying, finite and > 0"),
    "right": Column("i1", REQUIRED, "+1 call, -1 put"),
    "payoff": Column("U", "vanilla", "vanilla"),
    "settle": Column("U", "linear", "linear: premium and payoff in the quote currency; inverse: in the coin"),
    "multiplier": Column("f8", 1.0, "units of the underlying in one contract, finite and > 0"),
    "quantity": Column("f8", REQUIRED, "contracts, finite, signed: long > 0, short < 0"),
    "entry": Column("f8", np.nan, "price paid, settlement currency per unit of the underlying; NaN unknown"),
    "tag": Column("U", "", "the user's own label"),
}

_CLOSED = {"kind": ("option",), "payoff": ("vanilla",), "settle": ("linear", "inverse")}


@dataclass(frozen=True, slots=True)
class Option:
    """A European option on one underlying.

    Parameters
    ----------
    underlying : str
    expiry : instant of settlement, UTC
    strike : float   [quote per underlying], > 0
    right : +1 call, -1 put, or any spelling that `right_sign` reads
    settle : "linear" (premium and payoff in the quote currency) or "inverse" (in the coin)
    multiplier : float   [underlying per contract]
    instrument : str, the venue's name if it has one
    """

    underlying: str
    expiry: np.datetime64
    strike: float
    right: int | str
    settle: str = "linear"
    multiplier: float = 1.0
    instrument: str = ""

    def row(self, quantity: float, entry: float = np.nan, tag: str = "") -> dict[str, Any]:
        """The option as a row of a book.

        Examples
        --------
        >>> Option("BTC", np.datetime64("2026-09-25T08:00"), 60000.0, "call").row(2.0)["quantity"]
        2.0
        """
        own = {name: getattr(self, name) for name in self.__slots__}
        return own | {"quantity": quantity, "entry": entry, "tag": tag}


@dataclass(frozen=True, slots=True, eq=False)
class Book:
    """Positions as columns of equal length (`COLUMNS` names them).

    Build one with `Book.of` (columns) or `Book.from_rows` (records); both check every row.

    Examples
    --------
    >>> book = Book.from_rows([Option("BTC", np.datetime64("2026-09-25T08:00"), 60000.0, "C").row(2.0)])
    >>> len(book), book["strike"]
    (1, array([60000.]))
    """

    columns: Mapping[str, NDArray[Any]]

    @classmethod
    def of(cls, **columns: ArrayLike) -> Book:
        """A book from columns; a scalar serves every row.

        Raises
        ------
        BookError
            Unknown or missing column, lengths that differ, a value outside its column's range.
        """
        unknown = set(columns) - set(COLUMNS)
        if unknown:
            raise BookError(f"unknown column {sorted(unknown)[0]!r}; a book has {', '.join(COLUMNS)}")
        missing = [n for n, c in COLUMNS.items() if c.default is REQUIRED and n not in columns]
        if missing:
            raise BookError(f"missing column {missing[0]!r}")
        given = {n: _typed(n, columns.get(n, c.default)) for n, c in COLUMNS.items()}
        lengths = {n: a.size for n, a in given.items() if a.ndim}
        if len(set(lengths.values())) > 1:
            raise BookError(f"columns differ in length: {lengths}")
        size = next(iter(lengths.values()), 1)
        full = {n: np.ascontiguousarray(np.broadcast_to(a, (size,))) for n, a in given.items()}
        for array in full.values():
            array.setflags(write=False)
        _check(full)
        return cls(full)

    @classmethod
    def from_rows(cls, rows: Sequence[Mapping[str, Any]]) -> Book:
        """A book from records; a field that a record leaves out takes the column's default.

        Raises
        ------
        BookError
            As `of`; a record's missing field is named with its row.
        """
        names = list(dict.fromkeys(name for row in rows for name in row))
        unknown = set(names) - set(COLUMNS)
        if unknown:
            raise BookError(f"unknown column {sorted(unknown)[0]!r}; a book has {', '.join(COLUMNS)}")
        wanted = [n for n, c in COLUMNS.items() if c.default is REQUIRED or n in names]
        return cls.of(**{n: _column(rows, n) for n in wanted})

    def __len__(self) -> int:
        return len(self.columns["quantity"])

    def __getitem__(self, name: str) -> NDArray[Any]:
        try:
            return self.columns[name]
        except KeyError:
            raise BookError(f"unknown column {name!r}; a book has {', '.join(COLUMNS)}") from None

    def __iter__(self) -> Iterator[str]:
        return iter(self.columns)

    def where(self, mask: ArrayLike) -> Book:
        """The rows that a boolean mask or an index array selects, in its order."""
        chosen = np.atleast_1d(mask)
        if not chosen.size:  # an empty list is no array of integers yet
            chosen = chosen.astype(np.intp)
        columns = {name: column[chosen] for name, column in self.columns.items()}
        for array in columns.values():
            array.setflags(write=False)
        return Book(columns)

    def with_columns(self, **columns: ArrayLike) -> Book:
        """The same positions with some columns replaced, checked anew."""
        return Book.of(**(dict(self.columns) | columns))

    def __add__(self, other: Book) -> Book:
        return Book.of(**{name: np.concatenate([self[name], other[name]]) for name in COLUMNS})

    def to_frame(self) -> Any:
        """The book as a pandas DataFrame (needs pandas)."""
        import pandas as pd

        return pd.DataFrame(dict(self.columns))

    def __repr__(self) -> str:
        names = ", ".join(np.unique(self["underlying"])) if len(self) else "empty"
        return f"<Book of {len(self)} positions: {names}>"


def _typed(name: str, value: ArrayLike) -> NDArray[Any]:
    """One column in its own type, at most one-dimensional."""
    try:
        array: NDArray[Any] = right_sign(value) if name == "right" else np.array(value, COLUMNS[name].dtype)
    except (TypeError, ValueError) as error:
        raise BookError(f"column {name!r}: {error}") from None
    if array.ndim > 1:
        raise BookError(f"column {name!r} has {array.ndim} dimensions; a column has one")
    return array


def _column(rows: Sequence[Mapping[str, Any]], name: str) -> list[Any]:
    default = COLUMNS[name].default
    values = [row.get(name, default) for row in rows]
    for number, value in enumerate(values):
        if value is REQUIRED:
            raise BookError(f"row {number}: missing field {name!r}")
    return values


def _check(columns: Mapping[str, NDArray[Any]]) -> None:
    """Every value inside its column's range, or the first offender by name."""
    bad = {
        "strike": ~((columns["strike"] > 0) & np.isfinite(columns["strike"])),
        "multiplier": ~((columns["multiplier"] > 0) & np.isfinite(columns["multiplier"])),
        "quantity": ~np.isfinite(columns["quantity"]),
        "expiry": np.isnat(columns["expiry"]),
    } | {name: ~np.isin(columns[name], allowed) for name, allowed in _CLOSED.items()}
    for name, mask in bad.items():
        if mask.any():
            row = int(np.argmax(mask))
            meaning = _CLOSED.get(name, COLUMNS[name].meaning)
            raise BookError(f"row {row}: {name} = {columns[name][row]!s}; allowed: {meaning}")
