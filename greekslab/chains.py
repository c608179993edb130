"""Recorded payloads of Deribit and of Cboe -> `Market` and `Book`.

`read_chain` gives a venue's snapshot as it is, one row an option; `load_chain` the two things that the rest
of the package works on. What the file does not say (an instant, a forward, a volatility) is recovered from
what it does say, and `Chain.notes` tells.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from os import PathLike
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from greekslab import share
from greekslab.book import Book
from greekslab.evaluate import DomainWarning
from greekslab.implied import implied_vol
from greekslab.instruments import ROOTS, InstrumentNameError
from greekslab.market import YEAR, Market, years_between
from greekslab.payloads import LIMIT, ChainFormatError, OnError, RowProblem, Rows, decode, fault
from greekslab.recovery import Key, agreed_instant, groups, parity, smiles
from greekslab.venues import KEY, Format, recognise

__all__ = [
    "COLUMNS",
    "PUBLISHED",
    "Chain",
    "ChainFormatError",
    "RowProblem",
    "load_chain",
    "read_chain",
]

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Ints = NDArray[np.int64]
Columns = Mapping[str, NDArray[Any]]

DEFAULT = ("data", "deribit_btc_20260627.csv")
"""The packaged chain, below the top of the repository."""

COLUMNS: Mapping[str, str] = MappingProxyType(
    {
        "instrument": "the venue's name",
        "underlying": "BTC, ETH, SPX",
        "expiry": "the instant of settlement, UTC",
        "strike": "quote per underlying",
        "right": "+1 call, -1 put",
        "settle": "inverse: prices in the coin; linear: in the quote currency",
        "multiplier": "units of the underlying in one contract",
        "time": "this row's own instant, UTC",
        "index": "price of the underlying at that instant, quote per underlying",
        "forward": "of this expiry at that instant, quote per underlying",
        "iv": "volatility of the mark, decimal",
        "bid_iv": "decimal",
        "ask_iv": "decimal",
        "mark": "the venue's own value (Cboe: the middle of bid and ask), settlement currency per underlying",
        "bid": "settlement currency per underlying",
        "ask": "settlement currency per underlying",
        "open_interest": "contracts",
    }
)
"""The columns of a chain and what they hold; NaN where the venue gives nothing."""

PUBLISHED: Mapping[str, str] = MappingProxyType(
    {
        "delta": "quote per quote of the forward (Deribit), of the spot (Cboe); not premium-adjusted",
        "gamma": "delta per quote",
        "vega": "quote per 0.01 of volatility",
        "theta": "quote per day",
        "rho": "quote per 0.01 of rate",
    }
)
"""The venue's own Greeks and their units, for one unit of the underlying, rounded as the venue rounds."""


@dataclass(frozen=True, slots=True, eq=False)
class Chain:
    """One snapshot of a venue's options as columns of equal length, one row an option.

    Parameters
    ----------
    source : str, the venue and the kind of file
    asof : instant of the newest row, UTC
    currency : str, the quote currency
    spot : underlying -> index price   [quote per underlying]
    columns : name -> array, shape (n,); `COLUMNS` says what each holds
    published : Greek -> array, shape (n,); the venue's own, units in `PUBLISHED`
    forwards : (underlying, expiry) -> forward price   [quote per underlying]
    discounts : (underlying, expiry) -> price today of 1 quote at expiry; 1 where absent
    funding : perpetual -> funding rate per 8 hours, decimal
    skipped : the rows that `on_error="skip"` left out, and why
    notes : what a reader of the numbers has to know about this file
    """

    source: str
    asof: np.datetime64
    currency: str
    spot: Mapping[str, float]
    columns: Columns
    published: Columns
    forwards: Mapping[Key, float]
    discounts: Mapping[Key, float]
    funding: Mapping[str, float]
    skipped: tuple[RowProblem, ...]
    notes: tuple[str, ...]

    def market(self) -> Market:
        """Spot, forwards, discounts, volatilities and funding at `asof`.

        The volatility of a strike is that of its out-of-the-money option, or of the other one where only
        that has any.
        """
        vols = dict(smiles(self.columns, self.forwards))
        return Market(self.asof, self.currency, self.spot, self.forwards, vols, self.discounts, self.funding)

    def book(self) -> Book:
        """The open interest as a book: every option that the market can price, zero positions kept."""
        priced = _priced(self.columns, self.forwards)
        names = ("instrument", "underlying", "expiry", "strike", "right", "settle", "multiplier")
        held = {name: self.columns[name][priced] for name in names}
        return Book.of(**held, quantity=self.columns["open_interest"][priced])

    def to_frame(self) -> Any:
        """The columns and the published Greeks (as published_delta, ...) as a pandas DataFrame."""
        import pandas as pd

        theirs = {f"published_{name}": column for name, column in self.published.items()}
        return pd.DataFrame(dict(self.columns) | theirs)

    def __len__(self) -> int:
        return len(self.columns["instrument"])

    def __repr__(self) -> str:
        prices = ", ".join(f"{name} {price:,.2f} {self.currency}" for name, price in self.spot.items())
        count = len({key for key, _ in groups(self.columns)})
        told = "".join(f"\n  - {note}" for note in self.notes)
        return f"<Chain: {self.source}, {self.asof}, {prices}, {len(self)} options, {count} expiries>{told}"


