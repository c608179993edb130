"""Widgets: what they show is what the engine says, at every setting; and they never show it stale."""

import runpy
import struct
import zlib
from collections.abc import Iterator
from dataclasses import replace
from itertools import product
from pathlib import Path
from typing import Any

import ipywidgets as ui
import numpy as np
import pytest

import greekslab as gl
from greekslab import widgets
from greekslab.widgets import SIDES, Panel, dealer_sign, hedge_flow

SOURCE = "market, book = gl.load_chain()"
SIGNS = {
    "calls_long_puts_short": {1: 1, -1: -1},
    "calls_short_puts_long": {1: -1, -1: 1},
    "short_both": {1: -1, -1: -1},
    "long_both": {1: 1, -1: 1},
}
"""Side -> right -> sign, written once more: the widget has its own."""
NAMED = {side.name: side for side in SIDES}


@pytest.fixture(scope="module")
def chain() -> tuple[gl.Market, gl.Book]:
    return gl.load_chain()


@pytest.fixture(scope="module")
def signs_panel(chain: tuple[gl.Market, gl.Book]) -> Panel:
    market, book = chain
    return dealer_sign(book, market, source=SOURCE)


@pytest.fixture(scope="module")
def flow_panel(chain: tuple[gl.Market, gl.Book]) -> Panel:
    market, book = chain
    return hedge_flow(book, market, source=SOURCE)


def values(control: Any) -> list[Any]:
    """Everything that a menu can be set to."""
    return [value for _, value in control.options]


def size_of(png: bytes) -> tuple[int, int]:
    """Width and height of a PNG, its pixels decompressed to see that they are all there."""
    width, height = struct.unpack(">II", bytes(png[16:24]))
    start = bytes(png).index(b"IDAT")
    (length,) = struct.unpack(">I", bytes(png[start - 4 : start]))
    assert len(zlib.decompress(bytes(png[start + 4 : start + 4 + length]))) == height * (1 + 4 * width)
    return width, height


# --- Dealer sign ------------------------------------------------------------------------------------------


def sign_states(panel: Panel) -> Iterator[tuple[widgets.Side, Any, float]]:
    """Every side with every expiry, at an end, in the middle, and at one place drawn by lot."""
    draw = np.random.default_rng(7)
    for number, (expiry, side) in enumerate(product(values(panel.expiry), values(panel.signs))):
        yield from ((side, expiry, move) for move in ((-1) ** number * 20.0, 0.0, draw.integers(-39, 40) / 2))


def test_gamma_is_the_engines_at_every_setting(chain: tuple[gl.Market, gl.Book], signs_panel: Panel) -> None:
    market, book = chain
    spots = market.spot_of("BTC") * np.linspace(0.8, 1.2, 161)
    states = list(sign_states(signs_panel))
    assert len(states) >= 50
    for side, expiry, move in states:
        signs_panel.signs.value, signs_panel.expiry.value, signs_panel.move.value = side, expiry, move
        seen = signs_panel.seen
        held = book.where([one in expiry for one in book["expiry"]])
        weights = np.array([SIGNS[side.name][right] for right in held["right"]])
        there = market.spot_of("BTC") * (1 + move / 100)
        engine = gl.profile(held, market, "gamma", [there, there * 1.001], signs=weights)
        rounding = 1e-9 * np.abs(seen.lines.others).max()
        assert seen.spot == pytest.approx(there, rel=1e-12)
        assert abs(seen.gamma - engine.values[0]) < rounding
        assert (seen.total.unit, seen.total.partial) == (engine.unit, engine.partial)
        if move == 0:
            engine = gl.profile(held, market, "gamma", spots, signs=weights)
            assert np.abs(seen.total.values - engine.values).max() < rounding
            assert seen.total.roots == pytest.approx(engine.roots, rel=1e-12)
            assert seen.total.flip == pytest.approx(engine.flip, rel=1e-12, nan_ok=True)
            assert seen.total.status == engine.status
        see_that_words_and_lines_agree(seen)


def see_that_words_and_lines_agree(seen: widgets.DealerSign) -> None:
    here, turns, *partial = seen.words
    assert ("buy dips and sell rallies, which damps" in here) == (seen.gamma > 0)
    assert ("sell dips and buy rallies, which amplifies" in here) == (seen.gamma < 0)
    assert turns.startswith("Flip at" if seen.total.roots else "No flip")
    assert bool(partial) == bool(seen.total.partial)
    assert len(seen.lines.marks) == bool(seen.total.roots)
    assert seen.side.words in seen.lines.title


