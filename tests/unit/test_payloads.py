"""What is wrong with a file is named, and what is right in it can be kept."""

import contextlib
import gzip
import json
import math

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from greekslab.chains import Chain, ChainFormatError, read_chain
from greekslab.payloads import LIMIT
from tests.unit.handmade import (
    CALL,
    CBOE_HEAD,
    ETH_HEADER,
    ETH_ROW,
    HIGH,
    KINDS,
    OWN_CSV,
    PUT,
    SUMMARY_CSV,
    YEARS_CSV,
    definition,
    summary,
    ticker,
    write,
)


@pytest.fixture
def read(tmp_path):
    return lambda payload, **how: read_chain(write(tmp_path, payload), **how)


BAD_ROWS = [
    ({"instrument_name": "BTC-25SEP26-60000-X"}, "instrument_name", "BTC-25SEP26-60000-X"),
    ({"instrument_name": "BTC-31SEP26-60000-C"}, "instrument_name", "BTC-31SEP26-60000-C"),
    ({"instrument_name": 5}, "instrument_name", 5),
    ({"instrument_name": CALL}, "instrument_name", CALL),
    ({"mark_price": -0.001}, "mark_price", -0.001),
    ({"mark_price": "0,03"}, "mark_price", "0,03"),
    ({"best_bid_price": -1}, "best_bid_price", -1),
    ({"open_interest": -1}, "open_interest", -1),
    ({"open_interest": None}, "open_interest", None),
    ({"open_interest": [1]}, "open_interest", [1]),
    ({"open_interest": True}, "open_interest", True),
    ({"open_interest": float("nan")}, "open_interest", "NaN"),
    ({"open_interest": float("inf")}, "open_interest", "Infinity"),
    ({"open_interest": 10**400}, "open_interest", math.inf),
    ({"open_interest": 10**17}, "open_interest", 10**17),
    ({"mark_iv": -1}, "mark_iv", -1),
    ({"mark_iv": 5000}, "mark_iv", 5000),
    ({"underlying_price": 0}, "underlying_price", 0),
    ({"underlying_price": None}, "underlying_price", None),
    ({"timestamp": None}, "timestamp", None),
    ({"timestamp": 1782552297}, "timestamp", 1782552297),
    ({"timestamp": 1e300}, "timestamp", 1e300),
    ({"timestamp": "yesterday"}, "timestamp", "yesterday"),
]


@pytest.mark.parametrize(("changed", "field", "value"), BAD_ROWS, ids=[str(row[0])[:50] for row in BAD_ROWS])
def test_a_bad_row_is_named_and_the_good_ones_are_kept(changed, field, value, tmp_path):
    path = write(tmp_path, [ticker(CALL), ticker(PUT) | changed, ticker(HIGH)])
    with pytest.raises(ChainFormatError) as caught:
        read_chain(path)
    problem = caught.value.problem
    assert (problem.file, problem.row, problem.field, problem.value) == (str(path), 2, field, value)
    for part in (str(path), "row 2", field, 'on_error="skip"'):
        assert part in str(caught.value)
    chain = read_chain(path, on_error="skip")
    assert list(chain.columns["instrument"]) == [CALL, HIGH]
    assert chain.skipped == (problem,)


DISAGREE = [
    ("strike", 61000.0),
    ("option_type", "call"),
    ("expiration_timestamp", 1790323200001),
    ("instrument_type", "linear"),
]


@pytest.mark.parametrize(("field", "value"), DISAGREE)
def test_a_name_that_disagrees_with_its_definition(field, value, read):
    payload = {
        "instruments": [definition(CALL), definition(PUT, **{field: value})],
        "tickers": [ticker(CALL), ticker(PUT)],
    }
    with pytest.raises(ChainFormatError, match=f"row 2 .*instruments.{field} = .*does not agree"):
        read(payload)
    assert len(read(payload, on_error="skip")) == 1


