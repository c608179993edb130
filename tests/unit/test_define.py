"""A price of one's own gets Greeks, units and a kernel; what is no expression is refused."""

from __future__ import annotations

import numpy as np
import pytest
import sympy as sp

import greekslab as gl
from greekslab.formulas import D, Phi, d1, d2, eta
from greekslab.quantities import Input, Unit

S, K, T, sigma, r, q = symbols = sp.symbols("S K T sigma r q")
AT = {"S": 100.0, "K": np.array([90.0, 100.0, 110.0]), "T": 0.5, "sigma": 0.3, "r": 0.01, "q": 0.02}


def digital_pair(legs: tuple[sp.Expr, sp.Expr]) -> sp.Expr:
    """S D(q) legs[0] - K D(r) legs[1]."""
    return S * D(q, T) * legs[0] - K * D(r, T) * legs[1]


def test_a_straddle_is_a_call_and_a_put() -> None:
    one, two = d1(*symbols), d2(*symbols)
    straddle = gl.define("straddle", symbols, digital_pair((2 * Phi(one) - 1, 2 * Phi(two) - 1)))
    names = ["price", "delta", "gamma", "vega", "theta", "vanna", "speed", "ultima"]
    got = gl.greeks(straddle, names, **AT)
    call, put = (gl.greeks("bsm", names, right=right, **AT) for right in ("call", "put"))
    for name in names:
        np.testing.assert_allclose(got[name], call[name] + put[name], rtol=1e-11)
    assert gl.derivative(straddle, S=2, sigma=2, at=AT) == pytest.approx(
        2 * gl.derivative("bsm", S=2, sigma=2, at=AT), rel=1e-11
    )


def test_a_spread_of_two_strikes_keeps_them_apart() -> None:
    high = sp.Symbol("H")
    call = {
        k: digital_pair((Phi(d1(S, k, T, sigma, r, q)), Phi(d2(S, k, T, sigma, r, q)))) for k in (K, high)
    }
    spread = gl.define("spread", (*symbols, (high, Input("H", Unit.of(quote=1, underlying=-1), 0.0, True))),
                       call[K] - call[high].xreplace({K: high}))  # fmt: skip
    got = gl.greeks(spread, ["price", "delta", "vega"], H=120.0, **AT)
    low, top = (gl.greeks("bsm", ["price", "delta", "vega"], **(AT | more)) for more in ({}, {"K": 120.0}))
    for name, values in got.items():
        np.testing.assert_allclose(values, low[name] - top[name], rtol=1e-11)


def test_a_plain_expression_needs_none_of_our_functions() -> None:
    log = gl.define(
        "log_contract", (S, K, T, sigma, r), sp.exp(-r * T) * (sp.log(S / K) + (r - sigma**2 / 2) * T)
    )
    at = {name: AT[name] for name in ("S", "K", "T", "sigma", "r")}
    got = gl.greeks(log, ["delta", "gamma", "vega"], **at)
    discount = np.exp(-0.01 * 0.5)
    np.testing.assert_allclose(got["delta"], discount / 100.0)
    np.testing.assert_allclose(got["gamma"], -discount / 100.0**2)
    np.testing.assert_allclose(got["vega"], -discount * 0.3 * 0.5)
    assert str(log["gamma"].unit) == "underlying² per quote"


def test_kinked_payoffs_are_differentiated_almost_everywhere() -> None:
    capped = gl.define("capped", (S, K), sp.Min(sp.Max(S - K, 0), 10))
    got = gl.greeks(capped, ["price", "delta", "gamma"], S=np.array([90.0, 105.0, 120.0]), K=100.0)
    assert got["price"].tolist() == [0.0, 5.0, 10.0]
    assert got["delta"].tolist() == [0.0, 1.0, 0.0]
    assert got["gamma"].tolist() == [0.0, 0.0, 0.0]
    steps = sp.Piecewise((0, S < K), (S - K, S < 2 * K), (K, True))
    got = gl.greeks(gl.define("steps", (S, K), steps), "delta", S=np.array([50.0, 150.0, 250.0]), K=100.0)
    assert got["delta"].tolist() == [0.0, 1.0, 0.0]


def test_calls_and_puts_by_eta() -> None:
    digital = gl.define("digital", symbols, D(r, T) * Phi(eta * d2(*symbols)))
    for right in ("call", "put"):
        for name in ("price", "delta", "vega"):
            got = gl.greeks(digital, name, right=right, **AT)[name]
            np.testing.assert_allclose(
                got, gl.greeks("cash_or_nothing", name, right=right, **AT)[name], rtol=1e-13
            )


def test_degenerate_and_bad_elements_are_treated_as_in_declared_models() -> None:
    digital = gl.define("digital", symbols, D(r, T) * Phi(eta * d2(*symbols)))
    at = AT | {
        "K": 100.0,
        "S": np.array([90.0, 110.0, 100.0, 100.0]),
        "T": np.array([0.0, 0.0, 0.0, 0.5]),
        "sigma": np.array([0.3, 0.3, 0.3, -0.1]),
    }
    with pytest.warns(gl.DomainWarning, match=r"2 of 4 elements are NaN: sigma = -0.1 at row 3"):
        got = gl.greeks(digital, "delta", **at)
    np.testing.assert_array_equal(got["delta"], [0.0, 0.0, np.nan, np.nan])


HOSTILE = "__import__('os').system('true')"


@pytest.mark.parametrize(
    ("error", "arguments"),
    [
        (TypeError, ("x", (S,), "S**2")),
        (TypeError, ("x", ("S",), S)),
        (ValueError, ("bsm", (S,), S)),
        (ValueError, ("x y", (S,), S)),
        (ValueError, (HOSTILE, (S,), S)),
        (ValueError, ("x", (sp.Symbol(HOSTILE),), S)),
        (ValueError, ("x", ((S, Input(HOSTILE, Unit())),), S)),
        (ValueError, ("x", (S,), S * K)),
        (ValueError, ("x", (S,), sp.Function("system")(S))),
        (ValueError, ("x", (S,), sp.gamma(S))),
        (ValueError, ("x", (S,), sp.Integral(S, (S, 0, 1)))),
    ],
)
def test_what_is_no_price_is_refused(error: type[Exception], arguments: tuple[object, ...]) -> None:
    with pytest.raises(error):
        gl.define(*arguments)  # type: ignore[arg-type]


def test_a_hostile_symbol_never_reaches_the_source(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[str] = []
    from greekslab import codegen

    compiled = codegen._compiled
    monkeypatch.setattr(
        codegen, "_compiled", lambda source, title: seen.append(source) or compiled(source, title)
    )
    hostile = sp.Symbol(HOSTILE)
    square = gl.define("square", ((hostile, Input("S", Unit.of(quote=1, underlying=-1))),), hostile**2)
    assert gl.greeks(square, "delta", S=3.0)["delta"] == 6.0
    assert seen
    assert not any("import" in source or "system" in source for source in seen)
