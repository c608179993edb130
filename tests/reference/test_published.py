"""Published values, each with its source and the digits that it prints."""

import tomllib
from decimal import Decimal
from pathlib import Path

import pytest

from greekslab.evaluate import greeks

FILES = sorted(Path(__file__).parent.glob("*.toml"))
TABLES = {path.name: tomllib.loads(path.read_text(encoding="utf-8")) for path in FILES}
ROWS = [(name, row) for name, table in TABLES.items() for row in table["value"]]
OURSELVES = ("greekslab", "this package", "our own")


def source_of(name, row):
    """The source in full; refuses a row without one, or whose source is this package."""
    source = TABLES[name]["sources"].get(row.get("source"), "")
    if not source or not row.get("where"):
        raise ValueError(f"{name}: {row.get('greek')} has no source, or no place in it")
    if any(own in f"{source} {row['where']}".lower() for own in OURSELVES):
        raise ValueError(f"{name}: {row['greek']} comes from this package: that proves nothing")
    return source


def tolerance(printed):
    """Half a unit of the last digit printed."""
    return 0.5 * 10.0 ** Decimal(printed).as_tuple().exponent


def say(case):
    _, row = case
    return f"{row['source']}-{row['model']}-{row['greek']}-{row['right']}-{row['printed']}"


@pytest.mark.parametrize("case", ROWS, ids=say)
def test_published(case):
    name, row = case
    assert source_of(name, row)
    ours = greeks(row["model"], row["greek"], right=row["right"], **row["inputs"])[row["greek"]]
    assert abs(ours - float(row["printed"])) <= tolerance(row["printed"]) * (1 + 1e-9)


def test_rows_are_distinct_and_there_are_enough():
    keys = [(r["model"], r["greek"], r["right"], *sorted(r["inputs"].items())) for _, r in ROWS]
    assert len(set(keys)) == len(keys) >= 30
    assert len({row["greek"] for _, row in ROWS}) >= 14


@pytest.mark.parametrize(
    "row",
    [
        {"source": "haug", "greek": "delta"},
        {"source": "nobody", "greek": "delta", "where": "page 1"},
        {"greek": "delta", "where": "page 1"},
        {"source": "haug", "greek": "delta", "where": "computed by greekslab"},
    ],
)
def test_a_row_without_a_source_or_from_this_package_is_refused(row):
    with pytest.raises(ValueError, match=r"no source|proves nothing"):
        source_of("greeks.toml", row)