def test_an_instrument_that_is_defined_twice(read):
    twice = [definition(CALL), definition(CALL, contract_size=10.0)]
    payload = {"instruments": twice, "tickers": [ticker(CALL)]}
    with pytest.raises(ChainFormatError, match=r"row 3: instrument_name = .* is defined twice"):
        read(payload)
    assert read(payload, on_error="skip").columns["multiplier"][0] == 1.0


def test_a_ticker_filed_under_another_name(read):
    payload = {"tickers": {CALL: ticker(PUT), HIGH: ticker(HIGH)}}
    with pytest.raises(ChainFormatError, match=f"key of tickers = {CALL} is not the name"):
        read(payload)
    assert list(read(payload, on_error="skip").columns["instrument"]) == [HIGH]


def test_a_row_that_is_no_object(read):
    for payload in ([ticker(CALL), 3], {"tickers": {CALL: ticker(CALL), "x": None}}):
        with pytest.raises(ChainFormatError, match=r"row 2: .* is not an object"):
            read(payload)
        assert len(read(payload, on_error="skip")) == 1


def test_one_call_of_many_that_failed(read):
    payload = [{"result": ticker(CALL)}, {"error": {"code": 10028, "message": "too_many_requests"}}]
    with pytest.raises(ChainFormatError, match=r"row 2: error = .*too_many_requests.* instead of a row"):
        read(payload)
    assert len(read(payload, on_error="skip")) == 1


def test_an_option_of_another_underlying_in_a_cboe_file(read):
    text = KINDS["Cboe"].replace("SPXW230616C", "XSP230616C")
    with pytest.raises(ChainFormatError, match=r"XSP230616C.* is not an option of SPX, as the rest"):
        read(text)
    assert set(read(text, on_error="skip").columns["underlying"]) == {"SPX"}


CSV_FAULTS = [
    (SUMMARY_CSV, ",26JAN24,", ",27JAN24,", "expire_date"),
    (SUMMARY_CSV, ",1200,P", ",1201,P", "strike_price"),
    (SUMMARY_CSV, ",1200,P", ",1200,C", "option_type"),
    (SUMMARY_CSV, ",1200,P", ",1200,Q", "option_type"),
    (SUMMARY_CSV, "2241.65", "NaN", "underlying_price"),
    (SUMMARY_CSV, "2241.65", "2_241.65", "underlying_price"),
    (SUMMARY_CSV, "2241.65", "٢٢٤١", "underlying_price"),
    (YEARS_CSV, "0.23092", "0.24092", "T_years"),
    (YEARS_CSV, "call,19DEC25", "call,20DEC25", "expiry_date"),
    (KINDS["Cboe"], "Fri Jun 16 2023,SPX2", "Thu Jun 15 2023,SPX2", "Expiration Date"),
    (SUMMARY_CSV, ",26JAN24,", ",30FEB24,", "expire_date"),
    (KINDS["Cboe"], "Fri Jun 16 2023,SPX2", "Fri Jun 46 2023,SPX2", "Expiration Date"),
    (KINDS["Cboe"], "Fri Jun 16 2023,SPX2", "2023-06-16,SPX2", "Expiration Date"),
    (KINDS["Cboe"], "4300.00,SPX2", "4301.00,SPX2", "Strike"),
    (KINDS["Cboe"], "0.15,0.5", "-0.15,0.5", "IV"),
    (KINDS["Cboe"], "0.15,0.5", "0.15,1.5", "Delta"),
    (OWN_CSV, "-60000-P", "-60000-Q", "instrument"),
    (OWN_CSV, "-60000-P,2026-06-27T09", "-60000-P,2026-06-27T99", "time"),
]


@pytest.mark.parametrize(
    ("text", "old", "new", "field"), CSV_FAULTS, ids=[row[3] + row[2] for row in CSV_FAULTS]
)
def test_a_bad_cell_of_a_csv_is_named(text, old, new, field, read):
    assert old in text
    with pytest.raises(ChainFormatError) as caught:
        read(text.replace(old, new, 1))
    problem = caught.value.problem
    assert problem.field == field
    assert problem.row == text[: text.index(old)].count("\n") + 1
    assert str(problem.value) in text.replace(old, new, 1).split("\n")[problem.row - 1]


