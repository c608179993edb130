"""The source of truth: one SymPy price per model. Every Greek, kernel and table is derived from it.

The normal distribution, its density, d1, d2 and the discount factor stay opaque: SymPy functions with
one-line derivative rules. What they stand for is what `doit()` returns, and a test proves each rule from
it. Opaque functions keep a third-order Greek at some 30 operations, print as the textbook prints, and
keep the digits that the expanded expression loses.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from importlib import import_module
from keyword import iskeyword
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import sympy as sp

from greekslab.greeks import UnknownModelError, nearest
from greekslab.quantities import Input, Unit

if TYPE_CHECKING:
    from greekslab.derivation import Formula
    from greekslab.kernels import GreekName, ModelName
    from greekslab.quantities import Kernel

__all__ = [
    "INPUTS",
    "MODELS",
    "D",
    "LogRatio",
    "Model",
    "NormalValue",
    "Phi",
    "d1",
    "d2",
    "define",
    "dn",
    "eta",
    "model",
    "phi",
]

Expr = Any
"""A SymPy expression (SymPy ships no complete types)."""

eta = sp.Symbol("eta", real=True)
"""+1 for a call, -1 for a put: eta^2 = 1."""


class _Opaque(sp.Function):
    """A function that prints as its own symbol."""

    symbol = ""

    def _latex(self, printer: Any, exp: str | None = None) -> str:
        text = self.symbol or rf"{self.name_latex}\left({printer.doprint(self.args[0])}\right)"
        return text if exp is None else rf"{text}^{{{exp}}}"


class Phi(_Opaque):
    """The standard normal distribution function."""

    name_latex = r"\Phi"

    def fdiff(self, argindex: int = 1) -> Expr:
        return phi(self.args[0])

    def doit(self, **hints: Any) -> Expr:
        return sp.erfc(-self.args[0].doit() / sp.sqrt(2)) / 2


class phi(_Opaque):
    """The standard normal density; even, so that the sign of the option drops out."""

    name_latex = r"\varphi"

    @classmethod
    def eval(cls, x: Expr) -> Expr | None:
        return cls(x / eta) if eta in sp.Mul.make_args(x) else None

    def fdiff(self, argindex: int = 1) -> Expr:
        return -self.args[0] * self

    def doit(self, **hints: Any) -> Expr:
        return sp.exp(-(self.args[0].doit() ** 2) / 2) / sp.sqrt(2 * sp.pi)


class D(_Opaque):
    """The discount factor D(rate, T) = exp(-rate T)."""

    @classmethod
    def eval(cls, rate: Expr, years: Expr) -> Expr | None:
        return sp.Integer(1) if rate == 0 else None

    def fdiff(self, argindex: int = 1) -> Expr:
        return -self.args[2 - argindex] * self

    def doit(self, **hints: Any) -> Expr:
        return sp.exp(-self.args[0] * self.args[1])

    def _latex(self, printer: Any, exp: str | None = None) -> str:
        rate, years = map(printer.doprint, self.args)
        return rf"e^{{-{'' if exp is None else exp} {rate} {years}}}"


class LogRatio(_Opaque):
    """log(X/K), kept whole: computed through the difference X - K it loses nothing near the money."""

    def fdiff(self, argindex: int = 1) -> Expr:
        return (1 if argindex == 1 else -1) / self.args[argindex - 1]

    def doit(self, **hints: Any) -> Expr:
        return sp.log(self.args[0] / self.args[1])

    def _latex(self, printer: Any, exp: str | None = None) -> str:
        text = rf"\ln\frac{{{printer.doprint(self.args[0])}}}{{{printer.doprint(self.args[1])}}}"
        return text if exp is None else rf"\left({text}\right)^{{{exp}}}"


class _LogMoneyness(_Opaque):
    """(log(X/K) + (r - q) T) / (sigma sqrt T) plus or minus half of sigma sqrt T."""

    half = sp.Rational(1, 2)

    def fdiff(self, argindex: int = 1) -> Expr:
        X, K, T, sigma, r, q = self.args
        other = (d2 if isinstance(self, d1) else d1)(*self.args)
        rules = (
            1 / (X * sigma * sp.sqrt(T)),
            -1 / (K * sigma * sp.sqrt(T)),
            (r - q) / (sigma * sp.sqrt(T)) - other / (2 * T),
            -other / sigma,
            sp.sqrt(T) / sigma,
            -sp.sqrt(T) / sigma,
        )
        return rules[argindex - 1]

    @property
    def moneyness(self) -> Expr:
        """log(F/K): the distance of the forward from the strike."""
        X, K, T, _, r, q = self.args
        return LogRatio(X, K) + (r - q) * T

    @property
    def total_vol(self) -> Expr:
        """sigma sqrt T."""
        return self.args[3] * sp.sqrt(self.args[2])

    def standard(self, moneyness: Expr, total_vol: Expr) -> Expr:
        """d in terms of moneyness and total volatility: the form that kernels compute."""
        return moneyness / total_vol + self.half * total_vol

    def doit(self, **hints: Any) -> Expr:
        return self.standard(self.moneyness.doit(), self.total_vol)


class d1(_LogMoneyness):
    """d1(X, K, T, sigma, r, q) of Black and Scholes; r = q = 0 where X is a forward."""

    symbol = "d_1"


class d2(_LogMoneyness):
    """d2 = d1 - sigma sqrt T."""

    symbol = "d_2"
    half = -sp.Rational(1, 2)


class dn(_Opaque):
    """dn(F, K, T, sigma) = (F - K) / (sigma sqrt T) of Bachelier's normal model."""

    symbol = "d"

    def fdiff(self, argindex: int = 1) -> Expr:
        _, _, T, sigma = self.args
        step = 1 / (sigma * sp.sqrt(T))
        return (step, -step, -self / (2 * T), -self / sigma)[argindex - 1]

    @property
    def moneyness(self) -> Expr:
        """F - K: the distance of the forward from the strike."""
        return self.args[0] - self.args[1]

    @property
    def total_vol(self) -> Expr:
        """sigma sqrt T."""
        return self.args[3] * sp.sqrt(self.args[2])

    def standard(self, moneyness: Expr, total_vol: Expr) -> Expr:
        """d in terms of moneyness and total volatility: the form that kernels compute."""
        return moneyness / total_vol

    def doit(self, **hints: Any) -> Expr:
        return self.standard(self.moneyness, self.total_vol)


