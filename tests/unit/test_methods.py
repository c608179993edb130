"""Numerical methods: their arithmetic, their steps, their refusals."""

import math

import mpmath as mp
import numpy as np
import pytest
import sympy as sp

import greekslab as gl
from greekslab import methods
from greekslab.formulas import define
from greekslab.jets import COMPLEX, Jet, MethodError, Rough, walk

CALL = {"S": 100.0, "K": 110.0, "T": 0.25, "sigma": 0.6, "r": 0.02, "q": 0.01}
CHAIN = CALL | {"K": np.array([[80.0, 100.0], [110.0, 140.0]])}
DETERMINISTIC = [methods.bump, methods.complex_step, methods.jet]


# -- jets -----------------------------------------------------------------------------------------------


def variables(order: int = 3, **at: float) -> list[Jet]:
    return [Jet.variable(name, value, tuple(at), order) for name, value in at.items()]


FUNCTIONS = {
    "exp": (lambda u: u.exp(), mp.exp),
    "log": (lambda u: u.log(), mp.log),
    "Phi": (lambda u: u.Phi(), mp.ncdf),
    "phi": (lambda u: u.phi(), mp.npdf),
    "inverse": (lambda u: u**-1.0, lambda u: 1 / u),
    "root": (lambda u: u**0.5, mp.sqrt),
    "power": (lambda u: u**-1.5, lambda u: u ** mp.mpf(-1.5)),
    "square": (lambda u: u**2, lambda u: u**2),
    "polynomial": (lambda u: 3.0 - u * u * u / 2.0 + u, lambda u: 3 - u**3 / 2 + u),
}


@pytest.mark.parametrize("name", FUNCTIONS)
@pytest.mark.parametrize("at", [0.3, 1.0, 2.5])
def test_a_jet_carries_the_derivatives_of_a_function(name, at):
    ours, theirs = FUNCTIONS[name]
    (u,) = variables(5, u=at)
    with mp.workdps(40):
        exact = [float(mp.diff(theirs, mp.mpf(at), k)) for k in range(6)]
    np.testing.assert_allclose([ours(u).partial(u=k) for k in range(6)], exact, rtol=1e-13, atol=1e-13)


def test_a_jet_in_three_variables_gives_mixed_derivatives():
    x, y, z = variables(x=0.7, y=1.3, z=-0.4)
    value = (x * y * z).exp() / y
    with mp.workdps(40):
        for powers in [(1, 1, 1), (2, 0, 1), (0, 3, 0), (1, 2, 0), (0, 0, 0)]:
            exact = mp.diff(lambda a, b, c: mp.exp(a * b * c) / b, (0.7, 1.3, -0.4), powers)
            assert value.partial(**dict(zip("xyz", powers, strict=True))) == pytest.approx(
                float(exact), rel=1e-13
            )


def test_a_jet_along_a_variable_is_the_jet_of_the_derivative():
    x, y = variables(x=0.7, y=1.3)
    value = (x * x * y).exp()
    np.testing.assert_allclose(value.along("x").partial(x=1, y=1), value.partial(x=2, y=1), rtol=1e-14)


def test_a_jet_works_elementwise_with_arrays_on_either_side():
    (x,) = variables(2, x=np.array([1.0, 2.0]))
    value = np.array([3.0, 5.0]) * x.exp() - np.array([1.0, 1.0])
    assert isinstance(value, Jet)
    np.testing.assert_allclose(value.partial(x=2), [3 * math.e, 5 * math.e**2], rtol=1e-15)


def test_a_jet_refuses_what_it_has_not():
    x, y = variables(1, x=1.0), variables(1, y=1.0)
    with pytest.raises(MethodError, match="do not mix"):
        x[0] * y[0]
    with pytest.raises(MethodError, match="order 1"):
        x[0].partial(x=2)
    with pytest.raises(MethodError, match="'z'"):
        x[0].partial(z=1)


