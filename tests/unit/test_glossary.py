"""Entries are read or refused by name, and found by any name; hostile ones reach no page."""

import contextlib
import dataclasses
import datetime
import re
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from markdown_it import MarkdownIt

from greekslab import glossary, share
from greekslab.entries import SECTIONS, as_markdown, as_text, spoken
from greekslab.glossary import Chooser, GlossaryError, NoEntryError, Term, check, load, lookup, whatis
from greekslab.greeks import GREEKS

NAMES = [(term.slug, name) for term in load() for name in term.names]

AREA = """<!--
+++
slug = "risk"
term = "Risk"
kind = "area"
category = "exposure"
gloss = "What may be lost."
status = "reviewed"
author = "A. Writer"
date_published = 2026-11-22
date_modified = 2026-11-22
parents = []
references = ["Writer (2020), On Risk"]

[[related]]
slug = "bend"
relation = "measured-by"

[[aspect]]
name = "Exposure"
section = "What is the Exposure of Risk?"

[[aspect]]
name = "Control"
section = "What is the Control of Risk?"

[[aspect]]
name = "Analysis"
section = "What is the Analysis of Risk?"
+++
-->

# Risk

## Meaning

What may be lost.

## Aspects

### What is the Exposure of Risk?

All of it.

### What is the Control of Risk?

Care.

### What is the Analysis of Risk?

Thought.

## References

- Writer (2020), On Risk
"""

BEND = """<!--
+++
slug = "bend"
term = "Bend"
kind = "term"
category = "greeks-2"
gloss = "How far it bends."
status = "draft"
author = "A. Writer"
date_published = 2026-11-22
date_modified = 2026-11-22
parents = ["risk"]
synonyms = ["crook"]
unit = "underlying² per quote"
references = ["Writer (2021), On Bends"]

[[formula]]
id = "curvature"
of = "bsm gamma"

[[fact]]
id = "up"
says = "It is positive."
holds = "bsm gamma > 0"

[[example]]
set = "golden"
of = "bsm gamma"
tolerance = 1e-12

[[pitfall]]
misconception = "M4"
claim = "It is straight."
check = "bsm gamma > 0"

[[related]]
slug = "risk"
relation = "part-of"

[notebooks]
"The book" = "../notebooks/09_the_book.ipynb"
+++
-->

# Bend

## Meaning

How far it bends.

## Formula

{{ latex: bsm gamma }}

**Unit.** {{ unit: bsm gamma }}.

**Sign.** Always up.

## Worked number

It is {{ value: bsm gamma @ golden, 2 digits }}.

## Pitfalls

**"It is straight."** It is not.

## Try it

[The book](../notebooks/09_the_book.ipynb)

## References

- Writer (2021), On Bends
"""


def written(folder: Path, *, bend: str = BEND, **others: str) -> Path:
    """A folder of entries: an area, a term, and what else is given by slug."""
    for slug, text in {"risk": AREA, "bend": bend, **others}.items():
        (folder / f"{slug}.md").write_text(text, encoding="utf-8")
    return folder


def rendered(folder: Path) -> Path:
    terms = load(folder).terms
    for slug, term in terms.items():
        file = folder / f"{slug}.md"
        text = glossary.render(terms, term, file.read_text(encoding="utf-8"))
        file.write_text(text, encoding="utf-8")
    return folder


def another(slug: str, *, synonym: str = "", against: str = "") -> str:
    """A small entry, related to the area."""
    more = f'synonyms = ["{synonym}"]\n' if synonym else ""
    tail = f'\n[[not_to_be_confused]]\nslug = "{against}"\nwhy = "it is another"\n' if against else ""
    text = re.sub(r"unit = .*\n|synonyms = .*\n", "", BEND)
    text = re.sub(r"\n\[\[formula\]\].*?(?=\n\[\[related\]\])", "", text, flags=re.DOTALL)
    text = re.sub(r"\n\[notebooks\].*?(?=\+\+\+)", tail, text, flags=re.DOTALL)
    text = re.sub(r"## Formula.*?(?=## References)", "", text, flags=re.DOTALL)
    text = (
        text.replace('"bend"', f'"{slug}"')
        .replace('"Bend"', f'"{slug.title()}"')
        .replace("# Bend", f"# {slug.title()}")
    )
    return text.replace("references =", f"{more}references =")