class NormalValue(_Opaque):
    """NormalValue(sign, F, K, T, sigma): the mean of max(sign (X - K), 0) for X normal about F."""

    symbol = r"\mathcal{N}"

    def fdiff(self, argindex: int = 1) -> Expr:
        sign, F, K, T, sigma = self.args
        d = dn(F, K, T, sigma)
        rules = (
            sp.Derivative(self, sign),
            sign * Phi(sign * d),
            -sign * Phi(sign * d),
            sigma * phi(d) / (2 * sp.sqrt(T)),
            sp.sqrt(T) * phi(d),
        )
        return rules[argindex - 1]

    def doit(self, **hints: Any) -> Expr:
        sign, F, K, T, sigma = self.args
        d = dn(F, K, T, sigma).doit()
        return sign * (F - K) * Phi(sign * d).doit() + sigma * sp.sqrt(T) * phi(d).doit()


def _one_density(density: Expr) -> Expr:
    """K D(r) phi(d2) = X D(q) phi(d1): leaves one density in every Greek."""
    X, K, T, _, r, q = density.args[0].args
    return phi(d1(*density.args[0].args)) * X * D(q, T) / (K * D(r, T))


def _divide_gap(terms: Mapping[tuple[int, int], Expr], one: Expr, two: Expr) -> Expr:
    """One homogeneous polynomial in d1 and d2; where d1 - d2 divides it, sigma sqrt T takes its place."""
    whole = sum(c * one**i * two**j for (i, j), c in terms.items())
    if len(terms) < 2 or sum(terms.values()) != 0:
        return whole
    quotient = sp.cancel(whole / (one - two))
    return sp.expand(quotient * one.total_vol)


