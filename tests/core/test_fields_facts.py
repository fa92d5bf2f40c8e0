"""Facts of units against networks that are really changed, and definitions against plain formulas."""

import copy

import numpy as np
import pytest
import torch
from digits import make_small_digits

from mnist_core.data.dataset import Dataset, Origin, split_dataset
from mnist_core.ground.errors import DataError
from mnist_core.insight.fields.layers import activate, layer_sums
from mnist_core.insight.fields.probe import Digits, Probe, choose_probe, find_image, take_images
from mnist_core.insight.fields.unit_facts import count_values, find_facts, find_twins, smoothness
from mnist_core.network.architecture import MLP
from mnist_core.network.models.info import DataFacts


@pytest.fixture(scope="module")
def probe():
    images, labels = make_small_digits(500)
    return Probe(Digits(images[:300], labels[:300]), Digits(images[300:], labels[300:]), "200 images")


@pytest.fixture(scope="module")
def network(probe):
    torch.manual_seed(0)
    network = MLP(12, 8, "tanh", 14 * 14)
    optimizer = torch.optim.Adam(network.parameters(), lr=0.01)
    images, labels = torch.tensor(probe.fit.images), torch.tensor(probe.fit.labels)
    for _ in range(12):
        optimizer.zero_grad()
        torch.nn.functional.cross_entropy(network(images), labels).backward()
        optimizer.step()
    return network.eval()


def accuracy(network, digits):
    return (layer_sums(network, "output", digits.images).argmax(axis=1) == digits.labels).mean()


@pytest.mark.parametrize(("layer", "after"), [("hidden1", "hidden2"), ("hidden2", "output")])
def test_the_accuracy_lost_is_that_of_a_network_whose_unit_is_held(network, probe, layer, after):
    facts = find_facts(network, layer, probe)
    mean = activate(network, layer_sums(network, layer, probe.fit.images)).mean(axis=0)

    for unit in range(len(facts.spread)):
        for held_at, lost in ((mean[unit], facts.lost_at_mean[unit]), (0, facts.lost_at_zero[unit])):
            changed = copy.deepcopy(network)
            with torch.no_grad():  # its activation is taken away, and what it is held at goes to the biases
                weights = getattr(changed, after).weight[:, unit]
                getattr(changed, after).bias += float(held_at) * weights
                weights.zero_()
            assert lost == pytest.approx(accuracy(network, probe.test) - accuracy(changed, probe.test))


def test_an_output_unit_that_is_off_loses_its_digit(network, probe):
    facts = find_facts(network, "output", probe)
    logits = layer_sums(network, "output", probe.test.images)
    held = logits.copy()
    held[:, 4] = layer_sums(network, "output", probe.fit.images)[:, 4].mean()

    expected = facts.accuracy - (held.argmax(axis=1) == probe.test.labels).mean()

    assert facts.lost_at_mean[4] == pytest.approx(expected)
    assert facts.lost_at_mean[4] > 0
    assert not facts.is_saturated.any()


def test_a_twin_is_the_most_correlated_unit_whatever_the_sign():
    rng = np.random.default_rng(0)
    values = rng.normal(size=(500, 4)).astype(np.float32)
    values[:, 3] = -2 * values[:, 1] + 0.1 * values[:, 0]

    twin, correlation = find_twins(values)

    assert (twin[1], twin[3]) == (3, 1)
    assert correlation[1] == pytest.approx(np.corrcoef(values[:, 1], values[:, 3])[0, 1], abs=1e-6)


def test_a_unit_without_another_or_without_variation_has_no_correlation():
    values = np.random.default_rng(0).normal(size=(50, 3)).astype(np.float32)
    values[:, 2] = 0.7

    assert np.isnan(find_twins(values)[1][2])
    assert np.isnan(find_twins(values[:, :1])[1][0])


