"""Prints `kernels_fast.py`: the same expressions as `kernels.py`, as loops over blocks for numba.

A block's shared quantities (d1, d2, the density, both probabilities, discounts, reciprocals) lie as rows of
one scratch array; each wanted Greek is then a short loop over those rows, which LLVM turns into SIMD
instructions. Elements that the short forms do not serve to full accuracy are marked and left to `kernels`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

import sympy as sp

from greekslab.codegen import _lowered as lowered
from greekslab.codegen import _moneyness as moneyness_of
from greekslab.codegen import _Printer as Printer
from greekslab.codegen import _Spread as Spread
from greekslab.codegen import _spread as spread_of
from greekslab.codegen import _through_price as through_price
from greekslab.derivation import outputs
from greekslab.formulas import MODELS, D, Expr, Model, d2

__all__ = ["fast_source", "main"]

_HEADER = '''"""Block kernels of the declared models for numba. Printed by `python -m greekslab.codegen_fast`.

`want` has the bits of `kernels`; `out` has a row for each wanted Greek; `special` is set where an element
is outside the domain, degenerate, or in a tail that needs the longer forms of `kernels`. Elements from
span[0] to span[1] are done: threads share the arrays, so that there is one compiled version of each kernel.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit

from greekslab.simd import OPTIONS, exp, log_ratio, mills, phi, sqrt

