"""Formulas: symmetric in their inputs, with sign, unit and a face; what is no derivative is refused."""

from itertools import permutations

import gmpy2
import numpy as np
import pytest

from greekslab.derivation import HIGHEST, _derivative, derive, formula, formula_of, named, orders_of, outputs
from greekslab.formulas import MODELS
from greekslab.greeks import GREEKS, UnknownGreekError
from tests.agreement import oracle

BSM = MODELS["bsm"]
AT = {"S": 101.0, "K": 97.0, "T": 0.3, "sigma": 0.45, "r": 0.03, "q": -0.02}


@pytest.mark.parametrize("name", [name for name, row in GREEKS.items() if len(set(row.wrt)) > 1])
def test_mixed_derivatives_do_not_depend_on_the_order(name):
    wrt = [BSM.underlying if role == "X" else role for role in GREEKS[name].wrt]
    if GREEKS[name].build:
        return
    with oracle.precision(60):
        values = [oracle.value(BSM, _derivative(BSM, w), AT | {"eta": 1.0}) for w in set(permutations(wrt))]
        assert all(abs(v - values[0]) <= gmpy2.mpfr(10) ** -50 * abs(v) for v in values)


def test_orders_name_the_inputs_of_the_model():
    assert orders_of(BSM, GREEKS["vanna"]) == {"S": 1, "sigma": 1}
    assert orders_of(MODELS["black76"], GREEKS["color"]) == {"F": 2, "T": 1}


@pytest.mark.parametrize("name", list(MODELS))
def test_every_greek_is_found_by_its_index(name):
    declared = MODELS[name]
    for greek, found in outputs(declared).items():
        if not GREEKS[greek].build:
            assert named(declared, found.orders) == greek
            assert formula_of(declared, found.orders | {"T": found.orders.get("T", 0)}) is formula(
                declared, greek
            )


def test_one_minus_sign_for_every_t():
    for orders, sign in ({"T": 1}, -1), ({"T": 2}, 1), ({"S": 1, "T": 3}, -1), ({"S": 2}, 1):
        plain = _derivative(BSM, tuple(n for n, k in orders.items() for _ in range(k)))
        with oracle.precision(60):
            ours = oracle.value(BSM, derive(BSM, orders), AT | {"eta": -1.0})
            assert abs(ours - sign * oracle.value(BSM, plain, AT | {"eta": -1.0})) <= 1e-50 * abs(ours)
        assert formula_of(BSM, orders).sign == sign


def test_an_unnamed_derivative_has_a_unit_and_no_name():
    found = formula_of(BSM, {"S": 2, "sigma": 2})
    assert (found.name, str(found.unit)) == ("", "underlying² per quote per 1.00 vol²")
    assert repr(found).startswith("<bsm derivative S=2, sigma=2 [underlying² per quote per 1.00 vol²]: ")


def test_a_formula_shows_itself():
    vanna = formula(BSM, "vanna")
    assert vanna.symbol == r"\frac{\partial^{2} V}{\partial S\,\partial \sigma}"
    assert vanna.latex.startswith(r"\mathrm{vanna} = \frac{\partial^{2} V}{\partial S\,\partial \sigma} = ")
    assert r"\text{underlying per 1.00 vol}" in vanna._repr_latex_()
    assert formula(BSM, "theta").symbol == r"-\frac{\partial V}{\partial T}"
    assert formula(BSM, "price").latex.startswith("V = ")
    assert formula(BSM, "elasticity").latex.startswith(r"\lambda = ")
    assert formula_of(BSM, {"S": 4}).latex.startswith(r"\frac{\partial^{4} V}{\partial S^{4}} = ")


@pytest.mark.parametrize("name", list(MODELS))
def test_latex_has_balanced_braces_and_no_python(name):
    for found in outputs(MODELS[name]).values():
        assert found.latex.count("{") == found.latex.count("}")
        assert found.latex.count(r"\left(") == found.latex.count(r"\right)")
        assert "**" not in found.latex
        assert "Phi" not in found.latex.replace(r"\Phi", "")


def test_a_formula_gives_the_number_that_greeks_gives():
    vanna = formula(BSM, "vanna").evaluate(**AT)
    assert vanna == formula_of(BSM, {"sigma": 1, "S": 1}).evaluate(**AT)
    both = formula_of(BSM, {"S": 2, "sigma": 2}).evaluate(right=["call", "put"], **AT)
    assert both.shape == (2,)
    assert both[0] == pytest.approx(both[1], rel=1e-13)


@pytest.mark.parametrize("orders", [{"X": 1}, {"S": -1}, {"S": 1.0}, {"S": True}, {"T": HIGHEST + 1}])
def test_what_is_no_derivative_is_refused(orders):
    with pytest.raises(UnknownGreekError, match=r"has no input|whole number|above the highest"):
        derive(BSM, orders)


def test_numpy_integers_are_orders():
    assert derive(BSM, {"S": np.int64(2)}) == derive(BSM, {"S": 2})


def test_a_model_without_an_input_refuses_its_greek():
    with pytest.raises(UnknownGreekError, match=r"inverse has no Greek 'rho'"):
        formula(MODELS["inverse"], "rho")
    with pytest.raises(UnknownGreekError, match=r"did you mean vanna"):
        formula(BSM, "vana")
