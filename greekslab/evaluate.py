"""Numbers: Greeks of arrays of options, through the printed kernels. Needs no SymPy."""

from __future__ import annotations

import html
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any, ClassVar, NamedTuple, Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray

from greekslab import fast, kernels, scalar
from greekslab.greeks import DESK, GREEKS, UnknownGreekError, UnknownModelError, canonical, is_order, nearest
from greekslab.kernels import GreekName, ModelName
from greekslab.quantities import Input, Kernel, right_sign

__all__ = [
    "DomainError",
    "DomainWarning",
    "Listing",
    "UnknownModelError",
    "derivative",
    "greeks",
    "kernel_of",
    "list_greeks",
]

Floats = NDArray[np.float64]
Run = Callable[..., dict[str, Any]]

CHUNK = 8192
"""Elements that a kernel sees at once: its intermediates stay in the second-level cache."""
_TINY = {"T": 1e-44, "sigma": 1e-24}
"""What zero time and zero volatility become: d1 then saturates wherever the forward is not the strike, and
the sixth power of both is still a double."""
_ROUNDING = 4 * np.finfo(float).eps


class DomainError(ValueError):
    """An input outside the model's domain: names the input, the row, the value and the range."""


class DomainWarning(RuntimeWarning):
    """Elements that became NaN: how many, and why the first did."""


class HasKernel(Protocol):
    """A model as an object: a declared one, or one of the user's own."""

    @property
    def kernel(self) -> Kernel:
        """What computes its Greeks."""
        ...


def kernel_of(model: str | HasKernel) -> Kernel:
    """The kernel of a model, given by name or as an object.

    Raises
    ------
    UnknownModelError
        An unknown name, with those there are.
    """
    if not isinstance(model, str):
        return model.kernel
    try:
        return kernels.KERNELS[model]
    except KeyError:
        raise UnknownModelError(f"unknown model {model!r}{nearest(model, kernels.KERNELS)}") from None


def greeks(
    model: ModelName | str | HasKernel,
    names: GreekName | str | Sequence[GreekName | str],
    *,
    right: ArrayLike = "call",
    strict: bool = False,
    **inputs: ArrayLike,
) -> dict[str, Any]:
    """Greeks of options, by name, each the plain derivative per 1.0 of its inputs.

    Parameters
    ----------
    model : a declared model by name ("bsm", "black76", "inverse", ...), or one made by `define`
    names : str or sequence of str; synonyms and the desk suffixes per option (vega_pt, theta_day) are read
    right : "call", "put", "C", "P", +1 or -1, scalar or array
    strict : raise on the first bad element instead of making it NaN
    **inputs : the model's inputs by name, scalars or arrays that broadcast together

    Returns
    -------
    dict, asked name -> float64 array of the broadcast shape (a float where all inputs are scalars)

    Raises
    ------
    UnknownGreekError
        A name that the model has not, with the nearest.
    TypeError
        A missing or unknown input, or one that is not real numbers.
    ValueError
        Shapes that do not broadcast.
    DomainError
        With `strict`, the first element outside the domain.

    Notes
    -----
    At T = 0 or sigma = 0 the values are one-sided limits: those of the discounted intrinsic value. Exactly
    at the forward, where a Greek has no limit, and outside the domain the element is NaN, with one
    `DomainWarning` that counts them.

    Examples
    --------
    Hull (2018), Options, Futures, and Other Derivatives, example 15.6: a call at 4.76.

    >>> found = greeks("bsm", ["price"], S=42.0, K=40.0, T=0.5, sigma=0.2, r=0.10, q=0.0)
    >>> round(found["price"], 2)
    4.76
    """
    asked = (names,) if isinstance(names, str) else tuple(names)
    plan = _plan(model, asked) if isinstance(model, str) else _planned(kernel_of(model), asked)
    values = _one(plan, inputs, right)
    if values is None:
        kernel = plan.kernel
        values = _evaluate(kernel, kernel.run, plan.want, plan.wanted, inputs, right, strict=strict)
    return {name: values[raw] if scale == 1.0 else values[raw] * scale for name, raw, scale in plan.asked}


class _Plan(NamedTuple):
    """What a call asks for: worked out once for each model and selection of names."""

    kernel: Kernel
    inputs: tuple[str, ...]
    want: int
    wanted: tuple[str, ...]
    asked: tuple[tuple[str, str, float], ...]


