"""From expressions to kernels: prints `kernels.py`, and compiles what is asked for on the fly.

`python -m greekslab.codegen` writes `kernels.py` anew; a test checks that it is fresh. The one place of
the package that compiles source, and only source that it printed itself.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from itertools import groupby
from pathlib import Path
from typing import Any, NamedTuple

import mpmath
import numpy as np
import sympy as sp
from sympy.printing.pycode import PythonCodePrinter

from greekslab import primitives
from greekslab.derivation import derive, outputs
from greekslab.formulas import MODELS, D, Expr, Model, NormalValue, Phi, d1, d2, dn, eta, phi, textbook, tidy
from greekslab.formulas import model as declared_model

__all__ = ["compile_derivative", "kernels_source", "main"]

_HEADER = '''"""Kernels of the declared models. Printed by `python -m greekslab.codegen` from `formulas`.

`want` holds one bit for each Greek, in the order of the kernel's units; a line runs only if a wanted Greek
needs it. `x` is log(F/K), the sum of what the moneyness function returns.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Literal

from numpy import exp, inf, sqrt

from greekslab.primitives import Phi, clip_d, log_ratio, normal_spread, option_spread, phi
from greekslab.quantities import Input, Kernel, Unit

__all__ = ["KERNELS", "GreekName", "ModelName"]
'''

_x, _s, _w, _d1, _d2, _n1, _P1, _P2 = sp.symbols("x s w d1 d2 n1 P1 P2", real=True)


class _Spread(sp.Function):
    """Stands for `primitives.option_spread`."""


class _NormalSpread(sp.Function):
    """Stands for `primitives.normal_spread`."""


class _Printer(PythonCodePrinter):
    """Plain arithmetic in floats: whole powers as products, the square root, the names of `primitives`."""

    def _print_Pow(self, expr: Expr, **_: Any) -> str:
        base, power = expr.args
        if power == sp.Rational(1, 2):
            return f"sqrt({self._print(base)})"
        if not power.is_Integer:
            raise ValueError(f"no kernel for {expr}")
        product = f"({'*'.join([self.parenthesize(base, 90)] * abs(int(power)))})"
        return product if power > 0 else f"1.0/{product}"

    def _print_Rational(self, expr: Expr) -> str:
        return repr(expr.p / expr.q) if expr.q & (expr.q - 1) == 0 else f"({expr.p}.0/{expr.q}.0)"

    def _print_Integer(self, expr: Expr) -> str:
        return f"{int(expr)}.0"

    def _print_exp(self, expr: Expr) -> str:
        return f"exp({self._print(expr.args[0])})"

    def _print_LogRatio(self, expr: Expr) -> str:
        return f"log_ratio({', '.join(map(self._print, expr.args))})"

    def _print__NormalSpread(self, expr: Expr) -> str:
        return f"normal_spread({', '.join(map(self._print, expr.args))})"

    def _print__Spread(self, expr: Expr) -> str:
        return f"option_spread({', '.join(map(self._print, expr.args))})"


class _Line(NamedTuple):
    target: str
    text: str
    bits: int = 0

    @property
    def reads(self) -> set[str]:
        return set(re.findall(r"[A-Za-z_]\w*", self.text))


def _moneyness(declared: Model) -> Any:
    """The d1 (or dn) of a model's price: moneyness and total volatility follow from it; None without one."""
    found = sorted(declared.expr.atoms(d1, d2, NormalValue), key=str)
    if not found:
        return None
    return dn(*found[0].args[1:]) if isinstance(found[0], NormalValue) else d1(*found[0].args)


def _spread(declared: Model) -> Expr | None:
    """The price as one spread, if it is eta (a Phi(eta d1) - c Phi(eta d2)) with a phi(d1) = c phi(d2)."""
    one = _moneyness(declared)
    if not isinstance(one, d1):
        return None
    X, K, T, _, r, q = one.args
    P1, P2 = Phi(eta * one), Phi(eta * d2(*one.args))
    price = tidy(declared.expr)
    a, c = price.coeff(P1) / eta, -price.coeff(P2) / eta
    if sp.expand(price - eta * (a * P1 - c * P2)) != 0 or sp.simplify(a * K * D(r, T) - c * X * D(q, T)) != 0:
        return None
    return _Spread(eta, a, c, a * phi(one), _x, _s, P1, P2)


def _through_price(declared: Model) -> Callable[[Expr], Expr]:
    """A function that writes what is a multiple of the price through the spread, which keeps its digits."""
    spread, price = _spread(declared), tidy(declared.expr)
    if spread is None:
        return lambda expr: expr
    P1, P2 = spread.args[-2:]

    def through(expr: Expr) -> Expr:
        expr = expr.xreplace({price: spread, textbook(price): spread})
        flat = sp.expand(expr)
        one, two = (sp.expand(flat.coeff(P) / price.coeff(P)) for P in (P1, P2))
        if one == 0 or one != two:
            return expr
        return one * spread + textbook(flat - sp.expand(one * price))

    return through


def _lowered(expr: Expr, declared: Model) -> Expr:
    """Opaque functions as the names that the first lines compute, sqrt T as one symbol."""
    expr = expr.replace(NormalValue, lambda sign, *_: _NormalSpread(sign, _x, _s))
    for found in expr.atoms(d1, d2, dn):
        symbol, P = (_d2, _P2) if isinstance(found, d2) else (_d1, _P1)
        expr = expr.xreplace({phi(found): _n1, Phi(eta * found): P}).xreplace({found: symbol})
    expr = expr.replace(D, lambda rate, years: sp.exp(-rate * years))
    T, sigma = (declared.symbols.get(name) for name in ("T", "sigma"))
    expr = expr.replace(lambda e: e.is_Pow and e.base == T and e.exp.q == 2, lambda e: _w ** (2 * e.exp))
    expr = expr.replace(lambda e: e.is_Mul, lambda e: _whole_s(e, sigma))
    return expr.replace(lambda e: e.is_Pow and e.base == _w and e.exp % 2 == 0, lambda e: T ** (e.exp / 2))


def _whole_s(product: Expr, sigma: Expr) -> Expr:
    """A product with sigma sqrt T as one symbol."""
    powers = product.as_powers_dict()
    i, j = powers.get(sigma, 0), powers.get(_w, 0)
    return product * (_s / (sigma * _w)) ** (min(i, j) if i > 0 else max(i, j)) if i * j > 0 else product


def _prelude(declared: Model) -> Iterator[_Line]:
    """The lines that all Greeks share, printed from the standard forms in `formulas`."""
    show = _Printer().doprint
    yield _Line("w", "sqrt(T)")
    one = _moneyness(declared)
    if one is not None:
        yield _Line("s", show(one.total_vol.subs(sp.sqrt(one.args[2]), _w)))
        yield _Line("d1", f"clip_d({show(one.standard(_x, _s))})")
        if isinstance(one, d1):
            yield _Line("d2", f"clip_d({show(d2(*one.args).standard(_x, _s))})")
        yield from (_Line("n1", "phi(d1)"), _Line("P1", "Phi(eta*d1)"), _Line("P2", "Phi(eta*d2)"))


def _program(declared: Model, wanted: Mapping[str, Expr]) -> list[_Line]:
    """Straight-line code in order, each line with the bits of the Greeks that need it."""
    show = _Printer().doprint
    through = _through_price(declared)
    lowered = [_lowered(through(expr), declared) for expr in wanted.values()]
    names = (sp.Symbol(f"t{n}", real=True) for n in range(10**6))
    shared, results = sp.cse(lowered, symbols=names, order="none", list=True)
    lines = [*_prelude(declared), *(_Line(symbol.name, show(expr)) for symbol, expr in shared)]
    needs: dict[str, int] = {}
    last = [
        _Line(f'got["{name}"]', show(e), 1 << bit)
        for bit, (name, e) in enumerate(zip(wanted, results, strict=True))
    ]
    program = []
    for line in [*last[::-1], *lines[::-1]]:
        line = line._replace(bits=line.bits or needs.get(line.target, 0))
        if line.bits:
            program.append(line)
            for name in line.reads:
                needs[name] = needs.get(name, 0) | line.bits
    return program[::-1]


def _run_source(name: str, declared: Model, wanted: Mapping[str, Expr]) -> str:
    """A kernel as a function: lines with the same bits stand under one test."""
    everything = (1 << len(wanted)) - 1
    text = [
        f"def {name}(want: int, {_signature(declared)}, eta: Any, x: Any) -> dict[str, Any]:",
    ]
    text.append("    got: dict[str, Any] = {}")
    for bits, lines in groupby(_program(declared, wanted), key=lambda line: line.bits):
        indent = "    "
        if bits != everything:
            text.append(f"    if want & {bits:#x}:")
            indent = "        "
        text.extend(f"{indent}{line.target} = {line.text}" for line in lines)
    return "\n".join([*text, "    return got", ""])


def _signature(declared: Model) -> str:
    return ", ".join(f"{name}: Any" for name in declared.symbols)


def _moneyness_source(name: str, declared: Model) -> str:
    one = _moneyness(declared)
    terms = ", ".join(map(_Printer().doprint, sp.Add.make_args(one.moneyness)))
    return f"def {name}({_signature(declared)}) -> tuple[Any, ...]:\n    return ({terms},)\n"


def _no_limit(declared: Model, wanted: Mapping[str, Expr]) -> dict[str, frozenset[str]]:
    """The Greeks that grow without bound as T or sigma vanishes along forward = strike."""
    return {
        name: frozenset(greek for greek, expr in wanted.items() if _diverges(declared, expr, name))
        for name in ("T", "sigma")
        if name in declared.symbols
    }


def _diverges(declared: Model, expr: Expr, name: str) -> bool:
    """Two values, four decades apart: a bounded Greek has not grown by a tenth of a decade."""
    small, smaller = (_along_the_forward(declared, expr, name, mpmath.mpf(10) ** p) for p in (-24, -28))
    return bool(abs(smaller) > mpmath.mpf(10) ** 0.1 * abs(small) and abs(smaller) > 0)


def _along_the_forward(declared: Model, expr: Expr, name: str, value: Any) -> Any:
    at = {"K": 100, "T": 0.75, "sigma": 0.5, "r": 0.03125, "q": 0.015625, "eta": 1} | {name: value}
    with mpmath.workdps(120):
        carry = (at["r"] - at["q"]) * at["T"] if "q" in declared.symbols else 0
        at[declared.underlying] = at["K"] * mpmath.exp(-carry)
        symbols = {**declared.symbols, "eta": eta}
        plain = sp.lambdify(list(symbols.values()), expr.doit(), "mpmath")
        return plain(*(mpmath.mpf(at[s]) for s in symbols))


def _kernel_source(declared: Model) -> tuple[str, str]:
    """The functions of a model, and its row of the table."""
    formulas = outputs(declared)
    wanted = {name: f.expr for name, f in formulas.items()}
    run, moneyness = f"_{declared.name}", f"_{declared.name}_moneyness"
    functions = [_run_source(run, declared, wanted)]
    if _moneyness(declared) is not None:
        functions.insert(0, _moneyness_source(moneyness, declared))
    no_limit = {k: sorted(v) for k, v in _no_limit(declared, wanted).items()}
    inputs = "".join(f"            {i!r},\n" for i in declared.inputs)
    units = "".join(f"            {name!r}: {f.unit!r},\n" for name, f in formulas.items())
    limits = "".join(f"            {k!r}: frozenset({v!r}),\n" for k, v in no_limit.items())
    row = (
        f"    {declared.name!r}: Kernel(\n        {declared.name!r},\n        (\n{inputs}        ),\n"
        f"        {declared.underlying!r},\n        {declared.settle!r},\n        {declared.price_unit!r},\n"
        f"        {{\n{units}        }},\n        "
        f"{moneyness if len(functions) > 1 else None},\n        {run},\n"
        f"        {{\n{limits}        }},\n    ),\n"
    )
    return "\n\n".join(functions), row


def kernels_source() -> str:
    """The whole text of `kernels.py`."""
    functions, rows = zip(*map(_kernel_source, MODELS.values()), strict=True)
    names = dict.fromkeys(name for m in MODELS.values() for name in outputs(m))
    literal = "Literal[\n" + "".join(f"    {name!r},\n" for name in names) + "]"
    models = f"Literal[{', '.join(map(repr, MODELS))}]"
    table = "KERNELS: Mapping[str, Kernel] = MappingProxyType({\n" + "".join(rows) + "})\n"
    tail = f"GreekName = {literal}\nModelName = {models}\n"
    return "\n\n".join([_HEADER, *(text.replace("'", '"') for text in (*functions, table, tail))])


@lru_cache(maxsize=256)
def compile_derivative(
    name: str, orders: tuple[tuple[str, int], ...]
) -> tuple[Callable[..., dict[str, Any]], Mapping[str, frozenset[str]]]:
    """A kernel for one unnamed derivative, compiled on the fly, and where it has no limit.

    The kernel is called as run(1, *inputs, eta, x)["value"]; the other is `Kernel.no_limit` of "value".

    Parameters
    ----------
    name : str, a declared model
    orders : pairs of input name and order
    """
    declared = declared_model(name)
    wanted = {"value": derive(declared, dict(orders))}
    source = _run_source("run", declared, wanted)
    space: dict[str, Any] = {"__builtins__": {}, "Any": Any, "dict": dict, "int": int, "str": str}
    space |= {f: getattr(primitives, f) for f in primitives.__all__} | {"exp": np.exp, "sqrt": np.sqrt}
    exec(compile(source, f"<greekslab {name} {orders}>", "exec"), space)
    return space["run"], _no_limit(declared, wanted)


def main() -> None:
    """Write `kernels.py` beside this file."""
    Path(__file__).with_name("kernels.py").write_text(kernels_source(), encoding="utf-8")


if __name__ == "__main__":
    main()
