"""Arrays in, arrays out: shapes, types, the domain, chunks and threads; one warning, no silent number."""

import threading
import warnings
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from greekslab import fast
from greekslab.evaluate import CHUNK, DomainError, DomainWarning, UnknownModelError, derivative, greeks
from greekslab.formulas import MODELS
from greekslab.greeks import UnknownGreekError
from greekslab.kernels import KERNELS
from tests.agreement.points import seeded

AT = {"S": 100.0, "K": 110.0, "T": 0.25, "sigma": 0.6, "r": 0.02, "q": 0.01}
ALL = KERNELS["bsm"].greeks


@pytest.fixture(autouse=True)
def numpy_engine(monkeypatch):
    monkeypatch.setenv("GREEKSLAB_ENGINE", "numpy")


def columns(model, count, seed=5):
    points = list(seeded(MODELS[model], count, seed))
    inputs = {name: np.array([point[name] for point in points]) for name in points[0]}
    return inputs | {"right": inputs.pop("eta")}


def same(one, two):
    return all(np.array_equal(one[name], two[name], equal_nan=True) for name in one)


# -- shapes and types -----------------------------------------------------------------------------------

ONE = greeks("bsm", "price", **AT)["price"]
KINDS = {
    "int": (100, 110),
    "float32": (np.float32(100), np.float32(110)),
    "float16": (np.float16(100), np.float16(110)),
    "longdouble": (np.longdouble(100), np.longdouble(110)),
    "uint8": (np.uint8(100), np.uint8(110)),
    "0-d array": (np.array(100), np.array(110.0)),
    "Decimal": (Decimal(100), Decimal(110)),
    "Fraction": (Fraction(100), Fraction(110)),
    "object": (np.array(100, object), np.array(110.0, object)),
}


@pytest.mark.parametrize("kind", KINDS)
def test_a_number_of_any_kind_is_a_number(kind):
    S, K = KINDS[kind]
    found = greeks("bsm", "price", **(AT | {"S": S, "K": K}))["price"]
    assert type(found) is float
    assert found == pytest.approx(ONE, rel=1e-14)


SEQUENCES = {
    "list": [110.0, 120.0],
    "tuple": (110, 120),
    "int array": np.array([110, 120]),
    "float32 array": np.array([110, 120], np.float32),
    "object array": np.array([110, 120.0], object),
    "big-endian": np.array([110.0, 120.0], ">f8"),
    "Series": pd.Series([110.0, 120.0], index=[7, 3]),
    "nullable Series": pd.Series([110, 120], dtype="Int64"),
    "masked, nothing hidden": np.ma.masked_array([110.0, 120.0], [False, False]),
    "every second": np.array([110.0, 0.0, 120.0, 0.0])[::2],
    "reversed": np.array([120.0, 110.0])[::-1],
    "a column of a table": np.array([[110.0, 1.0], [120.0, 2.0]])[:, 0],
}


@pytest.mark.parametrize("kind", SEQUENCES)
def test_a_sequence_of_any_kind_is_an_array(kind):
    found = greeks("bsm", ["price"], **(AT | {"K": SEQUENCES[kind]}))["price"]
    assert isinstance(found, np.ndarray)
    assert found.dtype == np.float64
    assert found.shape == (2,)
    assert found == pytest.approx([ONE, greeks("bsm", "price", **(AT | {"K": 120.0}))["price"]], rel=1e-15)


REFUSED = {
    "text": "100",
    "texts": ["100", "101"],
    "texts as objects": np.array(["100", "101"], object),
    "complex": 100 + 0j,
    "complex objects": np.array([1 + 1j], object),
    "bool": True,
    "bools as objects": np.array([True, 1.0], object),
    "dates": np.array(["2026-01-01"], "datetime64[D]"),
    "durations": np.array([3], "timedelta64[D]"),
    "ragged": [[1.0, 2.0], [3.0]],
    "beyond doubles": 10**400,
    "dict": {},
}


@pytest.mark.parametrize("kind", REFUSED)
def test_what_is_no_real_number_is_refused_by_name(kind):
    with pytest.raises(TypeError, match="input 'S' must be real numbers"):
        greeks("bsm", "price", **(AT | {"S": REFUSED[kind]}))


def test_inputs_broadcast():
    grid = greeks(
        "bsm", ALL, **(AT | {"S": [[90.0], [100.0], [110.0]], "K": [100.0, 110.0], "right": [1, -1]})
    )
    for i, S in enumerate((90.0, 100.0, 110.0)):
        for j, (K, right) in enumerate(((100.0, "call"), (110.0, "put"))):
            one = greeks("bsm", ALL, **(AT | {"S": [S], "K": K, "right": right}))
            assert all(grid[name].shape == (3, 2) and grid[name][i, j] == one[name][0] for name in ALL)