def _planned(kernel: Kernel, asked: tuple[str, ...]) -> _Plan:
    found = tuple((name, *raw_and_scale(kernel, name)) for name in asked)
    raw = {greek for _, greek, _ in found}
    wanted = tuple(name for name in kernel.greeks if name in raw)
    return _Plan(kernel, kernel.input_names, kernel.want(wanted), wanted, found)


@lru_cache(maxsize=1024)
def _plan(model: str, asked: tuple[str, ...]) -> _Plan:
    return _planned(kernel_of(model), asked)


_SIGNS = {"call": 1.0, "put": -1.0, "C": 1.0, "P": -1.0}


def _one(plan: _Plan, inputs: Mapping[str, Any], right: Any) -> dict[str, float] | None:
    """One option of plain numbers, without an array; None for anything else."""
    eta = _SIGNS.get(right) if type(right) is str else None
    if (
        eta is None
        or len(inputs) != len(plan.inputs)
        or kernels.KERNELS.get(plan.kernel.name) is not plan.kernel
    ):
        return None
    try:
        values = tuple([inputs[name] for name in plan.inputs])
    except KeyError:
        return None
    if not {*map(type, values)} <= {float, int}:
        return None
    return scalar.one(plan.kernel.name, plan.want, values, eta)


def derivative(
    model: ModelName | str | HasKernel, *, at: Mapping[str, Any], strict: bool = False, **orders: int
) -> Any:
    """Any derivative of a price, by multi-index: `derivative("bsm", S=2, sigma=1, at=...)`.

    Parameters
    ----------
    model : str, a declared model
    at : the model's inputs by name, and "right" (a call where absent)
    strict : as in `greeks`
    **orders : input name -> how often to differentiate; every T costs one minus sign

    Returns
    -------
    float64 array of the broadcast shape of the inputs, or a float

    Raises
    ------
    UnknownGreekError
        An input that the model has not, or an order that is not a whole number in range.

    Notes
    -----
    A derivative with a name comes from the printed kernel; any other is derived and compiled once.

    Examples
    --------
    The price of a forward contract, call minus put, has no fourth derivative.

    >>> at = dict(S=100.0, K=110.0, T=0.25, sigma=0.6, r=0.02, q=0.01)
    >>> call, put = (derivative("bsm", S=3, sigma=1, at=at | {"right": r}) for r in ("call", "put"))
    >>> call == put
    True
    """
    kernel = kernel_of(model)
    inputs = {name: value for name, value in at.items() if name != "right"}
    right = at.get("right", "call")
    name = name_of(kernel, orders)
    if name is not None:
        return _evaluate(kernel, kernel.run, kernel.want((name,)), (name,), inputs, right, strict=strict)[
            name
        ]
    from greekslab.codegen import compile_derivative

    index = tuple((i, int(orders[i])) for i in kernel.input_names if orders.get(i))
    from greekslab.formulas import MODELS

    declared: Any = MODELS[model] if isinstance(model, str) else model
    run, no_limit = compile_derivative(declared, index)
    its = replace(kernel, no_limit=no_limit)
    return _evaluate(its, run, 1, ("value",), inputs, right, strict=strict)["value"]


@dataclass(frozen=True, slots=True)
class Listing:
    """The Greeks of a model as a table: name, index, unit, meaning, synonyms."""

    model: str
    rows: tuple[tuple[str, str, str, str, str], ...]

    HEAD: ClassVar = ("name", "derivative", "unit", "meaning", "also called")

    def __repr__(self) -> str:
        widths = [max(map(len, column)) for column in zip(self.HEAD, *self.rows, strict=True)]
        lines = (
            "  ".join(cell.ljust(w) for cell, w in zip(row, widths, strict=True))
            for row in (self.HEAD, *self.rows)
        )
        return "\n".join(line.rstrip() for line in lines)

    def _repr_html_(self) -> str:
        def cells(row: Sequence[str], tag: str) -> str:
            return "".join(f"<{tag} style='text-align:left'>{html.escape(c)}</{tag}>" for c in row)

        body = "".join(f"<tr>{cells(row, 'td')}</tr>" for row in self.rows)
        return f"<table><thead><tr>{cells(self.HEAD, 'th')}</tr></thead><tbody>{body}</tbody></table>"


def list_greeks(model: ModelName | str | HasKernel = "bsm") -> Listing:
    """Every Greek of a model with the inputs it differentiates by, its unit, meaning and synonyms.

    Examples
    --------
    >>> [row[0] for row in list_greeks("inverse").rows][:3]
    ['price', 'delta', 'dual_delta']
    """
    kernel = kernel_of(model)
    rows = []
    for name, unit in kernel.units.items():
        row = GREEKS[name]
        index = " ".join(kernel.index(row.wrt))
        rows.append((name, "derived" if row.build else index, str(unit), row.meaning, ", ".join(row.aliases)))
    return Listing(kernel.name, tuple(rows))


