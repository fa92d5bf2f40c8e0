"""IDX files as MNIST is distributed: images and labels, train and test, four files together."""

import struct

import numpy as np
import pytest
from matfiles import IDX_KINDS, write_idx

from mnist_core.data.files import read_file
from mnist_core.data.layouts import read_dataset, read_or_sample
from mnist_core.ground.errors import DataFileError


@pytest.mark.parametrize("kind", IDX_KINDS)
def test_every_kind_of_number_is_read_row_after_row(tmp_path, kind):
    values = np.arange(24).reshape(2, 3, 4)

    read = read_file(write_idx(tmp_path / "train-images-idx3-ubyte", values, kind))

    np.testing.assert_array_equal(read["train_images"], values)


def test_the_four_files_of_mnist_are_one_data_set_with_its_own_test_part(tmp_path):
    sample = read_or_sample()
    pixels, labels = np.round(sample.images[:120] * 255), sample.labels[:120]
    paths = [
        write_idx(tmp_path / f"{part}-{kind}", values[where])
        for part, where in {"t10k": slice(100, 120), "train": slice(0, 100)}.items()
        for kind, values in {"images-idx3-ubyte": pixels, "labels.idx1-ubyte": labels}.items()
    ]

    dataset = read_dataset(paths)

    assert dataset.n_samples == 120
    assert len(dataset.test_part) == 20
    np.testing.assert_array_equal(np.sort(dataset.labels[dataset.test_part]), np.sort(labels[100:]))


@pytest.mark.parametrize(
    ("harm", "sentence"),
    [(lambda content: content[:-1], "cut short"), (lambda content: content + b"\x00", "1 bytes stand after")],
)
def test_a_file_that_is_shorter_or_longer_than_it_says_is_refused(tmp_path, harm, sentence):
    path = write_idx(tmp_path / "a.idx", np.ones((3, 4, 4)))
    path.write_bytes(harm(path.read_bytes()))

    with pytest.raises(DataFileError, match=rf"a\.idx must be a whole IDX file, but is .*{sentence}"):
        read_file(path)


def test_more_numbers_than_there_is_room_for_are_refused_before_they_are_read(tmp_path):
    path = tmp_path / "a.idx"
    path.write_bytes(struct.pack(">HBB3I", 0, 14, 3, *[2**32 - 1] * 3))

    with pytest.raises(DataFileError, match="must hold at most"):
        read_file(path)