def test_an_array_of_one_element_keeps_its_shape():
    assert greeks("bsm", "price", **(AT | {"K": [[110.0]]}))["price"].shape == (1, 1)
    assert greeks("bsm", "price", **(AT | {"right": ["call"]}))["price"].shape == (1,)


@pytest.mark.parametrize("shape", [(0,), (3, 0)])
def test_nothing_in_nothing_out(shape):
    found = greeks("bsm", ALL, strict=True, **(AT | {"S": np.empty(shape), "K": np.nan}))
    assert all(array.shape == shape for array in found.values())


def test_shapes_that_do_not_fit_are_named():
    with pytest.raises(ValueError, match=r"do not broadcast together: S \(2,\), K \(3,\)$"):
        greeks("bsm", "price", **(AT | {"S": [1.0, 2.0], "K": [1.0, 2.0, 3.0]}))
    with pytest.raises(ValueError, match=r"K \(3,\), right \(2,\)"):
        greeks("bsm", "price", **(AT | {"K": [1.0, 2.0, 3.0], "right": ["call", "put"]}))


def test_inputs_are_left_as_they_are():
    given = columns("bsm", 50)
    given["K"][3], given["T"][4], given["sigma"][5] = -1.0, 0.0, 0.0
    before = {name: array.copy() for name, array in given.items()}
    for array in given.values():
        array.setflags(write=False)
    with pytest.warns(DomainWarning):
        greeks("bsm", ALL, **given)
    assert same(given, before)


def test_results_are_ones_own_to_change():
    found = greeks("bsm", ["vega", "vega_pt", "price"], **(AT | {"K": [100.0, 110.0]}))
    kept = found["price"].copy()
    found["vega"][:] = 0.0
    assert np.all(found["vega_pt"] > 0)
    assert np.array_equal(found["price"], kept)


def test_names_come_back_as_asked():
    found = greeks("bsm", ["Vomma", "delta decay", "volga"], **AT)
    assert list(found) == ["Vomma", "delta decay", "volga"]
    assert found["Vomma"] == found["volga"]
    assert greeks("bsm", [], **AT) == {}
    assert list(greeks("bsm", "delta", **AT)) == ["delta"]
    assert list(greeks("bsm", ("delta", "price"), **AT)) == ["delta", "price"]


def test_the_set_asked_for_changes_no_number():
    given = columns("bsm", 40)
    together = greeks("bsm", ALL, **given)
    for name in ALL:
        assert np.array_equal(greeks("bsm", name, **given)[name], together[name])


# -- names ----------------------------------------------------------------------------------------------


def test_unknown_names_suggest_the_nearest():
    with pytest.raises(UnknownGreekError, match="unknown Greek 'vana'; did you mean vanna"):
        greeks("bsm", "vana", **AT)
    with pytest.raises(UnknownModelError, match="unknown model 'bms'; did you mean bsm"):
        greeks("bms", "vanna", **AT)
    with pytest.raises(UnknownGreekError, match="inverse has no rho; it has price, delta"):
        greeks("inverse", "rho", F=1.0, K=1.0, T=1.0, sigma=1.0)
    with pytest.raises(UnknownGreekError, match=r"money of a book: .* per option there is gamma"):
        greeks("bsm", "gamma_usd_1pct", **AT)


def test_inputs_are_those_of_the_model():
    with pytest.raises(TypeError, match="bsm has no input 'F'; its inputs are S, K, T, sigma, r, q"):
        greeks("bsm", "price", F=1.0, **AT)
    with pytest.raises(TypeError, match="bsm needs input 'q'; its inputs are S, K"):
        greeks("bsm", "price", **{name: x for name, x in AT.items() if name != "q"})


@pytest.mark.parametrize("orders", [{"X": 1}, {"S": -1}, {"S": 1.0}, {"S": True}, {"S": 99}, {"S": "2"}])
def test_what_is_no_order_is_refused(orders):
    with pytest.raises(UnknownGreekError, match=r"no input|whole number|above the highest"):
        derivative("bsm", at=AT, **orders)


# -- the domain -----------------------------------------------------------------------------------------

BAD = [
    ("S", 0.0, "> 0"),
    ("S", -1.0, "> 0"),
    ("K", np.inf, "> 0"),
    ("K", np.nan, "> 0"),
    ("T", -1e-9, ">= 0"),
    ("T", np.inf, ">= 0"),
    ("sigma", -0.2, ">= 0"),
    ("sigma", np.nan, ">= 0"),
    ("r", np.inf, "finite"),
    ("q", -np.inf, "finite"),
    ("r", np.nan, "finite"),
]


