"""The venues' recorded files against what is written about them.

Counts, sums and defects are those of each folder's SOURCE.md, found there without this package.
"""

import csv
import gzip
import importlib.util
import time
from pathlib import Path

import numpy as np
import pytest
from scipy.special import ndtr

from greekslab import share
from greekslab.chains import PUBLISHED, read_chain
from greekslab.market import years_between

BTC_2026 = "deribit_btc_20260627/deribit_snapshot.json.gz"
BTC_2025 = "deribit_btc_20251205/deribit_btc_options.csv"
ETH_2024 = "deribit_eth_20240108/deribit_options.csv"
SPX_JUNE = "cboe_spx_2023/spx_quotedata_20230609_1340.csv.gz"
SPX_MAY = "cboe_spx_2023/spx_quotedata_20230526_close.csv.gz"
SPY_2025 = "cboe_spy_20250925/quotedata.csv.gz"

# file, instant, spot, options, days of expiry, options without bid, without ask, without iv, without position
FILES = [
    (BTC_2026, "2026-06-27T09:26:58", 60245.61, 330, 7, 20, 0, 0, 25),
    (BTC_2025, "2025-12-05T01:10:51", None, 676, 11, 147, 129, 0, 68),
    (ETH_2024, "2024-01-08T11:19:41", 2222.19, 684, 11, 230, 253, None, 177),
    (SPX_JUNE, "2023-06-09T17:40:00", 4300.0098, 17788, 49, None, None, 533, None),
    (SPY_2025, "2025-09-26T01:05:00", 658.05, 3716, 11, None, None, 469, None),
]


@pytest.fixture(scope="module")
def chain_of(real_data):
    read = {}

    def chain(name):
        if name not in read:
            read[name] = read_chain(real_data / name.split("/")[0] / name.split("/")[1])
        return read[name]

    return chain


@pytest.mark.parametrize("facts", FILES, ids=[facts[0] for facts in FILES])
def test_counts(facts, chain_of):
    name, asof, spot, options, days, bids, asks, ivs, unheld = facts
    chain = chain_of(name)
    columns = chain.columns
    assert np.datetime64(chain.asof, "s") == np.datetime64(asof)
    assert len(chain) == len(set(columns["instrument"])) == options
    assert len(np.unique(columns["expiry"].astype("datetime64[D]"))) == days
    assert spot in (None, *chain.spot.values())
    missing = [int(np.isnan(columns[field]).sum()) for field in ("bid", "ask", "iv")]
    assert [want in (None, got) for want, got in zip((bids, asks, ivs), missing, strict=True)] == [True] * 3
    assert unheld in (None, int((columns["open_interest"] == 0).sum()))
    assert not chain.skipped


@pytest.mark.parametrize("facts", FILES, ids=[facts[0] for facts in FILES])
def test_every_position_can_be_priced(facts, chain_of):
    chain = chain_of(facts[0])
    book, market = chain.book(), chain.market()
    state = market.state(book)
    assert len(book) == facts[3]
    assert np.all(np.isfinite(state.vol) & (state.vol > 0) & (state.years > 0) & (state.forward > 0))
    assert book["quantity"].sum() == pytest.approx(chain.columns["open_interest"].sum(), rel=1e-12)


def test_btc_2026(chain_of):
    chain = chain_of(BTC_2026)
    columns = chain.columns
    assert chain.book()["quantity"].sum() == pytest.approx(173850.5, abs=1e-6)
    assert set(columns["multiplier"]) == {1.0}
    assert int(np.isnan(columns["bid_iv"]).sum()) == 92
    assert np.datetime64(columns["time"].min(), "s") == np.datetime64("2026-06-27T09:24:57")
    assert set(chain.published) == set(PUBLISHED)
    assert any("near the money only" in note and "50 instruments" in note for note in chain.notes)
    for key, forward in chain.forwards.items():
        mine = columns["expiry"] == key[1]
        assert forward == pytest.approx(np.median(columns["forward"][mine]), abs=25)


def test_the_packaged_table_has_the_figures_of_the_raw_file(chain_of):
    raw, packaged = chain_of(BTC_2026), read_chain()
    order = {name: row for row, name in enumerate(raw.columns["instrument"])}
    rows = [order[name] for name in packaged.columns["instrument"]]
    assert sorted(rows) == list(range(330))
    both = [(raw.columns, packaged.columns), (raw.published, packaged.published)]
    for theirs, ours in both:
        assert list(theirs) == list(ours)
        for name, column in ours.items():
            if column.dtype.kind == "f":
                np.testing.assert_allclose(column, theirs[name][rows], rtol=1e-14, atol=0)
            else:
                assert np.array_equal(column, theirs[name][rows])
    assert (packaged.spot, packaged.asof, packaged.currency) == (raw.spot, raw.asof, raw.currency)
    assert packaged.forwards == pytest.approx(raw.forwards, rel=1e-14)
    assert set(raw.notes) == set(packaged.notes)


