"""Requests are parsed and never run; what they print is held against 40-digit arithmetic on prices alone."""

import csv
import html
import re
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import mpmath as mp
import numpy as np
import pytest
from markdown_it import MarkdownIt

from greekslab import share
from greekslab.entries import REQUEST, split
from greekslab.glossary import check, fill, load, render
from greekslab.grammar import SETS, Ask, RequestError, What, answer, number, parse, parse_claim, unit_of
from greekslab.greeks import DESK, GREEKS, canonical

TEXTS = {
    term.slug: (share.path("glossary") / f"{term.slug}.md").read_text(encoding="utf-8") for term in load()
}
ASKS = sorted({found[1] for text in TEXTS.values() for found in REQUEST.finditer(text)})


# -- independent numbers: the price in mpmath, differentiated numerically -----------------------------------


def price(model: str, eta: int, x: dict[str, Any]) -> Any:
    """Black-Scholes-Merton, Black-76 and the inverse option, from the textbook."""
    underlying, r = x.get("S", x.get("F")), x.get("r", mp.mpf(0))
    forward = underlying * mp.exp((r - x.get("q", 0)) * x["T"]) if "S" in x else underlying
    s = x["sigma"] * mp.sqrt(x["T"])
    d1 = mp.log(forward / x["K"]) / s + s / 2
    value = eta * (forward * mp.ncdf(eta * d1) - x["K"] * mp.ncdf(eta * (d1 - s)))
    return value / forward if model == "inverse" else mp.exp(-r * x["T"]) * value


def differentiated(model: str, orders: dict[str, int], eta: int, x: dict[str, Any]) -> Any:
    """The derivative of the price, with one minus sign for every T."""
    names = [name for name in orders if orders[name]]

    def moved(*values: Any) -> Any:
        return price(model, eta, x | dict(zip(names, values, strict=True)))

    if not names:
        return price(model, eta, x)
    plain = mp.diff(moved, tuple(x[name] for name in names), tuple(orders[name] for name in names))
    return (-1) ** orders.get("T", 0) * plain


SCALES = {
    "vega_pt": ("vega", 0, 100),
    "vanna_pt": ("vanna", 0, 100),
    "volga_pt": ("volga", 0, 10_000),
    "theta_day": ("theta", 0, 365),
    "charm_day": ("charm", 0, 365),
    "delta_usd": ("delta", 1, 1),
    "gamma_usd_1pct": ("gamma", 2, 100),
    "vanna_usd_pt": ("vanna", 1, 100),
    "charm_usd_day": ("charm", 1, 365),
}
"""Desk name -> raw Greek, power of the underlying, divisor: conventions, written a second time."""


def exact(model: str, what: What, right: str, x: dict[str, float]) -> Any:
    """One line's amount to forty digits."""
    at = {name: mp.mpf(value) for name, value in x.items()}
    eta, underlying = {"call": 1, "put": -1}[right], "S" if "S" in x else "F"
    if what.name == "delta_premium_adjusted":
        slope = differentiated(model, {underlying: 1}, eta, at)
        return slope - price(model, eta, at) / at[underlying]
    raw, power, divisor = SCALES.get(what.name, (what.name, 0, 1))
    roles = {"X": underlying}
    orders = dict(what.orders)
    for role in GREEKS[raw].wrt if raw else ():
        orders[roles.get(role, role)] = orders.get(roles.get(role, role), 0) + 1
    return differentiated(model, orders, eta, at) * at[underlying] ** power / divisor


INPUTS = {
    "bsm": ("S", "K", "T", "sigma", "r", "q"),
    "black76": ("F", "K", "T", "sigma", "r"),
    "inverse": ("F", "K", "T", "sigma"),
}


def summed(ask: Ask, what: What, moved: dict[str, float]) -> Any:
    """All legs of a request, added up."""
    result = mp.mpf(0)
    for leg in ask.legs:
        for line in SETS[leg.set]:
            given = {**line.inputs, **dict(leg.changes), **moved}
            x = {name: given[name] for name in INPUTS[what.model]}
            result += leg.count * line.quantity * exact(what.model, what, leg.right or line.right, x)
    return result


def read(text: str) -> float:
    return float(text.replace("−", "-").replace(",", ""))