def name_of(kernel: Kernel, orders: Mapping[str, int]) -> str | None:
    """The name of the Greek with this multi-index; refuses inputs that the model has not."""
    for name, order in orders.items():
        if name not in kernel.input_names:
            raise UnknownGreekError(f"{kernel.name} has no input {name!r}{nearest(name, kernel.input_names)}")
        if not is_order(order):
            raise UnknownGreekError(f"order of {name} is {order!r}; it must be a whole number >= 0")
    wanted = sorted(name for name, order in orders.items() for _ in range(order))
    for name in kernel.greeks:
        row = GREEKS[name]
        if row.build is None and sorted(kernel.index(row.wrt)) == wanted:
            return name
    return None


def raw_and_scale(kernel: Kernel, asked: str) -> tuple[str, float]:
    """The raw Greek behind an asked name, and the factor of its desk unit."""
    name = canonical(asked)
    desk = DESK.get(name)
    if desk is not None and desk.money:
        raise UnknownGreekError(
            f"{name} is money of a book: see gl.exposure; per option there is {desk.greek}"
        )
    raw, scale = (desk.greek, desk.scale) if desk is not None else (name, 1.0)
    if raw not in kernel.greeks:
        raise UnknownGreekError(f"{kernel.name} has no {raw}; it has {', '.join(kernel.greeks)}")
    return raw, scale


def _evaluate(
    kernel: Kernel,
    run: Run,
    want: int,
    names: Sequence[str],
    inputs: Mapping[str, ArrayLike],
    right: ArrayLike,
    *,
    strict: bool,
) -> dict[str, Any]:
    """Broadcast, let the fast engine do what it serves, and the NumPy kernel the rest.

    `names` stand in the order of the bits of `want`.
    """
    given = gather(kernel, inputs, right)
    shape = common_shape(given)
    columns = {name: flat(array, shape) for name, array in given.items()}
    out = np.empty((len(names), int(np.prod(shape))))
    if kernels.KERNELS.get(kernel.name) is kernel and fast.serves(kernel.name, tuple(names), out.shape[1]):
        rows = fast.run(kernel.name, want, columns, out)
        if rows.size:
            rest = {name: c if c.size == 1 else c[rows] for name, c in columns.items()}
            out[:, rows] = _plain(kernel, run, want, names, rest, Bad(rows.size, rows, out.shape[1]), strict)
    else:
        out = _plain(kernel, run, want, names, columns, Bad(out.shape[1]), strict)
    return {
        name: row.reshape(shape) if shape else float(row[0]) for name, row in zip(names, out, strict=True)
    }


def _plain(
    kernel: Kernel,
    run: Run,
    want: int,
    names: Sequence[str],
    columns: dict[str, Floats],
    bad: Bad,
    strict: bool,
) -> Floats:
    """Check the domain, clamp what is degenerate, run in chunks, warn once."""
    for declared in kernel.inputs:
        columns[declared.name] = bad.check(declared, columns[declared.name])
    if strict and bad.mask is not None:
        raise DomainError(bad.first)
    out = np.empty((len(names), bad.size))
    with np.errstate(all="ignore"):
        for start in range(0, bad.size, CHUNK):
            part = slice(start, start + CHUNK)
            _chunk(kernel, run, want, columns, part, dict(zip(names, out[:, part], strict=True)))
    if bad.mask is not None:
        out[:, bad.mask] = np.nan
    bad.report(out, strict=strict)
    return out


def common_shape(given: Mapping[str, NDArray[Any]]) -> tuple[int, ...]:
    shapes = {name: array.shape for name, array in given.items()}
    try:
        return np.broadcast_shapes(*shapes.values())
    except ValueError:
        shapes["right"] = shapes.pop("eta")
        said = ", ".join(f"{name} {shape}" for name, shape in shapes.items() if shape)
        raise ValueError(f"the shapes of the inputs do not broadcast together: {said}") from None


def gather(kernel: Kernel, inputs: Mapping[str, ArrayLike], right: ArrayLike) -> dict[str, NDArray[Any]]:
    """The inputs as float arrays in the kernel's order, and the sign of the option."""
    its = f"its inputs are {', '.join(kernel.input_names)}"
    for name in inputs:
        if name not in kernel.input_names:
            raise TypeError(f"{kernel.name} has no input {name!r}; {its}")
    for name in kernel.input_names:
        if name not in inputs:
            raise TypeError(f"{kernel.name} needs input {name!r}; {its}")
    columns = {name: _real(name, inputs[name]) for name in kernel.input_names}
    return columns | {"eta": right_sign(right).astype(np.float64)}