def load_chain(
    path: str | PathLike[str] | None = None, *, on_error: OnError = "raise"
) -> tuple[Market, Book]:
    """The market and the open interest of a recorded chain.

    Parameters
    ----------
    path, on_error : as `read_chain`

    Returns
    -------
    market : Market
    book : Book, one position an option, its quantity the open interest in contracts

    Examples
    --------
    >>> market, book = load_chain()
    >>> market.spot_of("BTC"), len(book)
    (60245.61, 330)
    """
    chain = read_chain(path, on_error=on_error)
    return chain.market(), chain.book()


def read_chain(path: str | PathLike[str] | None = None, *, on_error: OnError = "raise") -> Chain:
    """A recorded chain of options, whatever the file is called.

    Reads, plain or gzip-compressed: Deribit's answers as JSON (tickers, get_book_summary_by_currency, with
    or without get_instruments; a snapshot that holds "index", "instruments" and "tickers"), the book summary
    and the chain table as CSV, Cboe's delayed-quotes CSV, and this package's own tables.

    Parameters
    ----------
    path : path of a file; None: the packaged chain, BTC options on Deribit of 27 June 2026
    on_error : "raise", or "skip": bad rows are left out and listed in `Chain.skipped`

    Returns
    -------
    Chain

    Raises
    ------
    ChainFormatError
        The file as a whole is not readable, or (with "raise") a row is bad; names file, row, field and value.
    OSError
        There is no such file, or it may not be read.

    Examples
    --------
    >>> chain = read_chain()
    >>> len(chain), float(chain.columns["open_interest"].sum().round(1))
    (330, 173850.5)
    """
    if on_error not in ("raise", "skip"):
        raise ValueError(f"on_error must be 'raise' or 'skip'; got {on_error!r}")
    where = share.path(*DEFAULT) if path is None else Path(path)
    if where.is_dir():
        fault(str(where), "is a folder; give the file")
    with where.open("rb") as stream:
        text = decode(stream.read(LIMIT + 1), str(where))
    fmt, rows, head = recognise(text, str(where), on_error)
    draft = _checked(fmt, rows, head)
    for step in (_clock, _live, _spot, _forward, _volatility, _remarks):
        step(draft)
    return draft.chain()


# --- Rows to checked columns ---------------------------------------------------------------------------


@dataclass(slots=True)
class _Draft:
    """A chain in the making; `rows` and `columns` hold the options only."""

    source: str
    currency: str
    rows: Rows
    columns: dict[str, NDArray[Any]]
    head: Mapping[str, Any]
    notes: list[str] = field(default_factory=list)
    asof: np.datetime64 = field(default_factory=lambda: np.datetime64("NaT", "ms"))
    spot: dict[str, float] = field(default_factory=dict)
    forwards: dict[Key, float] = field(default_factory=dict)
    discounts: dict[Key, float] = field(default_factory=dict)
    funding: dict[str, float] = field(default_factory=dict)

    def keep(self, mask: Bools) -> None:
        """Drop the rows outside the mask."""
        self.rows = self.rows.where(mask)
        self.columns = {name: column[mask] for name, column in self.columns.items()}

    def settle(self) -> None:
        """Raise, or drop the rows that were struck out; none left is an error either way."""
        mask = self.rows.settle()
        if not mask.any():
            problems = self.rows.problems
            if problems:
                raise ChainFormatError(min(problems, key=lambda one: one.row or 0), len(problems) - 1)
            fault(self.rows.file, "holds no options")
        self.keep(mask)

    def absent(self, name: str) -> bool:
        """Whether the file says nothing at all under this name."""
        return name not in self.columns or bool(np.isnan(self.columns[name]).all())

    def chain(self) -> Chain:
        for array in self.columns.values():
            array.setflags(write=False)
        blank = np.full(len(self.rows), np.nan)
        blank.setflags(write=False)
        return Chain(
            source=self.source,
            asof=self.asof,
            currency=self.currency,
            spot=self.spot,
            columns={name: self.columns.get(name, blank) for name in COLUMNS},
            published={name: self.columns[name] for name in PUBLISHED if not self.absent(name)},
            forwards=self.forwards,
            discounts=self.discounts,
            funding=self.funding,
            skipped=tuple(sorted(self.rows.problems, key=lambda problem: problem.row or 0)),
            notes=tuple(self.notes),
        )


