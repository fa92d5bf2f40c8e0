"""Pen digits in other styles and between hands: what changes, what stays, what is left out."""

from dataclasses import replace

import numpy as np
import pytest

from mnist_core.network.candidate import Activation, Candidate
from mnist_core.pens import draw_strokes
from mnist_core.training.robust.blend import blend_pens
from mnist_core.training.robust.distil import distil
from mnist_core.training.robust.distort import Bend
from mnist_core.training.robust.effort import STYLED, STYLED_EFFORT, list_effort, name_recipe
from mnist_core.training.robust.fit import FitPlan, Lesson, order_lessons
from mnist_core.training.robust.pen import Pens, read_pens
from mnist_core.training.robust.pool import PoolSize, Variety, make_pool, to_bytes
from mnist_core.training.robust.styles import STYLES, resample, restyle, to_unit

SEVEN = (np.array([[0.0, 0.0], [0.6, 0.0], [0.2, 1.0]]),)
ONE = (np.array([[0.3, 0.0], [0.3, 1.0]]),)


@pytest.fixture(scope="module")
def pens():
    return read_pens().choose(np.arange(0, 7494, 75))


def draw(digit):
    return draw_strokes([stroke.tolist() for stroke in digit])


@pytest.mark.parametrize("name", STYLES)
def test_a_style_changes_some_digits_and_leaves_each_one_to_be_drawn(name, pens):
    rng = np.random.default_rng(0)
    units = [to_unit(strokes) for strokes in pens.strokes]
    styled = [STYLES[name](unit, int(label), rng) for unit, label in zip(units, pens.labels, strict=True)]

    changes = [np.abs(draw(one) - draw(unit)).sum() for one, unit in zip(styled, units, strict=True)]
    assert 0.02 < np.mean(np.array(changes) > 1) <= 1
    assert np.median(changes) < 60  # of about 100 of ink: the digit is still there


def test_a_seven_gains_a_bar_or_loses_it_and_other_digits_have_none():
    rng = np.random.default_rng(0)

    barred = STYLES["bar"](SEVEN, 7, rng)

    assert len(barred) == 2
    left, right = barred[1]
    assert 0.2 < barred[1][:, 1].mean() < 0.8
    assert right[0] - left[0] > 0.2
    assert np.array_equal(STYLES["bar"](barred, 7, rng)[0], SEVEN[0])
    assert STYLES["bar"](SEVEN, 2, rng) is SEVEN


def test_a_one_gains_a_foot_at_its_lower_end():
    foot = STYLES["foot"](ONE, 1, np.random.default_rng(0))[1]

    assert foot[:, 1].mean() == pytest.approx(1.0, abs=0.15)
    assert foot[0, 0] < 0.3 < foot[1, 0]


def test_a_tail_is_hooked_to_the_left():
    tails = [STYLES["hook"](ONE, 1, np.random.default_rng(seed))[0][-1] for seed in range(20)]

    assert np.mean([tail[0] < 0.3 for tail in tails]) > 0.9


def test_a_digit_restyled_in_no_style_keeps_its_shape(pens):
    digit = pens.strokes[0]

    assert np.array_equal(draw(restyle(digit, 8, (), np.random.default_rng(0))), draw(digit))


def test_points_are_placed_at_equal_steps():
    steps = np.diff(resample(ONE[0], 30), axis=0)

    assert steps == pytest.approx(np.tile([0.0, 1 / 29], (29, 1)))


def test_hands_are_blended_within_their_part_of_the_writers():
    tall, wide = (np.array([[0.0, 0.0], size]) for size in ((0.2, 1.0), (0.4, 1.0)))
    other = np.array([[0.0, 0.0], [0.3, 1.0]])
    pens = Pens(((tall,), (wide,), (other,), (other,)), np.ones(4, dtype=np.int64), np.array([1, 2, 3, 4]))

    blended = blend_pens(pens, [np.array([1, 2]), np.array([3, 4])], np.random.default_rng(0))

    ends = [to_unit(strokes)[0][-1, 0] for strokes in blended.strokes]
    assert ends[0] != pytest.approx(0.2, abs=1e-3)
    assert ends[2:] == pytest.approx([0.3, 0.3])


