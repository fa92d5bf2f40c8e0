"""What is measured of ink: size, holes, outline, crossings."""

import numpy as np
import pytest

from benchmarks.strangers import draw_invented, draw_mixture, mirror_digit
from mnist_core.insight.reading.ink_figures import measure_ink
from mnist_core.pens import draw_strokes

ANGLES = np.linspace(-np.pi / 2, 3 * np.pi / 2, 60)
RING = np.stack([np.cos(ANGLES), 1.2 * np.sin(ANGLES)], axis=1)
BOW = RING[:30]
FIRST_OUTLINE, FIRST_EVENNESS, FIRST_CROSSING = 6, 30, 32


def measure(*strokes):
    return measure_ink(draw_strokes([stroke.tolist() for stroke in strokes])[None])[0]


def test_a_nought_has_one_hole_and_is_crossed_twice_in_its_middle():
    figures = measure(RING)

    assert figures[2:4].tolist() == [1, 1]
    assert 0.2 < figures[4] < 0.7
    assert figures[5] == 0
    assert figures[FIRST_CROSSING + 2 : FIRST_CROSSING + 4].tolist() == [2, 2]


def test_a_capital_d_is_straight_on_the_left_and_a_nought_is_not():
    stem = np.array([[0.0, -1.2], [0.0, 1.2]])

    letter, nought = measure(stem, BOW), measure(RING)

    assert letter[3] == nought[3] == 1
    assert letter[FIRST_EVENNESS] < 0.02 < nought[FIRST_EVENNESS]
    assert letter[FIRST_EVENNESS + 1] == pytest.approx(nought[FIRST_EVENNESS + 1], abs=0.1)


def test_an_outline_begins_where_ink_begins_on_each_side():
    figures = measure(np.array([[0.0, 0.0], [0.0, 1.0], [0.8, 1.0]]))

    left, right, upper, lower = figures[FIRST_OUTLINE:FIRST_EVENNESS].reshape(4, 6)
    assert left.max() == 0
    assert right[0] > 0.7
    assert right[-1] == 0
    assert upper[-1] > 0.7
    assert lower.max() < 0.1


def test_strangers_that_are_invented_can_be_drawn_and_are_the_same_by_seed():
    seven = [np.array([[0.0, 0.0], [60.0, 0.0], [20.0, 100.0]])]

    def draw(seed):
        rng = np.random.default_rng(seed)
        return [draw_invented(rng), draw_mixture(seven, seven, rng), mirror_digit(seven, 7, rng)]

    assert draw(1) == draw(1)
    assert draw(1) != draw(2)
    assert all(draw_strokes(strokes).any() for strokes in draw(1))