def see_that_the_sign_is_an_assumption(panel: Panel) -> None:
    """One chain, either sign: turned round, the curve is its own mirror image and the flip stays."""
    for expiry in values(panel.expiry):
        panel.expiry.value, total = expiry, {}
        for side in values(panel.signs):
            panel.signs.value = side
            total[side.name] = panel.seen.total
        habit, turned = total["calls_long_puts_short"], total["calls_short_puts_long"]
        assert np.array_equal(turned.values, -habit.values)
        assert turned.roots == pytest.approx(habit.roots, rel=1e-12)
        assert np.all(total["long_both"].values > 0)
        assert np.all(total["short_both"].values < 0)
        assert not total["long_both"].roots
        assert total["long_both"].status.startswith("no flip: positive throughout")
    panel.expiry.value = values(panel.expiry)[0]
    panel.signs.value = NAMED["calls_long_puts_short"]
    assert len(panel.seen.total.roots) == 1
    panel.move.value = -5.0
    assert panel.seen.gamma < 0
    panel.move.value = 5.0
    assert panel.seen.gamma > 0


def test_one_chain_gives_either_sign(signs_panel: Panel) -> None:
    see_that_the_sign_is_an_assumption(signs_panel)


# --- Hedge flow -------------------------------------------------------------------------------------------


def test_the_trade_is_the_change_of_a_revalued_delta(
    chain: tuple[gl.Market, gl.Book], flow_panel: Panel
) -> None:
    """By another road: the exposure of the whole book in a market that has moved."""
    market, book = chain
    moves = [-10.0, -0.5, 0.0, 0.5, 10.0, *np.random.default_rng(3).integers(-19, 20, 8) / 2]
    assert len(SIDES) * len(moves) >= 50
    for move in moves:
        coins = {}
        for name, weights in SIGNS.items():
            held = book.with_columns(quantity=book["quantity"] * [weights[r] for r in book["right"]])
            moved = market.bump(spot=move / 100)
            before, after = (float(gl.exposure(held, m, "delta", by=())["delta"]) for m in (market, moved))
            coins[name] = (before - after) * moved.spot_of("BTC")
        scale = abs(coins["long_both"]) + 1.0
        for side in SIDES:
            flow_panel.signs.value, flow_panel.move.value = side, move
            assert abs(flow_panel.seen.trade - coins[side.name]) < 1e-9 * scale


def see_that_long_gamma_damps(panel: Panel) -> None:
    """Long gamma sells rallies and buys dips, short gamma the reverse, and more the further it goes."""
    for move in (-10.0, -4.5, -0.5, 0.0, 0.5, 4.5, 10.0):
        panel.move.value, trade = move, {}
        for side in SIDES:
            panel.signs.value = side
            trade[side.name] = panel.seen.trade
            pushes = "".join(panel.seen.words)
            assert ("damps" in pushes) == (panel.seen.trade * move < 0)
            assert ("amplifies" in pushes) == (panel.seen.trade * move > 0)
        assert trade["long_both"] * move <= 0
        assert trade["short_both"] == -trade["long_both"]
        assert (trade["long_both"] == 0) == (move == 0)
        assert abs(trade["calls_long_puts_short"]) <= abs(trade["long_both"])


def test_long_gamma_damps(flow_panel: Panel) -> None:
    see_that_long_gamma_damps(flow_panel)


# --- Any widget -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("make", "insight"),
    [(dealer_sign, see_that_the_sign_is_an_assumption), (hedge_flow, see_that_long_gamma_damps)],
)
def test_with_a_constant_for_an_engine_the_insight_is_lost(
    make: Any, insight: Any, chain: tuple[gl.Market, gl.Book], monkeypatch: pytest.MonkeyPatch
) -> None:
    market, book = chain

    def constant(*args: Any, **more: Any) -> gl.Profile:
        found = gl.profile(*args, **more)
        return replace(found, values=np.ones_like(found.values))

    monkeypatch.setattr(widgets, "profile", constant)
    with pytest.raises(AssertionError):
        insight(make(book, market))


def test_a_switch_prices_nothing_twice(
    chain: tuple[gl.Market, gl.Book], monkeypatch: pytest.MonkeyPatch
) -> None:
    market, book = chain
    panel = dealer_sign(book, market)
    priced: list[int] = []

    def counted(held: gl.Book, state: gl.Market, greek: str, spots: Any, **more: Any) -> gl.Profile:
        priced.append(len(spots))
        return gl.profile(held, state, greek, spots, **more)

    monkeypatch.setattr(widgets, "profile", counted)
    for panel.signs.value, panel.move.value in (*product(SIDES[::-1], (-3.0, 4.5)), (SIDES[2], 1.0)):
        assert panel.seen.side is panel.signs.value
    assert len(priced) == 3  # the first side was there already
    assert max(priced) < 10  # the spots around a change of sign, not the whole curve


