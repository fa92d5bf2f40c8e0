"""Fidelity against plain formulas, and where it must be 1, 0 or undefined."""

import numpy as np
import pytest
import torch
from digits import make_small_digits
from scipy import ndimage
from sklearn.metrics import r2_score

from mnist_core.insight.fields.attributions import gradient_times_input
from mnist_core.insight.fields.erasing import erase
from mnist_core.insight.fields.fidelity import accuracy_alone, digit_fidelity, linear_fidelity
from mnist_core.insight.fields.jacobians import digit_jacobians, guess_digits
from mnist_core.insight.fields.layers import layer_sums
from mnist_core.insight.fields.probe import Digits, Probe
from mnist_core.insight.fields.products import carried_biases, receptive_fields
from mnist_core.insight.fields.views import VIEWS
from mnist_core.network.architecture import MLP


@pytest.fixture
def network():
    torch.manual_seed(0)
    return MLP(14, 9, "tanh", 14 * 14).eval()


@pytest.fixture(scope="module")
def probe():
    images, labels = make_small_digits(900)
    return Probe(Digits(images[:600], labels[:600]), Digits(images[600:], labels[600:]), "300 images")


def test_fidelity_is_one_where_nothing_is_left_out(network, probe):
    fields = receptive_fields(network, "hidden1")

    np.testing.assert_allclose(linear_fidelity(network, "hidden1", fields, probe.test.images), 1, atol=1e-9)


@pytest.mark.parametrize("layer", ["hidden2", "output"])
def test_fidelity_is_the_r2_of_the_field_with_its_best_scale_and_intercept(network, probe, layer):
    images = probe.test.images
    sums = layer_sums(network, layer, images).astype(np.float64)
    fields = receptive_fields(network, layer)
    products = images.reshape(300, -1) @ fields.reshape(-1, 196).T.astype(np.float64)

    fidelity = linear_fidelity(network, layer, fields, images)

    for unit, value in enumerate(fidelity):
        scale, intercept = np.polyfit(products[:, unit], sums[:, unit], 1)
        expected = r2_score(sums[:, unit], scale * products[:, unit] + intercept) if scale > 0 else 0.0
        assert value == pytest.approx(expected, abs=1e-5)


def test_fidelity_of_a_unit_that_never_varies_is_undefined_and_of_an_empty_picture_zero(network, probe):
    with torch.no_grad():
        network.output.weight[3] = 0
    fields = receptive_fields(network, "output")
    fields[5] = 0

    fidelity = linear_fidelity(network, "output", fields, probe.test.images)

    assert np.isnan(fidelity[3])
    assert fidelity[5] == 0
    assert np.isfinite(np.delete(fidelity, 3)).all()


def test_a_picture_that_points_the_wrong_way_explains_nothing(network, probe):
    fields = -receptive_fields(network, "hidden1")

    np.testing.assert_array_equal(linear_fidelity(network, "hidden1", fields, probe.test.images), 0)


def test_pictures_alone_read_what_a_linear_network_reads(probe):
    torch.manual_seed(0)
    network = MLP(14, 9, "relu", 14 * 14).eval()
    with torch.no_grad():  # far above the bend: linear
        network.hidden1.bias += 100
        network.hidden2.bias += 1000
    guesses = guess_digits(network, probe.test.images)
    fields = receptive_fields(network, "output")

    alone = Probe(probe.fit, Digits(probe.test.images, guesses), "")

    assert accuracy_alone(network, fields, alone) > 0.98
    outputs = probe.test.images.reshape(300, -1) @ fields.reshape(10, -1).T + carried_biases(
        network, "output"
    )
    np.testing.assert_allclose(outputs, layer_sums(network, "output", probe.test.images), rtol=1e-3)


def test_pictures_of_a_digit_are_measured_as_one_piecewise_linear_model(network, probe):
    fields = digit_jacobians(network, "output", probe.fit.images)
    fit, test = probe.fit.images.reshape(600, -1), probe.test.images.reshape(300, -1)
    fit_guesses, guesses = (guess_digits(network, part.images) for part in (probe.fit, probe.test))
    fitted, real = (layer_sums(network, "output", part.images) for part in (probe.fit, probe.test))

    found = digit_fidelity(network, "output", fields, probe)

    unit, predicted = 4, np.zeros(300)
    for digit in np.unique(guesses):
        picture = fields[digit, unit].ravel()
        own = fit_guesses == digit
        scale, offset = np.polyfit(fit[own] @ picture, fitted[own, unit], 1)
        predicted[guesses == digit] = scale * (test[guesses == digit] @ picture) + offset
    assert found.per_unit[unit] == pytest.approx(r2_score(real[:, unit], predicted), abs=1e-3)
    assert found.figures["guess_alone"] < found.mean
    assert np.isnan(found.per_digit[np.setdiff1d(np.arange(10), guesses)]).all()


def test_a_picture_that_marks_what_matters_beats_an_order_of_chance(network, probe):
    found = erase(network, "hidden1", probe.test.images, gradient_times_input)

    assert (found.marked.gap > found.chance.gap).all()
    assert abs(found.chance.gap.mean()) < 0.1


def test_controls_lose_what_is_in_the_detail_and_of_the_image(network, probe):
    view, blurred, moved = VIEWS["gradient-x-input"], [], []

    def blur(*asked):
        blurred.append(ndimage.gaussian_filter(view.draw(*asked), (0, 1, 1)))
        return blurred[-1]

    def move(network, layer, images, units):
        pictures = view.draw(network, layer, images, units).reshape(-1, 14, 14, 14)
        moved.append(np.concatenate([pictures[-1:], pictures[:-1]]).reshape(-1, 14, 14))
        return moved[-1]

    found = view.measure(network, "hidden1", probe)

    for name, attribute in (("blurred", blur), ("another_image", move)):
        other = erase(network, "hidden1", probe.test.images, attribute)
        np.testing.assert_allclose(found.controls[name], other.marked.gap)
        assert found.mean_of(name) < found.mean
    words = view.describe(found)
    assert f"{found.mean_of('blurred'):.2f} for the same picture blurred" in words
    assert f"{found.mean_of('another_image'):.2f} for the unit's picture of another image" in words


def test_erasing_goes_from_the_whole_image_to_blank_paper_and_back(network, probe):
    erasing = erase(network, "output", probe.test.images, gradient_times_input).marked
    sums = layer_sums(network, "output", probe.test.images)
    blank = layer_sums(network, "output", np.zeros((1, 14, 14), dtype=np.float32))[0]

    np.testing.assert_array_equal(erasing.deletion[:, 0], erasing.insertion[:, -1])
    np.testing.assert_array_equal(erasing.deletion[:, -1], erasing.insertion[:, 0])
    assert (erasing.deletion[:, 0] > 0.9).all()
    np.testing.assert_allclose(erasing.deletion[:, -1], (sums < blank).mean(axis=0))


def test_marks_of_the_opposite_sign_do_worse_than_chance(network, probe):
    found = erase(network, "output", probe.test.images, lambda *asked: -gradient_times_input(*asked))

    assert found.marked.gap.mean() < found.chance.gap.mean()
