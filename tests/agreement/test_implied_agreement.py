"""The volatility that comes back is the one that a price of fifty digits and more was made with.

`python -m tests.agreement.test_implied_agreement COUNT` prints the worst points of a large grid.
"""

import csv
import gzip
import json
import sys
import warnings
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import product

import mpmath as mp
import numpy as np
import pytest
import sympy as sp

import greekslab as gl
from greekslab.formulas import MODELS, eta
from greekslab.implied import VolStatus, implied_vol

pytestmark = pytest.mark.agreement

MODEL_NAMES = ["bsm", "black76", "inverse", "bachelier"]
EPS = float(np.finfo(float).eps)
MINUTE = 1 / 525_600
KNOWN, RECOVERED = 1e-13, 1e-12
FAR = 45.0
"""So many deviations out of the money a price is no double any more."""

Columns = dict[str, np.ndarray]


def random_quotes(model: str, count: int, seed: int) -> Columns:
    """Random inputs: one minute to ten years, volatility 0.01 to 5, strikes by distance and by deviations."""
    rng = np.random.default_rng(seed)
    T = np.exp(rng.uniform(np.log(MINUTE), np.log(10.0), count))
    sigma = np.exp(rng.uniform(np.log(0.01), np.log(5.0), count))
    X = np.exp(rng.uniform(-3.0, 11.0, count))
    rates = rng.uniform(-0.05, 0.15, (2, count))
    deviations = rng.uniform(-1, 1, count) * rng.choice([1.0, 4.0, 12.0, 30.0], count) * sigma * np.sqrt(T)
    wide = rng.uniform(-1, 1, count) * rng.choice([1e-3, 0.1, 1.0, 4.0], count)
    distance = np.where(rng.random(count) < 0.7, deviations, wide)
    return columns_of(model, X, T, sigma, rates, distance, rng.choice([-1.0, 1.0], count))


def grid(model: str) -> Columns:
    """The plain grid: moneyness x time x volatility, calls and puts."""
    moneyness = [-2.0, -0.5, -0.1, -0.02, -1e-4, 0.0, 1e-6, 1e-3, 0.05, 0.2, 1.0, 3.0]
    years = [MINUTE, 1 / 8760, 1 / 365, 1 / 12, 1.0, 10.0]
    rows = np.array(list(product(moneyness, years, [0.01, 0.1, 0.5, 1.0, 2.5, 5.0], [-1.0, 1.0])))
    distance, T, sigma, sign = rows.T
    rates = np.full((2, len(rows)), 0.03)
    return columns_of(model, np.full(len(rows), 100.0), T, sigma, rates, distance, sign)


def columns_of(model: str, X, T, sigma, rates, distance, sign) -> Columns:
    """The inputs of a model for quotes at a distance log(F/K), or F - K for a normal one."""
    r, q = rates
    carry = (r - q) * T if model == "bsm" else 0.0
    if model == "bachelier":
        X, K = X - 20.0, X - 20.0 - distance
    else:
        K = X * np.exp(carry - np.clip(distance, -12.0, 12.0))
    given = {"S": X, "F": X, "K": K, "T": T, "sigma": sigma, "r": r, "q": q}
    return {name: given[name] for name in MODELS[model].symbols} | {"eta": sign}


def deviations_of(model: str, columns: Columns) -> np.ndarray:
    """How many standard deviations out of the money or in it."""
    total = columns["sigma"] * np.sqrt(columns["T"])
    if model == "bachelier":
        return np.abs(columns["F"] - columns["K"]) / total
    carry = (columns["r"] - columns["q"]) * columns["T"] if model == "bsm" else 0.0
    return np.abs(np.log(columns[MODELS[model].underlying] / columns["K"]) + carry) / total + total / 2


def exact_prices(model: str, columns: Columns) -> np.ndarray:
    """The declared price at fifty digits beyond those that the difference of its legs loses, rounded once."""
    declared = MODELS[model]
    price = sp.lambdify([*declared.symbols.values(), eta], declared.expr.doit(), "mpmath")
    digits = 80 + (np.minimum(deviations_of(model, columns), FAR) ** 2 / 4.6).astype(int)

    def one(row: int) -> float:
        with mp.workdps(int(digits[row])):
            return float(price(*(mp.mpf(float(column[row])) for column in columns.values())))

    return np.array([one(row) for row in range(len(digits))])


class Recovery:
    """What came back: relative errors of the volatilities, and how well each price determines its own."""

    def __init__(self, model: str, columns: Columns) -> None:
        self.columns, price = columns, exact_prices(model, columns)
        inputs = {name: column for name, column in columns.items() if name not in ("sigma", "eta")}
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", gl.DomainWarning)
            self.vol, self.status = implied_vol(model, price, right=columns["eta"], status=True, **inputs)
            greeks = gl.greeks(model, ["vega"], right=columns["eta"], sigma=columns["sigma"], **inputs)
        with np.errstate(all="ignore"):
            self.condition = EPS * price / (columns["sigma"] * greeks["vega"])
        # Towards 1e-308 neither price nor vega keeps its digits.
        self.known = (self.condition <= KNOWN) & (price > 1e-280)
        self.answered = self.status == VolStatus.ok
        self.error = np.abs(self.vol / columns["sigma"] - 1)

    @property
    def excess(self) -> float:
        """The largest error as a multiple of what the rounding of the price and of the answer allows."""
        allowed = self.condition + EPS
        return float(np.max(self.error[self.answered] / allowed[self.answered]))

    def worst(self, count: int = 5) -> Iterator[str]:
        """The points of the largest errors, in words."""
        error = np.where(np.isnan(self.error), np.inf, self.error)
        for row in np.argsort(np.where(self.known, error, -1))[::-1][:count]:
            point = ", ".join(f"{name}={column[row]:.17g}" for name, column in self.columns.items())
            yield f"{self.error[row]:.2e} (condition {self.condition[row]:.1e}): {point}"