def _checked(fmt: Format, rows: Rows, head: Mapping[str, Any]) -> _Draft:
    """Every row read and checked, options apart from the rest."""
    instruments = _instruments(fmt, rows)
    kinds = np.array(["" if one is None else one.kind for one in instruments], "U9")
    options, named = rows.where(kinds == "option"), _named(instruments[kinds == "option"])
    columns = dict(named)
    for spec in fmt.fields if len(options) else ():
        columns.setdefault(spec.column, options.column(spec, named.get(spec.column)))
    draft = _Draft(head.get("source") or fmt.title, "", options, columns, head)
    draft.settle()
    if not fmt.mixed:
        _one_underlying(fmt, draft)
    draft.currency = _one_currency(draft)
    _contracts(fmt, draft)
    _others(fmt, rows, instruments, kinds, draft)
    return draft


def _one_underlying(fmt: Format, draft: _Draft) -> None:
    """Where a file is of one underlying, options of another are struck out."""
    names, counts = np.unique(draft.columns["underlying"], return_counts=True)
    most = names[np.argmax(counts)]
    draft.rows.reject(
        draft.columns["underlying"] != most, fmt.name, f"is not an option of {most}, as the rest"
    )
    draft.settle()


def _one_currency(draft: _Draft) -> str:
    quotes = np.unique(draft.columns["quote"])
    if len(quotes) > 1:
        fault(draft.rows.file, f"holds prices in {' and in '.join(quotes)}; a market has one currency")
    return str(quotes[0])


def _instruments(fmt: Format, rows: Rows) -> NDArray[np.object_]:
    """What every row's name says; None for a row that is struck out over its name."""
    cells = rows.cells[fmt.name]
    rows.names = np.array([cell if isinstance(cell, str) else "" for cell in cells], object)
    filed = rows.cells.get(KEY, rows.names)
    found = np.empty(len(rows), object)
    first: dict[str, int] = {}
    for row, (name, key) in enumerate(zip(rows.names, filed, strict=True)):
        try:
            said = fmt.grammar(name)
        except InstrumentNameError as error:
            rows.strike(row, fmt.name, cells[row], error.why if name else "is not a name")
            continue
        if key not in (None, name):
            rows.strike(row, KEY, key, "is not the name of the instrument in it")
        elif first.setdefault(name, row) != row:
            rows.strike(row, fmt.name, name, f"was there already, in row {rows.numbers[first[name]]}")
        else:
            found[row] = said
    return found


def _named(instruments: NDArray[np.object_]) -> dict[str, NDArray[Any]]:
    """The columns that the names give."""
    expiry = np.array([one.expiry for one in instruments], "datetime64[ms]")
    return {
        "instrument": np.array([one.name for one in instruments], "U"),
        "underlying": np.array([one.base for one in instruments], "U"),
        "quote": np.array([one.quote for one in instruments], "U"),
        "expiry": expiry,
        "day": expiry.astype("datetime64[D]"),
        "strike": np.array([one.strike for one in instruments], "f8"),
        "right": np.array([one.right for one in instruments], "i1"),
        "settle": np.array([one.settle for one in instruments], "U"),
    }


def _contracts(fmt: Format, draft: _Draft) -> None:
    """The multiplier where the file leaves it out, and open interest in contracts."""
    given = draft.columns.get("multiplier", np.full(len(draft.rows), np.nan))
    missing = np.isnan(given)
    if fmt.coins and (missing & (draft.columns["settle"] == "linear")).any():
        draft.notes.append("the file gives no contract_size: one contract is counted as one coin")
    draft.columns["multiplier"] = np.where(missing, fmt.lot, given)
    if fmt.coins:
        draft.columns["open_interest"] = draft.columns["open_interest"] / draft.columns["multiplier"]


