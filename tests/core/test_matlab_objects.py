"""Strings, categorical arrays, tables and maps of MATLAB are read; other objects are named beside them."""

import warnings

import numpy as np
import pandas as pd
import pytest
from digits import take_digits

from mnist_core.data.files import read_file
from mnist_core.data.layouts import read_dataset
from mnist_core.ground.variables import Opaque

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # of pandas, at an option that it sets
    from matio import save_to_mat
    from matio.utils.matclass import MatlabContainerMap

IMAGES, LABELS = take_digits(60)
ROWS = np.round(IMAGES.reshape(60, 784) * 255).astype(np.uint8)
WORDS = LABELS.astype(str)


@pytest.fixture
def write(tmp_path):
    def save(**variables):
        save_to_mat(str(tmp_path / "digits.mat"), variables, version="v7")
        return tmp_path / "digits.mat"

    return save


LABELLED = {
    "a categorical array": pd.Categorical(WORDS),
    "strings": WORDS.astype(np.dtypes.StringDType()).reshape(-1, 1),
}


@pytest.mark.parametrize("kind", LABELLED)
def test_labels_that_are_objects_are_read(write, kind):
    dataset = read_dataset(write(X=ROWS, labels=LABELLED[kind]))
    np.testing.assert_array_equal(dataset.labels, LABELS)


def test_a_table_is_a_struct_of_its_columns(write):
    table = pd.DataFrame(ROWS.astype(float), columns=[f"pixel_{number}" for number in range(784)])
    table.insert(0, "word", WORDS)
    dataset = read_dataset(write(t=table))
    np.testing.assert_array_equal(dataset.labels, LABELS)
    np.testing.assert_array_equal(np.round(dataset.images * 255).reshape(60, 784), ROWS)


def test_a_map_of_images_by_digit_is_a_struct(write):
    digits = MatlabContainerMap({str(digit): ROWS[digit == LABELS] for digit in range(10)})
    read = read_file(write(m=digits))["m"]
    np.testing.assert_array_equal(read["3"], ROWS[LABELS == 3])


def test_what_mat_io_turns_into_dates_stays_named_and_hinders_nothing(write):
    dates = np.array(["2020-01-01"], dtype="datetime64[ms]").reshape(-1, 1)
    read = read_file(write(X=ROWS, labels=LABELS[:, None], day=dates))
    assert isinstance(read["day"], Opaque)
    assert read["X"].shape == (60, 784)
