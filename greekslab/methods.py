"""The same Greek by ways that do not share a formula: to check the derived ones, and to teach what they cost.

Every way starts from the declared price or from its public value; none knows a Greek. All have one face,
`way(model, greek, right=..., **inputs)`, and return an `Estimate`: a value, and the error that the way itself
claims. `greek` is a name or a multi-index such as {"S": 2, "sigma": 1}.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import reduce
from itertools import product
from math import prod
from operator import mul
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from greekslab.estimates import Estimate, Index, Task, task_of
from greekslab.evaluate import HasKernel, derivative, name_of
from greekslab.greeks import nearest
from greekslab.jets import COMPLEX, JETS, ROUGH, Jet, MethodError, Rough, walk
from greekslab.montecarlo import likelihood_ratio, mixed, pathwise

__all__ = [
    "METHODS",
    "Comparison",
    "Estimate",
    "Jet",
    "MethodError",
    "Sweep",
    "UnknownMethodError",
    "bump",
    "compare",
    "complex_step",
    "estimate",
    "jet",
    "likelihood_ratio",
    "mixed",
    "pathwise",
    "price_jet",
    "sweep",
]

Floats = NDArray[np.float64]
_EPS = float(np.finfo(float).eps)
_WOFZ = 4 * _EPS
"""What complex arithmetic and the Faddeeva function round, over what real jets do."""


# -- bump and reprice -----------------------------------------------------------------------------------

_STENCILS = MappingProxyType(
    {
        1: ((1, 0.5), (-1, -0.5)),
        2: ((1, 1.0), (0, -2.0), (-1, 1.0)),
        3: ((2, 0.5), (1, -1.0), (-1, 1.0), (-2, -0.5)),
    }
)
"""Order -> (steps away, weight): central differences, whose truncation error falls as h squared."""


def bump(
    model: str | HasKernel,
    greek: Index,
    *,
    h: float | Mapping[str, ArrayLike] | None = None,
    right: ArrayLike = "call",
    dtype: Any = np.float64,
    **inputs: ArrayLike,
) -> Estimate:
    """Bump and reprice: central differences of the public price.

    Parameters
    ----------
    model : a declared model by name, or one made by `define`
    greek : name, or multi-index, up to the third order in each input
    h : the step [the input's unit], or a mapping of input to step; chosen if absent
    right : "call", "put", "C", "P", +1 or -1, scalar or array
    dtype : float64 or float32: the precision that prices and bumped inputs are kept in
    **inputs : the model's inputs by name, scalars or arrays that broadcast together

    Returns
    -------
    Estimate, with the steps in `settings["h"]`

    Raises
    ------
    UnknownGreekError, TypeError
        An unknown model or Greek; a missing or unknown input.
    MethodError
        A derived Greek, an order above three, a step that the input's last digit swallows.

    Notes
    -----
    A difference of order n loses eps/h^n of the price to rounding and h^2 to truncation, h counted in the
    input's own scale, over which the price bends: S sigma sqrt T for the underlying, sigma itself
    for volatility, less in the wings. The sum is least near h = eps^(1/(n+2)): the default, to the nearest
    power of two so that the bumped inputs are exact. The error is what doubling the step changes, thrice the
    leading truncation, plus the rounding. A point whose doubled step leaves the domain is NaN.

    References
    ----------
    Press et al. (2007), Numerical Recipes, 3rd edition, section 5.7.

    Examples
    --------
    Hull (2018), Options, Futures, and Other Derivatives, chapter 19: the vega of this option is 12.1.

    >>> found = bump("bsm", "vega", S=49.0, K=50.0, T=0.3846, sigma=0.2, r=0.05, q=0.0)
    >>> round(found.value, 1), bool(found.error < 1e-8)
    (12.1, True)
    """
    task = task_of(model, greek, right, inputs)
    for name, order in task.orders.items():
        if order not in _STENCILS:
            raise MethodError(f"bump has differences up to the third order, not {name}={order}; use jet")
    steps = _steps(task, h, dtype)
    task = _within_reach(task, steps)
    value, noise = _difference(task, steps, dtype)
    coarse, _ = _difference(task, {name: 2 * step for name, step in steps.items()}, dtype)
    settings = {"h": {name: task.shaped(step) for name, step in steps.items()}}
    return task.estimate("bump", value, np.abs(coarse - value) + noise, settings)


def _steps(task: Task, h: float | Mapping[str, ArrayLike] | None, dtype: Any) -> dict[str, Floats]:
    """A step for each input of the index, such that the bumped input is exact."""
    if h is None:
        rule = float(np.finfo(dtype).eps) ** (1 / (task.order + 2))
        given = {name: 2.0 ** np.round(np.log2(rule * task.own_scale(name))) for name in task.orders}
    else:
        named = h if isinstance(h, Mapping) else dict.fromkeys(task.orders, h)
        if set(named) != set(task.orders) or (named is not h and len(named) > 1):
            raise MethodError(f"{task.label} needs h = {{input: step}} for {', '.join(task.orders)}")
        given = {n: np.broadcast_to(np.asarray(h, float), task.shape).reshape(-1) for n, h in named.items()}
    steps = {}
    for name, step in given.items():
        x = task.columns[name].astype(dtype).astype(float)
        steps[name] = (x + step).astype(dtype).astype(float) - x
        if not np.all(steps[name] > 0):
            raise MethodError(f"the step of {name} must be above the spacing of its floats")
    return steps


def _within_reach(task: Task, steps: Mapping[str, Floats]) -> Task:
    """The task without the points that the doubled steps would take out of their domain."""
    bad, why = task.bad.copy(), task.why
    for name, step in steps.items():
        declared, reach = task.input(name), 2 * max(k for k, _ in _STENCILS[task.orders[name]])
        outside = task.columns[name] - reach * step <= declared.low
        if outside.any() and not why:
            row = int(np.argmax(outside))
            why = f"bumping {name} at row {row} by {reach} x {step[row]} leaves its domain"
        bad |= outside
    return replace(task, bad=bad, why=why)


def _difference(task: Task, steps: Mapping[str, Floats], dtype: Any) -> tuple[Floats, Floats]:
    """The product of central differences, and the rounding error of it."""
    total, size = np.zeros((2, len(task.bad)))
    for corner in product(*(_STENCILS[order] for order in task.orders.values())):
        moved = {}
        for (name, step), (k, _) in zip(steps.items(), corner, strict=True):
            x = task.columns[name].astype(dtype).astype(float)
            moved[name] = np.where(task.bad, 1.0, x + k * step)
        term = prod(weight for _, weight in corner) * task.price(moved).astype(dtype).astype(float)
        total, size = total + term, size + np.abs(term)
    divisor = reduce(mul, (steps[name] ** order for name, order in task.orders.items()), np.ones(1))
    return total / divisor, task.rounding * float(np.finfo(dtype).eps) / _EPS * size / divisor


@dataclass(frozen=True, slots=True)
class Sweep:
    """The V-curve: the error of a bumped Greek against its step.

    Parameters
    ----------
    greek : str
    h : float64 array, shape (steps,), relative to the inputs' own scales
    steps : input -> the absolute steps, of shape (steps, *shape)
    value : float64 array, shape (steps, *shape) [the Greek's unit]
    error : what the value misses the jet's by, relative, of that shape
    claimed : bump's own estimate of it, relative, of that shape
    """

    greek: str
    h: Floats
    steps: Mapping[str, Floats]
    value: Floats
    error: Floats
    claimed: Floats

    @property
    def best(self) -> Any:
        """The relative step at which the claimed error is least; the true one is noise about it."""
        return self.h[np.argmin(np.where(np.isnan(self.claimed), np.inf, self.claimed), axis=0)]


def sweep(
    model: str | HasKernel,
    greek: Index,
    *,
    h: ArrayLike | None = None,
    right: ArrayLike = "call",
    dtype: Any = np.float64,
    **inputs: ArrayLike,
) -> Sweep:
    """Bump with many steps: the V of truncation on the right and rounding on the left.

    Parameters
    ----------
    h : array, shape (steps,), relative to the inputs' own scales; from rounding to a fifth if absent
    model, greek, right, dtype, **inputs : as in `bump`

    Returns
    -------
    Sweep

    Raises
    ------
    as `bump`

    Examples
    --------
    The best step of a first derivative lies near the cube root of eps, 6e-6.

    >>> curve = sweep("bsm", "vega", S=100.0, K=110.0, T=0.25, sigma=0.6, r=0.02, q=0.01)
    >>> bool(6e-7 < curve.best < 6e-5)
    True
    """
    task = task_of(model, greek, right, inputs)
    scales = {name: task.own_scale(name) for name in task.orders}
    eps = float(np.finfo(dtype).eps)
    ulps = [float(np.max(np.abs(task.columns[n]) / s, initial=1.0)) for n, s in scales.items()]
    relative = (
        np.geomspace(4 * eps * max(ulps, default=1.0), 1 / 5, 64) if h is None else np.asarray(h, float)
    )
    orders = dict(task.orders)
    exact = _rough(task, task.declared.expr, tuple(orders), task.order).jet.partial(**orders)
    truth = task.shaped(task.factor * exact)
    first = task.kernel.input_names[0]
    wide = {**inputs, first: np.broadcast_to(inputs[first], (len(relative), *task.shape))}
    steps = {n: np.multiply.outer(relative, scale.reshape(task.shape)) for n, scale in scales.items()}
    run = bump(model, greek, h=steps, right=right, dtype=dtype, **wide)
    with np.errstate(all="ignore"):
        error, claimed = (np.abs(gap / truth) for gap in (run.value - truth, run.error))
    return Sweep(task.label, relative, run.settings["h"], run.value, error, claimed)


# -- complex step ---------------------------------------------------------------------------------------


def complex_step(
    model: str | HasKernel,
    greek: Index,
    *,
    by: str | None = None,
    h: float = 1e-30,
    right: ArrayLike = "call",
    **inputs: ArrayLike,
) -> Estimate:
    """A step into the imaginary: the imaginary part over h is the derivative, without a subtraction.

    Parameters
    ----------
    by : the input to step in; the last of the index if absent
    h : the step [the input's unit]; anything far below the square root of eps will do
    model, greek, right, **inputs : as in `bump`, to any order

    Returns
    -------
    Estimate, with the input in `settings["by"]` and what was stepped in `settings["of"]`

    Raises
    ------
    UnknownGreekError, TypeError
        An unknown model or Greek; a missing or unknown input.
    MethodError
        The price itself, a derived Greek, a function without a complex rule, `by` not in the index.

    Notes
    -----
    A first-order Greek steps the declared price. One of higher order steps the *derived formula* of the order
    below (vanna by default steps delta in sigma, with by="S" vega in S): it checks that formula's derivative,
    not that formula. Phi of a complex argument comes from the Faddeeva function, accurate to 1e-13.

    References
    ----------
    Squire and Trapp (1998), SIAM Review 40(1), 110-112.

    Examples
    --------
    Hull (2018), Options, Futures, and Other Derivatives, chapter 19: delta 0.522.

    >>> found = complex_step("bsm", "delta", S=49.0, K=50.0, T=0.3846, sigma=0.2, r=0.05, q=0.0)
    >>> round(found.value, 3)
    0.522
    """
    task = task_of(model, greek, right, inputs)
    if not task.orders:
        raise MethodError("complex_step gives derivatives; the price is none")
    by = list(task.orders)[-1] if by is None else by
    if by not in task.orders:
        raise MethodError(f"{task.label} is no derivative by {by!r}{nearest(by, task.orders)}")
    below = {name: order - (name == by) for name, order in task.orders.items()}
    below = {name: order for name, order in below.items() if order}
    expr = _derived(task.declared, below)
    known = task.symbols({**task.columns, by: task.columns[by] + 1j * h})
    with np.errstate(all="ignore"):
        value = np.imag(walk(expr, known, COMPLEX)) / h
    error = _rough(task, expr, (by,), 1).doubt.partial(**{by: 1}) * _WOFZ
    sign = (-1) ** below.get("T", 0)
    of = name_of(task.kernel, below) or str(below)
    return task.estimate("complex_step", sign * value, error, {"by": by, "of": of, "h": h})


def _derived(declared: Any, orders: Mapping[str, int]) -> Any:
    """The declared price, or a derivative of it by the derived formula, with its sign rule."""
    from greekslab.derivation import derive

    return derive(declared, orders) if orders else declared.expr


# -- jets -----------------------------------------------------------------------------------------------


def price_jet(
    model: str | HasKernel,
    variables: Sequence[str],
    *,
    order: int = 3,
    right: ArrayLike = "call",
    **inputs: ArrayLike,
) -> Jet:
    """The declared price as a Taylor polynomial: every Greek in some inputs from one pass.

    Parameters
    ----------
    variables : the inputs to expand in
    order : the total order kept
    model, right, **inputs : as in `bump`

    Returns
    -------
    Jet, its coefficients float64 arrays of the broadcast shape, NaN where an input is outside its domain

    Raises
    ------
    UnknownGreekError, TypeError
        An unknown model; a missing or unknown input.
    MethodError
        A variable that is no input, a function without a rule for jets.

    Examples
    --------
    The option of chapter 19 of Hull (2018), Options, Futures, and Other Derivatives.

    >>> v = price_jet("bsm", ["S", "sigma"], S=49.0, K=50.0, T=0.3846, sigma=0.2, r=0.05, q=0.0)
    >>> round(v.partial(S=1), 3), round(v.partial(S=2), 3), round(v.partial(sigma=1), 1)
    (0.522, 0.066, 12.1)
    """
    task = task_of(model, "price", right, inputs)
    for name in variables:
        if name not in task.kernel.input_names:
            raise MethodError(f"no input {name!r} to expand in{nearest(name, task.kernel.input_names)}")
    jets = {n: Jet.variable(n, c, tuple(variables), order) for n, c in task.columns.items()}
    with np.errstate(all="ignore"):
        price = Jet(tuple(variables), order, {}) + walk(task.declared.expr, task.symbols(jets), JETS)
    terms = {powers: task.shaped(coefficient) for powers, coefficient in price.terms.items()}
    return Jet(price.variables, order, terms)


def _rough(task: Task, expr: Any, variables: tuple[str, ...], order: int) -> Rough:
    """An expression as a jet at the task's points, with what rounding may have done to it."""
    jets = {name: Jet.variable(name, c, variables, order) for name, c in task.columns.items()}
    known = task.symbols({name: Rough.exact(its) for name, its in jets.items()})
    with np.errstate(all="ignore"):
        return Rough.exact(Jet(variables, order, {})).__add__(walk(expr, known, ROUGH))


def jet(model: str | HasKernel, greek: Index, *, right: ArrayLike = "call", **inputs: ArrayLike) -> Estimate:
    """Automatic differentiation: the declared price in numbers that carry their derivatives.

    Parameters
    ----------
    model, greek, right, **inputs : as in `bump`, to any order

    Returns
    -------
    Estimate, exact but for rounding: no step, no limit

    Raises
    ------
    UnknownGreekError, TypeError
        An unknown model or Greek; a missing or unknown input.
    MethodError
        A derived Greek, a function without a rule for jets.

    Notes
    -----
    The error is a bound of rounding, carried along: short-dated and far from the strike the two legs of the
    price cancel, which the derived formulas do on paper.

    References
    ----------
    Griewank and Walther (2008), Evaluating Derivatives, 2nd edition, chapter 13.

    Examples
    --------
    Hull (2018), Options, Futures, and Other Derivatives, chapter 19: gamma 0.066.

    >>> found = jet("bsm", "gamma", S=49.0, K=50.0, T=0.3846, sigma=0.2, r=0.05, q=0.0)
    >>> round(found.value, 3)
    0.066
    """
    task = task_of(model, greek, right, inputs)
    found = _rough(task, task.declared.expr, tuple(task.orders), task.order)
    value, doubt = (its.partial(**task.orders) for its in (found.jet, found.doubt))
    return task.estimate("jet", value, _EPS * doubt, {"order": task.order})


# -- all of them ----------------------------------------------------------------------------------------

METHODS: Mapping[str, Callable[..., Estimate]] = MappingProxyType(
    {way.__name__: way for way in (bump, complex_step, jet, pathwise, likelihood_ratio, mixed)}
)
"""The ways, by name; the last three draw random numbers and need `rng`."""
_RANDOM = ("pathwise", "likelihood_ratio", "mixed")
_DEVIATIONS = 4
"""So many standard errors a random estimate may lie from the truth."""


class UnknownMethodError(KeyError):
    """A name that is no method; says which there are."""

    def __str__(self) -> str:
        return str(self.args[0])


def estimate(method: str, model: str | HasKernel, greek: Index, **given: Any) -> Estimate:
    """A Greek by the method of that name: `METHODS[method](model, greek, **given)`.

    Raises
    ------
    UnknownMethodError
        A name that is no method, with the nearest.

    Examples
    --------
    A call far in the money moves with the futures price.

    >>> estimate("jet", "black76", "delta", F=100.0, K=1.0, T=0.25, sigma=0.2, r=0.0).value
    1.0
    """
    if method not in METHODS:
        raise UnknownMethodError(f"unknown method {method!r}{nearest(method, METHODS)}")
    return METHODS[method](model, greek, **given)


@dataclass(frozen=True, slots=True)
class Comparison:
    """A derived Greek beside the same by other methods.

    Parameters
    ----------
    formula : what `greeks` gives, float64 array or float
    estimates : tuple of Estimate
    """

    formula: Any
    estimates: tuple[Estimate, ...]

    @property
    def misses(self) -> Mapping[str, float]:
        """Method -> the largest distance to the formula, over what the method allows itself."""
        return {e.method: self._miss(e) for e in self.estimates}

    @property
    def agree(self) -> bool:
        """Whether every method allows the formula's value: its error, or four standard errors."""
        return all(miss <= 1 for miss in self.misses.values())

    def _miss(self, its: Estimate) -> float:
        allowed = its.error * (_DEVIATIONS if its.method in _RANDOM else 1)
        gap = np.abs(its.value - self.formula)
        with np.errstate(all="ignore"):
            return float(np.max(np.where(gap == 0, 0.0, gap / allowed), initial=0.0))

    def __repr__(self) -> str:
        lines = [f"{name:>16}: {miss:.2g} of the error allowed" for name, miss in self.misses.items()]
        label = self.estimates[0].greek if self.estimates else ""
        return "\n".join([f"{label}: {'agreement' if self.agree else 'DISAGREEMENT'}", *lines])


def compare(
    model: str | HasKernel,
    greek: Index,
    *,
    methods: Sequence[str] | None = None,
    rng: np.random.Generator | None = None,
    paths: int = 100_000,
    right: ArrayLike = "call",
    **inputs: ArrayLike,
) -> Comparison:
    """The derived Greek beside every other way to it.

    Parameters
    ----------
    methods : names of METHODS; all that serve this Greek if absent, the random ones only with `rng`
    rng, paths : as in `pathwise`
    model, greek, right, **inputs : as in `bump`

    Returns
    -------
    Comparison

    Raises
    ------
    UnknownMethodError, and as the methods that are named

    Examples
    --------
    >>> its = dict(S=100.0, K=110.0, T=0.25, sigma=0.6, r=0.02, q=0.01)
    >>> compare("bsm", "vanna", **its).agree
    True
    """
    task = task_of(model, greek, right, inputs)
    orders: dict[str, Any] = dict(task.orders)
    formula = derivative(model, at={**inputs, "right": right}, **orders) * task.scale
    found = []
    for name in METHODS if methods is None else methods:
        random = {"rng": rng, "paths": paths} if name in _RANDOM else {}
        if random and rng is None and methods is None:
            continue
        try:
            found.append(estimate(name, model, greek, right=right, **random, **inputs))
        except MethodError:
            if methods is not None:
                raise
    return Comparison(formula, tuple(found))
