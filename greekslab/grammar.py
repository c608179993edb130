r"""What a glossary entry asks of the engine, and what it claims: two small grammars, parsed and never run.

A *request* is answered when the entry is rendered::

    latex: bsm vanna                                 the equation
    unit: bsm vanna_pt                               the unit in words; `unit: bsm K` is that of an input
    sign: bsm charm                                  how the sign reads
    set: golden                                      a named parameter set in words
    value: bsm vanna @ golden K=90 T=30d put, 3 digits
    value: black76 price @ maker F=110 - 1 maker     legs added up, each [count] set changes
    zero: bsm S=1 sigma=1 over K 60 to 200 @ golden  where it crosses zero; `peak`: where it is largest
    table: bsm delta vanna over K 80 100 120 @ golden      a row of numbers for each
    chain: gamma_usd_1pct short_both                 open interest of the packaged chain, under a sign model
    flip: gamma calls_long_puts_short                where its profile over spot crosses zero

A *claim* is what a test proves or samples::

    bsm vanna > 0 where d2 < 0 and call              a sign, or a bound
    bsm volga = 0 where d1 = 0                       a zero
    bsm vega = gamma * S^2 * sigma * T               a product
    bsm vanna same for call and put
    bsm charm is delta by T                          a derivative, with the sign rule
    bsm vanna peaks over K near d1 = 1 within 0.1 where d1 > 0
    bsm gamma -> inf as T -> 0 where K = F           a limit
    black76 gamma < 0 @ chain_short_both             a sign at a named set
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from greekslab.evaluate import derivative, greeks, kernel_of
from greekslab.greeks import DESK, GREEKS, UnknownGreekError, canonical, nearest

if TYPE_CHECKING:
    from greekslab.derivation import Formula

__all__ = [
    "SETS",
    "Ask",
    "Claim",
    "Leg",
    "Position",
    "RequestError",
    "What",
    "amount",
    "answer",
    "number",
    "parse",
    "parse_claim",
    "total",
    "unit_of",
]

LONGEST = 240
"""Characters of a request or claim."""
HIGHEST = 6
"""The highest total order of a derivative that an entry may ask for."""


class RequestError(ValueError):
    """A request or claim that is not understood, or that the engine refuses; what it names is in the text."""


class Position(NamedTuple):
    """One line of a named set: how many, call or put, and the inputs."""

    quantity: float
    right: str
    inputs: Mapping[str, float]


_MONTH = {"F": 100.0, "T": 30 / 365, "sigma": 0.5, "r": 0.0}
_LISTED = {80: (0, 900), 90: (200, 1200), 100: (600, 700), 110: (1400, 150), 120: (1000, 0)}
"""A chain small enough for the hand: strike -> open interest in calls and in puts."""


def _chain(calls: int, puts: int) -> tuple[Position, ...]:
    """The small chain as a dealer's book: open interest times the sign that is assumed."""
    return tuple(
        Position(sign * held, right, _MONTH | {"K": float(strike)})
        for strike, interest in _LISTED.items()
        for right, sign, held in zip(("call", "put"), (calls, puts), interest, strict=True)
        if held
    )


SETS: Mapping[str, tuple[Position, ...]] = MappingProxyType(
    {
        "golden": (Position(1, "call", {"S": 100, "K": 110, "T": 0.25, "sigma": 0.6, "r": 0.02, "q": 0.01}),),
        "coin": (Position(1, "call", {"F": 60_000, "K": 66_000, "T": 30 / 365, "sigma": 0.5, "r": 0}),),
        "maker": (Position(-10, "call", _MONTH | {"K": 113.0}), Position(-10, "put", _MONTH | {"K": 90.0})),
        "chain_calls_long_puts_short": _chain(1, -1),
        "chain_short_both": _chain(-1, -1),
        "chain_long_both": _chain(1, 1),
    }
)
"""The named parameter sets; a set of several lines is a book."""


@dataclass(frozen=True, slots=True)
class What:
    """A Greek or desk unit of a model: by name, or by multi-index where the name is empty."""

    model: str
    name: str
    orders: tuple[tuple[str, int], ...] = ()

    def __str__(self) -> str:
        return self.name or " ".join(f"{name}={order}" for name, order in self.orders)


