"""Every fact and pitfall of the glossary is sampled: points are drawn, and a counterexample is looked for."""

import operator
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from numpy.random import Generator

from greekslab.evaluate import kernel_of
from greekslab.glossary import load
from greekslab.grammar import Claim, What, amount, parse_claim, total

RANGES = {
    "S": (50, 150),
    "F": (50, 150),
    "T": (0.01, 2),
    "sigma": (0.1, 1),
    "r": (-0.02, 0.08),
    "q": (0, 0.08),
}
"""Where inputs are drawn from; the strike lies up to two and a half sigma sqrt T from the underlying."""
CLOSE, FEWEST, SIZE = 1e-9, 30, 2000
COMPARES: dict[str, Callable[[Any, Any], Any]] = {"=": operator.eq, "<": operator.lt, ">": operator.gt}
Points = dict[str, Any]

CLAIMS = {
    f"{term.slug}: {text}": text
    for term in load()
    for text in (*(fact.holds for fact in term.fact), *(pitfall.check for pitfall in term.pitfall))
}


# -- points -----------------------------------------------------------------------------------------------


def number(word: str) -> float:
    return float(word[:-1]) / 365 if word.endswith("d") else float(word)


def even(rng: Generator, low: float, high: float, size: int) -> Any:
    """Draw evenly; in the logarithm where the range is positive."""
    return np.exp(rng.uniform(np.log(low), np.log(high), size)) if low > 0 else rng.uniform(low, high, size)


def draw(claim: Claim, rng: Generator, size: int = SIZE) -> Points:
    """Draw points of the model, with what the conditions fix put in place."""
    names = kernel_of(claim.what.model).input_names
    at: Points = {name: even(rng, *RANGES[name], size) for name in names if name != "K"}
    width = rng.uniform(-2.5, 2.5, size) * at["sigma"] * np.sqrt(at["T"])
    at = {name: at.get(name, at[names[0]] * np.exp(width)) for name in names}
    at["eta"] = rng.choice([1.0, -1.0], size)
    for left, op, right in claim.where:
        if op == "=" and left in at and left != "K":
            at[left] = np.full(size, number(right))
    return placed(claim, at)


def placed(claim: Claim, at: Points) -> Points:
    """Put the strike where a condition on d1, d2 or the forward wants it."""
    s = at["sigma"] * np.sqrt(at["T"])
    for left, op, right in claim.where:
        if op == "=" and left in ("d1", "d2", "K"):
            d = 0.0 if left == "K" else number(right)
            shift = {"d1": -0.5, "d2": 0.5, "K": 0.0}[left]
            at = at | {"K": told(at)["F"] * np.exp(-(d * s + shift * s * s))}
    return at


def told(at: Points) -> Points:
    """Add d1, d2 and the forward, by their textbook definitions."""
    forward = at["F"] if "F" in at else at["S"] * np.exp((at["r"] - at["q"]) * at["T"])
    s = at["sigma"] * np.sqrt(at["T"])
    d = np.log(forward / at["K"]) / s
    return at | {"F": forward, "d1": d + s / 2, "d2": d - s / 2}


def kept(claim: Claim, at: Points) -> Any:
    """Which points meet the inequalities; above or below a price means by two percent."""
    known, mask = told(at), np.full(at["eta"].shape, True)
    for left, op, right in claim.where:
        if op != "=":
            spare = {">": 1.02, "<": 0.98}[op]
            limit = known[right] * spare if right in known else number(right)
            mask = mask & COMPARES[op](known[left], limit)
    return mask


def enough(mask: Any) -> Any:
    """Refuse to prove something of too few points."""
    assert np.count_nonzero(mask) >= FEWEST, f"only {np.count_nonzero(mask)} points meet the conditions"
    return mask


def amount_at(what: What, at: Points) -> Any:
    return amount(what, at["eta"], {name: at[name] for name in kernel_of(what.model).input_names})


def first(at: Points, failed: Any, **shown: Any) -> str:
    """Name the first point that fails; an empty text where none does."""
    row = int(failed.argmax())
    return (
        ", ".join(f"{name} = {column[row]:.6g}" for name, column in (at | shown).items())
        if failed.any()
        else ""
    )


# -- a counterexample to each form of claim -----------------------------------------------------------------


def against_compare(claim: Claim, rng: Generator) -> str:
    if claim.legs:
        value = float(total(claim.what, claim.legs))
        return "" if COMPARES[claim.words["op"]](value, number(claim.words["product"])) else f"it is {value}"
    at, op = draw(claim, rng), claim.words["op"]
    left, right = amount_at(claim.what, at), product(claim, at)
    if op == "=":
        usual = np.abs(amount_at(claim.what, draw(Claim(claim.form, claim.what, claim.words), rng))).max()
        holds = np.abs(left - right) <= CLOSE * np.where(right == 0, usual, np.abs(right))
    else:
        holds = COMPARES[op](left, right)
    return first(at, enough(kept(claim, at)) & ~holds, left=left, right=right)


def product(claim: Claim, at: Points) -> Any:
    """Multiply numbers, inputs and Greeks of the same model."""
    result: Any = np.ones_like(at["eta"])
    for factor in claim.words["product"].split(" * "):
        name, _, power = factor.partition("^")
        if name.lstrip("-")[0].isdigit():
            result = result * number(factor)
        else:
            base = at[name] if name in at else amount_at(What(claim.what.model, name), at)
            result = result * base ** int(power or 1)
    return result


