"""What a file does not say, from what it does: its instant, forwards and discounts, a smile an expiry.

Pure functions of arrays; `greekslab.chains` says which file needs which.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from greekslab.market import YEAR, QuotedVols

__all__ = ["Key", "agreed_instant", "groups", "parity", "smiles"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Key = tuple[str, np.datetime64]
Columns = Mapping[str, NDArray[Any]]


def groups(columns: Columns) -> Iterator[tuple[Key, Ints]]:
    """Each (underlying, expiry) with the numbers of its rows."""
    underlying, expiry = columns["underlying"], columns["expiry"]
    order = np.lexsort((expiry, underlying))
    new = (underlying[order][1:] != underlying[order][:-1]) | (expiry[order][1:] != expiry[order][:-1])
    for rows in np.split(order, np.flatnonzero(new) + 1):
        yield (str(underlying[rows[0]]), expiry[rows[0]]), rows


def smiles(columns: Columns, forwards: Mapping[Key, float]) -> Iterator[tuple[Key, QuotedVols]]:
    """One volatility a strike, of every expiry that has a forward and any volatility."""
    for key, rows in groups(columns):
        known = rows[np.isfinite(columns["iv"][rows])]
        if key in forwards and len(known):
            strike = columns["strike"][known]
            inside = (strike - forwards[key]) * columns["right"][known] < 0
            order = np.lexsort((inside, strike))
            strikes, first = np.unique(strike[order], return_index=True)
            yield key, QuotedVols(strikes, columns["iv"][known[order][first]])


def agreed_instant(expiry: NDArray[Any], years: Floats, rounding: float) -> tuple[np.datetime64, float]:
    """The instant from which the most rows see their expiry the stated time away.

    Each row allows an interval as wide as its rounding; the answer is the middle of where the most overlap,
    so that rows of different expiries sharpen each other and a wrong row has no say.

    Parameters
    ----------
    expiry : datetime64[ms] array, shape (n,)
    years : float array, shape (n,)   [yr], rounded
    rounding : half a unit of its last decimal   [yr]

    Returns
    -------
    instant : datetime64[ms]
    half : float, half the width of that overlap   [ms]

    Examples
    --------
    >>> expiries = np.array(["2025-12-19T08:00", "2026-02-27T08:00"], "datetime64[ms]")
    >>> moment, half = agreed_instant(expiries, np.array([0.03913, 0.23092]), 0.5e-5)
    >>> str(moment)[:19], round(half / 1000)
    ('2025-12-05T01:10:51', 13)
    """
    seen = expiry.astype("datetime64[ms]").astype("f8") - years * YEAR
    edges = np.concatenate([seen - rounding * YEAR, seen + rounding * YEAR])
    step = np.repeat([1, -1], len(seen))
    order = np.lexsort((-step, edges))
    best = int(np.argmax(np.cumsum(step[order])))
    low, high = edges[order][best : best + 2]
    return np.datetime64(round((low + high) / 2), "ms"), float(high - low) / 2


NEAR, WIDTH, SURE, SHARE = 12, 0.2, 2e-3, 0.1
"""Of `parity`: strikes that give the forward; part of it within which strikes give the discount factor;
largest standard error of that factor, and largest part of 1 - D that this error may be."""


def parity(strike: Floats, gap: Floats, *, european: bool = True) -> tuple[float, float]:
    """Forward and discount factor of one expiry by put-call parity, C - P = D (F - K).

    D is the median slope between strikes half the range apart, within 20 % of the money; F the median over
    the 12 strikes nearest to parity. Medians, so that stale quotes of single strikes have no say.

    Parameters
    ----------
    strike : float array, shape (n,)   [quote per underlying], increasing
    gap : float array, shape (n,)   call minus put   [quote per underlying]
    european : bool; American options keep parity only near the money, so that D is not known from them

    Returns
    -------
    forward : float   [quote per underlying]; NaN without any strike
    discount : float; NaN where the quotes leave it open: its standard error is above 0.002 or above a tenth
        of 1 - D; and for American options

    Examples
    --------
    >>> strikes = np.arange(90.0, 111.0)
    >>> forward, discount = parity(strikes, 0.95 * (101.0 - strikes))
    >>> round(forward, 9), round(discount, 9)
    (101.0, 0.95)
    """
    if not len(strike):
        return np.nan, np.nan
    near = np.argsort(np.abs(gap), kind="stable")[:NEAR]
    slope, error = _slope(strike, gap, float(np.median(strike[near] + gap[near])))
    sure = european and error < min(SURE, SHARE * (1 - slope))
    # Where the gap is zero does not depend on D: a rough slope serves strikes that lie far apart.
    rough = slope if 0.5 < slope < 1.5 else 1.0
    return float(np.median(strike[near] + gap[near] / rough)), slope if sure else np.nan


def _slope(strike: Floats, gap: Floats, forward: float) -> tuple[float, float]:
    """Minus the slope of the gap near the money, and its standard error; NaN below eight strikes."""
    inside = np.abs(strike / forward - 1) < WIDTH
    k, g = strike[inside], gap[inside]
    half = len(k) // 2
    if half < 4:
        return np.nan, np.nan
    slopes = (g[:half] - g[-half:]) / (k[-half:] - k[:half])
    middle = float(np.median(slopes))
    # 1.4826 MAD estimates a standard deviation; a median's error is 1.2533 that of a mean.
    return middle, float(1.2533 * 1.4826 * np.median(np.abs(slopes - middle)) / np.sqrt(half))