@pytest.mark.parametrize("stray", ["1,2,3", "0,0.0007,2222.19", '0,"0.0007,2222.19', "x" * 200_000])
def test_a_line_that_is_cut_or_quoted_wrong_costs_one_row(stray, read):
    text = f"{ETH_HEADER}\n{stray}\n{ETH_ROW}\r\n\n"
    with pytest.raises(ChainFormatError, match=r"row 2: .*cells, but the header has 14"):
        read(text)
    chain = read(text, on_error="skip")
    assert list(chain.columns["instrument"]) == ["ETH-26JAN24-1200-P"]


@pytest.mark.parametrize("kind", KINDS)
def test_a_missing_column_is_a_fault_of_the_file(kind, read):
    payload = KINDS[kind]
    text = payload if isinstance(payload, str) else json.dumps(payload)
    for field in ("open_interest", "Open Interest"):
        if field in text:
            for how in ("raise", "skip"):
                with pytest.raises(ChainFormatError, match=f"{field} is missing") as caught:
                    read(text.replace(field, "colour"), on_error=how)
                assert (caught.value.problem.row, caught.value.problem.field) == (None, field)


FAULTS = {
    "is empty": b"",
    "is empty ": b" \n\t",
    "is not complete JSON": json.dumps(KINDS["snapshot"])[:-40].encode(),
    "nested too deeply": b"[" * 200_000,
    "is not UTF-8 text: byte 3": b"[1,\xff]",
    "is not UTF-8 text: byte 0": json.dumps(KINDS["snapshot"]).encode("utf-16"),
    "damaged or cut off": gzip.compress(json.dumps(KINDS["snapshot"]).encode())[:200],
    "damaged or cut off ": b"\x1f\x8b" + b"\x00" * 50,
    "holds more than 64 MiB": gzip.compress(b" " * (LIMIT + 1)),
    "of a kind known here": b"%PDF-1.4 \x00 binary",
    "of a kind known here ": b"<html><body>404</body></html>",
    "of a kind known here  ": b"a,b,c\n1,2,3\n",
    "of a kind known here   ": b'[{"instrument_name": "BTC-25SEP26-60000-C", "mark_price": 1}]',
    "holds no rows": b"{}",
    "holds no rows ": b"[]",
    "holds no rows  ": b'{"result": []}',
    "holds no rows   ": b'{"result": 3}',
    "error: .*too_many_requests": b'{"error": {"code": 10028, "message": "too_many_requests"}}',
    "defines instruments": json.dumps([definition(CALL)]).encode(),
    "holds no options": json.dumps([summary("BTC-PERPETUAL", underlying_price=1)]).encode(),
    "mark_iv occurs twice": json.dumps([ticker(CALL)])
    .replace('"mark_iv"', '"mark_iv": 1, "mark_iv"')
    .encode(),
    "prices in USD and in USDC": json.dumps([ticker(CALL), ticker("BTC_USDC-25SEP26-60000-C")]).encode(),
    "index.index_price = .*> 0": json.dumps(
        {"index": {"index_price": 0}, "tickers": [ticker(CALL)]}
    ).encode(),
    "last price": KINDS["Cboe"].replace("Last:", "First:").encode(),
    "its time": KINDS["Cboe"].replace("Date:", "Day:").replace("PM", "pm").encode(),
    "lines above the header": KINDS["Cboe"].replace("9 June", "39 June").encode(),
    "lines above the header ": KINDS["Cboe"]
    .replace("9 June", "9 Juny")
    .replace("Last: 4300.00", "Last: 0")
    .encode(),
    "Ask is the name of two columns": KINDS["Cboe"].replace("Net,", "Ask,").encode(),
    "not the same columns for calls": KINDS["Cboe"]
    .replace("Gamma,Open Interest,Strike", "Gamma,OI,Strike")
    .encode(),
    "a spot above the header": OWN_CSV.replace("60250\n", "free\n", 1).encode(),
}


