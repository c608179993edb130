"""The book: columns of equal length, checked row by row, and refusals that name what is wrong."""

import numpy as np
import pytest

from greekslab import Book, BookError, Option
from greekslab.book import COLUMNS

EXPIRY = np.datetime64("2026-09-25T08:00", "ms")
ROW = Option("BTC", EXPIRY, 60_000.0, "call", "inverse", instrument="BTC-25SEP26-60000-C").row(
    2.0, 0.05, "mine"
)
FIELDS = {"underlying": "BTC", "expiry": EXPIRY, "strike": 60_000.0, "right": "P", "quantity": [1.0, -2.0]}


def test_a_row_of_an_option_fills_every_column():
    book = Book.from_rows([ROW])
    assert list(book) == list(COLUMNS)
    assert {name: column.tolist() for name, column in book.columns.items() if name != "expiry"} == {
        "instrument": ["BTC-25SEP26-60000-C"],
        "kind": ["option"],
        "underlying": ["BTC"],
        "strike": [60_000.0],
        "right": [1],
        "payoff": ["vanilla"],
        "settle": ["inverse"],
        "multiplier": [1.0],
        "quantity": [2.0],
        "entry": [0.05],
        "tag": ["mine"],
    }
    assert book["expiry"].dtype == "datetime64[ms]"


def test_scalars_serve_every_row_and_defaults_fill_the_rest():
    book = Book.of(**FIELDS)
    assert len(book) == 2
    assert book["right"].tolist() == [-1, -1]
    assert book["settle"].tolist() == ["linear", "linear"]
    assert book["multiplier"].tolist() == [1.0, 1.0]
    assert np.isnan(book["entry"]).all()


@pytest.mark.parametrize("spelling", ["call", "Call", " C ", "c", 1, 1.0, "+1", np.int64(1)])
def test_spellings_of_a_call(spelling):
    assert Book.of(**FIELDS | {"right": spelling})["right"].tolist() == [1, 1]


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"strike": [60_000.0, -1.0]}, r"row 1: strike = -1.0; allowed: .*> 0"),
        ({"strike": [np.nan, 1.0]}, "row 0: strike = nan"),
        ({"strike": [1.0, np.inf]}, "row 1: strike = inf"),
        ({"multiplier": 0.0}, "row 0: multiplier = 0.0"),
        ({"multiplier": [1.0, np.inf]}, "row 1: multiplier = inf"),
        ({"quantity": [1.0, np.nan]}, "row 1: quantity = nan"),
        ({"quantity": ["many", "few"]}, "column 'quantity': could not convert"),
        ({"expiry": [EXPIRY, np.datetime64("NaT", "ms")]}, "row 1: expiry = NaT"),
        ({"expiry": "soon"}, "column 'expiry'"),
        ({"settle": ["linear", "quanto"]}, "row 1: settle = quanto; allowed: .*linear.*inverse"),
        ({"kind": "swap"}, "row 0: kind = swap; allowed: .*option"),
        ({"right": ["call", "straddle"]}, "right 'straddle' is not one of"),
        ({"strike": [1.0, 2.0, 3.0]}, r"columns differ in length: .*'strike': 3.*'quantity': 2"),
        ({"strike": [[1.0, 2.0]]}, "column 'strike' has 2 dimensions"),
        ({"strikes": 1.0}, "unknown column 'strikes'; a book has instrument, kind"),
    ],
)
def test_refusals_name_the_column_the_row_and_the_value(changed, says):
    with pytest.raises(BookError, match=says):
        Book.of(**FIELDS | changed)


def test_missing_columns_and_fields():
    with pytest.raises(BookError, match="missing column 'strike'"):
        Book.of(**{name: value for name, value in FIELDS.items() if name != "strike"})
    with pytest.raises(BookError, match="row 1: missing field 'quantity'"):
        Book.from_rows([ROW, {name: value for name, value in ROW.items() if name != "quantity"}])
    with pytest.raises(BookError, match="unknown column 'colour'"):
        Book.from_rows([ROW | {"colour": "red"}])
    with pytest.raises(BookError, match="unknown column 'delta'; a book has"):
        Book.from_rows([ROW])["delta"]


def test_where_takes_masks_and_numbers_in_their_order():
    book = Book.of(**FIELDS | {"quantity": [1.0, 2.0, 3.0]})
    assert book.where(book["quantity"] > 1)["quantity"].tolist() == [2.0, 3.0]
    assert book.where([2, 0, 2])["quantity"].tolist() == [3.0, 1.0, 3.0]
    assert book.where(1)["quantity"].tolist() == [2.0]
    assert len(book.where([])) == len(book.where(book["quantity"] > 9)) == 0
    with pytest.raises(IndexError):
        book.where([True, False])


def test_no_column_can_be_written_into():
    book = Book.of(**FIELDS)
    for one in (book, book.where([0]), book + book, book.with_columns(tag="x")):
        with pytest.raises(ValueError, match="read-only"):
            one["quantity"][0] = 5.0


def test_what_goes_in_is_copied():
    quantity = np.array([1.0, 2.0])
    book = Book.of(**FIELDS | {"quantity": quantity})
    quantity[0] = 9.0
    assert book["quantity"].tolist() == [1.0, 2.0]


def test_books_add_and_change():
    one, two = Book.from_rows([ROW]), Book.of(**FIELDS | {"tag": "a longer tag"})
    both = one + two
    assert both["tag"].tolist() == ["mine", "a longer tag", "a longer tag"]
    assert both.with_columns(quantity=0.0)["quantity"].tolist() == [0.0, 0.0, 0.0]
    with pytest.raises(BookError, match="row 0: strike"):
        both.with_columns(strike=-1.0)


def test_no_rows():
    empty = Book.from_rows([])
    assert len(empty) == 0
    assert repr(empty) == "<Book of 0 positions: empty>"
    assert len(empty + Book.from_rows([ROW])) == 1


def test_frame_and_repr():
    book = Book.from_rows([ROW, ROW | {"underlying": "ETH"}])
    frame = book.to_frame()
    assert list(frame.columns) == list(COLUMNS)
    assert frame["underlying"].tolist() == ["BTC", "ETH"]
    assert repr(book) == "<Book of 2 positions: BTC, ETH>"