@pytest.mark.parametrize("activation", ["tanh", "relu", "sigmoid"])
def test_dead_and_saturated_units_are_found(activation, probe):
    torch.manual_seed(1)
    network = MLP(6, 5, activation, 14 * 14).eval()
    with torch.no_grad():
        network.hidden1.weight[2] = 0
        network.hidden1.bias[4] = -40.0
        network.hidden1.weight[5] *= 400

    facts = find_facts(network, "hidden1", probe)

    assert facts.is_dead[[2, 4]].all()
    assert not facts.is_dead[[0, 1, 3, 5]].any()
    if activation == "relu":  # its flat side is its rest
        assert not facts.is_saturated.any()
    else:
        assert facts.is_saturated[[4, 5]].all()
        assert not facts.is_saturated[[0, 1, 2, 3]].any()


def test_smoothness_is_high_for_a_slope_zero_for_noise_and_negative_for_a_chessboard():
    rows, columns = np.mgrid[:28, :28]
    noise = np.random.default_rng(0).normal(size=(28, 28))
    fields = np.stack([rows + columns, noise, (rows + columns) % 2, np.ones((28, 28))]).astype(np.float32)

    found = smoothness(fields)

    assert found[0] > 0.98
    assert abs(found[1]) < 0.1
    assert found[2] == pytest.approx(-1, abs=0.01)
    assert np.isnan(found[3])


def test_a_histogram_gives_each_digit_its_shares():
    values = np.array([0, 1, 1, 2, 4], dtype=np.float32)

    found = count_values(values, np.array([0, 0, 1, 1, 1]))

    assert (found.edges[0], found.edges[-1]) == (0, 4)
    np.testing.assert_allclose(found.shares.sum(axis=1), [1, 1, 0, 0, 0, 0, 0, 0, 0, 0])
    assert found.shares[1, -1] == pytest.approx(1 / 3)


def make_dataset(n=300):
    images, labels = make_small_digits(n)
    return Dataset("digits.mat", images, labels, "abc", Origin("test", (), (0.0, 1.0)))


@pytest.mark.parametrize(("fingerprint", "limit", "n_test"), [("abc", 120, 20), ("other", 120, 50)])
def test_views_are_measured_on_images_that_they_are_not_made_from(fingerprint, limit, n_test):
    dataset = make_dataset()
    facts = DataFacts("digits.mat", fingerprint, 300, 3, limit, 100, 20)

    probe = choose_probe(facts, dataset)

    assert len(probe.test.labels) == n_test
    fit, test = ({image.tobytes() for image in part.images} for part in (probe.fit, probe.test))
    assert not fit & test
    held_out = split_dataset(dataset, 3, limit if fingerprint == "abc" else None).test
    assert test == {dataset.images[place].tobytes() for place in held_out}
    assert probe.is_unseen is (fingerprint == "abc")
    unknown = "50 images of digits.mat that the model may have been trained on"
    assert probe.words == (f"{n_test} held-out images of digits.mat" if probe.is_unseen else unknown)


def test_views_of_other_data_are_measured_on_what_the_model_is_known_not_to_have_seen():
    dataset = make_dataset()
    facts = DataFacts("train.mat", "other", 300, 3, None, 250, 50)
    held_out = split_dataset(dataset, 3).test
    is_trained = np.isin(np.arange(300), held_out[:10])

    probe = choose_probe(facts, dataset, is_trained=is_trained)
    all_seen = choose_probe(facts, dataset, is_trained=np.ones(300, dtype=bool))

    assert (len(probe.test.labels), probe.is_unseen) == (40, True)
    assert probe.words == "40 held-out images of digits.mat"
    assert (len(all_seen.test.labels), all_seen.is_unseen) == (50, False)
    assert all_seen.words == "50 images of digits.mat that the model was trained on"


def test_an_image_that_is_not_there_is_refused():
    with pytest.raises(DataError, match="images 0 to 299, but image 300 was asked for"):
        find_image(make_dataset(), 300)


def test_images_are_brought_to_the_side_and_labels_to_the_classes_of_the_model():
    dataset = make_dataset()
    facts = DataFacts("other.mat", "xyz", 300, 0, None, 250, 50)

    probe = choose_probe(facts, dataset, side=20, labels=(dataset.labels + 1) % 10)

    assert probe.test.images.shape == (50, 20, 20)
    places = np.sort(split_dataset(dataset, 0).test)
    np.testing.assert_array_equal(probe.test.labels, (dataset.labels[places] + 1) % 10)
    np.testing.assert_array_equal(probe.test.images, take_images(dataset, places, 20))
