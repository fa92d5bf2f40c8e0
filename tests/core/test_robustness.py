"""Disturbed images, against what is known of each disturbance, and what a network reads of them."""

import numpy as np
import pytest
from digits import take_digits
from scipy import ndimage
from scipy.ndimage import center_of_mass

from mnist_core.ground.settings import SHIPPED_MODELS
from mnist_core.insight.evaluation import evaluate
from mnist_core.insight.evaluation.disturbances import DISTURBANCES, NAMES, disturb_images
from mnist_core.insight.evaluation.robustness import measure_robustness
from mnist_core.network.models import load_model


@pytest.fixture(scope="module")
def images() -> np.ndarray:
    return take_digits(60)[0]


def measure_ink(images: np.ndarray) -> np.ndarray:
    return images.sum(axis=(1, 2))


@pytest.mark.parametrize("name", NAMES)
def test_one_level_changes_nothing_and_all_others_keep_ink_between_0_and_1(images, name):
    one = DISTURBANCES[name]
    assert one.usual in one.levels

    np.testing.assert_allclose(disturb_images(images, name, one.usual), images, atol=1e-5)
    for level in one.levels:
        disturbed = disturb_images(images, name, level)
        assert disturbed.shape == images.shape
        assert 0 <= disturbed.min() <= disturbed.max() <= 1
        assert level == one.usual or not np.allclose(disturbed, images, atol=0.01)


@pytest.mark.parametrize("name", NAMES)
def test_chance_is_that_of_the_seed(images, name):
    level = DISTURBANCES[name].levels[-1]

    first, again = (disturb_images(images, name, level, seed=1) for _ in range(2))

    np.testing.assert_array_equal(first, again)
    if name not in ("scale", "width"):
        assert not np.array_equal(first, disturb_images(images, name, level, seed=2))


def test_noise_has_the_standard_deviation_of_its_level():
    grey = np.full((50, 28, 28), 0.5, np.float32)

    assert disturb_images(grey, "noise", 0.1).std() == pytest.approx(0.1, rel=0.02)


def test_a_rotation_is_that_of_scipy_to_the_left_or_to_the_right(images):
    turned = disturb_images(images, "rotation", 30.0)

    both = [
        ndimage.rotate(images, angle, axes=(1, 2), reshape=False, order=1, mode="grid-constant")
        for angle in (30, -30)
    ]
    errors = np.stack([np.abs(turned - one).max(axis=(1, 2)) for one in both])
    assert (errors.min(axis=0) < 1e-3).all()
    assert 10 < np.sum(errors[0] < errors[1]) < 50  # some to each side


def test_a_shift_moves_the_centre_of_mass_by_its_pixels_along_one_axis(images):
    whole = np.pad(images[:, 2:-2, 2:-2], ((0, 0), (2, 2), (2, 2)))  # none loses ink beyond the edge

    moved = disturb_images(whole, "shift", 2.0)

    steps = np.array([center_of_mass(one) for one in moved]) - [center_of_mass(one) for one in whole]
    np.testing.assert_allclose(np.sort(np.abs(steps), axis=1), [[0, 2]] * len(images), atol=0.05)
    assert len({tuple(step) for step in np.round(steps).astype(int)}) == 4


def test_a_scale_changes_the_ink_with_its_square(images):
    ratio = measure_ink(disturb_images(images, "scale", 0.7)) / measure_ink(images)

    np.testing.assert_allclose(ratio, 0.49, rtol=0.06)


def test_a_pixel_of_width_is_scipys_grey_dilation_and_erosion(images):
    wider, thinner = (disturb_images(images, "width", level) for level in (1.0, -1.0))

    np.testing.assert_allclose(wider, ndimage.grey_dilation(images, (1, 3, 3)), atol=1e-6)
    # scipy takes what lies beyond the edge for a mirror image, which is the same where the edge is paper
    np.testing.assert_allclose(thinner, ndimage.grey_erosion(images, (1, 3, 3)), atol=1e-6)


def test_width_between_two_pixels_lies_between_them(images):
    half, whole, more = (measure_ink(disturb_images(images, "width", level)) for level in (0.5, 1.0, 1.5))

    np.testing.assert_allclose(half, (measure_ink(images) + whole) / 2, rtol=1e-4)
    assert (more > whole).all()


def test_an_occlusion_covers_a_square_that_lies_on_ink(images):
    covered = disturb_images(images, "occlusion", 6.0)

    lost = images - covered
    assert (lost >= 0).all()
    assert (measure_ink(lost) > 0).all()
    for one in lost > 0:
        rows, columns = np.nonzero(one)
        assert np.ptp(rows) < 6
        assert np.ptp(columns) < 6


def test_what_is_read_of_undisturbed_images_is_the_accuracy_and_more_is_lost_with_more():
    images, labels = take_digits(400)
    network = load_model(SHIPPED_MODELS / "paper").network

    reached = measure_robustness(network, images, labels, ["rotation", "scale"])

    accuracy = {(one.disturbance, one.level): one.accuracy for one in reached}
    expected = evaluate(network, images, labels).accuracy
    assert accuracy["rotation", 0.0] == accuracy["scale", 1.0] == pytest.approx(expected, abs=0.003)
    assert accuracy["rotation", 15.0] > accuracy["rotation", 45.0]
    assert all(one.accuracy_from < one.accuracy < one.accuracy_to for one in reached)
    assert all(one.n == 400 for one in reached)