def _close_gaps(expr: Expr) -> Expr:
    """The rewrite d1 - d2 = sigma sqrt T, wherever the difference shows."""
    found = next(iter(expr.atoms(d1)), None)
    if found is None:
        return expr
    one, two = found, d2(*found.args)
    groups: dict[tuple[Expr, int], dict[tuple[int, int], Expr]] = {}
    for term in sp.Add.make_args(expr):
        number, rest = term.as_coeff_Mul()
        powers = rest.as_powers_dict()
        i, j = int(powers.get(one, 0)), int(powers.get(two, 0))
        key = (rest / one**i / two**j, i + j)
        groups.setdefault(key, {})[i, j] = number
    closed = sp.Add(*(rest * _divide_gap(terms, one, two) for (rest, _), terms in groups.items()))
    closed = sp.expand(closed)
    return closed if closed == expr else _close_gaps(closed)


_OPAQUE = (Phi, phi, D, LogRatio, d1, d2, dn, NormalValue)


def tidy(expr: Expr) -> Expr:
    """The identities that hold between the opaque functions, applied; the result is expanded.

    An expression without them stays as it is, less delta functions: derivatives hold almost everywhere.
    """
    if not expr.has(*_OPAQUE):
        return expr.replace(sp.DiracDelta, lambda *_: sp.Integer(0))
    expr = expr.replace(lambda e: isinstance(e, phi) and isinstance(e.args[0], d2), _one_density)
    expr = sp.expand(expr).replace(
        lambda e: e.is_Pow and e.base == eta and e.exp.is_Integer, lambda e: eta ** (e.exp % 2)
    )
    return _close_gaps(sp.expand(expr))


def textbook(expr: Expr) -> Expr:
    """The same expression as a textbook prints it: one factored term for each distribution or density."""
    if not expr.has(*_OPAQUE):
        return sp.factor_terms(expr)
    roots = {p.base: sp.Dummy(positive=True) for p in expr.atoms(sp.Pow) if p.base.is_Symbol and p.exp.q == 2}
    groups: dict[Expr, list[Expr]] = {}
    for term in sp.Add.make_args(sp.expand(expr)):
        kernel = sp.Mul(*(f for f in sp.Mul.make_args(term) if isinstance(f, Phi | phi | NormalValue)))
        groups.setdefault(kernel, []).append(term / kernel)
    return sp.Add(*(_factored(sp.Add(*terms), roots) * kernel for kernel, terms in groups.items()))


def _factored(expr: Expr, roots: Mapping[Expr, Expr]) -> Expr:
    """Factored with square roots as whole symbols, so that no root is left inside a bracket."""
    carry = sp.Dummy()
    back = {root: sp.sqrt(base) for base, root in roots.items()}
    whole, functions = _held(expr)
    rates = {s.name: s for s in whole.free_symbols if s.name in ("r", "q")}
    if len(rates) == 2:  # the carry r - q as one symbol: shorter, and no digits lost between the two
        carried = sp.expand(whole.subs(rates["r"], carry + rates["q"]))
        whole, functions = _held(_close_gaps(carried.xreplace(functions)))
        back[carry] = rates["r"] - rates["q"]
    whole = sp.factor(whole.subs({base: root**2 for base, root in roots.items()}))
    return whole.subs(back).xreplace(functions)


def _held(expr: Expr) -> tuple[Expr, Mapping[Expr, Expr]]:
    """The expression with a symbol for each function, and what the symbols stand for."""
    functions = {sp.Dummy(): f for f in sorted(expr.atoms(sp.Function), key=sp.default_sort_key)}
    return expr.xreplace({f: symbol for symbol, f in functions.items()}), functions


