"""The robust recipe: distortions that keep a digit a digit, pens of many writers, one run end to end."""

import json
import shlex
from dataclasses import replace

import numpy as np
import pytest
import torch
from digits import ROOT, make_digits

from mnist_core.cli import make_parser
from mnist_core.data.dataset import Dataset, Origin, compute_fingerprint, split_dataset
from mnist_core.data.layouts import read_dataset
from mnist_core.data.sample import SAMPLE_PATH
from mnist_core.ground.errors import GridError
from mnist_core.insight.evaluation import evaluate
from mnist_core.insight.evaluation.temperature import fit_temperature
from mnist_core.network.candidate import Activation, Candidate
from mnist_core.network.models import load_model
from mnist_core.network.recipe import Recipe
from mnist_core.pens import draw_strokes, parse_strokes
from mnist_core.training.robust.distort import Bend, distort_images
from mnist_core.training.robust.effort import ROBUST, STYLED, STYLED_EFFORT, Effort, name_recipe
from mnist_core.training.robust.fit import FitPlan, read_logits
from mnist_core.training.robust.muon import orthogonalise
from mnist_core.training.robust.pen import draw_pens, read_pens, vary_pens
from mnist_core.training.robust.pool import NO_WRITER, PoolSize, make_pool, to_bytes
from mnist_core.training.robust.robust_recipe import train_robust
from mnist_core.training.robust.writers import count_right, split_writers

TINY = Effort(PoolSize(n_passes=2, n_drawings=2, pen_share=0.5), Bend(), FitPlan(4, 16, 0.002), 2, n_seeds=2)
RECIPE = Recipe(max_epochs=8, patience=8, batch_size=16, inner_folds=5)


@pytest.fixture(autouse=True)
def one_thread():
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(scope="module")
def dataset():
    images, labels = make_digits(300)
    origin = Origin("paper", (), (0.0, 1.0))
    return Dataset("small.mat", images, labels, compute_fingerprint(images, labels), origin)


@pytest.fixture(scope="module")
def pens():
    return read_pens().choose(np.arange(0, 7494, 60))


def train(dataset, pens, folder, effort=TINY, report=print):
    candidate = Candidate(0.002, 24, 12, Activation.RELU)
    split = split_dataset(dataset)
    return train_robust(dataset, split, None, candidate, RECIPE, folder, report, effort, pens)


def bytes_of(dataset, n=40):
    return torch.from_numpy(np.round(dataset.images[:n] * 255).astype(np.uint8))


def random(seed=0):
    return torch.Generator().manual_seed(seed)


def test_the_shipped_pen_digits_are_those_of_30_writers():
    pens = read_pens()

    assert len(pens) == 7494
    assert np.unique(pens.writers).tolist() == list(range(1, 31))
    assert set(pens.labels) == set(range(10))
    assert all(stroke.min() >= 0 and stroke.max() <= 500 for digit in pens.strokes for stroke in digit)


def test_the_shipped_pen_digits_are_the_strokes_of_their_source(real_data):
    digits = json.loads((real_data / "pen_digits.json").read_text())
    pens = read_pens()

    assert [digit["label"] for digit in digits] == pens.labels.tolist()
    assert [digit["writer"] for digit in digits] == pens.writers.tolist()
    for digit, strokes in zip(digits[::50], pens.strokes[::50], strict=True):
        assert digit["strokes"] == [stroke.tolist() for stroke in strokes]


def test_pens_are_drawn_as_predict_draws_them(pens):
    drawn = draw_pens(pens.choose(np.arange(3)))

    assert np.array_equal(drawn[2], draw_strokes([stroke.tolist() for stroke in pens.strokes[2]]))


def test_varied_pens_keep_digit_and_writer_and_change_shape(pens):
    varied = vary_pens(pens, np.random.default_rng(0))

    assert np.array_equal(varied.labels, pens.labels)
    assert np.array_equal(varied.writers, pens.writers)
    difference = np.abs(draw_pens(varied) - draw_pens(pens)).sum(axis=(1, 2))
    assert (difference > 1).mean() > 0.9


