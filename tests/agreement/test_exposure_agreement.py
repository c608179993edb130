"""The cube against other ways to the same number, and the mistakes that each of them notices.

Derivatives of each option's value by mpmath to 30 digits, added up in a plain loop; full revaluation of a
bumped market; QuantLib. None of them uses the package's prices, Greeks, units or product rule.
"""

import dataclasses
import sys
from functools import cache

import mpmath
import numpy as np
import pytest
import QuantLib as ql
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import ndtr

from greekslab.book import Book, Option
from greekslab.chains import load_chain
from greekslab.exposure import AXES, exposure
from greekslab.greeks import DESK
from greekslab.market import Market, QuotedVols, years_between
from greekslab.profiles import profile

MODULE = sys.modules["greekslab.exposure"]
pytestmark = pytest.mark.agreement

NOW = np.datetime64("2026-06-27T09:00", "ms")
NEAR, FAR = np.datetime64("2026-07-10T08:00", "ms"), np.datetime64("2026-12-25T08:00", "ms")
STRIKES = (50_000.0, 60_000.0, 70_000.0)
SMILES = {NEAR: (0.55, 0.42, 0.47), FAR: (0.52, 0.46, 0.44)}

MARKET = Market(
    NOW,
    "USD",
    {"BTC": 60_000.0},
    {("BTC", NEAR): 60_120.0, ("BTC", FAR): 61_800.0},
    {("BTC", expiry): QuotedVols(STRIKES, vols) for expiry, vols in SMILES.items()},
    {("BTC", NEAR): 0.9985, ("BTC", FAR): 0.978},
)


def option(expiry, strike, right, settle="linear", multiplier=1.0, tag=""):
    """A row without its quantity."""
    return Option("BTC", expiry, strike, right, settle, multiplier).row(1.0, tag=tag)


ROWS = [
    option(NEAR, 60_000.0, "call", "inverse") | {"quantity": 12.0},
    option(NEAR, 50_000.0, "put", "inverse", tag="wing") | {"quantity": -30.5},
    option(NEAR, 70_000.0, "call", "linear", 0.1) | {"quantity": 250.0},
    option(NEAR, 60_000.0, "put", "linear", 0.01) | {"quantity": -900.0},
    option(FAR, 70_000.0, "call", "inverse", tag="wing") | {"quantity": -7.25},
    option(FAR, 50_000.0, "call", "linear", 0.1) | {"quantity": -40.0},
    option(FAR, 60_000.0, "put", "inverse") | {"quantity": 5.0},
]
BOOK = Book.from_rows(ROWS)


# --- The value of one option, and its derivatives, without the package ----------------------------------


def dollars(row, spot, vol, years, *, exp, log, sqrt, cdf):
    """What one unit of an option is worth in dollars: Black-76 on its forward, undiscounted where inverse."""
    key = ("BTC", row["expiry"])
    forward = MARKET.forwards[key] * spot / MARKET.spot["BTC"]
    start = float(years_between(NOW, row["expiry"]))
    rate = 0.0 if row["settle"] == "inverse" else -log(MARKET.discounts[key]) / start
    sign = 1 if row["right"] == "call" else -1
    deviation = vol * sqrt(years)
    d1 = log(forward / row["strike"]) / deviation + deviation / 2
    undiscounted = sign * (forward * cdf(sign * d1) - row["strike"] * cdf(sign * (d1 - deviation)))
    return exp(-rate * years) * undiscounted, forward


MP = {"exp": mpmath.exp, "log": mpmath.log, "sqrt": mpmath.sqrt, "cdf": mpmath.ncdf}