def half_a_digit(value: float, digits: int) -> float:
    """What rounding to so many digits may differ by, and a little for the last of forty."""
    return 0.5 * 10.0 ** (np.floor(np.log10(abs(value))) - digits + 1) * (1 + 1e-6)


@pytest.fixture(autouse=True)
def forty_digits() -> Iterator[None]:
    with mp.workdps(40):
        yield


@pytest.mark.parametrize("text", [ask for ask in ASKS if ask.startswith("value: ")])
def test_a_value_is_that_of_forty_digits(text: str) -> None:
    ask = parse(text)
    expected = float(summed(ask, ask.what, {}))
    assert abs(read(answer(ask)) - expected) <= half_a_digit(expected, ask.digits)


@pytest.mark.parametrize("text", [ask for ask in ASKS if ask.startswith("table: ")])
def test_a_table_is_that_of_forty_digits(text: str) -> None:
    ask = parse(text)
    _, _, *rows = answer(ask).splitlines()
    names = (str(ask.what), *ask.more)
    for name, row in zip(names, rows, strict=True):
        cells = row.strip("| ").split(" | ")
        assert cells[0] == name
        for point, cell in zip(ask.points, cells[1:], strict=True):
            expected = float(summed(ask, replace(ask.what, name=name), {ask.over: point}))
            assert abs(read(cell) - expected) <= half_a_digit(expected, ask.digits)


@pytest.mark.parametrize("text", [ask for ask in ASKS if ask.startswith(("zero: ", "peak: "))])
def test_a_zero_or_peak_is_where_it_is_said_to_be(text: str) -> None:
    ask = parse(text)
    shown = read(answer(ask))
    step = half_a_digit(shown, ask.digits)
    left, middle, right = (summed(ask, ask.what, {ask.over: shown + k * step}) for k in (-1, 0, 1))
    if ask.kind == "zero":
        assert left * right <= 0
    else:
        assert abs(middle) > max(
            abs(summed(ask, ask.what, {ask.over: shown + k * 20 * step})) for k in (-1, 1)
        )


def chain_gamma(moved: float, calls: int, puts: int) -> float:
    """Dollars of delta per percent from the rows of the packaged file, every forward moved by this factor."""
    lines = share.path("data", "deribit_btc_20260627.csv").read_text(encoding="utf-8").splitlines()
    asof, result = datetime(2026, 6, 27, 9, 26, 58), 0.0
    for row in csv.DictReader(line for line in lines if not line.startswith("#")):
        _, expiry, strike, right = row["instrument"].split("-")
        life = datetime.strptime(expiry, "%d%b%y").replace(hour=8) - asof
        s = float(row["iv"]) * np.sqrt(life / timedelta(days=365))
        forward = float(row["forward"]) * moved
        d1 = np.log(forward / float(strike)) / s + s / 2
        density = np.exp(-d1 * d1 / 2) / np.sqrt(2 * np.pi)
        result += {"C": calls, "P": puts}[right] * float(row["open_interest"]) * forward * density / s / 100
    return result


@pytest.mark.parametrize(
    ("signs", "calls", "puts"), [("calls_long_puts_short", 1, -1), ("short_both", -1, -1)]
)
def test_the_chain_is_the_sum_of_its_rows(signs: str, calls: int, puts: int) -> None:
    shown = read(answer(parse(f"chain: gamma_usd_1pct {signs}, 3 digits")))
    assert shown == pytest.approx(chain_gamma(1.0, calls, puts), abs=0.003 * chain_gamma(1.0, 1, 1))


def test_the_flip_is_where_the_sum_of_the_rows_vanishes() -> None:
    shown, spot = read(answer(parse("flip: gamma calls_long_puts_short"))), 60245.61
    assert chain_gamma((shown - 30) / spot, 1, -1) < 0 < chain_gamma((shown + 30) / spot, 1, -1)


@pytest.mark.parametrize(
    ("term", "example"),
    [pytest.param(term, row, id=f"{term.slug}: {row.of}") for term in load() for row in term.example],
)
def test_an_example_agrees_within_its_tolerance(term: Any, example: Any) -> None:
    from greekslab.grammar import total

    ask = parse(f"value: {example.of} @ {example.set}")
    expected = float(summed(ask, ask.what, {}))
    assert float(total(ask.what, ask.legs)) == pytest.approx(expected, rel=example.tolerance)


