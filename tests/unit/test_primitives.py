"""Special functions against MPFR: what plain NumPy would lose digits on."""

import gmpy2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from greekslab import primitives
from tests.agreement.oracle import EPS, STANDS_FOR, precision

reals = st.floats(-38, 38)


def exact(function, *arguments):
    with precision(60):
        return float(STANDS_FOR[function](*map(gmpy2.mpfr, arguments)))


@given(reals)
def test_the_density_and_the_distribution_to_the_rounding_of_their_argument(x):
    for name in ("phi", "Phi"):
        allowed = EPS * (4 + x * x)
        assert getattr(primitives, name)(x) == pytest.approx(exact(name, x), rel=allowed, abs=1e-300)


def test_tails_and_what_is_no_number():
    assert primitives.Phi(-np.inf) == primitives.phi(np.inf) == primitives.phi(-np.inf) == 0.0
    assert primitives.Phi(np.inf) == 1.0
    assert np.isnan(primitives.Phi(np.nan))
    assert np.isnan(primitives.phi(np.nan))
    assert np.isnan(primitives.clip_d(np.nan))
    assert primitives.phi(primitives.clip_d(np.inf)) == primitives.Phi(primitives.clip_d(-np.inf)) * 0 == 0.0


def test_beyond_the_clip_the_density_is_zero_and_the_distribution_decided():
    edge = float(primitives.clip_d(np.inf))
    with precision(40):
        assert STANDS_FOR["phi"](gmpy2.mpfr(edge)) < gmpy2.mpfr("5e-324")
    assert primitives.phi(edge) == 0.0
    assert primitives.Phi(edge) == 1.0


@given(st.floats(-300, 300), st.integers(-50, 50), st.floats(0.5, 1))
def test_log_ratio_keeps_its_digits_near_one(log_k, ulps, far):
    k = 10.0**log_k
    near = k + ulps * np.spacing(k)
    for x in (near, near * far):
        assert primitives.log_ratio(x, k) == pytest.approx(exact("LogRatio", x, k), rel=4 * EPS, abs=5e-324)


@given(st.floats(0.01, 100), st.floats(0.01, 100))
def test_log_ratio_is_odd_and_zero_at_one(x, k):
    assert primitives.log_ratio(x, k) == -primitives.log_ratio(k, x)
    assert primitives.log_ratio(k, k) == 0.0


def spread_exactly(eta, x, s):
    """The option on a strike of one by its definition; log(F/K) = x, total volatility s."""
    with precision(60 + int((abs(x) / s + s) ** 2 / 4.6)):
        eta, x, s = map(gmpy2.mpfr, (eta, x, s))
        one, two = (eta * (x / s + half * s) for half in (0.5, -0.5))
        return float(eta * (gmpy2.exp(x) * STANDS_FOR["Phi"](one) - STANDS_FOR["Phi"](two)))


def spread(eta, x, s):
    a, d1 = np.exp(x), x / s + s / 2
    P1, P2 = primitives.Phi(eta * d1), primitives.Phi(eta * (x / s - s / 2))
    return float(primitives.option_spread(eta, a, 1.0, a * primitives.phi(d1), x, s, P1, P2))


@given(st.sampled_from([-1.0, 1.0]), st.floats(-30, 30), st.floats(-14, 2))
def test_the_spread_is_the_price_to_the_rounding_of_d(eta, d, log2_s):
    s = 2.0**log2_s
    x = float(d * s)
    allowed = max(2e-14, 6 * EPS * (1 + (abs(d) + s / 2) ** 2))
    assert spread(eta, x, s) == pytest.approx(spread_exactly(eta, x, s), rel=allowed, abs=1e-290)


@pytest.mark.parametrize("eta", [1.0, -1.0])
def test_the_spread_is_smooth_where_its_two_forms_meet(eta):
    """The series takes over where the difference is 0.3 of its first leg: no step there."""
    s = np.linspace(0.3, 1.6, 400)
    for d in (0.0, 0.5, 2.5, 5.0):
        x = -eta * d * s
        worst = max(abs(spread(eta, v, w) / spread_exactly(eta, v, w) - 1) for v, w in zip(x, s, strict=True))
        assert worst < max(2e-14, 6 * EPS * (1 + (d + 0.8) ** 2))


def test_scalars_stay_scalars_and_arrays_keep_their_shape():
    assert np.ndim(primitives.log_ratio(2.0, 1.0)) == 0
    assert np.ndim(primitives.option_spread(1.0, 1.0, 1.0, 0.4, 0.0, 0.2, 0.54, 0.46)) == 0
    grid = np.full((2, 3), 0.2)
    assert primitives.option_spread(1.0, 1.0, 1.0, 0.4, 0.0 * grid, grid, 0.54, 0.46).shape == (2, 3)


@given(st.sampled_from([-1.0, 1.0]), st.floats(-30, 30), st.floats(-20, 20))
def test_bachelier_spread(eta, d, log2_s):
    s = 2.0**log2_s
    x = float(d * s)
    with precision(60 + int(d * d / 4.6)):
        expected = float(STANDS_FOR["NormalValue"](gmpy2.mpfr(eta), gmpy2.mpfr(x), 0, 1, gmpy2.mpfr(s)))
    allowed = max(2e-14, 6 * EPS * (1 + d * d))
    assert float(primitives.normal_spread(eta, x, s)) == pytest.approx(expected, rel=allowed, abs=1e-290)
