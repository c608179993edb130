"""The cube as a thing to hold: its axes, units, sums and refusals, and how it reads."""

import re
from html.parser import HTMLParser

import numpy as np
import pytest

from greekslab import (
    Book,
    BookError,
    DomainWarning,
    Market,
    MarketError,
    MixedUnitsError,
    Option,
    QuotedVols,
    SignError,
    UnknownGreekError,
    exposure,
)
from greekslab.exposure import AXES, SIGNS, label_of, number_text, price_text, signed

NOW = np.datetime64("2026-01-01T08:00", "ms")
NEAR, FAR = np.datetime64("2026-01-30T08:00", "ms"), np.datetime64("2026-06-26T08:00", "ms")
SPOT = {"BTC": 90_000.0, "ETH": 3_000.0}
KEYS = [(name, expiry) for name in SPOT for expiry in (NEAR, FAR)]
MARKET = Market(
    NOW,
    "USD",
    SPOT,
    {key: SPOT[key[0]] * (1.01 if key[1] == NEAR else 1.04) for key in KEYS},
    {key: QuotedVols([1.0], [0.6]) for key in KEYS},
)


def option(underlying="BTC", expiry=NEAR, strike=90_000.0, right="call", settle="inverse", **more):
    return Option(underlying, expiry, strike, right, settle).row(more.pop("quantity", 1.0), **more)


BTC = Book.from_rows(
    [
        option(tag="maker"),
        option(right="put", quantity=-3.0, tag="maker"),
        option(expiry=FAR, strike=120_000.0, quantity=2.0),
    ]
)
ETH = Book.from_rows([option("ETH", FAR, 3_000.0, quantity=50.0)])
BOTH = BTC + ETH


# --- Units, by hand: the unit of a derivative is the price's over its inputs' ----------------------------

DOLLARS = {
    "price": "USD",
    "delta": "BTC",
    "gamma": "BTC² per USD",
    "vega": "USD per 1.00 vol",
    "theta": "USD per yr",
    "vanna": "BTC per 1.00 vol",
    "volga": "USD per 1.00 vol²",
    "charm": "BTC per yr",
    "speed": "BTC³ per USD²",
    "zomma": "BTC² per USD per 1.00 vol",
    "delta_usd": "USD of delta",
    "delta_usd_1pct": "USD per 1 %",
    "gamma_usd_1pct": "USD of delta per 1 %",
    "vega_pt": "USD per vol point",
    "theta_day": "USD per day",
    "vanna_pt": "BTC per vol point",
    "vanna_usd_pt": "USD of delta per vol point",
    "volga_pt": "USD per vol point²",
    "charm_day": "BTC per day",
    "charm_usd_day": "USD of delta per day",
}
COINS = {
    "price": "BTC",
    "delta": "BTC² per USD",
    "gamma": "BTC³ per USD²",
    "vega": "BTC per 1.00 vol",
    "theta_day": "BTC per day",
    "vega_pt": "BTC per vol point",
}


def test_units_in_dollars():
    assert dict(zip(DOLLARS, exposure(BTC, MARKET, list(DOLLARS)).units, strict=True)) == DOLLARS


def test_units_in_coin():
    cube = exposure(BTC, MARKET, list(COINS), currency="BTC")
    assert dict(zip(COINS, cube.units, strict=True)) == COINS
    assert cube.currency == "BTC"


def test_units_of_desk_are_those_of_the_desk_names():
    desk = exposure(BTC, MARKET).desk()
    assert dict(zip(desk.greeks, desk.units, strict=True)).items() <= DOLLARS.items()
    assert desk.unit("Gamma USD 1pct") == "USD of delta per 1 %"
    assert exposure(BTC, MARKET, ["vega", "theta"], currency="BTC").desk().units == (
        "BTC per vol point",
        "BTC per day",
    )


def test_units_do_not_name_one_of_several_underlyings():
    cube = exposure(BOTH, MARKET, ["delta", "delta_usd"], by="underlying")
    assert cube.units == ("underlying", "USD of delta")


# --- Shape and access ------------------------------------------------------------------------------------


