"""Independent ways to the same Greek agree, each within the error that it claims itself."""

from dataclasses import replace

import numpy as np
import pytest

import greekslab as gl
from greekslab import evaluate, kernels, methods
from greekslab.derivation import outputs
from greekslab.formulas import MODELS
from greekslab.greeks import GREEKS
from tests.agreement import oracle
from tests.agreement.points import seeded

pytestmark = pytest.mark.agreement

LOGNORMAL = ["bsm", "black76", "inverse"]
SERVED = [*LOGNORMAL, "bachelier", "cash_or_nothing", "asset_or_nothing"]
WAYS = ["bump", "complex_step", "jet"]
TAUGHT = ["delta", "gamma", "vega", "vanna", "volga"]
EPS = float(np.finfo(float).eps)
AT = {"S": 100.0, "F": 100.0, "K": 110.0, "T": 0.25, "sigma": 0.6, "r": 0.02, "q": 0.01}


def inputs_of(model: str, **changed) -> dict:
    return {name: {**AT, **changed}[name] for name in MODELS[model].symbols}


def plain_greeks(model: str) -> list[str]:
    """The Greeks that are derivatives."""
    return [name for name in outputs(MODELS[model]) if GREEKS[name].build is None and name != "price"]


def scattered(model: str, count: int, seed: int) -> tuple[dict, np.ndarray]:
    """Seeded points up to eight standard deviations from the strike, and their rights."""
    found = list(seeded(MODELS[model], 2 * count, seed))
    columns = {name: np.array([point[name] for point in found]) for name in found[0]}
    right = columns.pop("eta")
    near = np.abs(distance(model, columns)) < 8
    return {name: column[near][:count] for name, column in columns.items()}, right[near][:count]


def distance(model: str, at: dict) -> np.ndarray:
    """Standard deviations between the forward and the strike."""
    X, total = at[MODELS[model].underlying], at["sigma"] * np.sqrt(at["T"])
    if model == "bachelier":
        return (X - at["K"]) / total
    carry = (at["r"] - at["q"]) * at["T"] if "q" in at else 0.0
    return (np.log(X / at["K"]) + carry) / total


# -- each within its own error --------------------------------------------------------------------------


@pytest.mark.parametrize("model", SERVED)
@pytest.mark.parametrize("way", WAYS)
def test_every_derived_greek_lies_within_the_error_claimed(model, way):
    at, right = scattered(model, 150, 2026)
    formulas = gl.greeks(model, plain_greeks(model), right=right, **at)
    for name, formula in formulas.items():
        found = methods.estimate(way, model, name, right=right, **at)
        assert np.all(np.abs(found.value - formula) <= found.error), name


@pytest.mark.parametrize("model", SERVED)
@pytest.mark.parametrize("way", WAYS)
def test_exact_derivatives_lie_within_the_error_claimed(model, way):
    """Against 40-digit differences of the price: nothing derived is on either side, but for complex_step."""
    for point in seeded(MODELS[model], 2, 5):
        exact = oracle.exact(MODELS[model], point)
        at = {name: x for name, x in point.items() if name != "eta"}
        for name in plain_greeks(model):
            found = methods.estimate(way, model, name, right=int(point["eta"]), **at)
            assert abs(found.value - float(exact[name])) <= found.error, (name, point)


@pytest.mark.parametrize("model", LOGNORMAL)
@pytest.mark.parametrize("way", ["complex_step", "jet"])
def test_what_subtracts_nothing_agrees_to_twelve_digits(model, way):
    grid = np.meshgrid([61.0, 83.0, 97.0, 104.0, 131.0, 173.0], [0.04, 0.25, 1.5], [0.35, 0.6, 1.1], [-1, 1])
    K, T, sigma, right = (axis.ravel() for axis in grid)
    at = inputs_of(model, K=K, T=T, sigma=sigma)
    near = np.abs(distance(model, at)) < 3
    at, right = {name: np.broadcast_to(x, K.shape)[near] for name, x in at.items()}, right[near]
    for name, formula in gl.greeks(model, plain_greeks(model), right=right, **at).items():
        found = methods.estimate(way, model, name, right=right, **at)
        terms = oracle.CROSSING * oracle.modulus(MODELS[model], name, at | {"eta": right})
        assert np.max(np.abs(found.value - formula) / np.maximum(np.abs(formula), terms)) < 1e-12, name