def test_only_a_new_expiry_draws_the_background(signs_panel: Panel) -> None:
    signs_panel.expiry.value = values(signs_panel.expiry)[0]
    background = signs_panel._canvas._background
    for signs_panel.signs.value, signs_panel.move.value in product(SIDES, (-20.0, 1.5, 20.0)):
        assert signs_panel._canvas._background is background
    signs_panel.expiry.value = values(signs_panel.expiry)[2]
    assert signs_panel._canvas._background is not background


@pytest.mark.parametrize("name", ["signs_panel", "flow_panel"])
def test_each_setting_has_its_own_picture(name: str, request: pytest.FixtureRequest) -> None:
    panel = request.getfixturevalue(name)
    seen = {}
    for panel.signs.value, panel.move.value in product(SIDES, (-8.0, -0.5, 3.0)):
        key = (panel.signs.value.name, panel.move.value)
        seen[key] = bytes(panel.image.value)
        assert size_of(panel.image.value) == (2 * widgets.WIDTH, 2 * widgets.HEIGHT)
    assert len(set(seen.values())) == len(seen) == 12
    panel.signs.value, panel.move.value = SIDES[0], -8.0
    assert bytes(panel.image.value) == seen[SIDES[0].name, -8.0]


@pytest.mark.parametrize("name", ["signs_panel", "flow_panel"])
def test_a_page_without_a_kernel_shows_picture_and_words(name: str, request: pytest.FixtureRequest) -> None:
    panel = request.getfixturevalue(name)
    data, metadata = panel._repr_mimebundle_()
    assert "application/vnd.jupyter.widget-view+json" in data
    assert data["image/png"] == bytes(panel.image.value)
    assert metadata["image/png"]["width"] == widgets.WIDTH
    assert data["text/plain"].startswith(panel.seen.words[0])


@pytest.mark.parametrize("name", ["signs_panel", "flow_panel"])
def test_controls_say_what_they_are(name: str, request: pytest.FixtureRequest) -> None:
    panel = request.getfixturevalue(name)
    assert 1 <= len(panel.controls) <= 3
    for control in panel.controls.values():
        assert control.description
        assert control.continuous_update if isinstance(control, ui.FloatSlider) else control.options
    assert panel.image.tooltip == panel.seen.words[0]
    assert 'role="status"' in panel.words.value
    assert all(f"[{unit}" in " ".join(panel.seen.lines.labels) for unit in ("USD",))
    with pytest.raises(AttributeError, match="no control 'nothing'"):
        panel.nothing  # noqa: B018


def test_two_panels_can_be_moved_as_one(chain: tuple[gl.Market, gl.Book], flow_panel: Panel) -> None:
    market, book = chain
    other = hedge_flow(book, market)
    link = ui.link((flow_panel.signs, "value"), (other.signs, "value"))
    try:
        flow_panel.signs.value = NAMED["short_both"]
        assert other.seen.side is NAMED["short_both"]
        other.signs.value = NAMED["long_both"]
        assert flow_panel.seen.side is NAMED["long_both"]
    finally:
        link.unlink()


# --- The code that gives the same numbers -----------------------------------------------------------------


