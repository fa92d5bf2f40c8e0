"""Which way a file's images lie is recognised, and doubted where it should be."""

from functools import cache, partial

import numpy as np
import pytest
import torch
from safetensors.torch import load_file
from scipy import ndimage

from benchmarks.scripts.symbols import (
    draw_faces,
    draw_scribbles,
    draw_shapes,
    make_noise,
    shuffle_pixels,
    write_letters,
)
from benchmarks.scripts.train_orientation import Reader, train_reader
from mnist_core.data.dataset import Dataset
from mnist_core.data.layouts import read_dataset
from mnist_core.data.orientation import Orientation, recognise_orientation, turn_images, turn_upright
from mnist_core.data.orientation.turns import TURNS
from mnist_core.data.orientation.upright import WEIGHTS_PATH, fit_ink, read_turned
from mnist_core.data.sample import SAMPLE_PATH

each_turn = pytest.mark.parametrize("turn", TURNS)
with_and_without_labels = pytest.mark.parametrize("is_labelled", [True, False], ids=["labels", "no labels"])

# What the file's pixels are, for an upright image, in NumPy's words.
AS_NUMPY = {
    Orientation.UPRIGHT: lambda image: image,
    Orientation.TRANSPOSED: lambda image: image.T,
    Orientation.ROTATED90: np.rot90,
    Orientation.ROTATED180: lambda image: np.rot90(image, 2),
    Orientation.ROTATED270: lambda image: np.rot90(image, 3),
    Orientation.FLIPPED_HORIZONTAL: np.fliplr,
    Orientation.FLIPPED_VERTICAL: np.flipud,
    Orientation.ANTITRANSPOSED: lambda image: np.rot90(image, 2).T,
}

NON_DIGITS = {
    "faces": draw_faces,
    "letters": partial(write_letters, [None]),
    "noise": make_noise,
    "scribbles": draw_scribbles,
    "shapes": draw_shapes,
}


@cache
def sample() -> Dataset:
    return read_dataset(SAMPLE_PATH)


