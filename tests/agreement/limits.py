"""What the Greeks become when time or volatility is gone, worked out without the kernels.

Off the forward they are those of the discounted intrinsic value, here differences of two legs in MPFR. At
the forward the exact Greeks of the price are taken along forward = strike, with the vanishing input at
1e-30 and at 1e-36: what has grown has no limit.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

import gmpy2
import numpy as np

from greekslab.evaluate import greeks
from greekslab.formulas import MODELS
from greekslab.kernels import KERNELS
from tests.agreement import oracle

Point = Mapping[str, float]
Leg = Callable[..., Any]


def _discounted(years: str, rate: str, amount: str) -> Leg:
    def leg(at: Mapping[str, Any]) -> Any:
        return at.get(amount, 1) * gmpy2.exp(-at.get(rate, 0) * at[years])

    return leg


LEGS: Mapping[str, tuple[Leg, Leg]] = {
    "bsm": (_discounted("T", "q", "S"), _discounted("T", "r", "K")),
    "black76": (_discounted("T", "r", "F"), _discounted("T", "r", "K")),
    "bachelier": (_discounted("T", "r", "F"), _discounted("T", "r", "K")),
    "inverse": (lambda at: gmpy2.mpfr(1), lambda at: at["K"] / at["F"]),
}
"""What a call in the money is worth: the first less the second."""
PAYS: Mapping[str, Leg] = {
    "cash_or_nothing": _discounted("T", "r", "one"),
    "asset_or_nothing": _discounted("T", "q", "S"),
}
"""What a digital option in the money is worth."""


class Limit(NamedTuple):
    """A limit (NaN where there is none) and the size that rounding counts against."""

    value: float
    size: float


def _differences(model: str, leg: Leg, point: Point) -> dict[str, Any]:
    names = [name for name in point if name != "eta"]
    scale = {name: gmpy2.mpfr(abs(point[name]) or 1) for name in names}
    price = lambda *inputs: leg(dict(zip(names, inputs, strict=False)))  # noqa: E731
    return oracle.named_from(MODELS[model], oracle.Differences(price, point, scale))


def _money(model: str, point: Point) -> Any:
    """Forward over strike, in logarithms (a difference for Bachelier): its sign says which side pays."""
    X, K = (gmpy2.mpfr(point[name]) for name in (MODELS[model].underlying, "K"))
    growth = (gmpy2.mpfr(point["r"]) - gmpy2.mpfr(point["q"])) * gmpy2.mpfr(point["T"]) if "q" in point else 0
    return X - K if model == "bachelier" else gmpy2.log(X / K) + growth


def intrinsic(model: str, point: Point) -> dict[str, Limit]:
    """The limits off the forward."""
    with oracle.precision(400):
        names = KERNELS[model].greeks
        if point["eta"] * _money(model, point) < 0:
            return {name: Limit(np.nan if name == "elasticity" else 0.0, 0.0) for name in names}
        if model in PAYS:
            only = _differences(model, PAYS[model], point)
            return {name: Limit(float(only[name]), abs(float(only[name]))) for name in names}
        legs = [_differences(model, leg, point) for leg in LEGS[model]]
        eta = point["eta"]
        found = {}
        for name, one in legs[0].items():
            two = legs[1][name]
            found[name] = Limit(float(eta * (one - two)), float(abs(one) + abs(two)))
        X, price, delta = point[MODELS[model].underlying], found["price"], found["delta"]
        blur = price.size / abs(price.value) + delta.size / abs(delta.value)
        ratio = X * delta.value / price.value
        return found | {"elasticity": Limit(ratio, abs(ratio) * blur)}


def at_the_forward(model: str, point: Point, gone: tuple[str, ...]) -> dict[str, Limit]:
    """The limits along forward = strike as the named inputs vanish together."""
    small, smaller = (_exactly_at_the_forward(model, point, gone, power) for power in (-30, -36))
    size, found = abs(point["K"]), {}
    for name, value in smaller.items():
        grown = abs(value) > max(1e-12, 100 * abs(small[name]))
        kept = abs(value) > max(1e-12, abs(small[name]) / 100)
        found[name] = Limit(np.nan if grown else float(value) if kept else 0.0, size)
    return found


def _exactly_at_the_forward(model: str, point: Point, gone: tuple[str, ...], power: int) -> dict[str, Any]:
    with oracle.precision(400):
        at = {name: gmpy2.mpfr(x) for name, x in point.items()} | dict.fromkeys(gone, gmpy2.mpfr(10) ** power)
        at["K"] = at[MODELS[model].underlying] * gmpy2.exp(oracle.carry(at))
    return oracle.exact(MODELS[model], at)


def wrong(model: str, point: Point, limits: Mapping[str, Limit], *, lenient: bool = False) -> Iterator[str]:
    """The Greeks that are not their limit; `lenient` lets NaN stand for any limit."""
    given = {name: np.array([x]) for name, x in point.items() if name != "eta"}
    got = greeks(model, KERNELS[model].greeks, right=point["eta"], **given)
    for name, (limit, size) in limits.items():
        value = float(got[name][0])
        # A clamp of 1e-44 years leaves a price at the forward of 1e-22 of the underlying.
        allowed = 1e-14 * size + 1e-18 * max(1.0, abs(point["K"]))
        if np.isnan(value):
            if not (np.isnan(limit) or lenient):
                yield f"{name} is NaN; its limit is {limit}"
        elif not abs(value - limit) <= allowed:
            yield f"{name} is {value}; its limit is {limit}"