@pytest.mark.parametrize("model", LOGNORMAL)
def test_mixed_derivatives_are_alike_in_either_order(model):
    """d delta/d sigma is d vega/d spot: two formulas, each stepped into the imaginary."""
    at, right = scattered(model, 100, 7)
    one, two = (
        methods.complex_step(model, "vanna", by=by, right=right, **at)
        for by in ("sigma", MODELS[model].underlying)
    )
    assert np.all(np.abs(one.value - two.value) <= one.error + two.error)


def test_unnamed_derivatives_agree_too():
    for orders in (
        {"S": 1, "K": 1},
        {"S": 3, "sigma": 1},
        {"K": 1, "T": 2},
        {"S": 2, "sigma": 2},
        {"r": 1, "q": 1},
    ):
        found = methods.compare("bsm", orders, **inputs_of("bsm", K=np.array([80.0, 110.0])))
        assert len(found.estimates) == 3
        assert found.agree, found


# -- the V-curve ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("greek", ["delta", "vega", "theta", "gamma", "vanna", "speed", "zomma"])
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_the_best_step_is_near_the_rule(greek, dtype):
    """eps^(1/(order + 2)): eps^(1/3) for a first derivative."""
    rule = float(np.finfo(dtype).eps) ** (1 / (GREEKS[greek].order + 2))
    curve = methods.sweep("bsm", greek, dtype=dtype, **inputs_of("bsm"))
    smooth = np.convolve(np.log(curve.error), np.ones(5) / 5, mode="same")[2:-2]
    assert rule / 10 < curve.best < rule * 10
    assert rule / 10 < curve.h[2:-2][np.argmin(smooth)] < rule * 10


@pytest.mark.parametrize(("greek", "falls"), [("vega", -1), ("volga", -2), ("ultima", -3)])
def test_the_two_arms_of_the_v_have_their_slopes(greek, falls):
    """Rounding falls as h^-order, truncation grows as h^2."""
    right = methods.sweep("bsm", greek, h=np.geomspace(0.02, 0.06, 9), **inputs_of("bsm", K=125.0))
    left = methods.sweep(
        "bsm", greek, h=np.geomspace(1e-10, 1e-7, 100) ** (2 / (1 - falls)), **inputs_of("bsm")
    )
    slope = np.polyfit(np.log(right.h), np.log(right.error), 1)[0]
    assert slope == pytest.approx(2, abs=0.1)
    slope = np.polyfit(np.log(left.h), np.log(left.error + 1e-300), 1)[0]
    assert slope == pytest.approx(falls, abs=0.3)


# -- Monte Carlo ----------------------------------------------------------------------------------------


CASES = [("pathwise", "delta"), ("pathwise", "vega")]
CASES += [(way, greek) for way in ("likelihood_ratio", "mixed") for greek in ("gamma", "vanna", "volga")]


@pytest.mark.parametrize("model", LOGNORMAL)
@pytest.mark.parametrize("right", ["call", "put"])
@pytest.mark.parametrize(("way", "greek"), CASES)
def test_simulated_greeks_lie_within_four_standard_errors(model, right, way, greek):
    at = inputs_of(model, K=np.array([80.0, 100.0, 130.0]))
    found = methods.estimate(
        way, model, greek, right=right, rng=np.random.default_rng(20), paths=40_000, **at
    )
    truth = gl.greeks(model, greek, right=right, **at)[greek]
    assert np.all(np.abs(found.value - truth) <= 4 * found.error)
    scale = np.max(np.abs(truth))
    assert np.all(found.error < (0.02 if way == "pathwise" else 0.5) * scale), "too wide to say anything"


