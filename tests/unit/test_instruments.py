"""The names of instruments, after the venues' documentation."""

import contextlib

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from greekslab.instruments import MONTHS, InstrumentNameError, parse_date, parse_instrument, parse_occ

# name, kind, base, quote, expiry, strike, right, settle: Deribit's naming page.
DOCUMENTED = [
    ("BTC-25MAR23", "future", "BTC", "USD", "2023-03-25T08:00", None, None, "inverse"),
    ("BTC-5AUG23-580-P", "option", "BTC", "USD", "2023-08-05T08:00", 580.0, -1, "inverse"),
    ("BTC-28JUN26-60000-C", "option", "BTC", "USD", "2026-06-28T08:00", 60000.0, 1, "inverse"),
    ("BTC-PERPETUAL", "perpetual", "BTC", "USD", None, None, None, "inverse"),
    ("ETH_USDC-PERPETUAL", "perpetual", "ETH", "USDC", None, None, None, "linear"),
    ("BTC_USDC-26DEC25", "future", "BTC", "USDC", "2025-12-26T08:00", None, None, "linear"),
    ("XRP_USDC-30AUG24-0d625-C", "option", "XRP", "USDC", "2024-08-30T08:00", 0.625, 1, "linear"),
    ("BTC_USDC", "spot", "BTC", "USDC", None, None, None, "linear"),
    ("BTC-FS-19MAY26_PERP", "combo", "BTC", "USD", None, None, None, "inverse"),
    ("BTC-FS-25SEP26_19MAY26", "combo", "BTC", "USD", None, None, None, "inverse"),
    ("BTC-CS-19MAY26-70000_75000", "combo", "BTC", "USD", None, None, None, "inverse"),
    ("BTC-STRD-29MAY26-77000", "combo", "BTC", "USD", None, None, None, "inverse"),
    ("BTC-CBUT-29MAY26-70000_72000_74000", "combo", "BTC", "USD", None, None, None, "inverse"),
    ("ETH-CCAL-29MAY26_26JUN26-3000", "combo", "ETH", "USD", None, None, None, "inverse"),
    ("XRP_USDC-CS-30AUG24-0d625_0d65", "combo", "XRP", "USDC", None, None, None, "linear"),
]


@pytest.mark.parametrize("row", DOCUMENTED, ids=[row[0] for row in DOCUMENTED])
def test_documented_names(row):
    name, kind, base, quote, expiry, strike, right, settle = row
    said = parse_instrument(name)
    assert (said.kind, said.base, said.quote, said.settle) == (kind, base, quote, settle)
    assert (said.strike, said.right, said.name) == (strike, right, name)
    assert said.expiry == (None if expiry is None else np.datetime64(expiry))


@pytest.mark.parametrize(
    "name",
    [
        "",
        "BTC",
        "btc-28JUN26-60000-C",
        "BTC-28JUN26-60000",
        "BTC-28JUN26-60000-X",
        "BTC-28JUN26-60000-C ",
        "BTC-28JUN26-60000-C\n",
        "BTC-28JUN2026-60000-C",
        "BTC-06DEC25-60000-C",
        "BTC-31JUN26-60000-C",
        "BTC-30FEB24",
        "BTC-0JAN26",
        "BTC-28JUN26-0-C",
        "BTC-28JUN26-0d000-C",
        "BTC-28JUN26-060000-C",
        "BTC-28JUN26-6e4-C",
        "BTC-28JUN26--60000-C",
        "BTC-28JUN26-60.5-C",
        "BTC-٢٨JUN26-60000-C",
        "BTC-28JUN26-999999999999999999999-C",
        "BTC-PERP",
        "BTC-FS-31FEB26_PERP",
        "BTC-FS-19MAY26",
        "BTC_-28JUN26",
        "SPXW230609C04300000",
    ],
)
def test_what_fits_no_form_is_rejected_by_name(name):
    with pytest.raises(InstrumentNameError) as caught:
        parse_instrument(name)
    assert caught.value.name == name
    assert repr(name) in str(caught.value)


codes = st.from_regex(r"[A-Z][A-Z0-9]{1,7}", fullmatch=True)
days = st.dates(min_value=np.datetime64("2010-01-01").item(), max_value=np.datetime64("2099-12-31").item())
strikes = st.one_of(
    st.integers(1, 999_999).map(lambda k: (str(k), float(k))),
    st.tuples(st.integers(0, 99), st.from_regex(r"[0-9]{0,4}[1-9]", fullmatch=True)).map(
        lambda p: (f"{p[0]}d{p[1]}", float(f"{p[0]}.{p[1]}"))
    ),
)


@given(base=codes, quote=st.none() | codes, day=days, strike=strikes, right=st.sampled_from("CP"))
def test_a_name_written_from_its_parts_gives_the_parts_back(base, quote, day, strike, right):
    pair = base if quote is None else f"{base}_{quote}"
    date = f"{day.day}{MONTHS[day.month - 1]}{day.year % 100:02d}"
    option = parse_instrument(f"{pair}-{date}-{strike[0]}-{right}")
    future = parse_instrument(f"{pair}-{date}")
    assert (option.base, option.quote) == (base, quote or "USD")
    assert option.settle == ("inverse" if quote is None else "linear")
    assert option.strike == strike[1]
    assert option.right == {"C": 1, "P": -1}[right]
    assert option.expiry == future.expiry == np.datetime64(day, "D") + np.timedelta64(8, "h")
    assert parse_date(date) == option.expiry


@given(st.text(max_size=40))
def test_any_text_is_a_name_or_refused(text):
    for parse in (parse_instrument, parse_occ):
        with contextlib.suppress(InstrumentNameError):
            assert parse(text).name == text


# New York is four hours behind UTC from the second Sunday of March to the first of November, else five.
OCC = [
    ("SPX230616C04300000", "SPX", "2023-06-16T13:30", 4300.0, 1),
    ("SPXW230616P04300000", "SPX", "2023-06-16T20:00", 4300.0, -1),
    ("SPX231215P04300000", "SPX", "2023-12-15T14:30", 4300.0, -1),
    ("SPXW231229P00812500", "SPX", "2023-12-29T21:00", 812.5, -1),
    ("SPY251031C00770000", "SPY", "2025-10-31T20:00", 770.0, 1),
    ("SPXW230310C04000000", "SPX", "2023-03-10T21:00", 4000.0, 1),
    ("SPXW230313C04000000", "SPX", "2023-03-13T20:00", 4000.0, 1),
    ("SPXW231103C04000000", "SPX", "2023-11-03T20:00", 4000.0, 1),
    ("SPXW231106C04000000", "SPX", "2023-11-06T21:00", 4000.0, 1),
]


@pytest.mark.parametrize("row", OCC, ids=[row[0] for row in OCC])
def test_listed_us_options(row):
    symbol, underlying, expiry, strike, right = row
    said = parse_occ(symbol)
    assert (said.base, said.strike, said.right) == (underlying, strike, right)
    assert (said.quote, said.settle, said.kind) == ("USD", "linear", "option")
    assert said.expiry == np.datetime64(expiry)


@pytest.mark.parametrize(
    "symbol",
    [
        "",
        "SPX",
        "SPX230616X04300000",
        "SPX230631C04300000",
        "SPX230616C00000000",
        "SPX230616C4300000",
        "AAPL1230616C00150000",
        "BTC-28JUN26-60000-C",
    ],
)
def test_what_is_no_us_symbol_is_rejected_by_name(symbol):
    with pytest.raises(InstrumentNameError) as caught:
        parse_occ(symbol)
    assert caught.value.name == symbol