def test_shape_axes_and_labels():
    cube = exposure(BTC, MARKET, ["delta", "vega"], by=("expiry", "right"))
    assert cube.values.shape == (2, 2, 2)
    assert list(cube.axes) == ["expiry", "right"]
    assert list(cube.axes["expiry"]) == [NEAR, FAR]
    assert list(cube.axes["right"]) == [-1, 1]
    assert cube["vega"][1, 0] == 0.0, "no put in the far expiry"
    assert cube["vega"].shape == (2, 2)
    assert (cube.asof, cube.signs, cube.spot) == (NOW, "own positions", {"BTC": 90_000.0})


def test_synonyms_and_one_name():
    cube = exposure(BTC, MARKET, "Vomma", by=())
    assert cube.greeks == ("volga",)
    assert float(cube["vega convexity"]) == float(cube["volga"])


def test_every_axis_works_alone():
    net = exposure(BTC, MARKET, "vega", by=())["vega"]
    for axis in AXES:
        cube = exposure(BTC, MARKET, "vega", by=axis)
        assert float(cube["vega"].sum()) == pytest.approx(float(net), rel=1e-13)


def test_an_axis_named_twice_counts_once():
    once, twice = exposure(BTC, MARKET, by="expiry"), exposure(BTC, MARKET, by=("expiry", "expiry"))
    assert np.array_equal(once.values, twice.values)


def test_an_empty_book_has_no_exposure():
    empty = BTC.where([])
    assert exposure(empty, MARKET).values.shape == (6, 0)
    net = exposure(empty, MARKET, by=()).desk()
    assert net.values.tolist() == [0.0] * 6
    assert "delta_usd" in str(net)


def test_the_book_and_the_cube_are_left_alone():
    before = {name: column.copy() for name, column in BTC.columns.items()}
    cube = exposure(BTC, MARKET, by="expiry", signs="short_both")
    values = cube.values.copy()
    _ = cube.desk(), cube.sum(), cube * 3, cube + cube, str(cube)
    assert np.array_equal(cube.values, values)
    assert all(np.array_equal(before[n], BTC[n], equal_nan=n == "entry") for n in before)


# --- Refusals --------------------------------------------------------------------------------------------


def test_unknown_names_suggest():
    with pytest.raises(UnknownGreekError, match="did you mean gamma"):
        exposure(BTC, MARKET, "gama")
    with pytest.raises(KeyError, match="did you mean expiry"):
        exposure(BTC, MARKET, by="expiri")
    with pytest.raises(SignError, match="did you mean calls_long_puts_short"):
        exposure(BTC, MARKET, signs="calls_long_put_short")
    with pytest.raises(KeyError, match="has no axis 'strike'; it has expiry"):
        exposure(BTC, MARKET).sum("strike")
    with pytest.raises(KeyError, match="has no axis 'underlying'"):
        exposure(BTC, MARKET).sum("underlying")
    with pytest.raises(KeyError, match="it has none"):
        exposure(BTC, MARKET, by=()).sum("strike")


@pytest.mark.parametrize("ask", [lambda cube: cube["rho"], lambda cube: cube.unit("rho")])
def test_a_greek_that_the_cube_has_not(ask):
    with pytest.raises(UnknownGreekError, match="the cube has no rho; it has delta, vega"):
        ask(exposure(BTC, MARKET, ["delta", "vega"]))


def test_what_does_not_add_up():
    for name in ("elasticity", "delta_coin", "delta_premium_adjusted"):
        with pytest.raises(UnknownGreekError, match=f"no exposure of {name}"):
            exposure(BTC, MARKET, name)
    with pytest.raises(UnknownGreekError, match="no exposure of rho"):
        exposure(BTC, MARKET, "rho", currency="BTC")


def test_an_expired_position_by_name():
    named = BTC.with_columns(instrument=["BTC-30JAN26-90000-C", "BTC-30JAN26-90000-P", "far"])
    later = MARKET.bump(days=30)
    with pytest.raises(BookError, match=r"row 0: BTC-30JAN26-90000-C expired 2026-01-30T08:00.*book.where"):
        exposure(named, later)
    alive = named.where(named["expiry"] > later.asof)
    assert float(exposure(alive, later, "vega", by=())["vega"]) > 0


def test_at_expiry_an_option_is_its_payoff():
    at = MARKET.bump(days=29)
    assert at.asof == NEAR
    calls = Book.from_rows([option(strike=k, settle="linear") for k in (80_000.0, 100_000.0)])
    cube = exposure(calls, at, ["price", "delta", "gamma", "vega"], by="strike")
    assert cube["price"] == pytest.approx([90_900.0 - 80_000.0, 0.0], rel=1e-14)
    assert cube["delta"] == pytest.approx([1.01, 0.0], rel=1e-14)
    assert cube["gamma"].tolist() == cube["vega"].tolist() == [0.0, 0.0]


