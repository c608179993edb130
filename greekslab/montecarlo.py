"""Greeks by simulation: along the paths, through their density, or mixed.

A European option on a lognormal price is read off its declared expression: where that holds Phi(eta d2) the
option pays a fixed amount if it ends in the money, where it holds Phi(eta d1) an amount that grows with the
underlying. Paths, payoff and density are jets in the inputs, so one sampler serves every Greek.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from greekslab.estimates import Estimate, Index, Task, task_of
from greekslab.evaluate import HasKernel
from greekslab.jets import JETS, Jet, MethodError, walk

__all__ = ["likelihood_ratio", "mixed", "pathwise"]

Floats = NDArray[np.float64]
Sample = Callable[[Floats], Floats]
"""Normal draws, shape (1, paths) -> discounted samples of the Greek, shape (options, paths)."""


@dataclass(frozen=True, slots=True)
class _Option:
    """A European option on a lognormal price, as jets of shape (options, 1) in the inputs of a task.

    It ends in the money where eta y > 0, y = log(X_T/K) = x - s^2/2 + s z with z normal, and pays then, in
    money of today, asset exp(y - x) + cash.
    """

    asset: Jet
    cash: Jet
    x: Jet
    s: Jet
    eta: Floats

    def inside(self, y: Floats) -> NDArray[np.bool_]:
        return self.eta * y > 0

    def end(self, z: Floats) -> Floats:
        """y as numbers: held fixed while the density moves."""
        s = self.s.constant
        end: Floats = self.x.constant + s * (z - 0.5 * s)
        return end

    @property
    def jumps(self) -> bool:
        """Whether the payoff jumps at the strike."""
        asset, cash = self.asset.constant * np.exp(-self.x.constant), self.cash.constant
        return bool(np.any(np.abs(asset + cash) > 1e-9 * (np.abs(asset) + np.abs(cash))))

    def along_the_path(self, z: Floats, orders: Mapping[str, int]) -> Floats:
        """The derivative of what is paid, z held: the path moves with the inputs."""
        rise = (self.s * (z - 0.5 * self.s)).exp()
        slope: Floats = (self.asset * rise + self.cash).partial(**orders)
        return self.inside(self.end(z)) * slope

    def by_the_density(self, z: Floats, orders: Mapping[str, int], first: str = "") -> Floats:
        """The derivative of the density over the density, y held, times what is paid.

        With `first`, of the slope of what is paid along the path by that input.
        """
        y, s = self.end(z), self.s
        rise = (y - self.x).exp()
        u = (y - self.x) / s + 0.5 * s
        weight = (0.5 * (z * z - u * u)).exp() / s * s.constant
        paid = self.asset * rise + self.cash
        if first:
            growth = self.asset.along(first) + self.asset * s.along(first) * (u - s)
            paid = growth * rise + self.cash.along(first)
        slope: Floats = (paid * weight).partial(**orders)
        return self.inside(y) * slope


@lru_cache(maxsize=64)
def _legs(declared: Any) -> tuple[Any, ...]:
    """The amounts that stand with Phi(eta d1) and Phi(eta d2) in a declared price, log(F/K), sigma sqrt T."""
    from greekslab.formulas import Phi, d1, d2, eta

    price = declared.expr.expand()
    found = next(iter(price.atoms(d1, d2)), None)
    if found is not None:
        terms = Phi(eta * d1(*found.args)), Phi(eta * d2(*found.args))
        asset, cash = (price.coeff(term) for term in terms)
        if (price - asset * terms[0] - cash * terms[1]).expand() == 0:
            return asset, cash, found.moneyness, found.total_vol
    raise MethodError(f"{declared.name} is no European option on a lognormal price; there are bump and jet")


def _option(task: Task) -> _Option:
    legs = _legs(task.declared)
    variables = tuple(task.orders)
    known = task.symbols(
        {n: Jet.variable(n, c.reshape(-1, 1), variables, task.order) for n, c in task.columns.items()}
    )
    nothing = Jet(variables, task.order, {})
    asset, cash, x, s = (nothing + walk(leg, known, JETS) for leg in legs)
    return _Option(asset, cash, x, s, task.columns["eta"].reshape(-1, 1))


def _smooth(task: Task, option: _Option, method: str) -> None:
    if option.jumps:
        raise MethodError(
            f"{method} needs a payoff without a jump, and {task.kernel.name} has one at the strike"
        )


_BLOCK = 2**19
"""Samples that are held at once."""


def _simulated(
    count: int, sample: Sample, rng: np.random.Generator, paths: int, antithetic: bool
) -> tuple[Floats, Floats]:
    """The mean of the samples and its standard error; NaN where no sample differs from the others."""
    if not isinstance(rng, np.random.Generator):
        raise MethodError(f"rng must be a numpy.random.Generator, not {type(rng).__name__}")
    left = int(paths) // 2 if antithetic else int(paths)
    if left < 2:
        raise MethodError(f"paths = {paths}; a standard error needs at least {4 if antithetic else 2}")
    (stream,) = rng.spawn(1)
    block = max(64, _BLOCK // max(1, count))
    done, mean, squares = 0, np.zeros(count), np.zeros(count)
    with np.errstate(all="ignore"):
        while done < left:
            z = stream.standard_normal((1, min(block, left - done)))
            drawn = 0.5 * (sample(z) + sample(-z)) if antithetic else sample(z)
            size, middle = z.size, drawn.mean(axis=1)
            gap, whole = middle - mean, done + size
            squares = squares + drawn.var(axis=1) * size + gap**2 * done * size / whole
            mean, done = mean + gap * size / whole, whole
    error = np.sqrt(squares / (done - 1) / done)
    return mean, np.where(error > 0, error, np.nan)


def pathwise(
    model: str | HasKernel,
    greek: Index,
    *,
    rng: np.random.Generator,
    paths: int = 100_000,
    antithetic: bool = True,
    right: ArrayLike = "call",
    **inputs: ArrayLike,
) -> Estimate:
    """Monte Carlo along the paths: the mean slope of the discounted payoff, the normal draws held.

    Parameters
    ----------
    rng : numpy Generator; a child of it is spawned, so that its own stream stays where it is
    paths : int, how many ends are drawn, the same for all options
    antithetic : draw z and -z in pairs
    model, greek, right, **inputs : as in `greekslab.methods.bump`; a first-order Greek or the price

    Returns
    -------
    Estimate, its error one standard error; NaN where all samples are alike, as when none ends in the money

    Raises
    ------
    UnknownGreekError, TypeError
        An unknown model or Greek; a missing or unknown input.
    MethodError
        A second order, where the slope of the payoff jumps; a payoff that itself jumps; a model that is no
        European option on a lognormal price.

    References
    ----------
    Broadie and Glasserman (1996), Management Science 42(2), 269-285. Giles and Glasserman (2006), Smoking
    adjoints, Risk 19(1), 88-92.

    Examples
    --------
    Hull (2018), Options, Futures, and Other Derivatives, chapter 19: vega 12.1.

    >>> its = dict(S=49.0, K=50.0, T=0.3846, sigma=0.2, r=0.05, q=0.0)
    >>> found = pathwise("bsm", "vega", rng=np.random.default_rng(1), **its)
    >>> abs(found.value - 12.1) < 0.05 + 4 * found.error
    True
    """
    task = task_of(model, greek, right, inputs)
    if task.order > 1:
        raise MethodError(f"pathwise has no {task.label}: the slope of a payoff jumps; use likelihood_ratio")
    option = _option(task)
    _smooth(task, option, "pathwise")
    found = _simulated(len(task.bad), lambda z: option.along_the_path(z, task.orders), rng, paths, antithetic)
    return task.estimate("pathwise", *found, {"paths": paths, "antithetic": antithetic})


def likelihood_ratio(
    model: str | HasKernel,
    greek: Index,
    *,
    rng: np.random.Generator,
    paths: int = 100_000,
    antithetic: bool = True,
    right: ArrayLike = "call",
    **inputs: ArrayLike,
) -> Estimate:
    """Monte Carlo through the density: the payoff times the relative change of the density of where it ends.

    Parameters
    ----------
    rng, paths, antithetic : as in `pathwise`
    model, greek, right, **inputs : as in `greekslab.methods.bump`, to any order

    Returns
    -------
    Estimate, its error one standard error, which grows with every order as 1/(sigma sqrt T)

    Raises
    ------
    UnknownGreekError, TypeError
        An unknown model or Greek; a missing or unknown input.
    MethodError
        A model that is no European option on a lognormal price.

    Notes
    -----
    The payoff is never differentiated, so it may jump: this serves digital options too. The end is counted in
    strikes, log(X_T/K), so that the strike moves the density and not the payoff.

    References
    ----------
    Broadie and Glasserman (1996), Management Science 42(2), 269-285. Glasserman (2003), Monte Carlo Methods
    in Financial Engineering, section 7.3.

    Examples
    --------
    Hull (2018), Options, Futures, and Other Derivatives, chapter 19: gamma 0.066.

    >>> its = dict(S=49.0, K=50.0, T=0.3846, sigma=0.2, r=0.05, q=0.0)
    >>> found = likelihood_ratio("bsm", "gamma", rng=np.random.default_rng(1), **its)
    >>> abs(found.value - 0.066) < 0.0005 + 4 * found.error
    True
    """
    task = task_of(model, greek, right, inputs)
    option = _option(task)
    found = _simulated(len(task.bad), lambda z: option.by_the_density(z, task.orders), rng, paths, antithetic)
    return task.estimate("likelihood_ratio", *found, {"paths": paths, "antithetic": antithetic})


def mixed(
    model: str | HasKernel,
    greek: Index,
    *,
    rng: np.random.Generator,
    paths: int = 100_000,
    antithetic: bool = True,
    right: ArrayLike = "call",
    **inputs: ArrayLike,
) -> Estimate:
    """Monte Carlo in two steps: along the paths by the index's first input, through the density by the rest.

    Parameters
    ----------
    rng, paths, antithetic : as in `pathwise`
    model, greek, right, **inputs : as in `greekslab.methods.bump`, from the second order on

    Returns
    -------
    Estimate, its error one standard error: a small part of `likelihood_ratio`'s

    Raises
    ------
    UnknownGreekError, TypeError
        An unknown model or Greek; a missing or unknown input.
    MethodError
        A first order; a payoff that jumps; a model that is no European option on a lognormal price.

    References
    ----------
    Broadie and Glasserman (1996), section 5. Glasserman (2003), section 7.3.3.

    Examples
    --------
    Hull (2018), Options, Futures, and Other Derivatives, chapter 19: gamma 0.066.

    >>> its = dict(S=49.0, K=50.0, T=0.3846, sigma=0.2, r=0.05, q=0.0)
    >>> found = mixed("bsm", "gamma", rng=np.random.default_rng(1), **its)
    >>> abs(found.value - 0.066) < 0.0005 + 4 * found.error
    True
    """
    task = task_of(model, greek, right, inputs)
    if task.order < 2:
        raise MethodError(f"mixed needs two orders, and {task.label} has {task.order}; use pathwise")
    option = _option(task)
    _smooth(task, option, "mixed")
    first = next(iter(task.orders))
    rest = {name: order - (name == first) for name, order in task.orders.items()}
    found = _simulated(len(task.bad), lambda z: option.by_the_density(z, rest, first), rng, paths, antithetic)
    return task.estimate("mixed", *found, {"paths": paths, "antithetic": antithetic})