# -- the entries --------------------------------------------------------------------------------------------


def test_every_kind_of_request_is_in_use() -> None:
    from greekslab.grammar import _ANSWERS

    assert {ask.partition(":")[0] for ask in ASKS} == set(_ANSWERS)


def test_the_entries_have_no_fault_and_are_fresh() -> None:
    assert check() == []


@pytest.mark.parametrize("slug", TEXTS)
def test_rendering_from_nothing_gives_the_same_file(slug: str) -> None:
    """What is between the answers is all that is needed: take every answer away, and render."""
    front, body = split(slug, TEXTS[slug])
    kinds = r"(?:\$\$\n.*\n\$\$\n|(?:\|.*\|\n)+\n|\*[^*\n]*\*|[−-]?\d[\d,]*(?:\.\d+)?)"
    bare = re.sub(kinds + r"<!-- (\{\{ [^{}]* \}\}) -->", r"\1", body)
    assert bare != body
    terms = load().terms
    assert render(terms, terms[slug], f"<!--\n+++\n{front}\n+++\n-->\n\n{bare}") == TEXTS[slug]


@pytest.mark.parametrize("slug", TEXTS)
def test_a_page_shows_neither_front_matter_nor_requests(slug: str) -> None:
    page = MarkdownIt("commonmark", {"html": True}).enable("table").render(TEXTS[slug])
    shown = re.sub(r"<!--.*?-->", "", page, flags=re.DOTALL)
    assert shown.lstrip().startswith(f"<h1>{load()[slug].term}</h1>")
    for mark in ("{{", "+++", "slug =", "-->", "&lt;!--"):
        assert mark not in shown
    blocks = (parse(ask).kind for ask in (found[1] for found in REQUEST.finditer(TEXTS[slug])))
    assert shown.count("<table>") == sum(kind == "table" for kind in blocks)


@pytest.mark.parametrize("slug", TEXTS)
def test_markdown_leaves_formulas_as_they_are(slug: str) -> None:
    """A backslash before a punctuation mark is eaten on a repository page, and two underscores may slant."""
    page = MarkdownIt("commonmark").render(TEXTS[slug])
    for latex in re.findall(r"\$\$\n(.*)\n\$\$", TEXTS[slug]):
        assert html.escape(latex) in page


@pytest.mark.parametrize("slug", TEXTS)
def test_the_code_of_an_entry_runs(slug: str) -> None:
    blocks = re.findall(r"```python\n(.*?)```", TEXTS[slug], re.DOTALL)
    assert blocks
    for block in blocks:
        exec(compile(block, slug, "exec"), {})


@pytest.mark.parametrize("slug", TEXTS)
def test_every_link_of_an_entry_leads_somewhere(slug: str) -> None:
    folder = share.path("glossary")
    for link in re.findall(r"\]\(([^)#]*)[^)]*\)", TEXTS[slug]):
        assert (folder / link).resolve().is_file(), link


