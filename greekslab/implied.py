"""Implied volatility: the volatility at which a model's price is the quoted one.

Method of Jaeckel (2016), "Let's be rational": the out-of-the-money time value over its own upper bound
depends on two numbers alone, the distance m = |log(F/K)| and the total volatility s = sigma sqrt T. The
total volatility is found by third-order Householder steps on a transform of that ratio which is nearly a
straight line in s. Price and derivatives come from the printed kernel alone.
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from dataclasses import replace
from enum import IntEnum
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from greekslab.evaluate import CHUNK, DomainError, DomainWarning, _Bad, _flat, _gather, kernel_of
from greekslab.greeks import UnknownGreekError
from greekslab.kernels import KERNELS
from greekslab.quantities import Input, Kernel

__all__ = ["VolStatus", "implied_vol"]

Floats = NDArray[np.float64]

_NO_VOL, _ALL_VOL = 1e-30, 1e40
"""Volatilities at which a price is its intrinsic value, and its upper bound."""
_LEAST = 1e-300
"""A time value below this part of its bound keeps too few digits to say anything."""
_BLUR = 8 * float(np.finfo(float).eps)
"""Closer to the intrinsic value than this part of the price, a quote is the intrinsic value."""
_VAGUE = 1e-6
"""The relative error of a volatility, from the last digit of its price, that is still an answer."""
_NEAR = 2e-5
"""A relative step after which the next would be below rounding (the steps converge in fourth order)."""
_ROUNDS = 80


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
    model : str, a lognormal model: "bsm", "black76", "inverse"
    price : array   [the model's price unit: quote, or the coin for "inverse"]
    right : "call", "put", "C", "P", +1 or -1, scalar or array
    status : also return what became of each quote
    strict : raise on the first quote without an answer instead of making it NaN
    **inputs : the model's inputs by name but sigma, scalars or arrays that broadcast together

    Returns
    -------
    float64 array of the broadcast shape [1.00 vol], or a float where all inputs are scalars; with `status` a
    pair of that and an int8 array of `VolStatus` (one `VolStatus` beside a float)

    Raises
    ------
    UnknownModelError, UnknownGreekError
        A name that is no model, or a model without a total volatility.
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
    if kernel.moneyness is None or "sigma" not in kernel.input_names:
        raise UnknownGreekError(f"{model} has no implied volatility")
    price = Input("price", kernel.price_unit, meaning="quoted price")
    return replace(kernel, inputs=tuple(price if i.name == "sigma" else i for i in kernel.inputs))


def _implied(
    kernel: Kernel, inputs: Mapping[str, ArrayLike], right: ArrayLike, *, strict: bool
) -> tuple[Floats, NDArray[np.int8]]:
    """Broadcast, check the domain, solve in chunks, warn once."""
    given = _gather(kernel, inputs, right)
    shape = np.broadcast_shapes(*(array.shape for array in given.values()))
    columns = {name: _flat(array, shape) for name, array in given.items()}
    size = int(np.prod(shape))
    bad = _Bad(size)
    for declared in kernel.inputs:
        columns[declared.name] = bad.check(declared, columns[declared.name])
    vol, status = np.empty(size), np.empty(size, np.int8)
    with np.errstate(all="ignore"):
        for start in range(0, size, CHUNK):
            part = slice(start, min(start + CHUNK, size))
            count = part.stop - start
            own = {n: np.broadcast_to(c, count) if c.size == 1 else c[part] for n, c in columns.items()}
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


def _chunk(kernel: Kernel, own: Mapping[str, Floats]) -> tuple[Floats, NDArray[np.int8]]:
    """Volatility and status of one chunk; NaN and a status other than ok where there is none."""
    quote = _normalised(kernel, own)
    status = np.full(quote.ratio.shape, VolStatus.ok, np.int8)
    status[quote.ratio < _LEAST] = VolStatus.underdetermined
    status[quote.ratio < 0] = VolStatus.below_intrinsic
    status[quote.ratio >= 1] = VolStatus.above_maximum
    status[np.isnan(quote.ratio)] = VolStatus.invalid
    status[(own["T"] == 0) & (status == VolStatus.ok)] = VolStatus.underdetermined
    good = np.flatnonzero(status == VolStatus.ok)
    total, vega = _total_vol(quote.distance[good], quote.ratio[good])
    doubt = np.spacing(own["price"][good]) / (quote.bound[good] * total * vega)
    status[good[~(doubt <= _VAGUE)]] = VolStatus.underdetermined
    vol = np.full(quote.ratio.shape, np.nan)
    vol[good] = np.where(doubt <= _VAGUE, total / np.sqrt(own["T"][good]), np.nan)
    return vol, status


class _Quote(NamedTuple):
    """A quote by the two numbers that its total volatility depends on, and the bound that scales it."""

    distance: Floats
    ratio: Floats
    bound: Floats


def _normalised(kernel: Kernel, own: Mapping[str, Floats]) -> _Quote:
    """The quote of the out-of-the-money side, by parity, over its upper bound."""
    assert kernel.moneyness is not None
    given = [own[name] for name in kernel.input_names]
    x = sum(kernel.moneyness(*given))
    outside = np.where(x > 0, -1.0, 1.0)
    value = np.array(own["price"])
    inside = np.flatnonzero(own["eta"] * x > 0)
    its = {name: column[inside] for name, column in own.items()}
    value[inside] -= _limit(kernel, its, its["eta"], x[inside], _NO_VOL)
    value[inside[np.abs(value[inside]) <= _BLUR * its["price"]]] = 0.0
    bound = _limit(kernel, own, outside, x, _ALL_VOL)
    return _Quote(np.abs(x), value / bound, bound)


def _limit(kernel: Kernel, own: Mapping[str, Floats], eta: Floats, x: Floats, sigma: float) -> Floats:
    """The price at a volatility that is as good as zero or infinite."""
    given = {**{n: own[n] for n in kernel.input_names}, "price": sigma, "T": np.maximum(own["T"], 1e-60)}
    price: Floats = kernel.run(kernel.want(("price",)), *given.values(), eta, x)["price"]
    return price


_UNIT = KERNELS["black76"]
_WANT = _UNIT.want(("price", "vega", "volga", "ultima"))


def _unit_call(m: Floats, s: Floats) -> tuple[Floats, Floats, Floats, Floats]:
    """The call on a unit forward, m out of the money, one year: price, vega, volga, ultima."""
    got = _UNIT.run(_WANT, 1.0, np.exp(m), 1.0, s, 0.0, 1.0, -m)
    return got["price"], got["vega"], got["volga"], got["ultima"]


def _total_vol(m: Floats, ratio: Floats) -> tuple[Floats, Floats]:
    """The total volatility at which the unit call costs the ratio, and its vega there.

    A bracket follows the signs; a step that leaves it is replaced by the bracket's middle.
    """
    total, vega = np.empty_like(m), np.empty_like(m)
    left = np.arange(m.size)
    s, low, high = _start(m, ratio), np.zeros_like(m), np.full_like(m, np.inf)
    for _ in range(_ROUNDS):
        if not left.size:
            break
        price, slope, bend, twist = _unit_call(m, s)
        low, high = np.where(price <= ratio, s, low), np.where(price >= ratio, s, high)
        new = s + _step(ratio, price, slope, bend, twist)
        middle = np.where(high < np.inf, 0.5 * (low + high), 2.0 * s)
        new = np.where((new >= low) & (new <= high), new, middle)
        total[left], vega[left] = new, slope
        on = ~(np.abs(new - s) <= _NEAR * s)
        left, m, ratio, s, low, high = left[on], m[on], ratio[on], new[on], low[on], high[on]
    total[left] = np.nan
    return total, vega


def _start(m: Floats, ratio: Floats) -> Floats:
    """The tangent at the inflection s = sqrt(2 m), on its upper side."""
    turn = np.sqrt(2.0 * m)
    return np.maximum(turn, 2.5 * ratio)


def _step(ratio: Floats, c: Floats, c1: Floats, c2: Floats, c3: Floats) -> Floats:
    """A third-order Householder step in the transform that is nearly straight."""
    low = ratio < 0.5
    c, sign = np.where(low, c, 1.0 - c), np.where(low, 1.0, -1.0)
    a1, a2, a3 = sign * c1 / c, sign * c2 / c, sign * c3 / c
    aim, here = np.log(np.where(low, ratio, 1.0 - ratio)), np.log(c)
    b1, b2, b3 = a1, a2 - a1 * a1, a3 - 3.0 * a1 * a2 + 2.0 * a1**3
    h = 1.0 / np.sqrt(-2.0 * here)
    newton = (1.0 / np.sqrt(-2.0 * aim) - h) / (h**3 * b1)
    bend = b2 / b1 + 3.0 * h * h * b1
    twist = b3 / b1 + 9.0 * h * h * b2 + 15.0 * h**4 * b1 * b1
    step: Floats = newton * (1.0 + 0.5 * bend * newton) / (1.0 + newton * (bend + twist * newton / 6.0))
    return step
