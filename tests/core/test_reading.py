"""What a network reads in drawings, and why."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from digits import ROOT
from scipy.special import softmax

from mnist_core.data.layouts import read_dataset
from mnist_core.data.sample import SAMPLE_PATH
from mnist_core.ground.errors import DataError
from mnist_core.insight.evaluation import predict, read_logits
from mnist_core.insight.evaluation.answers import evaluate_model, read_answers, read_probabilities
from mnist_core.insight.fields.probe import Digits, Probe
from mnist_core.insight.operate.bench import Bench
from mnist_core.insight.reading import draw_all, read_images
from mnist_core.insight.reading.evidence import find_evidence
from mnist_core.insight.reading.hands import evaluate_drawings
from mnist_core.network.models import load_model
from mnist_core.pens import Drawing, draw_strokes

SEVEN = [[[100, 100], [200, 100], [140, 260]]]
FOUR = [[[120, 80], [90, 180], [200, 180]], [[180, 120], [170, 260]]]


@pytest.fixture(scope="module")
def model():
    return load_model(ROOT / "models" / "paper")


@pytest.fixture(scope="module")
def images():
    return draw_all([SEVEN, FOUR])


def test_a_reading_names_the_two_most_probable_digits(model, images):
    readings = read_images(model, images)

    for reading, row in zip(readings, predict(model.network, images), strict=True):
        assert [reading.digit, reading.second] == np.argsort(-row)[:2].tolist()
        np.testing.assert_allclose(reading.probabilities, row, atol=1e-6)


def test_all_ways_give_one_model_the_same_probabilities_at_its_temperature(model, images):
    warm = replace(model, info=replace(model.info, temperature=2.5))
    probe = Probe(Digits(images, np.array([7, 4])), Digits(images, np.array([7, 4])), "two drawings")

    expected = softmax(read_logits(model.network, images) / 2.5, axis=1)

    bench = Bench(warm.network, probe, warm.info.temperature)
    measured = evaluate_model(warm, images, probe.test.labels)
    readings = np.stack([reading.probabilities for reading in read_images(warm, images)])
    for found in (
        read_probabilities(warm, images),
        readings,
        measured.probabilities,
        bench.before.probabilities,
        bench.read_images(bench.original, images),
        softmax(read_answers(warm, images), axis=1),
    ):
        np.testing.assert_allclose(found, expected, rtol=1e-4)


def test_a_temperature_changes_no_guess(model):
    sample = read_dataset(SAMPLE_PATH)
    images, labels = sample.images[:500], sample.labels[:500]
    warm = replace(model, info=replace(model.info, temperature=1.5))

    as_trained, warmer = (evaluate_model(one, images, labels) for one in (model, warm))

    np.testing.assert_array_equal(warmer.guesses, as_trained.guesses)
    assert warmer.accuracy == as_trained.accuracy


def test_the_evidence_is_the_slope_of_the_first_logit_over_the_second_times_ink(model, images):
    step, place = 1e-2, (1, 12, 12)
    inked = images.copy()
    inked[place] = 0.5
    evidence = find_evidence(model, inked)[1]
    digits = model.network(torch.tensor(inked[1:])).topk(2).indices[0]

    def lead(value):
        changed = torch.tensor(inked[1:])
        changed[0, 12, 12] = value
        logits = model.network(changed)[0].detach()
        return float(logits[digits[0]] - logits[digits[1]])

    slope = (lead(0.5 + step) - lead(0.5 - step)) / (2 * step)
    assert evidence.ink[12, 12] == pytest.approx(0.5 * slope, abs=0.02)
    assert evidence.missing[12, 12] == pytest.approx(0.5 * max(-slope, 0), abs=0.02)


def test_changing_the_ink_that_the_evidence_names_lifts_the_second_guess(model, images):
    for image, evidence, reading in zip(
        images, find_evidence(model, images), read_images(model, images), strict=True
    ):
        gains = np.maximum(evidence.ink, evidence.missing)
        changed = np.where(gains < np.sort(gains.ravel())[-10], image, np.where(evidence.ink > 0, 0, 1))
        after = read_images(model, changed[None].astype(np.float32))[0]
        assert after.probabilities[reading.second] > reading.probabilities[reading.second]


def test_the_strongest_units_come_first(model, images):
    for layer, units in find_evidence(model, images)[0].units.items():
        strengths = [abs(value) for _, value in units]
        assert strengths == sorted(strengths, reverse=True), layer
        assert len(units) == 5


def test_each_writer_is_measured_on_labelled_drawings_alone(model):
    right = int(read_images(model, draw_strokes(SEVEN)[None])[0].digit)
    drawings = [
        Drawing(SEVEN, right, "ann"),
        Drawing(SEVEN, (right + 1) % 10, "ann"),
        Drawing(SEVEN, right, 2),
    ]

    measured, hands = evaluate_drawings(model, [*drawings, Drawing(SEVEN, None, "bob"), Drawing(FOUR, 4)])

    assert measured.n == 4
    assert [(hand.writer, hand.n, hand.accuracy) for hand in hands] == [("ann", 2, 0.5), (2, 1, 1.0)]


def test_drawings_without_labels_cannot_be_evaluated(model):
    with pytest.raises(DataError, match='"label"'):
        evaluate_drawings(model, [Drawing(SEVEN)])
