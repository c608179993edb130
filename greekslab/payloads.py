"""Bytes of a recorded payload -> rows of raw cells -> checked columns.

Every venue's file goes through the same gate: `Rows.column` reads and checks one field of every row,
`Rows.reject` strikes rows out, `Rows.settle` raises or drops them. Nothing here knows a venue.
"""

from __future__ import annotations

import csv
import gzip
import io
import json
import re
import zlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple, NoReturn

import numpy as np
from numpy.typing import NDArray

__all__ = [
    "LIMIT",
    "POSITIVE",
    "ChainFormatError",
    "Field",
    "OnError",
    "RowProblem",
    "Rows",
    "csv_cells",
    "decode",
    "fault",
    "flat",
    "instant",
    "json_value",
    "number",
    "one_of",
]

Floats = NDArray[np.float64]
OnError = Literal["raise", "skip"]

LIMIT = 64 * 2**20
"""Largest payload that is read, in bytes after decompression; a whole venue's chain has about 5 million."""


@dataclass(frozen=True, slots=True)
class RowProblem:
    """Why a row was not read.

    Parameters
    ----------
    file : str
    row : the line of a CSV, or the position (from 1) in a JSON list; None: the file as a whole
    field : the venue's own name of the field; "" where there is none
    value : what was found
    why : str, what is allowed
    instrument : the row's instrument, where it has one
    """

    file: str
    row: int | None
    field: str
    value: Any
    why: str
    instrument: str = ""

    def __str__(self) -> str:
        name = f" ({_short(self.instrument)})" if self.instrument else ""
        row = "" if self.row is None else f", row {self.row}{name}"
        found = [part for part in (self.field, None if self.value is None else _short(self.value)) if part]
        return f"{self.file}{row}: {' = '.join(found)} {self.why}".replace(":  ", ": ")


class ChainFormatError(ValueError):
    """A payload that cannot be read; `problem` says in which file, row and field, and what was there."""

    def __init__(self, problem: RowProblem, others: int = 0) -> None:
        super().__init__(problem, others)
        self.problem, self.others = problem, others

    def __str__(self) -> str:
        more = f" (and {self.others} more such rows)" if self.others else ""
        hint = "" if self.problem.row is None else '; on_error="skip" leaves such rows out'
        return f"{self.problem}{more}{hint}"


def fault(file: str, why: str, *, field: str = "", value: Any = None) -> NoReturn:
    """Refuse a file as a whole."""
    raise ChainFormatError(RowProblem(file, None, field, value, why))


def _short(value: Any, width: int = 60) -> str:
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    text = value if isinstance(value, str) and value.isprintable() and value else repr(value)
    return text if len(text) <= width else f"{text[: width - 3]}..."


# --- Bytes to cells ------------------------------------------------------------------------------------


def decode(data: bytes, file: str) -> str:
    """The text of a payload, gzip-compressed or plain, UTF-8 with or without its mark.

    Raises
    ------
    ChainFormatError
        Empty, larger than `LIMIT`, damaged gzip, or not UTF-8.
    """
    if data[:2] == b"\x1f\x8b":
        try:
            with gzip.GzipFile(fileobj=io.BytesIO(data)) as stream:
                data = stream.read(LIMIT + 1)
        except (OSError, EOFError, zlib.error) as error:
            fault(file, f"is gzip-compressed, but damaged or cut off: {error}")
    if len(data) > LIMIT:
        fault(file, f"holds more than {LIMIT // 2**20} MiB; that is no option chain")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        fault(file, f"is not UTF-8 text: byte {error.start} is 0x{data[error.start]:02x}")
    if not text.strip():
        fault(file, "is empty")
    return text


def json_value(text: str, file: str) -> Any:
    """The value of a JSON text; every number a float, the literals NaN and Infinity as their text.

    Raises
    ------
    ChainFormatError
        Not JSON, cut off, nested too deeply, or an object that has a name twice.
    """

    def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        made = dict(pairs)
        if len(made) < len(pairs):
            names = [name for name, _ in pairs]
            twice = next(name for name in names if names.count(name) > 1)
            fault(file, "occurs twice in one object", field=_short(twice))
        return made

    try:
        return json.loads(text, parse_int=float, parse_constant=str, object_pairs_hook=unique)
    except json.JSONDecodeError as error:
        fault(file, f"is not complete JSON: {error}")
    except RecursionError:
        fault(file, "is nested too deeply to be a venue's answer")