def test_what_has_no_limit_is_nan_and_told():
    flat = Market(NOW, "USD", {"X": 100.0}, {("X", NOW): 100.0}, {("X", NOW): QuotedVols([100.0], [0.5])})
    book = Book.from_rows([option("X", NOW, k, settle="linear") for k in (90.0, 100.0)])
    with pytest.warns(DomainWarning, match="1 of 2"):
        cube = exposure(book, flat, "gamma", by="strike")
    assert cube["gamma"][0] == 0
    assert np.isnan(cube["gamma"][1])
    assert "nan" in str(cube)


def test_what_the_market_does_not_hold():
    with pytest.raises(MarketError, match=r"no volatility of BTC for 2026-03-27.*expiries there: 2026-01-30"):
        exposure(Book.from_rows([option(expiry=np.datetime64("2026-03-27T08:00"))]), MARKET)
    with pytest.raises(MarketError, match="SOL"):
        exposure(Book.from_rows([option("SOL")]), MARKET)


def test_currencies():
    with pytest.raises(MixedUnitsError, match=r"cannot count in 'EUR'.*currency is USD.*underlyings are BTC"):
        exposure(BTC, MARKET, currency="EUR")
    with pytest.raises(MixedUnitsError, match="underlyings are BTC, ETH"):
        exposure(BOTH, MARKET, by="underlying", currency="BTC")
    for name in ("delta_usd", "gamma_usd_1pct", "vanna_usd_pt", "charm_usd_day"):
        with pytest.raises(MixedUnitsError, match=f"{name} is money"):
            exposure(BTC, MARKET, name, currency="BTC")
    with pytest.raises(MixedUnitsError, match="delta_usd is money"):
        exposure(BTC, MARKET, "delta", currency="BTC").desk()


# --- Several underlyings ---------------------------------------------------------------------------------


def test_money_of_several_underlyings_adds():
    names = ["delta_usd", "gamma_usd_1pct", "vega_pt", "theta_day", "vega", "price"]
    net, apart = exposure(BOTH, MARKET, names, by=()), exposure(BOTH, MARKET, names, by="underlying")
    parts = [exposure(book, MARKET, names, by=()) for book in (BTC, ETH)]
    assert apart.values == pytest.approx(np.stack([part.values for part in parts], axis=1), rel=1e-14)
    assert apart.sum("underlying").values == pytest.approx(net.values, rel=1e-14)
    assert (parts[0] + parts[1]).values == pytest.approx(net.values, rel=1e-14)
    assert (parts[0] + parts[1]).spot == SPOT


@pytest.mark.parametrize("name", ["delta", "gamma", "vanna", "charm", "vanna_pt", "charm_day", "speed"])
def test_amounts_of_several_underlyings_do_not(name):
    with pytest.raises(MixedUnitsError, match=rf"{name} \[.*underlying.*of different underlyings"):
        exposure(BOTH, MARKET, name, by="expiry")
    apart = exposure(BOTH, MARKET, name, by=("underlying", "expiry"))
    assert apart.sum("expiry").values.shape == (1, 2)
    for sums in ((), ("underlying",), ("underlying", "expiry")):
        with pytest.raises(MixedUnitsError, match="of different underlyings"):
            apart.sum(*sums)
    with pytest.raises(MixedUnitsError, match="of different underlyings"):
        exposure(BTC, MARKET, name) + exposure(ETH, MARKET, name)


def test_desk_of_several_underlyings():
    raw, desk = ["delta", "gamma", "vega"], ["delta_usd", "gamma_usd_1pct", "vega_pt"]
    apart = exposure(BOTH, MARKET, raw, by=("expiry", "underlying")).desk()
    direct = exposure(BOTH, MARKET, desk, by=("expiry", "underlying"))
    assert apart.values == pytest.approx(direct.values, rel=1e-13)
    assert apart.sum().values == pytest.approx(exposure(BOTH, MARKET, desk, by=()).values, rel=1e-13)
    without_money = exposure(BOTH, MARKET, ["vega", "theta"], by="expiry").desk()
    assert without_money.greeks == ("vega_pt", "theta_day")
    still_raw = exposure(BOTH, MARKET, "speed", by="underlying").desk()
    with pytest.raises(MixedUnitsError):
        still_raw.sum()