@pytest.mark.parametrize(("name", "value", "allowed"), BAD)
def test_a_bad_element_is_nan_with_one_warning(name, value, allowed):
    column = np.full(4, AT[name])
    column[2] = value
    with pytest.warns(DomainWarning) as said:
        found = greeks("bsm", ALL, **(AT | {name: column}))
    assert len(said) == 1
    assert str(said[0].message).startswith(f"1 of 4 elements are NaN: {name} = {value} at row 2; it must be ")
    assert str(said[0].message).endswith(allowed)
    assert said[0].filename == __file__
    good = greeks("bsm", ALL, **(AT | {name: np.full(4, AT[name])}))
    for greek in ALL:
        assert np.isnan(found[greek]).tolist() == [False, False, True, False]
        assert np.array_equal(found[greek][[0, 1, 3]], good[greek][[0, 1, 3]])


@pytest.mark.parametrize(("name", "value", "allowed"), BAD)
@pytest.mark.parametrize("as_array", [False, True])
def test_strict_names_input_row_value_and_range(name, value, allowed, as_array):
    given = [AT[name], value] if as_array else value
    with pytest.raises(DomainError) as said:
        greeks("bsm", "price", strict=True, **(AT | {name: given}))
    assert str(said.value).startswith(f"{name} = {value} at row {int(as_array)}; it must be ")
    assert str(said.value).endswith(allowed)


def test_every_bad_row_counts_once_and_the_first_is_named():
    K = [100.0, np.nan, 100.0, -5.0, 100.0]
    sigma = [0.2, -0.3, -0.4, 0.2, 0.2]
    with pytest.warns(DomainWarning, match=r"^3 of 5 elements are NaN: K = nan at row 1;") as said:
        found = greeks("bsm", ["price", "ultima"], **(AT | {"K": K, "sigma": sigma}))
    assert len(said) == 1
    assert np.isnan(found["ultima"]).tolist() == [False, True, True, True, False]
    with pytest.raises(DomainError, match=r"^sigma = -0.4 at row 0;"):
        greeks("bsm", "price", strict=True, **(AT | {"K": [1.0, -1.0], "sigma": [-0.4, 0.2]}))


def test_a_bad_scalar_spoils_every_element():
    with pytest.warns(DomainWarning, match=r"^6 of 6 elements are NaN: sigma = -1.0 at row 0"):
        found = greeks("bsm", ["gamma"], **(AT | {"S": np.full((2, 3), 90.0), "sigma": -1.0}))
    assert np.isnan(found["gamma"]).all()


@pytest.mark.parametrize(
    "hidden", [np.ma.masked_array([100.0, 100.0], [0, 1]), pd.Series([100, None], dtype="Int64")]
)
def test_what_is_missing_is_nan(hidden):
    with pytest.warns(DomainWarning, match="1 of 2 elements are NaN: S = nan at row 1"):
        found = greeks("bsm", ["price"], **(AT | {"S": hidden}))
    assert np.isnan(found["price"]).tolist() == [False, True]


def test_strict_accepts_no_greek_without_a_limit():
    given = AT | {"S": [100.0, 110.0], "T": 0.0}
    assert greeks("bsm", "delta", strict=True, **given)["delta"].tolist() == [0.0, 0.5]
    with pytest.raises(DomainError, match="row 1 is at the forward with no time or volatility"):
        greeks("bsm", "gamma", strict=True, **given)


@pytest.mark.parametrize("model", list(MODELS))
@given(st.data())
def test_whatever_goes_in_nothing_crashes_and_no_nan_is_silent(model, data):
    wild = st.floats(width=64) | st.sampled_from(
        [0.0, -0.0, 1e-300, 5e-324, 1e300, 1.0, 100.0, np.nan, np.inf]
    )
    count = data.draw(st.integers(1, 4))
    names = KERNELS[model].input_names
    given = {name: np.array(data.draw(st.lists(wild, min_size=count, max_size=count))) for name in names}
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        found = greeks(model, KERNELS[model].greeks, right="put", **given)
    lost = sum(np.any([np.isnan(array[row]) for array in found.values()]) for row in range(count))
    assert [w.category for w in said] == [DomainWarning] * bool(lost)
    if lost:
        assert str(said[0].message).startswith(f"{lost} of {count} elements are NaN")
    outside = ~np.all([np.isfinite(column) for column in given.values()], axis=0)
    for array in found.values():
        assert np.isnan(array[outside]).all()


def test_small_and_large_numbers_are_no_errors():
    """Money counted in the smallest unit there is, or the largest: the same option."""
    for unit in (2.0**-400, 2.0**400):
        found = greeks("bsm", ALL, **(AT | {"S": 100 * unit, "K": 110 * unit}))
        assert found["price"] == ONE * unit
        assert np.isfinite(found["delta_coin"])


# -- chunks and threads ---------------------------------------------------------------------------------