# Greek -> how often by spot, by volatility, by the clock.
ORDERS = {
    "price": (0, 0, 0),
    "delta": (1, 0, 0),
    "vega": (0, 1, 0),
    "theta": (0, 0, 1),
    "gamma": (2, 0, 0),
    "vanna": (1, 1, 0),
    "charm": (1, 0, 1),
    "volga": (0, 2, 0),
    "veta": (0, 1, 1),
    "speed": (3, 0, 0),
    "zomma": (2, 1, 0),
    "color": (2, 0, 1),
    "dvannadvol": (1, 2, 0),
    "parmicharma": (1, 0, 2),
    "ultima": (0, 3, 0),
    "totto": (0, 2, 1),
}

# Desk unit -> Greek, and what the money, the percent, the vol point and the day make of it.
POINT, ONE_DAY = 0.01, 1 / 365
DESK_UNITS = {
    "delta_usd": ("delta", 60_000.0),
    "delta_usd_1pct": ("delta", 60_000.0 * 0.01),
    "gamma_usd_1pct": ("gamma", 60_000.0**2 * 0.01),
    "vega_pt": ("vega", POINT),
    "theta_day": ("theta", ONE_DAY),
    "vanna_pt": ("vanna", POINT),
    "vanna_usd_pt": ("vanna", 60_000.0 * POINT),
    "volga_pt": ("volga", POINT**2),
    "charm_day": ("charm", ONE_DAY),
    "charm_usd_day": ("charm", 60_000.0 * ONE_DAY),
}


@cache
def by_hand(number, name, coin):
    """One option's derivative by differences of its value, to 30 digits; the clock runs against its years."""
    row = ROWS[number]
    at = (60_000.0, float(MARKET.smiles["BTC", row["expiry"]].vol(row["strike"])), 0.0)
    years = float(years_between(NOW, row["expiry"]))

    def value(spot, vol, later):
        worth, forward = dollars(row, spot, vol, years - later, **MP)
        return worth / forward if coin else worth

    with mpmath.workdps(60):
        found = mpmath.diff(value, at, ORDERS[name]) if any(ORDERS[name]) else value(*map(mpmath.mpf, at))
    return float(found)


def sizes(book=BOOK):
    return book["quantity"] * book["multiplier"]


def loop(name, coin=False):
    """The net, and the sum of sizes, over the options."""
    each = [size * by_hand(n, name, coin) for n, size in enumerate(sizes())]
    return sum(each), sum(map(abs, each))


def agrees(found, name, coin=False, factor=1.0):
    net, gross = loop(name, coin)
    assert abs(float(found) - net * factor) <= 1e-13 * gross * abs(factor), name


def in_dollars():
    """Raw Greeks of a mixed book, by spot, in dollars."""
    cube = exposure(BOOK, MARKET, list(ORDERS), by=())
    for name in ORDERS:
        agrees(cube[name], name)


def in_coin():
    """The same, counted in coin."""
    cube = exposure(BOOK, MARKET, list(ORDERS), by=(), currency="BTC")
    for name in ORDERS:
        agrees(cube[name], name, coin=True)


def in_desk_units():
    """Dollars of delta, per 1 %, per vol point, per day."""
    cube = exposure(BOOK, MARKET, list(DESK_UNITS), by=())
    for desk, (name, factor) in DESK_UNITS.items():
        agrees(cube[desk], name, factor=factor)


def dealers():
    """Open interest as dealers hold it: long the calls, short the puts; by hand from each option."""
    held = BOOK.with_columns(quantity=np.abs(BOOK["quantity"]))
    cube = exposure(held, MARKET, "gamma_usd_1pct", by=(), signs="calls_long_puts_short")
    each = [by_hand(n, "gamma", False) * 60_000.0**2 * 0.01 for n in range(len(ROWS))]
    side = [1.0 if row["right"] == "call" else -1.0 for row in ROWS]
    expected = np.array(each) * side * sizes(held)
    assert float(cube["gamma_usd_1pct"]) == pytest.approx(expected.sum(), rel=1e-10)


