"""Accuracy, confusion, precision, recall and intervals, against formulas, known values and scikit-learn."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from digits import ROOT, make_digits
from sklearn.metrics import confusion_matrix, precision_score, recall_score

from mnist_core.data.dataset import Dataset, Origin, compute_fingerprint, split_dataset
from mnist_core.data.layouts import read_dataset
from mnist_core.data.sample import SAMPLE_FINGERPRINT, SAMPLE_PATH
from mnist_core.ground.errors import DataError, ModelError
from mnist_core.insight.evaluation import (
    evaluate,
    hardest_mistakes,
    precision_recall,
    predict,
    wilson_interval,
)
from mnist_core.insight.evaluation.part import Which, choose_part
from mnist_core.network.architecture import MLP
from mnist_core.network.models import Model, load_model
from mnist_core.network.models.info import DataFacts
from mnist_core.network.models.seen import hash_images, load_seen, save_seen


@pytest.fixture
def network() -> MLP:
    torch.manual_seed(0)
    return MLP(12, 8, "tanh").eval()


def test_probabilities_are_the_softmax_of_the_logits(network):
    images, _ = make_digits(25)

    probabilities = predict(network, images, batch_size=10)

    logits = network(torch.tensor(images)).detach().numpy().astype(np.float64)
    expected = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    np.testing.assert_allclose(probabilities, expected, rtol=1e-5)
    assert probabilities.dtype == np.float32


def test_a_memory_mapped_array_is_read_without_a_warning(network, tmp_path):
    images, labels = make_digits(30)
    np.save(tmp_path / "images.npy", images)
    mapped = np.load(tmp_path / "images.npy", mmap_mode="r")

    assert evaluate(network, mapped, labels).accuracy == evaluate(network, images, labels).accuracy


def test_an_evaluation_counts_as_scikit_learn_does(network):
    images, labels = make_digits(200)

    evaluation = evaluate(network, images, labels)

    guesses = network(torch.tensor(images), guess=True)[1].numpy()
    np.testing.assert_array_equal(evaluation.guesses, guesses)
    np.testing.assert_array_equal(evaluation.confusion, confusion_matrix(labels, guesses, labels=range(10)))
    assert evaluation.accuracy == pytest.approx(np.mean(guesses == labels))
    assert evaluation.n == 200
    assert evaluation.n_right == np.sum(guesses == labels)


def test_precision_and_recall_are_those_of_scikit_learn():
    rng = np.random.default_rng(0)
    labels, guesses = rng.integers(0, 10, 500), rng.integers(0, 10, 500)

    precision, recall = precision_recall(confusion_matrix(labels, guesses).astype(np.int64))

    np.testing.assert_allclose(precision, precision_score(labels, guesses, average=None))
    np.testing.assert_allclose(recall, recall_score(labels, guesses, average=None))


def test_precision_of_a_digit_never_guessed_and_recall_of_one_without_images_are_undefined():
    confusion = np.array([[3, 0, 1], [2, 0, 0], [0, 0, 0]])

    precision, recall = precision_recall(confusion)

    np.testing.assert_allclose(precision, [3 / 5, np.nan, 0.0])
    np.testing.assert_allclose(recall, [3 / 4, 0.0, np.nan])


@pytest.mark.parametrize(
    ("n_right", "n", "lower", "upper"),
    [
        (81, 263, 0.2553, 0.3662),  # Newcombe (1998), table I, method 3
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0, 0.1611),
        (1, 29, 0.0061, 0.1718),
        (29, 29, 0.8830, 1.0),
    ],
)
def test_wilsons_interval_gives_the_published_values(n_right, n, lower, upper):
    assert wilson_interval(n_right, n) == pytest.approx((lower, upper), abs=5e-5)


def test_a_higher_confidence_gives_a_wider_interval():
    narrow, wide = wilson_interval(9711, 10_000), wilson_interval(9711, 10_000, confidence=0.99)

    assert wide[0] < narrow[0] < 0.9711 < narrow[1] < wide[1]


def test_the_hardest_mistakes_are_wrong_and_the_surest_first(network):
    images, labels = make_digits(300)
    evaluation = evaluate(network, images, labels)

    hardest = hardest_mistakes(evaluation, labels, 20)

    sure = evaluation.probabilities.max(axis=1)
    wrong = evaluation.guesses != labels
    assert wrong[hardest].all()
    assert (np.diff(sure[hardest]) <= 0).all()
    assert sure[hardest].min() >= np.sort(sure[wrong])[-20]


def test_a_network_that_reads_all_right_has_no_mistakes(network):
    images, _ = make_digits(20)
    labels = evaluate(network, images, np.zeros(20, dtype=np.int64)).guesses

    evaluation = evaluate(network, images, labels)

    assert evaluation.accuracy == 1.0
    assert hardest_mistakes(evaluation, labels, 5).shape == (0,)


def test_images_of_another_size_are_refused_with_both_sizes(network):
    images = np.zeros((3, 16, 16), dtype=np.float32)

    with pytest.raises(DataError, match=r"28 x 28 pixels, but these have 16 x 16"):
        predict(network, images)


def test_labels_beyond_the_outputs_are_refused():
    network = MLP(4, 4, "relu", n_classes=5)
    images, labels = make_digits(20)

    with pytest.raises(DataError, match="digits 0 to 4, but the labels go from 0 to 9"):
        evaluate(network, images, labels)


def test_no_images_are_refused(network):
    with pytest.raises(DataError, match="at least one image"):
        evaluate(network, np.zeros((0, 28, 28), dtype=np.float32), np.zeros(0, dtype=np.int64))


def _make_dataset(n: int = 120, fingerprint: str | None = None) -> Dataset:
    images, labels = make_digits(n)
    fingerprint = fingerprint or compute_fingerprint(images, labels)
    return Dataset("digits.mat", images, labels, fingerprint, Origin("test", (), (0.0, 1.0)))


def _make_model(
    fingerprint: str, seed: int = 3, limit: int | None = None, seen: np.ndarray | None = None
) -> Model:
    paper = load_model(ROOT / "models" / "paper")
    facts = DataFacts("train.mat", fingerprint, 120, seed, limit, 100, 20)
    return replace(paper, info=replace(paper.info, data=facts), seen=seen)


def _reorder(dataset: Dataset) -> Dataset:
    """Make another file of the same images: in another order, and of another scale."""
    order = np.random.default_rng(9).permutation(dataset.n_samples)
    images = (dataset.images[order].astype(np.float64) * 255 / 255.0).astype(np.float32)
    labels = dataset.labels[order]
    return Dataset(
        "again.mat", images, labels, compute_fingerprint(images, labels), Origin("test", (), (0.0, 255.0))
    )


def test_on_its_own_data_a_model_is_measured_on_what_its_split_held_out():
    dataset = _make_dataset()

    part = choose_part(_make_model(dataset.fingerprint), dataset)

    np.testing.assert_array_equal(part.indices, split_dataset(dataset, 3).test)
    assert part.is_unseen
    assert "its own training held out" in part.words


def test_on_its_own_data_a_model_of_fewer_images_is_measured_on_what_it_did_not_see_of_the_held_out():
    dataset = _make_dataset()
    trained = split_dataset(dataset, 3, 60).train

    part = choose_part(_make_model(dataset.fingerprint, limit=60), dataset, Which.TEST)

    held_out = split_dataset(dataset, 3).test
    assert set(part.indices) == set(held_out) - set(trained)
    assert part.is_unseen


def test_on_other_data_all_images_count_and_a_sentence_says_that_nothing_is_known_of_them():
    part = choose_part(_make_model("other"), _make_dataset())

    np.testing.assert_array_equal(part.indices, np.arange(120))
    assert not part.is_unseen
    assert "is not known" in part.words
    assert "may have seen some" in part.words


def test_on_other_data_a_part_that_a_split_holds_out_is_not_called_unseen():
    dataset = _make_dataset()

    part = choose_part(_make_model("other"), dataset, Which.TEST)

    np.testing.assert_array_equal(part.indices, split_dataset(dataset, 0).test)
    assert not part.is_unseen
    assert "held-out images" not in part.words


def test_training_images_in_another_order_and_scale_are_known_by_their_pixels():
    dataset = _make_dataset()
    trained = dataset.images[split_dataset(dataset, 3).train]
    model, again = _make_model(dataset.fingerprint, seen=hash_images(trained)), _reorder(dataset)

    held_out, every = choose_part(model, again, Which.TEST), choose_part(model, again, Which.ALL)

    assert again.fingerprint != dataset.fingerprint
    assert model.find_trained(again).sum() == 100
    hashes = set(hash_images(trained).tolist())
    assert not hashes & set(hash_images(again.images[held_out.indices]).tolist())
    n_left_out = len(split_dataset(again, 0).test) - len(held_out.indices)
    assert n_left_out > 0
    assert held_out.is_unseen
    assert f"without {n_left_out} that the model was trained on" in held_out.words
    assert not every.is_unseen
    assert "The model was trained on 100 of them" in every.words
    assert set(choose_part(model, again).indices) == set(held_out.indices)


def test_images_that_are_none_of_those_trained_on_are_unseen_pixel_by_pixel():
    dataset, other = _make_dataset(), make_digits(60, seed=5)
    model = _make_model(dataset.fingerprint, seen=hash_images(dataset.images))
    new = Dataset("new.mat", *other, compute_fingerprint(*other), Origin("test", (), (0.0, 1.0)))

    part = choose_part(model, new)

    assert (len(part.indices), part.is_unseen) == (60, True)
    assert "seen none of them" in part.words


def test_a_file_of_nothing_but_training_images_has_no_held_out_part():
    dataset = _make_dataset()
    model = _make_model("other", seen=hash_images(dataset.images))

    assert not choose_part(model, dataset).is_unseen
    with pytest.raises(DataError, match="was trained on all 20 held-out images"):
        choose_part(model, dataset, Which.TEST)


@pytest.mark.parametrize(
    ("seed", "limit", "is_unseen"), [(0, None, True), (0, 3000, True), (1, None, False), (0, 55_000, False)]
)
def test_the_sample_is_unseen_by_models_of_earlier_versions_whose_split_held_it_out(seed, limit, is_unseen):
    model = _make_model("3e88831d69a31205", seed, limit)

    part = choose_part(model, _make_dataset(fingerprint=SAMPLE_FINGERPRINT))

    assert part.is_unseen is is_unseen
    assert len(part.indices) == 120


@pytest.mark.parametrize("name", ["paper", "robust", "legible", "exact"])
def test_the_shipped_models_know_by_its_pixels_that_they_have_not_seen_the_sample(name):
    model = load_model(ROOT / "models" / name)
    sample = read_dataset(SAMPLE_PATH)
    other = replace(sample, fingerprint="under another")

    assert len(model.seen) == model.info.data.n_train == 50_000
    assert choose_part(model, other).is_unseen


def test_hashes_are_the_same_after_they_were_saved(tmp_path):
    hashes = hash_images(_make_dataset().images)

    save_seen(hashes, tmp_path)

    np.testing.assert_array_equal(load_seen(tmp_path), np.unique(hashes))
    assert load_seen(tmp_path / "none") is None


def test_a_damaged_file_of_hashes_is_refused_with_its_cure(tmp_path):
    (tmp_path / "seen.safetensors").write_bytes(b"nothing")

    with pytest.raises(ModelError, match="delete that file"):
        load_seen(tmp_path)
