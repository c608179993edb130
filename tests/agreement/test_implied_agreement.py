"""The volatility that comes back is the one that a 50-digit price was made with.

`python -m tests.agreement.test_implied_agreement COUNT` prints the worst points of a large grid.
"""

import sys
from collections.abc import Iterator
from itertools import product

import mpmath as mp
import numpy as np
import pytest
import sympy as sp

import greekslab as gl
from greekslab.formulas import MODELS, d1, d2, eta
from greekslab.implied import VolStatus, implied_vol

pytestmark = pytest.mark.agreement

EPS = float(np.finfo(float).eps)
LOGNORMAL = ["bsm", "black76", "inverse"]
MINUTE = 1 / 525_600
KNOWN, RECOVERED = 1e-13, 1e-12
FAR = 45.0
"""So many deviations out of the money a price is no double any more."""


def quotes(model: str, count: int, seed: int) -> dict[str, np.ndarray]:
    """Random inputs: one minute to ten years, volatility 0.01 to 5, strikes by distance and by deviations."""
    rng = np.random.default_rng(seed)
    T = np.exp(rng.uniform(np.log(MINUTE), np.log(10.0), count))
    sigma = np.exp(rng.uniform(np.log(0.01), np.log(5.0), count))
    X = np.exp(rng.uniform(-3.0, 11.0, count))
    r, q = rng.uniform(-0.05, 0.15, (2, count))
    carry = (r - q) * T if model == "bsm" else 0.0
    deviations = rng.uniform(-1, 1, count) * rng.choice([1.0, 4.0, 12.0, 30.0], count) * sigma * np.sqrt(T)
    wide = rng.uniform(-1, 1, count) * rng.choice([1e-3, 0.1, 1.0, 4.0], count)
    distance = np.clip(np.where(rng.random(count) < 0.7, deviations, wide), -12.0, 12.0)
    given = {"S": X, "F": X, "K": X * np.exp(carry - distance), "T": T, "sigma": sigma, "r": r, "q": q}
    return {name: given[name] for name in MODELS[model].symbols} | {"eta": rng.choice([-1.0, 1.0], count)}


def grid(model: str) -> dict[str, np.ndarray]:
    """The plain grid: moneyness x time x volatility, calls and puts."""
    moneyness = [-2.0, -0.5, -0.1, -0.02, -1e-4, 0.0, 1e-6, 1e-3, 0.05, 0.2, 1.0, 3.0]
    years = [MINUTE, 1 / 8760, 1 / 365, 1 / 12, 1.0, 10.0]
    rows = np.array(list(product(moneyness, years, [0.01, 0.1, 0.5, 1.0, 2.5, 5.0], [-1.0, 1.0])))
    distance, T, sigma, eta = rows.T
    X = np.full(len(rows), 100.0)
    rates = {"r": np.full(len(rows), 0.03), "q": np.full(len(rows), 0.01)}
    given = {"S": X, "F": X, "K": X * np.exp(-distance), "T": T, "sigma": sigma} | rates
    return {name: given[name] for name in MODELS[model].symbols} | {"eta": eta}


def exact_prices(model: str, columns: dict[str, np.ndarray]) -> np.ndarray:
    """The declared price at fifty digits beyond those that the difference of its legs loses, rounded once."""
    declared = MODELS[model]
    spelled = declared.expr.replace(lambda e: isinstance(e, d1 | d2), lambda e: e.doit())
    means = {"Phi": mp.ncdf, "D": lambda rate, years: mp.exp(-rate * years)}
    price = sp.lambdify([*declared.symbols.values(), eta], spelled, [means, "mpmath"])
    digits = 80 + (np.minimum(deviations(model, columns), FAR) ** 2 / 4.6).astype(int)

    def one(row: int) -> float:
        with mp.workdps(int(digits[row])):
            return float(price(*(mp.mpf(float(column[row])) for column in columns.values())))

    return np.array([one(row) for row in range(len(digits))])


def deviations(model: str, columns: dict[str, np.ndarray]) -> np.ndarray:
    """|d1| or |d2|, whichever is larger."""
    carry = (columns["r"] - columns["q"]) * columns["T"] if "q" in columns else 0.0
    total = columns["sigma"] * np.sqrt(columns["T"])
    return np.abs(np.log(columns[MODELS[model].underlying] / columns["K"]) + carry) / total + total / 2


class Recovery:
    """What came back: relative errors of the volatilities, and how well each price determines its own."""

    def __init__(self, model: str, columns: dict[str, np.ndarray]) -> None:
        self.columns, price = columns, exact_prices(model, columns)
        inputs = {name: column for name, column in columns.items() if name not in ("sigma", "eta")}
        self.vol, self.status = implied_vol(model, price, right=columns["eta"], status=True, **inputs)
        vega = gl.greeks(model, "vega", right=columns["eta"], sigma=columns["sigma"], **inputs)["vega"]
        with np.errstate(all="ignore"):
            self.condition = EPS * price / (columns["sigma"] * vega)
        # Below 1e-290 of the bound neither the price nor the vega keeps its digits.
        self.known = (self.condition <= KNOWN) & (price > 1e-280)
        self.error = np.abs(self.vol / columns["sigma"] - 1)

    def worst(self, count: int = 5) -> Iterator[str]:
        """The points of the largest errors, in words."""
        ranked = np.argsort(np.where(self.known, np.where(np.isnan(self.error), np.inf, self.error), -1))
        for row in ranked[::-1][:count]:
            point = ", ".join(f"{n}={c[row]:.17g}" for n, c in self.columns.items())
            yield f"{self.error[row]:.2e} (condition {self.condition[row]:.1e}): {point}"


def recovery(model: str, columns: dict[str, np.ndarray]) -> Recovery:
    with pytest.warns(gl.DomainWarning):
        return Recovery(model, columns)


@pytest.mark.parametrize("model", LOGNORMAL)
@pytest.mark.parametrize("kind", ["grid", "random"])
def test_every_known_volatility_comes_back(model, kind):
    found = recovery(model, grid(model) if kind == "grid" else quotes(model, 400, 20260727))
    assert found.known.sum() > 150
    assert np.all(found.error[found.known] <= RECOVERED), "\n".join(found.worst())


@pytest.mark.parametrize("model", LOGNORMAL)
def test_what_comes_back_is_as_good_as_its_price(model):
    found = recovery(model, quotes(model, 400, 7))
    answered = found.status == VolStatus.ok
    assert np.all(found.error[answered] <= 16 * (found.condition[answered] + EPS))
    assert np.all(np.isnan(found.vol[~answered]))


def main(count: int) -> None:
    import warnings

    warnings.simplefilter("ignore")
    for model in LOGNORMAL:
        for name, columns in (("grid", grid(model)), ("random", quotes(model, count, 1))):
            found = Recovery(model, columns)
            answered = found.status == VolStatus.ok
            excess = np.max(found.error[answered] / (found.condition[answered] + EPS))
            print(f"{model} {name}: {found.known.sum()} known of {len(found.vol)}")
            print(f"largest error/(condition + eps): {excess:.1f}")
            print(*found.worst(), sep="\n")


if __name__ == "__main__":
    main(int(sys.argv[1]))