def test_distorted_images_keep_shape_range_and_most_ink(dataset):
    images = bytes_of(dataset)

    bent = distort_images(images, Bend(), random())

    assert bent.shape == images.shape
    assert bent.dtype == torch.uint8
    ratio = bent.float().sum(dim=(1, 2)) / images.float().sum(dim=(1, 2))
    assert 0.6 < float(ratio.median()) < 1.6
    assert (bent != images).any(dim=(1, 2)).all()


def test_without_strength_nothing_is_distorted(dataset):
    images = bytes_of(dataset)

    bent = distort_images(images, Bend(0.0, 0.0, 0.0, 0.0, 0.0, 0.0), random())

    assert (bent.int() - images.int()).abs().max() <= 1


def test_the_same_seed_distorts_in_the_same_way_and_another_does_not(dataset):
    images = bytes_of(dataset)

    first, again, other = (distort_images(images, Bend(), random(seed)) for seed in (1, 1, 2))

    assert torch.equal(first, again)
    assert not torch.equal(first, other)


def test_a_pool_mixes_pens_in_and_can_leave_writers_out(dataset, pens):
    pool = make_pool(dataset.images, dataset.labels, pens, TINY.pool, TINY.bend, seed=0)

    assert [len(one.images) for one in pool] == [450, 450]
    assert int((pool[0].writers != NO_WRITER).sum()) == 150
    rest = pool[0].writers[pool[0].rows_without(np.arange(1, 16))]
    assert not np.isin(rest, np.arange(1, 16)).any()
    assert (rest == NO_WRITER).sum() == 300
    assert 0 < (rest > 15).sum() < 150


def test_every_writer_is_left_out_once(pens):
    parts = split_writers(pens, 4, seed=0)

    assert np.array_equal(np.sort(np.concatenate(parts)), np.unique(pens.writers))


def test_writers_are_counted_one_by_one(pens):
    logits = np.eye(10, dtype=np.float32)[pens.labels]
    first = np.flatnonzero(pens.writers == 1)
    logits[first] = np.roll(logits[first], 1, axis=1)

    facts = count_right(pens, logits, folds=2)

    assert (facts.writers[0].n, facts.writers[0].n_right) == (len(first), 0)
    assert all(writer.n == writer.n_right for writer in facts.writers[1:])
    assert facts.n == len(pens)
    assert facts.interval[0] < facts.accuracy < facts.interval[1]


def test_the_temperature_of_calibrated_answers_is_one_and_of_overconfident_ones_more():
    rng = np.random.default_rng(0)
    logits = rng.normal(0, 2, (4000, 10)).astype(np.float32)
    chances = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    labels = np.array([rng.choice(10, p=row / row.sum()) for row in chances.astype(np.float64)])

    assert fit_temperature(logits, labels) == pytest.approx(1.0, abs=0.05)
    assert fit_temperature(logits * 3, labels) == pytest.approx(3.0, abs=0.15)


def test_a_robust_training_saves_a_model_with_its_pen_figures(dataset, pens, tmp_path):
    said = []

    trained = train(dataset, pens, tmp_path / "robust", report=said.append)

    info = trained.model.info
    assert trained.is_identical
    assert info.recipe_name == "robust, changed"
    assert "--recipe robust" in info.command
    assert info.history[-1].epoch == 8
    assert info.test.accuracy > 0.8
    assert info.pens.folds == 2
    assert info.pens.n == len(pens)
    assert 0.1 <= info.temperature <= 10
    assert any("teacher" in words for words in said)
    card = (tmp_path / "robust" / "README.md").read_text()
    assert f"{info.pens.accuracy:.2%}" in card
    assert "CC BY 4.0" in card
    assert len(info.seeds) == 1
    assert f"By 2 seeds, of which this is the first: {(info.test.accuracy + info.seeds[0]) / 2:.2%}" in card


@pytest.mark.slow
def test_a_robust_training_has_the_floors_of_networks_that_have_not_seen_the_writer(dataset, tmp_path):
    every_pen = read_pens()
    effort = replace(TINY, pool=replace(TINY.pool, n_drawings=1), teacher=None)

    doubt = train(dataset, every_pen, tmp_path / "robust", effort).model.info.doubt
    assert len(doubt.n) == 30
    assert "without the writer" in doubt.reader
    assert 0 < doubt.answered < 1


def test_of_pens_that_are_not_the_labs_no_floors_are_found(dataset, pens, tmp_path):
    info = train(dataset, pens, tmp_path / "robust").model.info

    assert info.doubt is None
    assert "was not measured" in (tmp_path / "robust" / "README.md").read_text()


