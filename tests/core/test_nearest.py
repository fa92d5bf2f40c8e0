"""The images that a network finds most like a drawing."""

from dataclasses import replace

import numpy as np
import pytest
from digits import ROOT

from mnist_core.data.dataset import split_dataset
from mnist_core.data.layouts import read_dataset
from mnist_core.data.sample import SAMPLE_PATH
from mnist_core.ground.errors import DataError
from mnist_core.insight.evaluation import read_activations
from mnist_core.insight.fields.layers import layer_sums
from mnist_core.insight.fields.probe import Digits
from mnist_core.insight.reading.nearest import find_nearest, gather_crowd
from mnist_core.network.models import load_model

NO_PENS = Digits(np.empty((0, 28, 28), np.float32), np.empty(0, np.int64))


@pytest.fixture(scope="module")
def sample():
    return read_dataset(SAMPLE_PATH)


@pytest.fixture(scope="module")
def model():
    return load_model(ROOT / "models" / "paper")


@pytest.fixture(scope="module")
def sums(model, sample):
    return layer_sums(model.network, "hidden2", sample.images)


def learned_from(model, dataset):
    facts = replace(model.info.data, fingerprint=dataset.fingerprint, limit=None)
    return replace(model, info=replace(model.info, data=facts))


def test_an_image_of_the_crowd_is_nearest_to_itself_and_the_others_follow_by_distance(model, sample, sums):
    crowd = gather_crowd(model, sample, lambda: sums, NO_PENS)

    found = find_nearest(model, crowd, sample.images[123], 6)

    assert np.array_equal(found.images[0], sample.images[123])
    assert found.labels[0] == sample.labels[123]
    own, *others = read_activations(model.network, "hidden2", found.images)
    distances = np.linalg.norm(np.array(others) - own, axis=1)
    every = np.linalg.norm(crowd.answers - own, axis=1)
    assert np.all(np.diff(distances) >= 0)
    assert distances == pytest.approx(np.sort(every)[1:6], abs=1e-4)


def test_of_its_own_data_only_images_that_it_was_trained_on_are_looked_among(model, sample, sums):
    own = learned_from(model, sample)

    crowd = gather_crowd(own, sample, lambda: sums, NO_PENS)

    split = split_dataset(sample, own.info.data.split_seed)
    assert crowd.is_trained
    assert np.array_equal(crowd.places, split.train)
    found = find_nearest(own, crowd, sample.images[split.test[0]], 3)
    assert not any(np.array_equal(image, sample.images[split.test[0]]) for image in found.images)


def test_where_it_learned_from_pens_images_that_it_never_saw_are_left_out(model, sample):
    pens = Digits(np.asarray(sample.images[:5]), np.asarray(sample.labels[:5]))

    crowd = gather_crowd(model, sample, lambda: pytest.fail("no image of it is looked among"), pens)

    assert len(crowd.answers) == 5
    found = find_nearest(model, crowd, sample.images[3], 2)
    assert np.array_equal(found.images[0], sample.images[3])


def test_pens_stand_behind_the_images_of_its_own_data(model, sample, sums):
    own = learned_from(model, sample)
    pens = Digits(1 - np.asarray(sample.images[:2]), np.array([4, 9]))

    crowd = gather_crowd(own, sample, lambda: sums, pens)

    assert len(crowd.answers) == len(crowd.labels) == len(crowd.places) + 2
    found = find_nearest(own, crowd, pens.images[1], 1)
    assert found.labels.tolist() == [9]
    assert np.array_equal(found.images[0], pens.images[1])


def test_a_data_set_of_other_classes_is_refused(model, sample, sums):
    letters = replace(sample, class_names=tuple("abcdefghij"))

    with pytest.raises(DataError, match="has images of a, b"):
        gather_crowd(model, letters, lambda: sums, NO_PENS)