def _others(
    fmt: Format, rows: Rows, instruments: NDArray[np.object_], kinds: NDArray[np.str_], draft: _Draft
) -> None:
    """Forwards of futures and funding of perpetuals; what else is no option is counted only."""
    mine = np.array([one is not None and one.quote == draft.currency for one in instruments], bool)
    quoted = np.isin(kinds, ("future", "perpetual")) & mine & bool(fmt.futures)
    futures, said = rows.where(quoted), instruments[quoted]
    values = {spec.column: futures.column(spec) for spec in fmt.futures}
    for row in np.flatnonzero(futures.settle()):
        if said[row].kind == "future":
            draft.forwards[said[row].base, said[row].expiry] = float(values["mark"][row])
        elif np.isfinite(values["funding"][row]):
            draft.funding[said[row].name] = float(values["funding"][row])
    rest = int((~quoted & ~np.isin(kinds, ("option", ""))).sum())
    if len(said):
        draft.notes.append(f"{len(said)} rows of futures and perpetuals: forwards and funding, not positions")
    if rest:
        draft.notes.append(f"{rest} rows of spot pairs, combinations or other currencies: left out")


# --- What the file does not say ------------------------------------------------------------------------


ROUNDING = 0.5e-5
"""T_years of the chain table has five decimals."""


def _clock(draft: _Draft) -> None:
    """Each row's instant: its own, that above the header, or that on which the rows' years agree."""
    if "years" in draft.columns:
        _clock_of_years(draft)
    elif "time" not in draft.columns:
        draft.columns["time"] = np.full(len(draft.rows), draft.head["asof"])
    first, draft.asof = draft.columns["time"].min(), draft.columns["time"].max()
    if draft.asof - first >= np.timedelta64(10, "s"):
        spread = "forwards are brought to one spot by each row's ratio of forward to index"
        draft.notes.append(f"rows from {first} to {draft.asof}: {spread}")


def _clock_of_years(draft: _Draft) -> None:
    expiry, years = draft.columns["expiry"], draft.columns["years"]
    moment, half = agreed_instant(expiry, years, ROUNDING)
    off = np.abs(years_between(moment, expiry) - years) * YEAR > ROUNDING * YEAR + half
    draft.rows.reject(off, "T_years", f"does not fit an expiry seen from {moment}")
    draft.settle()
    draft.columns["time"] = np.full(len(draft.rows), moment)
    draft.notes.append(f"the file gives no time: {moment} recovered from T_years, +/- {half / 1000:.0f} s")


def _live(draft: _Draft) -> None:
    """Options that had expired are counted and left out."""
    alive = draft.columns["expiry"] > draft.columns["time"]
    if not alive.any():
        fault(draft.rows.file, f"holds no option that was alive at {draft.asof}")
    if not alive.all():
        draft.notes.append(f"{int((~alive).sum())} options had expired at {draft.asof}: left out")
        draft.keep(alive)
    draft.forwards = {key: price for key, price in draft.forwards.items() if key[1] > draft.asof}


def _spot(draft: _Draft) -> None:
    """The index price: of the file, of its newest row, or else the nearest expiry's forward."""
    columns, given = draft.columns, draft.head.get("spot", {})
    names = [str(name) for name in np.unique(columns["underlying"])]
    if isinstance(given, float):
        given = {names[0]: given} if len(names) == 1 else {}
        if "index" not in columns and given:
            columns["index"] = np.full(len(draft.rows), given[names[0]])
    for name in names:
        rows = np.flatnonzero(columns["underlying"] == name)
        seen = rows[np.isfinite(columns["index"][rows])] if "index" in columns else rows[:0]
        if name in given:
            draft.spot[name] = given[name]
        elif len(seen):
            draft.spot[name] = float(columns["index"][seen[np.argmax(columns["time"][seen])]])
        else:
            nearest = rows[columns["expiry"][rows] == columns["expiry"][rows].min()]
            draft.spot[name] = float(np.median(columns["forward"][nearest]))
            draft.notes.append(
                f"the file gives no index of {name}: its spot is the forward of the nearest expiry"
            )


def _forward(draft: _Draft) -> None:
    """One forward an expiry: the venue's, or by put-call parity where it publishes none."""
    if "forward" in draft.columns:
        draft.forwards |= {key: _at_one_spot(draft, key, rows) for key, rows in groups(draft.columns)}
    else:
        _by_parity(draft)