def _real(name: str, value: ArrayLike) -> NDArray[Any]:
    """One input in float64: a masked element becomes NaN, what is no real number is refused by name."""
    try:
        array = (
            np.ma.filled(value.astype(np.float64), np.nan)
            if np.ma.isMaskedArray(value)
            else np.asarray(value)
        )
        if array.dtype.kind not in "fiuO" or any(isinstance(x, str | bytes | bool) for x in _objects(array)):
            raise TypeError(f"not {array.dtype}")
        return array.astype(np.float64, copy=False)
    except (TypeError, ValueError, OverflowError) as error:
        raise TypeError(f"input {name!r} must be real numbers: {error}") from None


def _objects(array: NDArray[Any]) -> Iterable[Any]:
    return array.flat if array.dtype.kind == "O" else ()


def flat(array: NDArray[Any], shape: tuple[int, ...]) -> Floats:
    """One dimension, of the full length or of one element that serves all."""
    if array.size == 1:
        return array.reshape(1)
    return np.broadcast_to(array, shape).reshape(-1)


@dataclass(slots=True)
class Bad:
    """What lies outside the domain: the mask of elements, and the first in words.

    `rows` says where the elements stand among all, where they are not all.
    """

    size: int
    rows: NDArray[np.intp] | None = None
    total: int = 0
    mask: NDArray[np.bool_] | None = None
    first: str = ""
    at: int = 0

    def check(self, declared: Input, column: Floats) -> Floats:
        """The column with NaN for what is outside its domain."""
        inside = np.isfinite(column)
        inside &= column > declared.low if declared.open else column >= declared.low
        if inside.all() or not self.size:
            return column
        at = int(np.argmin(inside))
        if not self.first or at < self.at:
            self.at = at
            self.first = (
                f"{declared.name} = {column[at]} at row {self._row(at)}; it must be {declared.domain}"
            )
        self.mask = (np.zeros(self.size, bool) if self.mask is None else self.mask) | ~inside
        return np.where(inside, column, np.nan)

    def report(self, out: Floats, *, strict: bool) -> None:
        """One warning, or with `strict` an error, for every element that became NaN."""
        lost = np.zeros(self.size, bool) if self.mask is None else self.mask
        for array in out:
            lost = lost | np.isnan(array)
        count = int(np.count_nonzero(lost))
        if count:
            row = self._row(int(np.argmax(lost)))
            why = self.first or f"row {row} is at the forward with no time or volatility, or out of range"
            if strict:
                raise DomainError(why)
            warnings.warn(
                f"{count} of {self.total or self.size} elements are NaN: {why}", DomainWarning, stacklevel=5
            )

    def _row(self, at: int) -> int:
        return at if self.rows is None else int(self.rows[at])


def _chunk(
    kernel: Kernel, run: Run, want: int, columns: Mapping[str, Floats], part: slice, out: Mapping[str, Floats]
) -> None:
    """One chunk through the kernel into the output arrays."""
    own = {name: c[0] if c.size == 1 else c[part] for name, c in columns.items()}
    x: Any = 0.0
    at_forward: dict[str, Any] = {}
    clamped = own | {name: np.maximum(own[name], tiny) for name, tiny in _TINY.items() if name in own}
    if kernel.moneyness is not None:
        terms = kernel.moneyness(*(own[name] for name in kernel.input_names))
        x = sum(terms)
        at_forward = dict(_kinks(own, x, terms))
        for kink in at_forward.values():
            x = np.where(kink, 0.0, x)
    got = run(want, *clamped.values(), x)
    for name, array in out.items():
        array[:] = got[name]
        for gone, kink in at_forward.items():
            if name in kernel.no_limit[gone]:
                array[:] = np.where(kink, np.nan, array)


def _kinks(own: Mapping[str, Any], x: Any, terms: Sequence[Any]) -> Iterator[tuple[str, Any]]:
    """Where time or volatility is gone and the forward is the strike, up to the rounding of the forward."""
    for name, tiny in _TINY.items():
        if name in own and np.any(own[name] <= tiny):
            yield name, (own[name] <= tiny) & (np.abs(x) <= _ROUNDING * sum(map(np.abs, terms)))
