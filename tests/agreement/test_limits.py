"""No time or no volatility left: every Greek of every model is its limit, or NaN where it has none."""

import warnings

import gmpy2
import numpy as np
import pytest

from greekslab.evaluate import DomainWarning, derivative, greeks
from greekslab.formulas import MODELS
from greekslab.kernels import KERNELS
from tests.agreement import oracle
from tests.agreement.agree import package, truth
from tests.agreement.limits import LEGS, at_the_forward, intrinsic, wrong

pytestmark = [pytest.mark.agreement, pytest.mark.filterwarnings("ignore::greekslab.DomainWarning")]

GONE = {"T": {"T": 0.0}, "sigma": {"sigma": 0.0}, "both": {"T": 0.0, "sigma": 0.0}}
RATES = [(0.05, 0.02), (0.0, 0.0), (-0.03, 0.11), (0.04, 0.04)]
BASE = {"S": 100.0, "F": 100.0, "T": 0.75, "sigma": 0.4}


def place(model, K, rates, eta, **gone):
    given = BASE | {"K": K, "r": rates[0], "q": rates[1]} | gone
    return {name: given[name] for name in MODELS[model].symbols} | {"eta": eta}


@pytest.mark.parametrize("gone", GONE)
@pytest.mark.parametrize("model", list(MODELS))
def test_off_the_forward_the_greeks_are_those_of_the_intrinsic_value(model, gone):
    for rates in RATES:
        for K in (60.0, 95.0, 104.0, 200.0):
            for eta in (1.0, -1.0):
                point = place(model, K, rates, eta, **GONE[gone])
                assert list(wrong(model, point, intrinsic(model, point))) == [], point


@pytest.mark.parametrize("gone", GONE)
@pytest.mark.parametrize("model", list(MODELS))
def test_one_rounding_off_the_forward_is_off_the_forward(model, gone):
    for K in (np.nextafter(100.0, 0), np.nextafter(100.0, 200)):
        for eta in (1.0, -1.0):
            point = place(model, float(K), (0.04, 0.04), eta, **GONE[gone])
            limits = intrinsic(model, point)
            limits.pop("elasticity")  # the ratio of a price that has one bit
            assert list(wrong(model, point, limits)) == [], point


@pytest.mark.parametrize("K", ["below", "above"])
def test_a_strike_some_roundings_off_a_forward_with_carry(K):
    forward = 100.0 * np.exp((0.09 - 0.02) * 0.75)
    strike = float(forward * (1 + (-16 if K == "below" else 16) * 2.0**-53))
    for eta in (1.0, -1.0):
        point = place("bsm", strike, (0.09, 0.02), eta, sigma=0.0)
        limits = intrinsic("bsm", point)
        limits.pop("elasticity")
        assert list(wrong("bsm", point, limits)) == []


@pytest.mark.parametrize("gone", GONE)
@pytest.mark.parametrize("model", list(MODELS))
def test_at_the_forward_the_limit_along_it_or_none(model, gone):
    vanishing = tuple(GONE[gone])
    for rates in RATES if gone == "T" else ((0.04, 0.04), (0.0, 0.0)):  # where it is exactly the strike
        for eta in (1.0, -1.0):
            point = place(model, 100.0, rates, eta, **GONE[gone])
            limits = at_the_forward(model, point, vanishing)
            if model == "cash_or_nothing":  # there 3 d1 + 3 d2 cancels before cubes are divided by sigma^3
                limits.pop("ultima")
            assert list(wrong(model, point, limits, lenient=True)) == [], point


@pytest.mark.parametrize("model", ["bsm", "black76", "inverse", "bachelier"])
def test_at_the_forward_price_and_delta_have_their_limit(model):
    for eta in (1.0, -1.0):
        point = place(model, 100.0, (0.05, 0.02), eta, T=0.0)
        limits = at_the_forward(model, point, ("T",))
        assert list(wrong(model, point, {name: limits[name] for name in ("price", "delta", "vega")})) == []
    assert limits["delta"].value == pytest.approx(0.005 * eta if model == "inverse" else 0.5 * eta)


def test_greeks_without_a_limit_at_the_forward_are_nan():
    with pytest.warns(DomainWarning, match="1 of 1 elements are NaN: row 0 is at the forward"):
        got = greeks("bsm", ["delta", "gamma"], S=100.0, K=100.0, T=0.0, sigma=0.5, r=0.0, q=0.0)
    assert got["delta"] == 0.5
    assert np.isnan(got["gamma"])


UNNAMED = [{"S": 4}, {"K": 1, "T": 1}, {"T": 3}, {"S": 2, "T": 2}, {"sigma": 6}, {"S": 6}]


@pytest.mark.parametrize("orders", UNNAMED, ids=str)
@pytest.mark.parametrize("gone", GONE.values(), ids=list(GONE))
def test_unnamed_derivatives_have_the_same_limits(orders, gone):
    point = place("bsm", 80.0, (0.05, 0.02), 1.0, **gone)
    with oracle.precision(400):
        scale = {name: gmpy2.mpfr(abs(x) or 1) for name, x in point.items()}
        one, two = (
            oracle.Differences(leg_price(leg), point, scale).derivative(orders) for leg in LEGS["bsm"]
        )
    expected, size = (-1) ** orders.get("T", 0) * float(one - two), float(abs(one) + abs(two))
    inputs = {name: x for name, x in point.items() if name != "eta"}
    assert abs(derivative("bsm", at=inputs, **orders) - expected) <= 1e-14 * size + 1e-40
    assert derivative("bsm", at=inputs | {"right": "put"}, **orders) == 0.0


def leg_price(leg):
    return lambda *inputs: leg(dict(zip(("S", "K", "T", "sigma", "r", "q"), inputs, strict=False)))


@pytest.mark.parametrize("gone", ["T", "sigma"])
@pytest.mark.parametrize("orders", UNNAMED, ids=str)
def test_unnamed_derivatives_at_the_forward(orders, gone):
    at = {"S": 100.0, "K": 100.0, "T": 0.75, "sigma": 0.4, "r": 0.04, "q": 0.04} | GONE[gone]
    value = derivative("bsm", at=at, **orders)
    assert np.isnan(value) or abs(value) < 100.0


@pytest.mark.parametrize("model", list(MODELS))
def test_little_time_is_not_none(model):
    """1e-12 years and less, at the forward and one rounding off it: exact, not the limit."""
    points = [
        place(model, float(K), (0.04, 0.04), eta, T=T)
        for T in (1e-12, 1e-20, 1e-30)
        for K in (100.0, np.nextafter(100.0, 0), np.nextafter(100.0, 200))
        for eta in (1.0, -1.0)
    ]
    shares = truth(model, points).shares(package)
    assert {name: share.max() for name, share in shares.items() if share.max() > 1} == {}


def test_degenerate_rows_among_ordinary_ones_change_nothing():
    T, sigma = np.array([0.5, 0.0, 0.5, 0.0, 0.5]), np.array([0.3, 0.3, 0.0, 0.0, 0.3])
    K = np.array([90.0, 90.0, 90.0, 110.0, 110.0])
    names = KERNELS["bsm"].greeks
    together = greeks("bsm", names, S=100.0, K=K, T=T, sigma=sigma, r=0.03, q=0.01)
    for row in range(5):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DomainWarning)
            alone = greeks(
                "bsm", names, S=[100.0], K=K[[row]], T=T[[row]], sigma=sigma[[row]], r=0.03, q=0.01
            )
        for name in names:
            assert np.array_equal(together[name][row], alone[name][0], equal_nan=True), (name, row)
