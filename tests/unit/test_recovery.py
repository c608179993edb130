"""What a file does not say is found from what it does, whatever single rows say."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from greekslab.recovery import agreed_instant, parity, smiles
from tests.unit.handmade import EXPIRY


@given(
    start=st.integers(1_500_000_000_000, 2_000_000_000_000),
    days=st.lists(st.integers(1, 700), min_size=2, max_size=30),
    wrong=st.floats(0.01, 2.0),
)
def test_rows_agree_on_an_instant_whatever_one_of_them_says(start, days, wrong):
    now = np.datetime64(start, "ms")
    expiry = now.astype("datetime64[D]") + np.array(days + days, "timedelta64[D]") + np.timedelta64(8, "h")
    years = np.round((expiry - now) / np.timedelta64(365, "D"), 5)
    found, half = agreed_instant(expiry, np.append(years[:-1], years[-1] + wrong), 0.5e-5)
    assert abs((found - now) / np.timedelta64(1, "ms")) <= half + 1


@given(
    forward=st.floats(50, 5000),
    discount=st.floats(0.8, 0.999),
    wrong=st.lists(st.tuples(st.integers(0, 60), st.floats(-20, 20)), max_size=4),
)
def test_parity_is_not_moved_by_single_stale_quotes(forward, discount, wrong):
    strike = forward * np.linspace(0.85, 1.15, 61)
    gap = discount * (forward - strike)
    for row, amount in wrong:
        gap[row] += amount * forward / 100
    found, factor = parity(strike, gap)
    assert found == pytest.approx(forward, rel=1e-9)
    assert factor == pytest.approx(discount, rel=1e-9)


def test_parity_leaves_open_what_the_quotes_leave_open():
    strike = np.linspace(80, 120, 41)
    noise = np.random.default_rng(7).normal(0, 3.0, 41)
    forward, discount = parity(strike, 0.98 * (100 - strike) + noise)
    assert math.isnan(discount)
    assert forward == pytest.approx(100, abs=3)
    assert math.isnan(parity(strike, 0.98 * (100 - strike), european=False)[1])
    assert np.isnan(parity(strike[:0], strike[:0])).all()


def test_an_expiry_with_no_forward_has_no_smile():
    columns = {
        "underlying": np.array(["X"]),
        "expiry": np.array([EXPIRY]),
        "strike": np.array([1.0]),
        "right": np.array([1]),
        "iv": np.array([0.5]),
    }
    assert not list(smiles(columns, {}))
    assert len(list(smiles(columns, {("X", EXPIRY): 1.0}))) == 1
