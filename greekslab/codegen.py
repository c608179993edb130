"""From expressions to kernels: prints `kernels.py`, and compiles what is asked for on the fly.

`python -m greekslab.codegen` writes `kernels.py` anew; a test checks that it is fresh. The one place of
the package that compiles source, and only source that it printed itself.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from itertools import groupby
from pathlib import Path
from typing import Any, NamedTuple

import mpmath
import numpy as np
import sympy as sp
from sympy.core.relational import Relational
from sympy.functions.elementary.piecewise import ExprCondPair
from sympy.logic.boolalg import BooleanAtom
from sympy.printing.pycode import PythonCodePrinter

from greekslab import primitives
from greekslab.derivation import derive, outputs
from greekslab.formulas import (
    MODELS,
    D,
    Expr,
    LogRatio,
    Model,
    NormalValue,
    Phi,
    d1,
    d2,
    dn,
    eta,
    phi,
    textbook,
    tidy,
)
from greekslab.quantities import Kernel

__all__ = ["compile_derivative", "compile_model", "kernels_source", "main"]

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


_FUNCTIONS = {
    "Abs": "absolute",
    "LogRatio": "log_ratio",
    "Phi": "Phi",
    "_NormalSpread": "normal_spread",
    "_Spread": "option_spread",
    "cos": "cos",
    "exp": "exp",
    "log": "log",
    "phi": "phi",
    "sign": "sign",
    "sin": "sin",
}
"""SymPy's or our own function -> what a kernel calls: from NumPy or `primitives`."""


class _Spread(sp.Function):
    """Stands for `primitives.option_spread`."""


class _NormalSpread(sp.Function):
    """Stands for `primitives.normal_spread`."""


class _Printer(PythonCodePrinter):
    """Plain arithmetic in floats: whole powers as products, the square root, the names of `primitives`."""

    def __init__(self) -> None:
        super().__init__({"user_functions": dict(_FUNCTIONS)})

    def _print_Pow(self, expr: Expr, **_: Any) -> str:
        base, power = expr.args
        if power == sp.Rational(1, 2):
            return f"sqrt({self._print(base)})"
        if not power.is_Integer:
            return f"{self.parenthesize(base, 90)}**{self.parenthesize(power, 90)}"
        factors = [self.parenthesize(base, 90)] * abs(int(power))
        product = f"({'*'.join(factors)})" if len(factors) > 1 else factors[0]
        return product if power > 0 else f"1.0/{product}"

    def parenthesize(self, item: Expr, level: int, strict: bool = False) -> str:
        text = self._print(item)  # a fraction that prints as one number needs no brackets
        plain = item.is_Rational and text[0].isdigit()
        return text if plain else str(super().parenthesize(item, level, strict))

    def _print_Rational(self, expr: Expr) -> str:
        return repr(expr.p / expr.q) if expr.q & (expr.q - 1) == 0 else f"({expr.p}.0/{expr.q}.0)"

    def _print_Integer(self, expr: Expr) -> str:
        return f"{int(expr)}.0"

    def _print_NaN(self, expr: Expr) -> str:
        return "nan"

    _print_ComplexInfinity = _print_NaN

    def _print_Heaviside(self, expr: Expr) -> str:
        return f"heaviside({self._print(expr.args[0])}, 0.5)"

    def _print_erf(self, expr: Expr) -> str:
        return f"(2.0*Phi({self._print(sp.sqrt(2) * expr.args[0])}) - 1.0)"

    def _print_erfc(self, expr: Expr) -> str:
        return f"(2.0*Phi({self._print(-sp.sqrt(2) * expr.args[0])}))"

    def _print_Max(self, expr: Expr) -> str:
        return self._pairwise("maximum", expr.args)

    def _print_Min(self, expr: Expr) -> str:
        return self._pairwise("minimum", expr.args)

    def _pairwise(self, name: str, arguments: Sequence[Expr]) -> str:
        first, *rest = arguments
        return (
            f"{name}({self._print(first)}, {self._pairwise(name, rest)})" if rest else str(self._print(first))
        )

    def _print_Piecewise(self, expr: Expr) -> str:
        values, conditions = zip(*((self._print(v), self._print(c)) for v, c in expr.args), strict=True)
        return f"piecewise([{', '.join(conditions)}], [{', '.join(values)}])"

    def _print_And(self, expr: Expr) -> str:
        return " & ".join(f"({self._print(a)})" for a in expr.args)

    def _print_Or(self, expr: Expr) -> str:
        return " | ".join(f"({self._print(a)})" for a in expr.args)


