"""What an entry of the glossary is, how its file is read and refused, and how it shows itself.

An entry is `glossary/<slug>.md`: TOML front matter between `+++` lines, inside an HTML comment so that a
page shows the text alone, then Markdown. Formulas, units and numbers are requests to the engine
(`grammar`): the answer stands in the text and the request in a comment behind it. So reading an entry
needs no engine, and no SymPy.
"""

from __future__ import annotations

import datetime
import html
import re
import textwrap
import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import MISSING, dataclass, field, fields, replace
from functools import partial
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from greekslab.greeks import GREEKS, Greek

if TYPE_CHECKING:
    from pathlib import Path

__all__ = [
    "RELATIONS",
    "REQUEST",
    "SECTIONS",
    "GlossaryError",
    "Term",
    "as_markdown",
    "as_text",
    "fault",
    "read_entry",
    "seen",
    "split",
    "spoken",
]

LARGEST = 64_000
"""Bytes of an entry."""
SECTIONS = (
    "Meaning",
    "Formula",
    "Intuition",
    "Worked number",
    "Picture",
    "Who uses it",
    "Pitfalls",
    "Aspects",
    "Try it",
    "References",
)
"""The sections of a body, in order."""
RELATIONS: Mapping[str, str] = MappingProxyType(
    {
        "derivative-of": "Derivative of",
        "aggregates-to": "Adds up to",
        "hedged-by": "Hedged by",
        "measured-by": "Measured by",
        "confused-with": "Confused with",
        "part-of": "Part of",
        "see": "See",
    }
)
"""Relation -> how it reads."""


class GlossaryError(ValueError):
    """An entry that cannot be used: names the file, the field and the value."""


# -- the schema: a field of the front matter is a field of a class -----------------------------------------


@dataclass(frozen=True, slots=True)
class FormulaRow:
    """What is asked of the engine (`bsm vanna`), and the desk unit it is also shown in."""

    id: str
    of: str
    shown: str = ""


@dataclass(frozen=True, slots=True)
class Fact:
    """A statement in words, and as a claim that a test samples."""

    id: str
    says: str
    holds: str


@dataclass(frozen=True, slots=True)
class Example:
    """A Greek at a named parameter set; what independent arithmetic may differ by, relatively."""

    set: str
    of: str
    tolerance: float


@dataclass(frozen=True, slots=True)
class Pitfall:
    """A wrong statement that is heard, the claim that refutes it, its number in the course's list."""

    claim: str
    check: str
    misconception: str = ""


@dataclass(frozen=True, slots=True)
class Related:
    """Another entry, and what this one is to it."""

    slug: str
    relation: str


@dataclass(frozen=True, slots=True)
class Aspect:
    """One question that an area answers, and the heading of the answer."""

    name: str
    section: str


@dataclass(frozen=True, slots=True)
class Confusion:
    """An entry that this one is taken for, and why it is another."""

    slug: str
    why: str


@dataclass(frozen=True, slots=True, repr=False)
class Term:
    """One entry: its front matter, and its body as `sections`: heading -> Markdown, "" for what is above."""

    slug: str
    term: str
    kind: str
    category: str
    gloss: str
    status: str
    author: str
    date_published: datetime.date
    date_modified: datetime.date
    parents: tuple[str, ...]
    references: tuple[str, ...]
    symbol: str = ""
    unit: str = ""
    synonyms: tuple[str, ...] = ()
    not_to_be_confused: tuple[Confusion, ...] = ()
    formula: tuple[FormulaRow, ...] = ()
    fact: tuple[Fact, ...] = ()
    example: tuple[Example, ...] = ()
    pitfall: tuple[Pitfall, ...] = ()
    related: tuple[Related, ...] = ()
    aspect: tuple[Aspect, ...] = ()
    notebooks: Mapping[str, str] = field(default_factory=dict)
    sections: Mapping[str, str] = field(default_factory=dict)

    @property
    def greek(self) -> Greek | None:
        """The row of the engine's table that this entry is about."""
        return GREEKS.get(self.slug.replace("-", "_"))

    @property
    def also(self) -> tuple[str, ...]:
        """Its other names: the engine's, then those that are only spoken."""
        return (*map(_spelled, self.greek.aliases if self.greek else ()), *self.synonyms)

    @property
    def names(self) -> tuple[str, ...]:
        """Every name that finds it."""
        return (self.term, self.slug, *self.also)

    def __repr__(self) -> str:
        return as_text(self)

    def _repr_markdown_(self) -> str:
        return as_markdown(self)