def flat(row: Mapping[str, Any]) -> dict[str, Any]:
    """A JSON object with the members of objects inside it under dotted names.

    Examples
    --------
    >>> flat({"mark_iv": 50.0, "greeks": {"delta": 0.5}})
    {'mark_iv': 50.0, 'greeks.delta': 0.5}
    """
    cells: dict[str, Any] = {}
    for name, value in row.items():
        if isinstance(value, dict):
            cells.update({f"{name}.{inner}": cell for inner, cell in value.items()})
        else:
            cells[name] = value
    return cells


def csv_cells(text: str) -> list[tuple[int, list[str]]]:
    """The cells of each line that is not blank, with the line's number.

    Each line stands for itself (no venue breaks lines inside quotes), so that a stray quote damages one row;
    such a row is one cell.
    """
    lines = enumerate(text.split("\n"), start=1)
    return [(at, _split(line.rstrip("\r"))) for at, line in lines if not line.isspace() and line]


def _split(line: str) -> list[str]:
    if '"' not in line:
        return line.split(",")
    try:
        return next(csv.reader([line], strict=True))
    except csv.Error:
        return [line]


# --- Cells to values -----------------------------------------------------------------------------------

_NUMBER = re.compile(r"\s*[-+]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]+)?\s*")
_ISO = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}(?:T[0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]{1,3})?)?)?")
_FIRST, _LAST = 1_230_768_000_000, 4_102_444_800_000  # 2009 and 2100


def number(cell: Any) -> float:
    """A finite number from a JSON number or a text of decimal digits.

    Raises
    ------
    ValueError
        Anything else: True, NaN, Infinity, 1e999, digits of other scripts.
    """
    if isinstance(cell, str):
        cell = float(cell) if _NUMBER.fullmatch(cell) else None
    if not isinstance(cell, float) or cell - cell != 0:
        raise ValueError("is not a finite number")
    return cell


def instant(cell: Any) -> np.datetime64:
    """An instant from milliseconds since 1970 or from ISO text, UTC, between 2009 and 2100.

    Raises
    ------
    ValueError
        Anything else.
    """
    try:
        iso = isinstance(cell, str) and _ISO.fullmatch(cell)
        moment = np.datetime64(cell, "ms") if iso else np.datetime64(round(number(cell)), "ms")
        if _FIRST <= moment.astype(np.int64) < _LAST:
            return moment
    except (ValueError, OverflowError):
        pass
    raise ValueError("is not an instant (milliseconds since 1970, UTC) between 2009 and 2100")


def one_of(meanings: Mapping[str, Any]) -> Callable[[Any], Any]:
    """A reader of words: each allowed word and what it stands for."""

    def word(cell: Any) -> Any:
        if isinstance(cell, str) and cell in meanings:
            return meanings[cell]
        raise ValueError(f"is not one of {', '.join(meanings)}")

    return word


# --- The gate ------------------------------------------------------------------------------------------


POSITIVE = 1e-12
"""The lower end of a range that leaves out zero; no price of an underlying comes near it."""


class Field(NamedTuple):
    """How one field of a venue becomes one column of ours.

    `needed` is "value" (every row must have it), "column" (it must be in the file, single cells may be
    empty) or "" (it may be missing altogether). `low` and `high` are in the venue's unit; `scale` turns
    that into ours.
    """

    source: str
    column: str
    read: Callable[[Any], Any] = number
    needed: Literal["value", "column", ""] = ""
    scale: float = 1.0
    low: float = -1e15
    high: float = 1e15
    zero_is_absent: bool = False
    dtype: str = "f8"


