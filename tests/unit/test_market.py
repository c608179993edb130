"""The snapshot: what it gives each row of a book, how it moves, and what it refuses."""

from dataclasses import replace
from math import exp

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from greekslab import Book, Market, MarketError, Option, QuotedVols
from greekslab.market import Volatility, years_between

NOW = np.datetime64("2026-01-01T08:00", "ms")
NEAR, FAR = NOW + np.timedelta64(73, "D"), NOW + np.timedelta64(365, "D")
MARKET = Market(
    NOW,
    "USD",
    {"BTC": 100.0, "ETH": 4.0},
    {("BTC", NEAR): 101.0, ("BTC", FAR): 105.0, ("ETH", FAR): 4.1},
    {
        ("BTC", NEAR): QuotedVols([90.0, 110.0], [0.5, 0.7]),
        ("BTC", FAR): QuotedVols([100.0], [0.6]),
        ("ETH", FAR): QuotedVols([4.0], [0.8]),
    },
    {("BTC", NEAR): 0.99, ("BTC", FAR): exp(-0.05)},
)


def book(*rows):
    return Book.from_rows([Option(u, e, k, "call").row(1.0) for u, e, k in rows])


def test_state_of_each_row_in_the_books_order():
    state = MARKET.state(
        book(("ETH", FAR, 4.0), ("BTC", NEAR, 110.0), ("BTC", FAR, 90.0), ("BTC", NEAR, 90.0))
    )
    assert state.spot.tolist() == [4.0, 100.0, 100.0, 100.0]
    assert state.forward.tolist() == [4.1, 101.0, 105.0, 101.0]
    assert state.discount.tolist() == [1.0, 0.99, exp(-0.05), 0.99]
    assert state.years.tolist() == [1.0, 0.2, 1.0, 0.2]
    assert state.vol == pytest.approx([0.8, 0.7, 0.6, 0.5], rel=1e-15)


def test_state_of_no_rows():
    assert all(len(column) == 0 for column in MARKET.state(book(("BTC", FAR, 1.0)).where([])))


def test_years_are_actual_over_365_to_the_millisecond():
    assert float(years_between(NOW, NOW + np.timedelta64(1, "ms"))) == 1 / (365 * 86_400_000)
    # 2024 has a 29 February: 366 days are more than a year.
    assert float(years_between(np.datetime64("2024-01-01"), np.datetime64("2025-01-01"))) == 366 / 365


@pytest.mark.parametrize("unit", ["D", "h", "s", "us", "ns"])
def test_instants_of_any_resolution_are_the_same_key(unit):
    day = np.datetime64("2026-03-01", "D").astype(f"datetime64[{unit}]")
    market = Market(
        np.datetime64("2026-01-01"),
        "USD",
        {"X": 1.0},
        {("X", day): 1.0},
        {("X", day): QuotedVols([1.0], [0.5])},
    )
    assert market.state(book(("X", day, 1.0))).forward.tolist() == [1.0]
    assert market.asof.dtype == "datetime64[ms]"
    assert market.expiries("X").tolist() == [day.astype("datetime64[ms]").item()]


def test_what_is_not_there_by_name():
    with pytest.raises(MarketError, match="no spot of 'SOL'; the market holds BTC, ETH"):
        MARKET.spot_of("SOL")
    with pytest.raises(MarketError, match=r"no volatility of ETH for 2026-03-15.*expiries there: 2027-01-01"):
        MARKET.state(book(("ETH", NEAR, 4.0)))


# --- Moves -----------------------------------------------------------------------------------------------


def test_spot_takes_forwards_along_in_proportion():
    moved = MARKET.bump(spot=0.1)
    assert moved.spot == pytest.approx({"BTC": 110.0, "ETH": 4.4})
    assert moved.forwards == pytest.approx({("BTC", NEAR): 111.1, ("BTC", FAR): 115.5, ("ETH", FAR): 4.51})
    assert moved.smiles == MARKET.smiles
    assert moved.discounts == MARKET.discounts
    assert moved.asof == NOW


