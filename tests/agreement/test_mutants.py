"""Mistakes planted one by one: each must make a named check fail."""

import re
from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from sympy.core.cache import clear_cache

from greekslab import codegen, derivation, evaluate, formulas, kernels, market
from greekslab.greeks import DESK, GREEKS
from greekslab.kernels import KERNELS
from tests.agreement.agree import package, sample
from tests.agreement.identities import broken, unequal, unscaled
from tests.agreement.limits import intrinsic, wrong
from tests.agreement.mutants import Bench, mutants
from tests.reference import test_published
from tests.unit import test_codegen, test_evaluate, test_greeks, test_market

pytestmark = pytest.mark.agreement


# -- any mistake in a kernel ----------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize(("model", "every"), [(m, 5 if "nothing" in m else 1) for m in KERNELS])
def test_every_mistake_in_a_kernel_is_seen_by_the_oracle(model, every):
    bench = Bench(model)
    assert not bench.sees(KERNELS[model].run)
    assert [mutant.what for mutant in mutants(model, every) if not bench.sees(mutant.run)] == []


# -- the mistakes that public packages have shipped -----------------------------------------------------


def kernel_with(monkeypatch, model, pattern, replacement):
    """The kernel of a model with its source changed, in place of the printed one."""
    source = test_codegen.inspect.getsource(KERNELS[model].run)
    changed = re.sub(pattern, replacement, source)
    assert changed != source
    space = dict(vars(kernels))
    exec(compile(changed, "<mutant>", "exec"), space)
    planted = replace(KERNELS[model], run=space[KERNELS[model].run.__name__])
    monkeypatch.setattr(kernels, "KERNELS", KERNELS | {model: planted})
    monkeypatch.setattr(evaluate.scalar, "one", lambda *_: None)
    evaluate._plan.cache_clear()


@pytest.fixture(autouse=True)
def numpy_engine_and_fresh_plans(monkeypatch):
    monkeypatch.setenv("GREEKSLAB_ENGINE", "numpy")
    yield
    evaluate._plan.cache_clear()


def shares(model, *names):
    return {name: share.max() for name, share in sample(model).shares(package, names).items()}


def published_rows_that_fail(greek):
    failed = 0
    for case in test_published.ROWS:
        if case[1]["greek"] == greek:
            try:
                test_published.test_published(case)
            except AssertionError:
                failed += 1
    return failed


def test_vannas_sign(monkeypatch):
    kernel_with(monkeypatch, "bsm", r'got\["vanna"\] = -', 'got["vanna"] = ')
    assert shares("bsm", "vanna")["vanna"] > 1e6
    assert published_rows_that_fail("vanna")


def test_vega_without_the_yield(monkeypatch):
    kernel_with(monkeypatch, "bsm", r'got\["vega"\] = ', 'got["vega"] = exp(T*q)*')
    inputs = sample("bsm").inputs
    assert shares("bsm", "vega")["vega"] > 1
    assert any("vega = S^2 gamma sigma T" in said for said in broken("bsm", inputs))
    assert published_rows_that_fail("vega")


def test_phi_of_d1_and_of_d2_in_each_others_place(monkeypatch):
    kernel_with(monkeypatch, "bsm", r"\bP1 = Phi\(eta\*d1\)", "P1 = Phi(eta*(d1 - s))")
    assert min(shares("bsm", "delta", "epsilon").values()) > 1
    assert any("S delta + K dual_delta = V" in said for said in broken("bsm", sample("bsm").inputs))
    assert published_rows_that_fail("delta")


@pytest.mark.parametrize("model", ["bsm", "black76", "inverse", "bachelier"])
def test_broken_parity(monkeypatch, model):
    kernel_with(monkeypatch, model, r'got\["price"\] = ', 'got["price"] = (1.0 + 1e-11*eta)*')
    point = next(p for p in sample(model).points if p["T"] == 0.25 and p["K"] == pytest.approx(100.0))
    assert any("parity of price" in said for said in unequal(model, point))


def test_a_time_greek_without_its_minus_sign(monkeypatch):
    kernel_with(monkeypatch, "bsm", r'got\["theta"\] = (.*)', r'got["theta"] = -(\1)')
    assert any("sigma^2 S^2 gamma/2" in said for said in broken("bsm", sample("bsm").inputs))
    assert published_rows_that_fail("theta")


def test_a_greek_in_another_unit(monkeypatch):
    kernel_with(monkeypatch, "bsm", r'got\["volga"\] = ', 'got["volga"] = 1.0/w*')
    assert "volga by time" in unscaled("bsm", sample("bsm").inputs)