@pytest.mark.parametrize("order", [0, 1, 3])
def test_what_rounding_may_have_done_bounds_what_it_did(order):
    """log(1 + x) - x cancels sixteen digits at x = 1e-8: the bound must say so, and not much more."""
    lost = []
    for at in np.geomspace(1e-8, 1.0, 40):
        x = Rough.exact(*variables(order, x=at))
        found = (x + 1.0).through(
            lambda u, n: [np.log(u), *(-math.factorial(k - 1) * (-1 / u) ** k for k in range(1, n))]
        )
        found = found + x * -1.0
        with mp.workdps(50):
            exact = mp.diff(lambda u: mp.log(1 + u) - u, mp.mpf(float(at)), order)
        lost.append((abs(found.jet.partial(**{"x": order} if order else {}) - float(exact)), at))
        bound = np.finfo(float).eps * found.doubt.partial(**{"x": order} if order else {})
        assert lost[-1][0] <= bound <= 1e-13


# -- complex numbers ------------------------------------------------------------------------------------


@pytest.mark.parametrize("x", [-12.0, -3.0, -0.5, 0.0, 0.5, 3.0, 8.0])
@pytest.mark.parametrize("y", [1e-30, 0.3])
def test_Phi_of_a_complex_number(x, y):
    with mp.workdps(60):
        exact = mp.erfc(-mp.mpc(x, y) / mp.sqrt(2)) / 2
        exact = complex(float(exact.real), float(exact.imag))
    found = complex(COMPLEX["Phi"](complex(x, y)))
    assert found.real == pytest.approx(exact.real, rel=2e-13)
    assert found.imag == pytest.approx(exact.imag, rel=2e-13)


def test_Phi_far_out_is_zero_and_one_not_nan():
    with np.errstate(all="ignore"):
        assert list(COMPLEX["Phi"](np.array([-60.0, 60.0]))) == [0, 1]


def test_a_function_without_a_rule_is_refused_by_name():
    x = sp.Symbol("x")
    with pytest.raises(MethodError, match=r"no rule for f\(x\)"):
        walk(sp.Function("f")(x), {x: 1.0}, COMPLEX)


# -- the face -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("way", DETERMINISTIC)
def test_scalars_give_floats_and_arrays_their_shape(way):
    one, many = way("bsm", "vanna", **CALL), way("bsm", "vanna", **CHAIN)
    assert type(one.value) is float
    assert type(one.error) is float
    assert many.value.shape == many.error.shape == (2, 2)
    assert many.value[1, 0] == pytest.approx(one.value, rel=1e-6)
    assert (one.method, one.greek) == (way.__name__, "vanna")
    assert f"{way.__name__} vanna" in repr(one)
    assert "(2, 2)" in repr(many)


@pytest.mark.parametrize("way", DETERMINISTIC)
def test_names_synonyms_desk_units_and_indices_are_read(way):
    plain = way("bsm", "vanna", **CALL).value
    assert way("bsm", "DdeltaDvol", **CALL).value == plain
    assert way("bsm", {"S": 1, "sigma": 1}, **CALL).value == plain
    assert way("bsm", {"sigma": 1, "S": 1, "r": 0}, **CALL).value == plain
    assert way("bsm", "vanna_pt", **CALL).value == pytest.approx(plain / 100, rel=1e-15)
    assert way("bsm", "vanna_pt", **CALL).error == pytest.approx(way("bsm", "vanna", **CALL).error / 100)


@pytest.mark.parametrize("way", DETERMINISTIC)
def test_a_time_greek_reads_as_the_clock_runs(way):
    at = {"F": 100.0, "K": 100.0, "T": 0.25, "sigma": 0.6, "r": 0.0}
    assert way("black76", "theta", **at).value < 0
    assert way("black76", "theta_day", **at).value == pytest.approx(way("black76", "theta", **at).value / 365)


@pytest.mark.parametrize("way", DETERMINISTIC)
def test_a_bad_element_is_nan_and_counted_once(way):
    at = CALL | {"S": np.array([100.0, -1.0, 100.0, np.nan]), "T": np.array([0.25, 0.25, 0.0, 0.25])}
    with pytest.warns(gl.DomainWarning, match=r"3 of 4 elements.*S = -1.0 at row 1") as caught:
        found = way("bsm", "delta", **at)
    assert len(caught) == 1
    assert caught[0].filename == __file__
    np.testing.assert_array_equal(np.isnan(found.value), [False, True, True, True])
    np.testing.assert_array_equal(np.isnan(found.error), [False, True, True, True])


