import numpy as np
from digits import ROOT

from mnist_core.data.builtin.cut_sample import choose_images, cut_sample
from mnist_core.data.dataset import split_dataset, split_labels
from mnist_core.data.layouts import read_dataset
from mnist_core.data.sample import SAMPLE_FINGERPRINT, SAMPLE_NAME, SAMPLE_PATH


def test_the_sample_opens_like_any_upload():
    dataset = read_dataset(SAMPLE_PATH, SAMPLE_NAME)
    assert dataset.images.shape == (5_000, 28, 28)
    assert dataset.class_counts.tolist() == [500] * 10


def test_the_fingerprint_is_that_of_the_file():
    assert read_dataset(SAMPLE_PATH).fingerprint == SAMPLE_FINGERPRINT


def test_the_file_has_about_one_megabyte():
    assert 0.8e6 < SAMPLE_PATH.stat().st_size < 1.2e6


def test_its_source_and_licence_lie_beside_it():
    words = (SAMPLE_PATH.parent / "README.md").read_text(encoding="utf-8")
    assert "LeCun" in words
    assert "Licence" in words
    assert (ROOT / "mnist_core/data/builtin/cut_sample.py").exists()


def test_five_hundred_held_out_images_of_each_digit_are_chosen():
    labels = np.random.default_rng(1).integers(0, 10, 60_000)
    chosen = choose_images(labels)
    assert np.bincount(labels[chosen]).tolist() == [500] * 10
    assert set(chosen) <= set(split_labels(labels, 0).test)


def test_cutting_the_real_file_again_gives_the_same_sample(tmp_path, real_data):
    cut_sample(real_data / "MNIST.mat", tmp_path / "again.mat")
    assert read_dataset(tmp_path / "again.mat").fingerprint == SAMPLE_FINGERPRINT


def test_no_training_image_of_the_shipped_models_is_in_the_sample(real_data):
    whole = read_dataset(real_data / "MNIST.mat")
    training = {image.tobytes() for image in whole.images[split_dataset(whole, 0).train]}
    assert not training & {image.tobytes() for image in read_dataset(SAMPLE_PATH).images}