def test_the_packaged_table_is_what_the_script_makes(real_data, tmp_path, monkeypatch):
    script = Path(__file__).parents[2] / "tools" / "make_data.py"
    spec = importlib.util.spec_from_file_location("make_data", script)
    make_data = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(make_data)
    monkeypatch.setattr("sys.argv", ["make_data.py", "--raw", str(real_data), "--out", str(tmp_path)])
    make_data.main()
    for name in make_data.TABLES:
        assert (tmp_path / name).read_bytes() == share.path("data", name).read_bytes()


def inverse_parity(columns, expiry):
    """The forward that pairs of coin marks imply, c - p = 1 - K/F, beside the venue's; nearest strikes."""
    strike, mark, right = (columns[name] for name in ("strike", "mark", "right"))
    mine = columns["expiry"] == expiry
    calls, puts = np.flatnonzero(mine & (right == 1)), np.flatnonzero(mine & (right == -1))
    shared, call, put = np.intersect1d(strike[calls], strike[puts], return_indices=True)
    implied = shared / (1 - (mark[calls[call]] - mark[puts[put]]))
    venue = columns["forward"][calls[call]]
    near = np.argsort(np.abs(shared / venue - 1))[:12]
    return float(np.median(implied[near] - venue[near]))


# Tolerance: what SOURCE.md says of the forwards, and the rounding of a mark (0.5e-4 coin is 3 USD of BTC).
PARITY = [(BTC_2026, 1.5), (BTC_2025, 1.0), (ETH_2024, 0.075)]


@pytest.mark.parametrize(("name", "within"), PARITY)
def test_the_venues_forward_is_that_of_put_call_parity(name, within, chain_of):
    columns = chain_of(name).columns
    for expiry in np.unique(columns["expiry"]):
        off = inverse_parity(columns, expiry)
        if expiry == np.datetime64("2026-06-28T08:00"):
            assert off == pytest.approx(8, abs=1.5), (
                "this expiry is marked on a forward above its index_price"
            )
        else:
            assert abs(off) < within


def test_eth_forwards_that_are_off_by_six_or_seven_cents(chain_of):
    columns = chain_of(ETH_2024).columns
    for day in ("2024-01-12", "2024-01-19", "2024-01-26", "2024-02-23"):
        assert inverse_parity(columns, np.datetime64(f"{day}T08:00")) == pytest.approx(-0.065, abs=0.0075)


def test_eth_volatilities_are_solved_from_the_marks(chain_of):
    chain = chain_of(ETH_2024)
    columns = chain.columns
    solved = np.isfinite(columns["iv"])
    assert solved.mean() > 0.99
    assert any("solved from the marks" in note for note in chain.notes)
    value = inverse_value(columns) - columns["mark"]
    assert np.max(np.abs(value[solved])) < 1e-9
    friday = ("ETH", np.datetime64("2024-01-12T08:00", "ms"))
    market = chain.market()
    at_the_money = market.smiles[friday].vol(market.forwards[friday])
    assert at_the_money == pytest.approx(0.92, abs=0.015), "two days before the decision"


def inverse_value(columns):
    """Black-76 over the forward, zero rate, written out."""
    strike, forward, right = (columns[name] for name in ("strike", "forward", "right"))
    deviation = columns["iv"] * np.sqrt(years_between(columns["time"], columns["expiry"]))
    d1 = np.log(forward / strike) / deviation + deviation / 2
    return right * (ndtr(right * d1) - strike / forward * ndtr(right * (d1 - deviation)))


# Rounding of the mark (coin); the days from which one forward fits all rows: the 2026 marks of the first two
# expiries follow a moving future, or an index that is no forward, by some dollars.
REPRICED = [(BTC_2026, 0.5e-4, 14), (BTC_2025, 0.5e-8, 0)]


@pytest.mark.parametrize(("name", "rounding", "days"), REPRICED)
def test_the_venues_volatility_gives_its_mark_back(name, rounding, days, chain_of):
    columns = chain_of(name).columns
    years = years_between(columns["time"], columns["expiry"])
    off = np.abs(inverse_value(columns) - columns["mark"])
    volatility = 0.5e-4 * 0.4 * np.sqrt(years)  # two decimals of a percent, times the largest vega
    dollar = np.maximum(1, columns["strike"] / columns["forward"]) / columns["forward"]
    assert np.all((off <= rounding + volatility + dollar)[years > days / 365])


