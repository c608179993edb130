"""Branch-free special functions for the fast path: what LLVM turns into SIMD instructions.

Written once for numba, in plain arithmetic on float64 without a call or a branch, so that a loop over a
block of options vectorises. Needs the `fast` extra; nothing imports this module where numba is not there.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numba import njit, types
from numba.extending import intrinsic

__all__ = ["OPTIONS", "exp", "log_ratio", "mills", "phi", "sqrt"]

OPTIONS: dict[str, Any] = {
    "fastmath": {"contract", "nsz"},  # fused multiply-add and the sign of zero; NaN and order are kept
    "error_model": "numpy",
    "nogil": True,
    "cache": True,
}

_LOG2E = 1.4426950408889634
_LN2_HIGH, _LN2_LOW = 6.93147180369123816490e-01, 1.90821492927058770002e-10  # their sum is log 2
_ROUND = 6755399441055744.0  # 1.5 * 2**52: adding it rounds to a whole number, whose bits stand below
_ROUND_BITS = 0x4338000000000000
_ROOT_HALF_BITS = 0x3FE6A09E667F3BCD
_INV_ROOT_TWO_PI = 1.0 / math.sqrt(2.0 * math.pi)

sqrt = np.sqrt


@intrinsic
def _bits(_context: Any, _x: Any) -> Any:
    """The bits of a float as a whole number."""

    def cast(context: Any, builder: Any, _signature: Any, arguments: Any) -> Any:
        return builder.bitcast(arguments[0], context.get_value_type(types.int64))

    return types.int64(types.float64), cast


@intrinsic
def _float(_context: Any, _x: Any) -> Any:
    """The float with these bits."""

    def cast(context: Any, builder: Any, _signature: Any, arguments: Any) -> Any:
        return builder.bitcast(arguments[0], context.get_value_type(types.float64))

    return types.float64(types.int64), cast


@njit(inline="always")
def exp(x: float) -> float:
    """exp(x): x = n log 2 + r after Cody and Waite, Taylor's polynomial in r, 2**n put in as bits."""
    x = max(min(x, 709.0), -708.0)
    shifted = x * _LOG2E + _ROUND
    n = shifted - _ROUND
    r = (x - n * _LN2_HIGH) - n * _LN2_LOW
    power = _float((_bits(shifted) + np.int64(1023)) << np.int64(52))
    y = 1.6059043836821613e-10
    y = y * r + 2.08767569878681e-09
    y = y * r + 2.505210838544172e-08
    y = y * r + 2.755731922398589e-07
    y = y * r + 2.7557319223985893e-06
    y = y * r + 2.48015873015873e-05
    y = y * r + 0.0001984126984126984
    y = y * r + 0.001388888888888889
    y = y * r + 0.008333333333333333
    y = y * r + 0.041666666666666664
    y = y * r + 0.16666666666666666
    y = y * r + 0.5
    y = y * r + 1.0
    y = y * r + 1.0
    return power * y


@njit(inline="always")
def log_ratio(x: float, k: float) -> float:
    """log(x/k) = e log 2 + 2 atanh(z), z = (x - k 2**e)/(x + k 2**e): the difference is exact near x = k."""
    e = (_bits(x / k) - np.int64(_ROOT_HALF_BITS)) >> np.int64(52)
    k = k * _float((np.int64(1023) + e) << np.int64(52))
    z = (x - k) / (x + k)
    w = z * z
    n = _float(e + np.int64(_ROUND_BITS)) - _ROUND
    y = 0.09523809523809523
    y = y * w + 0.10526315789473684
    y = y * w + 0.11764705882352941
    y = y * w + 0.13333333333333333
    y = y * w + 0.15384615384615385
    y = y * w + 0.18181818181818182
    y = y * w + 0.2222222222222222
    y = y * w + 0.2857142857142857
    y = y * w + 0.4
    y = y * w + 0.6666666666666666
    y = y * w + 2.0
    return n * _LN2_HIGH + (n * _LN2_LOW + z * y)


@njit(inline="always")
def phi(x: float) -> float:
    """The standard normal density."""
    return _INV_ROOT_TWO_PI * exp(-0.5 * x * x)


@njit(inline="always")
def mills(x: float) -> float:
    """The Mills ratio (1 - Phi(x))/phi(x) for x >= 0, to some 5e-16.

    (1 + x) times it is smooth in t = (x - 5)/(x + 5) on the whole half line: one polynomial, fitted at the
    Chebyshev points with 50 digits.
    """
    inverse = 1.0 / ((x + 5.0) * (1.0 + x))
    t = (x - 5.0) * (1.0 + x) * inverse
    y = -9.564832934712551e-10
    y = y * t - 7.073898575561589e-10
    y = y * t + 1.1032071151574336e-08
    y = y * t + 9.092476134019147e-09
    y = y * t - 7.758520236786343e-08
    y = y * t - 6.588974491108954e-08
    y = y * t + 4.91996233147834e-07
    y = y * t + 3.2054316652589574e-07
    y = y * t - 3.277287633208865e-06
    y = y * t - 1.7633239265736746e-07
    y = y * t + 2.270961270923768e-05
    y = y * t - 2.480583845192319e-05
    y = y * t - 0.0001343742785571135
    y = y * t + 0.00045704392357953655
    y = y * t + 1.9530638370790786e-05
    y = y * t - 0.004201290329187307
    y = y * t + 0.01634823128102938
    y = y * t - 0.03802659218584139
    y = y * t + 0.0615050458401865
    y = y * t - 0.0661776007790963
    y = y * t + 0.0250721793016388
    y = y * t + 0.07778159886873769
    y = y * t - 0.22948753825211315
    y = y * t + 1.1568486282918946
    return (x + 5.0) * inverse * y
