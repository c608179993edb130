"""Every kind of payload becomes a market and a book; what the file does not say is recovered and told."""

import gzip
import json
import math
import pickle

import numpy as np
import pytest

from greekslab.chains import COLUMNS, ChainFormatError, load_chain, read_chain
from tests.unit.handmade import (
    CALL,
    EXPIRY,
    HIGH,
    KINDS,
    NOW,
    PUT,
    YEARS_CSV,
    cboe,
    cboe_line,
    definition,
    summary,
    ticker,
    write,
)


@pytest.fixture
def read(tmp_path):
    return lambda payload, **how: read_chain(write(tmp_path, payload), **how)


@pytest.mark.parametrize("packed", [False, True], ids=["plain", "gzip"])
@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_gives_a_market_that_prices_its_book(kind, packed, tmp_path):
    payload = KINDS[kind]
    data = (payload if isinstance(payload, str) else json.dumps(payload)).encode()
    path = write(tmp_path, gzip.compress(data) if packed else data, "no.hint")
    chain = read_chain(path)
    market, book = load_chain(path)
    state = market.state(book)
    assert len(book) == len(chain) > 0
    for values in (state.spot, state.forward, state.years, state.vol, state.discount):
        assert np.all(np.isfinite(values))
        assert np.all(values > 0)
    assert list(chain.columns) == list(COLUMNS)
    assert not any(column.flags.writeable for column in chain.columns.values())


def test_a_ticker_field_by_field(read):
    chain = read([ticker(CALL, best_bid_price=0, bid_iv=0, iv=41.25)])
    row = {name: column[0] for name, column in chain.columns.items()}
    assert (row["instrument"], row["underlying"], row["settle"]) == (CALL, "BTC", "inverse")
    assert (row["expiry"], row["time"]) == (EXPIRY, np.datetime64(NOW, "ms"))
    assert (row["strike"], row["right"], row["multiplier"], row["open_interest"]) == (60000.0, 1, 1.0, 12.5)
    assert (row["index"], row["forward"], row["mark"], row["ask"]) == (60250.0, 60300.0, 0.0301, 0.0305)
    assert math.isnan(row["bid"])
    assert math.isnan(row["bid_iv"])
    assert (row["iv"], row["ask_iv"]) == pytest.approx((0.4125, 0.405), abs=1e-15)
    greeks = {name: float(column[0]) for name, column in chain.published.items()}
    assert greeks == {"delta": 0.5, "gamma": 0.00005, "vega": 40.1, "theta": -50.2, "rho": 10.3}
    assert (chain.currency, chain.spot) == ("USD", {"BTC": 60250.0})


def test_forwards_are_brought_to_one_spot(read):
    later = ticker(PUT, timestamp=NOW + 60_000, index=61000.0, forward=61000.0 * 1.001)
    payload = {
        "index": {"index_price": 60000.0},
        "tickers": [ticker(CALL, index=60500.0, forward=60500.0 * 1.001), later],
    }
    chain = read(payload)
    assert chain.spot["BTC"] == 60000.0
    assert chain.forwards["BTC", EXPIRY] == pytest.approx(60060.0, rel=1e-14)
    assert chain.columns["forward"][1] == pytest.approx(61061.0, rel=1e-14)
    assert chain.asof == np.datetime64(NOW + 60_000, "ms")
    assert any("one spot" in note for note in chain.notes)


def test_the_spot_without_an_index_is_the_newest_rows(read):
    later = ticker(PUT, timestamp=NOW + 5, index=61000.0)
    assert read([later, ticker(CALL)]).spot == {"BTC": 61000.0}


def test_contract_size_turns_coins_into_contracts(read):
    name = "XRP_USDC-25SEP26-0d625-C"
    row = summary(
        name, open_interest=45000.0, underlying_price=0.6, estimated_delivery_price=0.6, mark_price=0.02
    )
    defined = definition(name, contract_size=1000.0, instrument_type="linear")
    chain = read([defined, row])
    book = chain.book()
    assert (chain.currency, book["underlying"][0], book["settle"][0]) == ("USDC", "XRP", "linear")
    assert (book["quantity"][0], book["multiplier"][0]) == (45.0, 1000.0)
    unsized = read([row])
    assert (unsized.book()["quantity"] * unsized.book()["multiplier"])[0] == 45000.0
    assert any("contract_size" in note for note in unsized.notes)


