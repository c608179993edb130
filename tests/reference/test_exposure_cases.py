"""Worked cases of aggregated exposure: each number from first principles, written out beside it.

The definitions are those of the risk literature as the project's conventions state them: q is contracts times
multiplier, D and G are per unit of the option's own forward F, B = dF/dS = F/S, V is the value in dollars.
"""

from math import erf, exp, log, pi, sqrt

import numpy as np
import pytest

from greekslab import Book, Market, Option, QuotedVols, exposure, profile, walls

NOW = np.datetime64("2026-01-01T08:00", "ms")
DAY = np.timedelta64(1, "D")
NEAR, FAR = NOW + 73 * DAY, NOW + 365 * DAY  # a fifth of a year, and a year
S, VOL = 50_000.0, 0.5
F = {NEAR: 50_500.0, FAR: 52_500.0}

MARKET = Market(
    NOW,
    "USD",
    {"BTC": S},
    {("BTC", expiry): price for expiry, price in F.items()},
    {("BTC", expiry): QuotedVols([S], [VOL]) for expiry in F},
)


def cdf(x):
    return (1 + erf(x / sqrt(2))) / 2


def density(x):
    return exp(-x * x / 2) / sqrt(2 * pi)


class ByHand:
    """Black-76 with zero rate for one option."""

    def __init__(self, forward, strike, years, sign=1, vol=VOL):
        s = vol * sqrt(years)
        self.d1 = log(forward / strike) / s + s / 2
        self.d2 = self.d1 - s
        self.V = sign * (forward * cdf(sign * self.d1) - strike * cdf(sign * self.d2))
        self.D = cdf(self.d1) - (1 - sign) / 2
        self.G = density(self.d1) / (forward * s)
        self.vega = forward * density(self.d1) * sqrt(years)
        self.theta = -forward * density(self.d1) * vol / (2 * sqrt(years))
        self.vanna = -density(self.d1) * self.d2 / vol
        self.volga = self.vega * self.d1 * self.d2 / vol
        self.charm = density(self.d1) * self.d2 / (2 * years)


CALL = ByHand(F[NEAR], 55_000.0, 0.2)
PUT = ByHand(F[FAR], 45_000.0, 1.0, sign=-1)
LOTS, LOT = 30.0, 0.1  # contracts and units of the underlying in one
Q_CALL, Q_PUT = LOTS * LOT, -4.0

BOOK = Book.from_rows(
    [
        Option("BTC", NEAR, 55_000.0, "call", "linear", LOT).row(LOTS),
        Option("BTC", FAR, 45_000.0, "put", "inverse").row(Q_PUT),
    ]
)


def of(name, book=BOOK, by=(), **more):
    return exposure(book, MARKET, name, by=by, **more)[name]


def two(call, put):
    """The near call's and the far put's share, and the net."""
    return Q_CALL * call, Q_PUT * put, Q_CALL * call + Q_PUT * put


CASES = {
    "delta_usd": two(CALL.D * F[NEAR], PUT.D * F[FAR]),
    "delta_usd_1pct": two(CALL.D * F[NEAR] / 100, PUT.D * F[FAR] / 100),
    "gamma_usd_1pct": two(CALL.G * F[NEAR] ** 2 / 100, PUT.G * F[FAR] ** 2 / 100),
    "vega_pt": two(CALL.vega / 100, PUT.vega / 100),
    "volga_pt": two(CALL.volga / 100**2, PUT.volga / 100**2),
    "theta_day": two(CALL.theta / 365, PUT.theta / 365),
    "vanna_usd_pt": two(CALL.vanna * F[NEAR] / 100, PUT.vanna * F[FAR] / 100),
    "charm_usd_day": two(CALL.charm * F[NEAR] / 365, PUT.charm * F[FAR] / 365),
    # By spot, through dF/dS = F/S of each expiry: deltas on different forwards do not add as they are.
    "delta": two(CALL.D * F[NEAR] / S, PUT.D * F[FAR] / S),
    "gamma": two(CALL.G * (F[NEAR] / S) ** 2, PUT.G * (F[FAR] / S) ** 2),
    "vanna": two(CALL.vanna * F[NEAR] / S, PUT.vanna * F[FAR] / S),
    "price": two(CALL.V, PUT.V),
}


