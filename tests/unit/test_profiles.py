"""Profiles: what they show at each spot, which roots they find, and what they say when there is none."""

import sys
from math import exp, inf, nan, sqrt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import ndtr

from greekslab import (
    Book,
    BookError,
    Market,
    MixedUnitsError,
    Option,
    QuotedVols,
    SignError,
    UnknownGreekError,
    exposure,
    load_chain,
    profile,
    walls,
)

NOW = np.datetime64("2026-01-01T08:00", "ms")
DAY = np.timedelta64(1, "D")


def market(days=30.0, vol=0.5, spot=100.0, forward=None):
    """One underlying X, one expiry, one volatility."""
    key = ("X", expiry(days))
    return Market(NOW, "USD", {"X": spot}, {key: forward or spot}, {key: QuotedVols([spot], [vol])})


def expiry(days=30.0):
    return NOW + np.timedelta64(round(days * 86_400_000), "ms")


def book(*legs, days=30.0, settle="inverse"):
    """Legs (strike, right, quantity)."""
    return Book.from_rows([Option("X", expiry(days), k, right, settle).row(q) for k, right, q in legs])


# --- Values ----------------------------------------------------------------------------------------------

SIDES = book((90.0, "put", 40.0), (100.0, "call", 7.0), (100.0, "put", 9.0), (115.0, "call", 55.0))
SIGNED = {
    "calls_long_puts_short": [-1, 1, -1, 1],
    "short_both": [-1, -1, -1, -1],
    "long_both": [1, 1, 1, 1],
}


def gamma_by_hand(spots, held, signs, days=30.0, vol=0.5, basis=1.0):
    """Dollars of delta per 1 %: sum of size G F^2/100, sticky strike."""
    F = basis * np.asarray(spots)[:, None]
    s = vol * sqrt(days / 365)
    d1 = np.log(F / held["strike"]) / s + s / 2
    each = np.exp(-d1 * d1 / 2) / sqrt(2 * np.pi) / (F * s) * F**2 / 100
    return each @ (held["quantity"] * held["multiplier"] * np.asarray(signs))


@pytest.mark.parametrize("signs", SIGNED)
@pytest.mark.parametrize("settle", ["inverse", "linear"])
def test_values_by_hand(signs, settle):
    held = SIDES.with_columns(settle=settle, multiplier=[0.1, 1.0, 1.0, 2.0])
    spots = np.linspace(80, 130, 11)
    found = profile(held, market(forward=102.0), "gamma", spots, signs=signs)
    by_hand = gamma_by_hand(spots, held, SIGNED[signs], basis=1.02)
    np.testing.assert_allclose(found.values, by_hand, rtol=1e-10)
    assert (found.greek, found.unit) == ("gamma_usd_1pct", "USD of delta per 1 %")
    assert (found.signs, found.rule, found.underlying, found.spot) == (signs, "sticky strike", "X", 100.0)


GREEKS = ("delta", "gamma", "vanna", "charm", "vega", "theta", "delta_usd_1pct", "vanna_pt", "charm_day")


@pytest.mark.parametrize("greek", GREEKS)
def test_values_are_exposures_of_the_bumped_market(greek):
    moves = [-0.3, -0.04, 0.0, 0.11]
    found = profile(SIDES, market(), greek, 100.0 * (1 + np.array(moves)))
    each = []
    for move in moves:
        cube = exposure(SIDES, market().bump(spot=move), found.greek, by=(), signs="calls_long_puts_short")
        each.append(float(cube[found.greek]))
        assert found.unit == cube.unit(found.greek)
    np.testing.assert_allclose(found.values, each, rtol=1e-11)


def test_volatility_stays_with_its_strike():
    key = ("X", expiry())
    smile = QuotedVols([80.0, 100.0, 120.0], [0.8, 0.5, 0.6])
    smiling = Market(NOW, "USD", {"X": 100.0}, {key: 100.0}, {key: smile})
    held = book((80.0, "call", 1.0), (120.0, "call", 1.0))
    found = profile(held, smiling, "gamma", [80.0, 120.0])
    by_hand = [
        gamma_by_hand([spot], held.where([0]), [1], vol=0.8)[0]
        + gamma_by_hand([spot], held.where([1]), [1], vol=0.6)[0]
        for spot in (80.0, 120.0)
    ]
    np.testing.assert_allclose(found.values, by_hand, rtol=1e-10)


