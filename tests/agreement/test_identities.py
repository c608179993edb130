"""Identities by hypothesis: anywhere in the domain, for the models that each holds for."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from greekslab.evaluate import derivative
from greekslab.formulas import MODELS
from tests.agreement import oracle
from tests.agreement.identities import IDENTITIES, broken, unequal, unscaled
from tests.agreement.points import at, seeded

pytestmark = pytest.mark.agreement

places = st.fixed_dictionaries(
    {
        "X": st.floats(1e-3, 1e5),
        "T": st.floats(-13, 2.3).map(np.exp).map(float),
        "sigma": st.floats(0.01, 3.0),
        "r": st.floats(-0.1, 0.3),
        "q": st.floats(-0.1, 0.3),
        "d": st.floats(-20.0, 20.0),
        "eta": st.sampled_from([-1.0, 1.0]),
    }
)
IN_PARITY = ["bsm", "black76", "inverse", "bachelier"]


def test_every_model_but_one_has_identities_here():
    assert {m for i in IDENTITIES for m in i.models} == set(MODELS) - {"asset_or_nothing"}


@pytest.mark.parametrize("model", list(MODELS))
@given(place=places)
def test_identities(model, place):
    inputs = {name: np.array([x]) for name, x in at(MODELS[model], **place).items()}
    assert list(broken(model, inputs)) == []


@pytest.mark.parametrize("model", IN_PARITY)
@given(place=places)
def test_put_call_parity_of_every_greek(model, place):
    assert list(unequal(model, at(MODELS[model], **place))) == []


@pytest.mark.parametrize("model", list(MODELS))
@given(seed=st.integers(0, 2**32))
def test_every_greek_scales_by_its_unit(model, seed):
    points = list(seeded(MODELS[model], 5, seed))
    assert list(unscaled(model, {name: np.array([p[name] for p in points]) for name in points[0]})) == []


@given(place=places)
def test_delta_by_volatility_is_vega_by_spot(place):
    """Numerically: a difference of delta in sigma and of vega in S both give vanna."""
    point = at(MODELS["bsm"], **(place | {"d": place["d"] / 10}))
    inputs = {name: x for name, x in point.items() if name != "eta"} | {"right": point["eta"]}
    allowed = float(oracle.modulus(MODELS["bsm"], "vanna", point)) * 1e-4
    vanna = derivative("bsm", S=1, sigma=1, at=inputs)
    for moved, kept in ("sigma", "S"), ("S", "sigma"):
        h = 1e-5 * inputs[moved] * (1.0 if moved == "sigma" else min(1.0, place["sigma"] * place["T"] ** 0.5))
        up, down = (
            derivative("bsm", at=inputs | {moved: inputs[moved] + s * h}, **{kept: 1}) for s in (1, -1)
        )
        assert abs((up - down) / (2 * h) - vanna) <= allowed


@given(place=places)
def test_euler_of_delta(place):
    """The price is homogeneous in S and K, so delta is unchanged by both: S gamma + K d2V/dSdK = 0."""
    point = at(MODELS["bsm"], **place)
    inputs = {name: x for name, x in point.items() if name != "eta"} | {"right": point["eta"]}
    gamma, cross = derivative("bsm", S=2, at=inputs), derivative("bsm", S=1, K=1, at=inputs)
    allowed = 2 * float(oracle.bound(MODELS["bsm"], point)) * abs(inputs["S"] * gamma)
    assert abs(inputs["S"] * gamma + inputs["K"] * cross) <= allowed + 1e-290