def test_the_edge_of_a_domain_has_no_derivative():
    with pytest.warns(gl.DomainWarning, match=r"T = 0.0 at row 0; it must be finite and > 0"):
        assert math.isnan(methods.jet("bsm", "delta", **CALL | {"T": 0.0}).value)


@pytest.mark.parametrize("way", DETERMINISTIC)
def test_no_options_give_no_numbers(way):
    assert way("bsm", "vega", **CALL | {"K": np.empty((0, 3))}).value.shape == (0, 3)


@pytest.mark.parametrize("name", list(methods.METHODS))
def test_refusals_name_what_is_wrong(name):
    given = {"rng": np.random.default_rng(0)} if name in ("pathwise", "likelihood_ratio", "mixed") else {}

    def ask(model="bsm", greek="delta", **its):
        return methods.estimate(name, model, greek, **given, **its)

    with pytest.raises(gl.UnknownGreekError, match=r"bms.*bsm"):
        ask("bms", **CALL)
    with pytest.raises(gl.UnknownGreekError, match=r"vana.*vanna"):
        ask(greek="vana", **CALL)
    with pytest.raises(gl.UnknownGreekError, match="'F'"):
        ask(greek={"F": 1}, **CALL)
    with pytest.raises(gl.UnknownGreekError, match="-1"):
        ask(greek={"S": -1}, **CALL)
    with pytest.raises(MethodError, match="elasticity is built from price and delta"):
        ask(greek="elasticity", **CALL)
    with pytest.raises(TypeError, match="'F'"):
        ask(**CALL, F=1.0)
    with pytest.raises(TypeError, match="needs input 'K'"):
        ask(**{i: x for i, x in CALL.items() if i != "K"})
    with pytest.raises(ValueError, match="straddle"):
        ask(**CALL, right="straddle")


def test_an_unknown_method_is_refused_by_name():
    with pytest.raises(methods.UnknownMethodError, match=r"'jett'; did you mean jet\?"):
        methods.estimate("jett", "bsm", "delta", **CALL)
    with pytest.raises(methods.UnknownMethodError, match="'magic'"):
        methods.compare("bsm", "delta", methods=["magic"], **CALL)


def test_a_model_of_ones_own_is_served():
    """A forward on the square of the price: gamma 2 exp(sigma^2 T)."""
    S, T, sigma = sp.symbols("S T sigma", positive=True)
    square = define("square", (S, T, sigma), S**2 * sp.exp(sigma**2 * T))
    at = {"S": 7.0, "T": 0.25, "sigma": 0.6}
    for way in DETERMINISTIC:
        found = way(square, "gamma", **at)
        assert abs(found.value - 2 * math.exp(0.09)) <= found.error
    with pytest.raises(MethodError, match="no European option"):
        methods.pathwise(square, "delta", rng=np.random.default_rng(0), **at)


# -- bump -----------------------------------------------------------------------------------------------


def test_the_default_step_follows_its_rule():
    steps = methods.bump("bsm", {"S": 2, "sigma": 1}, **CALL).settings["h"]
    rule = 2.0 ** (-52 / 5)
    assert steps["S"] == 2 ** round(math.log2(rule * 100 * 0.3))
    assert steps["sigma"] == 2 ** round(math.log2(rule * 0.6))
    (step,) = methods.bump("bsm", "theta", dtype=np.float32, **CALL).settings["h"].values()
    assert step == 2 ** round(math.log2(2.0 ** (-23 / 3) * 0.25))


