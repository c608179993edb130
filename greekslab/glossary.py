"""The glossary: all entries, held against each other and against the engine, and found by any name.

`python -m greekslab.glossary render` writes what the entries ask for; `check` lists every fault.
"""

from __future__ import annotations

import re
import sys
import textwrap
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from types import MappingProxyType

from greekslab.entries import RELATIONS, REQUEST, GlossaryError, Term, as_text, fault, read_entry, seen, split
from greekslab.greeks import DESK, GREEKS
from greekslab.share import path as share

__all__ = [
    "Chooser",
    "Glossary",
    "GlossaryError",
    "NoEntryError",
    "Term",
    "check",
    "fill",
    "load",
    "lookup",
    "render",
    "whatis",
]


class NoEntryError(GlossaryError, LookupError):
    """Nothing was found; says which three entries are nearest."""


def _key(name: str) -> str:
    """A name without case, spaces, hyphens and other marks."""
    return "".join(letter for letter in name.casefold() if letter.isalnum())


_ENGINE: Mapping[str, str] = MappingProxyType(
    {_key(name): row.name for row in GREEKS.values() for name in (row.name, *row.aliases)}
    | {_key(desk.name): desk.greek for desk in DESK.values()}
)
"""Every name that the engine reads -> its Greek."""


# -- finding ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, repr=False)
class Chooser:
    """Several entries that a question may mean; which one is for the reader to say."""

    query: str
    terms: tuple[Term, ...]

    def __iter__(self) -> Iterator[Term]:
        return iter(self.terms)

    def as_text(self, width: int = 80) -> str:
        """The entries with their glosses, for a terminal of this width."""
        lines = (f"{term.term}: {term.gloss}" for term in self.terms)
        wrapped = (
            textwrap.fill(line, width, initial_indent="  ", subsequent_indent="    ") for line in lines
        )
        return "\n".join([f"{self.query} may be any of", *wrapped])

    def __repr__(self) -> str:
        return self.as_text()

    def _repr_markdown_(self) -> str:
        items = (f"- {_to(term)}: {term.gloss}" for term in self.terms)
        return seen("\n".join([f"{self.query} may be any of", "", *items]))


@dataclass(frozen=True, slots=True, repr=False)
class Glossary:
    """All entries by slug, and the entries that each name leads to."""

    terms: Mapping[str, Term]
    keys: Mapping[str, tuple[str, ...]]

    def __repr__(self) -> str:
        return f"<Glossary of {len(self)} entries: {', '.join(self.terms)}>"

    def __iter__(self) -> Iterator[Term]:
        return iter(self.terms.values())

    def __len__(self) -> int:
        return len(self.terms)

    def __getitem__(self, slug: str) -> Term:
        return self.terms[slug]

    def lookup(
        self, query: str = "", /, *, unit: str = "", category: str = "", **orders: int
    ) -> Term | Chooser:
        """As the function `lookup`, among these entries."""
        found: list[Iterable[str]] = []
        if query:
            found.append(self._named(query))
        if unit:
            found.append(term.slug for term in self if _key(term.unit) == _key(unit))
        if category:
            found.append(term.slug for term in self if term.category == category)
        if orders:
            found.append(self._derived(orders))
        if not found:
            raise GlossaryError("look up what? a name, unit=, category=, or orders such as S=1, sigma=1")
        asked = " ".join(
            filter(None, [query, unit, category, *(f"{name}={n}" for name, n in orders.items())])
        )
        slugs = set.intersection(*map(set, found))
        if not slugs:
            raise self._nothing(asked)
        terms = tuple(sorted((self[slug] for slug in slugs), key=lambda term: term.term))
        return terms[0] if len(terms) == 1 else Chooser(asked, terms)

    def _named(self, query: str) -> Iterable[str]:
        """The entries of this name; of a Greek's or desk unit's; else of a name one edit away."""
        key = _key(query)
        if key in self.keys:
            return self.keys[key]
        if key in _ENGINE:  # known, and so no typo: veta is not vega
            return {_ENGINE[key].replace("_", "-")} & set(self.terms)
        if len(key) < 4:  # nor VEX a typo of GEX
            return ()
        return {slug for name, slugs in self.keys.items() if _one_edit(key, name) for slug in slugs}

    def _derived(self, orders: Mapping[str, int]) -> Iterable[str]:
        """The entry of the Greek with this multi-index; S and F both mean the underlying."""
        roles = {"S": "X", "F": "X"}
        wanted = sorted(roles.get(name, name) for name, n in orders.items() for _ in range(min(n, 9)))
        greeks = ((term.slug, term.greek) for term in self)
        return (slug for slug, row in greeks if row and not row.build and sorted(row.wrt) == wanted)

    def _nothing(self, asked: str) -> NoEntryError:
        """The three nearest entries by name; a Greek without an entry is told from no Greek at all."""
        pairs = _pairs(_key(asked))
        shared: dict[str, float] = {}
        for name, slugs in self.keys.items():
            its = _pairs(name)
            alike = len(pairs & its) / (len(pairs | its) or 1)
            shared |= {slug: max(alike, shared.get(slug, 0.0)) for slug in slugs}
        nearest = sorted(shared, key=lambda slug: -shared[slug])[:3]
        row = GREEKS.get(_ENGINE.get(_key(asked), ""))
        told = f" (the engine has it: {row.name}, {row.meaning})" if row else ""
        return NoEntryError(
            f"no entry for {asked!r}{told}; nearest: {', '.join(self[s].term for s in nearest)}"
        )