@pytest.mark.parametrize("count", [CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK + 3])
@pytest.mark.parametrize("model", ["bsm", "bachelier"])
def test_chunks_are_seamless(model, count):
    given = columns(model, 97)
    tiled = {name: np.resize(column, count) for name, column in given.items()}
    names = KERNELS[model].greeks
    short, long = greeks(model, names, **given), greeks(model, names, **tiled)
    for name in names:
        assert np.array_equal(long[name], np.resize(short[name], count)), name


def test_an_element_does_not_depend_on_its_neighbours():
    given = columns("bsm", 30)
    together = greeks("bsm", ALL, **given)
    for row in range(30):
        alone = greeks("bsm", ALL, **{name: column[[row]] for name, column in given.items()})
        for name in ALL:  # thin prices stop their series where the whole chunk may: a last bit
            assert alone[name][0] == pytest.approx(together[name][row], rel=1e-15)


def test_threads_give_the_same_answers():
    given = columns("bsm", 3000)
    expected = greeks("bsm", ALL, **given)
    got, start = {}, threading.Barrier(4)

    def work(number):
        start.wait()
        for _ in range(3):
            got[number] = greeks("bsm", ALL, **given)

    threads = [threading.Thread(target=work, args=(n,)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert len(got) == 4
    assert all(same(one, expected) for one in got.values())


def test_desk_units_are_constants_times_the_raw_greek():
    raw = greeks("bsm", ["vega", "theta", "charm", "vanna", "volga", "rho"], **AT)
    desk = {
        "vega_pt": 100,
        "vanna_pt": 100,
        "volga_pt": 1e4,
        "theta_day": 365,
        "charm_day": 365,
        "rho_bp": 1e4,
    }
    for name, per in desk.items():
        found = greeks("bsm", name, **AT)[name]
        assert found == pytest.approx(raw[name.split("_")[0]] / per, rel=1e-15)


def test_desk_units_say_what_they_say():
    """A point of volatility, a day and a basis point, against the price itself."""

    def price(**moved):
        return greeks("bsm", "price", **(AT | moved))["price"]

    def slope(name, step):
        return (price(**{name: AT[name] + step}) - price(**{name: AT[name] - step})) / 2

    desk = greeks("bsm", ["vega_pt", "theta_day", "rho_bp", "volga_pt"], **AT)
    assert desk["vega_pt"] == pytest.approx(slope("sigma", 0.01), rel=1e-3)
    assert desk["theta_day"] == pytest.approx(-slope("T", 1 / 365), rel=1e-3)
    assert desk["rho_bp"] == pytest.approx(slope("r", 0.0001), rel=1e-5)
    bend = price(sigma=0.61) - 2 * price() + price(sigma=0.59)
    assert desk["volga_pt"] == pytest.approx(bend, rel=1e-3)


# -- the fast engine ------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def many():
    """So many options that the fast engine serves them; some of them not ordinary."""
    given = {name: np.resize(column, fast.WORTH_COMPILING) for name, column in columns("bsm", 500).items()}
    given["K"][5], given["sigma"][70], given["S"][71] = -1.0, np.nan, np.inf
    given["T"][90], given["sigma"][91] = 0.0, 0.0
    given["S"][100] = given["K"][100]
    given["T"][100] = 0.0
    return given


def both_ways(monkeypatch, names, given, **options):
    for engine in ("numpy", "fast"):
        monkeypatch.setenv("GREEKSLAB_ENGINE", engine)
        with warnings.catch_warnings(record=True) as said:
            warnings.simplefilter("always")
            try:
                yield greeks("bsm", names, **given, **options), [str(w.message) for w in said]
            except DomainError as error:
                yield str(error), []


@pytest.mark.slow
def test_both_engines_warn_of_the_same_rows(monkeypatch, many):
    pytest.importorskip("numba")
    names = ["price", "delta", "gamma", "theta", "totto"]
    (plain, said), (quick, said_too) = both_ways(monkeypatch, names, many)
    assert said == said_too == [said[0]]
    assert said[0].startswith(f"4 of {fast.WORTH_COMPILING} elements are NaN: K = -1.0 at row 5;")
    for name in names:
        assert np.array_equal(np.isnan(plain[name]), np.isnan(quick[name]))
        scale = np.nanmax(np.abs(plain[name]))
        assert np.nanmax(np.abs(plain[name] - quick[name])) <= 1e-12 * scale
    assert np.flatnonzero(np.isnan(quick["gamma"])).tolist() == [5, 70, 71, 100]


@pytest.mark.slow
def test_both_engines_refuse_the_same_row(monkeypatch, many):
    pytest.importorskip("numba")
    (plain, _), (quick, _) = both_ways(monkeypatch, ["price"], many, strict=True)
    assert plain == quick
    assert plain.startswith("K = -1.0 at row 5;")
