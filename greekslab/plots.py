"""Plots: a result in, Matplotlib axes out; units on the axes, the sign model in the title.

Figures are made without pyplot, so that nothing is shown twice or kept alive.
"""

from __future__ import annotations

from textwrap import fill
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, StrMethodFormatter

from greekslab.book import Book
from greekslab.exposure import Exposure, label_of
from greekslab.exposure import exposure as exposure_of
from greekslab.greeks import canonical
from greekslab.market import Market
from greekslab.profiles import Profile
from greekslab.profiles import profile as profile_of

__all__ = ["COLORS", "chain", "exposure", "figure", "profile"]

COLORS = {
    "long": "#0072B2",
    "short": "#D55E00",
    "spot": "#000000",
    "flip": "#009E73",
    "quiet": "#999999",
}
"""Okabe and Ito's palette: told apart by colour-blind readers, and in grey."""

_STYLE: dict[str, Any] = {"color": COLORS["quiet"], "linewidth": 0.6}


def figure(width: float = 7.0, height: float = 4.0) -> Figure:
    """An empty figure of this size in inches, laid out so that no label is cut."""
    return Figure(figsize=(width, height), layout="constrained", dpi=110)


def profile(result: Profile, ax: Axes | None = None) -> Axes:
    """A profile against spot: where the maker is long and short, the market's spot and the flip.

    Parameters
    ----------
    result : Profile
    ax : Axes to draw on; None makes a figure

    Returns
    -------
    Axes
    """
    ax = _axes(ax)
    ax.axhline(0, **_STYLE)
    ax.plot(result.spots, result.values, color=COLORS["long"], linewidth=1.8)
    for part, colour in ((result.values > 0, "long"), (result.values < 0, "short")):
        ax.fill_between(
            result.spots, result.values, 0, where=part, color=COLORS[colour], alpha=0.18, interpolate=True
        )
    right = not result.flip < result.spot
    ax.axvline(result.spot, color=COLORS["spot"], linestyle=":", linewidth=1.2)
    _flag(ax, result.spot, f"spot {result.spot:,.0f}", COLORS["spot"], 0.98, right=not right)
    if result.roots:
        ax.axvline(result.flip, color=COLORS["flip"], linestyle="--", linewidth=1.2)
        _flag(ax, result.flip, f"flip {result.flip:,.0f}", COLORS["flip"], 0.98, right=right)
    ax.set_title(f"{result.underlying} {result.greek}, {result.signs} ({result.rule})", fontsize=10)
    ax.set_xlabel(f"spot {result.underlying}")
    ax.set_ylabel(result.unit)
    ax.margins(x=0)
    below = [] if result.roots else [result.status]
    below += [f"partial: {result.partial}"] if result.partial else []
    if below:
        ax.annotate(
            "\n".join(_wrapped(line) for line in below),
            (0.01, -0.16),
            xycoords="axes fraction",
            va="top",
            fontsize=7,
        )
    return _plain_numbers(ax, price=True)


def exposure(cube: Exposure, greek: str, ax: Axes | None = None) -> Axes:
    """One Greek of a cube as bars along its only axis.

    Parameters
    ----------
    cube : Exposure with one axis
    greek : str
    ax : Axes to draw on; None makes a figure

    Returns
    -------
    Axes

    Raises
    ------
    ValueError
        A cube with no axis, or with several.
    """
    if len(cube.axes) != 1:
        raise ValueError(f"bars need a cube with one axis; this one has {', '.join(cube.axes) or 'none'}")
    ax = _axes(ax)
    (name, labels), values = next(iter(cube.axes.items())), cube[greek]
    colours = [COLORS["long"] if v >= 0 else COLORS["short"] for v in values]
    if name == "strike":
        gap = float(np.min(np.diff(labels))) if len(labels) > 1 else 1.0
        ax.bar(labels, values, width=0.9 * gap, color=colours)
    else:
        ax.bar(range(len(labels)), values, color=colours)
        words = [f"{x.item():%d %b %y}" if name == "expiry" else label_of(name, x) for x in labels]
        ax.set_xticks(range(len(labels)), words, rotation=30, ha="right", fontsize=8)
    ax.axhline(0, **_STYLE)
    ax.set_title(f"{canonical(greek)} by {name}, {cube.signs}", fontsize=10)
    ax.set_xlabel("" if name == "expiry" else name)
    ax.set_ylabel(cube.unit(greek))
    return _plain_numbers(ax, price=name == "strike")


def chain(market: Market, book: Book, *, signs: str = "calls_long_puts_short") -> Figure:
    """A chain's open interest on one page: gamma against spot, by strike and by expiry, vega by expiry.

    Parameters
    ----------
    market : Market
    book : Book of one underlying, quantities as open interest
    signs : the sign model

    Returns
    -------
    Figure
    """
    page = figure(11.0, 7.5)
    (top, strikes), (gamma, vega) = page.subplots(2, 2)
    result = profile_of(book, market, "gamma", signs=signs)
    profile(result, top)
    by_strike = exposure_of(book, market, "gamma_usd_1pct", by="strike", signs=signs)
    exposure(by_strike, "gamma_usd_1pct", strikes)
    strikes.axvline(result.spot, color=COLORS["spot"], linestyle=":", linewidth=1.2)
    strikes.set_xlim(result.spots[0], result.spots[-1])
    by_expiry = exposure_of(book, market, ["gamma_usd_1pct", "vega_pt"], by="expiry", signs=signs)
    exposure(by_expiry, "gamma_usd_1pct", gamma)
    exposure(by_expiry, "vega_pt", vega)
    asof = str(market.asof.astype("datetime64[m]")).replace("T", " ")
    page.suptitle(
        f"{result.underlying} {result.spot:,.0f}, {asof} UTC: dealers' exposure if {signs}", fontsize=12
    )
    return page


def _axes(ax: Axes | None) -> Axes:
    return figure().subplots() if ax is None else ax


def _flag(ax: Axes, x: float, text: str, colour: str, height: float, *, right: bool) -> None:
    """A word beside a vertical line."""
    ax.annotate(
        text,
        (x, height),
        xycoords=("data", "axes fraction"),
        xytext=(4 if right else -4, 0),
        textcoords="offset points",
        ha="left" if right else "right",
        va="top",
        color=colour,
        fontsize=9,
    )


def _wrapped(text: str, width: int = 95) -> str:
    return fill(text, width)


def _short(value: float, _: object = None) -> str:
    """12,300,000 as 12.3M: what a tick label has room for."""
    for size, letter in ((1e9, "B"), (1e6, "M"), (1e3, "k")):
        if abs(value) >= size:
            return f"{value / size:,.4g}{letter}"
    return f"{value:.4g}"


def _plain_numbers(ax: Axes, *, price: bool) -> Axes:
    ax.yaxis.set_major_formatter(FuncFormatter(_short))
    if price:
        ax.xaxis.set_major_formatter(StrMethodFormatter("{x:,.6g}"))
    ax.spines[["top", "right"]].set_visible(False)
    ax.tick_params(labelsize=8)
    return ax
