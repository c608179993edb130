"""The table of Greeks holds every name, synonym and index that conventions list."""

import typing

import pytest
import sympy as sp

from greekslab.evaluate import derivative, greeks, list_greeks
from greekslab.formulas import define
from greekslab.greeks import DESK, GREEKS, UnknownGreekError, canonical, is_order, names_of
from greekslab.kernels import KERNELS, GreekName, ModelName
from greekslab.quantities import Input, Unit

# From the table of conventions: name, inputs (X the underlying, K the strike), synonyms.
LISTED = {
    "price": ((), ()),
    "delta": (("X",), ()),
    "dual_delta": (("K",), ()),
    "vega": (("sigma",), ()),
    "theta": (("T",), ()),
    "rho": (("r",), ()),
    "epsilon": (("q",), ("phi",)),
    "elasticity": ((), ("lambda", "omega")),
    "gamma": (("X", "X"), ()),
    "dual_gamma": (("K", "K"), ()),
    "vanna": (("X", "sigma"), ("DdeltaDvol", "DvegaDspot")),
    "charm": (("X", "T"), ("delta decay",)),
    "volga": (("sigma", "sigma"), ("vomma", "vega convexity")),
    "veta": (("sigma", "T"), ("DvegaDtime",)),
    "vera": (("sigma", "r"), ("rhova",)),
    "speed": (("X", "X", "X"), ("DgammaDspot",)),
    "zomma": (("X", "X", "sigma"), ("DgammaDvol",)),
    "color": (("X", "X", "T"), ("gamma decay",)),
    "ultima": (("sigma", "sigma", "sigma"), ("DvommaDvol",)),
    "totto": (("sigma", "sigma", "T"), ()),
    "dvannadvol": (("X", "sigma", "sigma"), ()),
    "parmicharma": (("X", "T", "T"), ("charm decay",)),
    "delta_forward": (("X",), ()),
    "delta_coin": (("X", "X"), ()),
    "delta_premium_adjusted": (("X",), ()),
}
DESK_UNITS = {
    "vega_pt": ("vega", 0.01),
    "theta_day": ("theta", 1 / 365),
    "charm_day": ("charm", 1 / 365),
    "vanna_pt": ("vanna", 0.01),
    "volga_pt": ("volga", 0.01 * 0.01),
    "rho_bp": ("rho", 0.0001),
}
"""Per option: the raw Greek and what it is multiplied by, from conventions."""
MONEY_UNITS = ("delta_usd", "delta_usd_1pct", "gamma_usd_1pct", "vanna_usd_pt", "charm_usd_day")


def test_the_table_lists_what_conventions_list():
    assert set(GREEKS) == set(LISTED)


@pytest.mark.parametrize("name", list(LISTED))
def test_index_sign_and_synonyms(name):
    index, synonyms = LISTED[name]
    row = GREEKS[name]
    assert sorted(row.wrt) == sorted(index)
    assert row.order == len(index)
    assert row.sign == (-1) ** index.count("T")
    assert {canonical(said) for said in (name, *synonyms)} == {name}
    assert row.meaning
    assert row.symbol


def test_one_meaning_for_every_name():
    said = [alias for row in GREEKS.values() for alias in (row.name, *row.aliases)] + list(DESK)
    squeezed = [name.replace("_", "").lower() for name in said]
    assert sorted(set(squeezed)) == sorted(squeezed)


@pytest.mark.parametrize("spelling", ["Vanna", " vanna ", "DVEGADSPOT", "d-vega-d-spot", "dvega dspot"])
def test_spelling_is_free(spelling):
    assert canonical(spelling) == "vanna"


@pytest.mark.parametrize(
    ("wrong", "nearest"), [("vana", "vanna"), ("deltta", "delta"), ("gama", "gamma"), ("ulitma", "ultima")]
)
def test_an_unknown_name_suggests_the_nearest(wrong, nearest):
    with pytest.raises(UnknownGreekError, match=rf"unknown Greek '{wrong}'; did you mean .*\b{nearest}\b"):
        canonical(wrong)


def test_a_name_like_none_lists_all():
    with pytest.raises(UnknownGreekError, match=r"there are price, .*parmicharma"):
        canonical("xyzzy")


def test_desk_units_are_those_of_conventions():
    assert {d.name: (d.greek, d.scale) for d in DESK.values() if not d.money} == {
        name: (greek, pytest.approx(scale, rel=1e-15)) for name, (greek, scale) in DESK_UNITS.items()
    }
    assert tuple(d.name for d in DESK.values() if d.money) == MONEY_UNITS


UNIT_TEXT = {
    "vega_pt": "USD per vol point",
    "theta_day": "USD per day",
    "vanna_pt": "BTC per vol point",
    "volga_pt": "USD per vol point²",
    "rho_bp": "USD per bp",
    "delta_usd": "USD of delta",
    "delta_usd_1pct": "USD per 1 %",
    "gamma_usd_1pct": "USD of delta per 1 %",
    "vanna_usd_pt": "USD of delta per vol point",
    "charm_usd_day": "USD of delta per day",
}


@pytest.mark.parametrize(("name", "text"), UNIT_TEXT.items())
def test_desk_units_read_as_a_desk_says_them(name, text):
    kernel, desk = KERNELS["bsm"], DESK[name]
    spot = kernel.inputs[0].unit
    assert desk.unit_text(kernel.units[desk.greek], spot, quote="USD", underlying="BTC") == text


def test_a_model_has_the_greeks_of_its_inputs():
    lacks = {"bsm": set(), "black76": {"epsilon"}, "inverse": {"epsilon", "rho", "vera"}}
    views = {"delta_forward", "delta_premium_adjusted", "delta_coin"}
    for name, missing in lacks.items():
        expected = set(LISTED) - missing - (views if name == "inverse" else set())
        assert set(KERNELS[name].greeks) == set(names_of(KERNELS[name])) == expected


def test_names_are_there_for_editors():
    assert typing.get_args(ModelName) == tuple(KERNELS)
    assert set(typing.get_args(GreekName)) == set(GREEKS)


def test_the_listing_shows_index_unit_and_synonyms():
    listing = list_greeks("bsm")
    rows = {row[0]: row[1:] for row in listing.rows}
    assert rows["vanna"][:2] == ("S sigma", "underlying per 1.00 vol")
    assert "dvegadspot" in rows["vanna"][3]
    assert rows["elasticity"][0] == "derived"
    assert "vanna" in repr(listing)
    assert "<td style='text-align:left'>vanna</td>" in listing._repr_html_()


@pytest.mark.parametrize(
    ("given", "fits"), [(0, True), (3, True), (-1, False), (1.0, False), (True, False), ("1", False)]
)
def test_what_can_be_an_order(given, fits):
    assert is_order(given) is fits


def test_a_strike_by_another_name_has_its_greeks():
    S, T, sigma, B = sp.symbols("S T sigma B", positive=True)
    level = Input("B", Unit.of(quote=1, underlying=-1), 0.0, open=True)
    declared = define("powers", (S, (B, level), T, sigma), sp.sqrt(S) * B**3, strike="B")
    at = {"S": 4.0, "B": 5.0, "T": 1.0, "sigma": 0.2}
    assert greeks(declared, ["dual_delta", "dual_gamma"], **at) == {"dual_delta": 150.0, "dual_gamma": 60.0}
    assert derivative(declared, B=1, at=at) == 150.0
    assert ("dual_delta", "B") in {row[:2] for row in list_greeks(declared).rows}