def _spelled(alias: str) -> str:
    """An engine alias as it is written: DvegaDspot, delta decay."""
    rate = re.fullmatch(r"d(\w+)d(spot|vol|time|rate)", alias)
    return f"D{rate[1]}D{rate[2]}" if rate else alias.replace("_", " ")


_WORDS: Mapping[str, str] = MappingProxyType(
    {
        "kind": "area term definition",
        "status": "draft reviewed",
        "relation": " ".join(RELATIONS),
        "name": "Exposure Adjustment Algorithm Calculation Application Analysis Risk Strategy Context "
        "Mitigation Assumption Capital Control",
        "category": "greeks-1 greeks-2 greeks-3 greeks-methods pricing volatility exposure microstructure "
        "market-making hedging execution perpetuals-futures defi-capital-outflows scenario-risk reference",
    }
)
"""Field -> the words that it may hold; `name` is that of an aspect."""
_SHAPES: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "slug": (r"[a-z0-9]+(-[a-z0-9]+)*", "must be small letters, digits and hyphens"),
        "gloss": (r".{1,160}", "must be one line of at most 160 characters"),
        "references": (r".+\(\d{4}\).+", "must name its author and, in brackets, its year"),
        "misconception": (r"M\d{1,2}", "must be M and a number"),
        "notebooks": (
            r"\.\./notebooks/\d\d_\w+\.ipynb(#[\w-]+)?",
            "must be a notebook, ../notebooks/09_name.ipynb",
        ),
    }
)
"""Field -> what its text looks like, as a pattern and in words."""
_HOSTILE = (
    (r"[^\n\x20-\x7e\xa0-\u200a\u2010-\u2027\u2030-\u205f\u2070-\ud7ff\U0001d400-\U0001d7ff]", "a character"),
    (r"<[A-Za-z/!?][^\n]*", "HTML"),
    (r"\{\{.*", "braces"),
    (r"(?m)^\s*\[[^\]\n]*\]:.*", "a link by reference"),
    (
        r"\]\((?![a-z0-9-]+\.md(#[\w-]+)?\)|\.\./notebooks/\d\d_\w+\.ipynb(#[\w-]+)?\))[^\n]*",
        "a link to elsewhere",
    ),
)
"""What no entry holds: control, direction and invisible characters, HTML, links elsewhere."""


def fault(file: str, where: str, value: object, why: str) -> GlossaryError:
    """The error that names all three; a long value is cut."""
    shown = repr(value)
    return GlossaryError(f"{file}: {where}: {shown if len(shown) <= 60 else shown[:57] + '...'}: {why}")


def _safe(file: str, where: str, text: str) -> None:
    for pattern, what in _HOSTILE:
        found = re.search(pattern, text)
        if found:
            raise fault(file, where, found[0], f"{what} that no entry may hold")


def _build(kind: Callable[..., Any], file: str, where: str, table: Any) -> Any:
    """One object of the schema from one table of the front matter; every fault is named."""
    if not isinstance(table, dict):
        raise fault(file, where.rstrip("."), table, "must be a table")
    known = {f.name: f for f in fields(kind) if f.name != "sections"}  # type: ignore[arg-type]
    for name in table:
        if name not in known:
            raise fault(file, where + name, table[name], f"unknown field; there are {', '.join(known)}")
    for name, f in known.items():
        if name not in table and f.default is MISSING and f.default_factory is MISSING:
            raise fault(file, where + name, None, "is missing")
    read = {name: _READERS[str(known[name].type)] for name in table}
    return kind(**{name: read[name](file, where + name, value) for name, value in table.items()})