def _pairs(key: str) -> set[str]:
    """Its letters by twos."""
    return {key[i : i + 2] for i in range(len(key) - 1)}


def _one_edit(a: str, b: str) -> bool:
    """Whether one letter is more, less or other, or two neighbours are exchanged."""
    if abs(len(a) - len(b)) > 1 or min(len(a), len(b)) < 3:
        return False
    start = next((i for i, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), min(len(a), len(b)))
    a, b = a[start:], b[start:]
    return a[1:] == b[1:] or a[1:] == b or a == b[1:] or (a[:2] == b[1::-1] and a[2:] == b[2:])


def lookup(query: str = "", /, *, unit: str = "", category: str = "", **orders: int) -> Term | Chooser:
    """The entry of a name, synonym or spelling; or by unit, category, or what is differentiated by.

    Parameters
    ----------
    query : str; case, spaces and hyphens do not count, and one slip of a letter is forgiven
    unit : str, as the engine words it: "underlying per 1.00 vol"
    category : str
    **orders : input -> how often: `lookup(S=1, sigma=1)`

    Returns
    -------
    Term, or Chooser where several fit

    Raises
    ------
    NoEntryError
        Nothing fits; with the three nearest entries.

    Examples
    --------
    >>> lookup("DvegaDspot").term, lookup("vomma").term, lookup(S=1, T=1).term
    ('Vanna', 'Volga', 'Charm')
    """
    return load().lookup(query, unit=unit, category=category, **orders)


def whatis(query: str, width: int = 80) -> str:
    """What a terminal shows for a name, or for a multi-index such as "S=1 sigma=1".

    Raises
    ------
    NoEntryError
        Nothing fits; with the three nearest entries.

    Examples
    --------
    >>> print(whatis("vomma"))
    Volga
      How much vega moves when volatility does: ...
    """
    if re.fullmatch(r"(\w+=\d[ ,]*)+", query.strip()):
        orders = {name: int(n) for name, n in re.findall(r"(\w+)=(\d)", query)}
        found = load().lookup("", unit="", category="", **orders)
    else:
        found = lookup(query)
    return as_text(found, width) if isinstance(found, Term) else found.as_text(width)


# -- loading ----------------------------------------------------------------------------------------------


def load(folder: Path | None = None) -> Glossary:
    """Read every entry of a folder, the packaged one by default, and hold them against each other.

    Raises
    ------
    GlossaryError
        A fault of an entry, a relation that leads nowhere, a name claimed twice, an entry that no other
        leads to: the file, the field and the value.

    Examples
    --------
    >>> load()["vanna"].unit
    'underlying per 1.00 vol'
    """
    if folder is None:
        return _packaged()
    terms = {term.slug: term for term in map(read_entry, sorted(folder.glob("*.md")))}
    _check_relations(terms)
    return Glossary(MappingProxyType(terms), MappingProxyType(_names(terms)))


@cache
def _packaged() -> Glossary:
    return load(share("glossary"))


def _check_relations(terms: Mapping[str, Term]) -> None:
    for slug, term in terms.items():
        for where, to in _leads(term):
            if to not in terms or to == slug:
                raise fault(f"{slug}.md", where, to, "leads to no other entry")
            if where.startswith("parents") and terms[to].kind != "area":
                raise fault(f"{slug}.md", where, to, "must be an area")
    named = {row.slug for term in terms.values() for row in term.related}
    for slug in terms:
        if slug not in named:
            raise fault(f"{slug}.md", "slug", slug, "is an orphan: no other entry is related to it")