@dataclass(frozen=True)
class Model:
    """A declared price: its inputs with units and domains, and one expression.

    Parameters
    ----------
    name : str
    title : str, in words
    inputs : tuple of Input, in the order of the signature
    price : function of the inputs' symbols (and `eta`) to a SymPy expression
    price_unit : Unit
    underlying : str, the input that delta differentiates by
    strike : str, the input that dual delta differentiates by
    forward : function of the symbols to the forward price
    settle : "linear" or "inverse"
    references : tuple of str
    """

    name: str
    title: str
    inputs: tuple[Input, ...]
    declared: Callable[..., Expr]
    price_unit: Unit
    underlying: str
    forward: Callable[..., Expr]
    settle: str
    references: tuple[str, ...]
    strike: str = "K"

    @cached_property
    def symbols(self) -> Mapping[str, Expr]:
        """Input name -> SymPy symbol; those that are positive say so."""
        return MappingProxyType(
            {i.name: sp.Symbol(i.name, positive=True if i.low == 0 else None, real=True) for i in self.inputs}
        )

    @cached_property
    def expr(self) -> Expr:
        """The price."""
        return self.declared(**self.symbols, eta=eta)

    @cached_property
    def forward_expr(self) -> Expr:
        """The forward price in terms of the inputs."""
        return self.forward(**self.symbols)

    def unit_of(self, name: str) -> Unit:
        """The unit of an input, by name."""
        return next(i.unit for i in self.inputs if i.name == name)

    @cached_property
    def kernel(self) -> Kernel:
        """What computes its Greeks: the printed kernel of a declared model, else one compiled now."""
        if MODELS.get(self.name) is self:
            return import_module("greekslab.kernels").KERNELS[self.name]  # type: ignore[no-any-return]
        from greekslab.codegen import compile_model

        return compile_model(self)

    def greek(self, name: GreekName | str) -> Formula:
        """A Greek as a formula that shows itself: `model("bsm").greek("vanna")`.

        Raises
        ------
        UnknownGreekError
            A name or synonym that this model has not, with the nearest it has.
        """
        from greekslab.derivation import formula

        return formula(self, name)

    def __getitem__(self, name: str) -> Formula:
        return self.greek(name)

    def _ipython_key_completions_(self) -> list[str]:
        from greekslab.greeks import names_of

        return list(names_of(self))

    def __repr__(self) -> str:
        return f"<Model {self.name}({', '.join(self.symbols)}): {self.title}>"

    def _repr_latex_(self) -> str:
        return self.greek("price")._repr_latex_()


_PRICE = Unit.of(quote=1, underlying=-1)
_STRIKE = Input("K", _PRICE, 0.0, True, "strike")
_YEARS = Input("T", Unit.of(yr=1), 0.0, False, "years to expiry, act/365")
_VOL = Input("sigma", Unit.of(vol=1), 0.0, False, "volatility, decimal", r"\sigma")
_RATE = Input("r", Unit.of(rate=1), meaning="interest rate, continuous")
_SPOT = Input("S", _PRICE, 0.0, True, "spot")
_FORWARD = Input("F", _PRICE, 0.0, True, "forward")
_ANY_FORWARD = Input("F", _PRICE, meaning="forward, of any sign")
_ANY_STRIKE = Input("K", _PRICE, meaning="strike, of any sign")
_NORMAL_VOL = Input(
    "sigma", _PRICE * Unit.of(vol=1), 0.0, False, "volatility in price units per root year", r"\sigma"
)
_YIELD = Input("q", Unit.of(rate=1), meaning="dividend or foreign yield, continuous")


def _black(X: Expr, K: Expr, T: Expr, sigma: Expr, r: Expr, q: Expr) -> Expr:
    """X D(q) Phi(eta d1) - K D(r) Phi(eta d2), signed: the price that all lognormal models share."""
    d = (X, K, T, sigma, r, q)
    return eta * (X * D(q, T) * Phi(eta * d1(*d)) - K * D(r, T) * Phi(eta * d2(*d)))