def test_a_step_of_ones_own():
    found = methods.bump("bsm", "delta", h=10.0, **CALL)
    up, down = (gl.greeks("bsm", "price", **CALL | {"S": x})["price"] for x in (110.0, 90.0))
    assert found.value == (up - down) / 20
    assert found.settings["h"] == {"S": 10.0}
    truth = gl.greeks("bsm", "delta", **CALL)["delta"]
    assert abs(found.value - truth) <= found.error <= 4 * abs(found.value - truth)
    both = methods.bump(
        "bsm", "vanna", h={"S": 10.0, "sigma": np.array([0.01, 0.02])}, **CALL | {"K": [90.0, 110.0]}
    )
    assert both.settings["h"]["sigma"] == pytest.approx([0.01, 0.02])


@pytest.mark.parametrize(
    ("greek", "h", "said"),
    [
        ("vanna", 0.1, "S, sigma"),
        ("vanna", {"S": 0.1}, "S, sigma"),
        ("delta", {"sigma": 0.1}, "S"),
        ("delta", 1e-20, "step of S"),
        ("delta", -1.0, "step of S"),
        ("delta", 0.0, "step of S"),
        ({"S": 4}, None, "third order"),
    ],
)
def test_a_step_that_will_not_do_is_refused(greek, h, said):
    with pytest.raises(MethodError, match=said):
        methods.bump("bsm", greek, h=h, **CALL)


def test_a_step_out_of_the_domain_is_nan_and_says_so():
    at = CALL | {"T": np.array([0.25, 0.001])}
    with pytest.warns(gl.DomainWarning, match="1 of 2.*bumping T at row 1"):
        found = methods.bump("bsm", "theta", h=1 / 365, **at)
    np.testing.assert_array_equal(np.isnan(found.value), [False, True])


def test_a_sweep_has_the_shape_of_its_steps_and_points():
    h = np.array([1e-3, 1e-5])
    curve = methods.sweep("bsm", "vanna", h=h, **CHAIN)
    assert curve.value.shape == curve.error.shape == curve.claimed.shape == (2, 2, 2)
    assert curve.steps["sigma"].shape == (2, 2, 2)
    np.testing.assert_array_equal(curve.h, h)
    assert curve.best.shape == (2, 2)


# -- complex step ---------------------------------------------------------------------------------------


def test_a_complex_step_says_what_it_stepped():
    assert dict(methods.complex_step("bsm", "vanna", **CALL).settings) == {
        "by": "sigma",
        "of": "delta",
        "h": 1e-30,
    }
    assert methods.complex_step("bsm", "vanna", by="S", **CALL).settings["of"] == "vega"
    assert methods.complex_step("bsm", "delta", **CALL).settings["of"] == "price"


def test_the_size_of_a_complex_step_does_not_matter():
    first, *rest = (methods.complex_step("bsm", "volga", h=h, **CALL).value for h in (1e-12, 1e-30, 1e-100))
    assert rest == pytest.approx([first, first], rel=1e-13)


def test_a_complex_step_refuses_what_is_no_derivative():
    with pytest.raises(MethodError, match="price is none"):
        methods.complex_step("bsm", "price", **CALL)
    with pytest.raises(MethodError, match="no derivative by 'r'"):
        methods.complex_step("bsm", "vanna", by="r", **CALL)


# -- one jet, all Greeks --------------------------------------------------------------------------------


def test_one_pass_gives_every_greek_in_two_inputs():
    whole = methods.price_jet("bsm", ["S", "sigma"], **CHAIN)
    for name, orders in [("price", {}), ("zomma", {"S": 2, "sigma": 1}), ("ultima", {"sigma": 3})]:
        assert whole.partial(**orders).shape == (2, 2)
        np.testing.assert_allclose(
            whole.partial(**orders), methods.jet("bsm", name, **CHAIN).value, rtol=1e-14
        )
    with pytest.raises(MethodError, match="'F'"):
        methods.price_jet("bsm", ["F"], **CALL)


def test_a_jet_of_bad_points_is_nan():
    whole = methods.price_jet("bsm", ["S"], order=1, **CALL | {"K": np.array([100.0, -5.0])})
    np.testing.assert_array_equal(np.isnan(whole.partial(S=1)), [False, True])


# -- Monte Carlo ----------------------------------------------------------------------------------------


def simulate(way="pathwise", greek="delta", seed=0, model="bsm", **given):
    return methods.estimate(way, model, greek, rng=np.random.default_rng(seed), **{"paths": 2000, **given})


