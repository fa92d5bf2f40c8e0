"""A folder as a path, and pictures chosen one by one: read as a ZIP of them is."""

import pytest
from commands import call_json
from digits import take_digits
from scipy.io import savemat
from zips import make_zip, name_pictures, write_files

from mnist_core.data.files import gathering, read_file
from mnist_core.data.layouts import read_dataset
from mnist_core.ground.errors import DataFileError

IMAGES, LABELS = take_digits(60)


@pytest.fixture
def folder(tmp_path):
    return write_files(tmp_path / "mnist", name_pictures(IMAGES, LABELS))


def test_a_folder_is_the_same_data_set_as_a_zip_of_it(folder, tmp_path):
    (tmp_path / "mnist.zip").write_bytes(make_zip(name_pictures(IMAGES, LABELS, "mnist/")))
    dataset = read_dataset(folder)
    assert dataset.name == "mnist"
    assert dataset.fingerprint == read_dataset(tmp_path / "mnist.zip").fingerprint


def test_a_folder_of_files_is_one_data_set(tmp_path):
    savemat(tmp_path / "train.mat", {"X": IMAGES[:50].reshape(50, 784), "y": LABELS[:50, None]})
    savemat(tmp_path / "test.mat", {"X": IMAGES[50:].reshape(10, 784), "y": LABELS[50:, None]})
    assert len(read_dataset(tmp_path).test_part) == 10


def test_pictures_that_are_named_one_by_one_are_read_together(folder):
    paths = sorted(folder.glob("*/*.png"))
    read = read_dataset(paths)
    assert read.name == "60 pictures"
    assert read.n_samples == 60


def test_links_that_lead_out_are_not_followed_and_a_circle_ends(folder, tmp_path):
    outside = write_files(tmp_path / "outside", name_pictures(IMAGES, LABELS))
    first = next(outside.glob("*/*.png"))
    (folder / "0" / "secret.png").symlink_to(first)
    (folder / "elsewhere").symlink_to(outside)
    (folder / "0" / "again").symlink_to(folder)
    (folder / "1" / "same.png").symlink_to(next(folder.glob("1/*.png")))
    assert len(read_file(folder)["images"]) == 61


def test_a_folder_of_too_much_is_refused_before_it_is_read(folder, monkeypatch):
    monkeypatch.setattr(gathering, "MOST_ENTRIES", 59)
    with pytest.raises(
        DataFileError, match=r"mnist must hold at most 59 files .* name the folder that holds"
    ):
        read_file(folder)


def test_inspect_takes_a_folder(folder, tmp_path):
    found = call_json(tmp_path, "inspect", folder)
    assert (found["n_samples"], found["n_classes"]) == (60, 10)


def test_the_folder_that_one_is_in_has_its_name(folder, monkeypatch):
    monkeypatch.chdir(folder)
    assert read_dataset(type(folder)(".")).name == "mnist"