def against_same(claim: Claim, rng: Generator) -> str:
    at = draw(claim, rng)
    call, put = (amount_at(claim.what, at | {"eta": np.full(SIZE, sign)}) for sign in (1.0, -1.0))
    apart = np.abs(call - put) > CLOSE * (np.abs(call) + np.abs(put))
    return first(at, enough(kept(claim, at)) & apart, call=call, put=put)


def against_rate(claim: Claim, rng: Generator) -> str:
    """Compare a derivative with the difference quotient of what it is the derivative of."""
    at, by = draw(claim, rng), claim.words["input"]
    h = 1e-4 * np.maximum(np.abs(at[by]), 0.01) * np.minimum(1, at["sigma"] * np.sqrt(at["T"]))
    of = What(claim.what.model, claim.words["greek"])
    up, down = (amount_at(of, at | {by: at[by] + step}) for step in (h, -h))
    quotient = (up - down) / (2 * h) * (-1 if by == "T" else 1)
    value = amount_at(claim.what, at)
    apart = np.abs(value - quotient) > 1e-5 * (np.abs(value) + np.abs(up) / np.abs(at[by]))
    return first(at, enough(kept(claim, at)) & apart, value=value, quotient=quotient)


def against_peak(claim: Claim, rng: Generator) -> str:
    """Look for the largest size among the strikes up to four standard deviations away."""
    at, words = draw(claim, rng), claim.words
    found = []
    for row in range(SIZE):
        point = {name: np.full(801, column[row]) for name, column in at.items()}
        width = np.linspace(-4, 4, 801) * point["sigma"] * np.sqrt(point["T"])
        point["K"] = told(point)["F"] * np.exp(width)
        mask = kept(claim, point)
        if mask.any():
            sizes = np.where(mask, np.abs(amount_at(claim.what, point)), 0.0)
            found.append(told(point)[words["at"]][sizes.argmax()])
        if len(found) == FEWEST:
            break
    enough(np.isfinite(found))
    off = [d for d in found if abs(d - number(words["near"])) > number(words["within"])]
    return f"a peak at {words['at']} = {off[0]:.4g}" if off else ""


def against_limit(claim: Claim, rng: Generator) -> str:
    """Go a million times nearer to the end, and ten times that: close to the limit, or ever larger."""
    at, words = draw(claim, rng), claim.words
    way = 10.0 if words["end"] == "inf" else 0.1
    steps = [placed(claim, at | {words["input"]: at[words["input"]] * way**n}) for n in (0, 6, 7)]
    mask = np.all([kept(claim, point) for point in steps], axis=0)
    start, late, last = (amount_at(claim.what, point) for point in steps)
    if words["to"] == "inf":
        holds = (np.abs(last) > 2 * np.abs(late)) & (np.abs(late) > 30 * np.abs(start))
    else:
        holds = np.abs(last - number(words["to"])) <= 1e-3 * (np.abs(start) + 1)
    return first(at, enough(mask) & ~holds, late=late, last=last)


AGAINST: dict[str, Callable[[Claim, Generator], str]] = {
    "compare": against_compare,
    "same": against_same,
    "rate": against_rate,
    "peak": against_peak,
    "limit": against_limit,
}


def counterexample(text: str, seed: int = 20261122) -> str:
    claim = parse_claim(text)
    return AGAINST[claim.form](claim, np.random.default_rng(seed))


# -- tests --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", CLAIMS.values(), ids=CLAIMS.keys())
def test_a_claim_of_the_glossary_holds(text: str) -> None:
    assert not counterexample(text)


def test_every_form_of_claim_is_in_use() -> None:
    assert {parse_claim(text).form for text in CLAIMS.values()} == set(AGAINST)


@pytest.mark.parametrize(
    "text",
    [
        "bsm vanna > 0 where d2 > 0",
        "bsm vanna > 0",
        "bsm volga > 0",
        "bsm vanna = 0 where d1 = 0",
        "bsm vega = gamma * S^2 * sigma",
        "bsm vega_pt = 0.1 * vega",
        "bsm delta same for call and put",
        "bsm charm same for call and put",
        "bsm theta is price by sigma",
        "bsm vanna is vega by K",
        "bsm gamma peaks over K near d1 = 0.5 within 0.1",
        "bsm vanna peaks over K near d1 = 0.6 within 0.12 where d1 > 0 and T < 0.1",
        "bsm gamma -> 0 as T -> 0 where K = F",
        "bsm gamma -> inf as T -> 0 where K > F",
        "bsm delta -> 1 as T -> 0 where call and K > F",
        "inverse price -> 1 as F -> inf where put",
        "inverse gamma > 0 where call",
        "black76 gamma_usd_1pct > 0 @ chain_short_both",
    ],
)
def test_a_wrong_claim_is_refuted(text: str) -> None:
    assert counterexample(text)


def test_a_claim_about_nothing_is_refused() -> None:
    with pytest.raises(AssertionError, match="only 0 points"):
        counterexample("bsm gamma > 0 where d1 > 0 and d1 < -1")


ENGINE = amount


def wrong(what: What, right: Any, inputs: dict[str, Any]) -> Any:
    """The engine with vanna's sign flipped, charm left as d/dT, and a hundredth of vega forgotten."""
    return ENGINE(what, right, inputs) * {"vanna": -1.0, "charm": -1.0, "vega_pt": 100.0}.get(what.name, 1.0)


@pytest.mark.parametrize("slug", ["vanna", "charm", "vega"])
def test_a_fault_of_the_engine_is_found(slug: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(globals(), "amount", wrong)
    assert any(counterexample(text) for name, text in CLAIMS.items() if name.startswith(f"{slug}: "))