@pytest.mark.parametrize("model", MODEL_NAMES)
def test_every_known_volatility_of_the_grid_comes_back(model):
    found = Recovery(model, grid(model))
    assert found.known.sum() > 400
    assert np.all(found.error[found.known] <= RECOVERED), "\n".join(found.worst())


@pytest.mark.parametrize("model", MODEL_NAMES)
def test_every_known_volatility_of_random_quotes_comes_back(model):
    found = Recovery(model, random_quotes(model, 600, 20260727))
    assert found.known.sum() > 300
    assert np.all(found.error[found.known] <= RECOVERED), "\n".join(found.worst())


@pytest.mark.parametrize("model", MODEL_NAMES)
def test_what_comes_back_is_as_good_as_its_price(model):
    found = Recovery(model, random_quotes(model, 600, 7))
    assert found.excess <= 20
    assert np.all(np.isnan(found.vol[~found.answered]))


def test_where_the_kernels_end_nothing_is_answered_wrongly():
    """Beyond 37 deviations a leg of the price is no normal double, though the price may be one."""
    distance = np.repeat([0.01, 1.0, 50.0, 366.0, 600.0], 40)
    d2 = np.tile(np.linspace(34.0, 42.0, 40), 5)
    total = 2.0 * distance / (d2 + np.sqrt(d2**2 - 2.0 * distance + 0j).real)
    columns = {
        "F": np.ones(200),
        "K": np.exp(distance),
        "T": np.ones(200),
        "sigma": total,
        "eta": np.ones(200),
    }
    found = Recovery("inverse", columns)
    assert found.answered.sum() > 20
    assert not found.answered[deviations_of("inverse", columns) > 37.01].any()
    assert found.excess <= 20


# -- the exchange's own volatilities --------------------------------------------------------------------


def years_to(expiry: str, now: float) -> float:
    """The time from a moment (Unix seconds) to 08:00 UTC of a day such as 27MAR26, act/365."""
    end = datetime.strptime(expiry, "%d%b%y").replace(tzinfo=UTC) + timedelta(hours=8)
    return (end.timestamp() - now) / (365 * 86_400)


def solved(**inputs) -> tuple[np.ndarray, np.ndarray]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", gl.DomainWarning)
        return implied_vol("inverse", status=True, **inputs)


def test_marks_of_2025_12_05_imply_the_published_volatilities(real_data):
    """Marks of eight decimals, forwards off by up to a dollar: 0.003 points where there is vega."""
    text = (real_data / "deribit_btc_20251205" / "deribit_btc_options.csv").read_text()
    rows = list(csv.DictReader(text.splitlines()))
    now = datetime(2025, 12, 5, 1, 10, 51, tzinfo=UTC).timestamp()
    F, K, mark, published = (
        np.array([float(row[name]) for row in rows])
        for name in ("S0", "strike", "market_price_btc", "mark_iv")
    )
    T = np.array([years_to(row["expiry_date"], now) for row in rows])
    quotes = {"F": F, "K": K, "T": T, "right": [row["type"] for row in rows]}
    vol, status = solved(price=mark, **quotes)
    assert np.count_nonzero(status == VolStatus.ok) >= len(rows) - 1
    vega = gl.greeks("inverse", "vega", sigma=published / 100, **quotes)["vega"]
    most = np.array([vega[years == T].max() for years in T])
    off = np.abs(100 * vol - published)[vega > 0.05 * most]
    assert len(off) > 500
    assert np.median(off) < 0.004
    assert np.quantile(off, 0.95) < 0.03


def test_marks_of_2026_06_27_bracket_the_published_volatilities(real_data):
    """Marks of four decimals: the published volatility lies between those of the mark's rounding limits."""
    with gzip.open(real_data / "deribit_btc_20260627" / "deribit_snapshot.json.gz") as file:
        tickers = json.load(file)["tickers"].values()
    rows = [row for row in tickers if row["underlying_index"] != "index_price"]
    _, expiries, strikes, rights = zip(*(row["instrument_name"].split("-") for row in rows), strict=True)
    F, mark, published = (
        np.array([float(row[n]) for row in rows]) for n in ("underlying_price", "mark_price", "mark_iv")
    )
    K, right = np.array(strikes, float), np.array(rights)
    T = np.array([years_to(e, row["timestamp"] / 1000) for e, row in zip(expiries, rows, strict=True)])
    outside = np.where(right == "C", K > F, K < F)
    quotes = {"F": F, "K": K, "T": T, "right": right}
    (low, least), (high, most) = (solved(price=mark + half, **quotes) for half in (-0.5e-4, 0.5e-4))
    assert np.all((least == VolStatus.ok) | (mark < 1e-4) | ~outside)
    assert np.all(most[outside] == VolStatus.ok)
    assert outside.sum() > 100
    assert np.all((100 * np.nan_to_num(low) < published + 0.005)[outside])
    assert np.all((100 * high > published - 0.005)[outside])


def main(count: int) -> None:
    """Print the worst points of the grid and of so many random quotes, of every model."""
    for model in MODEL_NAMES:
        for name, columns in (("grid", grid(model)), ("random", random_quotes(model, count, 1))):
            found = Recovery(model, columns)
            print(f"{model} {name}: {found.known.sum()} known of {len(found.vol)} quotes, ", end="")
            print(f"largest error/(condition + eps) {found.excess:.1f}; the worst known:")
            print(*found.worst(), sep="\n")


if __name__ == "__main__":
    main(int(sys.argv[1]))
