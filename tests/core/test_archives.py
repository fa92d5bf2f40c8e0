"""Files in gzip, bzip2, xz and ZIP: read as if they had come alone, or refused in a sentence."""

import bz2
import gzip
import lzma
import struct
import zipfile
import zlib
from io import BytesIO

import numpy as np
import pytest
from digits import take_digits
from matfiles import read_here, write_idx
from scipy.io import savemat
from zips import make_picture, make_zip

from mnist_core.data.files import read_file
from mnist_core.data.layouts import read_dataset
from mnist_core.data.origin import REMARK
from mnist_core.ground.errors import DataFileError

IMAGES, LABELS = take_digits(60)
COMPRESS = {"gz": gzip.compress, "bz2": bz2.compress, "xz": lzma.compress}
each_way = pytest.mark.parametrize("ending", COMPRESS)


def make_mat(images=IMAGES, labels=LABELS):
    stream = BytesIO()
    savemat(stream, {"X": images.reshape(len(images), -1), "y": labels[:, None]})
    return stream.getvalue()


@each_way
def test_a_compressed_file_is_read_as_what_it_holds(ending):
    dataset = read_dataset(BytesIO(COMPRESS[ending](make_mat())), f"digits.mat.{ending}")
    np.testing.assert_array_equal(dataset.labels, LABELS)


def test_compressed_idx_files_are_called_as_they_are(tmp_path):
    path = write_idx(tmp_path / "train-images-idx3-ubyte", np.ones((3, 4, 5)))
    packed = gzip.compress(path.read_bytes())
    assert list(read_file(BytesIO(packed), "train-images-idx3-ubyte.gz")) == ["train_images"]


@each_way
@pytest.mark.parametrize(
    ("harm", "sentence"),
    [
        (lambda content: content[: len(content) // 2], "cut short"),
        (lambda content: content[:40] + bytes(40) + content[80:], "is damaged"),
        (lambda content: content[:9], "cut short"),
    ],
)
def test_what_is_not_whole_is_refused(ending, harm, sentence):
    with pytest.raises(DataFileError, match=f"must be a whole .*{sentence}"):
        read_here(harm(COMPRESS[ending](make_mat())))


def test_a_file_compressed_twice_is_refused():
    with pytest.raises(DataFileError, match="holds a gzip file in which others are: unpack it first"):
        read_here(gzip.compress(gzip.compress(make_mat())))


def test_a_compressed_file_of_another_kind_is_named():
    with pytest.raises(DataFileError, match="seems to be a PNG picture"):
        read_here(gzip.compress(make_picture(IMAGES[0])))


def test_a_zip_of_one_file_is_as_that_file():
    assert list(read_here(make_zip({"a/digits.mat": make_mat()}))) == ["X", "y"]


def test_a_zip_of_training_and_test_files_is_one_data_set():
    files = {
        "set/train.mat": make_mat(IMAGES[:50], LABELS[:50]),
        "set/test.mat": make_mat(IMAGES[50:], LABELS[50:]),
    }
    dataset = read_dataset(BytesIO(make_zip(files)), "set.zip")
    assert len(dataset.test_part) == 10


def test_a_zip_of_the_four_files_of_mnist_is_one_data_set(tmp_path):
    files = {}
    for part, where in {"train": slice(0, 50), "t10k": slice(50, 60)}.items():
        for kind, values in {"images-idx3": np.round(IMAGES * 255), "labels-idx1": LABELS}.items():
            path = write_idx(tmp_path / f"{part}-{kind}-ubyte", values[where])
            files[f"{path.name}.gz"] = gzip.compress(path.read_bytes())
    dataset = read_dataset(BytesIO(make_zip(files)), "mnist.zip")
    assert (dataset.n_samples, len(dataset.test_part)) == (60, 10)


def test_a_damaged_file_in_a_zip_is_named():
    with pytest.raises(
        DataFileError, match=r"holds a\.mat, which must be a whole \.mat file, but is cut short"
    ):
        read_here(make_zip({"a.mat": make_mat()[:4000], "b.mat": make_mat()}))


def test_a_file_that_only_tells_of_the_others_is_left_out():
    about = b'{"title": "digits", "licenses": [{"name": "CC0"}]}'
    files = {
        "digits.mat": make_mat(),
        "dataset-metadata.json": about,
        "about.txt": b"Of 20 people.\nAsk first.\n",
    }
    read = read_here(make_zip(files))
    assert list(read) == ["X", "y", REMARK]
    assert read[REMARK] == "2 files were left out: about.txt, dataset-metadata.json."


FOREIGN = {
    "archive/data.pkl": "a torch file: save its arrays with numpy.savez",
    "model.weights.h5": "a Keras network",
    "xl/workbook.xml": "an Excel file: save the sheet as CSV",
    "notes.doc": r"holds notes\.doc, which must be .* seems to be a text file",
    "deeper.zip": "that are no ZIP, but holds deeper.zip",
}


@pytest.mark.parametrize("name", FOREIGN)
def test_a_zip_of_something_else_is_refused_for_what_it_is(name):
    content = make_zip({"a": b"1"}) if name.endswith("zip") else b"none"
    with pytest.raises(DataFileError, match=FOREIGN[name]):
        read_here(make_zip({name: content}))


def test_an_empty_zip_is_refused():
    with pytest.raises(DataFileError, match="but holds no file"):
        read_here(make_zip({}))


def test_a_zip_with_bzip2_and_lzma_inside_is_read():
    for method in (zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA, zipfile.ZIP_STORED):
        assert list(read_here(make_zip({"digits.mat": make_mat()}, method))) == ["X", "y"]


def write_xz_of_large_window() -> bytes:
    window = {"id": lzma.FILTER_LZMA2, "dict_size": 4096}
    content = bytearray(lzma.compress(b"7" * 100, filters=[window]))
    place = content.index(b"\x21\x01", 12) + 2  # where the filter tells its window
    content[place] = 40  # 4 GB
    length = (content[12] + 1) * 4
    content[12 + length - 4 : 12 + length] = struct.pack(
        "<I", zlib.crc32(bytes(content[12 : 12 + length - 4]))
    )
    return bytes(content)


def test_xz_that_wants_more_memory_than_the_confined_process_has_is_refused():
    with pytest.raises(DataFileError, match="needs more memory than a file may use"):
        read_file(BytesIO(write_xz_of_large_window()), "a.xz")