@pytest.mark.parametrize("name", CASES)
def test_by_expiry_and_net(name):
    near, far, net = CASES[name]
    assert of(name, by="expiry") == pytest.approx([near, far], rel=1e-12)
    assert float(of(name)) == pytest.approx(net, rel=1e-12)


def test_deltas_of_different_forwards_do_not_just_add():
    assert float(of("delta")) != pytest.approx(Q_CALL * CALL.D + Q_PUT * PUT.D, rel=1e-3)


# --- Moves and what they earn -----------------------------------------------------------------------------


def worth(spot=S, vol=VOL, years_gone=0.0):
    """The book's dollars with spot, and both forwards in proportion, somewhere else."""
    call = ByHand(F[NEAR] * spot / S, 55_000.0, 0.2 - years_gone, vol=vol)
    put = ByHand(F[FAR] * spot / S, 45_000.0, 1.0 - years_gone, sign=-1, vol=vol)
    return Q_CALL * call.V + Q_PUT * put.V


def test_gamma_flow_and_gamma_gain_of_one_percent_are_two_things():
    flow = float(of("gamma_usd_1pct"))
    # Flow: dollars of delta to trade after spot moved 1 %, at the old price; here by moving half a percent
    # either way and asking for the new deltas.
    held = [
        (worth(spot * (1 + 1e-6)) - worth(spot * (1 - 1e-6))) / (2e-6 * spot)
        for spot in (0.995 * S, 1.005 * S)
    ]
    assert (held[1] - held[0]) * S == pytest.approx(flow, rel=1e-3)
    # Gain: half the second difference of the value over a move of 1 %.
    gain = (worth(1.01 * S) - 2 * worth() + worth(0.99 * S)) / 2
    assert gain == pytest.approx(flow / 200, rel=1e-3)
    assert gain == pytest.approx(
        0.5 * (Q_CALL * CALL.G * (F[NEAR] / 100) ** 2 + Q_PUT * PUT.G * (F[FAR] / 100) ** 2), rel=1e-3
    )


def test_vanna_gain_of_one_percent_and_one_point():
    # sum q vanna F 1e-4: the mixed second difference, a quarter of the four corners.
    corners = [a * b * worth(S * (1 + 0.01 * a), VOL + 0.01 * b) for a in (1, -1) for b in (1, -1)]
    vanna = float(of("vanna_usd_pt"))
    assert sum(corners) / 4 == pytest.approx(vanna / 100, rel=5e-3)
    by_hand = 1e-4 * (Q_CALL * CALL.vanna * F[NEAR] + Q_PUT * PUT.vanna * F[FAR])
    assert vanna / 100 == pytest.approx(by_hand, rel=1e-12)


def test_volga_gain_of_one_point():
    gain = (worth(vol=VOL + 0.01) - 2 * worth() + worth(vol=VOL - 0.01)) / 2
    assert gain == pytest.approx(0.5 * float(of("volga_pt")), rel=5e-3)
    assert 0.5 * float(of("volga")) * 1e-4 == pytest.approx(0.5 * float(of("volga_pt")), rel=1e-12)


def test_theta_and_charm_of_one_day():
    day = 1 / 365
    lost = (worth(years_gone=day / 2) - worth(years_gone=-day / 2)) / day
    assert float(of("theta_day")) == pytest.approx(lost / 365, rel=1e-4)
    drift = [
        (worth(S * 1.0001, years_gone=t) - worth(S * 0.9999, years_gone=t)) / 2e-4
        for t in (-day / 2, day / 2)
    ]
    assert float(of("charm_usd_day")) == pytest.approx(drift[1] - drift[0], rel=1e-3)


