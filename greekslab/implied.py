"""Implied volatility: the volatility at which a model's price is the quoted one.

Method of Jaeckel (2016), "Let's be rational": the out-of-the-money time value over its own upper bound
depends on two numbers alone, the distance m = |log(F/K)| and the total volatility s = sigma sqrt T. The
total volatility is found by third-order Householder steps on a transform of that ratio which is nearly a
straight line in s. Price and derivatives come from the printed kernels alone, and so does the start: a fit
to their own inverse, from which one step is enough.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping
from dataclasses import replace
from enum import IntEnum
from functools import cache
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from greekslab.evaluate import (
    Bad,
    DomainError,
    DomainWarning,
    UnknownModelError,
    common_shape,
    flat,
    gather,
    kernel_of,
)
from greekslab.kernels import KERNELS
from greekslab.quantities import Input, Kernel

__all__ = ["VolStatus", "implied_vol"]

Floats = NDArray[np.float64]

_CHUNK = 4096
"""Quotes that are solved at once: their intermediates stay in the second-level cache."""
_NO_VOL, _ALL_VOL = 1e-30, 1e40
"""Volatilities at which a price is its intrinsic value, and its upper bound."""
_FAR = 37.0
"""More deviations than these out of the money, a price nears the end of the doubles and has no digits."""
_BLUR = 8 * float(np.finfo(float).eps)
"""Closer to the intrinsic value than this part of the price, a quote is the intrinsic value."""
_VAGUE = 1e-6
"""The relative error of a volatility, from the last digit of its price, that is still an answer."""
_NEAR = 2.5e-4
"""A relative step after which the next would be below rounding: what a step leaves is 0.06 of its fourth
power (up to 2.4 of it next to the bound)."""
_ROUNDS, _MOST = 50, 40.0
"""Steps that a search may take, and deviations beyond which nothing can be told from the bounds."""


class VolStatus(IntEnum):
    """What became of a quote.

    Examples
    --------
    >>> VolStatus(1).name
    'below_intrinsic'
    """

    ok = 0
    below_intrinsic = 1
    above_maximum = 2
    invalid = 3
    underdetermined = 4


_WORDS = {
    VolStatus.below_intrinsic: "is below the intrinsic value",
    VolStatus.above_maximum: "is not below the price at infinite volatility",
    VolStatus.underdetermined: "does not determine the volatility",
}


def implied_vol(
    model: str,
    price: ArrayLike,
    *,
    right: ArrayLike = "call",
    status: bool = False,
    strict: bool = False,
    **inputs: ArrayLike,
) -> Any:
    """The volatility that a price implies.

    Parameters
    ----------
    model : str: "bsm", "black76", "inverse", "bachelier"
    price : array   [the model's price unit: quote, or the coin for "inverse"]
    right : "call", "put", "C", "P", +1 or -1, scalar or array
    status : also return what became of each quote
    strict : raise on the first quote without an answer instead of making it NaN
    **inputs : the model's inputs by name but sigma, scalars or arrays that broadcast together

    Returns
    -------
    float64 array of the broadcast shape [the unit of the model's sigma], or a float where all inputs are
    scalars; with `status` a pair of that and an int8 array of `VolStatus` (one `VolStatus` beside a float)

    Raises
    ------
    UnknownModelError
        A name that is no model, or a model without an implied volatility.
    TypeError
        A missing or unknown input, or one that is not real numbers.
    ValueError
        Shapes that do not broadcast.
    DomainError
        With `strict`, the first quote that has no answer.

    Notes
    -----
    A quote without an answer is NaN, and one `DomainWarning` counts them all. Its status says why:
    `below_intrinsic`; `above_maximum` (at the price of infinite volatility or above it); `invalid` (an input
    outside its domain, NaN, inf); `underdetermined`: the price is the intrinsic value up to rounding, or the
    last digit of the price moves the volatility by more than a part in a million, or T = 0.

    References
    ----------
    Jaeckel (2016), "Let's be rational", Wilmott 2015(75), 40-53.

    Examples
    --------
    Hull (2018), Options, Futures, and Other Derivatives, section 15.11: a call at 1.875 implies 23.5 %.

    >>> round(implied_vol("bsm", 1.875, S=21.0, K=20.0, T=0.25, r=0.10, q=0.0), 3)
    0.235
    """
    if "sigma" in inputs:
        raise TypeError("implied_vol finds sigma from the price; it is no input here")
    vol, found = _implied(_quoted(model), inputs | {"price": price}, right, strict=strict)
    if vol.ndim:
        return (vol, found) if status else vol
    return (float(vol), VolStatus(int(found))) if status else float(vol)


def _quoted(model: str) -> Kernel:
    """The kernel of a model, as one that is given the price in place of the volatility."""
    kernel = kernel_of(model)
    if model not in _FAMILIES:
        raise UnknownModelError(f"no implied volatility for {model!r}; there is for {', '.join(_FAMILIES)}")
    price = Input("price", kernel.price_unit, meaning="quoted price")
    return replace(kernel, inputs=tuple(price if i.name == "sigma" else i for i in kernel.inputs))


def _implied(
    kernel: Kernel, inputs: Mapping[str, ArrayLike], right: ArrayLike, *, strict: bool
) -> tuple[Floats, NDArray[np.int8]]:
    """Broadcast, check the domain, solve in chunks, warn once."""
    given = gather(kernel, inputs, right)
    shape = common_shape(given)
    columns = {name: flat(array, shape) for name, array in given.items()}
    size = int(np.prod(shape))
    bad = Bad(size)
    for declared in kernel.inputs:
        columns[declared.name] = bad.check(declared, columns[declared.name])
    vol, status = np.empty(size), np.empty(size, np.int8)
    with np.errstate(all="ignore"):
        for start in range(0, size, _CHUNK):
            part = slice(start, start + _CHUNK)
            own = {n: float(c[0]) if c.size == 1 else c[part] for n, c in columns.items()}
            vol[part], status[part] = _chunk(kernel, own)
    lost = int(np.count_nonzero(status))
    if lost:
        first = bad.first or _first_refused(columns["price"], status)
        if strict:
            raise DomainError(first)
        warnings.warn(f"{lost} of {size} elements are NaN: {first}", DomainWarning, stacklevel=3)
    return vol.reshape(shape), status.reshape(shape)


def _first_refused(price: Floats, status: NDArray[np.int8]) -> str:
    """The first quote without an answer, in words."""
    row = int(np.argmax(status != 0))
    return f"price = {price[min(row, price.size - 1)]} at row {row} {_WORDS[VolStatus(int(status[row]))]}"


def _chunk(kernel: Kernel, own: Mapping[str, Any]) -> tuple[Floats, NDArray[np.int8]]:
    """Volatility and status of one chunk; NaN and a status other than ok where there is none."""
    family = _FAMILIES[kernel.name]
    quote = family.reduced(kernel, own)
    status = np.full(quote.ratio.shape, VolStatus.ok, np.int8)
    status[(quote.ratio == 0) | (quote.root == 0)] = VolStatus.underdetermined
    status[quote.ratio < 0] = VolStatus.below_intrinsic
    status[quote.ratio >= 1] = VolStatus.above_maximum
    status[np.isnan(quote.ratio + quote.root)] = VolStatus.invalid
    if status.any():
        vol = np.full(status.shape, np.nan)
        good = status == VolStatus.ok
        vol[good], status[good] = _determined(family, _Quote(*(part[good] for part in quote)))
        return vol, status
    return _determined(family, quote)


def _determined(family: _Family, quote: _Quote) -> tuple[Floats, NDArray[np.int8]]:
    """The volatility of quotes between their limits; NaN where rounding leaves it open."""
    total, vega = _total_vol(family, quote.distance, quote.ratio)
    sure = (quote.grain <= _VAGUE * total * vega) & (quote.distance <= total * (_FAR - 0.5 * total))
    status = np.where(sure, VolStatus.ok, VolStatus.underdetermined).astype(np.int8)
    return np.where(sure, total / quote.root, np.nan), status


# -- a quote as two numbers ----------------------------------------------------------------------------


class _Quote(NamedTuple):
    """What the total volatility depends on, the grain of the ratio, and total volatility over sigma."""

    distance: Floats
    ratio: Floats
    grain: Floats
    root: Floats


class _Family(NamedTuple):
    """How the quotes of a model reduce to two numbers, what gives back the second, the scale of its fit."""

    reduced: Callable[[Kernel, Mapping[str, Any]], _Quote]
    unit: Callable[[Floats, Floats], list[Floats]]
    share: float


def _side(own: Mapping[str, Any], x: Any, price: Any, intrinsic: Any) -> Any:
    """The price of the side out of the money, by parity; zero where only rounding is left of it."""
    inside = own["eta"] * x > 0
    value = price - np.where(inside, intrinsic, 0.0)
    return np.where(inside & (np.abs(value) <= _BLUR * price), 0.0, value)


def _lognormal(kernel: Kernel, own: Mapping[str, Any]) -> _Quote:
    """m = |log(F/K)|, and the price of the side out of the money over its upper bound."""
    price, x = own["price"], _moneyness(kernel, own)
    call, put = _legs(kernel, own)
    m, high, low = np.abs(x), np.maximum(call, put), np.minimum(call, put)
    value = _side(own, x, price, np.where(m < 1.0, low * np.expm1(m), high - low))
    return _quote(m, value / low, np.spacing(price) / low, np.sqrt(own["T"]))


def _normal(kernel: Kernel, own: Mapping[str, Any]) -> _Quote:
    """|F - K| and the undiscounted price of the side out of the money, over four times their sum."""
    x = _moneyness(kernel, own)
    discount = _price(kernel, {**own, "price": _NO_VOL}, 1.0, np.ones(1))
    m, price = np.abs(x), own["price"] / discount
    value = _side(own, x, price, m)
    scale = 4.0 * np.maximum(m + np.abs(value), np.finfo(float).tiny)
    return _quote(m / scale, value / scale, np.spacing(price) / scale, np.sqrt(own["T"]) / scale)


def _quote(*parts: Any) -> _Quote:
    return _Quote(*np.broadcast_arrays(*map(np.atleast_1d, parts)))


def _moneyness(kernel: Kernel, own: Mapping[str, Any]) -> Any:
    assert kernel.moneyness is not None
    return sum(kernel.moneyness(*(own[name] for name in kernel.input_names)))


def _legs(kernel: Kernel, own: Mapping[str, Any]) -> Any:
    """Call and put at infinite volatility. Time is counted in units of T, so that d1 and d2 are numbers."""
    scale = {i.name: own["T"] ** -i.unit.time for i in kernel.inputs if i.unit.time and i.name != "T"}
    given = {name: own[name] * scale.get(name, 1.0) for name in kernel.input_names}
    return _price(kernel, given | {"T": 1.0, "price": _ALL_VOL}, np.array([[1.0], [-1.0]]), 0.0)


def _price(kernel: Kernel, own: Mapping[str, Any], eta: Any, x: Any) -> Any:
    """The kernel's price where "price" stands for the volatility."""
    return kernel.run(kernel.want(("price",)), *(own[n] for n in kernel.input_names), eta, x)["price"]


_BENDS = "price", "vega", "volga", "ultima"


def _unit_lognormal(m: Floats, s: Floats) -> list[Floats]:
    """The call for one year on one, exp(m) to pay: price, vega, volga and ultima at volatility s."""
    kernel = KERNELS["bsm"]
    got = kernel.run(kernel.want(_BENDS), 1.0, 1.0, 1.0, s, -m, 0.0, 1.0, -m)
    return [got[name] for name in _BENDS]


def _unit_normal(m: Floats, s: Floats) -> list[Floats]:
    """The same of Bachelier's call, m out of the money."""
    kernel = KERNELS["bachelier"]
    got = kernel.run(kernel.want(_BENDS), 0.0, m, 1.0, s, 0.0, 1.0, -m)
    return [got[name] for name in _BENDS]


_SMALL = 1e-6
"""The scale at which the lognormal fit is the normal one: log(F/K) of small distances is F/K - 1."""

_FAMILIES = {
    **dict.fromkeys(("bsm", "black76", "inverse"), _Family(_lognormal, _unit_lognormal, 1.0)),
    "bachelier": _Family(_normal, _unit_normal, _SMALL),
}
"""The models that have an implied volatility."""


# -- the total volatility ------------------------------------------------------------------------------


def _total_vol(family: _Family, m: Floats, ratio: Floats) -> tuple[Floats, Floats]:
    """The total volatility at which the unit call costs the ratio, and its vega there.

    One step from the fitted start is enough; what it leaves, beyond the fit, is searched for.
    """
    start = _start(m * family.share, ratio * family.share) / family.share
    price, vega, *bends = family.unit(m, start)
    total = start + _step(ratio, price, vega, *bends)
    far = ~(np.abs(total - start) <= _NEAR * start)
    if far.any():
        total[far], vega[far] = _search(family, m[far], ratio[far])
    return total, vega


def _search(family: _Family, m: Floats, ratio: Floats) -> tuple[Floats, Floats]:
    """The same from the crude guess, by as many steps as it takes.

    A bracket, at first from where the price is no double to where it is its bound, follows the signs; a step
    that leaves it is replaced by the bracket's middle.
    """
    total, vega, left = np.full(m.shape, np.nan), np.full(m.shape, np.nan), np.arange(m.size)
    s = _crude(m * family.share, *_levels(m * family.share, ratio * family.share)) / family.share
    low, high = np.maximum(2.5 * ratio, m / (_MOST + np.sqrt(m))), _MOST + 2.0 * np.sqrt(m)
    for _ in range(_ROUNDS):
        if not left.size:
            break
        price, slope, *bends = family.unit(m, s)
        low, high = np.where(price <= ratio, s, low), np.where(price >= ratio, s, high)
        new = s + _step(ratio, price, slope, *bends)
        new = np.where((new >= low) & (new <= high), new, np.sqrt(low * high))
        near = np.abs(new - s) <= 0.25 * _NEAR * s
        total[left[near]], vega[left[near]] = new[near], slope[near]
        on = ~near
        left, m, ratio, s, low, high = left[on], m[on], ratio[on], new[on], low[on], high[on]
    return total, vega


def _step(ratio: Floats, c: Floats, c1: Floats, c2: Floats, c3: Floats) -> Floats:
    """A third-order Householder step on (-log c)^(-1/2), which is nearly straight in s."""
    gap, aim, a = np.log1p((ratio - c) / c), -np.log(ratio), c1 / c
    b, t = c2 / c1, c3 / c1
    h = 0.5 / (aim + gap)
    away = gap / aim
    newton = away / ((1.0 + np.sqrt(1.0 + away)) * h * a)
    bend = b + a * (3.0 * h - 1.0)
    twist = t + a * (3.0 * b * (3.0 * h - 1.0) + a * (2.0 + h * (15.0 * h - 9.0)))
    turn = (1.0 + 0.5 * bend * newton) / (1.0 + newton * (bend + twist * newton / 6.0))
    step: Floats = newton * np.clip(turn, 0.5, 2.0)  # so that a short step tells that the aim is near
    return step


# -- the start: the kernel's own inverse, fitted at first use -------------------------------------------
#
# In w = m + g, how much there is, and t, how deep it lies, both mapped to [-1, 1], s over a crude guess is
# smooth from the Bachelier limit to the bound: 6 by 16 Chebyshev points leave 2.2e-4 for w < 10.

_WIDE, _DEEP = 10.0, 680.0
_HALF_WIDE, _HALF_DEEP = 3.0, 3.0
_ORDERS = 6, 16


def _levels(m: Floats, ratio: Floats) -> tuple[Floats, Floats]:
    """g = -log(1 - ratio), the ratio without its upper end, and t = log(1 + m/(2 g))."""
    g = -np.log1p(-ratio)
    return g, np.log(1.0 + 0.5 * m / g)


def _crude(m: Floats, g: Floats, t: Floats) -> Floats:
    """The limits added: sqrt(2 pi) g at the money; far out s of d1 = -sqrt(2 + 2 t). Right within a half."""
    deep = 2.0 + 2.0 * t
    guess: Floats = 2.5 * g / np.sqrt(1.0 + 0.35 * g) + 2.0 * m / (np.sqrt(deep + 2.0 * m) + np.sqrt(deep))
    return guess


def _start(m: Floats, ratio: Floats) -> Floats:
    """The fitted total volatility; beyond the fit no more than a guess. Single precision is enough."""
    g, t = _levels(m, ratio)
    u = _mapped(m + g, _HALF_WIDE, _WIDE).astype(np.float32)
    v = _mapped(t, _HALF_DEEP, _DEEP).astype(np.float32)
    powers = np.empty((_ORDERS[1], v.size), np.float32)
    powers[0] = 1.0
    for n in range(1, len(powers)):
        np.multiply(powers[n - 1], v, out=powers[n])
    rows = np.einsum("ij,jn->in", _fit(), powers)
    smooth = rows[-1]
    for row in rows[-2::-1]:
        smooth = smooth * u + row
    start: Floats = _crude(m, g, t) * smooth
    return start


def _mapped(x: Floats, half: float, end: float) -> Floats:
    """From [0, end] to [-1, 1], fine at zero and coarse far out."""
    return 2.0 * (1.0 + half / end) * x / (half + x) - 1.0


@cache
def _fit() -> NDArray[np.float32]:
    """The coefficients: the ratios s/guess at the Chebyshev points, found by search, turned to powers."""
    points = [np.cos(np.pi * (np.arange(n) + 0.5) / n) for n in _ORDERS]
    x, y = (grid.ravel() for grid in np.meshgrid(*points, indexing="ij"))
    share_u = (x + 1.0) / (2.0 * (1.0 + _HALF_WIDE / _WIDE))
    share_v = (y + 1.0) / (2.0 * (1.0 + _HALF_DEEP / _DEEP))
    w, t = _HALF_WIDE * share_u / (1.0 - share_u), _HALF_DEEP * share_v / (1.0 - share_v)
    g = w / (1.0 + 2.0 * np.expm1(t))
    m = w - g
    smooth = _search(_FAMILIES["bsm"], m, -np.expm1(-g))[0] / _crude(m, g, t)
    inverse = [np.linalg.inv(np.vander(p, increasing=True)) for p in points]
    fitted: Floats = inverse[0] @ smooth.reshape(_ORDERS) @ inverse[1].T
    return fitted.astype(np.float32)