def whole_revaluation():
    """Differences of the value of the whole book, each time with the whole market moved."""

    def moved(**bumps):
        return worth(BOOK, MARKET.bump(**bumps))

    h, v, d = 1e-3, 1e-3, 0.02
    here = moved()
    expected = {
        "delta_usd": (moved(spot=h) - moved(spot=-h)) / (2 * h),
        "gamma_usd_1pct": 0.01 * (moved(spot=h) - 2 * here + moved(spot=-h)) / h**2,
        "vega_pt": (moved(vol=v) - moved(vol=-v)) / (2 * v) * POINT,
        "volga_pt": (moved(vol=v) - 2 * here + moved(vol=-v)) / v**2 * POINT**2,
        "theta_day": (moved(days=d) - moved(days=-d)) / (2 * d),
        "vanna_usd_pt": POINT * cross(moved, spot=h, vol=v),
        "charm_usd_day": cross(moved, spot=h, days=d),
    }
    cube = exposure(BOOK, MARKET, list(expected), by=())
    for name, value in expected.items():
        greek, factor = DESK_UNITS[name]
        assert abs(float(cube[name]) - value) <= 2e-5 * loop(greek)[1] * factor, name


CHECKS = [in_dollars, in_coin, in_desk_units, dealers, whole_revaluation]


@pytest.mark.parametrize("check", CHECKS)
def test_the_cube(check):
    check()


# --- Full revaluation ---------------------------------------------------------------------------------------


def worth(book, market, coin=False):
    """Dollars (or coin) that a book is worth in a market, from prices written out here."""
    total = 0.0
    for key in sorted({(str(u), e) for u, e in zip(book["underlying"], book["expiry"], strict=True)}):
        rows = (book["underlying"] == key[0]) & (book["expiry"] == key[1])
        strike, right, size = book["strike"][rows], book["right"][rows], sizes(book)[rows]
        forward, years = market.forwards[key], float(years_between(market.asof, key[1]))
        deviation = market.smiles[key].vol(strike) * np.sqrt(years)
        d1 = np.log(forward / strike) / deviation + deviation / 2
        paid = right * (forward * ndtr(right * d1) - strike * ndtr(right * (d1 - deviation)))
        discount = np.where(book["settle"][rows] == "inverse", 1.0, market.discounts.get(key, 1.0))
        total += float(size @ (discount * paid)) / (forward if coin else 1.0)
    return total


def cross(value, **steps):
    """The mixed second difference of a function of two bumps."""
    (one, h), (two, k) = steps.items()
    corners = [(a * b) * value(**{one: a * h, two: b * k}) for a in (1, -1) for b in (1, -1)]
    return sum(corners) / (4 * h * k)


def test_the_bumped_market_in_coin():
    h = 1e-3
    up, here, down = (worth(BOOK, MARKET.bump(spot=x), coin=True) for x in (h, 0.0, -h))
    cube = exposure(BOOK, MARKET, ["price", "delta", "gamma"], by=(), currency="BTC")
    assert float(cube["price"]) == pytest.approx(here, rel=1e-12)
    step = 60_000.0 * h
    assert abs(float(cube["delta"]) - (up - down) / (2 * step)) <= 2e-5 * loop("delta", True)[1]
    assert abs(float(cube["gamma"]) - (up - 2 * here + down) / step**2) <= 2e-5 * loop("gamma", True)[1]


def test_rho_is_the_move_of_the_discount_factor():
    linear = BOOK.where(BOOK["settle"] == "linear")
    h = 1e-5
    rolled = {}
    for sign in (1, -1):
        factors = {
            k: d * np.exp(-sign * h * float(years_between(NOW, k[1]))) for k, d in MARKET.discounts.items()
        }
        rolled[sign] = worth(linear, dataclasses.replace(MARKET, discounts=factors))
    expected = (rolled[1] - rolled[-1]) / (2 * h)
    cube = exposure(linear, MARKET, ["rho", "rho_bp"], by=())
    assert float(cube["rho"]) == pytest.approx(expected, rel=1e-8)
    assert float(cube["rho_bp"]) == pytest.approx(expected * 1e-4, rel=1e-8)