@dataclass(frozen=True, slots=True)
class Leg:
    """A named set, so many times, with some inputs changed."""

    count: float
    set: str
    changes: tuple[tuple[str, float], ...] = ()
    right: str = ""


@dataclass(frozen=True, slots=True)
class Ask:
    """One request, parsed."""

    kind: str
    what: What
    legs: tuple[Leg, ...] = ()
    over: str = ""
    points: tuple[float, ...] = ()
    digits: int = 4
    name: str = ""
    more: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Claim:
    """One claim, parsed: its form, the words of this form, and the conditions as (left, op, right)."""

    form: str
    what: What
    words: Mapping[str, str]
    where: tuple[tuple[str, str, str], ...] = ()
    legs: tuple[Leg, ...] = ()


# -- parsing --------------------------------------------------------------------------------------------

_NAME = r"[A-Za-z][A-Za-z0-9_]{0,40}"
_NUMBER = r"-?\d{1,9}(?:\.\d{1,9})?d?"
_WHAT = rf"(?P<model>{_NAME}) (?P<of>{_NAME}=\d(?: {_NAME}=\d)*|{_NAME})"
_LEG = rf"(?:{_NUMBER} )?{_NAME}(?: (?:{_NAME}={_NUMBER}|call|put)(?![\w.=]))*"
_AT = rf"@ (?P<legs>{_LEG}(?: [+-] {_LEG})*)"
_DIGITS = r"(?:, (?P<digits>[1-9]) digits)?"
_OVER = rf"over (?P<over>{_NAME})"
_POINTS = rf"{_NUMBER}(?: {_NUMBER}){{1,8}}"
_RANGE = rf"{_WHAT} {_OVER} (?P<points>{_NUMBER} to {_NUMBER}) {_AT}{_DIGITS}"
_LISTED_UNDER = rf"(?P<of>{_NAME}) (?P<name>{_NAME}){_DIGITS}"
_ASKS = {
    "latex": _WHAT,
    "unit": _WHAT,
    "sign": _WHAT,
    "set": rf"(?P<name>{_NAME})",
    "value": rf"{_WHAT} {_AT}{_DIGITS}",
    "zero": _RANGE,
    "peak": _RANGE,
    "table": rf"{_WHAT}(?P<more>(?: {_NAME}){{0,3}}) {_OVER} (?P<points>{_POINTS}) {_AT}{_DIGITS}",
    "chain": _LISTED_UNDER,
    "flip": _LISTED_UNDER,
}
_FACTOR = rf"(?:{_NAME}(?:\^\d)?|{_NUMBER})"
_CLAIMS = {
    "compare": rf"(?P<op>[=<>]) (?P<product>{_FACTOR}(?: \* {_FACTOR}){{0,5}})",
    "same": r"same for call and put",
    "rate": rf"is (?P<greek>{_NAME}) by (?P<input>{_NAME})",
    "peak": rf"peaks over K near (?P<at>d1|d2) = (?P<near>{_NUMBER}) within (?P<within>{_NUMBER})",
    "limit": rf"-> (?P<to>{_NUMBER}|inf) as (?P<input>{_NAME}) -> (?P<end>0|inf)",
}
_CONDITION = rf"(?:call|put|{_NAME} [=<>] (?:{_NUMBER}|[FS]))"
_WHERE = rf"(?: where (?P<where>{_CONDITION}(?: and {_CONDITION}){{0,4}})| {_AT})?"
_RIGHTS = {"call": "eta = 1", "put": "eta = -1"}


def parse(text: str) -> Ask:
    """Read a request.

    Raises
    ------
    RequestError
        A text that is no request, or one that is too long or of too high an order.

    Examples
    --------
    >>> parse("value: bsm vanna @ golden K=90, 3 digits").legs
    (Leg(count=1.0, set='golden', changes=(('K', 90.0),), right=''),)
    """
    kind, _, rest = _bounded(text).partition(": ")
    if kind not in _ASKS:
        raise RequestError(f"request {text!r}: kind {kind!r} is none of {', '.join(_ASKS)}")
    found = re.fullmatch(_ASKS[kind], rest, re.ASCII)
    if not found:
        raise RequestError(f"request {text!r}: does not read as {kind!r} does")
    words = {key: word for key, word in found.groupdict().items() if word}
    return Ask(
        kind,
        _what(text, words),
        _legs(words.get("legs", "")),
        words.get("over", ""),
        tuple(map(_number, re.findall(_NUMBER, words.get("points", "")))),
        int(words.get("digits", 4)),
        words.get("name", ""),
        tuple(words.get("more", "").split()),
    )