MODELS: Mapping[str, Model] = MappingProxyType(
    {
        m.name: m
        for m in (
            Model(
                "bsm",
                "Black-Scholes-Merton option on a spot price with a yield",
                (_SPOT, _STRIKE, _YEARS, _VOL, _RATE, _YIELD),
                lambda S, K, T, sigma, r, q, eta: _black(S, K, T, sigma, r, q),
                Unit.of(quote=1),
                "S",
                lambda S, K, T, sigma, r, q: S * D(q, T) / D(r, T),
                "linear",
                (
                    "Black and Scholes (1973), Journal of Political Economy 81(3), 637-654",
                    "Merton (1973), Bell Journal of Economics 4(1), 141-183",
                ),
            ),
            Model(
                "black76",
                "Black-76 option on a forward price",
                (_FORWARD, _STRIKE, _YEARS, _VOL, _RATE),
                lambda F, K, T, sigma, r, eta: D(r, T) * _black(F, K, T, sigma, 0, 0),
                Unit.of(quote=1),
                "F",
                lambda F, K, T, sigma, r: F,
                "linear",
                ("Black (1976), Journal of Financial Economics 3, 167-179",),
            ),
            Model(
                "inverse",
                "Coin-settled (inverse) option: Black-76 value at zero rate over the forward",
                (_FORWARD, _STRIKE, _YEARS, _VOL),
                lambda F, K, T, sigma, eta: _black(F, K, T, sigma, 0, 0) / F,
                Unit.of(underlying=1),
                "F",
                lambda F, K, T, sigma: F,
                "inverse",
                ("Alexander, Chen and Imeraj (2023), Mathematical Finance 33(4), 1005-1043",),
            ),
            Model(
                "bachelier",
                "Bachelier option on a forward price that moves by normal steps",
                (_ANY_FORWARD, _ANY_STRIKE, _YEARS, _NORMAL_VOL, _RATE),
                lambda F, K, T, sigma, r, eta: D(r, T) * NormalValue(eta, F, K, T, sigma),
                Unit.of(quote=1),
                "F",
                lambda F, K, T, sigma, r: F,
                "linear",
                ("Bachelier (1900), Annales scientifiques de l'ENS 17, 21-86",),
            ),
            Model(
                "cash_or_nothing",
                "Digital option that pays one unit of the quote currency in the money",
                (_SPOT, _STRIKE, _YEARS, _VOL, _RATE, _YIELD),
                lambda S, K, T, sigma, r, q, eta: D(r, T) * Phi(eta * d2(S, K, T, sigma, r, q)),
                Unit.of(quote=1),
                "S",
                lambda S, K, T, sigma, r, q: S * D(q, T) / D(r, T),
                "linear",
                ("Reiner and Rubinstein (1991), Risk 4(9), 75-83, unscrambling the binary code",),
            ),
            Model(
                "asset_or_nothing",
                "Digital option that pays one unit of the underlying in the money",
                (_SPOT, _STRIKE, _YEARS, _VOL, _RATE, _YIELD),
                lambda S, K, T, sigma, r, q, eta: S * D(q, T) * Phi(eta * d1(S, K, T, sigma, r, q)),
                Unit.of(quote=1),
                "S",
                lambda S, K, T, sigma, r, q: S * D(q, T) / D(r, T),
                "linear",
                ("Reiner and Rubinstein (1991), Risk 4(9), 75-83, unscrambling the binary code",),
            ),
        )
    }
)


def model(name: ModelName | str) -> Model:
    """The declared model of that name.

    Raises
    ------
    UnknownModelError
        With the nearest names, or all there are.
    """
    try:
        return MODELS[name]
    except KeyError:
        raise UnknownModelError(f"unknown model {name!r}{nearest(name, MODELS)}") from None