# -- the schema ---------------------------------------------------------------------------------------------


def test_a_good_folder_is_read_and_rendered(tmp_path: Path) -> None:
    terms = load(rendered(written(tmp_path))).terms
    assert terms["bend"].date_published == datetime.date(2026, 11, 22)
    assert terms["bend"].parents == ("risk",)
    assert tuple(terms["bend"].sections) == (
        "",
        *(name for name in SECTIONS if name in terms["bend"].sections),
    )
    assert "> How far it bends." in terms["bend"].sections[""]
    assert "*Part of* [Risk](risk.md)." in terms["bend"].sections[""]
    assert check(tmp_path) == []


FAULTS = [  # what an entry says, what it should not say instead, and how that is named
    ("parents =", 'colour = "red"\nparents =', r"bend.md: colour: 'red': unknown field"),
    ('id = "up"', 'id = "up"\nwho = "me"', r"fact\[0\]\.who: 'me': unknown field"),
    ('author = "A. Writer"\n', "", r"bend.md: author: None: is missing"),
    ('of = "bsm gamma"\n\n[[fact]]', "[[fact]]", r"formula\[0\]\.of: None: is missing"),
    ("How far it bends.", "x" * 161, r"gloss: 'x+\.\.\.: must be one line of at most 160"),
    ('author = "A. Writer"', 'author = ""', r"author: ''"),
    ('author = "A. Writer"', 'author = "A.\\nB."', r"author: 'A.\\nB.'"),
    ('author = "A. Writer"', "author = 3", r"author: 3"),
    ('parents = ["risk"]', 'parents = "risk"', r"parents: 'risk': must be a list"),
    ("[[fact]]", "fact = 3\n[[facts]]", r"fact"),
    ('kind = "term"', 'kind = "page"', r"kind: 'page': must be one of area, term"),
    ('status = "draft"', 'status = "done"', r"status: 'done': must be one of draft"),
    ("greeks-2", "letters", r"category: 'letters': must be one of"),
    ("part-of", "near-to", r"related\[0\]\.relation: 'near-to': must be one of"),
    ('"M4"', '"four"', r"misconception: 'four'"),
    ("date_published = 2026-11-22", 'date_published = "now"', r"date_published: 'now'"),
    ("date_published = 2026-11-22", "date_published = 2026-11-22T08:00:00", r"date_published"),
    ("1e-12", "0.0", r"tolerance: 0.0: must be a number between 0 and 1"),
    ("1e-12", "nan", r"tolerance: nan"),
    ("Writer (2021), On Bends", "On Bends", r"references\[0\]: 'On Bends'"),
    ('["crook"]', '["crook", "crook"]', r"synonyms\[1\]: 'crook': stands there twice"),
    ('slug = "bend"', 'slug = "bent"', r"slug: 'bent': must be the file's name"),
    ('slug = "bend"', 'slug = "Bend"', r"slug: 'Bend': must be small letters"),
    ("# Bend", "# Bent", r"term: 'Bend': must be the title"),
    ('parents = ["risk"]', 'parents = ["rusk"]', r"parents\[0\]: 'rusk': leads to no other"),
    ('parents = ["risk"]', 'parents = ["bend"]', r"parents\[0\]: 'bend': leads to no"),
    ('slug = "risk"', 'slug = "rusk"', r"related\[0\]\.slug: 'rusk': leads to no other"),
    ('["crook"]', '["vomma"]', r"synonyms: 'vomma': is the engine's name of volga"),
    ('= "../notebooks/09_the_book', '= "../../09_the_book', r"notebooks: .*must be a notebook"),
    ("## Pitfalls", "## Traps", r"body: 'Traps': no such section"),
    ("## Meaning\n\nHow far it bends.\n\n", "", r"body: 'Meaning': is missing"),
    ("## Formula", "## Meaning\n\n## Formula", r"body: \['Meaning', 'Meaning'.*stand once each"),
    ("## Meaning\n\nHow far it bends.\n\n## F", "## Formula\n\n## Meaning\n\n## F", r"body: \['Formula'"),
    ("## Formula", "## Intuition", r"formula: 'Formula': must be there with"),
    ("**Sign.**", "Sign:", r"formula: '\*\*Sign\.\*\*': must stand in"),
    ('"It is straight."**', "straight**", r"pitfall\[0\]\.claim: 'It is straight.'"),
    ("[The book](../notebooks/09_the_book.ipynb)", "See it.", r"notebooks: .*Try it"),
    ("<!--\n+++", "+++", r"front matter: .*must stand in a comment"),
    ('slug = "bend"', "slug = bend", r"front matter: .*must be TOML"),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "named"), FAULTS, ids=[named for _, _, named in FAULTS])