def _by_parity(draft: _Draft) -> None:
    columns = draft.columns
    columns["mark"] = (columns["bid"] + columns["ask"]) / 2
    columns["forward"] = np.full(len(draft.rows), np.nan)
    for key, rows in groups(columns):
        european = not _american(_root(columns["instrument"][rows[0]]))
        forward, discount = parity(*_gaps(columns, rows), european=european)
        if forward > 0:
            columns["forward"][rows] = draft.forwards[key] = forward
        if np.isfinite(discount):
            draft.discounts[key] = discount
    sure = f"{len(draft.discounts)} of {len(draft.forwards)} discount factors"
    draft.notes.append(f"forwards and {sure} by put-call parity; a discount that the quotes leave open is 1")
    draft.notes.extend(_root_remarks({_root(name) for name in columns["instrument"].tolist()}))


def _at_one_spot(draft: _Draft, key: Key, rows: Ints) -> float:
    """The venue's forward, moved from each row's index to the snapshot's spot."""
    forward = draft.columns["forward"][rows]
    if "index" not in draft.columns or np.isnan(draft.columns["index"][rows]).any():
        return float(np.median(forward))
    return draft.spot[key[0]] * float(np.median(forward / draft.columns["index"][rows]))


def _root(symbol: str) -> str:
    """The letters before date, right and strike."""
    return str(symbol[:-15])


def _american(root: str) -> bool:
    return root not in ROOTS or ROOTS[root].exercise == "American"


def _root_remarks(roots: Iterable[str]) -> Iterator[str]:
    for root in sorted(roots):
        if root not in ROOTS:
            yield f"{root} is no root known here: taken as a stock or fund, settled at the close of New York"
        if _american(root):
            yield f"{root} options are American: taken as European, with discount factor 1"


def _gaps(columns: Columns, rows: Ints) -> tuple[Floats, Floats]:
    """Strikes that have a call and a put with two-sided quotes, and call minus put there."""
    quoted = rows[np.isfinite(columns["mark"][rows])]
    calls, puts = (quoted[columns["right"][quoted] == sign] for sign in (1, -1))
    strike, mark = columns["strike"], columns["mark"]
    shared, call, put = np.intersect1d(strike[calls], strike[puts], return_indices=True)
    return shared, mark[calls[call]] - mark[puts[put]]


MODELS: Mapping[str, tuple[str, Mapping[str, float]]] = MappingProxyType(
    {"inverse": ("inverse", {}), "linear": ("black76", {"r": 0.0})}
)
"""How an option is marked by its settlement: the model, and inputs of it that no column holds."""


def _volatility(draft: _Draft) -> None:
    """Volatilities solved from the marks, where the file gives none at all."""
    if not draft.absent("iv"):
        return
    columns = draft.columns
    columns["iv"] = np.full(len(draft.rows), np.nan)
    years = years_between(columns["time"], columns["expiry"])
    for settle, (model, more) in MODELS.items():
        rows = np.flatnonzero((columns["settle"] == settle) & np.isfinite(columns["mark"]))
        inputs: dict[str, Any] = {
            "F": columns["forward"][rows],
            "K": columns["strike"][rows],
            "T": years[rows],
            **more,
        }
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DomainWarning)  # the note below counts them
            vols = implied_vol(model, columns["mark"][rows], right=columns["right"][rows], **inputs)
        columns["iv"][rows] = vols
    none = int(np.isnan(columns["iv"]).sum())
    draft.notes.append(f"the file gives no volatilities: solved from the marks, {none} have none")


def _priced(columns: Columns, forwards: Mapping[Key, float]) -> Bools:
    """The rows whose expiry has a forward and a volatility."""
    mask = np.zeros(len(columns["strike"]), bool)
    have = {key for key, _ in smiles(columns, forwards)}
    for key, rows in groups(columns):
        mask[rows] = key in have
    return mask


def _remarks(draft: _Draft) -> None:
    """What else has to be known."""
    columns, notes = draft.columns, draft.notes
    sizes = np.array([len(rows) for _, rows in groups(columns)])
    most, times = int(sizes.max()), int((sizes == sizes.max()).sum())
    if most >= 10 and times >= 3 and 2 * times >= len(sizes):
        cut = f"{times} of {len(sizes)} expiries have exactly {most} instruments, the most of any"
        notes.append(f"near the money only: {cut}")
    unpriced = int((~_priced(columns, draft.forwards)).sum())
    if unpriced:
        notes.append(f"{unpriced} options are not in the book: their expiry has no forward or no volatility")