def test_the_vega_ladder_and_what_weights_make_of_it():
    ladder = of("vega_pt", by="expiry")
    assert ladder == pytest.approx([Q_CALL * CALL.vega / 100, Q_PUT * PUT.vega / 100], rel=1e-12)
    # Square-root weights to 30 days: a move of 1 point there is 1 x sqrt(30/T) points at T days.
    weighted = ladder @ np.sqrt(30 / np.array([73.0, 365.0]))
    move = [VOL + 0.01 * sqrt(30 / days) for days in (73, 365)]
    call = ByHand(F[NEAR], 55_000.0, 0.2, vol=move[0]).V - CALL.V
    put = ByHand(F[FAR], 45_000.0, 1.0, sign=-1, vol=move[1]).V - PUT.V
    assert weighted == pytest.approx(Q_CALL * call + Q_PUT * put, rel=2e-2)


def test_theta_pays_for_gamma_at_one_standard_deviation():
    # |dS| = sqrt(-2 theta dt/gamma) = S sigma sqrt(dt), at r = q = 0 and F = S.
    flat = Market(NOW, "USD", {"BTC": S}, {("BTC", FAR): S}, {("BTC", FAR): QuotedVols([S], [VOL])})
    book = Book.from_rows([Option("BTC", FAR, k, "put", "inverse").row(2.0) for k in (40_000.0, 60_000.0)])
    cube = exposure(book, flat, ["theta", "gamma"], by=())
    move = np.sqrt(-2 * cube["theta"] / 365 / cube["gamma"])
    assert float(move) == pytest.approx(S * VOL / sqrt(365), rel=1e-12)


# --- Coin ---------------------------------------------------------------------------------------------------


def test_coin_view_of_an_inverse_and_of_a_linear_option():
    # v = V/F; coin delta (D - v)/F; coin gamma G/F - 2(D - v)/F^2; by spot each costs one F/S.
    for option, row, F_ in ((CALL, 0, F[NEAR]), (PUT, 1, F[FAR])):
        v, B = option.V / F_, F_ / S
        delta = (option.D - v) / F_
        gamma = option.G / F_ - 2 * (option.D - v) / F_**2
        for settle in ("linear", "inverse"):
            one = BOOK.where([row]).with_columns(settle=settle, quantity=1.0, multiplier=1.0)
            assert float(of("price", one, currency="BTC")) == pytest.approx(v, rel=1e-12)
            assert float(of("delta", one, currency="BTC")) == pytest.approx(delta * B, rel=1e-12)
            assert float(of("gamma", one, currency="BTC")) == pytest.approx(gamma * B**2, rel=1e-12)
            assert float(of("vega", one, currency="BTC")) == pytest.approx(option.vega / F_, rel=1e-12)


def test_an_inverse_call_at_the_money_in_closed_form():
    # F = K = S: V/F = 2 Phi(s/2) - 1 and D = Phi(s/2), so that the coin delta is (1 - Phi(s/2))/F: long, and
    # smaller than D/F, because the premium itself is coin.
    flat = Market(NOW, "USD", {"BTC": S}, {("BTC", FAR): S}, {("BTC", FAR): QuotedVols([S], [VOL])})
    book = Book.from_rows([Option("BTC", FAR, S, "call", "inverse").row(1.0)])
    half = cdf(VOL / 2)
    coin = exposure(book, flat, ["price", "delta"], by=(), currency="BTC")
    assert float(coin["price"]) == pytest.approx(2 * half - 1, rel=1e-12)
    assert float(coin["delta"]) == pytest.approx((1 - half) / S, rel=1e-12)
    usd = exposure(book, flat, ["price", "delta"], by=())
    assert float(usd["price"]) == pytest.approx(S * (2 * half - 1), rel=1e-12)
    assert float(usd["delta"]) == pytest.approx(half, rel=1e-12)


def test_an_inverse_call_deep_in_the_money_is_a_coin_less_a_fixed_number_of_dollars():
    # V/F = 1 - K/F: in dollars F - K, delta 1, gamma 0; in coin K/F^2 and -2K/F^3.
    K = 50.0
    book = Book.from_rows([Option("BTC", NEAR, K, "call", "inverse").row(1.0)])
    usd, coin = (
        exposure(book, MARKET, ["delta", "gamma"], by=()),
        exposure(book, MARKET, ["delta", "gamma"], by=(), currency="BTC"),
    )
    B, price = F[NEAR] / S, F[NEAR]
    assert float(usd["delta"]) == pytest.approx(B, rel=1e-12)
    assert abs(float(usd["gamma"])) < 1e-20
    assert float(coin["delta"]) == pytest.approx(K / price**2 * B, rel=1e-12)
    assert float(coin["gamma"]) == pytest.approx(-2 * K / price**3 * B**2, rel=1e-12)