@pytest.mark.parametrize("strike", [50_000.0, 54_321.0, 65_000.0, 90_000.0])
def test_vega_between_the_quotes_is_that_of_the_shifted_curve(strike):
    book = Book.from_rows([option(FAR, strike, "call")])
    moved = [worth(book, MARKET.bump(vol=x)) for x in (1e-4, -1e-4)]
    assert float(exposure(book, MARKET, "vega", by=())["vega"]) == pytest.approx(
        (moved[0] - moved[1]) / 2e-4, rel=1e-6
    )


def test_quantlib():
    linear = [(n, row) for n, row in enumerate(ROWS) if row["settle"] == "linear"]
    expected = {"price": 0.0, "delta": 0.0, "gamma": 0.0, "vega": 0.0, "rho": 0.0}
    for n, row in linear:
        key = ("BTC", row["expiry"])
        forward, years = MARKET.forwards[key], float(years_between(NOW, row["expiry"]))
        deviation = float(MARKET.smiles[key].vol(row["strike"])) * years**0.5
        side = ql.Option.Call if row["right"] == "call" else ql.Option.Put
        payoff = ql.PlainVanillaPayoff(side, row["strike"])
        theirs = ql.BlackCalculator(payoff, forward, deviation, MARKET.discounts[key])
        basis = forward / 60_000.0
        each = {
            "price": theirs.value(),
            "delta": theirs.deltaForward() * basis,
            "gamma": theirs.gammaForward() * basis**2,
            "vega": theirs.vega(years),
            "rho": -years * theirs.value(),
        }
        for name, value in each.items():
            expected[name] += sizes()[n] * value
    cube = exposure(BOOK.where([n for n, _ in linear]), MARKET, list(expected), by=())
    for name, value in expected.items():
        assert float(cube[name]) == pytest.approx(value, rel=1e-11), name


# --- Coin and dollars ---------------------------------------------------------------------------------------


def views(settle):
    """Value and its first derivatives by each option's forward, in dollars and in coin."""
    book = BOOK.with_columns(
        settle=settle, quantity=1.0, multiplier=1.0, instrument=[f"{n}" for n in range(7)]
    )
    names = ["price", "delta", "gamma", "vega", "vanna"]
    usd = exposure(book, MARKET, names, by="instrument")
    coin = exposure(book, MARKET, names, by="instrument", currency="BTC")
    forward = np.array([MARKET.forwards["BTC", e] for e in book["expiry"]])
    by_forward = (60_000.0 / forward) ** np.array([0, 1, 2, 0, 1])[:, None]
    pair = [dict(zip(names, cube.values * by_forward, strict=True)) for cube in (usd, coin)]
    return *pair, forward


@pytest.mark.parametrize("settle", ["inverse", "linear"])
def test_the_product_rule_both_ways(settle):
    usd, coin, F = views(settle)
    there = {
        "price": F * coin["price"],
        "delta": F * coin["delta"] + coin["price"],
        "gamma": F * coin["gamma"] + 2 * coin["delta"],
        "vega": F * coin["vega"],
        "vanna": F * coin["vanna"] + coin["vega"],
    }
    back = {
        "price": usd["price"] / F,
        "delta": (usd["delta"] - usd["price"] / F) / F,
        "gamma": usd["gamma"] / F - 2 * (usd["delta"] - usd["price"] / F) / F**2,
        "vega": usd["vega"] / F,
        "vanna": (usd["vanna"] - usd["vega"] / F) / F,
    }
    for name in there:
        np.testing.assert_allclose(there[name], usd[name], rtol=1e-12, atol=1e-15, err_msg=name)
        np.testing.assert_allclose(back[name], coin[name], rtol=1e-11, atol=1e-18, err_msg=name)


