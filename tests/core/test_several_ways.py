"""An image is read in several ways, and the answers are averaged."""

import numpy as np
import pytest
from digits import ROOT

from mnist_core.insight.evaluation.answers import read_probabilities
from mnist_core.insight.reading.several_ways import read_several_ways
from mnist_core.network.models import load_model
from mnist_core.pens import draw_strokes

SEVEN = [[[0, 0], [60, 0], [25, 100]]]


@pytest.fixture(scope="module")
def model():
    return load_model(ROOT / "models" / "robust")


def test_what_is_sure_stays_what_it_is_and_sums_to_one(model):
    image = draw_strokes(SEVEN)[None]

    averaged = read_several_ways(model, image)

    assert averaged.shape == (1, 10)
    assert averaged.argmax() == 7
    assert averaged.sum() == pytest.approx(1.0, abs=1e-5)


def test_each_way_counts_as_much_and_blank_paper_is_the_same_in_all(model):
    blank = np.zeros((2, 28, 28), np.float32)

    np.testing.assert_allclose(read_several_ways(model, blank), read_probabilities(model, blank), atol=1e-6)
