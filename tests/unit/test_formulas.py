"""The declared formulas: SymPy proves every derivative rule and every rewrite from what they stand for."""

from itertools import product

import gmpy2
import pytest
import sympy as sp

from greekslab.derivation import outputs
from greekslab.formulas import (
    MODELS,
    D,
    LogRatio,
    NormalValue,
    Phi,
    d1,
    d2,
    dn,
    eta,
    model,
    phi,
    textbook,
    tidy,
)
from greekslab.greeks import GREEKS, UnknownModelError
from tests.agreement import oracle

X, K, T, sigma = sp.symbols("X K T sigma", positive=True)
r, q, x = sp.symbols("r q x", real=True)
ALL = (X, K, T, sigma, r, q)


def is_zero(expr):
    """SymPy's own proof, after everything opaque is spelled out."""
    return sp.simplify(expr.doit()) == 0


RULES = [
    (Phi(x), x),
    (phi(x), x),
    *((D(r, T), s) for s in (r, T)),
    *((LogRatio(X, K), s) for s in (X, K)),
    *((d(*ALL), s) for d, s in product((d1, d2), ALL)),
    *((dn(X, K, T, sigma), s) for s in (X, K, T, sigma)),
    *((NormalValue(eta, X, K, T, sigma), s) for s in (X, K, T, sigma)),
]


@pytest.mark.parametrize(("function", "argument"), RULES, ids=str)
def test_each_derivative_rule_follows_from_what_the_function_stands_for(function, argument):
    difference = function.diff(argument).doit() - function.doit().diff(argument)
    assert all(is_zero(difference.subs(eta, sign)) for sign in (1, -1))


def test_phi_is_the_density_of_phi_and_both_are_normal():
    assert sp.integrate(phi(x).doit(), (x, -sp.oo, sp.oo)) == 1
    assert sp.limit(Phi(x).doit(), x, -sp.oo) == 0
    assert Phi(sp.S.Zero).doit() == sp.Rational(1, 2)


def test_one_density():
    assert is_zero(K * D(r, T) * phi(d2(*ALL)) - X * D(q, T) * phi(d1(*ALL)))
    assert tidy(K * D(r, T) * phi(d2(*ALL))) == X * D(q, T) * phi(d1(*ALL))


def test_d1_less_d2_is_the_total_volatility():
    gap = sigma * sp.sqrt(T)
    assert is_zero(d1(*ALL) - d2(*ALL) - gap)
    one, two = d1(*ALL), d2(*ALL)
    assert tidy(one - two) == gap
    assert tidy(one**2 - two**2) == sp.expand(gap * (one + two))
    assert tidy(3 * one**3 * two - 3 * one**2 * two**2) == 3 * gap * one**2 * two


def test_the_sign_of_the_option_squares_to_one_and_leaves_the_density():
    assert phi(eta * x) == phi(x)
    assert is_zero(phi(-x) - phi(x))
    assert [tidy(Phi(x) * eta**n) / Phi(x) for n in range(5)] == [1, eta, 1, eta, 1]


def test_standard_form_is_the_definition():
    for d in (d1(*ALL), d2(*ALL)):
        assert is_zero(d - d.standard(d.moneyness, d.total_vol))


# -- every Greek ----------------------------------------------------------------------------------------

INDEX = {
    "price": "",
    "delta": "X",
    "dual_delta": "K",
    "vega": "v",
    "theta": "T",
    "rho": "r",
    "epsilon": "q",
    "gamma": "XX",
    "dual_gamma": "KK",
    "vanna": "Xv",
    "charm": "XT",
    "volga": "vv",
    "veta": "vT",
    "vera": "vr",
    "speed": "X" * 3,
    "zomma": "XXv",
    "color": "XXT",
    "ultima": "vvv",
    "totto": "vvT",
    "dvannadvol": "Xvv",
    "parmicharma": "XTT",
}
"""Which inputs each Greek differentiates by, from the table of conventions (v is sigma)."""


def defined(declared, name):
    """A Greek by its definition, from the spelled-out price alone."""
    symbols = declared.symbols
    price, spot = declared.expr.doit(), symbols[declared.underlying]
    if name in INDEX:
        wrt = [{"X": spot, "v": symbols["sigma"]}.get(i) or symbols[i] for i in INDEX[name]]
        return (-1) ** INDEX[name].count("T") * price.diff(*wrt) if wrt else price
    delta = price.diff(spot)
    forward = spot * sp.exp((symbols["r"] - symbols["q"]) * symbols["T"]) if "q" in symbols else spot
    return {
        "elasticity": spot * delta / price,
        "delta_forward": delta / forward.diff(spot),
        "delta_premium_adjusted": delta - price / spot,
        "delta_coin": (price / spot).diff(spot),
    }[name]


POINTS = [
    {"S": "97/2", "K": "50", "T": "5/13", "sigma": "1/5", "r": "1/20", "q": "1/70", "eta": 1},
    {"S": "120", "K": "80", "T": "31/7", "sigma": "4/5", "r": "-1/50", "q": "3/40", "eta": -1},
    {"S": "3/2", "K": "8/5", "T": "1/300", "sigma": "13/10", "r": "1/9", "q": "0", "eta": 1},
]