def _leads(term: Term) -> Iterator[tuple[str, str]]:
    """Where an entry leads to: the field, and the slug."""
    yield from ((f"parents[{i}]", slug) for i, slug in enumerate(term.parents))
    yield from ((f"related[{i}].slug", row.slug) for i, row in enumerate(term.related))
    yield from ((f"not_to_be_confused[{i}].slug", row.slug) for i, row in enumerate(term.not_to_be_confused))


def _names(terms: Mapping[str, Term]) -> dict[str, tuple[str, ...]]:
    """Name -> entries. Two may share a name if each says that it is not to be confused with the other."""
    found: dict[str, tuple[str, ...]] = {}
    for slug, term in terms.items():
        for name in term.names:
            known = _ENGINE.get(_key(name), "") if name in term.synonyms else ""
            if known and not _told_apart(terms, slug, known.replace("_", "-")):
                raise fault(f"{slug}.md", "synonyms", name, f"is the engine's name of {known}")
            others = found.get(_key(name), ())
            for other in others:
                if other != slug and not _told_apart(terms, slug, other):
                    raise fault(f"{slug}.md", "synonyms", name, f"is claimed by {other}.md too")
            found[_key(name)] = tuple(dict.fromkeys((*others, slug)))
    return found


def _told_apart(terms: Mapping[str, Term], one: str, other: str) -> bool:
    """Whether each of two entries says that it is not to be confused with the other."""
    says = {(slug, row.slug) for slug in {one, other} & set(terms) for row in terms[slug].not_to_be_confused}
    return {(one, other), (other, one)} <= says


# -- writing and checking -----------------------------------------------------------------------------------

_NUMBER, _WORDS = r"[−-]?\d[\d,]*(?:\.\d+)?", r"\*[^*\n]*\*"
_ANSWER = {
    **dict.fromkeys(("value", "zero", "peak", "chain", "flip"), _NUMBER),
    **dict.fromkeys(("unit", "sign", "set"), _WORDS),
    "latex": r"\$\$\n.*\n\$\$\n",
    "table": r"(?:\|.*\|\n)+\n?",
}
"""What an answer of each kind looks like where it stands before its request."""
_GAP = {"latex": "\n", "table": "\n\n"}
"""What stands between an answer that is a block and its request."""


def fill(text: str) -> str:
    """A text with every request answered: the answer, and behind it the request in a comment.

    Raises
    ------
    RequestError
        A request that is not understood or that the engine refuses.

    Examples
    --------
    >>> fill("vega in {{ unit: bsm vega }}")
    'vega in *quote per 1.00 vol*<!-- {{ unit: bsm vega }} -->'
    """
    from greekslab.grammar import answer, parse

    for ask in dict.fromkeys(found[1] or found[2] for found in REQUEST.finditer(text)):
        request = parse(ask)
        comment = f"<!-- {{{{ {ask} }}}} -->"
        new = answer(request) + _GAP.get(request.kind, "") + comment
        either = rf"(?:{re.escape(comment)}|(?<!<!-- ){re.escape(comment[5:-4])})"
        text = re.sub(rf"(?:{_ANSWER[request.kind]})?{either}", new.replace("\\", r"\\"), text)
    return text


def render(terms: Mapping[str, Term], term: Term, text: str) -> str:
    """The text of an entry with its head, its references and every answer written anew."""
    front, body = split(f"{term.slug}.md", text)
    sections = body[body.index("\n## ") : body.index("\n## References")].strip()
    parts = (
        f"<!--\n+++\n{front}\n+++\n-->",
        f"# {term.term}",
        *_head(terms, term),
        fill(sections),
        "## References",
        "\n".join(f"- {reference}" for reference in term.references),
    )
    return "\n\n".join(parts) + "\n"


def _head(terms: Mapping[str, Term], term: Term) -> Iterator[str]:
    """What the front matter says, as paragraphs: gloss, other names, relations."""
    yield f"> {term.gloss}"
    if term.also:
        yield f"*Also called* {', '.join(term.also)}."
    for relation, reads in RELATIONS.items():
        to = [_to(terms[row.slug]) for row in term.related if row.relation == relation]
        if to:
            yield f"*{reads}* {', '.join(to)}."
    for row in term.not_to_be_confused:
        yield f"*Not to be confused with* {_to(terms[row.slug])}: {row.why}."


def _to(term: Term) -> str:
    return f"[{term.term}]({term.slug}.md)"