def test_the_dollar_view_of_an_inverse_option_is_black76_without_a_rate():
    free = dataclasses.replace(MARKET, discounts={})
    inverse, linear = (BOOK.with_columns(settle=settle) for settle in ("inverse", "linear"))
    names = [name for name in ORDERS if name != "price"]
    one, two = (exposure(book, free, names, by="strike") for book in (inverse, linear))
    for name in names:
        np.testing.assert_allclose(one[name], two[name], rtol=1e-10, atol=1e-13 * np.max(np.abs(two[name])))
    coins = [exposure(book, free, names, by="strike", currency="BTC").values for book in (inverse, linear)]
    for mine, its in zip(*coins, strict=True):
        np.testing.assert_allclose(mine, its, rtol=1e-10, atol=1e-13 * np.max(np.abs(its)))


# --- Sums ---------------------------------------------------------------------------------------------------


@st.composite
def books(draw):
    """Some rows, some of them twice, with quantities of any sign and size."""
    rows = draw(st.lists(st.sampled_from(range(len(ROWS))), min_size=1, max_size=25))
    quantity = st.floats(-1e6, 1e6, allow_nan=False, allow_subnormal=False)
    held = draw(st.lists(quantity, min_size=len(rows), max_size=len(rows)))
    tags = draw(st.lists(st.sampled_from(["", "a", "b"]), min_size=len(rows), max_size=len(rows)))
    return BOOK.where(rows).with_columns(quantity=held, tag=tags)


NAMES = ("delta", "gamma", "vega", "theta", "vanna")
axes = st.lists(st.sampled_from(AXES), unique=True)


def same(one, two, book):
    """Equal up to the rounding of the sum of sizes."""
    each = exposure(
        book.with_columns(instrument=np.arange(len(book)).astype("U")), MARKET, NAMES, by="instrument"
    )
    gross = np.abs(each.values).sum(axis=1).reshape(-1, *[1] * (np.ndim(one) - 1))
    assert np.all(np.abs(one - two) <= 1e-13 * gross)


@given(books(), axes, st.randoms())
def test_buckets_by_any_axes_sum_to_the_net(book, by, random):
    cube, net = exposure(book, MARKET, NAMES, by=by), exposure(book, MARKET, NAMES, by=())
    same(cube.sum().values, net.values, book)
    assert cube.units == net.units
    gone = random.sample(by, random.randint(0, len(by)))
    left = [axis for axis in by if axis not in gone]
    if gone:
        part = exposure(book, MARKET, NAMES, by=left)
        same(cube.sum(*gone).values, part.values, book)
        assert list(cube.sum(*gone).axes) == left


@given(books(), axes, st.data())
def test_splitting_a_book_and_adding_the_cubes(book, by, data):
    mask = np.array(data.draw(st.lists(st.booleans(), min_size=len(book), max_size=len(book))))
    whole = exposure(book, MARKET, NAMES, by=by)
    parts = [book.where(mask), book.where(~mask)]
    if mask.any() and not mask.all():
        one, two = (exposure(part, MARKET, NAMES, by=by) for part in parts)
        both = one + two
        assert all(np.array_equal(both.axes[axis], whole.axes[axis]) for axis in by)
        same(both.values, whole.values, book)
        same((two + one).values, both.values, book)
    joined = parts[0] + parts[1]
    same(exposure(joined, MARKET, NAMES, by=by).values, whole.values, book)


@given(books(), axes, st.integers(-50, 50))
def test_positions_times_a_number(book, by, factor):
    cube = exposure(book, MARKET, NAMES, by=by)
    times = exposure(book.with_columns(quantity=book["quantity"] * factor), MARKET, NAMES, by=by)
    same(times.values, (cube * factor).values, book.with_columns(quantity=book["quantity"] * 50))
    np.testing.assert_array_equal((factor * cube).values, (cube * factor).values)