@dataclass(slots=True)
class Rows:
    """Rows on their way through the checks: raw cells by field, and what was found wrong so far.

    Parameters
    ----------
    file : str, for messages
    on_error : "raise" or "skip"
    numbers : int array, shape (n,), each row's number in the file
    cells : field -> object array, shape (n,); None or "" is an empty cell
    names : object array, shape (n,), the instruments as far as they are known
    """

    file: str
    on_error: OnError
    numbers: NDArray[np.int64]
    cells: dict[str, NDArray[np.object_]]
    names: NDArray[np.object_]
    problems: list[RowProblem] = field(default_factory=list)
    _bad: NDArray[np.bool_] = field(init=False)

    def __post_init__(self) -> None:
        self._bad = np.zeros(len(self.numbers), bool)

    @classmethod
    def of(
        cls,
        file: str,
        on_error: OnError,
        numbers: Sequence[int],
        cells: Mapping[str, Iterable[Any]],
        problems: Iterable[RowProblem] = (),
    ) -> Rows:
        """Rows from lists of cells."""
        size = len(numbers)
        arrays = {name: _objects(column, size) for name, column in cells.items()}
        blank = _objects([""] * size, size)
        return cls(file, on_error, np.array(numbers, np.int64), arrays, blank, list(problems))

    def __len__(self) -> int:
        return len(self.numbers)

    def where(self, mask: NDArray[np.bool_]) -> Rows:
        """A selection of the rows; it shares the list of problems."""
        cells = {name: column[mask] for name, column in self.cells.items()}
        return Rows(self.file, self.on_error, self.numbers[mask], cells, self.names[mask], self.problems)

    def column(self, spec: Field, expected: NDArray[Any] | None = None) -> NDArray[Any]:
        """One field of every row, read and checked; rows that fail are struck out.

        Parameters
        ----------
        spec : Field
        expected : array, shape (n,), what the instrument's name says already; a cell that is there must agree
        """
        raw = self.cells.get(spec.source)
        if raw is None:
            return np.full(len(self), _EMPTY.get(spec.dtype, "NaT"), spec.dtype)
        values: NDArray[Any] | None = _plain_numbers(raw) if spec.read is number else None
        if values is None:
            absent = np.array([cell is None or cell == "" for cell in raw], bool)
            values = self._one_by_one(spec, raw, ~absent)
        else:
            absent = np.isnan(values)
        if spec.needed == "value":
            self.reject(absent, spec.source, "is missing")
        if spec.dtype == "f8":
            outside = (values < spec.low) | (values > spec.high)
            self.reject(outside, spec.source, f"must be {_range(spec.low, spec.high)}")
            values = np.where((values == 0) & spec.zero_is_absent, np.nan, values * spec.scale)
        if expected is not None:
            self.reject(
                ~absent & (values != expected), spec.source, "does not agree with the instrument's name"
            )
        return values

    def _one_by_one(self, spec: Field, raw: NDArray[np.object_], there: NDArray[np.bool_]) -> NDArray[Any]:
        values = np.full(len(self), _EMPTY.get(spec.dtype, "NaT"), spec.dtype)
        for row in np.flatnonzero(there):
            try:
                values[row] = spec.read(raw[row])
            except ValueError as error:
                self.strike(int(row), spec.source, raw[row], str(error))
        return values

    def reject(self, bad: NDArray[np.bool_], source: str, why: str) -> None:
        """Strike out the rows of a mask, for one reason."""
        raw = self.cells.get(source)
        for row in np.flatnonzero(bad):
            cell = None if raw is None or raw[row] == "" else raw[row]
            self.strike(int(row), source, cell, why)

    def strike(self, row: int, source: str, cell: Any, why: str) -> None:
        """Strike out one row, for the first thing found wrong with it."""
        if not self._bad[row]:
            self._bad[row] = True
            name = str(self.names[row])
            self.problems.append(RowProblem(self.file, int(self.numbers[row]), source, cell, why, name))

    def settle(self) -> NDArray[np.bool_]:
        """The mask of the rows that passed; with on_error="raise", none may have failed.

        Raises
        ------
        ChainFormatError
            Naming the first bad row.
        """
        if self.problems and self.on_error == "raise":
            first = min(self.problems, key=lambda problem: problem.row or 0)
            raise ChainFormatError(first, len(self.problems) - 1)
        return ~self._bad


_EMPTY = {"f8": np.nan, "O": None}
_PLAIN = re.compile(r"[0-9.eE+\-]*")


def _plain_numbers(raw: NDArray[np.object_]) -> Floats | None:
    """`number` for a column of texts at once; None where one of them needs to be looked at by itself."""
    try:
        if _PLAIN.fullmatch("".join(raw)):
            values = np.array([float(cell or "nan") for cell in raw])
            return None if np.isinf(values).any() else values
    except (TypeError, ValueError):
        pass
    return None


def _objects(column: Iterable[Any], size: int) -> NDArray[np.object_]:
    made = np.empty(size, object)
    made[:] = list(column)
    return made


def _range(low: float, high: float) -> str:
    if high >= 1e15:
        return "> 0" if low == POSITIVE else f">= {low:g}"
    return f"from {low:g} to {high:g}"
