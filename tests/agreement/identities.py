"""Identities that Greeks of a model keep to rounding, each as a sum that must vanish.

What rounding allows is not tuned: every Greek may be wrong by the bound that it is held to against the
oracle, and the sum by the sum of these.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any, NamedTuple

import gmpy2
import numpy as np

from greekslab.formulas import MODELS
from greekslab.kernels import KERNELS
from tests.agreement import oracle
from tests.agreement.agree import Floats, Values, package, pure

Inputs = Mapping[str, Any]


class Term(NamedTuple):
    """A factor times a Greek, of the option itself or (other) of its counterpart with the other right."""

    factor: Any
    greek: str
    other: bool = False


class Identity(NamedTuple):
    """Terms that sum to a constant, for the models named."""

    name: str
    models: tuple[str, ...]
    terms: Callable[[Inputs], list[Term]]


LOGNORMAL = ("bsm", "black76")
LINEAR = (*LOGNORMAL, "bachelier")
ALIKE = ("gamma", "dual_gamma", "vanna", "vega", "volga", "speed", "zomma", "ultima", "dvannadvol")
"""Equal for call and put wherever their difference is linear in the forward and free of volatility."""


def _alike(greek: str, _: Inputs) -> list[Term]:
    return [Term(1.0, greek), Term(-1.0, greek, True)]


def _X(i: Inputs) -> Any:
    return i["S"] if "S" in i else i["F"]


def _vega_from_gamma(i: Inputs) -> list[Term]:
    return [Term(1.0, "vega"), Term(-(_X(i) ** 2) * i["sigma"] * i["T"], "gamma")]


def _pricing(i: Inputs) -> list[Term]:
    drift = i["r"] - i["q"] if "q" in i else 0.0
    return [
        Term(1.0, "theta"),
        Term(drift * _X(i), "delta"),
        Term(0.5 * i["sigma"] ** 2 * _X(i) ** 2, "gamma"),
        Term(-i["r"], "price"),
    ]


def _euler(i: Inputs) -> list[Term]:
    return [Term(_X(i), "delta"), Term(i["K"], "dual_delta"), Term(-1.0, "price")]


def _dual_gamma(i: Inputs) -> list[Term]:
    return [Term(_X(i) ** 2, "gamma"), Term(-(i["K"] ** 2), "dual_gamma")]


def _inverse_euler(i: Inputs) -> list[Term]:
    return [Term(i["F"], "delta"), Term(i["K"], "dual_delta")]


def _inverse_dual_gamma(i: Inputs) -> list[Term]:
    return [*_dual_gamma(i), Term(2 * i["F"], "delta")]


def _inverse_vega(i: Inputs) -> list[Term]:
    spread = i["sigma"] * i["T"]
    return [Term(1.0, "vega"), Term(-spread * i["F"] ** 2, "gamma"), Term(-spread * 2 * i["F"], "delta")]


def _inverse_theta(i: Inputs) -> list[Term]:
    rate = i["sigma"] ** 2
    return [Term(1.0, "theta"), Term(rate * i["F"] ** 2 / 2, "gamma"), Term(rate * i["F"], "delta")]


def _inverse_gamma(i: Inputs) -> list[Term]:
    # call less put: -2 K/F^3
    return [Term(1.0, "gamma"), Term(-1.0, "gamma", True), Term(2 * i["eta"] * i["K"] / i["F"] ** 3, "")]


def _normal_vega(i: Inputs) -> list[Term]:
    return [Term(1.0, "vega"), Term(-i["sigma"] * i["T"], "gamma")]


def _normal_dual_gamma(_: Inputs) -> list[Term]:
    return [Term(1.0, "gamma"), Term(-1.0, "dual_gamma")]


def _normal_euler(i: Inputs) -> list[Term]:
    return [*_euler(i), Term(i["sigma"], "vega")]


def _digitals(i: Inputs) -> list[Term]:
    # call and put together pay for certain
    return [Term(1.0, "price"), Term(1.0, "price", True), Term(-np.exp(-i["r"] * i["T"]), "")]


IDENTITIES = (
    *(Identity(f"call {greek} = put {greek}", LINEAR, partial(_alike, greek)) for greek in ALIKE),
    Identity("vega = S^2 gamma sigma T", LOGNORMAL, _vega_from_gamma),
    Identity("theta + (r - q) S delta + sigma^2 S^2 gamma/2 = r V", LOGNORMAL, _pricing),
    Identity("S delta + K dual_delta = V", LOGNORMAL, _euler),
    Identity("S^2 gamma = K^2 dual_gamma", LOGNORMAL, _dual_gamma),
    Identity("F delta + K dual_delta = 0", ("inverse",), _inverse_euler),
    Identity("F^2 gamma + 2 F delta = K^2 dual_gamma", ("inverse",), _inverse_dual_gamma),
    Identity("vega = sigma T (F^2 gamma + 2 F delta)", ("inverse",), _inverse_vega),
    Identity("theta = -sigma^2 (F^2 gamma/2 + F delta)", ("inverse",), _inverse_theta),
    Identity("call gamma - put gamma = -2 K/F^3", ("inverse",), _inverse_gamma),
    Identity("vega = gamma sigma T", ("bachelier",), _normal_vega),
    Identity("gamma = dual_gamma", ("bachelier",), _normal_dual_gamma),
    Identity("F delta + K dual_delta + sigma vega = V", ("bachelier",), _normal_euler),
    Identity("call + put = D", ("cash_or_nothing",), _digitals),
)


class Both:
    """The Greeks of an option and of its counterpart with the other right, and what rounding allows."""

    def __init__(self, model: str, inputs: Inputs, values: Values) -> None:
        self.declared = MODELS[model]
        self.sides = [inputs, inputs | {"eta": -inputs["eta"]}]
        self.got = [values(model, KERNELS[model].greeks, side) for side in self.sides]
        self.bounds = [oracle.bound(self.declared, side) for side in self.sides]

    def value(self, term: Term) -> Any:
        """A term."""
        return term.factor * (self.got[term.other][term.greek] if term.greek else 1.0)

    def slack(self, term: Term) -> Any:
        """How far rounding may put it off: the Greek's own bound, and the product's."""
        rounding = 8 * oracle.EPS * np.abs(self.value(term))
        if not term.greek:
            return rounding
        side, got = self.sides[term.other], np.abs(self.got[term.other][term.greek])
        if not pure(self.declared.name, term.greek):
            got = np.maximum(got, oracle.CROSSING * oracle.modulus(self.declared, term.greek, side))
        return rounding + np.abs(term.factor) * self.bounds[term.other] * got


def broken(model: str, inputs: Inputs, values: Values = package) -> Iterator[str]:
    """The identities that do not hold, with by how much of what is allowed."""
    both = Both(model, inputs, values)
    for identity in IDENTITIES:
        if model in identity.models:
            terms = identity.terms(inputs)
            total = np.abs(sum(map(both.value, terms)))
            allowed = sum(map(both.slack, terms))
            if not np.all(total <= allowed + 1e-290):
                yield f"{identity.name}: {np.max(total / allowed):.3g} of what rounding allows"


def contract(model: str) -> Callable[..., Any]:
    """Call less put, which has no volatility: what a forward contract is worth, in MPFR numbers."""
    return {
        "bsm": lambda S, K, T, sigma, r, q, eta: S * gmpy2.exp(-q * T) - K * gmpy2.exp(-r * T),
        "black76": lambda F, K, T, sigma, r, eta: (F - K) * gmpy2.exp(-r * T),
        "bachelier": lambda F, K, T, sigma, r, eta: (F - K) * gmpy2.exp(-r * T),
        "inverse": lambda F, K, T, sigma, eta: 1 - K / F,
    }[model]


def unequal(model: str, point: Mapping[str, float], values: Values = package) -> Iterator[str]:
    """The Greeks whose call less put is not that of the forward contract: put-call parity of them all."""
    declared = MODELS[model]
    inputs = {name: np.array([x]) for name, x in point.items()}
    both = Both(model, inputs, values)
    with oracle.precision(250):
        scales = oracle.scales(declared, point)
        differences = oracle.Differences(contract(model), point, scales)
        exact = {name: float(x) for name, x in oracle.named_from(declared, differences).items()}
    for name in KERNELS[model].greeks:
        if name == "elasticity":  # a ratio
            continue
        terms = [Term(inputs["eta"], name), Term(-inputs["eta"], name, True)]
        total = np.abs(sum(map(both.value, terms)) - exact[name])
        allowed = sum(map(both.slack, terms)) + oracle.EPS * abs(exact[name])
        if not np.all(total <= allowed + 1e-290):
            yield f"parity of {name}: {np.max(total / allowed):.3g} of what rounding allows"


def unscaled(model: str, inputs: Inputs, values: Values = package) -> Iterator[str]:
    """The Greeks that do not scale by their unit when money or time is counted in another unit.

    By a power of two, which rounds nothing: the numbers must be the same to the last bit.
    """
    kernel = KERNELS[model]
    before: Mapping[str, Floats] = values(model, kernel.greeks, inputs)
    for what, power in (("currency", 3), ("currency", -2), ("time", 4), ("time", -2)):
        factors = {i.name: 2.0 ** (power * getattr(i.unit, what)) for i in kernel.inputs}
        after = values(model, kernel.greeks, inputs | {n: inputs[n] * f for n, f in factors.items()})
        for name, unit in kernel.units.items():
            fixed = (
                what == "currency" and model == "cash_or_nothing" and name != "elasticity"
            )  # pays one unit
            times = getattr(unit, what) - fixed
            if not np.array_equal(after[name], before[name] * 2.0 ** (power * times)):
                yield f"{name} by {what}"