def take(n: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    chosen = np.random.default_rng(seed).permutation(sample().n_samples)[:n]
    return sample().images[chosen], sample().labels[chosen]


def resize(images: np.ndarray, side: int) -> np.ndarray:
    scale = side / images.shape[1]
    return ndimage.zoom(images, (1, scale, scale), order=1).clip(0, 1).astype(np.float32)


class TestTurn:
    @each_turn
    def test_each_orientation_is_what_numpy_calls_it(self, turn: Orientation) -> None:
        images = np.arange(18, dtype=np.float32).reshape(2, 3, 3)
        expected = np.stack([AS_NUMPY[turn](image) for image in images])
        np.testing.assert_array_equal(turn_images(images, turn), expected)

    @each_turn
    def test_turning_upright_undoes_it_pixel_by_pixel(self, turn: Orientation) -> None:
        images = np.random.default_rng(0).random((3, 5, 5), dtype=np.float32)
        upright = turn_upright(turn_images(images, turn), turn)
        np.testing.assert_array_equal(upright, images)
        assert upright.flags.c_contiguous

    def test_the_eight_orientations_are_all_different(self) -> None:
        images = np.arange(9, dtype=np.float32).reshape(1, 3, 3)
        assert len({turn_images(images, turn).tobytes() for turn in TURNS}) == 8

    def test_unsure_leaves_images_as_they_came(self) -> None:
        images = np.arange(9, dtype=np.float32).reshape(1, 3, 3)
        assert np.shares_memory(turn_upright(images, Orientation.UNSURE), images)
        np.testing.assert_array_equal(turn_upright(images, Orientation.UNSURE), images)


class TestRecognise:
    @each_turn
    @with_and_without_labels
    def test_each_orientation_of_real_digits_is_recognised(
        self, turn: Orientation, is_labelled: bool
    ) -> None:
        images, labels = take(300)
        found = recognise_orientation(turn_images(images, turn), labels if is_labelled else None)
        assert found.orientation is turn
        assert found.sureness > 0.99
        assert turn.words in found.reason

    @with_and_without_labels
    @pytest.mark.parametrize("side", [16, 20, 40])
    def test_images_of_other_sides_are_recognised(self, side: int, is_labelled: bool) -> None:
        images, labels = take(200)
        turned = turn_images(resize(images, side), Orientation.ROTATED90)
        found = recognise_orientation(turned, labels if is_labelled else None)
        assert found.orientation is Orientation.ROTATED90

    @with_and_without_labels
    def test_a_few_images_leave_it_unsure(self, is_labelled: bool) -> None:
        images, labels = take(2)
        found = recognise_orientation(images, labels if is_labelled else None)
        assert found.orientation is Orientation.UNSURE
        assert "2 images" in found.reason
        assert found.reason.startswith("More images are needed")

    def test_digits_that_look_the_same_upside_down_leave_it_unsure(self) -> None:
        noughts = sample().images[sample().labels == 0]
        symmetric = np.maximum(noughts, turn_images(noughts, Orientation.ROTATED180))
        found = recognise_orientation(symmetric, None)
        assert found.orientation is Orientation.UNSURE
        assert "too much alike" in found.reason

    @pytest.mark.parametrize("kind", NON_DIGITS)
    @pytest.mark.parametrize("n", [20, 300])
    @with_and_without_labels
    def test_what_is_no_digit_leaves_it_unsure(self, kind: str, n: int, is_labelled: bool) -> None:
        rng = np.random.default_rng(1)
        images, labels = NON_DIGITS[kind](rng, n), rng.integers(0, 10, n)
        found = recognise_orientation(images, labels if is_labelled else None)
        assert found.orientation is Orientation.UNSURE

    @with_and_without_labels
    def test_shuffled_pixels_leave_it_unsure(self, is_labelled: bool) -> None:
        images, labels = take(300)
        shuffled = shuffle_pixels(images, np.random.default_rng(1), 300)
        found = recognise_orientation(shuffled, labels if is_labelled else None)
        assert found.orientation is Orientation.UNSURE

    def test_labels_that_do_not_belong_to_the_images_leave_it_unsure(self) -> None:
        images, labels = take(300)
        found = recognise_orientation(images, np.random.default_rng(1).permutation(labels))
        assert found.orientation is Orientation.UNSURE
        assert found.reason.startswith("The labels do not fit")

    def test_images_of_classes_beyond_the_digits_do_not_count(self) -> None:
        images, labels = take(200)
        letters = write_letters([None], np.random.default_rng(1), 600)
        both = np.concatenate([letters, turn_images(images, Orientation.TRANSPOSED)])
        found = recognise_orientation(both, np.concatenate([np.full(600, 17), labels]))
        assert found.orientation is Orientation.TRANSPOSED
        assert "200 images" in found.reason

    def test_without_a_label_of_a_digit_it_is_unsure(self) -> None:
        images, labels = take(30)
        found = recognise_orientation(images, labels + 10)
        assert found.orientation is Orientation.UNSURE
        assert found.reason == "Of 30 images none has a label from 0 to 9."

    @with_and_without_labels
    def test_blank_images_leave_it_unsure(self, is_labelled: bool) -> None:
        blank = np.zeros((30, 28, 28), np.float32)
        found = recognise_orientation(blank, np.zeros(30, np.int64) if is_labelled else None)
        assert (found.orientation, found.sureness) == (Orientation.UNSURE, 0.0)
        assert "none has any ink" in found.reason

    def test_no_images_at_all_leave_it_unsure(self) -> None:
        nothing = np.zeros((0, 28, 28), np.float32)
        assert recognise_orientation(nothing, None).orientation is Orientation.UNSURE

    def test_blank_images_among_others_do_not_count(self) -> None:
        images, labels = take(200)
        images[::2] = 0
        found = recognise_orientation(turn_images(images, Orientation.ROTATED180), labels)
        assert found.orientation is Orientation.ROTATED180
        assert "100 images" in found.reason

    def test_the_images_are_left_as_they_are(self) -> None:
        images, labels = take(50)
        before = images.copy()
        recognise_orientation(images, labels)
        np.testing.assert_array_equal(images, before)


class TestReader:
    def test_ink_fills_its_box_wherever_it_was(self) -> None:
        images = np.zeros((2, 28, 28), np.float32)
        images[0, 2:12, 3:8] = 0.5
        images[1, 10:20, 20:25] = 1.0
        one, other = fit_ink(images)
        np.testing.assert_allclose(one, other, atol=1e-6)
        assert one[0].any()
        assert one[-1].any()
        assert np.isclose(one.max(), 1.0)

    def test_numpy_reads_as_the_network_that_was_trained(self) -> None:
        inks = fit_ink(take(40)[0])
        network = Reader()
        network.load_state_dict(load_file(WEIGHTS_PATH))
        expected = network(torch.from_numpy(inks)).softmax(dim=1)[:, :-1].reshape(40, 8, 10)
        np.testing.assert_allclose(read_turned(inks), expected.detach(), atol=1e-5)

    def test_training_again_gives_the_same_weights(self) -> None:
        images, labels = take(200)
        one, other = (train_reader(images, labels, epochs=1, seed=3).state_dict() for _ in range(2))
        assert all(torch.equal(one[name], other[name]) for name in one)

    def test_the_weights_are_small_enough_to_ship(self) -> None:
        assert WEIGHTS_PATH.stat().st_size <= 300_000