@given(books(), axes)
def test_desk_units_are_those_asked_for_directly(book, by):
    raw = ("delta", "gamma", "vega", "theta", "vanna", "volga", "charm", "speed")
    names = (
        "delta_usd",
        "gamma_usd_1pct",
        "vega_pt",
        "theta_day",
        "vanna_usd_pt",
        "volga_pt",
        "charm_usd_day",
    )
    desk = exposure(book, MARKET, raw, by=by).desk()
    direct = exposure(book, MARKET, (*names, "speed"), by=by)
    assert desk.greeks == direct.greeks
    assert desk.units == direct.units
    np.testing.assert_allclose(desk.values, direct.values, rtol=1e-12, atol=1e-300)
    np.testing.assert_array_equal(desk.desk().values, desk.values)


# --- A real chain -------------------------------------------------------------------------------------------


def test_the_packaged_chain_by_a_plain_loop():
    market, book = load_chain()
    expected = dict.fromkeys(np.unique(book["expiry"]), 0.0)
    for n in range(len(book)):
        key = ("BTC", book["expiry"][n])
        strike, right = book["strike"][n], book["right"][n]
        forward, years = market.forwards[key], float(years_between(market.asof, key[1]))
        deviation = float(market.smiles[key].vol(strike)) * years**0.5
        d1 = np.log(forward / strike) / deviation + deviation / 2
        density = np.exp(-d1 * d1 / 2) / np.sqrt(2 * np.pi)
        gamma_usd_1pct = density / (forward * deviation) * forward**2 / 100
        expected[book["expiry"][n]] += right * book["quantity"][n] * book["multiplier"][n] * gamma_usd_1pct
    cube = exposure(book, market, "gamma_usd_1pct", signs="calls_long_puts_short")
    assert list(cube.axes["expiry"]) == list(expected)
    np.testing.assert_allclose(cube["gamma_usd_1pct"], list(expected.values()), rtol=1e-9)


def test_the_packaged_chain_revalued():
    market, book = load_chain()
    held = book.with_columns(quantity=book["quantity"] * book["right"])
    h = 2e-4
    up, here, down = (worth(held, market.bump(spot=x)) for x in (h, 0.0, -h))
    cube = exposure(book, market, ["delta_usd", "gamma_usd_1pct"], by=(), signs="calls_long_puts_short")
    assert float(cube["delta_usd"]) == pytest.approx((up - down) / (2 * h), rel=1e-4)
    size = float(np.sum(np.abs(exposure(book, market, "gamma_usd_1pct", by="strike").values)))
    assert abs(float(cube["gamma_usd_1pct"]) - 0.01 * (up - 2 * here + down) / h**2) < 1e-3 * size


# --- Planted mistakes: each must be noticed, by the check named ---------------------------------------------


def without_the_hundred(patch):
    wrong = dataclasses.replace(DESK["gamma_usd_1pct"], scale=1.0)
    patch.setattr(MODULE, "DESK", dict(DESK) | {wrong.name: wrong})


def days_of_252(patch):
    wrong = dataclasses.replace(DESK["theta_day"], scale=1 / 252)
    patch.setattr(MODULE, "DESK", dict(DESK) | {wrong.name: wrong})


def deltas_of_different_forwards_added(patch):
    right = MODULE._by_spot

    def wrong(name, book, state, *rest):
        return right(name, book, state._replace(spot=state.forward), *rest)

    patch.setattr(MODULE, "_by_spot", wrong)


def gamma_with_one_power_of_the_basis(patch):
    right = MODULE._by_spot

    def wrong(name, book, state, *rest):
        return right(name, book, state, *rest) / np.where(name == "gamma", state.forward / state.spot, 1.0)

    patch.setattr(MODULE, "_by_spot", wrong)


def product_rule_without_the_value(patch):
    right = MODULE._in_currency

    def wrong(wrt, settle, book, state, *, in_coin):
        if (settle == "inverse") == in_coin:
            return right(wrt, settle, book, state, in_coin=in_coin)
        own = MODULE._own(wrt, settle, book, state)
        return own / state.forward if in_coin else own * state.forward

    patch.setattr(MODULE, "_in_currency", wrong)