def check(folder: Path | None = None) -> list[str]:
    """Every fault of the entries against the engine, and every answer that is not fresh."""
    at = share("glossary") if folder is None else folder
    terms = load(at).terms
    return [fault for term in terms.values() for fault in _faults(terms, term, at / f"{term.slug}.md")]


def _faults(terms: Mapping[str, Term], term: Term, path: Path) -> Iterator[str]:
    from greekslab.grammar import RequestError

    text = path.read_text(encoding="utf-8")
    for where, reason in _asked(term):
        yield f"{path.name}: {where}: {reason}"
    for where, prose in _prose(term):
        for found in _LITERAL.finditer(_ANSWERED.sub("", prose)):
            yield f"{path.name}: {where}: {found[0]!r}: ask the engine instead"
    try:
        if render(terms, term, text) != text:
            yield f"{path.name}: body: not fresh: run python -m greekslab.glossary render"
    except RequestError as error:
        yield f"{path.name}: body: {error}"


_ANSWERED = re.compile(
    rf"(?:{'|'.join(dict.fromkeys(_ANSWER.values()))})?(?:{REQUEST.pattern})|```[\s\S]*?```|`[^`\n]*`",
    re.ASCII,
)
_LITERAL = re.compile(r"\d\.\d|[=≈≡]|\\approx|\\equiv")
"""What prose does not hold beside answers and code: a bare decimal, an equation."""


def _prose(term: Term) -> Iterator[tuple[str, str]]:
    """Everything that is written by hand, with where it stands."""
    yield "gloss", term.gloss
    yield from ((f"fact[{i}].says", fact.says) for i, fact in enumerate(term.fact))
    yield from ((f"pitfall[{i}].claim", pitfall.claim) for i, pitfall in enumerate(term.pitfall))
    yield from ((f"not_to_be_confused[{i}].why", row.why) for i, row in enumerate(term.not_to_be_confused))
    yield from ((name, text) for name, text in term.sections.items() if name not in ("", "References"))


def _asked(term: Term) -> Iterator[tuple[str, str]]:
    """Faults of what the front matter asks and claims: where, and why."""
    from greekslab.grammar import RequestError

    for where, attempt in _attempts(term):
        try:
            attempt()
        except (RequestError, KeyError) as error:
            yield where, str(error)
    if term.greek and term.symbol:
        yield "symbol", f"{term.symbol!r}: the engine has it, {term.greek.symbol!r}"
    formulas = term.sections.get("Formula", "")
    asked = [found[1] for found in REQUEST.finditer(formulas)]
    for i, row in enumerate(term.formula):
        model = row.of.partition(" ")[0]
        if f"latex: {row.of}" not in asked:
            yield f"formula[{i}].of", f"{row.of!r}: its latex is not asked for in the section Formula"
        if row.shown and f"unit: {model} {row.shown}" not in asked:
            yield f"formula[{i}].shown", f"{row.shown!r}: its unit is not asked for in the section Formula"
    derived = re.findall(r"\*([^*\n]+)\*<!-- \{\{ unit: ", formulas)[:1]
    if term.unit and [term.unit] != derived:
        yield "unit", f"{term.unit!r}: the first that the section Formula asks for is {''.join(derived)!r}"


def _attempts(term: Term) -> Iterator[tuple[str, Callable[[], object]]]:
    """What must be understood by the engine: every claim, and every example."""
    from greekslab.grammar import answer, parse, parse_claim, unit_of

    claims = [(f"fact[{i}].holds", fact.holds) for i, fact in enumerate(term.fact)]
    claims += [(f"pitfall[{i}].check", pitfall.check) for i, pitfall in enumerate(term.pitfall)]
    yield from (
        (where, partial(lambda claim: unit_of(parse_claim(claim).what), claim)) for where, claim in claims
    )
    for i, row in enumerate(term.example):
        yield f"example[{i}]", partial(lambda ask: answer(parse(ask)), f"value: {row.of} @ {row.set}")


def main(argv: Sequence[str]) -> int:
    """Run `render` or `check` on the packaged entries."""
    folder = share("glossary")
    if list(argv) == ["render"]:
        terms = load().terms
        for term in terms.values():
            file = folder / f"{term.slug}.md"
            text = file.read_text(encoding="utf-8")
            written = render(terms, term, text)
            if written != text:
                file.write_text(written, encoding="utf-8")
                print(f"rendered {file.name}")
        return 0
    if list(argv) == ["check"]:
        faults = check()
        print("\n".join(faults) or "no faults")
        return bool(faults)
    print("usage: python -m greekslab.glossary render|check", file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