def _text(file: str, where: str, value: Any) -> str:
    """A line of text, of the shape and among the words of its field."""
    if not isinstance(value, str) or not re.fullmatch(r"\S(.{0,398}\S)?", value):
        raise fault(file, where, value, "must be a line of 1 to 400 characters")
    _safe(file, where, value)
    name = re.sub(r"\[\d+\]", "", where).rpartition(".")[2]
    if name in _WORDS and value not in _WORDS[name].split():
        raise fault(file, where, value, f"must be one of {', '.join(_WORDS[name].split())}")
    if name in _SHAPES and not re.fullmatch(_SHAPES[name][0], value):
        raise fault(file, where, value, _SHAPES[name][1])
    return value


def _date(file: str, where: str, value: Any) -> datetime.date:
    if type(value) is not datetime.date:
        raise fault(file, where, value, "must be a date, year-month-day")
    return value


def _fraction(file: str, where: str, value: Any) -> float:
    if not isinstance(value, float) or not 0 < value < 1:
        raise fault(file, where, value, "must be a number between 0 and 1")
    return value


def _many(read: Callable[[str, str, Any], Any], file: str, where: str, value: Any) -> tuple[Any, ...]:
    """A list without repetition."""
    if not isinstance(value, list):
        raise fault(file, where, value, "must be a list")
    found = tuple(read(file, f"{where}[{i}]", item) for i, item in enumerate(value))
    for i, item in enumerate(found):
        if item in found[:i]:
            raise fault(file, f"{where}[{i}]", value[i], "stands there twice")
    return found


def _links(file: str, where: str, value: Any) -> Mapping[str, str]:
    """A table of label -> link."""
    if not isinstance(value, dict):
        raise fault(file, where, value, "must be a table")
    return MappingProxyType(
        {_text(file, "label", text): _text(file, where, link) for text, link in value.items()}
    )


def _row(kind: Callable[..., Any], file: str, where: str, table: Any) -> Any:
    return _build(kind, file, f"{where}.", table)


_ROWS = (FormulaRow, Fact, Example, Pitfall, Related, Aspect, Confusion)
_READERS: Mapping[str, Callable[[str, str, Any], Any]] = MappingProxyType(
    {
        "str": _text,
        "float": _fraction,
        "datetime.date": _date,
        "Mapping[str, str]": _links,
        "tuple[str, ...]": partial(_many, _text),
        **{f"tuple[{row.__name__}, ...]": partial(_many, partial(_row, row)) for row in _ROWS},
    }
)
"""Type of a field -> how it is read."""


# -- reading ----------------------------------------------------------------------------------------------

_ENTRY = re.compile(r"<!--\n\+\+\+\n(.*?)\n\+\+\+\n-->\n\n(# .*)", re.DOTALL)
REQUEST = re.compile(r"<!-- \{\{ ([\w =.,:@+-]{1,240}) \}\} -->|\{\{ ([\w =.,:@+-]{1,240}) \}\}", re.ASCII)
"""A request behind what was answered, or one not answered yet."""
_BOUND = {"Formula": "formula", "Pitfalls": "pitfall", "Aspects": "aspect", "Try it": "notebooks"}
"""Sections that are there exactly if the front matter has the table."""


def split(file: str, text: str) -> tuple[str, str]:
    """The front matter and the body of an entry."""
    found = _ENTRY.fullmatch(text)
    if not found or "-->" in found[1]:
        raise fault(
            file, "front matter", text[:20], "must stand in a comment, between lines of +++, before a title"
        )
    return found[1], found[2]


