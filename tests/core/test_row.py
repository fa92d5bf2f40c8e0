"""Digits in a row are cut and read."""

import numpy as np
import pytest
from digits import ROOT

from benchmarks.rows import compose_numbers, join_digits
from mnist_core.ground.errors import DrawingError, EmptyDrawingError
from mnist_core.insight.reading import draw_all
from mnist_core.insight.reading.row import read_row
from mnist_core.network.models import load_model
from mnist_core.training.robust.pen import read_pens

SEVEN = [[[0, 0], [60, 0], [25, 100]], [[10, 50], [60, 45]]]  # crossed
FOUR = [[[20, 0], [0, 60], [70, 60]], [[50, 30], [45, 100]]]


@pytest.fixture(scope="module")
def model():
    return load_model(ROOT / "models" / "paper")


def move(strokes, dx):
    return [[[x + dx, y] for x, y in stroke] for stroke in strokes]


def test_the_strokes_of_a_digit_stay_together_in_whatever_order_they_come(model):
    written = [*move(FOUR, 90), *SEVEN, *move(SEVEN, 200)]

    assert read_row(model, written).groups == [SEVEN, move(FOUR, 90), move(SEVEN, 200)]


def test_digits_whose_boxes_overlap_are_cut(model):
    assert read_row(model, [*SEVEN, *move(FOUR, 52)]).groups == [SEVEN, move(FOUR, 52)]


def test_a_digit_alone_is_a_row_of_one(model):
    row = read_row(model, FOUR)

    assert row.groups == [FOUR]
    assert row.number == "4"
    np.testing.assert_array_equal(row.images, draw_all([FOUR]))
    assert row.chance == pytest.approx(row.chances[0])


@pytest.mark.parametrize("scale", [1e-3, 1e4])
def test_the_size_of_the_canvas_makes_no_difference(model, scale):
    written = [*SEVEN, *move(FOUR, 90)]
    scaled = [(np.array(stroke) * scale).tolist() for stroke in written]

    assert [len(group) for group in read_row(model, scaled).groups] == [2, 2]


def test_of_composed_numbers_nine_in_ten_are_cut_rightly(model):
    numbers = list(compose_numbers(read_pens(), 40, seed=11))

    found = [
        read_row(model, [stroke for digit in digits for stroke in digit]).groups for _, digits, _ in numbers
    ]
    is_cut = [
        sorted(map(len, group)) == sorted(map(len, digit)) if len(groups) == len(digits) else False
        for groups, (_, digits, _) in zip(found, numbers, strict=True)
        for group, digit in zip(groups, digits, strict=False)
    ]
    assert np.mean(is_cut) >= 0.9


def test_a_stroke_that_runs_on_into_the_next_digit_is_cut_and_its_link_left_out(model):
    seven = [[0, 0], [30, 0], [60, 0], [45, 50], [30, 100]]
    one = [[110, 10], [108, 55], [106, 100]]

    row = read_row(model, [[*seven, [70, 55], *one]])

    assert row.groups == [[seven], [one]]


def test_a_digit_of_one_stroke_stays_whole(model):
    two = [[0, 20], [30, 0], [60, 20], [30, 60], [0, 100], [40, 95], [90, 100]]

    assert read_row(model, [two]).groups == [[two]]


def test_of_composed_numbers_with_a_joined_pair_most_are_cut(model):
    rng, numbers = np.random.default_rng(0), compose_numbers(read_pens(), 20, seed=11)
    joined = [strokes for _, digits, _ in numbers if (strokes := join_digits(digits, rng))]

    assert np.mean([len(read_row(model, strokes).groups) == 4 for strokes in joined]) >= 0.8


@pytest.mark.parametrize("strokes", [[[[5, 5]]], [[[0, 0], [300, 0]]], [[[3, y] for y in range(9)]] * 7])
def test_a_dot_a_dash_and_strokes_on_one_another_are_rows_too(model, strokes):
    row = read_row(model, strokes)

    assert sum(map(len, row.groups)) == len(strokes)
    assert len(row.number) == len(row.groups)


def test_an_empty_canvas_is_an_empty_drawing(model):
    with pytest.raises(EmptyDrawingError):
        read_row(model, [[]])


def test_a_coordinate_that_is_no_number_is_refused(model):
    with pytest.raises(DrawingError, match="NaN"):
        read_row(model, [[[float("nan"), 1.0]]])
