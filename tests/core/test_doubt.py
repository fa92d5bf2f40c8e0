"""The chance that a reading is right, and when to say "not sure"."""

from dataclasses import replace

import numpy as np
import pytest
from digits import ROOT

from benchmarks.strangers import draw_letter, draw_pair, draw_scribble, letter_names
from mnist_core.ground.errors import ModelError
from mnist_core.insight.reading import draw_all, read_images
from mnist_core.insight.reading.doubt import judge_readings, read_judge, sketch_images
from mnist_core.insight.reading.floors import (
    choose_floor,
    find_floor,
    find_floors,
    judge_writers,
    measure_floors,
    read_jury,
)
from mnist_core.network.models import load_model
from mnist_core.network.models.came_from import LearnedFacts
from mnist_core.training.robust.pen import read_pens

SHARE = 0.99


@pytest.fixture(scope="module", params=["paper", "legible", "robust"])
def model(request):
    return load_model(ROOT / "models" / request.param)


@pytest.fixture(scope="module")
def paper():
    return load_model(ROOT / "models" / "paper")


@pytest.fixture(scope="module")
def pens():
    pens = read_pens()
    return pens.choose(np.random.default_rng(1).choice(len(pens), 400, replace=False))


def read(model, drawings):
    """Return the guesses for some drawings, and which of them are answered."""
    images = draw_all(drawings)
    probabilities = np.stack([reading.probabilities for reading in read_images(model, images)])
    return probabilities.argmax(axis=1), judge_readings(images, probabilities) >= choose_floor(
        SHARE, model.info.doubt
    )


def draw_strangers(kind, pens):
    rng = np.random.default_rng(7)
    if kind == "letters":
        return [draw_letter(name, rng) for name in letter_names() for _ in range(3)]
    if kind == "scribbles":
        return [draw_scribble(rng) for _ in range(100)]
    pairs = rng.choice(len(pens), (100, 2))
    return [draw_pair(pens.strokes[one], pens.strokes[other], rng) for one, other in pairs]


@pytest.mark.parametrize("kind", ["letters", "scribbles", "two digits"])
def test_of_what_is_no_single_digit_most_is_refused(model, pens, kind):
    _, is_answered = read(model, draw_strangers(kind, pens))

    assert np.mean(~is_answered) >= 0.93  # of letters that the rule has seen; benchmarks/doubt.py has others


def test_a_capital_d_is_no_nought_and_a_narrow_nought_is_one(model, pens):
    rng = np.random.default_rng(7)
    noughts = [pens.strokes[place] for place in np.flatnonzero(pens.labels == 0)]
    narrow = [[(points * [0.65, 1.0]).tolist() for points in strokes] for strokes in noughts]

    _, is_letter_answered = read(model, [draw_letter("D", rng) for _ in range(40)])
    guesses, is_answered = read(model, narrow)
    assert is_letter_answered.mean() <= 0.2
    assert is_answered[guesses == 0].mean() >= 0.75


def test_each_built_in_model_was_judged_on_writers_who_had_no_say_in_its_floor(model):
    doubt = model.info.doubt

    assert len(doubt.n) == 30
    assert doubt.right >= 0.985
    assert doubt.lost <= 0.03
    assert list(doubt.floors) == sorted(doubt.floors)
    by = (
        "trained in the same way without the writer"
        if model.info.has_seen_pens
        else "benchmarks.doubt --write"
    )
    assert by in doubt.reader


@pytest.mark.parametrize("name", ["paper", "legible"])
def test_the_floors_of_a_built_in_model_are_measured_again_to_the_same(name):
    model = load_model(ROOT / "models" / name)

    again = measure_floors(model.network, model.info)
    assert again.floors == pytest.approx(model.info.doubt.floors, abs=1e-4)


def test_a_floor_that_is_judged_by_writers_left_out_can_fail():
    # One writer alone is read wrong, and surely: where that writer has no say, the others ask for no floor.
    rng = np.random.default_rng(0)
    writers = np.repeat(np.arange(1, 11), 100)
    chances = rng.uniform(0.9, 1.0, len(writers))
    is_right = writers != 10

    is_answered = judge_writers(chances, is_right, writers)
    assert is_right[is_answered & (writers == 10)].mean() == 0
    assert is_answered[writers == 10].mean() > 0.9
    chosen_on_all = chances >= find_floor(chances, is_right, SHARE)
    assert chosen_on_all[writers == 10].mean() < 0.5


def test_a_model_that_has_seen_these_writers_measures_nothing_on_them(paper):
    assert measure_floors(paper.network, replace(paper.info, recipe_name="robust, changed")) is None
    learned = LearnedFacts("paper", 3, 1, None, 9_000)
    assert measure_floors(paper.network, replace(paper.info, learned=learned)) is None


def test_a_model_that_reads_no_digits_has_no_floors(paper):
    letters = tuple("abcdefghij")

    assert measure_floors(paper.network, replace(paper.info, class_names=letters)) is None


def test_a_model_without_floors_of_its_own_takes_those_of_paper(paper):
    assert choose_floor(SHARE, None) == choose_floor(SHARE, paper.info.doubt)


def test_a_network_that_reads_better_refuses_less():
    jury = read_jury()
    rng = np.random.default_rng(0)
    logits = rng.normal(0, 1, (len(jury.labels), 10)).astype(np.float32)
    logits[np.arange(len(logits)), jury.labels] += 8
    worse = logits.copy()
    some = rng.choice(len(logits), 400, replace=False)
    worse[some] = np.roll(worse[some], 1, axis=1)

    good, bad = (find_floors(one, 1.0, jury, "none") for one in (logits, worse))
    assert good.answered > bad.answered
    assert good.lost <= 0.04


def test_an_empty_canvas_has_no_chance_at_all():
    blank = np.zeros((1, 28, 28), dtype=np.float32)

    assert judge_readings(blank, np.full((1, 10), 0.1, dtype=np.float32)).tolist() == [0.0]


def test_a_dot_is_refused(model):
    _, is_answered = read(model, [[[[5, 5]]]])

    assert not is_answered[0]


def test_a_higher_share_has_no_lower_floor(model):
    floors = [choose_floor(share, model.info.doubt) for share in (0.5, 0.9, 0.95, 0.98, 0.99, 0.998, 0.999)]

    assert floors == sorted(floors)
    assert floors[0] < floors[-3] < floors[-1]


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
    for directions in read_judge().shapes[0].directions:
        np.testing.assert_allclose(directions @ directions.T, np.eye(len(directions)), atol=1e-5)
