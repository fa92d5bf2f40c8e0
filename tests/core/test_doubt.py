"""The chance that a reading is right, and when to say "not sure"."""

import numpy as np
import pytest
from digits import ROOT

from benchmarks.strangers import draw_letter, draw_pair, draw_scribble, letter_names
from mnist_core.errors import ModelError
from mnist_core.modelstore import load_model
from mnist_core.reading import draw_all, read_images
from mnist_core.reading.doubt import choose_floor, judge_readings, read_rule, sketch_images
from mnist_core.robust.pen import read_pens

SHARE = 0.99


@pytest.fixture(scope="module")
def model():
    return load_model(ROOT / "models" / "paper")


@pytest.fixture(scope="module")
def pens():
    pens = read_pens()
    return pens.choose(np.random.default_rng(1).choice(len(pens), 400, replace=False))


def read(model, drawings):
    """Return the guesses for some drawings, and which of them are answered."""
    images = draw_all(drawings)
    probabilities = np.stack([reading.probabilities for reading in read_images(model, images)])
    return probabilities.argmax(axis=1), judge_readings(images, probabilities) >= choose_floor(SHARE)


def draw_strangers(kind, pens):
    rng = np.random.default_rng(7)
    if kind == "letters":
        return [draw_letter(name, rng) for name in letter_names() for _ in range(3)]
    if kind == "scribbles":
        return [draw_scribble(rng) for _ in range(100)]
    pairs = rng.choice(len(pens), (100, 2))
    return [draw_pair(pens.strokes[one], pens.strokes[other], rng) for one, other in pairs]


@pytest.mark.parametrize("kind", ["letters", "scribbles", "two digits"])
def test_of_what_is_no_single_digit_nine_in_ten_are_refused(model, pens, kind):
    _, is_answered = read(model, draw_strangers(kind, pens))

    assert np.mean(~is_answered) >= 0.9


def test_of_pen_digits_nine_in_ten_that_are_read_right_are_answered_and_answers_are_right(model, pens):
    guesses, is_answered = read(model, [[stroke.tolist() for stroke in strokes] for strokes in pens.strokes])

    is_right = guesses == pens.labels
    assert np.mean(is_answered[is_right]) >= 0.9
    assert np.mean(is_right[is_answered]) >= 0.98  # of 400; all 7,494 are measured by benchmarks/doubt.py


def test_an_empty_canvas_has_no_chance_at_all(model):
    blank = np.zeros((1, 28, 28), dtype=np.float32)

    assert judge_readings(blank, np.full((1, 10), 0.1, dtype=np.float32)).tolist() == [0.0]


def test_a_dot_is_refused(model):
    _, is_answered = read(model, [[[[5, 5]]]])

    assert not is_answered[0]


def test_a_higher_share_has_a_higher_floor():
    floors = [choose_floor(share) for share in (0.5, 0.9, 0.95, 0.98, 0.99, 0.999)]

    assert floors == sorted(set(floors))


def test_a_model_of_other_classes_is_refused():
    with pytest.raises(ModelError, match="26 classes"):
        judge_readings(np.ones((1, 28, 28), dtype=np.float32), np.ones((1, 26), dtype=np.float32) / 26)


def test_sketches_keep_the_mean_of_ink_in_the_middle():
    image = np.zeros((1, 28, 28), dtype=np.float32)
    image[0, 10:18, 10:18] = 1.0

    sketch = sketch_images(image)
    assert sketch.shape == (1, 144)
    assert sketch.sum() * 4 == pytest.approx(64, rel=1e-3)


def test_the_directions_of_the_shapes_are_orthonormal():
    for directions in read_rule().shapes.directions:
        np.testing.assert_allclose(directions @ directions.T, np.eye(len(directions)), atol=1e-5)
