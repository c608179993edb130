"""Special functions of the kernels: what plain NumPy would lose digits on.

Everything here works elementwise on float64 arrays and scalars that broadcast.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from importlib import import_module
from types import ModuleType
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["Phi", "clip_d", "log_ratio", "normal_spread", "option_spread", "phi", "piecewise"]

Floats = Any
"""A float64 array or scalar."""

_ROOT_TWO_PI = float(np.sqrt(2 * np.pi))
_D_MAX = 40.0  # phi(40) underflows to zero: beyond it nothing changes, and no power of d overflows


@cache
def _special() -> ModuleType:
    """scipy.special, at first use: importing it takes longer than all of greekslab."""
    return import_module("scipy.special")


def Phi(x: Floats) -> Floats:
    """The standard normal distribution function.

    Examples
    --------
    Abramowitz and Stegun (1964), table 26.1.

    >>> print(f"{Phi(1.0):.10f}")
    0.8413447461
    """
    return _special().ndtr(x)


def phi(x: Floats) -> Floats:
    """The standard normal density.

    Examples
    --------
    Abramowitz and Stegun (1964), table 26.1.

    >>> print(f"{phi(1.0):.10f}")
    0.2419707245
    """
    return np.exp(-0.5 * x * x) / _ROOT_TWO_PI


def clip_d(x: Floats) -> Floats:
    """d1 or d2 held where the density is above zero: what is degenerate takes its limit."""
    return np.clip(x, -_D_MAX, _D_MAX)


def log_ratio(x: Floats, k: Floats) -> Floats:
    """log(x/k) to full relative accuracy, also where x is next to k.

    The difference of near numbers is exact, their quotient is not: a one-minute option keeps its digits.

    Examples
    --------
    At x = 2^-40/100 the series log(1 + x) = x - x^2/2 leaves

    >>> print(f"{log_ratio(100.0 + 2.0**-40, 100.0):.14e}")
    9.09494701772924e-15
    """
    gap = x - k
    return np.copysign(np.log1p(np.abs(gap) / np.minimum(x, k)), gap)


def piecewise(conditions: Sequence[Any], values: Sequence[Floats]) -> Floats:
    """The value of the first condition that holds, elementwise; NaN where none does.

    Examples
    --------
    >>> float(piecewise([False, True], [1.0, 2.0]))
    2.0
    """
    return np.select([np.asarray(c, bool) for c in conditions], list(values), np.nan)


def option_spread(
    eta: Floats, a: Floats, c: Floats, a_phi: Floats, x: Floats, s: Floats, P1: Floats, P2: Floats
) -> Floats:
    """eta (a Phi(eta d1) - c Phi(eta d2)), with a phi(d1) = c phi(d2), without cancellation.

    Parameters
    ----------
    eta : +1 call, -1 put
    a, c : the legs, discounted
    a_phi : a phi(d1)
    x, s : log(F/K) and sigma sqrt T, so that d1, d2 = x/s +- s/2
    P1, P2 : Phi(eta d1), Phi(eta d2)

    Returns
    -------
    array of the broadcast shape

    Notes
    -----
    Where the difference keeps under 0.3 of its first leg, the value is the intrinsic one, c expm1(x), plus
    a phi(d1) (M(d1) - M(d2)) of the side out of the money, M the Mills ratio Phi/phi of the lower
    tail; that difference is summed as a series in s whose terms are all positive (`_mills_gap`).
    """
    value = eta * (a * P1 - c * P2)
    thin = np.asarray(np.abs(value) < 0.3 * (a * P1))
    lost = np.asarray(np.minimum(P1, P2) < _LEAST)
    if not (thin.any() or lost.any()):
        return value
    value, eta, a, c, a_phi, x, s, thin, lost = np.broadcast_arrays(value, eta, a, c, a_phi, x, s, thin, lost)
    value = np.array(value)
    intrinsic = np.where(eta[thin] * x[thin] > 0, eta[thin] * c[thin] * np.expm1(x[thin]), 0.0)
    value[thin] = intrinsic + a_phi[thin] * _mills_gap(np.abs(x[thin]), s[thin])
    m = np.abs(x) / s
    wide = lost & (np.abs(m - 0.5 * s) < _NO_DENSITY) & (m + 0.5 * s > _NO_DENSITY)
    value[wide] = _wide_spread(*(array[wide] for array in (eta, a, c, x, s)))
    return value


_LEAST, _NO_DENSITY = 1e-290, 37.0
"""Where a probability nears the end of the doubles, and how far out that is."""


def _wide_spread(eta: Floats, a: Floats, c: Floats, x: Floats, s: Floats) -> Floats:
    """The spread where one leg's probability is no double: through the Mills ratio of that leg."""
    m = np.abs(x) / s
    near, far = 0.5 * s - m, 0.5 * s + m
    lead = np.where(x < 0, a, c)
    mills = np.sqrt(np.pi / 2) * _special().erfcx(far / np.sqrt(2))
    return np.where(eta * x > 0, eta * (a - c), 0.0) + lead * (Phi(near) - phi(near) * mills)