def test_futures_and_perpetuals_give_forwards_and_funding(read):
    future = summary("BTC-25DEC26", mark_price=61400.0, open_interest=1e6)
    same = summary("BTC-25SEP26", mark_price=60777.0)
    perpetual = summary("BTC-PERPETUAL", mark_price=60260.0, current_funding=0.0001, funding_8h=0.00005)
    rest = [summary("BTC_USDC", mark_price=60255.0), summary("BTC-FS-25DEC26_PERP", mark_price=1140.0)]
    chain = read([summary(CALL), future, same, perpetual, *rest])
    market = chain.market()
    assert market.forwards == {
        ("BTC", EXPIRY): 60300.0,
        ("BTC", np.datetime64("2026-12-25T08:00", "ms")): 61400.0,
    }
    assert market.funding == {"BTC-PERPETUAL": 0.0001}
    assert list(chain.book()["instrument"]) == [CALL]
    assert any(note.startswith("3 rows of futures and perpetuals") for note in chain.notes)
    assert any(note.startswith("2 rows of spot pairs") for note in chain.notes)


def test_the_smile_takes_the_option_that_is_out_of_the_money(read):
    low, high = "BTC-25SEP26-50000", "BTC-25SEP26-70000"
    ivs = {
        f"{low}-C": 61.0,
        f"{low}-P": 60.0,
        f"{high}-C": 50.0,
        f"{high}-P": 51.0,
        CALL: 0,
        PUT: 55.0,
        HIGH: None,
    }
    chain = read([ticker(name, iv=iv) for name, iv in ivs.items()])
    smile = chain.market().smiles["BTC", EXPIRY]
    assert list(smile.strikes) == [50000.0, 60000.0, 70000.0]
    assert smile.vols == pytest.approx([0.6, 0.55, 0.5], abs=1e-15)
    assert len(chain.book()) == 7
    between = chain.market().state(chain.book()).vol[list(ivs).index(HIGH)]
    assert between == pytest.approx(math.sqrt((0.55**2 + 0.5**2) / 2), rel=1e-14)


def test_an_expiry_without_any_volatility_is_not_in_the_book(read):
    chain = read([ticker(CALL), ticker("BTC-25DEC26-60000-C", iv=0)])
    assert list(chain.book()["instrument"]) == [CALL]
    assert any(note.startswith("1 options are not in the book") for note in chain.notes)


def test_expired_options_are_told_of_and_left_out(read):
    chain = read([ticker(CALL), ticker("BTC-27JUN26-60000-C"), ticker("BTC-28JUN26-60000-C")])
    assert list(chain.columns["instrument"]) == [CALL, "BTC-28JUN26-60000-C"]
    assert any(note.startswith("1 options had expired") for note in chain.notes)
    with pytest.raises(ChainFormatError, match="no option that was alive"):
        read([ticker("BTC-27JUN26-60000-C")])


def test_volatilities_are_solved_from_marks_where_there_are_none(read):
    chain = read([summary(CALL, mark_iv=None), summary(PUT, mark_iv=None, mark_price=0.0)])
    d = (
        0.5
        * chain.columns["iv"][0]
        * math.sqrt((EXPIRY - np.datetime64(NOW, "ms")) / np.timedelta64(365, "D"))
    )
    x = math.log(60300 / 60000) / (2 * d)
    up, down = (0.5 * math.erfc(-(x + s * d) / math.sqrt(2)) for s in (1, -1))
    assert up - 60000 / 60300 * down == pytest.approx(0.0301, abs=1e-12)
    assert math.isnan(chain.columns["iv"][1])
    assert any("1 have none" in note for note in chain.notes)


# --- Files without a time, without a forward ------------------------------------------------------------