def test_the_limit_of_the_wrong_leg(monkeypatch):
    kernel_with(monkeypatch, "bsm", r"t3 = exp\(-T\*r\)", "t3 = exp(-T*q)")
    point = {"S": 100.0, "K": 80.0, "T": 0.5, "sigma": 0.0, "r": 0.05, "q": 0.01, "eta": 1.0}
    assert any(said.startswith("dual_delta") for said in wrong("bsm", point, intrinsic("bsm", point)))


def test_a_desk_unit_without_its_hundredth(monkeypatch):
    for name in ("vega_pt", "volga_pt", "theta_day", "rho_bp"):
        planted = DESK | {name: replace(DESK[name], scale=1.0)}
        for module in (evaluate, test_greeks):
            monkeypatch.setattr(module, "DESK", planted)
        evaluate._plan.cache_clear()
        with pytest.raises(AssertionError):
            test_greeks.test_desk_units_are_those_of_conventions()
        with pytest.raises(AssertionError):
            test_evaluate.test_desk_units_say_what_they_say()
        monkeypatch.undo()


def test_trading_days_for_days(monkeypatch):
    monkeypatch.setattr(market, "YEAR", market.YEAR * 252 / 365)
    with pytest.raises(AssertionError):
        test_market.test_years_are_actual_over_365_to_the_millisecond()


def test_an_index_of_the_table(monkeypatch):
    planted = GREEKS | {"charm": replace(GREEKS["charm"], wrt=("X", "r"))}
    monkeypatch.setattr(test_greeks, "GREEKS", planted)
    with pytest.raises(AssertionError):
        test_greeks.test_index_sign_and_synonyms("charm")


# -- the derivation -------------------------------------------------------------------------------------


@pytest.fixture
def forget(monkeypatch):
    """Makes the package and SymPy derive anew; what they knew before comes back afterwards."""

    def anew():
        monkeypatch.setattr(derivation, "_derivative", cache(derivation._derivative.__wrapped__))
        clear_cache()

    anew()
    yield anew
    clear_cache()


def printed(*names):
    """Kernels of some Greeks, derived and printed now."""
    declared = formulas.MODELS["bsm"]
    wanted = {
        name: derivation.derive(declared, derivation.orders_of(declared, GREEKS[name])) for name in names
    }
    return codegen._compiled(codegen._run_source("run", declared, wanted), "mutant")["run"]


def digits_lost(*names):
    """The share of the bound that newly printed Greeks take at the sample."""
    exact = sample("bsm")
    given = [exact.inputs[name] for name in KERNELS["bsm"].input_names]
    x = sum(KERNELS["bsm"].moneyness(*given))
    with np.errstate(all="ignore"):
        got = printed(*names)((1 << len(names)) - 1, *given, exact.inputs["eta"], x)
    return {name: exact.share(name, got[name]).max() for name in names}


CLOSED = ("ultima", "veta", "totto")


def test_without_the_rewrite_of_d1_less_d2_digits_are_lost(monkeypatch, forget):
    assert max(digits_lost(*CLOSED).values()) < 1
    forget()
    monkeypatch.setattr(formulas, "_close_gaps", lambda expr: expr)
    assert min(digits_lost(*CLOSED).values()) > 1


@pytest.mark.usefixtures("forget")
@pytest.mark.parametrize("rule", ["d1", "Phi", "D"])
def test_a_wrong_derivative_rule(monkeypatch, rule):
    function = getattr(formulas, rule)
    right = function.fdiff
    monkeypatch.setattr(function, "fdiff", lambda self, argindex=1: 2 * right(self, argindex))
    assert max(digits_lost("theta", "charm").values()) > 1e6


def test_stale_kernels(monkeypatch, tmp_path):
    text, stale = test_codegen.Path(kernels.__file__).read_text(encoding="utf-8"), tmp_path / "kernels.py"
    stale.write_text(text.replace("clip_d(0.5*s + x/s)", "clip_d(0.25*s + x/s)"), encoding="utf-8")
    monkeypatch.setattr(test_codegen, "kernels_source", lambda: text)
    test_codegen.test_the_kernels_are_what_the_formulas_print()
    monkeypatch.setattr(test_codegen.kernels, "__file__", str(stale))
    with pytest.raises(AssertionError, match=r"greekslab\.codegen"):
        test_codegen.test_the_kernels_are_what_the_formulas_print()