def test_the_default_range_is_thirty_percent_either_way():
    found = profile(SIDES, market())
    assert (found.spots[0], found.spots[-1], len(found.spots)) == (70.0, 130.0, 121)
    assert found.values[60] == pytest.approx(
        float(exposure(SIDES, market(), "gamma_usd_1pct", by=(), signs="calls_long_puts_short").values[0])
    )


def test_blocks_do_not_show(monkeypatch):
    whole = profile(SIDES, market())
    monkeypatch.setattr(sys.modules["greekslab.profiles"], "_BLOCK", 10)
    np.testing.assert_allclose(profile(SIDES, market()).values, whole.values, rtol=1e-12)


def test_ones_own_vector_and_its_name():
    own = profile(SIDES, market(), signs=[0.0, 1.0, 1.0, 0.0])
    assert own.signs == "the user's own signs"
    np.testing.assert_allclose(own.values, gamma_by_hand(own.spots, SIDES, [0, 1, 1, 0]), rtol=1e-9)


def test_positions_that_are_not_held_change_nothing():
    more = SIDES + book((130.0, "call", 0.0), (60.0, "put", 0.0))
    np.testing.assert_allclose(profile(more, market()).values, profile(SIDES, market()).values, rtol=1e-14)


# --- Roots -----------------------------------------------------------------------------------------------

# Gammas of one expiry and one volatility are equal where their ln(S/K) + s^2/2 are opposite.
S2 = 0.5**2 * 30 / 365


def meets(one, two):
    return sqrt(one * two) * exp(-S2 / 2)


THREE = [(82.0, "call", 10.0), (94.0, "put", 10.0), (106.0, "call", 10.0), (118.0, "put", 10.0)]


@pytest.mark.parametrize("settle", ["inverse", "linear"])
@pytest.mark.parametrize("count", [0, 1, 2, 3])
def test_all_roots_are_found(count, settle):
    # Strikes two deviations apart, or the neighbours' tails move the roots.
    days = 5.0
    held = book(*THREE[: count + 1], days=days, settle=settle)
    found = profile(held, market(days))
    assert len(found.roots) == count
    signs = [1, -1, 1, -1][: count + 1]

    def total(spots):
        return gamma_by_hand(np.atleast_1d(spots), held, signs, days)

    for root in found.roots:
        below, above = total(root * (1 - 1e-6)), total(root * (1 + 1e-6))
        assert below * above < 0
        assert abs(total(root)) < 1e-6 * min(abs(below), abs(above))
    strikes = [leg[0] for leg in THREE]
    for root, low, high in zip(found.roots, strikes, strikes[1:], strict=False):
        assert low < root < high
    if count:
        assert found.status == "found"
        assert found.flip == min(found.roots, key=lambda x: abs(x - 100.0))
    else:
        assert np.isnan(found.flip)


def test_one_root_in_closed_form():
    found = profile(book((90.0, "put", 3.0), (115.0, "call", 3.0)), market())
    assert found.roots == pytest.approx([meets(90.0, 115.0)], rel=1e-13)


@given(
    st.floats(75, 97),
    st.floats(103, 128),
    st.floats(0.2, 1.5),
    st.floats(2, 400),
    st.sampled_from(["inverse", "linear"]),
    st.floats(0.5, 2.0),
)
def test_the_flip_of_any_put_and_call(low, high, vol, days, settle, basis):
    held = book((low, "put", 1.0), (high, "call", 1.0), days=days, settle=settle)
    found = profile(held, market(days, vol, forward=100.0 * basis), spots=np.geomspace(1, 1e4, 400))
    expected = sqrt(low * high) * exp(-(vol**2) * days / 365 / 2) / basis
    assert found.roots == pytest.approx([expected], rel=1e-9)


def test_a_root_on_a_point_of_the_grid_is_found_once():
    exact = meets(90.0, 115.0)
    for spots in ([80.0, exact, 120.0], [80.0, exact, exact * (1 + 1e-15), 120.0]):
        found = profile(book((90.0, "put", 3.0), (115.0, "call", 3.0)), market(), spots=spots)
        assert found.roots == pytest.approx([exact], rel=1e-12)


def test_a_touch_is_no_flip():
    # Where the grid meets a zero without a change of sign: one side of a root only.
    exact = meets(90.0, 115.0)
    found = profile(book((90.0, "put", 3.0), (115.0, "call", 3.0)), market(), spots=[exact, 110.0, 120.0])
    assert found.roots == ()
    assert found.status == f"no flip: positive throughout, from {exact:.4g} to 120"


# What is too far from any strike is zero, and its rounding is no sign.
QUIET = [(95.0, "put", 10.0), (105.0, "call", 8.0)]