def run(code: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> tuple[dict[str, Any], str]:
    script = tmp_path / "pasted.py"
    script.write_text(code)
    return runpy.run_path(str(script)), capsys.readouterr().out


@pytest.mark.parametrize("side", SIDES, ids=lambda side: side.name)
@pytest.mark.parametrize("which", [0, 3])
def test_printed_code_gives_the_same_gamma(
    side: widgets.Side, which: int, signs_panel: Panel, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    signs_panel.signs.value, signs_panel.move.value = side, 3.5
    signs_panel.expiry.value = values(signs_panel.expiry)[which]
    found, printed = run(signs_panel.code(), tmp_path, capsys)
    seen = signs_panel.seen
    assert np.allclose(found["result"].values, seen.total.values, rtol=1e-9, atol=1.0)
    assert found["result"].flip == pytest.approx(seen.total.flip, rel=1e-12, nan_ok=True)
    assert f"at {seen.spot:,.2f}: {seen.gamma:,.0f} {seen.total.unit}" in printed


def test_printed_code_gives_the_same_trade(
    flow_panel: Panel, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    flow_panel.signs.value, flow_panel.move.value = NAMED["calls_short_puts_long"], -6.5
    found, printed = run(flow_panel.code(), tmp_path, capsys)
    assert found["trade"] == pytest.approx(flow_panel.seen.trade, rel=1e-9)
    assert f"{flow_panel.seen.trade:,.0f} to buy" in printed


def test_the_button_shows_the_code_of_now(flow_panel: Panel) -> None:
    assert flow_panel.listing.layout.display == "none"
    flow_panel.show_code.value = True
    try:
        assert flow_panel.listing.layout.display == "block"
        flow_panel.signs.value = NAMED["short_both"]
        assert "short_both" in flow_panel.listing.value
        flow_panel.signs.value = NAMED["long_both"]
        assert "short_both" not in flow_panel.listing.value
    finally:
        flow_panel.show_code.value = False


def test_code_for_a_book_of_ones_own_does_not_pretend_to_load_it(chain: tuple[gl.Market, gl.Book]) -> None:
    market, book = chain
    code = hedge_flow(book, market).code()
    assert "load_chain" not in code
    assert "# market, book: as they were given" in code


# --- Bad states -------------------------------------------------------------------------------------------


def test_a_view_that_fails_leaves_nothing_stale(flow_panel: Panel) -> None:
    view = flow_panel._view

    def fragile(signs: widgets.Side, move: float) -> Any:
        if move > 5:
            raise gl.DomainError("sigma = nan at row 3; <it> must be finite")
        return view(signs, move)

    flow_panel.move.value = 1.0
    good = bytes(flow_panel.image.value)
    flow_panel._view = fragile
    try:
        with pytest.raises(gl.DomainError):
            flow_panel.move.value = 6.0
        assert bytes(flow_panel.image.value) != good
        assert size_of(flow_panel.image.value) == (widgets.WIDTH, widgets.HEIGHT)
        assert 'role="alert"' in flow_panel.words.value
        assert "DomainError: sigma = nan at row 3; &lt;it&gt; must be finite" in flow_panel.words.value
        assert flow_panel.seen is None
        assert flow_panel.code() == ""
        assert flow_panel._repr_mimebundle_()[0]["text/plain"] == "no picture"
        flow_panel.move.value = 1.0
        assert bytes(flow_panel.image.value) == good
        assert 'role="status"' in flow_panel.words.value
    finally:
        flow_panel._view = view


def test_a_drawing_that_fails_leaves_nothing_stale(
    flow_panel: Panel, monkeypatch: pytest.MonkeyPatch
) -> None:
    flow_panel.signs.value, flow_panel.move.value = NAMED["long_both"], 1.0
    good = bytes(flow_panel.image.value)

    def broken(lines: Any) -> None:
        raise ValueError("no renderer")

    with monkeypatch.context() as patch:
        patch.setattr(flow_panel._canvas, "_set_body", broken)
        with pytest.raises(ValueError, match="no renderer"):
            flow_panel.signs.value = NAMED["short_both"]
        assert "ValueError: no renderer" in flow_panel.words.value
    flow_panel.signs.value = NAMED["long_both"]
    assert bytes(flow_panel.image.value) == good


def test_books_that_have_no_profile_are_refused(chain: tuple[gl.Market, gl.Book]) -> None:
    market, book = chain
    other = book.with_columns(underlying=np.where(book["strike"] > 60_000, "ETH", "BTC"))
    for make in (dealer_sign, hedge_flow):
        with pytest.raises(gl.MixedUnitsError):
            make(other, market)
        with pytest.raises(gl.MixedUnitsError):
            make(book.where(book["strike"] < 0), market)


def test_a_book_of_one_sided_expiries_is_shown(chain: tuple[gl.Market, gl.Book]) -> None:
    market, book = chain
    first, second = np.unique(book["expiry"])[:2]
    calls = book.where((book["expiry"] == first) & (book["right"] == 1))
    panel = dealer_sign(calls + book.where((book["expiry"] == second) & (book["right"] == -1)), market)
    panel.expiry.value = (first,)
    assert np.all(panel.seen.total.values >= 0)
    panel.expiry.value = (second,)
    assert np.all(panel.seen.total.values <= 0)


def test_a_book_without_open_interest_says_so(chain: tuple[gl.Market, gl.Book]) -> None:
    market, book = chain
    panel = dealer_sign(book.with_columns(quantity=0.0), market)
    assert "nothing to trade" in panel.seen.words[0]
    assert "nothing is held" in panel.seen.words[1]
    assert size_of(panel.image.value) == (2 * widgets.WIDTH, 2 * widgets.HEIGHT)