def rational(declared, point):
    """A point in the model's own inputs: rational numbers, which MPFR reads to all its digits."""
    given = {name: gmpy2.mpq(text) for name, text in (point | {"F": point["S"]}).items()}
    if declared.name == "bachelier":  # whose volatility is in units of price
        given["sigma"] *= given["F"]
    return {name: given[name] for name in (*declared.symbols, "eta")}


@pytest.mark.parametrize("name", list(MODELS))
def test_the_textbook_form_is_the_derivative_of_the_price(name):
    """To 40 digits; the other side is differences of the spelled-out price, which know no derivative."""
    declared = MODELS[name]
    for point in POINTS:
        at = rational(declared, point)
        exact = oracle.exact(declared, at)
        with oracle.precision(90):
            for greek, formula in outputs(declared).items():
                error = abs(oracle.value(declared, formula.expr, at) - exact[greek])
                assert error <= gmpy2.mpfr(10) ** -40 * abs(exact[greek]), greek


@pytest.mark.parametrize("name", list(MODELS))
def test_the_textbook_form_is_what_sympy_derives_from_the_spelled_out_price(name):
    """To 40 digits; SymPy's own rules for erfc, exp and log on the other side. Higher orders: see above."""
    declared = MODELS[name]
    at = rational(declared, POINTS[1])
    with oracle.precision(90):
        for greek, formula in outputs(declared).items():
            if GREEKS[greek].order < 2:
                one = oracle.value(declared, formula.expr, at)
                two = oracle.value(declared, defined(declared, greek), at)
                assert abs(one - two) <= gmpy2.mpfr(10) ** -40 * abs(two), greek


def test_every_named_greek_has_an_index_here_or_a_definition():
    assert {name for name, row in GREEKS.items() if not row.build} == set(INDEX)


def test_delta_gamma_and_vega_in_closed_form():
    declared = MODELS["bsm"]
    for greek in ("delta", "dual_delta", "gamma", "vega"):
        for sign in (1, -1):
            difference = (outputs(declared)[greek].expr.doit() - defined(declared, greek)).subs(eta, sign)
            assert sp.simplify(sp.powsimp(sp.expand(difference), force=True)) == 0


def test_textbook_changes_the_form_alone():
    declared = MODELS["bsm"]
    for formula in outputs(declared).values():
        if formula.orders:
            assert sp.expand(textbook(formula.expr) - formula.expr) == 0


def test_forms_that_a_textbook_prints():
    greek = {name: f.expr for name, f in outputs(MODELS["bsm"]).items()}
    S, K, T, sigma, r, q = MODELS["bsm"].symbols.values()
    one, two = d1(S, K, T, sigma, r, q), d2(S, K, T, sigma, r, q)
    density = D(q, T) * phi(one)
    printed = {  # Haug (2007), chapter 2
        "delta": eta * D(q, T) * Phi(eta * one),
        "gamma": density / (S * sigma * sp.sqrt(T)),
        "vega": S * density * sp.sqrt(T),
        "vanna": -density * two / sigma,
        "volga": S * density * sp.sqrt(T) * one * two / sigma,
        "zomma": density / (S * sigma * sp.sqrt(T)) * (one * two - 1) / sigma,
        "veta": S
        * density
        * sp.sqrt(T)
        * (-q - (r - q) * one / (sigma * sp.sqrt(T)) + (1 + one * two) / (2 * T)),
    }
    printed["veta"] = -printed["veta"]  # there d/dT; here as the clock runs
    for name, expected in printed.items():
        assert sp.expand(greek[name] - expected) == 0, name


def test_one_density_is_left():
    for declared in MODELS.values():
        for name, formula in outputs(declared).items():
            inside = [found.args[0] for found in formula.expr.atoms(phi)]
            assert all(isinstance(d, d1 | dn) for d in inside), (declared.name, name)


def test_a_model_is_found_by_name_and_shows_itself():
    assert model("bsm") is MODELS["bsm"]
    assert "bsm(S, K, T, sigma, r, q)" in repr(MODELS["bsm"])
    assert r"\Phi" in MODELS["bsm"]._repr_latex_()
    assert "vanna" in MODELS["bsm"]._ipython_key_completions_()
    assert MODELS["bsm"]["vomma"].name == MODELS["bsm"].greek("volga").name == "volga"
    with pytest.raises(UnknownModelError, match=r"bms.*did you mean bsm"):
        model("bms")
    with pytest.raises(UnknownModelError, match=r"heston.*black76"):
        model("heston")


def test_symbols_know_what_is_positive():
    symbols = MODELS["bsm"].symbols
    assert [symbols[name].is_positive for name in ("S", "K", "T", "sigma")] == [True] * 4
    assert [symbols[name].is_positive for name in ("r", "q")] == [None] * 2