def test_cubes_of_different_underlyings_add_along_their_axis():
    by = ("underlying", "expiry")
    whole = exposure(BOTH, MARKET, by=by)
    both = exposure(BTC, MARKET, by=by) + exposure(ETH, MARKET, by=by)
    assert both.units == whole.units
    assert both.spot == SPOT
    np.testing.assert_array_equal(both.values, whole.values)
    np.testing.assert_allclose(both.desk().values, whole.desk().values, rtol=1e-15)


@pytest.mark.parametrize(
    ("other", "what"),
    [
        (lambda: exposure(BTC, MARKET, "vega"), "greeks"),
        (lambda: exposure(BTC, MARKET, by="strike"), "axes"),
        (lambda: exposure(BTC, MARKET, by=("expiry", "right")), "axes"),
        (lambda: exposure(BTC, MARKET, currency="BTC"), "currency"),
        (lambda: exposure(BTC, MARKET, signs="short_both"), "signs"),
        (lambda: exposure(BTC, MARKET.bump(days=1)), "asof"),
        (lambda: exposure(BTC, MARKET.bump(spot=0.01)), "spot"),
    ],
)
def test_cubes_that_do_not_add(other, what):
    with pytest.raises(MixedUnitsError, match=f"two cubes that differ in {what}"):
        exposure(BTC, MARKET) + other()


# --- Signs -----------------------------------------------------------------------------------------------


def test_sign_models():
    expected = {
        "calls_long_puts_short": [1, 3, 2],
        "calls_short_puts_long": [-1, -3, -2],
        "short_both": [-1, 3, -2],
        "long_both": [1, -3, 2],
    }
    assert set(expected) == set(SIGNS)
    for name, quantity in expected.items():
        book, model = signed(BTC, name)
        assert (book["quantity"].tolist(), model) == (quantity, name)


def test_ones_own_signs():
    book, model = signed(BTC, [0.5, 0.0, -1.0])
    assert book["quantity"].tolist() == [0.5, 0.0, -2.0]
    assert model == "the user's own signs"
    for wrong in ([1.0, 1.0], 1.0, [[1.0, 1.0, 1.0]]):
        with pytest.raises(SignError, match=r"signs have shape .*; the book has 3 rows"):
            signed(BTC, wrong)
    with pytest.raises(BookError, match="row 1: quantity = nan"):
        signed(BTC, [1.0, np.nan, 1.0])


def test_every_result_names_its_sign_model():
    for signs, name in (
        (None, "own positions"),
        ("short_both", "short_both"),
        ([1, 1, 1], "the user's own signs"),
    ):
        cube = exposure(BTC, MARKET, signs=signs)
        assert cube.signs == cube.desk().signs == cube.sum().signs == (cube * 2 + cube).signs == name
        assert f"signs: {name}" in str(cube)


# --- How it reads ----------------------------------------------------------------------------------------


def test_text_table():
    cube = exposure(BTC, MARKET, ["delta_usd", "vega_pt"], by=("expiry", "right"))
    lines = str(cube).splitlines()
    assert lines[0].split() == ["expiry", "right", "delta_usd", "vega_pt"]
    assert lines[1].split("  ")[-1] == "USD per vol point"
    assert [line[:24].split() for line in lines[2:7]] == [
        ["2026-01-30", "08:00", "put"],
        ["2026-01-30", "08:00", "call"],
        ["2026-06-26", "08:00", "put"],
        ["2026-06-26", "08:00", "call"],
        ["total"],
    ]
    assert lines[7] == "as of 2026-01-01 08:00:00 UTC, BTC 90,000.00; value in USD; signs: own positions"
    assert len(lines) == 8
    assert len({len(line) for line in lines[:7]}) == 1, "columns are aligned"
    assert repr(cube) == str(cube)


def test_the_total_is_the_sum_of_the_lines():
    cube = exposure(BTC, MARKET, "vega_pt", by="expiry")
    total = str(cube).splitlines()[-2].split()
    assert total == ["total", number_text(float(cube["vega_pt"].sum()))]


