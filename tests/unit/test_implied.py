"""Implied volatility: what is answered, what is refused and why, and what must hold between answers."""

import re
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pandas as pd
import pytest
import QuantLib as ql
from hypothesis import given
from hypothesis import strategies as st

import greekslab as gl
from greekslab import implied
from greekslab.evaluate import UnknownModelError
from greekslab.implied import VolStatus, implied_vol

COIN = {"F": 60_000.0, "K": 66_000.0, "T": 0.25}
PLAIN = {"F": 100.0, "K": 110.0, "T": 0.5, "r": 0.03}
EPS = float(np.finfo(float).eps)


def price_of(model: str, sigma, **inputs):
    return gl.greeks(model, "price", sigma=sigma, **inputs)["price"]


# -- published values, and another library --------------------------------------------------------------


def test_hull_section_15_11():
    found = implied_vol("bsm", 1.875, S=21.0, K=20.0, T=0.25, r=0.10, q=0.0)
    assert found == pytest.approx(0.235, abs=5e-4)


@pytest.mark.parametrize("right", ["call", "put"])
def test_quantlib_agrees_on_ordinary_black_quotes(right):
    kind = {"call": ql.Option.Call, "put": ql.Option.Put}[right]
    F, discount = 100.0, float(np.exp(-0.03))
    for K in (85.0, 95.0, 99.5, 100.0, 101.0, 110.0, 120.0):
        for s in (0.1, 0.4, 1.2):
            price = ql.blackFormula(kind, K, F, s, discount)
            asked = ql.blackFormulaImpliedStdDev(kind, K, F, price, discount, 0.0, s, 1e-15, 200)
            found = implied_vol("black76", price, F=F, K=K, T=1.0, r=0.03, right=right)
            assert found == pytest.approx(asked, rel=1e-9)
            assert found == pytest.approx(s, rel=1e-11)


@pytest.mark.parametrize("right", ["call", "put"])
def test_quantlib_agrees_on_ordinary_normal_quotes(right):
    kind = {"call": ql.Option.Call, "put": ql.Option.Put}[right]
    for K in (-12.0, -4.0, 3.0, 3.5, 18.0):
        price = ql.bachelierBlackFormula(kind, K, 3.0, 5.0 * np.sqrt(0.5), float(np.exp(-0.01)))
        asked = ql.bachelierBlackFormulaImpliedVol(kind, K, 3.0, 0.5, price, float(np.exp(-0.01)))
        found = implied_vol("bachelier", price, F=3.0, K=K, T=0.5, r=0.02, right=right)
        assert found == pytest.approx(asked, rel=1e-9)
        assert found == pytest.approx(5.0, rel=1e-11)


# -- shapes and types -----------------------------------------------------------------------------------


def test_scalars_give_a_float_and_a_status_with_a_name():
    vol, status = implied_vol("inverse", 0.05, status=True, **COIN)
    assert type(vol) is float
    assert status is VolStatus.ok
    assert type(implied_vol("inverse", np.array(0.05), **COIN)) is float


def test_shapes_broadcast_and_elements_agree_with_scalars():
    price = np.linspace(2.0, 30.0, 24).reshape(2, 3, 4)
    K, T = np.array([[80.0], [100.0], [120.0]]), np.array([0.1, 0.5, 1.0, 3.0])
    with pytest.warns(gl.DomainWarning):
        vol, status = implied_vol("black76", price, F=100.0, K=K, T=T, r=0.0, right="put", status=True)
    assert vol.shape == status.shape == (2, 3, 4)
    assert status.dtype == np.int8
    for at in np.ndindex(2, 3, 4):
        if status[at] == VolStatus.ok:
            one = implied_vol("black76", price[at], F=100.0, K=K[at[1], 0], T=T[at[2]], r=0.0, right="put")
            assert one == pytest.approx(vol[at], rel=8 * EPS)


def test_an_empty_array_gives_an_empty_array():
    vol, status = implied_vol("inverse", np.empty((0, 3)), status=True, **COIN)
    assert vol.shape == status.shape == (0, 3)


@pytest.mark.parametrize(
    "price",
    [
        [4, 5, 6],
        np.array([4, 5, 6], np.int32),
        np.array([4, 5, 6], np.float32),
        np.array([4.0, 9.0, 5.0, 9.0, 6.0])[::2],
        pd.Series([4.0, 5.0, 6.0]),
        np.array([4.0, 5.0, 6.0], object),
    ],
    ids=["list", "int32", "float32", "strided", "series", "object"],
)
def test_every_kind_of_real_numbers_is_read(price):
    expected = [implied_vol("black76", p, **PLAIN) for p in (4.0, 5.0, 6.0)]
    found = implied_vol("black76", price, **PLAIN)
    assert type(found) is np.ndarray
    assert found.dtype == np.float64
    assert found == pytest.approx(expected, rel=8 * EPS)