@pytest.mark.parametrize("settle", ["inverse", "linear"])
@pytest.mark.parametrize("days", [1 / 24, 1.0, 10.0])
def test_rounding_far_from_the_strikes_is_no_root(days, settle):
    held = book(*QUIET, days=days, settle=settle)
    assert len(profile(held, market(days)).roots) == 1
    for signs, word in (("short_both", "negative"), ("long_both", "positive")):
        found = profile(held, market(days), signs=signs)
        assert (found.roots, found.status) == ((), f"no flip: {word} throughout, from 70 to 130")


@pytest.mark.parametrize("settle", ["inverse", "linear"])
def test_calls_and_puts_that_cancel(settle):
    held = book(*[(k, right, 10.0) for k in (90.0, 100.0, 110.0) for right in ("call", "put")], settle=settle)
    found = profile(held, market(forward=101.0))
    assert found.roots == ()
    assert np.isnan(found.flip)
    assert found.status == "no flip: zero throughout, from 70 to 130"


# --- Status and text -------------------------------------------------------------------------------------


def test_short_both_is_negative_throughout():
    found = profile(SIDES, market(), signs="short_both")
    assert np.all(found.values < 0)
    assert found.status == "no flip: negative throughout, from 70 to 130"
    assert found.status in str(found)


def test_nothing_held():
    for held in (SIDES.with_columns(quantity=0.0), SIDES):
        signs = [0.0, 0.0, 0.0, 0.0] if held is SIDES else "short_both"
        found = profile(held, market(), signs=signs)
        assert (found.status, found.roots) == ("no flip: nothing is held", ())
        assert np.all(found.values == 0)


def test_text_says_sign_model_rule_and_all_roots():
    days = 5.0
    text = str(profile(book(*THREE[:3], days=days), market(days)))
    assert text.startswith("gamma_usd_1pct of X against spot: flip at ")
    assert "(roots: 87." in text
    assert "spot 100.00" in text
    assert "signs: calls_long_puts_short" in text
    assert "vol rule: sticky strike" in text
    own = profile(SIDES, market(), signs=[1, 1, 1, 1])
    assert "signs: the user's own signs" in repr(own)


def test_the_flip_of_a_small_price_is_readable():
    key = ("XRP", expiry())
    small = Market(NOW, "USDC", {"XRP": 0.5}, {key: 0.5}, {key: QuotedVols([0.5], [0.9])})
    rows = [Option("XRP", key[1], k, right).row(1e6) for k, right in ((0.42, "put"), (0.6, "call"))]
    found = profile(Book.from_rows(rows), small)
    assert f"flip at {found.flip:.4g}" in str(found)
    assert "spot 0.5;" in str(found)


# --- Refusals --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "spots",
    [[100.0], [], [100.0, 90.0], [90.0, 90.0], [-1.0, 90.0], [0.0, 90.0], [90.0, inf], [nan, 90.0], 90.0],
)
def test_spots_that_are_no_range(spots):
    with pytest.raises(ValueError, match="spots must be one-dimensional, at least two, increasing"):
        profile(SIDES, market(), spots=spots)


def test_unknown_names():
    with pytest.raises(UnknownGreekError, match="did you mean gamma"):
        profile(SIDES, market(), "gama")
    with pytest.raises(UnknownGreekError, match=r"no desk unit for speed; there are .*gamma_usd_1pct"):
        profile(SIDES, market(), "speed")
    with pytest.raises(SignError, match="did you mean short_both"):
        profile(SIDES, market(), signs="short_bot")


def test_one_underlying_at_a_time():
    both = SIDES + SIDES.with_columns(underlying="Y")
    for ask in (profile, walls):
        with pytest.raises(MixedUnitsError, match=r"of one underlying; the book holds X, Y"):
            ask(both, market())
        with pytest.raises(MixedUnitsError, match="the book holds none"):
            ask(SIDES.where([]), market())


def test_an_expired_position():
    with pytest.raises(BookError, match="expired"):
        profile(SIDES, market().bump(days=31))


# --- Walls -----------------------------------------------------------------------------------------------


def test_walls_by_hand():
    # 55 x G(115) = 55 x 0.58 and 7 x G(100): the calls' wall is where size times gamma is largest, not size.
    held = book((100.0, "call", 30.0), (160.0, "call", 60.0), (95.0, "put", 20.0), (60.0, "put", 90.0))
    s = sqrt(S2)
    sizes = {}
    for strike, right, size in (
        (100.0, "call", 30),
        (160.0, "call", 60),
        (95.0, "put", 20),
        (60.0, "put", 90),
    ):
        d1 = np.log(100.0 / strike) / s + s / 2
        sizes[right, strike] = size * exp(-d1 * d1 / 2)
    assert sizes["call", 100.0] > sizes["call", 160.0]
    assert sizes["put", 95.0] > sizes["put", 60.0]
    assert walls(held, market()) == {"call": 100.0, "put": 95.0}