def parse_claim(text: str) -> Claim:
    """Read a claim.

    Raises
    ------
    RequestError
        A text that is no claim, or one that is too long or of too high an order.

    Examples
    --------
    >>> parse_claim("bsm vanna > 0 where d2 < 0 and call").where
    (('d2', '<', '0'), ('eta', '=', '1'))
    """
    for form, pattern in _CLAIMS.items():
        found = re.fullmatch(f"{_WHAT} {pattern}{_WHERE}", _bounded(text), re.ASCII)
        if found:
            words = {key: word for key, word in found.groupdict().items() if word}
            conditions = words.pop("where").split(" and ") if "where" in words else ()
            where = tuple(_condition(text) for text in conditions)
            return Claim(
                form, _what(text, words), MappingProxyType(words), where, _legs(words.get("legs", ""))
            )
    raise RequestError(f"claim {text!r}: is none of the forms {', '.join(_CLAIMS)}")


def _bounded(text: str) -> str:
    if len(text) > LONGEST:
        raise RequestError(f"request {text[:40]!r}...: {len(text)} characters; at most {LONGEST}")
    return text


def _what(text: str, words: Mapping[str, str]) -> What:
    model, of = words.get("model", ""), words.get("of", "")
    if "=" not in of:
        return What(model, of)
    orders = tuple((name, int(order)) for name, order in (part.split("=") for part in of.split()))
    if len(dict(orders)) < len(orders) or not 0 < sum(n for _, n in orders) <= HIGHEST:
        raise RequestError(f"request {text!r}: each input once, and an order in total of 1 to {HIGHEST}")
    return What(model, "", orders)


def _legs(text: str) -> tuple[Leg, ...]:
    parts = re.split(r" ([+-]) ", f" + {text}")[1:] if text else []
    return tuple(_leg(sign, leg.split()) for sign, leg in zip(parts[::2], parts[1::2], strict=True))


def _leg(sign: str, words: list[str]) -> Leg:
    count = _number(words.pop(0)) if re.fullmatch(_NUMBER, words[0]) else 1.0
    changes = (word.split("=") for word in words[1:] if "=" in word)
    rights = [word for word in words[1:] if word in _RIGHTS]
    changed = tuple((name, _number(value)) for name, value in changes)
    return Leg(-count if sign == "-" else count, words[0], changed, rights[-1] if rights else "")


def _condition(text: str) -> tuple[str, str, str]:
    left, op, right = _RIGHTS.get(text, text).split()
    return left, op, right


def _number(word: str) -> float:
    """A number; `30d` is thirty days in years."""
    return float(word[:-1]) / 365 if word.endswith("d") else float(word)


# -- numbers --------------------------------------------------------------------------------------------


def amount(what: What, right: Any, inputs: Mapping[str, Any]) -> Any:
    """The engine's number for a Greek, a multi-index or a desk unit; money is of one unit of underlying."""
    if not what.name:
        orders: Mapping[str, Any] = dict(what.orders)
        return derivative(what.model, at={**inputs, "right": right}, **orders)
    name = canonical(what.name)
    desk = DESK.get(name)
    if desk is None or not desk.money:
        return greeks(what.model, name, right=right, **inputs)[name]
    raw = greeks(what.model, desk.greek, right=right, **inputs)[desk.greek]
    return raw * desk.scale * inputs[kernel_of(what.model).underlying] ** desk.money


def total(what: What, legs: tuple[Leg, ...], moved: Mapping[str, Any] = MappingProxyType({})) -> Any:
    """The amount of all legs together; `moved` changes inputs of every line."""
    return sum(
        leg.count * line.quantity * amount(what, leg.right or line.right, _inputs(what, leg, line, moved))
        for leg in legs
        for line in _lines(leg.set)
    )