def test_a_seed_gives_the_same_numbers_and_zero_is_a_seed():
    first, again, other = (simulate(seed=seed, **CALL) for seed in (0, 0, 1))
    assert (first.value, first.error) == (again.value, again.error)
    assert first.value != other.value


def test_draws_come_from_a_spawned_child():
    rng, twin = np.random.default_rng(3), np.random.default_rng(3)
    first = methods.pathwise("bsm", "delta", rng=rng, paths=500, **CALL)
    second = methods.pathwise("bsm", "delta", rng=rng, paths=500, **CALL)
    assert rng.random() == twin.random()
    assert first.value != second.value


def test_the_same_draws_serve_all_options():
    chain = simulate(**CHAIN)
    assert chain.value[1, 0] == pytest.approx(simulate(**CALL).value, rel=1e-14)


def test_many_options_and_few_are_drawn_alike():
    """Blocks of paths are smaller for more options; their statistics are merged."""
    many = simulate(paths=1000, antithetic=False, **CALL | {"K": np.full(8192, 110.0)})
    one = simulate(paths=1000, antithetic=False, **CALL)
    np.testing.assert_allclose(many.value, one.value, rtol=1e-12)
    np.testing.assert_allclose(many.error, one.error, rtol=1e-12)


def test_antithetic_draws_narrow_a_monotone_payoff():
    plain, paired = (simulate(greek="price", antithetic=a, **CALL) for a in (False, True))
    assert paired.error < 0.85 * plain.error
    assert dict(paired.settings) == {"paths": 2000, "antithetic": True}


def test_samples_that_are_all_alike_have_no_standard_error():
    found = simulate(**CALL | {"K": 1e6})
    assert found.value == 0
    assert math.isnan(found.error)


def test_refusals_of_the_random_methods():
    with pytest.raises(MethodError, match=r"pathwise has no gamma.*likelihood_ratio"):
        simulate(greek="gamma", **CALL)
    with pytest.raises(MethodError, match=r"mixed needs two orders.*pathwise"):
        simulate("mixed", **CALL)
    with pytest.raises(MethodError, match="jump, and cash_or_nothing"):
        simulate(model="cash_or_nothing", **CALL)
    with pytest.raises(MethodError, match="no European option"):
        simulate(model="bachelier", F=1.0, K=1.0, T=1.0, sigma=1.0, r=0.0)
    with pytest.raises(MethodError, match="paths = 3"):
        simulate(paths=3, **CALL)
    with pytest.raises(MethodError, match="Generator"):
        methods.pathwise("bsm", "delta", rng=42, **CALL)


# -- comparison -----------------------------------------------------------------------------------------


def test_a_comparison_runs_what_serves_the_greek():
    rng = np.random.default_rng(0)
    first = methods.compare("bsm", "vega", rng=rng, paths=4000, **CALL)
    second = methods.compare("bsm", "volga", rng=rng, paths=4000, **CALL)
    assert list(first.misses) == ["bump", "complex_step", "jet", "pathwise", "likelihood_ratio"]
    assert list(second.misses) == ["bump", "complex_step", "jet", "likelihood_ratio", "mixed"]
    assert "vega: agreement" in repr(first)
    assert list(methods.compare("bsm", "vega_pt", **CALL).misses) == ["bump", "complex_step", "jet"]
    assert methods.compare("bsm", "vega_pt", **CALL).agree


def test_a_method_that_was_asked_for_says_why_it_cannot():
    with pytest.raises(MethodError, match="pathwise has no gamma"):
        methods.compare("bsm", "gamma", methods=["pathwise"], rng=np.random.default_rng(0), **CALL)
    with pytest.raises(MethodError, match="Generator"):
        methods.compare("bsm", "delta", methods=["pathwise"], **CALL)


def test_a_method_that_knows_nothing_is_no_agreement():
    found = methods.compare(
        "bsm", "delta", methods=["pathwise"], rng=np.random.default_rng(0), paths=100, **CALL | {"K": 1e6}
    )
    assert not found.agree
