"""The Greeks that Deribit published on 27 June 2026, reproduced row by row.

The venue rounds to five decimals and gives its volatility to two decimals of a percent; its rates are zero
and its Greeks are per dollar of the forward: those of `bsm` with S = F, r = q = 0 (rho holds S).
"""

import numpy as np
import pytest

from greekslab import derivative, greeks
from greekslab.chains import read_chain
from greekslab.market import years_between

RAW = "deribit_btc_20260627", "deribit_snapshot.json.gz"
DAY = 1 / 365

# Greek -> the inputs it differentiates by, its unit at the venue, what that rounding allows.
VENUE = {
    "delta": ({"S": 1}, 1.0, 5e-5),
    "gamma": ({"S": 2}, 1.0, 5e-6),
    "vega": ({"sigma": 1}, 0.01, 0.014),
    "rho": ({"r": 1}, 0.01, 0.011),
    "theta": ({"T": 1}, DAY, 0.015),
}


@pytest.fixture(scope="module", params=["raw", "packaged"])
def chain(request):
    if request.param == "packaged":
        return read_chain()
    return read_chain(request.getfixturevalue("real_data") / RAW[0] / RAW[1])


def inputs(chain, time=None):
    """What the model needs, from each row's own forward, volatility and instant."""
    columns = chain.columns
    years = years_between(columns["time"] if time is None else time, columns["expiry"])
    own = {"S": columns["forward"], "K": columns["strike"], "T": years, "sigma": columns["iv"]}
    return own | {"r": 0.0, "q": 0.0, "right": columns["right"]}


def off(chain, name, at):
    """How far ours is from the venue's, in the venue's unit."""
    right = at["right"]
    ours = greeks("bsm", name, **at)[name] * VENUE[name][1]
    assert ours.shape == chain.published[name].shape == right.shape == (330,)
    return np.abs(ours - chain.published[name])


def judged(name, at):
    """The rows that the venue's definition covers: its theta of the last day is another (below)."""
    return at["T"] > DAY if name == "theta" else np.full(330, True)


@pytest.mark.parametrize("name", VENUE)
def test_every_row_within_the_venues_rounding(chain, name):
    at = inputs(chain)
    rows = judged(name, at)
    assert rows.sum() == (280 if name == "theta" else 330)
    assert np.all(off(chain, name, at)[rows] <= VENUE[name][2])


@pytest.mark.parametrize("name", ["delta", "gamma", "theta"])
def test_every_row_within_its_own_rounding(chain, name):
    # Half a unit of the last digit of mark_iv, of underlying_price (cents) and of the Greek itself; a fifth
    # more for the second order.
    at, (orders, unit, _) = inputs(chain), VENUE[name]
    slope = {x: derivative("bsm", at=at, **(orders | {x: orders.get(x, 0) + 1})) for x in ("sigma", "S")}
    by_vol, by_forward = np.abs(slope["sigma"]) * unit, np.abs(slope["S"]) * unit
    allowed = 0.5e-5 + 0.5e-4 * by_vol + 0.5e-2 * by_forward
    assert np.all((off(chain, name, at) <= 1.2 * allowed)[judged(name, at)])


def test_one_instant_for_all_rows_would_not_do(chain):
    # Tickers are up to two minutes apart.
    at = inputs(chain, time=chain.asof)
    assert np.max(off(chain, "delta", at)) > 4 * VENUE["delta"][2]
    assert np.max(off(chain, "theta", at)[judged("theta", at)]) > 1.4 * VENUE["theta"][2]


def test_theta_of_the_last_day_is_for_the_life_that_is_left(chain):
    # And never below minus the option's value, which the venue takes on a forward 10 dollars above the index
    # that it publishes for this expiry (`underlying_index` is index_price): one number for 50 rows.
    at = inputs(chain)
    rows = at["T"] < DAY
    assert rows.sum() == 50
    theta = greeks("bsm", "theta", **at)["theta"]
    value = greeks("bsm", "price", **(at | {"S": at["S"] + 10.0}))["price"]
    for_the_life = np.maximum(theta * at["T"], -value)
    assert np.sum(for_the_life[rows] == -value[rows]) == 23
    assert np.max(np.abs(for_the_life - chain.published["theta"])[rows]) < 0.05


# What would be another convention: each must miss the venue by far.
OTHERS = {
    "days of 252 a year": ("theta", {}, 365 / 252),
    "vega per 1.00 of volatility": ("vega", {}, 100.0),
    "premium-adjusted delta": ("delta_premium_adjusted", {}, 1.0),
    "rho of Black-76, the forward held": ("rho", {"q": 0.0}, None),
    "puts as calls": ("delta", {"right": 1}, 1.0),
}


@pytest.mark.parametrize("why", OTHERS)
def test_other_conventions_miss(why):
    chain = read_chain()
    name, changed, factor = OTHERS[why]
    at = inputs(chain) | changed
    if factor is None:
        at["F"] = at.pop("S")
        del at["q"]
        ours, factor = greeks("black76", name, **at)[name], 1.0
    else:
        ours = greeks("bsm", name, **at)[name]
    published = "delta" if name.startswith("delta") else name
    rows = judged(published, inputs(chain))
    _, unit, tolerance = VENUE[published]
    missed = np.abs(ours * unit * factor - chain.published[published]) > tolerance
    assert missed[rows].mean() > 0.4