def read_entry(path: Path) -> Term:
    """Read one entry.

    Raises
    ------
    GlossaryError
        Whatever the entry has that the schema has not, or lacks: the file, the field and the value.
    """
    file = path.name
    if path.stat().st_size > LARGEST:
        raise fault(file, "size", path.stat().st_size, f"must be at most {LARGEST} bytes")
    try:
        front, body = split(file, path.read_text(encoding="utf-8"))
        table = tomllib.loads(front)
    except GlossaryError:
        raise
    except (ValueError, RecursionError) as error:  # not UTF-8, not TOML, or nested without end
        raise fault(file, "front matter", str(error), "must be TOML") from None
    _safe(file, "body", REQUEST.sub("", body))
    term: Term = _build(Term, file, "", table)
    term = replace(term, sections=_sections(file, body))
    _fits(file, term, body)
    return term


def _sections(file: str, body: str) -> Mapping[str, str]:
    """Heading -> Markdown, in the given order."""
    head, *parts = re.split(r"^## (.*)\n", body, flags=re.MULTILINE)
    names = parts[::2]
    for name in names:
        if name not in SECTIONS:
            raise fault(file, "body", name, f"no such section; there are {', '.join(SECTIONS)}")
    if names != [name for name in SECTIONS if name in names]:
        raise fault(file, "body", names, f"sections stand once each, in the order {', '.join(SECTIONS)}")
    texts = zip(names, parts[1::2], strict=True)
    return MappingProxyType(
        {"": head.partition("\n")[2].strip()} | {name: text.strip() for name, text in texts}
    )


def _fits(file: str, term: Term, body: str) -> None:
    """Refuse front matter that does not fit the file's name or the body."""
    if f"{term.slug}.md" != file:
        raise fault(file, "slug", term.slug, "must be the file's name")
    if not body.startswith(f"# {term.term}\n"):
        raise fault(file, "term", term.term, "must be the title of the body")
    for section in ("Meaning", "References"):
        if section not in term.sections:
            raise fault(file, "body", section, "is missing")
    for section, table in _BOUND.items():
        if (section in term.sections) != bool(getattr(term, table)):
            raise fault(file, table, section, "must be there with its section, or neither")
    if term.kind == "area" and len(term.aspect) < 3:
        raise fault(file, "aspect", len(term.aspect), "must be three at least in an area")
    for i, row in enumerate(term.aspect):
        if row.section != f"What is the {row.name} of {term.term}?":
            raise fault(
                file, f"aspect[{i}].section", row.section, "must read 'What is the <name> of <term>?'"
            )
    for where, text, section in _quoted(term):
        if text not in term.sections[section]:
            raise fault(file, where, text.strip(), f"must stand in the section {section}")


def _quoted(term: Term) -> Iterator[tuple[str, str, str]]:
    """What the body must repeat: field, text, section."""
    if term.formula:
        yield "formula", "**Sign.** ", "Formula"
    yield from ((f"pitfall[{i}].claim", row.claim, "Pitfalls") for i, row in enumerate(term.pitfall))
    yield from (
        (f"aspect[{i}].section", f"### {row.section}\n", "Aspects") for i, row in enumerate(term.aspect)
    )
    yield from (("notebooks", f"({link})", "Try it") for link in term.notebooks.values())


# -- showing ----------------------------------------------------------------------------------------------


def _card(term: Term) -> Iterator[tuple[str, str]]:
    """What is shown of an entry: label and Markdown."""
    formulas = REQUEST.sub("", term.sections.get("Formula", ""))
    above = term.sections.get("", "").splitlines()
    yield from (
        ("Formula", rf"$\displaystyle {latex}$") for latex in re.findall(r"\$\$\n(.*)\n\$\$", formulas)
    )
    yield "Unit", term.unit
    yield from (("Sign", words) for words in re.findall(r"\*\*Sign\.\*\* (.*)", formulas))
    yield "Also called", ", ".join(term.also)
    yield "Worked number", REQUEST.sub("", term.sections.get("Worked number", ""))
    yield "See also", " ".join(line for line in above if re.match(r"\*(?!Also called)", line))
    yield "Notebook", ", ".join(f"[{label}]({link})" for label, link in term.notebooks.items())


