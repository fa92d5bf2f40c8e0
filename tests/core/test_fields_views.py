"""Each way of looking against autograd, closed forms or plain NumPy."""

import numpy as np
import pytest
import torch
from digits import make_small_digits
from sklearn.linear_model import Ridge

from mnist_core.ground.errors import DataError, ModelError
from mnist_core.insight.fields import linear_fits as fits
from mnist_core.insight.fields.attributions import (
    gradient,
    gradient_times_input,
    integrated_gradients,
    occlusion,
)
from mnist_core.insight.fields.averages import digit_differences, mean_driving_images
from mnist_core.insight.fields.jacobians import digit_jacobians, guess_digits, image_gradients, mean_jacobian
from mnist_core.insight.fields.layers import layer_sums
from mnist_core.insight.fields.linear_fits import fit_digits, fit_linear
from mnist_core.insight.fields.maximisation import learn_prior, maximise_units
from mnist_core.insight.fields.probe import Digits, Probe
from mnist_core.insight.fields.products import receptive_fields
from mnist_core.insight.fields.view import Asked, Kind
from mnist_core.insight.fields.views import VIEWS, find_view
from mnist_core.network.architecture import MLP

each_layer = pytest.mark.parametrize("layer", ["hidden1", "hidden2", "output"])
each_activation = pytest.mark.parametrize("activation", ["tanh", "relu", "sigmoid"])


def make_network(activation="tanh"):
    torch.manual_seed(0)
    network = MLP(14, 9, activation, 14 * 14).eval()
    with torch.no_grad():
        for parameter in network.parameters():
            parameter.mul_(3)  # so that the activations bend
    return network


@pytest.fixture(autouse=True, scope="module")
def one_thread():
    """Small products are slower on many threads, above all where others work too."""
    n_threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(n_threads)


@pytest.fixture(scope="module")
def network():
    return make_network()


@pytest.fixture(scope="module")
def probe():
    images, labels = make_small_digits(600)
    return Probe(Digits(images[:400], labels[:400]), Digits(images[400:], labels[400:]), "200 images")


def autograd_jacobian(network, layer, image):
    sums = torch.func.jacrev(lambda pixels: network.pre_activations(pixels[None])[layer][0])
    with torch.no_grad():
        return sums(torch.tensor(image)).numpy()


@each_layer
@each_activation
def test_the_gradient_of_an_image_is_that_of_autograd(layer, activation):
    network, images = make_network(activation), make_small_digits(3)[0]
    units = np.array([4, 0, 7])

    found = image_gradients(network, layer, images, units)

    for picture, image, unit in zip(found, images, units, strict=True):
        np.testing.assert_allclose(picture, autograd_jacobian(network, layer, image)[unit], atol=1e-5)


@each_layer
@each_activation
def test_the_mean_jacobian_is_the_mean_of_those_of_autograd(layer, activation):
    network, images = make_network(activation), make_small_digits(12)[0]

    found = mean_jacobian(network, layer, images)

    expected = np.mean([autograd_jacobian(network, layer, image) for image in images], axis=0)
    np.testing.assert_allclose(found, expected, atol=1e-5)


@each_layer
def test_the_jacobian_of_a_digit_is_the_mean_over_the_images_read_as_it(network, layer):
    images = make_small_digits(60)[0]
    guesses = guess_digits(network, images)

    found = digit_jacobians(network, layer, images)

    for digit in range(10):
        of_digit = images[guesses == digit]
        expected = mean_jacobian(network, layer, of_digit) if len(of_digit) else np.zeros_like(found[0])
        np.testing.assert_allclose(found[digit], expected, atol=1e-6)


def test_the_views_of_hidden1_that_follow_the_weights_are_the_weights(network, probe):
    weights = receptive_fields(network, "hidden1")

    np.testing.assert_allclose(mean_jacobian(network, "hidden1", probe.fit.images), weights, atol=1e-6)


def test_the_best_linear_fit_is_a_ridge_of_one_of_its_strengths(network, probe):
    images = probe.fit.images
    pixels, sums = images.reshape(len(images), -1), layer_sums(network, "output", images)
    total = len(pixels) * pixels.var(axis=0).mean()

    found = fit_linear(network, "output", images).reshape(10, -1)

    distances = [
        np.abs(Ridge(alpha=strength * total).fit(pixels.astype(np.float64), sums).coef_ - found).max()
        for strength in (0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0)
    ]
    assert min(distances) < 1e-4 * np.abs(found).max() * 10
    assert max(distances) > 100 * min(distances)


def test_a_fit_of_fewer_images_than_pixels_is_the_same_ridge(network):
    images = make_small_digits(100)[0]
    pixels, sums = images.reshape(100, -1), layer_sums(network, "output", images)

    found = fits._solve(pixels, sums, [0.3])[0]

    alpha = 0.3 * 100 * pixels.var(axis=0).mean()
    expected = Ridge(alpha=alpha).fit(pixels.astype(np.float64), sums).coef_.T
    np.testing.assert_allclose(found, expected, atol=1e-4)


def test_the_fit_of_a_digit_is_that_of_the_images_read_as_it(network, probe):
    images = probe.fit.images
    guesses = guess_digits(network, images)
    digit = int(np.bincount(guesses).argmax())

    found = fit_digits(network, "hidden2", images)

    np.testing.assert_allclose(
        found[digit], fit_linear(network, "hidden2", images[guesses == digit]), atol=1e-4
    )
    rare = np.flatnonzero(np.bincount(guesses, minlength=10) < 20)
    assert not found[rare].any()


@pytest.fixture(scope="module")
def pairs():
    return make_small_digits(6)[0], np.array([0, 1, 2, 3, 4, 5])