def test_inputs_are_left_alone():
    price = np.array([4.0, 5.0, 6.0])
    price.setflags(write=False)
    K = np.array([90.0, 100.0, 110.0])
    implied_vol("black76", price + 12.0, **PLAIN | {"K": K})
    assert K.tolist() == [90.0, 100.0, 110.0]
    assert implied_vol("black76", price, **PLAIN).shape == (3,)


def test_a_masked_element_is_invalid():
    price = np.ma.array([5.0, 6.0, 7.0], mask=[False, True, False])
    with pytest.warns(gl.DomainWarning, match="1 of 3"):
        vol, status = implied_vol("black76", price, status=True, **PLAIN)
    assert np.isnan(vol).tolist() == [False, True, False]
    assert status.tolist() == [VolStatus.ok, VolStatus.invalid, VolStatus.ok]


def test_threads_and_chunks_give_the_same_answers():
    price = np.linspace(3.0, 9.0, 3 * implied._CHUNK + 5)
    whole = implied_vol("black76", price, **PLAIN)
    with ThreadPoolExecutor(2) as pool:
        again = list(pool.map(lambda p: implied_vol("black76", p, **PLAIN), [price, price]))
    assert np.array_equal(whole, again[0])
    assert np.array_equal(whole, again[1])
    parts = [implied_vol("black76", part, **PLAIN) for part in np.array_split(price, 7)]
    assert np.concatenate(parts) == pytest.approx(whole, rel=8 * EPS)


# -- what is refused ------------------------------------------------------------------------------------

REFUSED = [
    ("black76", -1e-9, {}, "call", "below_intrinsic"),
    ("black76", 9.6, {"F": 120.0}, "call", "below_intrinsic"),
    ("black76", 9.7, {}, "put", "below_intrinsic"),
    ("black76", float(100 * np.exp(-0.015)), {}, "call", "above_maximum"),
    ("black76", 1e9, {}, "call", "above_maximum"),
    ("black76", 108.5, {}, "put", "above_maximum"),
    ("black76", 0.0, {}, "call", "underdetermined"),
    ("black76", 0.0, {"K": 100.0}, "call", "underdetermined"),
    ("black76", float(10 * np.exp(-0.015)), {}, "put", "underdetermined"),
    ("black76", float(99.9 * np.exp(-0.015)), {"K": 0.1}, "call", "underdetermined"),
    ("black76", 5.0, {"T": 0.0}, "call", "underdetermined"),
    ("black76", 5.0, {"T": 0.0}, "put", "below_intrinsic"),
    ("black76", 101.0, {"T": 0.0}, "call", "above_maximum"),
    ("black76", 1e-310, {}, "call", "underdetermined"),
    ("black76", np.nan, {}, "call", "invalid"),
    ("black76", np.inf, {}, "call", "invalid"),
    ("black76", 5.0, {"T": -1.0}, "call", "invalid"),
    ("black76", 5.0, {"K": 0.0}, "call", "invalid"),
    ("black76", 5.0, {"F": -100.0}, "call", "invalid"),
    ("black76", 5.0, {"r": np.nan}, "call", "invalid"),
    ("inverse", 0.05, {"T": np.nan}, "call", "invalid"),
    ("inverse", 1.0, {}, "call", "above_maximum"),
    ("inverse", 1.2, {}, "put", "above_maximum"),
    ("inverse", 0.0999, {}, "put", "below_intrinsic"),
    ("bachelier", 9.8, {}, "put", "below_intrinsic"),
    ("bachelier", 0.0, {}, "call", "underdetermined"),
    ("bachelier", 0.0, {"K": 100.0}, "call", "underdetermined"),
    ("bachelier", 5.0, {"T": 0.0}, "call", "underdetermined"),
    ("bachelier", np.nan, {}, "call", "invalid"),
]


@pytest.mark.parametrize(("model", "price", "changed", "right", "name"), REFUSED)
def test_each_refusal_says_why(model, price, changed, right, name):
    inputs = (COIN if model == "inverse" else PLAIN) | changed
    with pytest.warns(gl.DomainWarning, match="1 of 1 elements are NaN: "):
        vol, status = implied_vol(model, price, right=right, status=True, **inputs)
    assert np.isnan(vol)
    assert status.name == name
    with pytest.raises(gl.DomainError):
        implied_vol(model, price, right=right, strict=True, **inputs)


def test_refused_rows_do_not_touch_their_neighbours():
    price = np.array([5.0, np.nan, 6.0, -1.0, 7.0, 1e9, 8.0, 0.0])
    with pytest.warns(gl.DomainWarning) as caught:
        vol, status = implied_vol("black76", price, status=True, **PLAIN)
    assert len(caught) == 1
    assert "4 of 8 elements are NaN: price = nan at row 1; it must be finite" in str(caught[0].message)
    assert caught[0].filename == __file__
    names = [VolStatus(code).name for code in status]
    assert names[1::2] == ["invalid", "below_intrinsic", "above_maximum", "underdetermined"]
    assert np.array_equal(vol[::2], implied_vol("black76", price[::2], **PLAIN))
    assert np.all(np.isnan(vol[1::2]))