def test_a_fault_is_named(old: str, new: str, named: str, tmp_path: Path) -> None:
    assert old in BEND
    with pytest.raises(GlossaryError, match=named):
        load(written(tmp_path, bend=BEND.replace(old, new)))


@pytest.mark.parametrize(
    "name",
    [f.name for f in dataclasses.fields(Term) if f.default is f.default_factory is dataclasses.MISSING],
)
def test_a_required_field_is_missed(name: str, tmp_path: Path) -> None:
    with pytest.raises(GlossaryError, match=rf"bend\.md: {name}: None: is missing"):
        load(written(tmp_path, bend=re.sub(rf"(?m)^{name} = .*\n", "", BEND, count=1)))


def test_an_area_answers_three_aspects(tmp_path: Path) -> None:
    text = AREA.replace('\n[[aspect]]\nname = "Analysis"\nsection = "What is the Analysis of Risk?"\n', "")
    with pytest.raises(GlossaryError, match=r"risk\.md: aspect: 2: must be three at least"):
        load(written(tmp_path, risk=text))


@pytest.mark.parametrize(
    ("old", "new", "named"),
    [
        ('name = "Control"', 'name = "Colour"', r"aspect\[1\]\.name: 'Colour': must be one of"),
        ("the Control of Risk", "the Risk of Control", r"aspect\[1\]\.section: .*must read"),
        ("### What is the Control of Risk?", "### Control", r"aspect\[1\]\.section: .*must stand in"),
    ],
)
def test_an_aspect_is_named(old: str, new: str, named: str, tmp_path: Path) -> None:
    with pytest.raises(GlossaryError, match=named):
        load(written(tmp_path, risk=AREA.replace(old, new)))


def test_a_parent_must_be_an_area(tmp_path: Path) -> None:
    lone = another("lone").replace('parents = ["risk"]', 'parents = ["bend"]')
    with pytest.raises(GlossaryError, match=r"lone\.md: parents\[0\]: 'bend': must be an area"):
        load(written(tmp_path, lone=lone))


def test_an_orphan_is_named(tmp_path: Path) -> None:
    with pytest.raises(GlossaryError, match=r"lone\.md: slug: 'lone': is an orphan"):
        load(written(tmp_path, lone=another("lone")))


# -- hostile entries ----------------------------------------------------------------------------------------

PLACES = (
    "term",
    "gloss",
    "author",
    "unit",
    "symbol",
    "synonyms",
    "references",
    "label",
    "says",
    "holds",
)
ATTACKS = {
    "script": "<script>alert(1)</script>",
    "image": "<img src=x onerror=alert(1)>",
    "comment": "--> <b>x</b>",
    "link": "[x](javascript:alert(1))",
    "web": "[x](https://example.org)",
    "reference": "[x]: javascript:alert(1)",
    "braces": "{{ __import__('os') }}",
    "direction": "a\u202eb",
    "invisible": "a\u200bb",
    "control": "a\x07b",
}


def as_toml(text: str) -> str:
    """A TOML text in which nothing shows what it will become."""
    return '"' + "".join(f"\\u{ord(c):04x}" for c in text) + '"'