def test_no_total_of_one_line_or_of_what_does_not_add():
    assert "total" not in str(exposure(ETH, MARKET))
    assert "total" not in str(exposure(BTC, MARKET, by=()))
    assert "total" not in str(exposure(BOTH, MARKET, "delta", by="underlying"))
    assert "total" in str(exposure(BOTH, MARKET, "delta_usd", by="underlying"))


class Cells(HTMLParser):
    """The text of each cell, and every tag that occurs."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.cells = set(), []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        if tag in ("td", "th"):
            self.cells.append("")

    def handle_data(self, data):
        if self.cells:
            self.cells[-1] += data


def test_html_table_escapes_what_it_shows():
    evil = '<script>alert("x")</script>'
    book = BTC.with_columns(tag=[evil, "a & b", "<b>"])
    found = Cells(exposure(book, MARKET, "vega_pt", by="tag")._repr_html_())
    assert found.tags == {"table", "thead", "tbody", "tr", "th", "td", "div", "small"}
    assert {evil, "a & b", "<b>"} <= set(found.cells)
    key = (evil, NEAR)
    market = Market(NOW, "USD", {evil: 1.0}, {key: 1.0}, {key: QuotedVols([1.0], [0.5])})
    note = Cells(exposure(Book.from_rows([option(evil)]), market, "vega")._repr_html_())
    assert "script" not in note.tags


def test_html_and_text_show_the_same_cells():
    cube = exposure(BTC, MARKET, by=("expiry", "strike"))
    lines, notes = cube.table()
    found = Cells(cube._repr_html_())
    found.cells[-1] = found.cells[-1].removesuffix(notes[0])
    assert found.cells == [cell for line in lines for cell in line]


def test_frame():
    frame = exposure(BTC, MARKET, ["delta", "vega"], by=("expiry", "right")).to_frame()
    assert list(frame.columns) == ["delta", "vega"]
    assert frame.index.names == ["expiry", "right"]
    cube = exposure(BTC, MARKET, ["delta", "vega"], by=("expiry", "right"))
    assert frame.loc[(NEAR, -1), "vega"] == cube["vega"][0, 0]
    flat = exposure(BTC, MARKET, "vega", by="strike").to_frame()
    assert flat.index.name == "strike"
    assert flat.index.tolist() == [90_000.0, 120_000.0]
    net = exposure(BTC, MARKET, "vega", by=()).to_frame()
    assert net.shape == (1, 1)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.0, "0"),
        (-0.0, "0"),
        (2.345678e-5, "2.346e-05"),
        (-0.04937, "-0.04937"),
        (12.3, "12.3"),
        (1234.5678, "1,235"),
        (9999.4, "9,999"),
        (9999.6, "10,000"),
        (-123456.7, "-123,457"),
        (2.053414e12, "2,053,414,000,000"),
        (float("nan"), "nan"),
        (float("-inf"), "-inf"),
    ],
)
def test_numbers(value, text):
    assert number_text(value) == text


@pytest.mark.parametrize(
    ("price", "text"), [(60245.61, "60,245.61"), (658.05, "658.05"), (0.52341, "0.5234"), (2.0, "2")]
)
def test_prices(price, text):
    assert price_text(price) == text


@pytest.mark.parametrize(
    ("axis", "value", "text"),
    [
        ("expiry", np.datetime64("2026-06-26T08:00", "ms"), "2026-06-26 08:00"),
        ("strike", np.float64(60_000), "60,000"),
        ("strike", np.float64(1_234_567.5), "1,234,567.5"),
        ("strike", np.float64(0.625), "0.625"),
        ("right", np.int8(1), "call"),
        ("right", np.int8(-1), "put"),
        ("tag", np.str_(""), ""),
        ("settle", np.str_("inverse"), "inverse"),
    ],
)
def test_labels(axis, value, text):
    assert label_of(axis, value) == text


def test_no_float_dust_in_a_table():
    strikes = [0.1 + 0.2, 0.7]
    key = ("XRP", NEAR)
    market = Market(NOW, "USDC", {"XRP": 0.5}, {key: 0.5}, {key: QuotedVols([0.5], [0.9])})
    book = Book.from_rows([option("XRP", strike=k, settle="linear") for k in strikes])
    text = str(exposure(book, market, by="strike").desk())
    assert re.findall(r"^[0-9t]\S*", text, re.M) == ["0.3", "0.7", "total"]
    assert "XRP 0.5;" in text