@pytest.mark.parametrize(
    ("price", "said"),
    [
        (-1.0, "price = -1.0 at row 0 is below the intrinsic value"),
        (200.0, "price = 200.0 at row 0 is not below the price at infinite volatility"),
        (0.0, "price = 0.0 at row 0 does not determine the volatility"),
    ],
)
def test_strict_names_the_first_refused_quote(price, said):
    with pytest.raises(gl.DomainError, match=re.escape(said)):
        implied_vol("black76", price, strict=True, **PLAIN)


def test_structural_faults_raise():
    with pytest.raises(TypeError, match="no input here"):
        implied_vol("black76", 5.0, sigma=0.5, **PLAIN)
    with pytest.raises(TypeError, match="needs input 'r'"):
        implied_vol("black76", 5.0, F=100.0, K=100.0, T=1.0)
    with pytest.raises(TypeError, match="no input 'S'"):
        implied_vol("black76", 5.0, S=100.0, **PLAIN)
    with pytest.raises(TypeError, match="real numbers"):
        implied_vol("black76", "5", **PLAIN)
    with pytest.raises(ValueError, match="broadcast"):
        implied_vol("black76", np.ones(3), **PLAIN | {"K": np.ones(2)})
    with pytest.raises(ValueError, match="straddle"):
        implied_vol("black76", 5.0, right="straddle", **PLAIN)
    with pytest.raises(UnknownModelError, match="black76"):
        implied_vol("black77", 5.0, **PLAIN)
    with pytest.raises(UnknownModelError, match="no implied volatility for 'cash_or_nothing'"):
        implied_vol("cash_or_nothing", 0.5, S=1.0, K=1.0, T=1.0, r=0.0, q=0.0)


def test_a_doubtful_answer_is_no_answer():
    """Deep in the money the answer ends where the last digit of the price moves it by a part in a million."""
    sigma = np.linspace(0.05, 0.5, 400)
    inputs = {"F": 100.0, "K": 50.0, "T": 0.25, "r": 0.0}
    greeks = gl.greeks("black76", ["price", "vega"], sigma=sigma, **inputs)
    with pytest.warns(gl.DomainWarning):
        vol, status = implied_vol("black76", greeks["price"], status=True, **inputs)
    with np.errstate(divide="ignore"):
        grain = np.spacing(greeks["price"]) / (sigma * greeks["vega"])
    assert np.all(status[grain > 3e-6] == VolStatus.underdetermined)
    assert np.all(status[grain < 3e-7] == VolStatus.ok)
    answered = status == VolStatus.ok
    assert np.all(np.abs(vol / sigma - 1)[answered] < 16 * grain[answered])


# -- what must hold -------------------------------------------------------------------------------------

totals = st.floats(0.003, 2.5)
deviations = st.floats(-6.0, 6.0)
years = st.floats(1e-5, 10.0)
rights = st.sampled_from(["call", "put"])


def quote(s: float, d: float, T: float, right: str, model: str = "black76") -> tuple[float, dict]:
    """A price at total volatility s, d deviations out of the money, and the inputs without sigma."""
    out = d * s if right == "call" else -d * s
    inputs = {
        "F": 100.0,
        "K": float(100.0 * np.exp(np.clip(out, -2.0, 2.0))),
        "T": T,
        "r": 0.02,
        "right": right,
    }
    return price_of(model, s / np.sqrt(T), **inputs), inputs


@given(totals, deviations, years, rights)
def test_a_price_comes_back(s, d, T, right):
    price, inputs = quote(s, d, T, right)
    vol, status = (
        implied_vol("black76", [price], status=True, **inputs) if _sure(price, inputs) else (None, [1])
    )
    if status[0] == VolStatus.ok:
        assert price_of("black76", vol[0], **inputs) == pytest.approx(price, rel=1e-12)


def _sure(price: float, inputs: dict) -> bool:
    """Whether the price has digits left above its intrinsic value."""
    flat = price_of("black76", 0.0, **inputs)
    return price - flat > 1e-9 * price


@given(totals, deviations, years, rights, st.floats(1e-6, 0.5))
def test_volatility_rises_with_the_price(s, d, T, right, step):
    price, inputs = quote(s, d, T, right)
    flat = price_of("black76", 0.0, **inputs)
    most = price_of("black76", 1e30, **inputs)
    dearer = price + step * (most - price)
    if price - flat > 1e-9 * price and dearer - price > 1e-9 * price and dearer < most * (1 - 1e-6):
        low, high = implied_vol("black76", [price, dearer], **inputs)
        assert high > low