def product_rule_with_the_value_once_in_gamma(patch):
    right = MODULE._in_currency

    def wrong(wrt, settle, book, state, *, in_coin):
        found = right(wrt, settle, book, state, in_coin=in_coin)
        if wrt == ("X", "X") and settle == "inverse" and not in_coin:
            found = found - MODULE._own(("X",), settle, book, state)
        return found

    patch.setattr(MODULE, "_in_currency", wrong)


def puts_held_as_calls(patch):
    ones = {"calls_long_puts_short": lambda book: np.ones(len(book))}
    patch.setattr(MODULE, "SIGNS", ones)


def puts_priced_as_calls(patch):
    right = MODULE._own
    patch.setattr(
        MODULE, "_own", lambda wrt, settle, book, state: right(wrt, settle, book.with_columns(right=1), state)
    )


def the_multiplier_forgotten(patch):
    right = MODULE.desk_scaled
    patch.setattr(
        MODULE, "desk_scaled", lambda name, book, *rest: right(name, book, *rest) / book["multiplier"]
    )


def rates_forgotten(patch):
    right = MODULE._own
    patch.setattr(
        MODULE,
        "_own",
        lambda wrt, settle, book, state: right(
            wrt, settle, book, state._replace(discount=np.ones(len(book)))
        ),
    )


def discounts_kept_as_the_clock_runs(patch):
    right = Market.bump

    def wrong(self, **bumps):
        return dataclasses.replace(right(self, **bumps), discounts=self.discounts)

    patch.setattr(Market, "bump", wrong)


def forwards_moved_by_the_spots_dollars(patch):
    right = Market.bump

    def wrong(self, *, spot=0.0, **bumps):
        moved = right(self, spot=spot, **bumps)
        forwards = {key: price + 60_000.0 * spot for key, price in self.forwards.items()}
        return dataclasses.replace(moved, forwards=forwards)

    patch.setattr(Market, "bump", wrong)


MUTANTS = [
    (without_the_hundred, in_desk_units),
    (without_the_hundred, whole_revaluation),
    (days_of_252, in_desk_units),
    (days_of_252, whole_revaluation),
    (deltas_of_different_forwards_added, in_dollars),
    (deltas_of_different_forwards_added, whole_revaluation),
    (gamma_with_one_power_of_the_basis, in_dollars),
    (product_rule_without_the_value, in_dollars),
    (product_rule_without_the_value, in_coin),
    (product_rule_without_the_value, whole_revaluation),
    (product_rule_with_the_value_once_in_gamma, in_dollars),
    (puts_held_as_calls, dealers),
    (puts_priced_as_calls, in_dollars),
    (puts_priced_as_calls, in_coin),
    (the_multiplier_forgotten, in_dollars),
    (rates_forgotten, in_dollars),
    (rates_forgotten, in_coin),
    (discounts_kept_as_the_clock_runs, whole_revaluation),
    (forwards_moved_by_the_spots_dollars, whole_revaluation),
]


@pytest.mark.parametrize(("mutant", "check"), MUTANTS)
def test_a_planted_mistake_is_noticed(mutant, check, monkeypatch):
    mutant(monkeypatch)
    with pytest.raises(AssertionError):
        check()


def test_the_profile_is_the_exposure_of_the_bumped_market():
    held = BOOK.with_columns(quantity=np.abs(BOOK["quantity"]))
    moves = np.array([-0.25, -0.1, -0.02, 0.0, 0.03, 0.2])
    for greek in ("gamma_usd_1pct", "delta_usd", "vanna_usd_pt", "charm_usd_day", "vega_pt", "theta_day"):
        shown = profile(held, MARKET, greek, 60_000.0 * (1 + moves))
        each = [
            exposure(held, MARKET.bump(spot=x), greek, by=(), signs="calls_long_puts_short")[greek]
            for x in moves
        ]
        np.testing.assert_allclose(shown.values, np.array(each), rtol=1e-10)