def test_the_chain_tables_instant_is_recovered(read):
    chain = read(YEARS_CSV)
    off = abs(chain.asof - np.datetime64("2025-12-05T01:10:51", "ms")) / np.timedelta64(1, "s")
    assert off < 13
    assert any("recovered from T_years" in note and "+/- 13 s" in note for note in chain.notes)
    assert chain.spot["BTC"] == 92653.1
    assert any("its spot is the forward of the nearest expiry" in note for note in chain.notes)


def test_cboe_line_by_line(read):
    chain = read(cboe(*(cboe_line("SPXW", "230616", k) for k in range(4200, 4425, 5))))
    key = ("SPX", np.datetime64("2023-06-16T20:00", "ms"))
    assert chain.asof == np.datetime64("2023-06-09T17:40", "ms")
    assert chain.forwards[key] == pytest.approx(4310.0, abs=1e-9)
    assert chain.discounts[key] == pytest.approx(0.99, abs=1e-12)
    book = chain.book()
    assert set(book["multiplier"]) == {100.0}
    assert set(book["quantity"]) == {10.0, 11.0}
    assert chain.published["delta"][0] == 0.5
    assert chain.spot == {"SPX": 4300.0}


def test_morning_and_evening_settlement_of_one_day_stay_apart(read):
    chain = read(cboe(cboe_line("SPX", "230616", 4300), cboe_line("SPXW", "230616", 4300, forward=4312.0)))
    morning, evening = (np.datetime64(f"2023-06-16T{hour}", "ms") for hour in ("13:30", "20:00"))
    assert chain.forwards == pytest.approx({("SPX", morning): 4309.9, ("SPX", evening): 4311.88})
    assert not chain.discounts


@pytest.mark.parametrize(
    ("date", "asof"),
    [
        ('"Date: May 26, 2023 at 5:01 PM EDT"', "2023-05-26T21:01"),
        ("Date: 9 June 2023, 1:40 PM EDT", "2023-06-09T17:40"),
        ('"Date: January 3, 2023 at 12:05 AM EST"', "2023-01-03T05:05"),
        ('"Date: January 3, 2023 at 12:05 PM EST"', "2023-01-03T17:05"),
    ],
)
def test_the_times_that_cboe_writes(date, asof, read):
    text = cboe(cboe_line("SPXW", "230721", 4300)).replace("Date: 9 June 2023, 1:40 PM EDT", date)
    assert read(text).asof == np.datetime64(asof, "ms")


def test_a_root_that_is_not_known_is_taken_as_a_stock_and_told_of(read):
    chain = read(cboe(*(cboe_line("AAPL", "230721", k) for k in range(4200, 4425, 5))))
    assert not chain.discounts
    assert chain.forwards["AAPL", np.datetime64("2023-07-21T20:00", "ms")] == pytest.approx(4310.0)
    assert any("AAPL is no root known here" in note for note in chain.notes)
    assert any("AAPL options are American" in note for note in chain.notes)


# --- The chain as an object --------------------------------------------------------------------------------


def test_a_chain_and_its_errors_can_be_sent_to_another_process(read):
    chain = pickle.loads(pickle.dumps(read(KINDS["snapshot"])))
    assert chain.spot == {"BTC": 60250.0}
    with pytest.raises(ChainFormatError) as caught:
        read([ticker(CALL, mark_price=-1)])
    again = pickle.loads(pickle.dumps(caught.value))
    assert (str(again), again.problem) == (str(caught.value), caught.value.problem)


def test_a_chain_shows_itself_and_becomes_a_frame(read):
    chain = read(KINDS["snapshot"])
    assert "BTC 60,250.00 USD, 2 options, 1 expiries" in repr(chain)
    frame = chain.to_frame()
    assert list(frame["instrument"]) == [CALL, PUT]
    assert list(frame["published_vega"]) == [40.1, 40.1]


def test_the_packaged_chain_is_read_without_a_path():
    chain = read_chain()
    assert len(chain) == 330
    assert chain.spot == {"BTC": 60245.61}
    assert any("near the money only" in note for note in chain.notes)
    assert set(chain.published) == {"delta", "gamma", "vega", "theta", "rho"}
