"""The files that are read, as data: which field of which venue becomes which column of ours.

A file is recognised by its fields, never by its name; a new kind of file is a new `Format`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np

from greekslab.instruments import LOT, MONTHS, Instrument, parse_date, parse_instrument, parse_occ
from greekslab.payloads import (
    POSITIVE,
    Field,
    OnError,
    RowProblem,
    Rows,
    csv_cells,
    fault,
    flat,
    instant,
    json_value,
    number,
    one_of,
)

__all__ = ["CSV_FORMATS", "JSON_FORMATS", "KEY", "Format", "Payload", "recognise"]

# --- Fields --------------------------------------------------------------------------------------------

_RIGHT = one_of({"call": 1.0, "put": -1.0, "C": 1.0, "P": -1.0})
_SETTLE = one_of({"reversed": "inverse", "linear": "linear"})
_MOMENT = "datetime64[ms]"
_GREEKS = ("delta", "gamma", "vega", "theta", "rho")


def _percent(source: str, column: str) -> Field:
    return Field(source, column, scale=0.01, low=0.0, high=2000.0, zero_is_absent=True)


def _quote(source: str, column: str) -> Field:
    """A bid or an ask: 0 and empty both mean that there is none."""
    return Field(source, column, needed="column", low=0.0, zero_is_absent=True)


_DEFINITION = (
    Field("instruments.strike", "strike"),
    Field("instruments.expiration_timestamp", "expiry", instant, dtype=_MOMENT),
    Field("instruments.option_type", "right", _RIGHT),
    Field("instruments.instrument_type", "settle", _SETTLE, dtype="O"),
    Field("instruments.contract_size", "multiplier", low=POSITIVE),
)
_TICKER = (
    Field("timestamp", "time", instant, "value", dtype=_MOMENT),
    Field("index_price", "index", low=POSITIVE),
    Field("underlying_price", "forward", needed="value", low=POSITIVE),
    _percent("mark_iv", "iv"),
    _percent("bid_iv", "bid_iv"),
    _percent("ask_iv", "ask_iv"),
    Field("mark_price", "mark", needed="column", low=0.0),
    _quote("best_bid_price", "bid"),
    _quote("best_ask_price", "ask"),
    Field("open_interest", "open_interest", needed="value", low=0.0),
    *(Field(f"greeks.{name}", name) for name in _GREEKS),
    *_DEFINITION,
)
_SUMMARY = (
    Field("creation_timestamp", "time", instant, "value", dtype=_MOMENT),
    Field("estimated_delivery_price", "index", low=POSITIVE),
    Field("underlying_price", "forward", needed="value", low=POSITIVE),
    _percent("mark_iv", "iv"),
    _percent("bid_iv", "bid_iv"),
    _percent("ask_iv", "ask_iv"),
    Field("mark_price", "mark", needed="column", low=0.0),
    _quote("bid_price", "bid"),
    _quote("ask_price", "ask"),
    Field("open_interest", "open_interest", needed="value", low=0.0),
    Field("strike_price", "strike"),
    Field("expire_date", "expiry", parse_date, dtype=_MOMENT),
    Field("option_type", "right", _RIGHT),
    *_DEFINITION,
)
_YEARS_TABLE = (
    Field("T_years", "years", needed="value", low=0.0, high=50.0),
    Field("S0", "forward", needed="value", low=POSITIVE),
    _percent("mark_iv", "iv"),
    Field("market_price_btc", "mark", needed="column", low=0.0),
    _quote("bid_btc", "bid"),
    _quote("ask_btc", "ask"),
    Field("open_interest", "open_interest", needed="value", low=0.0),
    Field("strike", "strike", needed="column"),
    Field("expiry_date", "expiry", parse_date, "column", dtype=_MOMENT),
    Field("type", "right", _RIGHT, "column"),
)


@lru_cache(maxsize=1024)
def _us_day(cell: Any) -> np.datetime64:
    """The day in "Fri Jun 16 2023"."""
    found = re.fullmatch(r"[A-Z][a-z]{2} ([A-Z][a-z]{2}) ([0-9]{2}) ([0-9]{4})", str(cell))
    try:
        if found:
            month = MONTHS.index(found[1].upper()) + 1
            return np.datetime64(f"{found[3]}-{month:02d}-{found[2]}", "D")
    except ValueError:
        pass
    raise ValueError("is not a day such as Fri Jun 16 2023")


_CBOE = (
    Field("Expiration Date", "day", _us_day, "value", dtype="datetime64[D]"),
    Field("Strike", "strike", needed="value"),
    _quote("Bid", "bid"),
    _quote("Ask", "ask"),
    Field("IV", "iv", needed="column", low=0.0, high=20.0, zero_is_absent=True),
    Field("Delta", "delta", needed="column", low=-1.0001, high=1.0001),
    Field("Gamma", "gamma", needed="column"),
    Field("Open Interest", "open_interest", needed="value", low=0.0),
)

_OWN = (
    Field("time", "time", instant, "value", dtype=_MOMENT),
    Field("multiplier", "multiplier", needed="value", low=POSITIVE),
    Field("index", "index", needed="column", low=POSITIVE),
    Field("forward", "forward", needed="value", low=POSITIVE),
    *(Field(name, name, needed="column", low=0.0, high=20.0) for name in ("iv", "bid_iv", "ask_iv")),
    *(Field(name, name, needed="column", low=0.0) for name in ("mark", "bid", "ask")),
    Field("open_interest", "open_interest", needed="value", low=0.0),
    *(Field(name, name) for name in _GREEKS),
)

_FUTURE = (
    Field("mark_price", "mark", needed="value", low=POSITIVE),
    Field("current_funding", "funding", low=-1.0, high=1.0),
)


# --- Formats -------------------------------------------------------------------------------------------

Lines = list[tuple[int, list[str]]]


@dataclass(frozen=True, slots=True)
class Format:
    """One kind of file.

    Parameters
    ----------
    title : str, what a reader calls it
    name : str, the field that holds the instrument's name
    grammar : reads that name
    fields : of the options
    futures : fields of the other rows, from which forwards and funding come
    lot : units of the underlying in one contract, where the file does not say
    coins : whether open interest counts the underlying; else contracts
    mixed : whether one file may hold several underlyings
    unfold : makes one row an instrument where the file has several in a line
    head : reads the lines above the header
    """

    title: str
    name: str
    grammar: Callable[[str], Instrument]
    fields: tuple[Field, ...]
    futures: tuple[Field, ...] = ()
    lot: float = 1.0
    coins: bool = True
    mixed: bool = True
    unfold: Callable[[list[str], Lines], tuple[list[str], Lines]] = lambda header, body: (header, body)
    head: Callable[[Sequence[str], str], dict[str, Any]] = lambda lines, file: {}

    @property
    def needed(self) -> frozenset[str]:
        """The fields without which a file is not of this format."""
        return frozenset({self.name, *(one.source for one in self.fields if one.needed)})


class Payload(NamedTuple):
    """A recognised file: its format, its rows as raw cells, and what stands outside the rows."""

    format: Format
    rows: Rows
    head: dict[str, Any]


def _two_sides(header: list[str], body: Lines) -> tuple[list[str], Lines]:
    """Calls left and puts right of the strike -> one row an option, calls first."""
    shared = [at for at, column in enumerate(header) if column in ("Expiration Date", "Strike")]
    middle = header.index("Puts") if "Puts" in header else len(header)
    calls = [at for at in range(middle) if at not in shared]
    puts = [at for at in range(middle, len(header)) if at not in shared]
    names = [[header[at] for at in side[1:]] for side in (calls, puts)]
    if names[0] != names[1]:
        raise ValueError(f"has not the same columns for calls ({names[0]}) and for puts ({names[1]})")
    unfolded = [(line, [cells[at] for at in shared + side]) for side in (calls, puts) for line, cells in body]
    return [*(header[at] for at in shared), "Calls/Puts", *names[0]], unfolded


_CBOE_TIME = re.compile(
    r"(?:(?P<month>[A-Z][a-z]+) (?P<day>\d{1,2}), (?P<year>\d{4}) at|"
    r"(?P<day2>\d{1,2}) (?P<month2>[A-Z][a-z]+) (?P<year2>\d{4}),)"
    r" (?P<hour>\d{1,2}):(?P<minute>\d{2}) (?P<half>[AP]M) E(?P<zone>[SD])T",
    re.ASCII,
)


def _cboe_head(lines: Sequence[str], file: str) -> dict[str, Any]:
    """Title, spot and time from the lines above the header."""
    text = "\n".join(lines)
    last = re.search(r"^(.*?),Last: *([0-9.]+)", text, re.MULTILINE)
    time = _CBOE_TIME.search(text)
    if not last or not time:
        what = "the last price (Last: ...)" if not last else "its time (Date: ...)"
        fault(file, f"does not give {what} above the header")
    try:
        source = f"Cboe delayed quotes, {last[1].strip(chr(34))}"
        return {"source": source, "spot": _positive(last[2]), "asof": _us_time(time)}
    except ValueError as error:
        fault(file, f"has lines above the header that cannot be read: {error}")


def _positive(cell: Any) -> float:
    price = number(cell)
    if not price > 0:
        raise ValueError("must be > 0")
    return price


def _us_time(found: re.Match[str]) -> np.datetime64:
    part = found.groupdict()
    day, month, year = (part[name] or part[f"{name}2"] for name in ("day", "month", "year"))
    number_of = MONTHS.index(month[:3].upper()) + 1
    hour = int(part["hour"]) % 12 + (12 if part["half"] == "PM" else 0)
    offset = 4 if part["zone"] == "D" else 5
    local = np.datetime64(f"{year}-{number_of:02d}-{int(day):02d}T{hour:02d}:{part['minute']}", "ms")
    return instant(str(local + np.timedelta64(offset, "h")))


def _own_head(lines: Sequence[str], file: str) -> dict[str, Any]:
    """The comments "# key: value" above the header; "spot BTC" gives a spot."""
    pairs = [line[1:].split(":", 1) for line in lines if line.startswith("#") and ":" in line]
    said = {key.strip(): value.strip() for key, value in pairs}
    try:
        spot = {key[5:]: _positive(value) for key, value in said.items() if key.startswith("spot ")}
    except ValueError as error:
        fault(file, f"has a spot above the header that {error}")
    return {"spot": spot, "source": said.get("source", "")}


TICKER = Format("Deribit tickers", "instrument_name", parse_instrument, _TICKER, _FUTURE)
SUMMARY = Format("Deribit book summary", "instrument_name", parse_instrument, _SUMMARY, _FUTURE)
YEARS_TABLE = Format("Deribit chain table", "instrument_name", parse_instrument, _YEARS_TABLE)
CBOE = Format(
    title="Cboe delayed quotes",
    name="Calls/Puts",
    grammar=parse_occ,
    fields=_CBOE,
    lot=LOT,
    coins=False,
    mixed=False,
    unfold=_two_sides,
    head=_cboe_head,
)
OWN = Format("greekslab table", "instrument", parse_instrument, _OWN, coins=False, head=_own_head)

KEY = "key of tickers"
"""The cell that holds the name under which a mapping of tickers files a row."""

JSON_FORMATS = (TICKER, SUMMARY)
CSV_FORMATS = (OWN, SUMMARY, YEARS_TABLE, CBOE)


def recognise(text: str, file: str, on_error: OnError) -> Payload:
    """What kind of file a text is, with its rows.

    Raises
    ------
    ChainFormatError
        No format that is known here, a column missing, not complete JSON, an answer that is an error.
    """
    if text.lstrip()[:1] in ("{", "["):
        return _from_json(json_value(text, file), file, on_error)
    return _from_csv(csv_cells(text), file, on_error)


def _closest(fields: Collection[str], formats: Sequence[Format]) -> tuple[float, Format]:
    """The format of which the most is there, and how much."""
    shares = [len(one.needed.intersection(fields)) / len(one.needed) for one in formats]
    best = int(np.argmax(shares))
    return shares[best], formats[best]


def _known(share: float, fmt: Format, fields: Collection[str], file: str) -> None:
    """Refuse a file of no known format, or one that lacks a field of its format."""
    if share < 0.5:
        titles = ", ".join(one.title for one in (*JSON_FORMATS, *CSV_FORMATS[2:], OWN))
        fault(file, f"is no option chain of a kind known here: {titles}")
    missing = sorted(fmt.needed.difference(fields))
    if missing:
        whole = ", ".join(sorted(fmt.needed))
        fault(file, f"is missing; what {fmt.title} cannot do without: {whole}", field=missing[0])


def _from_csv(lines: Lines, file: str, on_error: OnError) -> Payload:
    """The table below the line that looks most like the header of a format."""
    top = [[*cells, "Calls/Puts"] if "Calls" in cells else cells for _, cells in lines[:40]]
    found = [_closest(cells, CSV_FORMATS) for cells in top]
    at = max(range(len(found)), key=lambda line: found[line][0])
    share, fmt = found[at]
    _known(share, fmt, top[at], file)
    header = lines[at][1]
    width = len(header)
    why = f"cells, but the header has {width}"
    cut = [RowProblem(file, line, "", len(row), why) for line, row in lines[at + 1 :] if len(row) != width]
    whole = [(line, row) for line, row in lines[at + 1 :] if len(row) == width]
    try:
        header, body = fmt.unfold(header, whole)
    except ValueError as error:
        fault(file, str(error))
    twice = [column for column in header if column and header.count(column) > 1]
    if twice:
        fault(file, "is the name of two columns", field=twice[0])
    numbers = [line for line, _ in body]
    columns = zip(*(row for _, row in body), strict=True) if body else [()] * len(header)
    head = fmt.head([",".join(row) for _, row in lines[:at]], file)
    return Payload(fmt, Rows.of(file, on_error, numbers, dict(zip(header, columns, strict=True)), cut), head)


def _from_json(document: Any, file: str, on_error: OnError) -> Payload:
    """The rows of one or more answers of the API."""
    snapshot = document if isinstance(document, dict) and "tickers" in document else {}
    entries = _entries(snapshot.get("tickers", document), file)
    entries += _entries(snapshot.get("instruments", []), file)
    numbers, cells, problems = _joined(entries, file)
    if not cells and not problems:
        fault(file, "defines instruments, but holds no prices of them" if entries else "holds no rows")
    fields = dict.fromkeys(name for one in cells for name in one)
    share, fmt = _closest(fields, JSON_FORMATS)
    _known(share, fmt, fields, file)
    columns = {name: [one.get(name) for one in cells] for name in fields}
    head = _index(snapshot.get("index"), file)
    return Payload(fmt, Rows.of(file, on_error, numbers, columns, problems), head)


def _joined(entries: Entries, file: str) -> tuple[list[int], list[dict[str, Any]], list[RowProblem]]:
    """Each priced row, its number and its cells, those of its instrument's definition among them."""
    rows: dict[int, dict[str, Any]] = {}
    definitions: dict[str, dict[str, Any]] = {}
    problems = []
    for at, (key, row) in enumerate(entries, start=1):
        if not isinstance(row, dict):
            found = "null" if row is None else row
            problems.append(RowProblem(file, at, "", found, "is not an object of fields"))
        elif "error" in row:
            problems.append(RowProblem(file, at, "error", row["error"], "is there instead of a row"))
        elif "mark_price" in row or "expiration_timestamp" not in row:
            rows[at] = {KEY: key} | row
        elif definitions.setdefault(str(row.get("instrument_name")), row) is not row:
            name = row.get("instrument_name")
            problems.append(RowProblem(file, at, "instrument_name", name, "is defined twice"))
    cells = [
        flat(row | {"instruments": definitions.get(str(row.get("instrument_name")), {})})
        for row in rows.values()
    ]
    return list(rows), cells, problems


