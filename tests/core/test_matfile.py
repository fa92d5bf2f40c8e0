import io
import struct
import warnings
from pathlib import Path

import h5py
import numpy as np
import pytest
from digits import make_digits, write_mat
from scipy.io import savemat
from scipy.sparse import csc_array

from mnist_core.data.files import read_file
from mnist_core.ground.errors import DataFileError


@pytest.fixture
def mat_path(tmp_path: Path) -> Path:
    return write_mat(tmp_path / "digits.mat", *make_digits(30))


def write_bytes(folder: Path, content: bytes) -> Path:
    path = folder / "given.mat"
    path.write_bytes(content)
    return path


def test_every_variable_is_read_and_no_private_one(mat_path):
    arrays = read_file(mat_path)
    assert list(arrays) == ["input_images", "output_labels"]
    assert arrays["input_images"].shape == (30, 784)


def test_bytes_in_memory_are_read_like_a_file(mat_path):
    arrays = read_file(io.BytesIO(mat_path.read_bytes()), "upload.mat")
    np.testing.assert_array_equal(arrays["output_labels"], read_file(mat_path)["output_labels"])


@pytest.mark.parametrize("form", ["4", "5"])
@pytest.mark.parametrize("is_compressed", [False, True])
def test_matlab_4_and_5_are_read_compressed_or_not(tmp_path, form, is_compressed):
    savemat(tmp_path / "a.mat", {"a": np.eye(3)}, format=form, do_compression=is_compressed)
    np.testing.assert_array_equal(read_file(tmp_path / "a.mat")["a"], np.eye(3))


def test_a_sparse_matrix_comes_as_a_full_one(tmp_path):
    savemat(tmp_path / "a.mat", {"a": csc_array(np.eye(3))})
    np.testing.assert_array_equal(read_file(tmp_path / "a.mat")["a"], np.eye(3))


def test_an_absent_file_is_refused(tmp_path):
    with pytest.raises(DataFileError, match=r"none\.mat must be a \.mat.*, but cannot be opened"):
        read_file(tmp_path / "none.mat")


def test_an_empty_folder_is_refused(tmp_path):
    with pytest.raises(DataFileError, match="but holds no file"):
        read_file(tmp_path)


def test_an_empty_file_is_refused(tmp_path):
    with pytest.raises(DataFileError, match="is empty"):
        read_file(write_bytes(tmp_path, b""))


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"\x89PNG\r\n\x1a\n" + bytes(200), "a PNG picture"),
        (b"\xff\xd8\xff\xe0" + bytes(200), "a JPEG picture"),
        (b"label,pixel0,pixel1\n" * 50, "a table of words"),
        ("Zahl für Zahl größer\n".encode() * 50, "a text file"),
        (b"7", "a text file"),
        (bytes(range(200, 256)) * 20, "a file of another kind"),
    ],
)
def test_what_is_no_mat_file_is_named(tmp_path, content, kind):
    with pytest.raises(DataFileError, match=f"seems to be {kind}"):
        read_file(write_bytes(tmp_path, content))


def test_matlab_7_3_is_read_in_matlabs_order_of_axes(tmp_path):
    with h5py.File(tmp_path / "a.mat", "w", userblock_size=512) as file:
        file["a"] = np.arange(24.0).reshape(4, 3, 2)
    head = b"MATLAB 7.3 MAT-file, Platform: GLNXA64".ljust(124) + b"\x00\x02IM"
    with (tmp_path / "a.mat").open("r+b") as file:
        file.write(head)
    read = read_file(tmp_path / "a.mat")["a"]
    np.testing.assert_array_equal(read, np.arange(24.0).reshape(2, 3, 4, order="F"))


@pytest.mark.parametrize("is_compressed", [False, True])
@pytest.mark.parametrize("share", [0.02, 0.1, 0.5, 0.9])
def test_a_file_that_is_cut_short_is_refused(tmp_path, share, is_compressed):
    images, _ = make_digits(200)
    savemat(tmp_path / "a.mat", {"a": images.reshape(200, -1)}, do_compression=is_compressed)
    whole = (tmp_path / "a.mat").read_bytes()
    with pytest.raises(DataFileError, match=r"cut short|damaged"):
        read_file(write_bytes(tmp_path, whole[: int(len(whole) * share)]))


def test_a_file_that_claims_to_be_huge_is_refused_before_it_is_read(tmp_path):
    savemat(tmp_path / "a.mat", {"a": np.zeros((2, 2))})
    content = bytearray((tmp_path / "a.mat").read_bytes())
    place = content.index(struct.pack("<2i", 2, 2))
    content[place : place + 8] = struct.pack("<2i", 60_000, 60_000)
    with pytest.raises(DataFileError, match=r"says that it has 26\.8 GB|needs 28,800,000,000 bytes"):
        read_file(write_bytes(tmp_path, bytes(content)))


def test_reading_leaks_no_warning(mat_path):
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        read_file(mat_path)
    assert caught == []