__all__ = ["KERNELS", "LEFT_OUT"]
'''

_LEFT_OUT = ("elasticity",)
"""A ratio by the price needs its last digits: computed by `kernels` alone."""

_BLOCK = 256


def _row(names: list[str], name: str) -> str:
    """Element i of a named row of the scratch array: at a literal offset, so that rows are told apart."""
    if name not in names:
        names.append(name)
    return f"rows[{names.index(name) * _BLOCK} + i]"


def _inverted(expr: Expr, rows: Mapping[Expr, Expr]) -> Expr:
    """Negative powers as powers of reciprocals, each divided once for a block."""
    return expr.replace(
        lambda e: e.is_Pow and e.base in rows and e.exp.is_Integer and e.exp < 0,
        lambda e: rows[e.base] ** (-e.exp),
    )


class _Block:
    """The loop bodies of one model, and the rows that they share."""

    def __init__(self, declared: Model) -> None:
        self.declared = declared
        self.show = Printer().doprint
        self.names: list[str] = [*declared.symbols, "eta"]
        self.through = through_price(declared)
        one = moneyness_of(declared)
        self.discounts = {
            D(rate, T): sp.Symbol(f"D{rate}", real=True)
            for rate, T in sorted({d.args for d in declared.expr.atoms(D)}, key=str)
        }
        root = sp.Symbol("w", real=True)
        bases = [
            root,
            declared.symbols["sigma"],
            declared.symbols[declared.underlying],
            declared.symbols["K"],
        ]
        self.reciprocals = {base: sp.Symbol(f"i{base}", real=True) for base in bases}
        self.one, self.root = one, root

    def row(self, name: str) -> str:
        return _row(self.names, name)

    def lower(self, expr: Expr) -> Expr:
        """An expression in rows: price, discounts and reciprocals have theirs, T is its root squared."""
        through = self.through(expr).replace(Spread, lambda *_: sp.Symbol("price", real=True))
        held = lowered(through.xreplace(self.discounts), self.declared)
        T = self.declared.symbols["T"]
        negative = held.replace(
            lambda e: e.is_Pow and e.base == T and e.exp.is_Integer and e.exp < 0,
            lambda e: self.root ** (2 * e.exp),
        )
        return _inverted(negative, self.reciprocals)

    def prelude(self) -> Iterator[str]:
        """What every Greek shares."""
        for name in (*self.declared.symbols, "eta"):
            yield f"{name} = {self.row(name)}"
        x, s = sp.symbols("x s", real=True)
        for discount, symbol in self.discounts.items():
            yield f"{symbol} = {self.show(lowered(discount, self.declared))}"
        yield "w = sqrt(T)"
        yield f"s = {self.show(self.one.total_vol.subs(sp.sqrt(self.declared.symbols['T']), self.root))}"
        yield f"x = {self.show(self.one.moneyness)}"
        yield f"d1 = {self.show(self.one.standard(x, s))}"
        yield f"d2 = {self.show(d2(*self.one.args).standard(x, s))}"
        yield from ("n1 = phi(d1)", "n2 = phi(d2)")
        for k in "12":
            yield f"u{k} = mills(abs(d{k}))"
            yield f"h{k} = 1.0 if eta*d{k} > 0.0 else 0.0"
            yield f"g{k} = 1.0 - 2.0*h{k}"
            yield f"{self.row(f'P{k}')} = h{k} + g{k}*n{k}*u{k}"
        for name in ("w", "s", "d1", "d2", "n1", *map(str, self.discounts.values())):
            yield f"{self.row(name)} = {name}"
        yield f"{self.row('price')} = {self.price()}"
        yield f"{self.row('fine')} = 1.0 if {self.fine()} else 0.0"

    def price(self) -> str:
        """The spread through Mills ratios: eta ((a h1 - c h2) + a phi(d1) (g1 u1 - g2 u2))."""
        spread = spread_of(self.declared)
        assert spread is not None  # only such models are printed
        _, a, c, *_ = spread.args
        a_text, c_text = (self.show(lowered(leg.xreplace(self.discounts), self.declared)) for leg in (a, c))
        return f"eta*(({a_text})*h1 - ({c_text})*h2 + ({a_text})*n1*(g1*u1 - g2*u2))"

    def fine(self) -> str:
        """Inside the domain, away from its edges, and no tail whose difference would lose digits."""
        tests = [f"({i.name} > 1e-{100 if i.open else 12})" for i in self.declared.inputs if i.low == 0]
        tests += [f"(abs({d.args[0]}*T) < 50.0)" for d in self.discounts]
        tests += ["(abs(d1) < 33.0)", "(abs(d2) < 33.0)", "(s > 4e-4*(1.0 + abs(d1)))"]
        return " & ".join(tests)

    def greek(self, expr: Expr) -> Iterator[str]:
        """One Greek's loop body, up to its value in the last line."""
        shared, (result,) = sp.cse(
            self.lower(expr), symbols=(sp.Symbol(f"t{n}") for n in range(999)), order="none"
        )
        lines = [(str(symbol), e) for symbol, e in shared] + [("value", result)]
        local = {name for name, _ in lines}
        for name in sorted({str(f) for _, e in lines for f in e.free_symbols} - local):
            yield f"{name} = {self.row(name)}"
        yield from (f"{name} = {self.show(e)}" for name, e in lines)


def _kernel(declared: Model) -> str:
    """The compiled function of one model: rows in, shared quantities, reciprocals, one loop a Greek."""
    block = _Block(declared)
    prelude = list(block.prelude())
    bits = {name: 1 << bit for bit, name in enumerate(outputs(declared)) if name not in _LEFT_OUT}
    loops = {bits["price"]: [f"value = {block.row('price')}"]}
    loops |= {bits[name]: list(block.greek(outputs(declared)[name].expr)) for name in bits if name != "price"}
    inverses = [
        f"{block.row(str(new))} = 1.0/{block.row(str(base))}" for base, new in block.reciprocals.items()
    ]
    left = f"{block.row('fine')} == 0.0"
    names = [*declared.symbols, "eta"]
    arguments = ", ".join(f"in_{name}: Any" for name in names)
    body = [
        *(line for name in names for line in _load(name, block.row(name))),
        *_loop(prelude),
        *_loop([f"special[start + i] = {left}", "found += special[start + i]"]),
        "if want & ~1:",
        *_indented(_loop(inverses)),
        "k = 0",
        *(line for bit, lines in loops.items() for line in _wanted(bit, lines)),
    ]
    text = [
        "@njit(**OPTIONS)",
        f"def _{declared.name}(want: int, {arguments}, out: Any, special: Any, span: Any) -> int:",
        f"    rows = np.empty({len(block.names)} * {_BLOCK})",
        "    found = 0",
        f"    for start in range(span[0], span[1], {_BLOCK}):",
        f"        m = min({_BLOCK}, span[1] - start)",
        *_indented(_indented(body)),
        "    return found",
    ]
    return "\n".join(text) + "\n"


def _indented(lines: Iterable[str]) -> list[str]:
    return [f"    {line}" for line in lines]


def _loop(lines: Iterable[str]) -> list[str]:
    """Lines for every element of the block."""
    return ["for i in range(m):", *_indented(lines)]


def _load(name: str, row: str) -> list[str]:
    """An input into its row; one of a single element serves them all."""
    one, many = (_indented(_loop([f"{row} = in_{name}[{at}]"])) for at in ("0", "start + i"))
    return [f"if in_{name}.size == 1:", *one, "else:", *many]


def _wanted(bit: int, lines: Sequence[str]) -> list[str]:
    """One Greek's loop, into the next row of the output."""
    return [f"if want & {bit:#x}:", *_indented(_loop([*lines, "out[k, start + i] = value"])), "    k += 1"]


def fast_source() -> str:
    """The whole text of `kernels_fast.py`."""
    served = [m for m in MODELS.values() if moneyness_of(m) is not None and spread_of(m) is not None]
    table = "KERNELS = {" + ", ".join(f'"{m.name}": _{m.name}' for m in served) + "}\n"
    left_out = f"LEFT_OUT = {_LEFT_OUT!r}\n".replace("'", '"')
    return "\n\n".join([_HEADER, *map(_kernel, served), table + left_out])


def main() -> None:
    """Write `kernels_fast.py` beside this file."""
    Path(__file__).with_name("kernels_fast.py").write_text(fast_source(), encoding="utf-8")


if __name__ == "__main__":
    main()
