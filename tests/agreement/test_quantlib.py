"""Ordinary options against QuantLib's closed forms: another library's formulas, written by others."""

import numpy as np
import pytest

from greekslab.evaluate import greeks
from greekslab.kernels import KERNELS

pytestmark = pytest.mark.agreement
ql = pytest.importorskip("QuantLib")

SPOT, YEARS, RATE, YIELD = 100.0, (0.1, 0.75, 4.0), (0.03, -0.01), (0.0, 0.06)
STRIKES, VOLS = (85.0, 97.0, 100.0, 115.0), (0.12, 0.55)
GRID = np.array(
    [a.ravel() for a in np.meshgrid(STRIKES, YEARS, VOLS, RATE, YIELD, [1.0, -1.0], indexing="ij")]
)
PAYOFFS = {
    "bsm": ql.PlainVanillaPayoff,
    "cash_or_nothing": lambda right, K: ql.CashOrNothingPayoff(right, K, 1.0),
    "asset_or_nothing": ql.AssetOrNothingPayoff,
}


def calculator(payoff, forward, K, T, sigma, r, eta):
    right = ql.Option.Call if eta > 0 else ql.Option.Put
    return ql.BlackCalculator(payoff(right, K), forward, sigma * T**0.5, np.exp(-r * T))


def spot_greeks(payoff, K, T, sigma, r, q, eta):
    c = calculator(payoff, SPOT * np.exp((r - q) * T), K, T, sigma, r, eta)
    return {
        "price": c.value(),
        "delta": c.delta(SPOT),
        "gamma": c.gamma(SPOT),
        "vega": c.vega(T),
        "theta": c.theta(SPOT, T),
        "rho": c.rho(T),
        "epsilon": c.dividendRho(T),
        "dual_delta": c.strikeSensitivity(),
        "elasticity": c.elasticity(SPOT),
        "delta_forward": c.deltaForward(),
    }


def second_order(K, T, sigma, r, q, eta):
    c = calculator(PAYOFFS["bsm"], SPOT * np.exp((r - q) * T), K, T, sigma, r, eta)
    return {"dual_gamma": c.strikeGamma(), "vanna": c.vanna(SPOT, T)}


def volga_from_vega(K, T, sigma, r, q, eta):
    """A difference of its vega: its own `volga` (1.44) is not the derivative of that."""
    h, forward = 1e-4 * sigma, SPOT * np.exp((r - q) * T)
    up, down = (calculator(PAYOFFS["bsm"], forward, K, T, sigma + s * h, r, eta).vega(T) for s in (1, -1))
    return {"volga": (up - down) / (2 * h)}


def forward_greeks(K, T, sigma, r, _, eta):
    c = calculator(PAYOFFS["bsm"], SPOT, K, T, sigma, r, eta)
    return {
        "price": c.value(),
        "delta": c.deltaForward(),
        "gamma": c.gammaForward(),
        "vega": c.vega(T),
        "theta": c.theta(SPOT, T),
        "dual_delta": c.strikeSensitivity(),
        "elasticity": c.elasticityForward(),
        "rho": -T * c.value(),
    }


def coin_greeks(K, T, sigma, _r, _q, eta):
    """The value in coin by the quotient rule, from the plain option at zero rate."""
    c = calculator(PAYOFFS["bsm"], SPOT, K, T, sigma, 0.0, eta)
    value, delta, gamma = c.value(), c.deltaForward(), c.gammaForward()
    coin_delta = (delta - value / SPOT) / SPOT
    return {
        "price": value / SPOT,
        "delta": coin_delta,
        "gamma": gamma / SPOT - 2 * coin_delta / SPOT,
        "vega": c.vega(T) / SPOT,
        "theta": c.theta(SPOT, T) / SPOT,
        "dual_delta": c.strikeSensitivity() / SPOT,
    }


def bachelier_greeks(K, T, sigma, r, _, eta):
    right = ql.Option.Call if eta > 0 else ql.Option.Put
    c = ql.BachelierCalculator(ql.PlainVanillaPayoff(right, K), SPOT, sigma * SPOT * T**0.5, np.exp(-r * T))
    return {
        "price": c.value(),
        "delta": c.deltaForward(),
        "gamma": c.gammaForward(),
        "vega": c.vega(T),
        "dual_delta": c.strikeSensitivity(),
    }


def compare(model, theirs, *, unit=1.0, rel=1e-9):
    K, T, sigma, r, q, eta = GRID
    given = {"S": SPOT, "F": SPOT, "K": K, "T": T, "sigma": sigma * unit, "r": r, "q": q}
    rows = [theirs(*row) for row in GRID.T]
    inputs = {name: given[name] for name in KERNELS[model].input_names}
    ours = greeks(model, list(rows[0]), right=eta, **inputs)
    for name, mine in ours.items():
        its = np.array([row[name] for row in rows])
        assert mine == pytest.approx(its, rel=rel, abs=rel * 1e-4 * np.abs(its).max()), name


@pytest.mark.parametrize("model", list(PAYOFFS))
def test_spot_options(model):
    compare(model, lambda *row: spot_greeks(PAYOFFS[model], *row))


def test_second_order_of_spot_options():
    compare("bsm", second_order)
    compare("bsm", volga_from_vega, rel=1e-6)


def test_forward_options():
    compare("black76", forward_greeks)


def test_coin_settled_options():
    compare("inverse", coin_greeks)


def test_bachelier_options():
    compare("bachelier", bachelier_greeks, unit=SPOT)
