"""Rows of digits in a picture are found and read."""

import numpy as np
import pytest
from digits import ROOT
from PIL import Image, ImageDraw

from benchmarks.pictures import KINDS
from benchmarks.rows import compose_numbers, photograph_numbers
from mnist_core.ground.errors import EmptyDrawingError
from mnist_core.insight.reading.picture_numbers import read_picture_numbers
from mnist_core.network.models import load_model
from mnist_core.pens.picture_rows import find_rows, read_picture_rows
from mnist_core.training.robust.pen import read_pens


@pytest.fixture(scope="module")
def model():
    return load_model(ROOT / "models" / "robust")


def draw_boxes(*boxes):
    is_ink = np.zeros((200, 300), dtype=bool)
    for left, top, right, bottom in boxes:
        is_ink[top:bottom, left:right] = True
    return is_ink


def find_boxes(is_ink):
    return [[tuple(map(int, box)) for box in row.pieces.boxes] for row in find_rows(is_ink)]


def test_pieces_make_rows_from_top_to_bottom_and_stand_from_left_to_right():
    lower, upper = [(20, 120, 40, 160), (60, 124, 80, 165)], [(10, 20, 30, 60), (50, 15, 70, 55)]

    assert find_boxes(draw_boxes(lower[1], upper[1], lower[0], upper[0])) == [upper, lower]


def test_a_tilted_row_is_one_row():
    climbing = [(20 + 40 * k, 100 - 12 * k, 40 + 40 * k, 140 - 12 * k) for k in range(6)]

    assert find_boxes(draw_boxes(*climbing)) == [climbing]


def test_a_low_piece_joins_the_digit_beside_it_and_dirt_far_from_any_is_left_out():
    digits, bar, dirt = [(20, 50, 40, 90), (80, 50, 100, 90)], (42, 50, 60, 55), (250, 180, 260, 190)

    assert find_boxes(draw_boxes(*digits, bar, dirt)) == [[digits[0], bar, digits[1]]]


def test_dirt_that_leads_away_from_a_digit_is_left_out_where_no_digit_is_near():
    digits = [(20, 50, 40, 90), (60, 50, 80, 90)]
    dots = [(left, 60, left + 6, 66) for left in (90, 110, 130)]

    assert find_boxes(draw_boxes(*digits, *dots)) == [[*digits, dots[0]]]


def test_digits_that_touch_are_parted_where_there_is_little_ink(model):
    zero, bridge, one = (20, 50, 60, 100), (60, 74, 70, 78), (70, 50, 78, 100)
    is_ink = draw_boxes(zero, bridge, one)
    is_ink[58:92, 28:52] = False

    [row] = find_rows(is_ink)

    assert len(set(row.pieces.wholes)) == 1
    assert [one.number for one in read_picture_numbers(model, [row])] == ["01"]


def test_no_sliver_is_cut_off_the_ends_of_slanted_strokes():
    is_ink = draw_boxes((40, 74, 88, 78))
    for row in range(50, 100):
        for left in (40, 80):
            shift = round(0.5 * (75 - row))
            is_ink[row, left + shift : left + shift + 8] = True

    [row] = find_rows(is_ink)

    widths = row.pieces.boxes[:, 2] - row.pieces.boxes[:, 0]
    assert len(row.pieces.cuts) == len(widths) - 1 > 0
    assert widths.min() >= 0.2 * 50


def test_numbers_of_a_photo_are_read(model):
    pens = read_pens()
    numbers = list(compose_numbers(pens.choose(pens.writers == 7), 2, 3, (0.1, 0.4)))
    photo = photograph_numbers([digits for _, digits, _ in numbers], KINDS["shade"], np.random.default_rng(0))

    found = read_picture_numbers(model, read_picture_rows(photo))

    assert [row.number for row in found] == [number for number, _, _ in numbers]
    assert [row.images.shape for row in found] == [(4, 28, 28)] * 2


def test_blank_paper_holds_no_numbers():
    with pytest.raises(EmptyDrawingError):
        read_picture_rows(Image.new("L", (80, 80), 200))


def test_a_picture_of_one_digit_is_a_number_of_one(model):
    picture = Image.new("L", (200, 200), 240)
    ImageDraw.Draw(picture).line([(60, 40), (140, 40), (90, 160)], fill=10, width=9)

    assert [row.number for row in read_picture_numbers(model, read_picture_rows(picture))] == ["7"]
