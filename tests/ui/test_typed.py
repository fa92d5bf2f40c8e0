"""Numbers as people type them."""

import pytest

from mnist_core.ground.errors import GridError
from mnist_ui.typed import Limits

RATES = Limits("Rates", 0, 10, is_whole=False, excludes=0)
UNITS = Limits("Units", 1, 4096)


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("0.1, 0.01, 0.001", [0.1, 0.01, 0.001]),
        ("0.1,0.01", [0.1, 0.01]),
        ("0,01", [0.01]),
        (",5 0,25", [0.5, 0.25]),
        ("0,1, 0,01,", [0.1, 0.01]),
        ("0,1;0,01", [0.1, 0.01]),
        ("1e-3,1e-2", [0.001, 0.01]),
        ("0,1e-2", [0.001]),
        ("0.1 0.1", [0.1]),
    ],
)
def test_a_list_of_rates_is_read_as_it_is_meant(text, numbers):
    assert RATES.read_list(text) == numbers


@pytest.mark.parametrize("text", ["24,48,96", "24, 48 96", "24;48,96;"])
def test_a_comma_parts_whole_numbers(text):
    assert UNITS.read_list(text) == [24, 48, 96]


@pytest.mark.parametrize("text", ["1,5", "0.1 nan", "0", "0,1,0,01", "11", "1_0 x", " , "])
def test_what_is_no_list_of_rates_is_refused_by_the_name_of_the_field(text):
    with pytest.raises(GridError, match=r"^Rates: "):
        RATES.read_list(text)


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("0.0001 to 0.1", {"low": 0.0001, "high": 0.1}),
        ("0,001..0,1 log", {"low": 0.001, "high": 0.1, "log": True}),
        (" 1 to  2 linear", {"low": 1.0, "high": 2.0, "log": False}),
        ("0.1, 0.2", None),
        ("to 2", None),
    ],
)
def test_a_range_of_rates_is_read_as_it_is_meant(text, values):
    assert RATES.read_range(text) == values


def test_a_range_of_units_may_have_steps_and_keeps_its_limits():
    assert UNITS.read_range("16 to 128 by 16") == {"low": 16, "high": 128, "step": 16}
    for text in ("0 to 8", "8 to 5000", "1.5 to 2", "a to 2"):
        with pytest.raises(GridError, match=r"^Units: a whole number"):
            UNITS.read_range(text)


def test_one_number_may_have_a_decimal_comma():
    assert RATES.read(" 1,5 ") == 1.5
    assert UNITS.read("24") == 24


@pytest.mark.parametrize("text", ["", "inf", "2,5", "0", "4097"])
def test_what_is_no_count_is_refused_with_its_range(text):
    with pytest.raises(GridError, match="whole number from 1 to 4,096"):
        UNITS.read(text)