def _lines(name: str) -> tuple[Position, ...]:
    if name not in SETS:
        raise RequestError(f"unknown parameter set {name!r}{nearest(name, SETS)}")
    return SETS[name]


def _inputs(what: What, leg: Leg, line: Position, moved: Mapping[str, Any]) -> dict[str, Any]:
    """The inputs of the model for one line, changed; what the model or the set has not is refused."""
    names = kernel_of(what.model).input_names
    for name in (*dict(leg.changes), *moved):
        if name not in names:
            raise RequestError(f"{what.model} has no input {name!r}{nearest(name, names)}")
    given = {**line.inputs, **dict(leg.changes), **moved}
    for name in names:
        if name not in given:
            raise RequestError(f"parameter set {leg.set!r} has no {name}, which {what.model} needs")
    return {name: given[name] for name in names}


# -- answers --------------------------------------------------------------------------------------------


def answer(ask: Ask) -> str:
    """A request answered by the engine, as Markdown.

    Raises
    ------
    RequestError
        An unknown model, Greek, parameter set, input or sign model; a value that is not finite; a zero,
        peak or flip that is not there, or not the only one.

    Examples
    --------
    >>> answer(parse("unit: bsm vanna")), answer(parse("set: golden"))
    ('*underlying per 1.00 vol*', '*call, S = 100, K = 110, T = 0.25, σ = 0.6, r = 0.02, q = 0.01*')
    """
    try:
        return _ANSWERS[ask.kind](ask)
    except RequestError:
        raise
    except (KeyError, TypeError, ValueError) as error:
        raise RequestError(str(error)) from None


def number(value: float, digits: int) -> str:
    """A number as text: so many digits, thousands parted, never in powers of ten."""
    if not math.isfinite(value):
        raise RequestError(f"the value is {value}")
    places = digits - 1 - int(f"{value:.{digits - 1}e}".partition("e")[2])
    return f"{round(value, places) + 0.0:,.{min(12, max(0, places))}f}".replace("-", "−")


def _value(ask: Ask) -> str:
    return number(float(total(ask.what, ask.legs)), ask.digits)


def _table(ask: Ask) -> str:
    points = {ask.over: np.array(ask.points)}
    rows = [[_letter(ask.over), *(_input(ask.over, point) for point in ask.points)]]
    rows.append([":--", *("--:" for _ in ask.points)])
    for what in (ask.what, *(What(ask.what.model, name) for name in ask.more)):
        values = total(what, ask.legs, points)
        rows.append([str(what), *(number(float(value), ask.digits) for value in values)])
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def _search(ask: Ask) -> str:
    """The one zero of the total over an input, or its largest size: a grid, refined three times."""
    low, high = ask.points
    if not 0 < low < high:
        raise RequestError(f"the range {_plain(low)} to {_plain(high)} is empty or not above 0")
    for _ in range(3):
        grid = np.geomspace(low, high, 400)
        values = total(ask.what, ask.legs, {ask.over: grid})
        left, right = (_crossing if ask.kind == "zero" else _top)(values)
        low, high = float(grid[left]), float(grid[right])
    return number((low + high) / 2, ask.digits)


def _crossing(values: Any) -> tuple[int, int]:
    """Between which two the sign changes; it must change once."""
    (found,) = ((values[:-1] > 0) != (values[1:] > 0)).nonzero()
    if len(found) != 1:
        raise RequestError(f"{len(found)} zeros in the range; it must be one")
    return int(found[0]), int(found[0]) + 1


def _top(values: Any) -> tuple[int, int]:
    """The two around the largest size, which must not be at an end."""
    best = int(np.abs(values).argmax())
    if best in (0, len(values) - 1):
        raise RequestError("no peak inside the range: it is at an end")
    return best - 1, best + 1