def attacked(place: str, attack: str) -> str:
    if place == "label":
        return BEND.replace('"The book" =', f"{as_toml(attack)} =")
    if place == "symbol":
        return BEND.replace("references =", f"symbol = {as_toml(attack)}\nreferences =")
    if place in ("synonyms", "references"):
        text = attack if place == "synonyms" else f"{attack} (2020) on it"
        return re.sub(rf"(?m)^{place} = .*$", lambda _: f"{place} = [{as_toml(text)}]", BEND)
    return re.sub(rf"(?m)^{place} = .*$", lambda _: f"{place} = {as_toml(attack)}", BEND, count=1)


@pytest.mark.parametrize("attack", ATTACKS.values(), ids=ATTACKS.keys())
@pytest.mark.parametrize("place", PLACES)
def test_a_hostile_field_is_refused(place: str, attack: str, tmp_path: Path) -> None:
    with pytest.raises(GlossaryError, match=rf"bend\.md: [\w\[\]]*\.?{place}"):
        load(written(tmp_path, bend=attacked(place, attack)))


@pytest.mark.parametrize("attack", ATTACKS.values(), ids=ATTACKS.keys())
def test_a_hostile_body_is_refused(attack: str, tmp_path: Path) -> None:
    with pytest.raises(GlossaryError, match=r"bend\.md: body: .* that no entry may hold"):
        load(written(tmp_path, bend=BEND.replace("Always up.", f"Always\n\n{attack}")))


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"x" * 10_000_000, id="ten megabytes"),
        pytest.param(BEND.replace("Always", "a" * 70_000).encode(), id="a long body"),
        pytest.param(BEND.replace("1e-12", "[" * 30_000).encode(), id="nested without end"),
        pytest.param(BEND.replace("1e-12", "9" * 30_000).encode(), id="a long number"),
        pytest.param(BEND.encode("utf-16"), id="not UTF-8"),
        pytest.param(b"\x00" * 100, id="zeros"),
        pytest.param(b"", id="nothing"),
    ],
)
def test_a_monstrous_file_is_refused_at_once(content: bytes, tmp_path: Path) -> None:
    written(tmp_path)
    (tmp_path / "bend.md").write_bytes(content)
    start = time.perf_counter()
    with pytest.raises(GlossaryError, match=r"bend\.md"):
        load(tmp_path)
    assert time.perf_counter() - start < 2


@pytest.mark.parametrize("attack", ATTACKS.values(), ids=ATTACKS.keys())
def test_a_hostile_term_is_escaped_where_it_is_shown(attack: str) -> None:
    """Even of a term that never was a file: no tag reaches the page, and no link to elsewhere."""
    term = dataclasses.replace(
        lookup("vanna"), term=attack, slug="x", gloss=attack, unit=attack, synonyms=(attack,),
        notebooks={attack: attack},
        sections={"": f"*See* {attack}", "Formula": f"**Sign.** {attack}", "Worked number": attack},
    )  # fmt: skip
    for shown in (as_markdown(term), Chooser(attack, (term, term))._repr_markdown_()):
        page = MarkdownIt("commonmark", {"html": True}).render(shown)
        assert not re.search(r"<(script|img|b)\b", page)
        for link in re.findall(r'href="([^"]*)"', page):
            assert link.startswith(("../glossary/", "../notebooks/"))


def test_claims_and_requests_of_a_hostile_entry_are_refused_not_run(tmp_path: Path) -> None:
    bend = BEND.replace('holds = "bsm gamma > 0"', "holds = \"bsm gamma > __import__('os')\"")
    faults = check(written(tmp_path, bend=bend.replace("@ golden, 2", "@ silver, 2")))
    assert any("fact[0].holds" in fault and "__import__" in fault for fault in faults)
    assert any("'silver'" in fault for fault in faults)