class _Line(NamedTuple):
    target: str
    text: str
    bits: int = 0

    @property
    def reads(self) -> set[str]:
        return set(re.findall(r"[A-Za-z_]\w*", self.text))


def _moneyness(declared: Model) -> Any:
    """The d1 (or dn) of a model's price: moneyness and total volatility follow from it; None without one."""
    atoms = declared.expr.atoms(d1, d2, NormalValue)
    found = {dn(*f.args[1:]) if isinstance(f, NormalValue) else d1(*f.args) for f in atoms}
    return found.pop() if len(found) == 1 else None


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
    one = _moneyness(declared)
    own = () if one is None else one.args
    expr = expr.replace(NormalValue, lambda sign, *a: _normal_spread(sign, *a, own=a == own))
    for found in expr.atoms(d1, d2, dn):
        symbol, P = (_d2, _P2) if isinstance(found, d2) else (_d1, _P1)
        if found.args == own:
            expr = expr.xreplace({phi(found): _n1, Phi(eta * found): P})
        expr = expr.xreplace({found: symbol if found.args == own else found.doit()})
    expr = expr.replace(D, lambda rate, years: sp.exp(-rate * years))
    T, sigma = (declared.symbols.get(name) for name in ("T", "sigma")) if one is None else one.args[2:4]
    expr = expr.replace(lambda e: e.is_Pow and e.base == T and e.exp.q == 2, lambda e: _w ** (2 * e.exp))
    expr = expr.replace(lambda e: e.is_Mul, lambda e: _whole_s(e, sigma))
    return expr.replace(lambda e: e.is_Pow and e.base == _w and e.exp % 2 == 0, lambda e: T ** (e.exp / 2))


def _normal_spread(sign: Expr, F: Expr, K: Expr, T: Expr, sigma: Expr, *, own: bool) -> Expr:
    """The normal model's value, about the price's own moneyness or another."""
    return _NormalSpread(sign, _x, _s) if own else _NormalSpread(sign, F - K, sigma * sp.sqrt(T))


def _whole_s(product: Expr, sigma: Expr) -> Expr:
    """A product with sigma sqrt T as one symbol."""
    powers = product.as_powers_dict()
    i, j = powers.get(sigma, 0), powers.get(_w, 0)
    return product * (_s / (sigma * _w)) ** (min(i, j) if i > 0 else max(i, j)) if i * j > 0 else product


def _prelude(declared: Model) -> Iterator[_Line]:
    """The lines that all Greeks share, printed from the standard forms in `formulas`."""
    show = _Printer().doprint
    one = _moneyness(declared)
    T = declared.symbols.get("T") if one is None else one.args[2]
    yield _Line("w", f"sqrt({T})")
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
    parts = (one.moneyness,) if isinstance(one, dn) else sp.Add.make_args(one.moneyness)
    terms = ", ".join(map(_Printer().doprint, parts))
    one_more = "," if len(parts) == 1 else ""
    return f"def {name}({_signature(declared)}) -> tuple[Any, ...]:\n    return ({terms}{one_more})\n"


def _no_limit(declared: Model, wanted: Mapping[str, Expr]) -> dict[str, frozenset[str]]:
    """The Greeks that grow without bound as T or sigma vanishes along forward = strike."""
    plain = sp.lambdify([*declared.symbols.values(), eta], [e.doit() for e in wanted.values()], "mpmath")
    limits = {}
    for name in sorted(declared.symbols.keys() & {"T", "sigma"}):
        pairs = zip(*(_along_the_forward(declared, plain, name, power) for power in (-24, -28)), strict=True)
        limits[name] = frozenset(g for g, pair in zip(wanted, pairs, strict=True) if _diverges(*pair))
    return limits


def _diverges(small: Any, smaller: Any) -> bool:
    """Two values, four decades apart: a bounded Greek has not grown by a tenth of a decade."""
    return bool(abs(smaller) > mpmath.mpf(10) ** 0.1 * abs(small) and abs(smaller) > 0)


def _along_the_forward(declared: Model, plain: Callable[..., Any], name: str, power: int) -> Any:
    """What a function of the inputs gives at the forward, one of them a power of ten."""
    with mpmath.workdps(120):
        at = {"K": 100, "T": 0.75, "sigma": 0.5, "r": 0.03125, "q": 0.015625}
        at[name] = mpmath.mpf(10) ** power
        carry = (at["r"] - at["q"]) * at["T"] if "q" in declared.symbols else 0
        at[declared.underlying] = at["K"] * mpmath.exp(-carry)
        return plain(*(mpmath.mpf(at[s]) for s in declared.symbols), mpmath.mpf(1))


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