# --- Cboe -------------------------------------------------------------------------------------------------


def raw_cboe(path):
    """Calls and puts of a file, read without this package."""
    with gzip.open(path, "rt") as stream:
        rows = [row for row in csv.reader(stream) if len(row) == 22 and row[1] != "Calls"]
    return [(row[1], row[2:11]) for row in rows] + [(row[12], row[13:22]) for row in rows]


@pytest.mark.parametrize("name", [SPX_JUNE, SPY_2025])
def test_cboe_open_interest(name, chain_of, real_data):
    chain = chain_of(name)
    held = {symbol: float(cells[8]) for symbol, cells in raw_cboe(real_data / name)}
    book = chain.book()
    assert dict(zip(book["instrument"], book["quantity"], strict=True)) == held
    assert set(book["multiplier"]) == {100.0}


def test_spx_in_may(chain_of, real_data):
    chain = chain_of(SPX_MAY)
    raw = raw_cboe(real_data / SPX_MAY)
    expired = [symbol for symbol, _ in raw if symbol.startswith("SPXW230526")]
    assert len(raw) == 2 * 8677
    assert len(chain) == len(raw) - len(expired)
    assert any(note.startswith(f"{len(expired)} options had expired") for note in chain.notes)
    assert chain.spot == {"SPX": 4205.4502}
    assert sum(float(cells[5]) == 0 for _, cells in raw) == 1347
    assert np.isnan(chain.columns["iv"]).sum() + len(expired) == 1347
    assert any("are not in the book" in note for note in chain.notes), "LEAPS without any volatility"
    assert np.all(np.isfinite(chain.market().state(chain.book()).vol))


def test_spx_of_the_morning_and_of_the_evening(chain_of):
    chain = chain_of(SPX_JUNE)
    expiry, names = chain.columns["expiry"], chain.columns["instrument"]
    june = {"SPX230616": "13:30", "SPXW230616": "20:00"}
    for start, hour in june.items():
        mine = np.char.startswith(names, start)
        assert set(expiry[mine]) == {np.datetime64(f"2023-06-16T{hour}", "ms")}


def test_spx_discount_factors_are_those_of_the_treasury_that_month(chain_of):
    # Yields of Treasury bills on 9 June 2023: 1 month 5.2 %, 3 months 5.4 %, 6 months 5.4 %, 1 year 5.2 %.
    chain = chain_of(SPX_JUNE)
    keys = [key for key in chain.forwards if 0.12 < float(years_between(chain.asof, key[1])) < 1.1]
    rates = [-np.log(chain.discounts[key]) / float(years_between(chain.asof, key[1])) for key in keys]
    assert len(keys) > 20
    assert np.median(rates) == pytest.approx(0.053, abs=0.003)
    assert np.ptp(rates) < 0.01


def test_spx_volatilities_reprice_the_quotes_on_forwards_from_parity(chain_of):
    chain = chain_of(SPX_JUNE)
    columns = chain.columns
    keys = zip(columns["underlying"], columns["expiry"], strict=True)
    discount = np.array([chain.discounts.get(key, 1.0) for key in keys])
    forward, strike, right = (columns[name] for name in ("forward", "strike", "right"))
    years = years_between(columns["time"], columns["expiry"])
    value = discount * forward * inverse_value(columns)
    near = (np.abs(np.log(strike / forward)) < 2 * columns["iv"] * np.sqrt(years)) & (
        right * (strike - forward) > 0
    )
    vega = discount * forward * np.sqrt(years) * np.exp(-2) / np.sqrt(2 * np.pi)
    off = np.abs(value - columns["mark"])[near] / vega[near]
    assert near.sum() > 4000
    assert np.median(off) < 0.001
    assert np.quantile(off, 0.99) < 0.01


def test_spy_forwards_are_near_its_price(chain_of):
    chain = chain_of(SPY_2025)
    assert not chain.discounts, "American exercise leaves them open"
    for key, forward in chain.forwards.items():
        carry = np.log(forward / chain.spot["SPY"]) / float(years_between(chain.asof, key[1]))
        assert carry == pytest.approx(0.045, abs=0.02)


def test_seventeen_thousand_options_in_well_under_a_second(chain_of, real_data):
    chain_of(SPX_JUNE)
    took = []
    for _ in range(3):
        start = time.process_time()
        chain = read_chain(real_data / SPX_JUNE)
        chain.market(), chain.book()
        took.append(time.process_time() - start)
    assert min(took) < 1.0