# -- the lint -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("old", "new", "named"),
    [
        ("0.013<!--", "0.014<!--", "not fresh"),
        ("Always up.", "Always 0.25 up.", "'0.2': ask the engine"),
        ("Always up.", "Always $x = 3$.", "'=': ask the engine"),
        ('gloss = "How far it bends."', 'gloss = "It bends by 0.5."', "gloss: '0.5': ask the engine"),
        ('says = "It is positive."', 'says = "It is 3.5."', r"fact[0].says: '3.5'"),
        ('unit = "underlying² per quote"', 'unit = "quote"', "unit: 'quote'"),
        ('of = "bsm gamma"\n\n[[fact]]', 'of = "bsm speed"\n\n[[fact]]', "formula[0].of: 'bsm speed'"),
        ('id = "curvature"\n', 'id = "curvature"\nshown = "gamma_usd_1pct"\n', "formula[0].shown"),
        ('holds = "bsm gamma > 0"', 'holds = "bsm gamma is high"', "fact[0].holds"),
        ('holds = "bsm gamma > 0"', 'holds = "bsm game > 0"', "fact[0].holds"),
        ('check = "bsm gamma > 0"', 'check = "heston gamma > 0"', "pitfall[0].check"),
        ('set = "golden"', 'set = "silver"', "example[0]: unknown parameter set 'silver'"),
        ("latex: bsm gamma", "latex: bsm gama", "'gama'"),
        ("> How far", "> So far", "not fresh"),
        ("- Writer (2021), On Bends\n", "- Another (2021), On Bends\n", "not fresh"),
    ],
)  # fmt: skip
def test_the_lint_names(old: str, new: str, named: str, tmp_path: Path) -> None:
    file = rendered(written(tmp_path)) / "bend.md"
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new), encoding="utf-8")
    assert any(named in fault and fault.startswith("bend.md") for fault in check(tmp_path)), check(tmp_path)


def test_a_greek_leaves_its_symbol_to_the_engine(tmp_path: Path) -> None:
    text = another("theta").replace("references =", 'symbol = "x"\nreferences =')
    area = AREA.replace("\n[[aspect]]", '\n[[related]]\nslug = "theta"\nrelation = "see"\n\n[[aspect]]', 1)
    assert any("theta.md: symbol: 'x'" in fault for fault in check(written(tmp_path, risk=area, theta=text)))


def test_the_commands(capsys: pytest.CaptureFixture[str]) -> None:
    assert glossary.main(["check"]) == 0
    assert "no faults" in capsys.readouterr().out
    assert glossary.main(["render"]) == 0
    assert capsys.readouterr().out == ""
    assert glossary.main(["polish"]) == 2


# -- looking up ---------------------------------------------------------------------------------------------


def test_ten_entries_are_there() -> None:
    assert set(load().terms) >= {
        "charm", "delta", "gamma", "gamma-exposure", "gamma-flip", "inverse-option", "market-maker-exposure",
        "vanna", "vega", "volga",
    }  # fmt: skip


@pytest.mark.parametrize(("slug", "name"), NAMES)
def test_a_name_is_found_in_any_spelling(slug: str, name: str) -> None:
    squeezed = name.replace(" ", "").replace("-", "")
    for spelling in (
        name,
        name.upper(),
        name.lower(),
        squeezed,
        name.replace(" ", "-"),
        name.replace("-", "_"),
        f" {name} ",
    ):
        found = lookup(spelling)
        assert isinstance(found, Term)
        assert found.slug == slug


@pytest.mark.parametrize("greek", [name for name in GREEKS if name in load().terms])
def test_every_synonym_of_the_engine_is_found(greek: str) -> None:
    for alias in GREEKS[greek].aliases:
        assert lookup(alias) is load()[greek]


def slips(name: str) -> set[str]:
    """Every spelling that is one letter short, or has one too many, another, or two exchanged."""
    letters = "abcdefghijklmnopqrstuvwxyz"
    cuts = [(name[:i], name[i:]) for i in range(len(name) + 1)]
    short = {a + b[1:] for a, b in cuts if b}
    swapped = {a + b[1] + b[0] + b[2:] for a, b in cuts if len(b) > 1}
    other = {a + c + b[1:] for a, b in cuts if b for c in letters}
    return short | swapped | other | {a + c + b for a, b in cuts for c in letters}