def test_a_pool_without_variety_is_the_one_of_before(pens):
    images, labels = np.zeros((20, 28, 28), dtype=np.float32), np.zeros(20, dtype=np.int64)
    size = PoolSize(1, 3, 2.0)

    plain, same, styled = (
        make_pool(images, labels, pens, size, Bend(), 0, variety)[0].images
        for variety in (None, Variety(), Variety(tuple(STYLES), is_blended=True))
    )

    assert np.array_equal(plain, same)
    assert not np.array_equal(plain, styled)


def test_what_the_teachers_do_not_take_for_its_digit_is_not_shown(pens):
    images, labels = np.zeros((40, 28, 28), dtype=np.float32), np.arange(40) % 10
    pool = make_pool(images, labels, pens, PoolSize(1, 1, 1.0), Bend(), 0)
    pool_labels = np.where(pool[0].writers > 0, (pool[0].labels + 1) % 10, pool[0].labels)
    answers = [[np.eye(10, dtype=np.float16)[pool_labels]]]

    def teach(left_out, least):
        candidate, plan = Candidate(0.01, 8, 8, Activation.RELU), FitPlan(2, 20, 0.01, n_averaged=3)
        said = distil(pool, answers, left_out, candidate, plan, 0, lambda *_: None, 2.0, least)
        return [weights.detach().numpy() for weights in said.parameters()]

    nobody, everybody = np.empty(0, dtype=np.int64), np.arange(1, 31)
    refused, left_out, shown = teach(nobody, 0.2), teach(everybody, 0.0), teach(nobody, 0.0)
    assert all(np.array_equal(*pair) for pair in zip(refused, left_out, strict=True))
    assert not np.array_equal(refused[0], shown[0])


def test_weights_averaged_over_one_step_are_those_after_it_and_hold_nothing_of_chance(pens):
    images, labels = np.zeros((40, 28, 28), dtype=np.float32), np.arange(40) % 10
    pool = make_pool(images, labels, pens, PoolSize(1, 1, 1.0), Bend(), 0)
    answers = [[np.eye(10, dtype=np.float16)[pool[0].labels]]]

    def teach(n_averaged):
        candidate, plan = (
            Candidate(0.01, 8, 8, Activation.RELU),
            FitPlan(1, 100_000, 0.01, n_averaged=n_averaged),
        )
        said = distil(
            pool, answers, np.empty(0, dtype=np.int64), candidate, plan, 0, lambda *_: None, 2.0, 0.0
        )
        return [weights.detach().numpy() for weights in said.parameters()]

    assert all(np.allclose(*pair) for pair in zip(teach(400), teach(0), strict=True))


def test_the_last_fifth_of_a_course_shows_calm_passes_the_last_of_images_as_they_are(pens):
    images = np.random.default_rng(0).random((40, 28, 28), dtype=np.float32)
    labels, size = np.arange(40) % 10, PoolSize(2, 1, 1.0)
    wild = make_pool(images, labels, pens, size, Bend(), 0)
    pool = make_pool(images, labels, pens, replace(size, calm=(0.5, 0.0)), Bend(), 0)

    assert all(np.array_equal(one.images, other.images) for one, other in zip(wild, pool, strict=False))
    assert np.array_equal(pool[3].images[:40], to_bytes(images))
    lessons = [Lesson(one.images, one.rows_without(np.empty(0)), one.labels, one.is_calm) for one in pool]
    shown = [lessons.index(lesson) for lesson in order_lessons(lessons, 10)]
    assert shown == [0, 1, 0, 1, 0, 1, 0, 1, 2, 3]


def test_the_recipe_with_styles_has_its_name_and_its_option():
    assert name_recipe(STYLED, STYLED_EFFORT) == "robust, with styles"
    assert "--styles" in list_effort(STYLED_EFFORT)