def test_walls_add_the_expiries_of_a_strike():
    near, far = expiry(30), expiry(60)
    flat = {("X", e): QuotedVols([100.0], [0.5]) for e in (near, far)}
    twice = Market(NOW, "USD", {"X": 100.0}, dict.fromkeys(flat, 100.0), flat)
    rows = [(100.0, near, 10.0), (105.0, near, 8.0), (105.0, far, 8.0)]
    held = Book.from_rows([Option("X", e, k, "call").row(q) for k, e, q in rows])
    assert walls(held, twice)["call"] == 105.0
    assert walls(held.where([0, 1]), twice)["call"] == 100.0


def test_no_wall_where_nothing_is_held():
    only_calls = book((100.0, "call", 3.0), (90.0, "put", 0.0))
    assert walls(only_calls, market())["call"] == 100.0
    assert np.isnan(walls(only_calls, market())["put"])
    assert np.isnan(walls(only_calls.where([0]), market())["put"])


# --- Strikes near the money only -------------------------------------------------------------------------


def test_partial_where_strikes_end_near_the_money():
    # One standard deviation of 30 days at 50 % is 14 %: strikes from 80 to 125 reach 1.6 of them.
    deviation = sqrt(S2)
    wide, narrow = (
        [100 * exp(x * deviation) for x in reach] for reach in ((-1.3, 0.0, 1.3), (-1.2, 0.0, 1.3))
    )
    assert profile(book(*[(k, "call", 1.0) for k in wide]), market()).partial == ""
    cut = profile(book(*[(k, "call", 1.0) for k in narrow]), market())
    assert cut.partial.startswith("only strikes near the money for 2026-01-31:")
    assert str(cut).endswith(f"partial: {cut.partial}")


def test_the_packaged_chain_says_that_it_is_partial():
    here, held = load_chain()
    found = profile(held, here)
    assert found.partial.startswith("only strikes near the money for 2026-12-25, 2027-03-26:")


FULL = [
    "deribit_btc_20251205/deribit_btc_options.csv",
    "cboe_spx_2023/spx_quotedata_20230609_1340.csv.gz",
    "cboe_spy_20250925/quotedata.csv.gz",
    "deribit_eth_20240108/deribit_options.csv",
]


@pytest.mark.parametrize("name", FULL)
def test_whole_chains(name, real_data):
    here, held = load_chain(real_data / name.split("/")[0] / name.split("/")[1])
    cube = exposure(held, here, signs="calls_long_puts_short").desk()
    assert np.all(np.isfinite(cube.values))
    assert len(str(cube).splitlines()) == len(cube.axes["expiry"]) + 4
    found = profile(held, here)
    assert found.partial == ""
    middle = found.values[60]
    assert middle == pytest.approx(float(cube.sum()["gamma_usd_1pct"]), rel=1e-10)
    assert (found.status == "found") == bool(found.roots)
    largest = np.max(np.abs(found.values))
    for root in found.roots:
        around = profile(held, here, spots=[root * (1 - 1e-4), root, root * (1 + 1e-4)])
        assert around.values[0] * around.values[2] < 0
        assert abs(around.values[1]) < 1e-11 * largest
    short = profile(held, here, signs="short_both")
    assert np.all(short.values < 0)
    assert short.status.startswith("no flip: negative throughout")


def test_gamma_profile_of_a_whole_chain_by_hand(real_data):
    here, held = load_chain(real_data / "deribit_btc_20251205" / "deribit_btc_options.csv")
    found = profile(held, here, "gamma", [80_000.0, 92_000.0, 110_000.0])
    state = here.state(held)
    expected = []
    for spot in found.spots:
        F = state.forward * spot / here.spot["BTC"]
        s = state.vol * np.sqrt(state.years)
        d1 = np.log(F / held["strike"]) / s + s / 2
        # Gamma as a difference of the deltas a hair above and below.
        h = 1e-5
        slope = (ndtr(d1 + h / s) - ndtr(d1 - h / s)) / (2 * h * F)
        expected.append(np.sum(held["right"] * held["quantity"] * slope * F**2 / 100))
    np.testing.assert_allclose(found.values, expected, rtol=1e-6)