def _compiled(source: str, title: str) -> dict[str, Any]:
    """The functions of a source that this module has printed; nothing but arithmetic is within reach."""
    space: dict[str, Any] = {
        "__builtins__": {},
        "Any": Any,
        "dict": dict,
        "int": int,
        "str": str,
        "tuple": tuple,
    }
    space |= {f: getattr(primitives, f) for f in primitives.__all__} | {f: getattr(np, f) for f in _NUMPY}
    exec(compile(source, f"<greekslab {title}>", "exec"), space)
    return space


@lru_cache(maxsize=256)
def compile_derivative(
    declared: Model, orders: tuple[tuple[str, int], ...]
) -> tuple[Callable[..., dict[str, Any]], Mapping[str, frozenset[str]]]:
    """A kernel for one unnamed derivative, compiled on the fly, and where it has no limit.

    The kernel is called as run(1, *inputs, eta, x)["value"]; the other is `Kernel.no_limit` of "value".

    Parameters
    ----------
    declared : Model
    orders : pairs of input name and order
    """
    wanted = {"value": derive(declared, dict(orders))}
    plain, lowered = _in_safe_names(declared, wanted)
    run = _compiled(_run_source("run", plain, lowered), declared.name)["run"]
    return run, _limits(declared, wanted)


def compile_model(declared: Model) -> Kernel:
    """The kernel of a model that is not printed: one that a user defined.

    Raises
    ------
    ValueError
        A function in the price or in one of its Greeks that has no kernel, by name.
    """
    formulas = outputs(declared)
    wanted = {name: f.expr for name, f in formulas.items()}
    plain, renamed = _in_safe_names(declared, wanted)
    source = _run_source("run", plain, renamed)
    if _moneyness(declared) is not None:
        source += "\n\n" + _moneyness_source("moneyness", plain)
    space = _compiled(source, declared.name)
    units = {name: f.unit for name, f in formulas.items()}
    run, moneyness, limits = space["run"], space.get("moneyness"), _limits(declared, wanted)
    fixed = (declared.name, declared.inputs, declared.underlying, declared.settle, declared.price_unit)
    return Kernel(*fixed, units, moneyness, run, limits, declared.strike)


_NODES = (
    *(sp.Add, sp.Mul, sp.Pow, sp.Symbol, sp.Rational, sp.Float, sp.NumberSymbol),
    *(sp.exp, sp.log, sp.Abs, sp.sign, sp.Max, sp.Min, sp.Heaviside, sp.erf, sp.erfc, sp.sin, sp.cos),
    *(sp.Piecewise, ExprCondPair, Relational, sp.And, sp.Or, BooleanAtom, type(sp.nan), type(sp.zoo)),
    *(D, LogRatio, NormalValue, Phi, d1, d2, dn, phi),
)
"""What a price may be made of: each prints as arithmetic, or as a function of NumPy or `primitives`."""

_NUMPY = (
    *("absolute", "cos", "exp", "heaviside", "log", "maximum"),
    *("minimum", "nan", "sign", "sin", "sqrt"),
)


def _in_safe_names(declared: Model, wanted: Mapping[str, Expr]) -> tuple[Model, dict[str, Expr]]:
    """A user's model with generated identifiers, after a look at every node; a declared one as it is."""
    if MODELS.get(declared.name) is declared:
        return declared, dict(wanted)
    for name, expr in wanted.items():
        for node in sp.preorder_traversal(expr):
            if not isinstance(node, _NODES):
                raise ValueError(f"{declared.name} {name}: no kernel for {type(node).__name__} in {node}")
    safe = {i.name: f"in_{n}" for n, i in enumerate(declared.inputs)}
    plain = replace(
        declared,
        inputs=tuple(replace(i, name=safe[i.name]) for i in declared.inputs),
        declared=lambda eta, **symbols: declared.declared(
            eta=eta, **{n: symbols[s] for n, s in safe.items()}
        ),
        underlying=safe[declared.underlying],
    )
    renamed = {declared.symbols[name]: plain.symbols[s] for name, s in safe.items()}
    return plain, {name: expr.xreplace(renamed) for name, expr in wanted.items()}


def _limits(declared: Model, wanted: Mapping[str, Expr]) -> dict[str, frozenset[str]]:
    """Where there is moneyness the Greeks that have no limit at the forward; elsewhere nothing is clamped."""
    return {} if _moneyness(declared) is None else _no_limit(declared, wanted)


def main() -> None:
    """Write `kernels.py` beside this file."""
    Path(__file__).with_name("kernels.py").write_text(kernels_source(), encoding="utf-8")


if __name__ == "__main__":
    main()
