"""Units as powers, inputs with domains, and the many spellings of call and put."""

import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from greekslab.derivation import outputs
from greekslab.formulas import MODELS
from greekslab.greeks import GREEKS
from greekslab.kernels import KERNELS
from greekslab.quantities import ATOMS, ONE, Input, Unit, right_sign

units = st.fixed_dictionaries(dict.fromkeys(ATOMS, st.integers(-4, 4))).map(lambda p: Unit.of(**p))


@given(units, units, units)
def test_units_multiply_as_powers_do(a, b, c):
    assert (a * b) * c == a * (b * c)
    assert a * b == b * a
    assert a * ONE == a
    assert a / a == ONE
    assert (a / b) * b == a
    assert (a * b).time == a.time + b.time
    assert (a * b).currency == a.currency + b.currency


@given(units, units)
def test_only_equal_units_subtract(a, b):
    assert a - a == a
    if a != b:
        with pytest.raises(ValueError, match="no unit"):
            _ = a - b


def test_an_unknown_atom_is_refused():
    with pytest.raises(ValueError, match="unknown unit 'dollar'; there are quote, underlying"):
        Unit.of(dollar=1)


READS = {
    Unit.of(): "dimensionless",
    Unit.of(vol=-1): "1 per 1.00 vol",
    Unit.of(quote=-1, underlying=2): "underlying² per quote",
    Unit.of(quote=1, yr=-1, vol=-2): "quote per yr per 1.00 vol²",
    Unit.of(quote=1, underlying=1): "quote·underlying",
}


@pytest.mark.parametrize(("unit", "text"), READS.items(), ids=list(READS.values()))
def test_units_read_as_words(unit, text):
    assert str(unit) == text


def test_atoms_take_the_names_of_a_market():
    assert Unit.of(quote=-1, underlying=2).text(quote="USD", underlying="BTC") == "BTC² per USD"


def test_a_volatility_scales_as_the_inverse_root_of_time():
    assert (Unit.of(vol=2) * Unit.of(yr=1)).time == 0
    assert (Unit.of(rate=1) * Unit.of(yr=1)).time == 0


# The units of conventions: price over the inputs, here worked out by hand.
BY_HAND = {
    "price": "quote",
    "delta": "underlying",
    "dual_delta": "underlying",
    "vega": "quote per 1.00 vol",
    "theta": "quote per yr",
    "rho": "quote per 1.00 rate",
    "epsilon": "quote per 1.00 rate",
    "gamma": "underlying² per quote",
    "dual_gamma": "underlying² per quote",
    "vanna": "underlying per 1.00 vol",
    "charm": "underlying per yr",
    "volga": "quote per 1.00 vol²",
    "veta": "quote per yr per 1.00 vol",
    "vera": "quote per 1.00 vol per 1.00 rate",
    "speed": "underlying³ per quote²",
    "zomma": "underlying² per quote per 1.00 vol",
    "color": "underlying² per quote per yr",
    "ultima": "quote per 1.00 vol³",
    "totto": "quote per yr per 1.00 vol²",
    "dvannadvol": "underlying per 1.00 vol²",
    "parmicharma": "underlying per yr²",
    "elasticity": "dimensionless",
    "delta_forward": "underlying",
    "delta_premium_adjusted": "underlying",
    "delta_coin": "underlying² per quote",
}


def test_units_of_the_greeks():
    assert {name: str(unit) for name, unit in KERNELS["bsm"].units.items()} == BY_HAND


def test_units_of_a_coin_settled_option():
    units = {name: str(unit) for name, unit in KERNELS["inverse"].units.items()}
    assert units["price"] == "underlying"
    assert units["delta"] == "underlying² per quote"
    assert units["gamma"] == "underlying³ per quote²"
    assert units["vega"] == "underlying per 1.00 vol"


@pytest.mark.parametrize("name", list(MODELS))
def test_every_unit_is_the_prices_over_those_of_the_inputs(name):
    declared = MODELS[name]
    for greek, formula in outputs(declared).items():
        unit = declared.price_unit
        for role in GREEKS[greek].wrt if not GREEKS[greek].build else ():
            unit = unit / declared.unit_of({"X": declared.underlying, "K": declared.strike}.get(role, role))
        if not GREEKS[greek].build:
            assert formula.unit == unit, greek
        assert KERNELS[name].units[greek] == formula.unit, greek


def test_domains_in_words():
    assert Input("r", ONE).domain == "finite"
    assert Input("T", ONE, 0.0).domain == "finite and >= 0"
    assert Input("K", ONE, 0.0, True).domain == "finite and > 0"
    assert Input("r", ONE).low == -math.inf


def test_want_is_one_bit_for_each_greek_in_order():
    kernel = KERNELS["bsm"]
    assert [kernel.want((name,)) for name in kernel.greeks] == [1 << n for n in range(len(kernel.greeks))]
    assert kernel.want(("delta", "delta", "price")) == 0b11
    assert kernel.want(()) == 0


# -- call or put ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "signs"),
    [
        (["call", "Put", " C ", "p"], [1, -1, 1, -1]),
        ([1, -1], [1, -1]),
        ([1.0, -1.0], [1, -1]),
        (["+1", "-1", "1"], [1, -1, 1]),
        (np.array(["C", -1, "put"], object), [1, -1, -1]),
        ([], []),
        ([["call"], ["put"]], [[1], [-1]]),
        (np.int8(-1), -1),
    ],
    ids=str,
)
def test_the_usual_spellings_of_call_and_put(given, signs):
    found = right_sign(given)
    assert found.dtype == np.int8
    assert found.tolist() == signs


@pytest.mark.parametrize(
    "given", ["x", "", 0, 2, 0.5, math.nan, None, True, Fraction(1, 2), ["C", "z"], 1j], ids=repr
)
def test_what_is_neither_call_nor_put_is_named(given):
    with pytest.raises(ValueError, match=r"is not one of call, put, C, P, \+1, -1"):
        right_sign(given)