def normal_spread(eta: Floats, x: Floats, s: Floats) -> Floats:
    """The mean of max(eta (X - K), 0) for X normal with deviation s about K + x, without cancellation.

    Parameters
    ----------
    eta : +1 call, -1 put
    x, s : forward less strike, and sigma sqrt T

    Returns
    -------
    array of the broadcast shape

    Notes
    -----
    The intrinsic value plus s phi(m) M'(-m), m = |x|/s, where M'(-m) = 1 - m M(-m) is the first derivative
    of the Mills ratio: far out of the money that difference cancels and the ratios of `_mills_gap` serve.
    """
    eta, x, s = np.broadcast_arrays(*(np.asarray(a, np.float64) for a in (eta, x, s)))
    m = np.minimum(np.abs(x) / s, _D_MAX)
    slope = np.asarray(1.0 - m * (np.sqrt(np.pi / 2) * _special().erfcx(m / np.sqrt(2))))
    far = m > 2.0
    if far.any():
        ratio = _ratios(m[far])[1]
        slope[far] = ratio / (m[far] + ratio)
    return np.maximum(eta * x, 0.0) + s * phi(m) * slope


STEPS = 8
"""Terms of the series in s."""


def depth_of(m: float) -> int:
    """From where the ratios at -m have to be run down: deeper as m is smaller."""
    return 2 * STEPS + 6 + int(190.0 / (m * m))


def _mills_gap(x: NDArray[np.float64], s: NDArray[np.float64]) -> NDArray[np.float64]:
    """M(-m + s/2) - M(-m - s/2) for m = x/s >= 0: the odd Taylor series about the middle.

    The k-th derivative of M at -m is the integral of u^k exp(-u^2/2 - m u): positive, and by parts
    M_{k+1} = k M_{k-1} - m M_k. Upwards that recursion cancels for large m, where the ratios
    M_k/M_{k-1} = k/(m + M_{k+1}/M_k) are run down instead.
    """
    m = np.minimum(x / s, 1e3)
    far = m > 2.0
    total = np.empty_like(m)
    if far.any():
        total[far] = _series_by_ratios(m[far], s[far])
    total[~far] = _series_by_recursion(m[~far], s[~far])
    return total


def _series_by_recursion(m: NDArray[np.float64], s: NDArray[np.float64]) -> NDArray[np.float64]:
    even: NDArray[np.float64] = np.sqrt(np.pi / 2) * _special().erfcx(m / np.sqrt(2))
    odd = 1.0 - m * even
    term = np.asarray(s)
    total: NDArray[np.float64] = term * odd
    for k in range(1, 2 * STEPS, 2):
        even = k * even - m * odd
        odd = (k + 1) * odd - m * even
        term = term * (s * s) / (4.0 * (k + 1) * (k + 2))
        total = total + term * odd
    return total


def _ratios(m: NDArray[np.float64]) -> dict[int, NDArray[np.float64]]:
    """k -> M_k/M_{k-1} at -m, run down from where the ratio is that of its asymptotic law."""
    top, depth = 2 * STEPS + 1, depth_of(float(np.min(m)))
    ratio = 0.5 * (np.sqrt(m * m + 4.0 * depth) - m)
    ratios = {}
    for k in range(depth - 1, 0, -1):
        ratio = k / (m + ratio)
        if k <= top:
            ratios[k] = ratio
    return ratios


def _series_by_ratios(m: NDArray[np.float64], s: NDArray[np.float64]) -> NDArray[np.float64]:
    top = 2 * STEPS + 1
    ratios = _ratios(m)
    derivative = ratios[1] / (m + ratios[1])
    term = np.asarray(s)
    total = term * derivative
    for k in range(2, top, 2):
        derivative = derivative * ratios[k] * ratios[k + 1]
        term = term * (s * s) / (4.0 * k * (k + 1))
        total = total + term * derivative
    return total
