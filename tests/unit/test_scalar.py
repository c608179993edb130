"""One option of plain numbers: the same digits as an array of it, and the same refusals."""

from __future__ import annotations

import numpy as np
import pytest

import greekslab as gl
from greekslab import scalar
from greekslab.evaluate import kernel_of
from greekslab.formulas import MODELS
from tests.agreement.agree import sample

ULPS = 40 * np.finfo(float).eps


@pytest.mark.parametrize("model", MODELS)
def test_every_greek_agrees_with_the_oracle_one_by_one(model: str) -> None:
    """The same sample and bound as the arrays'; what scalars leave to the arrays is left out."""
    kernel, truth = kernel_of(model), sample(model)
    everything = kernel.want(kernel.greeks)
    got: dict[str, list[float]] = {name: [] for name in kernel.greeks}
    served = 0
    for point in truth.points:
        values = tuple(float(point[name]) for name in kernel.input_names)
        found = scalar.one(model, everything, values, point["eta"])
        served += found is not None
        for name, column in got.items():
            column.append(float(truth.high[name][len(column)]) if found is None else found[name])
    assert served > 0.8 * len(truth.points)
    for name, column in got.items():
        assert truth.share(name, np.array(column)).max() <= 1, name


def test_a_number_gives_a_number() -> None:
    at = {"S": 100, "K": 110.0, "T": 0.25, "sigma": 0.6, "r": 0.02, "q": 0}
    for right in ("call", "put", "C", "P"):
        alone = gl.greeks("bsm", ["price", "vega_pt"], right=right, **at)
        assert {type(value) for value in alone.values()} == {float}
        together = gl.greeks("bsm", ["price", "vega_pt"], right=[right], **at)
        assert alone == pytest.approx({k: v[0] for k, v in together.items()}, rel=ULPS)


@pytest.mark.parametrize("bad", [{"T": 0.0}, {"sigma": 0.0}])
def test_what_is_degenerate_takes_its_limit(bad: dict[str, float]) -> None:
    at = {"S": 120.0, "K": 110.0, "T": 0.25, "sigma": 0.6, "r": 0.0, "q": 0.0} | bad
    assert gl.greeks("bsm", ["price", "delta"], **at) == {"price": 10.0, "delta": 1.0}


@pytest.mark.parametrize(
    ("name", "value"), [("T", -1.0), ("K", 0.0), ("sigma", float("nan")), ("S", float("inf"))]
)
def test_what_is_outside_the_domain_is_warned_of(name: str, value: float) -> None:
    at = {"S": 120.0, "K": 110.0, "T": 0.25, "sigma": 0.6, "r": 0.0, "q": 0.0} | {name: value}
    with pytest.warns(gl.DomainWarning, match=f"{name} = "):
        assert np.isnan(gl.greeks("bsm", "price", **at)["price"])
    with pytest.raises(gl.DomainError, match=f"{name} = "):
        gl.greeks("bsm", "price", strict=True, **at)


def test_a_missing_or_unknown_input_is_named() -> None:
    with pytest.raises(TypeError, match="needs input 'K'"):
        gl.greeks("black76", "price", F=1.0, T=1.0, sigma=0.5, r=0.0)
    with pytest.raises(TypeError, match="no input 'S'"):
        gl.greeks("black76", "price", S=1.0, K=1.0, T=1.0, sigma=0.5, r=0.0)