@each_layer
def test_integrated_gradients_add_up_to_what_the_image_changes(network, pairs, layer):
    images, units = pairs

    found = integrated_gradients(network, layer, images, units)

    at = np.arange(6), units
    change = layer_sums(network, layer, images)[at] - layer_sums(network, layer, 0 * images)[at]
    np.testing.assert_allclose(found.sum(axis=(1, 2)), change, atol=1e-3)


def test_for_a_linear_unit_all_pictures_of_an_image_are_weight_times_ink(network, pairs):
    images, units = pairs
    expected = receptive_fields(network, "hidden1")[units] * images

    for attribute in (gradient_times_input, integrated_gradients):
        np.testing.assert_allclose(attribute(network, "hidden1", images, units), expected, atol=1e-4)
    np.testing.assert_array_equal(gradient(network, "hidden1", images, units) * images, expected)


def test_occlusion_of_a_linear_unit_is_the_mean_over_the_patches_that_cover_a_pixel(network, pairs):
    images, units = pairs
    products = receptive_fields(network, "hidden1")[units] * images
    fall = np.zeros_like(products)
    covers = np.zeros((14, 14))
    for row in range(13):
        for column in range(13):
            patch = np.s_[:, row : row + 2, column : column + 2]
            fall[patch] += products[patch].sum(axis=(1, 2), keepdims=True)
            covers[patch[1:]] += 1

    np.testing.assert_allclose(occlusion(network, "hidden1", images, units), fall / covers, atol=1e-4)


@each_layer
def test_the_driving_images_are_those_of_the_highest_sums(network, probe, layer):
    images = probe.fit.images
    sums = layer_sums(network, layer, images)

    found = mean_driving_images(network, layer, images)

    for unit in range(sums.shape[1]):
        best = np.argsort(-sums[:, unit])[:100]
        np.testing.assert_allclose(found[unit], images[best].mean(axis=0), atol=1e-5)


def test_the_difference_is_that_of_the_digit_that_drives_the_unit_most(network, probe):
    images, labels = probe.fit.images, probe.fit.labels
    sums = layer_sums(network, "hidden2", images)

    found = digit_differences(network, "hidden2", probe.fit)

    for unit in range(9):
        digit = np.argmax([sums[labels == digit, unit].mean() for digit in range(10)])
        expected = images[labels == digit].mean(axis=0) - images[labels != digit].mean(axis=0)
        np.testing.assert_allclose(found[unit], expected, atol=1e-5)


@each_layer
def test_a_maximising_image_drives_its_unit_more_than_any_as_plain_and_is_the_same_again(
    network, probe, layer
):
    prior = learn_prior(probe.fit.images)

    found = maximise_units(network, layer, prior)

    reached = layer_sums(network, layer, found).diagonal()
    rng = np.random.default_rng(0)
    steps = rng.normal(size=(500, len(prior.components))).astype(np.float32)
    steps *= np.sqrt(len(prior.components)) / np.linalg.norm(steps, axis=1, keepdims=True)
    others = (prior.mean + steps @ prior.components).clip(0, 1).reshape(-1, 14, 14)
    assert (reached > layer_sums(network, layer, others).max(axis=0)).all()
    assert (found.min(), found.max()) >= (0, 0)
    assert found.max() <= 1
    np.testing.assert_array_equal(maximise_units(network, layer, prior), found)


def test_a_weaker_prior_lets_units_go_further(network, probe):
    prior = learn_prior(probe.fit.images)

    near, far = (
        layer_sums(network, "output", maximise_units(network, "output", prior, typical)).diagonal()
        for typical in (0.3, 1.0)
    )

    assert (far > near).all()


def test_the_prior_has_the_variances_of_the_images(probe):
    prior = learn_prior(probe.fit.images, 5)

    pixels = probe.fit.images.reshape(400, -1)
    _, lengths, directions = np.linalg.svd(pixels - pixels.mean(axis=0), full_matrices=False)
    expected = directions[:5] * lengths[:5, None] / np.sqrt(400)
    np.testing.assert_allclose(np.abs(prior.components[::-1]), np.abs(expected), atol=1e-4)


@each_layer
@pytest.mark.parametrize("view", VIEWS.values(), ids=lambda view: view.name)
def test_every_view_makes_a_picture_of_every_unit_and_says_how_far_to_trust_it(network, probe, view, layer):
    asked = Asked(digit=3, image=probe.test.images[:1] if view.kind is Kind.IMAGE else None)

    fields, fidelity = view.show(network, layer, probe, asked), view.measure(network, layer, probe)

    units = getattr(network, layer).out_features
    assert fields.shape == (units, 14, 14)
    assert fidelity.per_unit.shape == (units,)
    assert np.isfinite(fidelity.per_unit).all()
    assert fidelity.worst <= fidelity.mean <= 1
    assert "nan" not in view.describe(fidelity)
    assert view.assumes.endswith(".")


@pytest.mark.parametrize("view", VIEWS.values(), ids=lambda view: view.name)
def test_where_no_unit_ever_varies_every_view_says_so(probe, view):
    network = make_network()
    with torch.no_grad():
        network.hidden2.weight.zero_()

    fidelity = view.measure(network, "hidden2", probe)

    if view.kind is Kind.IMAGE:  # its order is of chance
        assert fidelity.mean == 0
    else:
        assert "no unit of the layer ever varies" in view.describe(fidelity)


def test_an_unknown_view_digit_or_image_is_refused_with_the_choices(network, probe):
    with pytest.raises(ModelError, match=r"one of product, mean-jacobian, .* but is 'x-ray'"):
        find_view("x-ray")
    with pytest.raises(DataError, match="digits 0 to 9, but 10 was asked for"):
        find_view("class-jacobian").show(network, "output", probe, Asked(digit=10))
