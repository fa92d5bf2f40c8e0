"""Two models on the same images, against counts, exact chances and simulations."""

from dataclasses import replace
from math import comb

import numpy as np
import pytest
from trained import make_dataset, make_model

from mnist_core.ground.errors import DataError
from mnist_core.insight.evaluation import evaluate, wilson_interval
from mnist_core.insight.evaluation.comparison import Readings, compare, compare_right, list_guesses, read_both
from mnist_core.insight.evaluation.part import Part, take_examples


@pytest.fixture(scope="module")
def dataset():
    return make_dataset(600)


@pytest.fixture(scope="module")
def models(dataset, tmp_path_factory):
    folder = tmp_path_factory.mktemp("models")
    return make_model(folder / "good", dataset), make_model(folder / "poor", dataset, n_steps=4)


def make_readings(both: int, only_first: int, only_second: int, neither: int) -> Readings:
    n = both + only_first + only_second + neither
    labels, first, second = np.zeros(n, np.int64), np.ones(n, np.int64), np.ones(n, np.int64)
    first[: both + only_first] = 0
    second[:both] = 0
    second[both + only_first : both + only_first + only_second] = 0
    return Readings(Part(np.arange(n), "Some.", is_unseen=True), labels, first, second)


def test_the_counts_and_accuracies_are_those_of_the_images():
    found = compare(make_readings(70, 15, 5, 10))

    assert (found.n, found.both, found.only_first, found.only_second, found.neither) == (100, 70, 15, 5, 10)
    assert found.accuracies == (0.85, 0.75)
    assert found.difference == pytest.approx(0.10)


def test_mcnemars_p_is_that_of_a_fair_coin():
    at_most_5_of_20 = sum(comb(20, k) for k in range(6)) / 2**20

    assert compare(make_readings(70, 15, 5, 10)).p_value == pytest.approx(2 * at_most_5_of_20)
    assert compare(make_readings(70, 8, 8, 10)).p_value == 1
    assert compare(make_readings(70, 0, 0, 30)).p_value == 1


def test_the_interval_is_near_the_normal_one_and_that_of_equal_readings_is_nothing():
    found = compare(make_readings(7_000, 1_500, 500, 1_000))

    error = np.sqrt((0.2 - 0.1**2) / 10_000)
    assert found.interval == pytest.approx((0.1 - 1.96 * error, 0.1 + 1.96 * error), abs=0.0005)


def test_equal_readings_may_differ_on_other_images_as_far_as_wilsons_interval_of_none_goes():
    most = wilson_interval(0, 10)[1]

    assert compare(make_readings(7, 0, 0, 3)).interval == (-most, most)


def test_the_interval_of_a_loss_lies_below_zero_and_shrinks_with_agreement():
    first = np.arange(1_000) < 900
    close, far = first.copy(), np.roll(first, 60)
    close[:20] = False

    near, wide = compare_right(close, first), compare_right(far, first)

    assert (near.only_first, near.only_second, near.difference) == (0, 20, -0.02)
    assert -0.05 < near.interval[0] < -0.02 < near.interval[1] < 0
    assert wide.interval[0] < 0 < wide.interval[1]
    assert wide.p_value == 1


def test_both_models_read_the_images_that_their_training_held_out(dataset, models):
    readings = read_both(*models, dataset)

    examples = take_examples(models[0], dataset)
    assert set(readings.part.indices) == set(examples.part.indices)
    np.testing.assert_array_equal(readings.labels, dataset.labels[readings.part.indices])
    accuracies = [evaluate(one.network, examples.images, examples.labels).accuracy for one in models]
    assert compare(readings).accuracies == pytest.approx(accuracies)
    assert readings.part.words.startswith("The 100 images")
    assert compare(readings).difference > 0


def test_models_of_other_splits_are_compared_on_what_both_held_out(dataset, models):
    first, second = models
    other = replace(second, info=replace(second.info, data=replace(second.info.data, split_seed=1)))

    readings = read_both(first, other, dataset)

    own = [set(take_examples(model, dataset).part.indices) for model in (first, other)]
    assert set(readings.part.indices) == own[0] & own[1]
    assert 0 < len(readings.labels) < 100
    assert "common to" in readings.part.words


def test_models_of_other_classes_are_refused(dataset, models):
    first, second = models
    other = replace(second, info=replace(second.info, class_names=tuple("abcdefghij")))

    with pytest.raises(DataError, match="tell others apart"):
        read_both(first, other, dataset)


def test_each_image_has_a_row_with_what_both_take_it_for():
    rows = list_guesses(make_readings(1, 1, 0, 0), ("zero", "one"))

    assert rows == [
        {"index": 0, "label": "zero", "first": "zero", "second": "zero"},
        {"index": 1, "label": "zero", "first": "zero", "second": "one"},
    ]