INPUTS: Mapping[str, Input] = MappingProxyType(
    {i.name: i for i in (_SPOT, _FORWARD, _STRIKE, _YEARS, _VOL, _RATE, _YIELD)}
)
"""The inputs that a price of one's own may take by their usual letters."""


def define(
    name: str,
    inputs: Sequence[Expr | tuple[Expr, Input]],
    price: Expr,
    *,
    underlying: str | None = None,
    strike: str = "K",
    unit: Unit | None = None,
    forward: Expr | None = None,
    title: str = "",
) -> Model:
    """A price of one's own: every Greek, unit, LaTeX form and kernel follows from the expression.

    Parameters
    ----------
    name : str, an identifier that no declared model has
    inputs : SymPy symbols with the usual letters (`INPUTS`), or pairs of a symbol and its own Input
    price : SymPy expression in these symbols, `eta` (+1 call, -1 put), and the functions of this module
    underlying : the input that delta differentiates by; the first one where absent
    strike : the input that dual delta differentiates by
    unit : of the price; the quote currency where absent
    forward : SymPy expression of the forward price; the underlying itself where absent
    title : str, in words

    Returns
    -------
    Model, taken by `greeks`, `derivative` and all else that takes a model's name

    Raises
    ------
    TypeError
        A price that is no SymPy expression: text is never evaluated.
    ValueError
        A name that is taken or no identifier, a symbol that is no input, a function that has no kernel.

    Examples
    --------
    A forward on the square of the price, whose gamma is 2 exp(sigma^2 T): Neuberger (1994).

    >>> S, T, sigma = sp.symbols("S T sigma", positive=True)
    >>> square = define("square", (S, T, sigma), S**2 * sp.exp(sigma**2 * T))
    >>> round(square.greek("gamma").evaluate(S=7.0, T=0.25, sigma=0.6), 6)  # 2 exp(0.09)
    2.188349
    """
    if not isinstance(price, sp.Expr):
        raise TypeError(f"the price of {name} must be a SymPy expression, not {type(price).__name__}")
    given = dict(_input_of(item) for item in inputs)
    for text in (name, *(i.name for i in given.values())):
        if not text.isidentifier() or iskeyword(text) or text.startswith("_"):
            raise ValueError(f"{text!r} cannot name a model or an input: use letters, digits and _")
    stray = price.free_symbols - set(given) - {eta}
    if name in MODELS:
        raise ValueError(f"{name!r} is declared already")
    if stray:
        raise ValueError(f"{min(stray, key=str)} is in the price of {name}, but no input of it")
    declared = tuple(given.values())
    first = underlying or declared[0].name
    level = next((symbol for symbol, i in given.items() if i.name == first), None)
    if level is None:
        raise ValueError(f"{name} has no input {first!r} to be its underlying")
    shape = {symbol: i.name for symbol, i in given.items()}

    def expressed(expr: Expr) -> Callable[..., Expr]:
        return lambda eta=None, **symbols: expr.xreplace({s: symbols[n] for s, n in shape.items()})

    made = Model(
        name, title or name, declared, expressed(price), unit or Unit.of(quote=1), first,
        expressed(level if forward is None else forward), "linear", ("defined by the user",), strike,
    )  # fmt: skip
    made.kernel  # noqa: B018  an expression without a kernel is refused now, not at first use
    return made


def _input_of(item: Any) -> tuple[Expr, Input]:
    """A symbol and its Input, from either way of saying it."""
    symbol, declared = item if isinstance(item, tuple) else (item, INPUTS.get(str(item)))
    if not isinstance(symbol, sp.Symbol):
        raise TypeError(f"an input must be a SymPy symbol, not {symbol!r}")
    if not isinstance(declared, Input):
        raise ValueError(f"{symbol} is none of {', '.join(INPUTS)}: give it as (symbol, Input(...))")
    return symbol, declared
