"""Where the kernels are tried: seeded points over the whole domain, and its corners."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

import numpy as np

from greekslab.formulas import Model

MINUTE, DAY = 1 / 525_600, 1 / 365
CORNERS = {
    "T": (MINUTE, DAY, 0.25, 10.0),
    "sigma": (0.05, 0.6, 2.0),
    "d": (-30.0, -8.0, 0.0, 1e-9, 8.0, 30.0),
}


def at(
    declared: Model, X: float, T: float, sigma: float, r: float, q: float, d: float, eta: float
) -> dict[str, float]:
    """The point whose forward lies d standard deviations above the strike (at most a factor exp(6) away)."""
    carry = (r - q) * T if "q" in declared.symbols else 0.0
    away = np.clip(d * sigma * np.sqrt(T), -6, 6)
    K = float(X * np.exp(carry - away))
    if declared.name == "bachelier":
        K, sigma = float(X - X * away), sigma * X
    given = {"S": X, "F": X, "K": K, "T": T, "sigma": sigma, "r": r, "q": q}
    return {name: given[name] for name in declared.symbols} | {"eta": eta}


def seeded(declared: Model, count: int, seed: int) -> Iterator[dict[str, float]]:
    """Seeded points: one minute to ten years, quiet to wild, deep in and out of the money."""
    rng = np.random.default_rng(seed)
    for _ in range(count):
        T = float(np.exp(rng.uniform(np.log(MINUTE), np.log(10.0))))
        sigma = float(np.exp(rng.uniform(np.log(0.05), np.log(2.0))))
        r, q = (float(x) for x in rng.uniform(-0.05, 0.15, 2))
        X = float(np.exp(rng.uniform(-3, 11)))
        d = float(rng.uniform(-8, 8) if rng.random() < 0.8 else rng.uniform(-30, 30))
        yield at(declared, X, T, sigma, r, q, d, float(rng.choice([-1, 1])))


def corners(declared: Model) -> Iterator[dict[str, float]]:
    """Shortest and longest, quietest and wildest, deepest in and out and at the money: all combinations."""
    rates = ((0.05, 0.02), (-0.05, 0.15), (0.03, 0.03), (0.0, 0.0))
    for i, j, k in product(*(range(len(values)) for values in CORNERS.values())):
        T, sigma, d = CORNERS["T"][i], CORNERS["sigma"][j], CORNERS["d"][k]
        r, q = rates[(i + j + k) % 4]
        yield at(declared, 100.0, T, sigma, r, q, d, (-1.0) ** (i + j + k // 2))