# -- refusals -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("", "''"),
        ("vanna", "'vanna'"),
        ("run: bsm vanna", "'run'"),
        ("latex: heston vanna", "'heston'"),
        ("latex: bsm vana", "'vana'.*vanna"),
        ("unit: bsm nothing", "'nothing'"),
        ("latex: inverse rho", "'rho'"),
        ("latex: bsm S=9", "order in total of 1 to 6"),
        ("latex: bsm S=4 sigma=3", "order in total of 1 to 6"),
        ("latex: bsm S=1 S=1", "each input once"),
        ("latex: bsm X=1", "'X'"),
        ("set: silver", "'silver'.*golden"),
        ("value: bsm vanna @ silver", "'silver'"),
        ("value: bsm vanna @ coin", "coin.*has no S"),
        ("value: bsm vanna @ golden F=3", "no input 'F'"),
        ("value: bsm vanna @ golden K=-1", "NaN|nan"),
        ("value: bsm vanna @ golden K=1e9", "does not read"),
        ("value: bsm vanna @ golden K=99999999999999", "does not read"),
        ("value: bsm vanna @ golden, 99 digits", "does not read"),
        ("value: bsm vanna @ golden K=__import__('os')", "does not read"),
        ("value: bsm vanna.__class__ @ golden", "does not read"),
        ("value: bsm __class__ @ golden", "does not read"),
        ("value: bsm vanna @ golden;import os", "does not read"),
        ("value: bsm vanna @ golden K=9**9**9", "does not read"),
        ("value: bsm vanna @ golden\n", "does not read"),
        ("value: bsm vanna @ gоlden", "does not read"),  # a Cyrillic o
        ("value: bsm vanna @ golden" + " + golden" * 100, "at most 240"),
        ("zero: bsm gamma over K 60 to 200 @ golden", "0 zeros"),
        ("zero: bsm volga over K 60 to 200 @ golden", "2 zeros"),
        ("zero: bsm vanna over K 200 to 60 @ golden", "empty"),
        ("peak: bsm vega over S 300 to 400 @ golden", "at an end"),
        ("table: bsm vanna over Z 1 2 @ golden", "'Z'"),
        ("chain: gamma_usd_1pct nobody", "'nobody'"),
        ("flip: gamma short_both", "no flip"),
    ],
)
@pytest.mark.filterwarnings("ignore::greekslab.evaluate.DomainWarning")
def test_a_request_is_refused_by_name(text: str, named: str) -> None:
    with pytest.raises(RequestError, match=named):
        answer(parse(text))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "bsm vanna",
        "bsm vanna >= 0",
        "bsm vanna > __import__('os')",
        "bsm vanna > 0 where d2.real < 0",
        "bsm vanna > 0 where (d2) < 0",
        "bsm vanna > 0 if d2 < 0",
        "bsm vanna = gamma ^ 9999",
        "bsm vanna > 0 where " + " and ".join(["d2 < 0"] * 9),
        "bsm vanna > " + "1 * " * 100 + "1",
    ],
)
def test_a_claim_is_refused_by_name(text: str) -> None:
    with pytest.raises(RequestError, match=r"claim|request"):
        parse_claim(text)


def test_no_text_takes_long_to_refuse() -> None:
    start = time.perf_counter()
    for piece in ("golden ", "K=1 ", "+ ", "a", "1", " ", "S=1 "):
        for head in ("value: bsm vanna @ ", "table: bsm ", "latex: bsm "):
            with pytest.raises(RequestError):
                parse(head + piece * (200 // len(piece)) + "!")
    assert time.perf_counter() - start < 1


# -- shapes of answers --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "digits", "text"),
    [
        (0.3008123, 4, "0.3008"),
        (-16.262e6, 3, "−16,300,000"),
        (0.0000042294, 4, "0.000004229"),
        (9.9996, 4, "10.00"),
        (0.0, 3, "0.00"),
        (1365.2, 4, "1,365"),
    ],
)
def test_a_number_reads(value: float, digits: int, text: str) -> None:
    assert number(value, digits) == text


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_what_is_not_finite_is_no_answer(value: float) -> None:
    with pytest.raises(RequestError, match=r"nan|inf"):
        number(value, 3)


@pytest.mark.parametrize(
    ("of", "unit"),
    [
        (What("bsm", "vanna"), "underlying per 1.00 vol"),
        (What("bsm", "DvegaDspot"), "underlying per 1.00 vol"),
        (What("bsm", "K"), "quote per underlying"),
        (What("bsm", "", (("S", 1), ("sigma", 1))), "underlying per 1.00 vol"),
        (What("black76", "gamma_usd_1pct"), "quote of delta per 1 %"),
    ],
)
def test_a_unit_follows_from_the_inputs(of: What, unit: str) -> None:
    assert unit_of(of) == unit


def test_every_desk_unit_is_known_to_these_tests() -> None:
    asked = {canonical(name) for ask in ASKS for name in re.findall(r"\w+", ask) if name in DESK}
    assert asked <= set(SCALES)


def test_filling_twice_changes_nothing() -> None:
    once = fill("Vega: {{ value: bsm vega @ golden }} in {{ unit: bsm vega }}.\n\n{{ latex: bsm vega }}\n")
    assert fill(once) == once
    assert fill(once.replace("19.65", "20.00")) == once
