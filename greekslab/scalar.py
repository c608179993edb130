"""One option at a time: the printed kernels run on plain floats, with `math` in NumPy's place.

A kernel is arithmetic and a handful of named functions; the same compiled function given scalar versions of
these answers one option in microseconds. What is degenerate, outside the domain or out of range is left to
the arrays' way, which knows limits and warnings.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from functools import cache
from types import FunctionType
from typing import Any

from greekslab import kernels
from greekslab.primitives import STEPS, depth_of

__all__ = ["one"]

_ROOT_HALF = math.sqrt(0.5)
_ROOT_HALF_PI = math.sqrt(0.5 * math.pi)
_ROOT_TWO_PI = math.sqrt(2.0 * math.pi)
_SMALL = 1e-12
"""Times and volatilities below this are left to the arrays' way, with zero itself."""


def _phi(x: float) -> float:
    return math.exp(-0.5 * x * x) / _ROOT_TWO_PI


def _Phi(x: float) -> float:
    return 0.5 * math.erfc(-_ROOT_HALF * x)


def _clip_d(x: float) -> float:
    return min(max(x, -40.0), 40.0)


def _log_ratio(x: float, k: float) -> float:
    gap = x - k
    return math.copysign(math.log1p(abs(gap) / min(x, k)), gap)


def _normal_spread(eta: float, x: float, s: float) -> float:
    m = min(abs(x) / s, 40.0)
    if m > 2.0:
        ratio = _ratios(m)[1]
        slope = ratio / (m + ratio)
    else:
        slope = 1.0 - m * _mills(m)
    return max(eta * x, 0.0) + s * _phi(m) * slope


def _option_spread(
    eta: float, a: float, c: float, a_phi: float, x: float, s: float, P1: float, P2: float
) -> float:
    if min(P1, P2) < 1e-290:
        raise ArithmeticError  # a leg near the end of the doubles: the arrays' way looks at it
    value = eta * (a * P1 - c * P2)
    if abs(value) >= 0.3 * a * P1:
        return value
    m = min(abs(x) / s, 1e3)
    gap = _series_by_ratios(m, s) if m > 2.0 else _series_by_recursion(m, s)
    return max(eta * c * math.expm1(x), 0.0) + a_phi * gap


def _mills(m: float) -> float:
    """The Mills ratio for m <= 2, where exp and erfc are both of moderate size."""
    return _ROOT_HALF_PI * math.exp(0.5 * m * m) * math.erfc(_ROOT_HALF * m)


def _series_by_recursion(m: float, s: float) -> float:
    even = _mills(m)
    odd = 1.0 - m * even
    term, total = s, s * odd
    for k in range(1, 2 * STEPS, 2):
        even = k * even - m * odd
        odd = (k + 1) * odd - m * even
        term *= s * s / (4.0 * (k + 1) * (k + 2))
        total += term * odd
    return total


def _ratios(m: float) -> dict[int, float]:
    depth = depth_of(m)
    ratio = 0.5 * (math.sqrt(m * m + 4.0 * depth) - m)
    ratios = {}
    for k in range(depth - 1, 0, -1):
        ratio = k / (m + ratio)
        ratios[k] = ratio
    return ratios


def _series_by_ratios(m: float, s: float) -> float:
    ratios = _ratios(m)
    derivative = ratios[1] / (m + ratios[1])
    term, total = s, s * derivative
    for k in range(2, 2 * STEPS + 1, 2):
        derivative *= ratios[k] * ratios[k + 1]
        term *= s * s / (4.0 * k * (k + 1))
        total += term * derivative
    return total


_SCALARS: Mapping[str, Callable[..., float]] = {
    "Phi": _Phi,
    "clip_d": _clip_d,
    "exp": math.exp,
    "log_ratio": _log_ratio,
    "normal_spread": _normal_spread,
    "option_spread": _option_spread,
    "phi": _phi,
    "sqrt": math.sqrt,
}


@cache
def _on_floats(model: str) -> tuple[Callable[..., dict[str, float]], Callable[..., tuple[float, ...]], Any]:
    """A printed kernel and its moneyness with scalar functions, and the lower ends of its inputs."""
    kernel = kernels.KERNELS[model]
    run, moneyness = (
        FunctionType(f.__code__, dict(_SCALARS), f.__name__)  # type: ignore[union-attr]
        for f in (kernel.run, kernel.moneyness)
    )
    lows = tuple(_SMALL if i.name in ("T", "sigma") else i.low for i in kernel.inputs)
    return run, moneyness, lows


def one(model: str, want: int, values: tuple[float, ...], eta: float) -> dict[str, float] | None:
    """The wanted Greeks of one option, or None where the arrays' way has to look at it.

    Parameters
    ----------
    model : a printed model
    want : bits of the Greeks
    values : its inputs in order
    eta : +1 call, -1 put
    """
    run, moneyness, lows = _on_floats(model)
    for value, low in zip(values, lows, strict=True):
        if not low < value < math.inf:
            return None
    try:
        got = run(want, *values, eta, sum(moneyness(*values)))
    except (ArithmeticError, ValueError):
        return None
    return got if all(map(math.isfinite, got.values())) else None