def test_the_clock_keeps_rates_and_forwards():
    moved = MARKET.bump(days=36.5)
    assert moved.asof == NOW + np.timedelta64(36, "D") + np.timedelta64(12, "h")
    assert moved.forwards == MARKET.forwards
    assert moved.discounts[("BTC", FAR)] == pytest.approx(exp(-0.05 * 0.9), rel=1e-14)
    assert moved.discounts[("BTC", NEAR)] == pytest.approx(0.99**0.5, rel=1e-14)
    assert MARKET.bump(days=73).discounts[("BTC", NEAR)] == 1.0
    assert MARKET.bump(days=100).discounts[("BTC", NEAR)] == 1.0
    assert MARKET.bump(days=365).bump(days=1).discounts[("BTC", FAR)] == 1.0
    late = replace(MARKET, asof=FAR)
    assert late.bump(spot=0.1).discounts == late.discounts == MARKET.discounts


@given(st.floats(-0.5, 0.5), st.floats(-0.3, 0.3), st.floats(0, 60))
def test_a_move_and_its_inverse_meet(spot, vol, days):
    back = MARKET.bump(spot=spot, vol=vol, days=days).bump(spot=1 / (1 + spot) - 1, vol=-vol, days=-days)
    rows = book(("BTC", NEAR, 95.0), ("BTC", FAR, 80.0), ("ETH", FAR, 5.0))
    for there, here in zip(back.state(rows), MARKET.state(rows), strict=True):
        assert there == pytest.approx(here, rel=1e-12)
    assert back.asof == NOW


def test_a_move_leaves_the_snapshot_alone():
    MARKET.bump(spot=0.5, vol=0.2, days=10)
    assert MARKET.spot["BTC"] == 100.0
    assert float(MARKET.smiles["BTC", FAR].vol(100.0)) == 0.6


# --- Volatilities ----------------------------------------------------------------------------------------


def test_vols_are_linear_in_variance_and_flat_outside():
    curve = QuotedVols([90.0, 110.0], [0.5, 0.7])
    assert curve.vol([50.0, 90.0, 110.0, 500.0]).tolist() == pytest.approx([0.5, 0.5, 0.7, 0.7])
    assert float(curve.vol(95.0)) ** 2 == pytest.approx(0.75 * 0.25 + 0.25 * 0.49)
    assert curve.vol([[90.0], [110.0]]).shape == (2, 1)
    assert isinstance(curve, Volatility)


@given(st.floats(50, 150), st.floats(-0.4, 0.4))
def test_a_shift_is_parallel_between_the_quotes_too(strike, points):
    curve = QuotedVols([90.0, 110.0], [0.5, 0.7])
    assert float(curve.shifted(points).vol(strike)) == pytest.approx(
        float(curve.vol(strike)) + points, abs=1e-15
    )


def test_a_shift_ends_at_zero():
    curve = QuotedVols([90.0, 110.0], [0.5, 0.7]).shifted(-0.6)
    assert curve.vol([90.0, 110.0]).tolist() == pytest.approx([0.0, 0.1])
    assert curve.shifted(0.6).vol([90.0, 110.0]).tolist() == pytest.approx([0.5, 0.7])


@pytest.mark.parametrize(
    ("strikes", "vols"),
    [
        ([], []),
        ([1.0, 2.0], [0.5]),
        ([[1.0]], [[0.5]]),
        ([2.0, 1.0], [0.5, 0.5]),
        ([1.0, 1.0], [0.5, 0.5]),
        ([1.0], [-0.1]),
        ([1.0], [float("nan")]),
        ([1.0], [float("inf")]),
    ],
)
def test_quotes_that_are_no_curve(strikes, vols):
    with pytest.raises(ValueError, match="strikes"):
        QuotedVols(strikes, vols)
