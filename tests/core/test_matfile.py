import io
import struct
import warnings
import zipfile
from pathlib import Path

import numpy as np
import pytest
from digits import make_digits, write_mat
from scipy.io import savemat
from scipy.sparse import csc_array

from mnist_core.errors import MatFileError
from mnist_core.matfile import read_mat


@pytest.fixture
def mat_path(tmp_path: Path) -> Path:
    return write_mat(tmp_path / "digits.mat", *make_digits(30))


def write_bytes(folder: Path, content: bytes) -> Path:
    path = folder / "given.mat"
    path.write_bytes(content)
    return path


def test_every_variable_is_read_and_no_private_one(mat_path):
    arrays = read_mat(mat_path)
    assert list(arrays) == ["input_images", "output_labels"]
    assert arrays["input_images"].shape == (30, 784)


def test_bytes_in_memory_are_read_like_a_file(mat_path):
    arrays = read_mat(io.BytesIO(mat_path.read_bytes()), "upload.mat")
    np.testing.assert_array_equal(arrays["output_labels"], read_mat(mat_path)["output_labels"])


@pytest.mark.parametrize("form", ["4", "5"])
@pytest.mark.parametrize("is_compressed", [False, True])
def test_matlab_4_and_5_are_read_compressed_or_not(tmp_path, form, is_compressed):
    savemat(tmp_path / "a.mat", {"a": np.eye(3)}, format=form, do_compression=is_compressed)
    np.testing.assert_array_equal(read_mat(tmp_path / "a.mat")["a"], np.eye(3))


def test_a_sparse_matrix_comes_as_a_full_one(tmp_path):
    savemat(tmp_path / "a.mat", {"a": csc_array(np.eye(3))})
    np.testing.assert_array_equal(read_mat(tmp_path / "a.mat")["a"], np.eye(3))


def test_an_absent_file_is_refused(tmp_path):
    with pytest.raises(MatFileError, match=r"none\.mat must be a \.mat file, but cannot be opened"):
        read_mat(tmp_path / "none.mat")


def test_a_folder_is_refused(tmp_path):
    with pytest.raises(MatFileError, match="cannot be opened"):
        read_mat(tmp_path)


def test_an_empty_file_is_refused(tmp_path):
    with pytest.raises(MatFileError, match="is empty"):
        read_mat(write_bytes(tmp_path, b""))


def make_zip() -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("digits.txt", "7")
    return stream.getvalue()


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"\x89PNG\r\n\x1a\n" + bytes(200), "a PNG picture"),
        (b"\xff\xd8\xff\xe0" + bytes(200), "a JPEG picture"),
        (make_zip(), "a zip archive"),
        (b"\x1f\x8b\x08\x00" + bytes(200), "a gzip archive"),
        (b"label,pixel0,pixel1\n" * 50, "a text file"),
        ("Zahl für Zahl, größer\n".encode() * 50, "a text file"),
        (b"7", "a text file"),
        (b"# Created by Octave 9.2\n# name: a\n", "Octave's own text format"),
        (struct.pack(">4i", 0x803, 60000, 28, 28) + bytes(500), "an IDX file of images"),
        (b"\x93NUMPY\x01\x00" + bytes(300), "a NumPy .npy file"),
        (bytes(range(200, 256)) * 20, "a file of another kind"),
    ],
)
def test_what_is_no_mat_file_is_named(tmp_path, content, kind):
    with pytest.raises(MatFileError, match=f"must be a .mat file, but seems to be {kind}"):
        read_mat(write_bytes(tmp_path, content))


@pytest.mark.parametrize("order", ["IM", "MI"])
def test_matlab_7_3_says_how_to_save_instead(tmp_path, order):
    version = b"\x00\x02" if order == "IM" else b"\x02\x00"
    head = b"MATLAB 7.3 MAT-file, Platform: GLNXA64".ljust(124) + version + order.encode()
    with pytest.raises(MatFileError, match=r"version 7\.3 \(HDF5\): save it in MATLAB with -v7"):
        read_mat(write_bytes(tmp_path, head.ljust(512, b"\x00") + b"\x89HDF\r\n\x1a\n" + bytes(100)))


@pytest.mark.parametrize("is_compressed", [False, True])
@pytest.mark.parametrize("share", [0.02, 0.1, 0.5, 0.9])
def test_a_file_that_is_cut_short_is_refused(tmp_path, share, is_compressed):
    images, _ = make_digits(200)
    savemat(tmp_path / "a.mat", {"a": images.reshape(200, -1)}, do_compression=is_compressed)
    whole = (tmp_path / "a.mat").read_bytes()
    with pytest.raises(MatFileError, match="damaged or cut short"):
        read_mat(write_bytes(tmp_path, whole[: int(len(whole) * share)]))


def test_a_file_with_damaged_bytes_is_refused_or_read_but_never_crashes(mat_path, tmp_path):
    whole = np.frombuffer(mat_path.read_bytes(), dtype=np.uint8)
    rng = np.random.default_rng(0)
    n_refused = 0
    for _ in range(60):
        harmed = whole.copy()
        harmed[rng.integers(128, 400, 4)] = rng.integers(0, 256, 4)
        try:
            read_mat(write_bytes(tmp_path, harmed.tobytes()))
        except MatFileError:
            n_refused += 1
    assert n_refused > 50


def test_a_file_that_claims_to_be_huge_is_refused_before_it_is_read(tmp_path):
    savemat(tmp_path / "a.mat", {"a": np.zeros((2, 2))})
    content = bytearray((tmp_path / "a.mat").read_bytes())
    place = content.index(struct.pack("<2i", 2, 2))
    content[place : place + 8] = struct.pack("<2i", 60_000, 60_000)
    with pytest.raises(MatFileError, match="must hold at most"):
        read_mat(write_bytes(tmp_path, bytes(content)))


def test_reading_leaks_no_warning(mat_path):
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        read_mat(mat_path)
    assert caught == []