def _listed(ask: Ask) -> str:
    """Exposure of the packaged chain's open interest at its own spot, or the flip of its profile."""
    from greekslab.chains import load_chain
    from greekslab.exposure import exposure
    from greekslab.profiles import profile

    market, book = load_chain()
    if ask.kind == "chain":
        cube = exposure(book, market, [ask.what.name], signs=ask.name)
        return number(float(np.sum(cube.values)), ask.digits)
    found = profile(book, market, ask.what.name, signs=ask.name)
    if not found.roots:
        raise RequestError(f"no flip of {ask.what.name} under {ask.name}: {found.status}")
    return number(found.flip, ask.digits)


def _formula(what: What) -> Formula:
    from greekslab.derivation import formula_of
    from greekslab.formulas import model

    declared = model(kernel_of(what.model).name)
    return declared.greek(what.name) if what.name else formula_of(declared, dict(what.orders))


def _latex(ask: Ask) -> str:
    r"""The equation, of a desk unit with its factor; `\,` is spelled out, since Markdown eats a backslash."""
    desk = DESK.get(canonical(ask.what.name)) if ask.what.name else None
    text = _formula(ask.what).latex if desk is None else _desk_latex(ask.what.model, desk.name)
    return f"$$\n{text}\n$$".replace(r"\,", r"\thinspace ")


def _desk_latex(model: str, name: str) -> str:
    import sympy as sp

    from greekslab.formulas import textbook

    desk = DESK[name]
    raw = _formula(What(model, desk.greek))
    factor = sp.Rational(1, round(1 / desk.scale)) * raw.model.symbols[raw.model.underlying] ** desk.money
    return f"{sp.latex(factor)} {GREEKS[desk.greek].symbol} = {sp.latex(textbook(factor * raw.expr))}"


def unit_of(what: What) -> str:
    """The unit of a Greek, a desk unit or an input, in words; needs SymPy only for a multi-index."""
    kernel = kernel_of(what.model)
    inputs = {given.name: given.unit for given in kernel.inputs}
    if not what.name or what.name in inputs:
        return str(inputs[what.name] if what.name else _formula(what).unit)
    name = canonical(what.name)
    raw = DESK[name].greek if name in DESK else name
    if raw not in kernel.units:
        raise UnknownGreekError(f"{what.model} has no Greek {what.name!r}{nearest(name, kernel.units)}")
    unit = kernel.units[raw]
    return DESK[name].unit_text(unit, inputs[kernel.underlying]) if name in DESK else str(unit)


def _sign(ask: Ask) -> str:
    formula = _formula(ask.what)
    if formula.name and GREEKS[formula.name].build:
        return "*built from price and delta, which carry their own signs*"
    if formula.orders.get("T"):
        return "*one minus sign for each T: it reads as the clock runs*"
    return "*the plain derivative, no sign added*"


def _set(ask: Ask) -> str:
    """A set in words: what all lines share, then each line."""
    lines = _lines(ask.name)
    shared = {n: x for n, x in lines[0].inputs.items() if all(line.inputs.get(n) == x for line in lines)}
    if len(lines) == 1:
        return f"*{', '.join([lines[0].right, *_named(shared)])}*"
    own = (
        f"{_plain(line.quantity)} {line.right}s at {', '.join(_named(line.inputs, shared))}" for line in lines
    )
    return f"*{', '.join(_named(shared))}; {'; '.join(own)}*"


def _named(inputs: Mapping[str, float], without: Mapping[str, float] = MappingProxyType({})) -> Iterator[str]:
    return (f"{_letter(n)} = {_input(n, value)}" for n, value in inputs.items() if n not in without)


def _letter(name: str) -> str:
    return name.replace("sigma", "σ")


def _input(name: str, value: float) -> str:
    """The value of an input; whole days as days."""
    days = round(value * 365)
    return f"{days} d" if name == "T" and abs(value * 365 - days) < 1e-9 else _plain(value)


def _plain(value: float) -> str:
    return f"{value:,.10g}".replace("-", "−")


_ANSWERS: Mapping[str, Callable[[Ask], str]] = MappingProxyType(
    {
        "latex": _latex,
        "unit": lambda ask: f"*{unit_of(ask.what)}*",
        "sign": _sign,
        "set": _set,
        "value": _value,
        "zero": _search,
        "peak": _search,
        "table": _table,
        "chain": _listed,
        "flip": _listed,
    }
)