@pytest.mark.parametrize("how", ["raise", "skip"])
@pytest.mark.parametrize("why", FAULTS)
def test_a_file_that_is_bad_as_a_whole(why, how, tmp_path):
    path = write(tmp_path, FAULTS[why])
    with pytest.raises(ChainFormatError, match=why.strip()) as caught:
        read_chain(path, on_error=how)
    assert str(path) in str(caught.value)
    assert caught.value.problem.row is None


def test_places_that_are_no_files(tmp_path):
    with pytest.raises(ChainFormatError, match="is a folder"):
        read_chain(tmp_path)
    with pytest.raises(FileNotFoundError, match="nowhere"):
        read_chain(tmp_path / "nowhere")
    link = tmp_path / "link"
    link.symlink_to(write(tmp_path, [ticker(CALL)]))
    assert len(read_chain(str(link))) == 1
    with pytest.raises(ValueError, match="on_error must be 'raise' or 'skip'; got 'ignore'"):
        read_chain(link, on_error="ignore")


def test_nothing_is_left_to_skip(read):
    with pytest.raises(ChainFormatError, match=r"row 1 .*mark_price"):
        read([ticker(CALL, mark_price=-1)], on_error="skip")


def test_several_bad_rows_are_counted_and_listed_in_their_order(read):
    payload = [ticker(CALL), ticker(PUT, mark_iv=-1), ticker(HIGH, open_interest=-1), ticker("nonsense")]
    with pytest.raises(ChainFormatError, match=r"row 2 .*\(and 2 more such rows\)"):
        read(payload)
    assert [problem.row for problem in read(payload, on_error="skip").skipped] == [2, 3, 4]


PAYLOADS = [(kind if isinstance(kind, str) else json.dumps(kind)).encode() for kind in KINDS.values()]
EDITS = st.lists(
    st.tuples(st.integers(0, 10_000), st.sampled_from(["cut", "put", "swap", "end"]), st.binary(max_size=4)),
    min_size=1,
    max_size=8,
)


def damaged(data, edits):
    for at, how, junk in edits:
        at %= len(data) + 1
        rest = {
            "cut": data[at + len(junk) :],
            "put": junk + data[at:],
            "swap": junk + data[at + len(junk) :],
            "end": b"",
        }
        data = data[:at] + rest[how]
    return data


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(payload=st.sampled_from(PAYLOADS), edits=EDITS, packed=st.booleans())
def test_damage_gives_an_error_or_a_chain_that_holds_together(payload, edits, packed, tmp_path):
    data = damaged(gzip.compress(payload) if packed else payload, edits)
    path = write(tmp_path, data, "damaged")
    for how in ("raise", "skip"):
        with contextlib.suppress(ChainFormatError):
            holds_together(read_chain(path, on_error=how))


LINES = [line for text in (SUMMARY_CSV, YEARS_CSV, KINDS["Cboe"], OWN_CSV) for line in text.split("\n")]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    cells=st.lists(st.sampled_from(sorted({c for line in LINES for c in line.split(",")})), max_size=400),
    width=st.integers(1, 25),
)
def test_tables_of_shuffled_cells(cells, width, tmp_path):
    path = tmp_path / "shuffled"
    lines = [",".join(cells[at : at + width]) for at in range(0, len(cells), width)]
    for header in (ETH_HEADER, *CBOE_HEAD.split("\n")[-2:-1]):
        write(tmp_path, "\n".join([header, *lines]), "shuffled")
        with contextlib.suppress(ChainFormatError):
            holds_together(read_chain(path, on_error="skip"))


def holds_together(chain: Chain) -> None:
    sizes = {len(column) for column in (*chain.columns.values(), *chain.published.values())}
    assert sizes == {len(chain)}
    assert len(chain) > 0
    assert np.all(chain.columns["open_interest"] >= 0)
    assert np.all(chain.columns["expiry"] > chain.columns["time"])
    market, book = chain.market(), chain.book()
    if len(book):
        assert np.all(np.isfinite(market.state(book).vol))
    assert len(repr(chain)) > 0