def test_slips_of_a_letter_are_forgiven() -> None:
    """All of them for the names of four letters and more; a slip that is another name is that name."""
    known = {glossary._key(name) for _, name in NAMES} | set(glossary._ENGINE)
    tried = first = among = 0
    for slug, name in NAMES:
        for slip in slips(glossary._key(name)) if len(name) > 3 else ():
            if slip in known or len(slip) < 4:
                continue
            found = lookup(slip)
            slugs = [term.slug for term in found] if isinstance(found, Chooser) else [found.slug]
            tried, first, among = tried + 1, first + (slugs == [slug]), among + (slug in slugs[:3])
    assert tried > 10_000
    assert among == tried
    assert first / tried > 0.99


@pytest.mark.parametrize("other", ["veta", "vera", "speed", "rho", "VEX", "DEX", "theta"])
def test_another_name_is_not_taken_for_a_slip(other: str) -> None:
    with pytest.raises(NoEntryError, match=re.escape(repr(other))):
        lookup(other)


@pytest.mark.parametrize(
    ("orders", "slug"),
    [
        ({"S": 1}, "delta"),
        ({"F": 1}, "delta"),
        ({"S": 2}, "gamma"),
        ({"S": 1, "sigma": 1}, "vanna"),
        ({"sigma": 1, "F": 1}, "vanna"),
        ({"sigma": 2}, "volga"),
        ({"S": 1, "T": 1}, "charm"),
        ({"sigma": 1, "S": 0}, "vega"),
    ],
)
def test_a_derivative_is_found_by_its_index(orders: dict[str, int], slug: str) -> None:
    found = lookup(**orders)
    assert isinstance(found, Term)
    assert found.slug == slug


def test_entries_are_found_by_unit_and_category() -> None:
    assert lookup(unit="Underlying per 1.00 vol") is load()["vanna"]
    found = lookup(category="greeks-2")
    assert isinstance(found, Chooser)
    assert {term.slug for term in found} == {"gamma", "vanna", "volga", "charm"}
    assert lookup(category="greeks-2", unit="underlying per yr") is load()["charm"]
    assert lookup("gamma_usd_1pct") is load()["gamma"]


def test_nothing_found_names_the_three_nearest() -> None:
    with pytest.raises(NoEntryError, match=r"no entry for 'vannavolga'; nearest: (.+, ){2}.+") as caught:
        lookup("vannavolga")
    assert "Vanna" in str(caught.value)
    assert isinstance(caught.value, LookupError)
    with pytest.raises(
        NoEntryError, match=r"'veta' \(the engine has it: veta, change of vega as the clock runs\)"
    ):
        lookup("veta")
    for orders in ({"S": 7}, {"S": 999_999_999}, {"Q": 1}):
        with pytest.raises(NoEntryError):
            lookup(**orders)
    with pytest.raises(GlossaryError, match="look up what"):
        lookup()


def test_a_homonym_gives_a_choice(tmp_path: Path) -> None:
    more = "".join(f'\n[[related]]\nslug = "{slug}"\nrelation = "see"\n' for slug in ("one", "two"))
    risk = AREA.replace("\n[[aspect]]", f"{more}\n[[aspect]]", 1)
    both = {
        "one": another("one", synonym="twin", against="two"),
        "two": another("two", synonym="twin", against="one"),
    }
    found = load(written(tmp_path, risk=risk, **both)).lookup("Twin")
    assert isinstance(found, Chooser)
    assert [term.slug for term in found] == ["one", "two"]
    assert "Twin may be any of\n  One: How far it bends." in str(found)
    (tmp_path / "one.md").write_text(another("one", synonym="twin"))
    with pytest.raises(GlossaryError, match=r"two\.md: synonyms: 'twin': is claimed by one\.md too"):
        load(tmp_path)