Entries = list[tuple[str | None, Any]]


def _entries(node: Any, file: str, depth: int = 0) -> Entries:
    """(key, row) of an envelope, a list of rows or of envelopes, a mapping name -> row, or one row."""
    if _is_envelope(node) and depth < 5:
        return _entries(node["result"], file, depth + 1)
    if isinstance(node, dict) and "error" in node:
        fault(file, f"holds no chain but the venue's error: {node['error']}")
    if isinstance(node, list) and depth < 5:
        each = (_entries(one, file, depth + 1) if _is_envelope(one) else [(None, one)] for one in node)
        return [entry for entries in each for entry in entries]
    if isinstance(node, dict) and "instrument_name" in node:
        return [(None, node)]
    if isinstance(node, dict):
        inside = {key: one["result"] if _is_envelope(one) else one for key, one in node.items()}
        if any(isinstance(one, dict) and "instrument_name" in one for one in inside.values()):
            return list(inside.items())
    fault(file, 'holds no rows: neither "tickers", nor a "result", nor an "instrument_name"')


def _is_envelope(node: Any) -> bool:
    return isinstance(node, dict) and "result" in node


def _index(node: Any, file: str) -> dict[str, Any]:
    """The index price that a snapshot gives beside its tickers."""
    node = node.get("result", node) if isinstance(node, dict) else node
    if node is None:
        return {}
    try:
        return {"spot": _positive(node.get("index_price") if isinstance(node, dict) else node)}
    except ValueError as error:
        fault(file, str(error), field="index.index_price", value=node)