@pytest.mark.parametrize("model", [*LOGNORMAL, "cash_or_nothing", "asset_or_nothing"])
def test_the_density_serves_every_greek_and_every_payoff(model):
    at = inputs_of(model, K=np.array([80.0, 100.0, 130.0]))
    for name in plain_greeks(model):
        rng = np.random.default_rng(8)
        found = methods.likelihood_ratio(model, name, right="put", rng=rng, paths=20_000, **at)
        truth = gl.greeks(model, name, right="put", **at)[name]
        assert np.all(np.abs(found.value - truth) <= 4 * found.error), name


@pytest.mark.parametrize(("way", "greek"), CASES)
def test_standard_errors_shrink_with_the_root_of_the_paths(way, greek):
    few, many = (
        methods.estimate(
            way, "bsm", greek, right="put", rng=np.random.default_rng(1), paths=n, **inputs_of("bsm")
        )
        for n in (40_000, 640_000)
    )
    assert few.error / many.error == pytest.approx(4, rel=0.2)


@pytest.mark.parametrize(("way", "greek"), CASES[:3] + CASES[-1:])
def test_standard_errors_are_what_the_estimates_scatter_by(way, greek):
    rng = np.random.default_rng(6)
    runs = [methods.estimate(way, "bsm", greek, rng=rng, paths=1000, **inputs_of("bsm")) for _ in range(200)]
    scatter = np.std([run.value for run in runs])
    assert scatter == pytest.approx(np.mean([run.error for run in runs]), rel=0.15)


@pytest.mark.parametrize("greek", ["gamma", "vanna", "volga"])
def test_mixing_narrows_the_error(greek):
    wide, narrow = (
        methods.estimate(way, "bsm", greek, rng=np.random.default_rng(2), paths=10_000, **inputs_of("bsm"))
        for way in ("likelihood_ratio", "mixed")
    )
    assert narrow.error < 0.6 * wide.error


# -- planted mistakes -----------------------------------------------------------------------------------


@pytest.fixture
def plant(monkeypatch):
    """Multiply one Greek of a printed kernel by a factor."""

    def planted(model: str, name: str, factor: float) -> None:
        kernel = kernels.KERNELS[model]

        def run(*given):
            got = kernel.run(*given)
            return {greek: value * (factor if greek == name else 1.0) for greek, value in got.items()}

        monkeypatch.setattr(kernels, "KERNELS", {**kernels.KERNELS, model: replace(kernel, run=run)})
        evaluate._plan.cache_clear()

    yield planted
    monkeypatch.undo()
    evaluate._plan.cache_clear()


@pytest.mark.parametrize("model", LOGNORMAL)
@pytest.mark.parametrize("greek", TAUGHT)
def test_all_ways_agree(model, greek):
    found = methods.compare(
        model,
        greek,
        rng=np.random.default_rng(4),
        paths=40_000,
        **inputs_of(model, K=np.array([80.0, 100.0, 130.0])),
    )
    assert len(found.estimates) == 5
    assert found.agree, found


@pytest.mark.parametrize("model", LOGNORMAL)
@pytest.mark.parametrize("factor", [-1.0, 1 / 100, 365 / 252, 1 + 1e-10])
def test_a_wrong_vanna_is_noticed(model, factor, plant):
    plant(model, "vanna", factor)
    found = methods.compare(model, "vanna", rng=np.random.default_rng(4), paths=40_000, **inputs_of(model))
    assert not found.agree
    assert found.misses["jet"] > 1
    assert found.misses["complex_step"] > 1
    assert (found.misses["bump"] > 1) == (abs(factor - 1) > 1e-6)
    assert methods.compare(model, "gamma", **inputs_of(model)).agree


def test_every_way_alone_notices_the_wrong_sign(plant):
    plant("bsm", "vanna", -1.0)
    found = methods.compare(
        "bsm", "vanna", rng=np.random.default_rng(4), paths=40_000, **inputs_of("bsm", K=140.0)
    )
    assert len(found.misses) == 5
    assert all(miss > 1 for miss in found.misses.values()), found


def test_a_wrong_price_is_noticed(plant):
    """The bump reads the public price, jet and complex step the declared one."""
    plant("bsm", "price", 1.001)
    found = methods.compare("bsm", "delta", **inputs_of("bsm", K=np.array([80.0, 110.0])))
    assert [name for name, miss in found.misses.items() if miss > 1] == ["bump"]
