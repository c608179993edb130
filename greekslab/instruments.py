"""Names of instruments, by the grammar of the venue that gives them: Deribit, and listed US options.

A name that fits no form is rejected by name, never guessed.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import Literal, NamedTuple
from zoneinfo import ZoneInfo

import numpy as np

__all__ = [
    "LOT",
    "MONTHS",
    "ROOTS",
    "Instrument",
    "InstrumentNameError",
    "Root",
    "parse_date",
    "parse_instrument",
    "parse_occ",
]

Kind = Literal["option", "future", "perpetual", "spot", "combo"]
Settle = Literal["inverse", "linear"]

MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")


class InstrumentNameError(ValueError):
    """A name that fits no grammar: `name`, and `why` not."""

    def __init__(self, name: str, why: str) -> None:
        super().__init__(name, why)
        self.name, self.why = name, why

    def __str__(self) -> str:
        return f"{self.name!r} {self.why}"


@dataclass(frozen=True, slots=True)
class Instrument:
    """What a name says; None where the kind has no such thing.

    Parameters
    ----------
    kind : "option", "future", "perpetual", "spot" or "combo"
    base : str, what the price is of: BTC, SPX
    quote : str, what the price is in: USD, USDC
    expiry : instant of settlement, UTC, to the millisecond
    strike : float   [quote per base], > 0
    right : +1 call, -1 put
    settle : "linear" (premium and payoff in the quote currency) or "inverse" (in the base)
    name : str, the venue's own
    """

    kind: Kind
    base: str
    quote: str
    expiry: np.datetime64 | None = None
    strike: float | None = None
    right: int | None = None
    settle: Settle = "linear"
    name: str = ""


# --- Deribit -------------------------------------------------------------------------------------------

_PAIR = r"(?P<base>[A-Z][A-Z0-9]*)(?:_(?P<quote>[A-Z][A-Z0-9]*))?"
_DATE = rf"[1-9][0-9]?(?:{'|'.join(MONTHS)})[0-9]{{2}}"
_STRIKE = r"(?:0|[1-9][0-9]{0,11})(?:d[0-9]{1,9})?"
_LEG = rf"(?:{_DATE}|PERP)"

_SPREAD = rf"FS-{_LEG}_{_LEG}"
_STRATEGY = rf"[A-Z]{{2,}}[0-9]*-{_DATE}(?:_{_DATE})*-{_STRIKE}(?:_{_STRIKE})*"

_GRAMMAR: tuple[tuple[Kind, re.Pattern[str]], ...] = (
    ("option", re.compile(rf"{_PAIR}-(?P<date>{_DATE})-(?P<strike>{_STRIKE})-(?P<right>[CP])")),
    ("future", re.compile(rf"{_PAIR}-(?P<date>{_DATE})")),
    ("perpetual", re.compile(rf"{_PAIR}-PERPETUAL")),
    ("spot", re.compile(r"(?P<base>[A-Z][A-Z0-9]*)_(?P<quote>[A-Z][A-Z0-9]*)")),
    ("combo", re.compile(rf"{_PAIR}-(?:{_SPREAD}|{_STRATEGY})")),
)
_FORMS = "CUR-DMMMYY-STRIKE-C|P, CUR-DMMMYY, CUR-PERPETUAL, BASE_QUOTE[-...], CUR-FS-A_B, CUR-COMBO-DATE-K_K"


def parse_instrument(name: str) -> Instrument:
    """What a Deribit name says.

    Parameters
    ----------
    name : str
        Such as "BTC-28JUN26-60000-C", "BTC-25DEC26", "BTC-PERPETUAL", "XRP_USDC-30AUG24-0d625-C" (d is the
        decimal point), "BTC_USDC", "BTC-FS-25DEC26_PERP", "BTC-CS-28JUN26-60000_62000".

    Returns
    -------
    Instrument
        Expiry at 08:00 UTC. A pair BASE_QUOTE is linear in its quote; a lone currency is settled in the
        coin and quoted in USD.

    Raises
    ------
    InstrumentNameError
        A name that fits no form, or whose date or strike does not exist.

    Examples
    --------
    >>> option = parse_instrument("XRP_USDC-30AUG24-0d625-C")
    >>> option.base, option.quote, option.strike, option.right, option.settle
    ('XRP', 'USDC', 0.625, 1, 'linear')
    >>> parse_instrument("BTC-6DEC25").expiry
    np.datetime64('2025-12-06T08:00:00.000')
    """
    for kind, pattern in _GRAMMAR:
        found = pattern.fullmatch(name)
        if found:
            return _deribit(kind, found)
    raise InstrumentNameError(name, f"is not a Deribit name; the forms are {_FORMS}")


def _deribit(kind: Kind, found: re.Match[str]) -> Instrument:
    name, part = found.string, found.groupdict()
    for date in re.findall(_DATE, name):
        if _settlement(date) is None:
            raise InstrumentNameError(name, f"has a day that does not exist, {date}")
    strike = float(part["strike"].replace("d", ".")) if "strike" in part else None
    if strike == 0:
        raise InstrumentNameError(name, "has strike 0; a strike is > 0")
    return Instrument(
        kind=kind,
        base=part["base"],
        quote=part["quote"] or "USD",
        expiry=_settlement(part["date"]) if "date" in part else None,
        strike=strike,
        right={"C": 1, "P": -1}.get(part.get("right", "")),
        settle="linear" if part["quote"] else "inverse",
        name=name,
    )


def parse_date(text: str) -> np.datetime64:
    """The instant of settlement of a Deribit date DMMMYY: 08:00 UTC of that day.

    Raises
    ------
    ValueError
        Not of that form, or a day that does not exist.

    Examples
    --------
    >>> parse_date("6DEC25")
    np.datetime64('2025-12-06T08:00:00.000')
    """
    instant = _settlement(text) if re.fullmatch(_DATE, text) else None
    if instant is not None:
        return instant
    raise ValueError("is not a date of the form DMMMYY, such as 6DEC25")


@lru_cache(maxsize=1024)
def _settlement(date: str) -> np.datetime64 | None:
    day, month, year = int(date[:-5]), MONTHS.index(date[-5:-2]) + 1, date[-2:]
    try:
        return np.datetime64(f"20{year}-{month:02d}-{day:02d}T08:00:00.000", "ms")
    except ValueError:
        return None


# --- Listed US options ---------------------------------------------------------------------------------


class Root(NamedTuple):
    """How the options of one root symbol settle."""

    underlying: str
    settles: Literal["open", "close"]
    exercise: Literal["European", "American"]


ROOTS: dict[str, Root] = {
    "SPX": Root("SPX", "open", "European"),
    "SPXW": Root("SPX", "close", "European"),
    "XSP": Root("XSP", "close", "European"),
    "NDX": Root("NDX", "open", "European"),
    "NDXP": Root("NDX", "close", "European"),
    "RUT": Root("RUT", "open", "European"),
    "RUTW": Root("RUT", "close", "European"),
    "VIX": Root("VIX", "open", "European"),
    "VIXW": Root("VIX", "open", "European"),
    "SPY": Root("SPY", "close", "American"),
    "QQQ": Root("QQQ", "close", "American"),
    "IWM": Root("IWM", "close", "American"),
}
"""Roots whose settlement is known; any other is taken as a stock or a fund (`parse_occ`)."""

LOT = 100.0
"""Units of the underlying in one listed US option."""

_OCC = re.compile(r"(?P<root>[A-Z]{1,5})(?P<day>[0-9]{6})(?P<right>[CP])(?P<strike>[0-9]{8})")
_HOURS = {"open": (9, 30), "close": (16, 0)}


def parse_occ(symbol: str) -> Instrument:
    """What the symbol of a listed US option says: root, date, C or P, strike in thousandths.

    Parameters
    ----------
    symbol : str
        Such as "SPXW230609C04300000".

    Returns
    -------
    Instrument
        Its base is the underlying (SPX for SPXW); it expires at the open (09:30) or the close (16:00) of
        New York as `ROOTS` says. A root that is not there is taken as a stock or a fund: the close.

    Raises
    ------
    InstrumentNameError
        Not of that form, or an adjusted contract (its root ends in a digit), which no longer delivers
        100 shares.

    Notes
    -----
    Days of early closing (13:00) are not known here: on them the expiry is three hours late.

    Examples
    --------
    >>> parse_occ("SPXW230609C04300000").expiry, parse_occ("SPX230616P04300000").expiry
    (np.datetime64('2023-06-09T20:00:00.000'), np.datetime64('2023-06-16T13:30:00.000'))
    """
    found = _OCC.fullmatch(symbol)
    if not found or symbol.endswith("00000000"):
        raise InstrumentNameError(
            symbol, "is not a US option symbol: root, YYMMDD, C or P, strike in thousandths"
        )
    letters, day, right, strike = found.groups()
    root = ROOTS.get(letters)
    expiry = _new_york(day, root.settles if root else "close")
    if expiry is None:
        raise InstrumentNameError(symbol, f"has a day that does not exist, {day}")
    return Instrument(
        kind="option",
        base=root.underlying if root else letters,
        quote="USD",
        expiry=expiry,
        strike=int(strike) / 1000,
        right=1 if right == "C" else -1,
        name=symbol,
    )


@lru_cache(maxsize=4096)
def _new_york(yymmdd: str, hour: str) -> np.datetime64 | None:
    year, month, day = 2000 + int(yymmdd[:2]), int(yymmdd[2:4]), int(yymmdd[4:])
    try:
        local = datetime(year, month, day, *_HOURS[hour], tzinfo=ZoneInfo("America/New_York"))
    except ValueError:
        return None
    return np.datetime64(local.astimezone(UTC).replace(tzinfo=None), "ms")
