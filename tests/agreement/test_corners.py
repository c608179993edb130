"""Prices whose far leg has a probability below the doubles: wide, far out, and still above 1e-250."""

import mpmath as mp
import numpy as np
import pytest

import greekslab as gl

CASES = [
    (-366.0, 10.24),
    (-300.0, 9.0),
    (-60.0, 2.0),
    (60.0, 2.0),
    (-40.0, 20.0),
    (40.0, 20.0),
    (300.0, 12.0),
]
"""log(F/K) and sigma sqrt T."""


@pytest.mark.parametrize(("x", "s"), CASES)
@pytest.mark.parametrize("right", ["call", "put"])
def test_wide_and_far_out(x: float, s: float, right: str) -> None:
    F = 1e-10 if x < 0 else 1e30
    K = float(F * np.exp(-x))
    sign = 1 if right == "call" else -1
    with mp.workdps(400):
        d1 = mp.log(mp.mpf(F) / K) / s + mp.mpf(s) / 2
        exact = sign * (F * mp.ncdf(sign * d1) - K * mp.ncdf(sign * (d1 - s)))
    at = {"F": F, "K": K, "T": 1.0, "sigma": s, "r": 0.0, "right": right}
    alone, together = gl.greeks("black76", "price", **at), gl.greeks("black76", "price", **(at | {"F": [F]}))
    for got in (alone["price"], together["price"][0]):
        assert exact > 1e-250
        assert got == pytest.approx(float(exact), rel=1e-11)