def test_the_same_seed_gives_the_same_robust_network(dataset, pens, tmp_path):
    effort = Effort(TINY.pool, TINY.bend, TINY.teacher, writer_folds=0)

    first, again = (train(dataset, pens, tmp_path / name, effort) for name in ("one", "two"))

    weights = [(one.model.folder / "weights.safetensors").read_bytes() for one in (first, again)]
    assert weights[0] == weights[1]
    assert first.model.info.pens is None


def test_the_shipped_robust_model_has_the_papers_size_and_keeps_its_facts():
    model = load_model(ROOT / "models" / "robust")

    info = model.info
    assert model.network.n_parameters <= 77_938
    assert (info.recipe_name, info.recipe) == ("robust, with styles", STYLED)
    assert len(info.seeds) == STYLED_EFFORT.n_seeds - 1
    assert info.test.n == 10_000
    assert info.test.accuracy >= 0.99
    assert (info.pens.n, len(info.pens.writers)) == (7494, 30)
    assert info.pens.accuracy >= 0.97
    arguments = make_parser(["train"]).parse_args(shlex.split(info.command)[3:])
    assert (arguments.recipe, arguments.styles, arguments.lr) == ("robust", True, info.candidate.lr)
    card = (model.folder / "README.md").read_text()
    assert info.command in card
    assert f"{info.pens.accuracy:.2%}" in card


def test_the_shipped_robust_model_reads_the_sample_as_well_as_its_card_says():
    model = load_model(ROOT / "models" / "robust")
    sample = read_dataset(SAMPLE_PATH)

    measured = evaluate(model.network, sample.images, sample.labels)

    assert measured.n == 5000
    assert measured.accuracy >= model.info.test.accuracy - 0.0025  # what chance moves 5,000 of 10,000 by


def test_the_shipped_robust_model_is_sure_in_measure_of_the_images_held_out():
    model = load_model(ROOT / "models" / "robust")
    sample = read_dataset(SAMPLE_PATH)
    logits = read_logits(model.network, to_bytes(sample.images))

    best = fit_temperature(logits, sample.labels)

    assert 0.3 < best / model.info.temperature < 3


def test_every_pen_digit_is_read_by_the_shipped_model_through_predict(real_data):
    digits = json.loads((real_data / "pen_digits.json").read_text())[::7]
    images = np.stack([draw_strokes(drawing.strokes) for drawing in parse_strokes(digits)])
    model = load_model(ROOT / "models" / "robust")

    measured = evaluate(model.network, images, np.array([digit["label"] for digit in digits]))

    assert measured.accuracy >= 0.97


def test_images_of_another_size_are_trained_without_pens(tmp_path):
    images, labels = make_digits(200)
    small = np.ascontiguousarray(images[:, 4:24, 4:24])
    data = Dataset(
        "small", small, labels, compute_fingerprint(small, labels), Origin("paper", (), (0.0, 1.0))
    )

    trained = train(data, None, tmp_path / "small")

    assert trained.model.info.side == 20
    assert trained.model.info.pens is None


def test_the_recipe_is_named_changed_when_a_setting_is():
    assert name_recipe(ROBUST, Effort()) == "robust"
    assert name_recipe(RECIPE, Effort()) == "robust, changed"


def test_the_recipe_refuses_what_belongs_to_the_papers(dataset, tmp_path):
    recipe = replace(RECIPE, input_noise=0.1)

    with pytest.raises(GridError, match="distorts images in its own way"):
        train_robust(
            dataset,
            split_dataset(dataset),
            None,
            Candidate(0.002, 8, 8, Activation.RELU),
            recipe,
            tmp_path / "no",
            print,
        )


def test_orthogonalising_keeps_directions_and_evens_out_lengths():
    matrix = torch.randn(40, 12, generator=random())

    before, after = torch.linalg.svd(matrix), torch.linalg.svd(orthogonalise(matrix))

    assert float(after.S.min()) > 0.6
    assert float(after.S.max()) < 1.3
    turned = before.U[:, :12].T @ orthogonalise(matrix) @ before.Vh.T
    assert float((turned - torch.diag(torch.diag(turned))).abs().max()) < 1e-4
