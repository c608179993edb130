"""Widgets: move an assumption, see what follows.

A view-model is a frozen dataclass of what the controls say; its numbers, words and code are pure functions
of that, every number the engine's. `Lines` is its drawing, plain values still. `Panel` is thin: controls, one
picture that is drawn over, words below it. Most tests need the first only; a new widget is a view-model and
the few lines that make its panel.
"""

from __future__ import annotations

import html
import struct
import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from io import BytesIO
from typing import Any, Protocol

import ipywidgets as ui
import numpy as np
from numpy.typing import NDArray
from traitlets import Unicode

from greekslab import plots
from greekslab.book import Book
from greekslab.exposure import SIGNS, label_of, number_text
from greekslab.market import Market
from greekslab.profiles import Profile, profile

__all__ = ["SIDES", "DealerSign", "HedgeFlow", "Panel", "Parts", "Side", "dealer_sign", "hedge_flow"]

Floats = NDArray[np.float64]
Expiries = tuple[np.datetime64, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Lines:
    """A drawing of one curve, as plain values.

    Parameters
    ----------
    title : str, what is assumed
    x, y : float arrays, shape (n,)
    tone : float array, shape (n,); blue where it is > 0, orange where < 0
    point : the place on the curve that the numbers are about
    marks : (x, text) of vertical lines that move with the curve
    labels : of x and of y, with units
    notes : what blue, orange and grey stand for
    others : curves to compare with, in grey
    rests : (x, text) of vertical lines that stay
    """

    title: str
    x: Floats
    y: Floats
    tone: Floats
    point: tuple[float, float]
    marks: tuple[tuple[float, str], ...]
    labels: tuple[str, str]
    notes: tuple[str, str, str]
    others: tuple[Floats, ...]
    rests: tuple[tuple[float, str], ...]

    @property
    def behind(self) -> tuple[Any, ...]:
        """What the background is made from. It has the height of the highest curve: one scale for all."""
        return (self.labels, self.notes, self.rests, np.array([self.x, *self.others]).tobytes())

    @property
    def body(self) -> tuple[Any, ...]:
        """What is drawn over it, but for the point."""
        return (self.title, self.marks, self.y.tobytes())


class View(Protocol):
    """What a panel shows for one setting of its controls."""

    @property
    def lines(self) -> Lines:
        """The drawing."""

    @property
    def words(self) -> tuple[str, ...]:
        """The numbers in sentences; the first serves as the picture's description."""

    def code(self, source: str) -> str:
        """Python that prints these numbers; `source` makes `market` and `book`."""


@dataclass(frozen=True, slots=True)
class Side:
    """An assumption about the dealers' side of the open interest.

    Parameters
    ----------
    name : str; one of the engine's sign models, or a new one
    words : str, for menu and title
    call, put : float, +1 where dealers are long
    """

    name: str
    words: str
    call: float
    put: float

    def signs(self, book: Book) -> str | Floats:
        """What the engine takes as `signs`."""
        return self.name if self.name in SIGNS else np.where(book["right"] > 0, self.call, self.put)

    @property
    def code(self) -> str:
        """The same as Python."""
        if self.name in SIGNS:
            return f'"{self.name}"'
        return f'np.where(book["right"] > 0, {self.call:g}, {self.put:g})'


SIDES = (
    Side("calls_long_puts_short", "long calls, short puts", 1.0, -1.0),
    Side("calls_short_puts_long", "short calls, long puts", -1.0, 1.0),
    Side("short_both", "short calls, short puts", -1.0, -1.0),
    Side("long_both", "long calls, long puts", 1.0, 1.0),
)
"""The four corners; the first is the habit of index desks. None of them is observed."""


@dataclass(frozen=True, slots=True, eq=False)
class Parts:
    """A Greek of open interest along spot, apart by expiry and right: what every assumption adds up.

    The engine prices each part once. A change of sides or of expiry is then a weighted sum of rows, and one
    engine call on the few spots between which the sum changes sign gives the exact roots. Totals are kept.

    Parameters
    ----------
    book, market, greek : as `profile` takes them
    reach, steps : spot runs from (1 - reach) to (1 + reach) times today's, in so many steps to each side
    """

    book: Book
    market: Market
    greek: str
    reach: float
    steps: int
    whole: Profile = field(init=False)
    spots: Floats = field(init=False)
    expiries: Expiries = field(init=False)
    values: Floats = field(init=False, repr=False)
    _totals: dict[tuple[Side, Expiries], Profile] = field(init=False, repr=False, default_factory=dict)

    def __post_init__(self) -> None:
        whole = profile(self.book, self.market, self.greek, signs="long_both")
        spots = whole.spot * np.linspace(1 - self.reach, 1 + self.reach, 2 * self.steps + 1)
        expiries = tuple(np.unique(self.book["expiry"]))
        values = np.array([[self._alone(expiry, right, spots) for right in (1, -1)] for expiry in expiries])
        made = {"whole": whole, "spots": spots, "expiries": expiries, "values": values}
        for name, value in made.items():
            object.__setattr__(self, name, value)

    def _alone(self, expiry: np.datetime64, right: int, spots: Floats) -> Floats:
        part = self.book.where((self.book["expiry"] == expiry) & (self.book["right"] == right))
        if not len(part):
            return np.zeros(len(spots))
        return profile(part, self.market, self.greek, spots, signs="long_both").values

    def index(self, percent: float) -> int:
        """The row of `spots` that is this far from today's spot."""
        return self.steps + round(percent / (100 * self.reach) * self.steps)

    def curve(self, side: Side, expiries: Expiries) -> Floats:
        """The total of some expiries under an assumption, at each of the spots."""
        rows = self.values[np.isin(self.expiries, expiries)]
        return np.asarray(np.einsum("r,erx->x", (side.call, side.put), rows))

    def total(self, side: Side, expiries: Expiries) -> Profile:
        """The same with its roots and its status, as `profile` gives them."""
        if (side, expiries) not in self._totals:
            book = self.book.where(np.isin(self.book["expiry"], expiries))
            values = self.curve(side, expiries)
            turns = np.flatnonzero(values[:-1] * values[1:] <= 0)
            knots = np.unique([0, *turns, *(turns + 1), np.argmax(np.abs(values)), len(values) - 1])
            exact = profile(book, self.market, self.greek, self.spots[knots], signs=side.signs(book))
            self._totals[side, expiries] = replace(exact, spots=self.spots, values=values)
        return self._totals[side, expiries]

    def when(self, expiries: Expiries) -> str:
        """Some expiries in words."""
        return "all expiries" if expiries == self.expiries else label_of("expiry", *expiries)

    def code(self, side: Side, expiries: Expiries, source: str) -> str:
        """Python that ends with `result`, this total."""
        only = [f'book = book.where(book["expiry"] == np.datetime64("{one}"))' for one in expiries]
        ends = f"{1 - self.reach}, {1 + self.reach}, {len(self.spots)}"
        lines = [
            "import numpy as np",
            "import greekslab as gl",
            "",
            source,
            *(only if expiries != self.expiries else []),
            f'spots = market.spot_of("{self.whole.underlying}") * np.linspace({ends})',
            f'result = gl.profile(book, market, "{self.greek}", spots, signs={side.code})',
        ]
        return "\n".join(lines)


@dataclass(frozen=True, slots=True, eq=False)
class DealerSign:
    """Gamma against spot under one assumption about the dealers' side.

    Parameters
    ----------
    parts : Parts of gamma
    side : Side
    expiries : those looked at, one or all
    move : float, how far the spot looked at is from today's   [percent]
    """

    parts: Parts
    side: Side
    expiries: Expiries
    move: float

    @property
    def total(self) -> Profile:
        """The whole curve, its roots and its status."""
        return self.parts.total(self.side, self.expiries)

    @property
    def spot(self) -> float:
        """The spot looked at   [quote per underlying]."""
        return float(self.parts.spots[self.parts.index(self.move)])

    @property
    def gamma(self) -> float:
        """Dollars of delta to trade per 1 %, at that spot."""
        return float(self.total.values[self.parts.index(self.move)])

    @property
    def lines(self) -> Lines:
        """The curve, the flip and today's spot."""
        found, money = self.total, self.parts.market.currency
        return Lines(
            title=f"Gamma of {self.parts.when(self.expiries)}, if dealers are {self.side.words}",
            x=found.spots,
            y=found.values,
            tone=found.values,
            point=(self.spot, self.gamma),
            marks=((found.flip, f"flip {number_text(found.flip)}"),) if found.roots else (),
            labels=(f"spot of {found.underlying}   [{money}]", f"gamma   [{found.unit}]"),
            notes=("blue: hedging damps the move", "orange: hedging adds to it", _GREY),
            others=tuple(self.parts.curve(side, self.expiries) for side in SIDES),
            rests=((found.spot, f"today {number_text(found.spot)}"),),
        )

    @property
    def words(self) -> tuple[str, ...]:
        """What dealers of that side do at that spot; where the sign turns; what the chain leaves out."""
        found, gamma = self.total, self.gamma
        damps = "dealers buy dips and sell rallies, which damps the move"
        adds = "dealers sell dips and buy rallies, which amplifies the move"
        effect = damps if gamma > 0 else adds if gamma else "nothing to trade"
        here = f"{found.underlying} at {number_text(self.spot)} ({self.move:+.1f} %)"
        turns = f"{found.status[0].upper()}{found.status[1:]}."
        if found.roots:
            away = 100 * (found.flip / found.spot - 1)
            turns = f"Flip at {number_text(found.flip)}, {away:+.1f} % from today's spot."
        if len(found.roots) > 1:
            turns += f" The nearest of {len(found.roots)}: {', '.join(map(number_text, found.roots))}."
        partial = [f"Partial chain: {found.partial}."] if found.partial else []
        return (f"{here}: gamma {_short(gamma)} {found.unit}; {effect}.", turns, *partial)

    def code(self, source: str) -> str:
        """The curve, the flip and the number at the spot looked at."""
        at = self.parts.index(self.move)
        show = f'print(f"at {{spots[{at}]:,.2f}}: {{result.values[{at}]:,.0f}} {{result.unit}}")'
        return f"{self.parts.code(self.side, self.expiries, source)}\nprint(result)\n{show}\n"


def dealer_sign(book: Book, market: Market, *, source: str = "") -> Panel:
    """A widget: the same open interest under each assumption about the dealers' side of it.

    Parameters
    ----------
    book : Book of one underlying, quantities as open interest
    market : Market
    source : the Python that made `market` and `book`, for the code that the panel prints

    Returns
    -------
    Panel; its controls are `signs`, `expiry` and `move`
    """
    parts = Parts(book, market, "gamma", reach=0.2, steps=80)
    choices = (parts.expiries, *((expiry,) for expiry in parts.expiries))
    controls = {
        "signs": _sides(),
        "expiry": _stops("Expiries", {parts.when(some): some for some in choices}),
        "move": _slider("Spot looked at, %", 20.0),
    }
    return Panel(controls, lambda signs, expiry, move: DealerSign(parts, signs, expiry, move), source=source)


@dataclass(frozen=True, slots=True, eq=False)
class HedgeFlow:
    """What dealers trade to stay hedged while spot moves, under one assumption about their side.

    Parameters
    ----------
    parts : Parts of delta_usd
    side : Side
    move : float, the move of spot   [percent]
    """

    parts: Parts
    side: Side
    move: float

    def trades(self, side: Side) -> Floats:
        """Dollars to buy (> 0) or sell by the time spot is there, at that price."""
        coins = self.parts.curve(side, self.parts.expiries) / self.parts.spots
        return np.asarray((coins[self.parts.index(0.0)] - coins) * self.parts.spots)

    @property
    def trade(self) -> float:
        """Dollars to buy (> 0) or sell after this move."""
        return float(self.trades(self.side)[self.parts.index(self.move)])

    @property
    def lines(self) -> Lines:
        """Dollars traded against the move."""
        whole = self.parts.whole
        moves, trades = 100 * (self.parts.spots / whole.spot - 1), self.trades(self.side)
        money = f"{self.parts.market.currency} of {whole.underlying}"
        return Lines(
            title=f"What dealers trade to stay hedged, if they are {self.side.words}",
            x=moves,
            y=trades,
            tone=-trades * moves,
            point=(self.move, self.trade),
            marks=(),
            labels=(f"move of {whole.underlying} spot   [%]", f"bought (+), sold (−)   [{money}]"),
            notes=("blue: against the move, it damps", "orange: with it, it amplifies", _GREY),
            others=tuple(self.trades(side) for side in SIDES),
            rests=((0.0, "today"),),
        )

    @property
    def words(self) -> tuple[str, ...]:
        """Who trades how much, and which way that pushes."""
        whole, trade = self.parts.whole, self.trade
        there = number_text(self.parts.spots[self.parts.index(self.move)])
        here = f"{whole.underlying} to {there} ({self.move:+.1f} %)"
        if not trade:
            return (f"{here}: nothing to trade.",)
        way = "against the move: it damps" if trade * self.move < 0 else "with the move: it amplifies"
        money = f"{_short(abs(trade))} {self.parts.market.currency} of {whole.underlying}"
        return (f"{here}: dealers {'buy' if trade > 0 else 'sell'} {money}, {way}.",)

    def code(self, source: str) -> str:
        """The delta along spot, and the difference that has to be traded."""
        made = self.parts.code(self.side, self.parts.expiries, source)
        at, zero = self.parts.index(self.move), self.parts.index(0.0)
        trade = f"trade = (coins[{zero}] - coins[{at}]) * spots[{at}]"
        show = 'print(f"{trade:,.0f} to buy (> 0) or sell")'
        return f"{made}\ncoins = result.values / spots\n{trade}\n{show}\n"


def hedge_flow(book: Book, market: Market, *, source: str = "") -> Panel:
    """A widget: what dealers must trade while spot moves, and whether that pushes back.

    Parameters
    ----------
    book, market, source : as `dealer_sign`

    Returns
    -------
    Panel; its controls are `signs` and `move`
    """
    parts = Parts(book, market, "delta_usd", reach=0.1, steps=40)
    controls = {"signs": _sides(), "move": _slider("Spot moves, %", 10.0, 2.0)}
    return Panel(controls, lambda signs, move: HedgeFlow(parts, signs, move), source=source)


_GREY = "grey: the other assumptions"
_WORDS, _LETTERS = (" billion", " million", " thousand", ""), ("B", "M", "k", "")


def _sides() -> Any:
    return _buttons("Dealers are", {side.words: side for side in SIDES})


def _short(value: float, names: Sequence[str] = _WORDS) -> str:
    """12,340,000 as 12.3 million, or with `_LETTERS` as 12.3M."""
    sizes = zip((1e9, 1e6, 1e3, 0.0), names, strict=True)
    size, name = next((size, name) for size, name in sizes if abs(value) >= size)
    return f"{value / (size or 1):,.3g}{name}"


WIDTH, HEIGHT, DPI = 720, 400, 200
"""Of a picture: CSS pixels, a hundred to Matplotlib's inch; it is drawn with twice as many."""
_WIDE = {"description_width": "130px"}


def _size(width: int, height: int | None = None) -> Any:
    return ui.Layout(width=f"{width}px", **({} if height is None else {"height": f"{height}px"}))


def _buttons(label: str, options: Mapping[str, Any]) -> Any:
    """A choice that shows all there is. Buttons, for JupyterLab keeps the arrow keys from a menu."""
    items, layout, style = list(options.items()), _size(WIDTH), {"button_width": "174px"}
    return ui.ToggleButtons(options=items, index=0, description=label, layout=layout, style=style)


def _stops(label: str, options: Mapping[str, Any]) -> Any:
    """A choice in an order, to go through from end to end."""
    items, layout = list(options.items()), _size(WIDTH)
    return ui.SelectionSlider(options=items, index=0, description=label, layout=layout, style=_WIDE)


def _slider(label: str, reach: float, start: float = 0.0) -> Any:
    """A number in percent, from -reach to reach."""
    ends = {"min": -reach, "max": reach, "step": 0.5, "readout_format": "+.1f"}
    return ui.FloatSlider(start, description=label, layout=_size(WIDTH), style=_WIDE, **ends)


class Panel:
    """Controls, a picture and its numbers in words.

    Each control is an attribute by its name (`panel.move.value = 5`); `panel.seen` is the view that is shown.
    Where a view cannot be made the picture turns blank, the words say why, and the error goes on.

    Parameters
    ----------
    controls : name -> ipywidget with a value, at most three
    view : function of the controls' values, by name, to a View
    source : the Python that made what the view is of, for `code()`
    """

    def __init__(self, controls: Mapping[str, Any], view: Callable[..., View], *, source: str = "") -> None:
        self._view = view
        self._source = source or "# market, book: as they were given to this panel"
        self._canvas = _Canvas()
        self.controls = controls
        self.image = ui.Image(format="png", layout=_size(WIDTH, HEIGHT))
        # With a tooltip, the page's side of an image asks for a description too, and fails without.
        self.image.add_traits(description=Unicode("").tag(sync=True))
        self.words = ui.HTML(layout=_size(WIDTH, 96))
        self.show_code = ui.ToggleButton(description="Code for what I see", icon="code", layout=_size(200))
        self.listing = ui.HTML(layout=ui.Layout(width=f"{WIDTH}px", display="none"))
        self.box = ui.VBox([*controls.values(), self.image, self.words, self.show_code, self.listing])
        self.seen: View | None = None
        for control in (*controls.values(), self.show_code):
            control.observe(self._refresh, "value")
        self._refresh()

    def __getattr__(self, name: str) -> Any:
        if name in self.__dict__.get("controls", {}):
            return self.controls[name]
        raise AttributeError(f"the panel has no control {name!r}")

    def code(self) -> str:
        """Python that gives the numbers shown now; empty where none are shown."""
        return "" if self.seen is None else self.seen.code(self._source)

    def _refresh(self, _change: object = None) -> None:
        """Numbers first, then the picture; neither is ever older than the controls."""
        try:
            seen = self._view(**{name: control.value for name, control in self.controls.items()})
            self.words.value = _paragraphs(seen.words)
            self._draw(self._canvas.png(seen.lines), seen.words[0])
            self.seen = seen
        except Exception as error:
            self.seen = None
            self.words.value = _paragraphs((f"No picture: {type(error).__name__}: {error}",), role="alert")
            self._draw(self._canvas.blank(), "no picture")
            raise
        finally:
            self.listing.layout.display = "block" if self.show_code.value else "none"
            self.listing.value = f"<pre>{html.escape(self.code())}</pre>" if self.show_code.value else ""

    def _draw(self, png: bytes, text: str) -> None:
        """Picture and description in one message: each message makes the page load the picture anew."""
        with self.image.hold_sync():
            self.image.value, self.image.tooltip = png, text

    def _repr_mimebundle_(self, **kwargs: Any) -> Any:
        """The widget; and for a page where nothing runs, its picture and its words."""
        words = self.seen.words if self.seen else ("no picture",)
        still = {"text/plain": "\n".join(words), "image/png": bytes(self.image.value)}
        return self.box._repr_mimebundle_(**kwargs) | still, {"image/png": {"width": WIDTH}}


def _paragraphs(words: Sequence[str], role: str = "status") -> str:
    """The words as HTML, read out when they change."""
    inner = "".join(f'<div style="line-height:1.35">{html.escape(line)}</div>' for line in words)
    return f'<div role="{role}" aria-live="polite">{inner}</div>'


class _Canvas:
    """One figure for a panel's life, in layers: background, body, point. A layer is drawn where it changed.

    Text is what costs: a background takes ten times as long as a point. The renderer is the one that
    Matplotlib hands out with the draw event of a first, empty drawing.
    """

    def __init__(self) -> None:
        self._figure = plots.figure(WIDTH / 100, HEIGHT / 100)
        self._figure.set(layout_engine="none", dpi=DPI)
        self._axes = ax = self._figure.add_axes((0.1, 0.125, 0.87, 0.735))
        ax.spines[["top", "right"]].set_visible(False)
        ax.tick_params(labelsize=8)
        ax.xaxis.set_major_formatter(lambda value, _: f"{value:,.6g}".replace("-", "−"))
        ax.yaxis.set_major_formatter(lambda value, _: _short(value, _LETTERS).replace("-", "−"))
        self._figure.canvas.mpl_connect("draw_event", self._keep)
        self._figure.savefig(BytesIO(), format="raw", dpi=DPI)
        self._moving = _artists(ax)
        self._staying: list[Any] = []
        self._behind = self._body = ()

    def _keep(self, event: Any) -> None:
        self._renderer, self._background = event.renderer, event.renderer.copy_from_bbox(self._figure.bbox)

    def png(self, lines: Lines) -> bytes:
        """The drawing, as a PNG file."""
        renderer = self._renderer
        if lines.behind != self._behind:
            self._behind = self._body = ()
            self._set_behind(lines)
            renderer.clear()
            self._figure.draw(renderer)
            self._behind = lines.behind
        if lines.body != self._body:
            renderer.restore_region(self._background)
            for artist in self._set_body(lines):
                artist.draw(renderer)
            self._frame, self._body = renderer.copy_from_bbox(self._figure.bbox), lines.body
        renderer.restore_region(self._frame)
        self._moving["point"].set_data([lines.point[0]], [lines.point[1]])
        self._moving["point"].draw(renderer)
        return _png(np.asarray(renderer.buffer_rgba()))

    def blank(self) -> bytes:
        """A grey area: there is nothing to show."""
        return _png(np.full((HEIGHT, WIDTH, 4), (225, 225, 225, 255), np.uint8))

    def _set_behind(self, lines: Lines) -> None:
        for artist in self._staying:
            artist.remove()
        ax, colours = self._axes, plots.COLORS
        top = 1.12 * float(np.max(np.abs(lines.others))) or 1.0
        ax.set(xlim=lines.x[[0, -1]], ylim=(-top, top), xlabel=lines.labels[0], ylabel=lines.labels[1])
        staying: list[Any] = [ax.axhline(0, color=colours["quiet"], linewidth=0.6)]
        staying += ax.plot(lines.x, np.transpose(lines.others), color=colours["quiet"], linewidth=0.8)
        for x, text in lines.rests:
            staying.append(ax.axvline(x, color="black", linestyle=":", linewidth=1))
            staying.append(ax.text(x, -0.98 * top, f"{text} ", fontsize=8, va="bottom", ha="right"))
        for x, text, tone in zip((0.1, 0.4, 0.7), lines.notes, ("long", "short", "quiet"), strict=True):
            staying.append(self._figure.text(x, 0.885, text, color=colours[tone], fontsize=8.5))
        self._staying = staying

    def _set_body(self, lines: Lines) -> list[Any]:
        moving = self._moving
        for tone, sign in (("long", 1), ("short", -1)):
            height = np.where(sign * lines.tone > 0, lines.y, 0.0)
            moving[tone].set_xy(np.column_stack([[*lines.x, *lines.x[::-1]], [*height, *(0 * height)]]))
        moving["curve"].set_data(lines.x, lines.y)
        moving["title"].set_text(lines.title)
        shown = [moving[name] for name in ("long", "short", "curve", "title")]
        for x, text in lines.marks[:1]:
            near_the_end = x > 0.15 * lines.x[0] + 0.85 * lines.x[-1]
            moving["mark"].set_xdata([x, x])
            moving["label"].set(x=x, text=f" {text} ", ha="right" if near_the_end else "left")
            shown += [moving["mark"], moving["label"]]
        return shown


def _artists(ax: Any) -> dict[str, Any]:
    """What moves, made once."""
    colours, area = plots.COLORS, {"animated": True, "alpha": 0.25, "linewidth": 0}
    text = {"animated": True, "transform": ax.get_xaxis_transform(), "va": "top", "fontsize": 9}
    point = {"marker": "o", "markersize": 8, "markeredgecolor": "white", "clip_on": False}
    return {
        "long": ax.fill([0], [0], color=colours["long"], **area)[0],
        "short": ax.fill([0], [0], color=colours["short"], **area)[0],
        "curve": ax.plot([], [], color="black", linewidth=2, animated=True)[0],
        "mark": ax.axvline(0, color=colours["flip"], linestyle="--", linewidth=1.4, animated=True),
        "label": ax.text(0, 0.99, "", color=colours["flip"], **text),
        "point": ax.plot([], [], color="black", animated=True, **point)[0],
        "title": ax.figure.text(0.1, 0.945, "", fontsize=11, fontweight="bold", animated=True),
    }


def _png(pixels: NDArray[np.uint8]) -> bytes:
    """Pixels as a PNG file: quick rather than small, and the same bytes for the same pixels."""
    height, width, _ = pixels.shape
    rows = np.zeros((height, 1 + 4 * width), np.uint8)
    rows[:, 1:] = pixels.reshape(height, -1)
    head = struct.pack(">IIBBBBB", width, height, 8, 6, 0, 0, 0)
    chunks = ((b"IHDR", head), (b"IDAT", zlib.compress(rows.data, 1)), (b"IEND", b""))
    packed = (struct.pack(">I", len(d)) + t + d + struct.pack(">I", zlib.crc32(t + d)) for t, d in chunks)
    return b"\x89PNG\r\n\x1a\n" + b"".join(packed)
