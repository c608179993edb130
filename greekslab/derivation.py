"""From a declared price to any Greek: symbolic derivation, and the formula that shows itself."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import sympy as sp

from greekslab.formulas import Expr, Model, textbook, tidy
from greekslab.greeks import GREEKS, Greek, UnknownGreekError, canonical, is_order, names_of, nearest
from greekslab.quantities import Unit

__all__ = ["Formula", "derive", "formula", "formula_of", "named", "orders_of", "outputs"]

HIGHEST = 6
"""The highest order of differentiation offered: every further T makes an expression three times as long."""


@lru_cache(maxsize=2048)
def _derivative(declared: Model, wrt: tuple[str, ...]) -> Expr:
    """The plain derivative by the inputs in this order, tidied after every step."""
    if not wrt:
        return tidy(declared.expr)
    return tidy(_derivative(declared, wrt[:-1]).diff(declared.symbols[wrt[-1]]))


def derive(declared: Model, orders: Mapping[str, int]) -> Expr:
    """The derivative by multi-index, with one minus sign for every T, in its textbook form.

    Parameters
    ----------
    declared : Model
    orders : input name -> how often

    Raises
    ------
    UnknownGreekError
        An input that the model has not, an order below zero or a total above `HIGHEST`.
    """
    wrt = tuple(i.name for i in declared.inputs for _ in range(_checked(declared, orders).get(i.name, 0)))
    return textbook((-1) ** orders.get("T", 0) * _derivative(declared, wrt))


def _checked(declared: Model, orders: Mapping[str, int]) -> Mapping[str, int]:
    for name, order in orders.items():
        if name not in declared.symbols:
            raise UnknownGreekError(f"{declared.name} has no input {name!r}{nearest(name, declared.symbols)}")
        if not is_order(order):
            raise UnknownGreekError(f"order of {name} is {order!r}; it must be a whole number >= 0")
    if sum(orders.values()) > HIGHEST:
        raise UnknownGreekError(f"order {sum(orders.values())} is above the highest offered, {HIGHEST}")
    return orders


def orders_of(declared: Model, row: Greek) -> dict[str, int]:
    """A row's multi-index in the model's own input names."""
    roles = {"X": declared.underlying, "K": declared.strike}
    return dict(Counter(roles.get(role, role) for role in row.wrt))


def named(declared: Model, orders: Mapping[str, int]) -> str | None:
    """The name of the Greek with this multi-index, if it has one."""
    wanted = {name: order for name, order in orders.items() if order}
    rows = (GREEKS[name] for name in names_of(declared))
    return next((row.name for row in rows if not row.build and orders_of(declared, row) == wanted), None)


@dataclass(slots=True)
class _Parts:
    """What a derived row is built from: expressions, or units."""

    X: Any
    F: Any
    price: Any
    delta: Any


def _expression(declared: Model, row: Greek) -> Expr:
    if row.build is None:
        return derive(declared, orders_of(declared, row))
    price, delta = (_derivative(declared, wrt) for wrt in ((), (declared.underlying,)))
    parts = _Parts(declared.symbols[declared.underlying], declared.forward_expr, price, delta)
    built = row.build(parts)
    return built if built.has(sp.Pow(price, -1)) else textbook(tidy(built))


def _unit(declared: Model, row: Greek) -> Unit:
    unit = declared.price_unit
    for name, order in orders_of(declared, row).items():
        for _ in range(order):
            unit = unit / declared.unit_of(name)
    if row.build is None:
        return unit
    spot = declared.unit_of(declared.underlying)
    return row.build(_Parts(spot, spot, declared.price_unit, declared.price_unit / spot))  # type: ignore[no-any-return]


@dataclass(frozen=True)
class Formula:
    """A Greek of a model: expression, unit and sign; shows itself in a notebook.

    Parameters
    ----------
    model : Model
    name : str, empty where the derivative has none
    orders : input name -> order of differentiation
    expr : SymPy expression in the opaque functions; `expr.doit()` spells them out
    unit : Unit
    """

    model: Model
    name: str
    orders: Mapping[str, int]
    expr: Expr = field(repr=False)
    unit: Unit

    @property
    def sign(self) -> int:
        """-1 where the index holds an odd number of T, else +1."""
        return int((-1) ** self.orders.get("T", 0))

    @property
    def symbol(self) -> str:
        """The left-hand side in LaTeX: the derivative it is."""
        order = sum(self.orders.values())
        if order == 0:
            return GREEKS[self.name or "price"].symbol
        above = r"\partial V" if order == 1 else rf"\partial^{{{order}}} V"
        latex = {i.name: i.latex or i.name for i in self.model.inputs}
        below = r"\,".join(
            rf"\partial {latex[name]}" + (f"^{{{n}}}" if n > 1 else "") for name, n in self.orders.items()
        )
        return ("-" if self.sign < 0 else "") + rf"\frac{{{above}}}{{{below}}}"

    @property
    def latex(self) -> str:
        """The whole equation in LaTeX."""
        row = GREEKS.get(self.name)
        left = [self.symbol] if row is None or not self.orders else [row.symbol, self.symbol]
        if row is not None and row.build is not None:
            left = [row.symbol]
        return " = ".join([*left, sp.latex(self.expr)])

    def evaluate(self, *, right: Any = "call", strict: bool = False, **inputs: Any) -> Any:
        """The number: the same as `greeks` or `derivative` gives.

        Examples
        --------
        Haug (2007), The Complete Guide to Option Pricing Formulas, chapter 2, DdeltaDvol.

        >>> from greekslab.formulas import model
        >>> from greekslab.formulas import model
        >>> vanna = formula(model("bsm"), "vanna")
        >>> round(vanna.evaluate(S=90, K=80, T=0.25, sigma=0.2, r=0.05, q=0.0), 4)
        -1.0008
        """
        from greekslab.evaluate import derivative, greeks

        if self.name:
            return greeks(self.model, self.name, right=right, strict=strict, **inputs)[self.name]
        return derivative(self.model, at=inputs | {"right": right}, strict=strict, **self.orders)

    def _repr_latex_(self) -> str:
        return rf"$\displaystyle {self.latex} \qquad \left[\text{{{self.unit}}}\right]$"

    def __repr__(self) -> str:
        what = self.name or "derivative " + ", ".join(f"{k}={v}" for k, v in self.orders.items())
        return f"<{self.model.name} {what} [{self.unit}]: {self.expr}>"


@lru_cache(maxsize=1024)
def formula(declared: Model, name: str) -> Formula:
    """A named Greek of a model as a Formula.

    Raises
    ------
    UnknownGreekError
        A name that the model has not.
    """
    row = GREEKS.get(canonical(name))
    if row is None or row.name not in names_of(declared):
        raise UnknownGreekError(f"{declared.name} has no Greek {name!r}{nearest(name, names_of(declared))}")
    orders = {} if row.build else orders_of(declared, row)
    return Formula(declared, row.name, orders, _expression(declared, row), _unit(declared, row))


def formula_of(declared: Model, orders: Mapping[str, int]) -> Formula:
    """The derivative by multi-index as a Formula, named where it has a name."""
    name = named(declared, orders)
    if name is not None:
        return formula(declared, name)
    unit = _unit(declared, Greek("", tuple(n for n, k in orders.items() for _ in range(k)), "", ""))
    return Formula(declared, "", dict(orders), derive(declared, orders), unit)


def outputs(declared: Model) -> dict[str, Formula]:
    """Every named Greek of a model, in the order of the table."""
    return {name: formula(declared, name) for name in names_of(declared)}