def test_a_homonym_of_a_greek_gives_a_choice(tmp_path: Path) -> None:
    """As gamma is an option's curvature, and a maker's aversion to risk."""
    more = "".join(f'\n[[related]]\nslug = "{slug}"\nrelation = "see"\n' for slug in ("gamma", "aversion"))
    risk = AREA.replace("\n[[aspect]]", f"{more}\n[[aspect]]", 1)
    aversion = another("aversion", synonym="gamma", against="gamma")
    terms = written(tmp_path, risk=risk, aversion=aversion, gamma=another("gamma", against="aversion"))
    found = load(terms).lookup("Gamma")
    assert isinstance(found, Chooser)
    assert [term.slug for term in found] == ["aversion", "gamma"]
    (tmp_path / "gamma.md").write_text(another("gamma"))
    with pytest.raises(
        GlossaryError, match=r"aversion\.md: synonyms: 'gamma': is the engine's name of gamma"
    ):
        load(tmp_path)


# -- showing ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("slug", load().terms)
@pytest.mark.parametrize("width", [60, 80, 120])
def test_a_terminal_shows_it_all(slug: str, width: int) -> None:
    term = load()[slug]
    text = whatis(slug, width)
    flat = " ".join(text.split())
    assert text.startswith(term.term)
    for part in (" ".join(term.gloss.split()), term.unit, *term.also):
        assert part in flat
    for label in ("Formula", "Sign", "Worked number", "See also"):
        assert f"\n  {label}" in text
    assert not re.search(r"[{}\\$]|<!--|\*\*", text)
    assert all(len(line) <= width for line in text.splitlines() if "|" not in line)


@pytest.mark.parametrize("slug", load().terms)
def test_a_notebook_shows_formula_unit_and_links(slug: str) -> None:
    term = load()[slug]
    text = term._repr_markdown_()
    assert f"[{term.term}](../glossary/{slug}.md)" in text
    assert text.count("**Formula.** $\\displaystyle") == len(term.formula)
    assert "../notebooks/09_the_book.ipynb" in text
    assert "<" not in text
    assert repr(term) == as_text(term)


@pytest.mark.parametrize(
    ("latex", "text"),
    [
        (
            r"\mathrm{vanna} = \frac{\partial^{2} V}{\partial S\thinspace \partial \sigma}",
            "vanna = ∂²V / (∂S ∂σ)",
        ),
        (r"- \frac{d_2 e^{- q T} \varphi\left(d_1\right)}{\sigma}", "−d₂ e^(−q T) φ(d₁) / σ"),
        (r"\frac{F^{2}}{100} \Gamma", "F² / 100 Γ"),
        (r"\Delta_{pa} = K \eta \Phi\left(\eta d_2\right)", "Δpa = K η Φ(η d₂)"),
        (r"\frac{a + b}{\sqrt{T}}", "(a + b) / √T"),
        (r"x^{a+b}}}}", "x^(a+b)"),
        (r"\frac", "/"),
        ("", ""),
    ],
)
def test_a_formula_is_spoken(latex: str, text: str) -> None:
    assert spoken(latex) == text


def test_whatis_takes_an_index() -> None:
    assert whatis("S=1 sigma=1") == whatis("S=1, sigma=1") == whatis("vanna")
    assert whatis("sigma=2").startswith("Volga")


def test_a_look_up_loads_no_sympy() -> None:
    code = "import sys; from greekslab.glossary import whatis; whatis('vanna'); print('sympy' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


def test_looking_up_is_quick() -> None:
    def timed(query: str) -> float:
        start = time.perf_counter()
        with contextlib.suppress(NoEntryError):
            lookup(query)
        return time.perf_counter() - start

    def reading() -> float:
        start = time.perf_counter()
        load(share.path("glossary"))
        return time.perf_counter() - start

    assert min(reading() for _ in range(3)) < 0.150
    queries = [name for _, name in NAMES] + [name[1:] for _, name in NAMES] + ["no such thing at all"] * 5
    best = [min(timed(query) for _ in range(3)) for query in queries]
    assert np.percentile(best, 95) < 0.010
