"""What every numerical method is asked, and what it answers: a checked `Task`, and an `Estimate`."""

from __future__ import annotations

import warnings
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from greekslab.evaluate import DomainWarning, HasKernel, gather, greeks, kernel_of, name_of, raw_and_scale
from greekslab.greeks import GREEKS
from greekslab.jets import MethodError
from greekslab.quantities import Input, Kernel

__all__ = ["Estimate", "Index", "Task", "task_of"]

Floats = NDArray[np.float64]
Index = str | Mapping[str, int]
"""A Greek: its name, or how often to differentiate by each input."""

_ROUNDING = 8 * float(np.finfo(float).eps)
"""What a price of a dozen operations may gather."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """A Greek as one method gives it.

    Parameters
    ----------
    method : str
    greek : str, its name, or its multi-index in words
    value : float64 array of the broadcast shape of the inputs, or a float [the Greek's unit]
    error : of the same shape: an estimate of the absolute error; in Monte Carlo one standard error
    settings : what the method was run with: steps, paths
    """

    method: str
    greek: str
    value: Any
    error: Any
    settings: Mapping[str, Any]

    def __repr__(self) -> str:
        if np.ndim(self.value):
            return f"<{self.method} {self.greek}, shape {np.shape(self.value)}>"
        return f"<{self.method} {self.greek} {self.value:.12g} ± {self.error:.1e}>"


@dataclass(frozen=True, slots=True)
class Task:
    """A multi-index of a model at some points, checked: a bad point stands at 1 and ends as NaN."""

    model: str | HasKernel
    kernel: Kernel
    label: str
    orders: Mapping[str, int]
    scale: float
    shape: tuple[int, ...]
    columns: Mapping[str, Floats]
    bad: NDArray[np.bool_]
    why: str

    @property
    def declared(self) -> Any:
        """The model as `formulas` declares it, or as the user defined it."""
        from greekslab.formulas import model

        return model(self.model) if isinstance(self.model, str) else self.model

    @property
    def order(self) -> int:
        """How often the price is differentiated."""
        return sum(self.orders.values())

    @property
    def factor(self) -> float:
        """The desk unit, and one minus sign for every T."""
        return self.scale * (-1.0) ** self.orders.get("T", 0)

    @property
    def lognormal(self) -> bool:
        """Whether the underlying is a positive price, which moves by factors."""
        return self.input(self.kernel.underlying).low == 0

    @property
    def total_vol(self) -> Floats:
        """sigma sqrt T, or 1 in a model without."""
        T, sigma = (self.columns.get(name) for name in ("T", "sigma"))
        return np.ones(len(self.bad)) if T is None or sigma is None else sigma * np.sqrt(T)

    @property
    def distance(self) -> Floats:
        """Standard deviations between forward and strike: how fast the price bends."""
        if self.kernel.moneyness is None:
            return np.zeros(len(self.bad))
        s = self.total_vol
        x = sum(self.kernel.moneyness(*(self.columns[name] for name in self.kernel.input_names)))
        distance: Floats = np.abs(x) / s + (0.5 * s if self.lognormal else 0.0)
        return distance

    @property
    def rounding(self) -> Floats:
        """The relative error of a price: rounding, and what the tail of the normal makes of it."""
        rounding: Floats = _ROUNDING * (1 + self.distance**2)
        return rounding

    def input(self, name: str) -> Input:
        """An input as the model declares it."""
        return next(i for i in self.kernel.inputs if i.name == name)

    def own_scale(self, name: str) -> Floats:
        """The distance in an input over which the price bends."""
        x, s = np.abs(self.columns[name]), self.total_vol
        unit = self.input(name).unit
        if unit == self.input(self.kernel.underlying).unit:
            return x * np.minimum(1.0, s) if self.lognormal else s
        if unit.powers == (("rate", 1),) and "T" in self.columns:
            return np.minimum(1.0, s) / self.columns["T"]
        return np.where(x == 0, 1.0, x)

    def price(self, moved: Mapping[str, Floats]) -> Floats:
        """The public price, some inputs moved."""
        given: dict[str, Any] = {**self.columns, **moved}
        right = given.pop("eta")
        price: Floats = greeks(self.model, "price", right=right, **given)["price"]
        return price

    def estimate(self, method: str, value: Any, error: Any, settings: Mapping[str, Any]) -> Estimate:
        """Signed, in the unit that was asked for, NaN where the point was bad; one warning counts those."""
        count = int(np.count_nonzero(self.bad))
        if count:
            text = f"{count} of {self.bad.size} elements are NaN: {self.why}"
            warnings.warn(text, DomainWarning, stacklevel=3)
        value, error = (self.shaped(v) for v in (self.factor * value, abs(self.factor) * error))
        return Estimate(method, self.label, value, error, MappingProxyType(dict(settings)))

    def symbols(self, values: Mapping[str, Any]) -> dict[Any, Any]:
        """The model's symbols, and eta, with these values."""
        from greekslab.formulas import eta

        symbols = {**self.declared.symbols, "eta": eta}
        return {symbols[name]: value for name, value in values.items()}

    def shaped(self, values: Any) -> Any:
        """In the shape of the inputs, NaN where the point was bad."""
        array = np.where(self.bad, np.nan, values).reshape(self.shape)
        return array if self.shape else float(array)


def task_of(model: str | HasKernel, greek: Index, right: ArrayLike, inputs: Mapping[str, ArrayLike]) -> Task:
    """What is asked and where, checked; no input on the edge of its domain has derivatives."""
    kernel = kernel_of(model)
    label, orders, scale = _index(kernel, greek)
    given = gather(kernel, inputs, right)
    shape = np.broadcast_shapes(*(array.shape for array in given.values()))
    columns = {name: np.broadcast_to(array, shape).reshape(-1) for name, array in given.items()}
    bad, why = np.zeros(len(columns["eta"]), bool), ""
    for declared in (replace(i, open=True) for i in kernel.inputs):
        outside = ~(np.isfinite(columns[declared.name]) & (columns[declared.name] > declared.low))
        if outside.any() and not why:
            row = int(np.argmax(outside))
            why = (
                f"{declared.name} = {columns[declared.name][row]} at row {row}; it must be {declared.domain}"
            )
        bad |= outside
    columns = {name: np.where(bad, 1.0, column) for name, column in columns.items()}
    return Task(model, kernel, label, orders, scale, shape, columns, bad, why)


def _index(kernel: Kernel, greek: Index) -> tuple[str, dict[str, int], float]:
    """The name, the multi-index and the scale of what was asked for."""
    if not isinstance(greek, str):
        name = name_of(kernel, greek)
        orders = {i: int(greek[i]) for i in kernel.input_names if greek.get(i)}
        return name or ", ".join(f"{i}={n}" for i, n in orders.items()), orders, 1.0
    raw, scale = raw_and_scale(kernel, greek)
    row = GREEKS[raw]
    if row.build is not None:
        raise MethodError(f"{raw} is built from price and delta: ask for those")
    by = Counter(kernel.index(row.wrt))
    return raw if scale == 1.0 else greek, dict(by), scale