# --- Open interest ------------------------------------------------------------------------------------------

HELD = Book.from_rows(
    [
        Option("BTC", NEAR, k, right, "inverse").row(quantity)
        for k, right, quantity in (
            (50_000.0, "call", 100.0),
            (50_000.0, "put", 80.0),
            (60_000.0, "call", 900.0),
            (40_000.0, "put", 700.0),
        )
    ]
)
GAMMA_USD_1PCT = {k: ByHand(F[NEAR], k, 0.2).G * F[NEAR] ** 2 / 100 for k in (40_000.0, 50_000.0, 60_000.0)}


def test_signs_of_open_interest():
    low, middle, high = GAMMA_USD_1PCT.values()
    sizes = [700 * low, 80 * middle, 100 * middle, 900 * high]
    expected = {
        "calls_long_puts_short": -sizes[0] - sizes[1] + sizes[2] + sizes[3],
        "short_both": -sum(sizes),
        "long_both": sum(sizes),
    }
    for signs, total in expected.items():
        cube = exposure(HELD, MARKET, "gamma_usd_1pct", by=(), signs=signs)
        assert float(cube["gamma_usd_1pct"]) == pytest.approx(total, rel=1e-12)
        assert cube.signs == signs
    own = exposure(HELD, MARKET, "gamma_usd_1pct", by=(), signs=[1, 0, 0, -1])
    assert float(own["gamma_usd_1pct"]) == pytest.approx(sizes[2] - sizes[0], rel=1e-12)


def test_puts_have_the_deltas_of_puts_under_every_sign_model():
    # Dealers who are long calls and short puts are long delta on both.
    cube = exposure(HELD, MARKET, "delta_usd", by="right", signs="calls_long_puts_short")
    puts, calls = cube["delta_usd"]
    by_hand = [
        -sum(q * ByHand(F[NEAR], k, 0.2, sign=-1).D for k, q in ((50_000.0, 80), (40_000.0, 700))) * F[NEAR],
        sum(q * ByHand(F[NEAR], k, 0.2).D for k, q in ((50_000.0, 100), (60_000.0, 900))) * F[NEAR],
    ]
    assert [puts, calls] == pytest.approx(by_hand, rel=1e-12)
    assert puts > 0


def test_walls():
    low, middle, high = GAMMA_USD_1PCT.values()
    assert 900 * high > 100 * middle
    assert 700 * low > 80 * middle
    assert walls(HELD, MARKET) == {"call": 60_000.0, "put": 40_000.0}
    # With 20,000 calls at 50,000 that strike takes over; the puts' wall stays.
    more = HELD.with_columns(quantity=[20_000.0, *HELD["quantity"][1:]])
    assert walls(more, MARKET) == {"call": 50_000.0, "put": 40_000.0}


def test_the_flip_of_one_call_and_one_put_is_where_their_gammas_meet():
    # Same size, vol and expiry: phi(d1) is equal where d1 of the call is minus d1 of the put, that is where
    # F^2 = K_call K_put exp(-s^2); spot is there in the same proportion to F as today.
    book = Book.from_rows(
        [
            Option("BTC", NEAR, 60_000.0, "call", "inverse").row(10.0),
            Option("BTC", NEAR, 40_000.0, "put", "inverse").row(10.0),
        ]
    )
    found = profile(book, MARKET, "gamma")
    expected = sqrt(60_000.0 * 40_000.0) * exp(-(VOL**2) * 0.2 / 2) * S / F[NEAR]
    assert found.roots == pytest.approx([expected], rel=1e-12)
    assert found.flip == found.roots[0]
    # Short the put below and long the call above: negative gamma below, positive above.
    assert found.values[0] < 0 < found.values[-1]
