"""Every Greek of every model against derivatives of the price to 40 digits: the fixed sample of every run.

The whole of it: `python -m tests.agreement.digits`.
"""

import gmpy2
import numpy as np
import pytest

from greekslab.formulas import MODELS
from greekslab.kernels import KERNELS
from tests.agreement import digits, oracle
from tests.agreement.agree import many_times, one_by_one, package, sample, served_fast

pytestmark = pytest.mark.agreement


def misses(shares, points):
    """The Greeks that miss their bound, with the worst point of each."""
    return [(name, share.max(), points[share.argmax()]) for name, share in shares.items() if share.max() > 1]


@pytest.mark.parametrize("model", list(MODELS))
@pytest.mark.parametrize("way", [package, one_by_one], ids=lambda f: f.__name__)
def test_every_greek_at_the_fixed_sample(model, way, monkeypatch):
    monkeypatch.setenv("GREEKSLAB_ENGINE", "numpy")
    exact = sample(model)
    assert set(exact.high) == set(KERNELS[model].greeks)
    assert misses(exact.shares(way), exact.points) == []


@pytest.mark.slow
def test_every_greek_at_the_fixed_sample_by_the_fast_engine(monkeypatch):
    pytest.importorskip("numba")
    monkeypatch.setenv("GREEKSLAB_ENGINE", "fast")
    for model in served_fast():
        exact = sample(model)
        assert misses(exact.shares(many_times), exact.points) == [], model


def test_the_sample_reaches_the_corners():
    inputs = sample("bsm").inputs
    d = oracle.ds(MODELS["bsm"], inputs)[0]
    assert inputs["T"].min() < 2e-6
    assert inputs["T"].max() == 10
    assert d.min() < -25
    assert d.max() > 25
    assert sum(np.abs(inputs["S"] / inputs["K"] - 1) < 1e-3) > 10
    assert {-1.0, 1.0} == set(inputs["eta"])


# -- the oracle itself ----------------------------------------------------------------------------------


@pytest.mark.parametrize("x", ["-21.5", "-1.25", "0", "0.5", "4", "26.25"])
def test_the_series_of_erfc_is_erfc(x):
    with oracle.precision(400):
        near, step = oracle.Erfc(), gmpy2.mpfr(10) ** -24
        at = gmpy2.mpfr(x)
        near(at)
        for k in (-3, -1, 1, 2):
            error = abs(near(at + k * step) - gmpy2.erfc(at + k * step))
            assert error <= gmpy2.mpfr(10) ** -330 * gmpy2.erfc(at)
        assert len(near.centres) == 1


def test_differences_find_known_derivatives():
    """Of x^3 exp(2 y), at (1/2, 0): by x twice and y once, 6 x 2."""
    with oracle.precision(150):
        place = {"x": 0.5, "y": 0.0, "eta": 1}
        function = oracle.Differences(
            lambda x, y, eta: x**3 * gmpy2.exp(2 * y), place, {"x": gmpy2.mpfr(1), "y": gmpy2.mpfr(1)}
        )
        for orders, known in (({}, "0.125"), ({"x": 1}, "0.75"), ({"x": 2, "y": 1}, "6"), ({"y": 3}, "1")):
            assert abs(function.derivative(orders) - gmpy2.mpfr(known)) < gmpy2.mpfr(10) ** -45


@pytest.mark.parametrize("model", list(MODELS))
def test_the_declared_price_is_the_formula_written_by_hand(model):
    """The oracle spells the price out by SymPy's `doit`; here the opaque functions are written by hand."""
    declared = MODELS[model]
    for point in sample(model).points[::7]:
        with oracle.precision(oracle.digits_at(declared, point)):
            one = oracle.lattice(declared, point).derivative({})
            two = oracle.value(declared, declared.expr, point)
            assert abs(one - two) <= gmpy2.mpfr(10) ** -45 * abs(two)


def test_the_command_prints_the_worst_point_of_each_greek(capsys, monkeypatch):
    monkeypatch.setattr(digits, "engines", lambda model: [("numpy", package)])
    status = digits.main(["--points", "8", "--models", "inverse", "--processes", "1", "--seed", "3"])
    said = capsys.readouterr().out
    assert status == 0
    assert all(f"\n{name} " in said for name in KERNELS["inverse"].greeks)
    assert "of the bound" in said