def as_text(term: Term, width: int = 80) -> str:
    """An entry as plain text for a terminal of this width."""
    lines = [term.term, *textwrap.wrap(term.gloss, width, initial_indent="  ", subsequent_indent="  "), ""]
    before = ""
    for label, text in _card(term):
        for part in _plain(text).split("\n\n") if text else ():
            lines += _wrapped(part, "" if label == before else label, width)
            before = label
    return "\n".join(lines)


def _wrapped(text: str, label: str, width: int) -> list[str]:
    """A paragraph, or a table as it stands, beside its label."""
    room = " " * 17
    first = f"  {label:15}"
    if text.startswith("|"):
        return [(room if i else first) + line for i, line in enumerate(text.splitlines())]
    return textwrap.wrap(
        text, max(width, 40), initial_indent=first, subsequent_indent=room, break_long_words=False
    )


def _plain(markdown: str) -> str:
    """Markdown without its marks."""
    text = re.sub(r"\$([^$]+)\$", lambda found: spoken(found[1]), markdown)
    text = re.sub(r"^\|[ :|-]+\|\n", "", text, flags=re.MULTILINE)
    text = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", text)
    return re.sub(r"(\*\*?|`)(\S[^*`\n]*?)\1", r"\2", text)


def as_markdown(term: Term) -> str:
    """An entry as Markdown for a notebook."""
    rows = (f"**{label}.** {text}" for label, text in _card(term) if text)
    return seen("\n\n".join([f"#### [{term.term}]({term.slug}.md)", term.gloss, *rows]))


def seen(markdown: str) -> str:
    """Markdown as seen from a notebook: HTML escaped, links to entries found, links to elsewhere undone."""
    text = html.escape(markdown, quote=False)
    text = re.sub(r"\]\((?![a-z0-9-]+\.md|\.\./notebooks/)|\]:", r"] (", text)
    return re.sub(r"\]\((?=[a-z0-9-]+\.md)", "](../glossary/", text)


_SPOKEN = {
    "Phi": "Φ", "varphi": "φ", "partial": "∂", "sigma": "σ", "eta": "η", "rho": "ρ", "lambda": "λ",
    "Delta": "Δ", "Gamma": "Γ", "Theta": "Θ", "varepsilon": "ε",
    "left": "", "right": "", "thinspace": " ", "mathrm": "", "mathcal": "", "displaystyle": "",
}  # fmt: skip
_RAISED = str.maketrans("0123456789-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻")
_LOWERED = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")


def spoken(latex: str) -> str:
    r"""A formula in plain letters, for a terminal.

    Examples
    --------
    >>> spoken(r"- \frac{d_2 e^{- q T} \varphi\left(d_1\right)}{\sigma \sqrt{T}}")
    '−d₂ e^(−q T) φ(d₁) / (σ √T)'
    """
    text = _run(iter(re.findall(r"\\[A-Za-z]+|.", latex)))
    text = re.sub(r"(∂[²³⁴⁵⁶]?) ", r"\1", re.sub(r"\s+", " ", text.replace("-", "−")))
    return re.sub(r"(^|[(=] ?)− ", r"\1−", text).strip()


def _run(tokens: Iterator[str]) -> str:
    """Tokens up to a closing brace or the end."""
    text = ""
    for token in tokens:
        if token == "}":
            break
        text += _piece(token, tokens)
    return text


def _piece(token: str, tokens: Iterator[str]) -> str:
    def group() -> str:
        return _piece(next(tokens, ""), tokens)

    match token:
        case "{":
            return _run(tokens)
        case "\\frac":
            above, below = group(), group()
            return f"{_bracketed(above, ' + ', ' - ')} / {_bracketed(below, ' ')}"
        case "\\sqrt":
            return f"√{_bracketed(group(), ' ', '/')}"
        case "^":
            power = group()
            return power.translate(_RAISED) if re.fullmatch(r"-?\d+", power) else f"^({power})"
        case "_":
            return group().translate(_LOWERED)
        case _:
            return _SPOKEN.get(token[1:], token[1:]) if token.startswith("\\") else token


def _bracketed(text: str, *loose: str) -> str:
    return f"({text.strip()})" if any(mark in text.strip() for mark in loose) else text.strip()