@given(totals, deviations, years, rights, st.integers(-60, 60))
def test_another_currency_changes_nothing(s, d, T, right, power):
    price, inputs = quote(s, d, T, right)
    if _sure(price, inputs):
        scale = 2.0**power
        other = inputs | {"F": inputs["F"] * scale, "K": inputs["K"] * scale}
        assert implied_vol("black76", price * scale, **other) == implied_vol("black76", price, **inputs)


@given(totals, deviations, years, rights, st.integers(-4, 4))
def test_another_unit_of_time_scales_the_volatility(s, d, T, right, power):
    price, inputs = quote(s, d, T, right)
    if _sure(price, inputs):
        slower = inputs | {"T": T * 4.0**power, "r": inputs["r"] * 4.0**-power}
        found = implied_vol("black76", price, **slower) * 2.0**power
        assert found == pytest.approx(implied_vol("black76", price, **inputs), rel=1e-14)


@given(totals, st.floats(-1.5, 1.5), years)
def test_call_and_put_of_one_strike_imply_the_same(s, d, T):
    call, inputs = quote(s, d, T, "call")
    put = call - float(np.exp(-0.02 * T)) * (inputs["F"] - inputs["K"])
    found = [
        implied_vol("black76", p, **inputs | {"right": right}) for p, right in ((call, "call"), (put, "put"))
    ]
    assert found[0] == pytest.approx(found[1], rel=1e-15 / s * 100)


@given(totals, deviations, years, rights)
def test_the_coin_price_implies_what_the_dollar_price_does(s, d, T, right):
    price, inputs = quote(s, d, T, right)
    if _sure(price, inputs):
        plain = implied_vol("black76", price * float(np.exp(0.02 * T)), **inputs | {"r": 0.0})
        coin = {name: value for name, value in inputs.items() if name != "r"}
        found = implied_vol("inverse", price * float(np.exp(0.02 * T)) / 100.0, **coin)
        assert found == pytest.approx(plain, rel=1e-6)


# -- the method -----------------------------------------------------------------------------------------


@pytest.fixture(params=["bsm", "bachelier"])
def unit_quotes(request) -> tuple[implied._Family, np.ndarray, np.ndarray, np.ndarray]:
    """A family, and distances, ratios and total volatilities over all that the fit covers."""
    family = implied._FAMILIES[request.param]
    rng = np.random.default_rng(5)
    m = np.exp(rng.uniform(np.log(1e-12), np.log(8.0 if family.share == 1.0 else 0.25), 4000))
    s = m / np.exp(rng.uniform(np.log(0.01), np.log(36.0), 4000))
    with np.errstate(all="ignore"):
        ratio = family.unit(m, s)[0]
        most = -np.expm1(m - 9.5) if family.share == 1.0 else 0.25
        keep = (m / s + s / 2 < 37) & (ratio < most) & (ratio > 1e-290)
    return family, m[keep], ratio[keep], s[keep]


def test_the_start_is_so_near_that_one_step_is_enough(unit_quotes):
    family, m, ratio, s = unit_quotes
    assert len(m) > 2000
    start = implied._start(m * family.share, ratio * family.share) / family.share
    assert np.max(np.abs(start / s - 1)) < implied._NEAR


def test_one_step_from_a_near_start_leaves_rounding(unit_quotes):
    family, m, ratio, s = unit_quotes
    near = s * (1 + implied._NEAR * np.resize([-1.0, 1.0], s.size))
    price, vega, *bends = family.unit(m, near)
    left = near + implied._step(ratio, price, vega, *bends) - s
    assert np.all(np.abs(left) < 64 * EPS * (s + ratio / vega))


def test_a_bad_start_is_searched_for_all_the_same(unit_quotes, monkeypatch):
    family, m, ratio, s = unit_quotes
    usual = implied._crude
    for factor in (1e-3, 0.1, 10.0, 1e3):
        monkeypatch.setattr(implied, "_crude", lambda m, g, t, f=factor: f * usual(m, g, t))
        with np.errstate(all="ignore"):
            total, vega = implied._search(family, m, ratio)
        assert np.all(np.abs(total - s) < 32 * EPS * (s + ratio / vega))


@pytest.mark.parametrize("distance", [12.0, 50.0, 200.0, 600.0])
def test_strikes_beyond_the_fit_come_back(distance):
    sigma = np.array([0.8, 0.9, 1.0, 1.1]) * np.sqrt(2 * distance)
    inputs = {"F": 1.0, "K": float(np.exp(distance)), "T": 1.0, "r": 0.0}
    price = price_of("black76", sigma, **inputs)
    assert implied_vol("black76", price, **inputs) == pytest.approx(sigma, rel=1e-12)
