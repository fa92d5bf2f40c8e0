"""NumPy's files: arrays of every kind of number, and nothing that is a pickle."""

import struct
from io import BytesIO

import numpy as np
import pytest
from digits import take_digits
from matfiles import read_here

from mnist_core.data.files import read_file
from mnist_core.data.layouts import Choices, read_dataset, understand
from mnist_core.ground.errors import DataFileError
from mnist_core.ground.variables import Opaque

KINDS = ["?", "u1", "i1", "u2", "i2", "u4", "i4", "u8", "i8", "f4", "f8", "c8", "c16"]


def write_npy(values: np.ndarray) -> bytes:
    stream = BytesIO()
    np.save(stream, values)
    return stream.getvalue()


def write_header(words: str, version: int = 1) -> bytes:
    length = struct.pack("<H" if version == 1 else "<I", len(words))
    return b"\x93NUMPY" + bytes([version, 0]) + length + words.encode("latin-1")


def describe(descr: str, shape: str, more: str = "") -> bytes:
    return write_header(f"{{'descr': {descr}, 'fortran_order': False, 'shape': {shape}}}{more}\n")


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_number_is_read(kind, order):
    values = (np.arange(24).reshape(2, 3, 4) % 7).astype(np.dtype(kind).newbyteorder(order))

    read = read_here(write_npy(values))[""]

    np.testing.assert_array_equal(read, values)
    assert read.dtype == np.dtype(kind)


@pytest.mark.parametrize("layout", ["C", "F"])
def test_columns_first_and_half_precision_are_read_as_they_are_meant(layout):
    values = np.asarray(np.arange(12).reshape(3, 4) / 8, dtype=np.float16, order=layout)

    read = read_here(write_npy(values))[""]

    np.testing.assert_array_equal(read, values)
    assert read.dtype == np.float32


def test_text_is_read_as_words():
    assert read_here(write_npy(np.array(["five", "ñ"])))[""].tolist() == ["five", "ñ"]
    assert read_here(write_npy(np.array([b"A", b"b"])))[""].tolist() == ["A", "b"]


@pytest.mark.parametrize(
    ("values", "words"),
    [
        (np.array([{"a": 1}], dtype=object), "Python objects"),
        (np.zeros(3, dtype=[("image", "u1", 4), ("label", "i8")]), "a structured array"),
        (np.zeros(3, dtype="datetime64[s]"), "dates"),
        (np.zeros(3, dtype=np.longdouble), "numbers of 128 bits"),
    ],
)
def test_what_is_no_plain_number_is_named_and_left_alone(values, words):
    read = read_here(write_npy(values))

    assert isinstance(read[""], Opaque)
    assert words in read[""].kind
    problem = understand({"digits": read[""]}, "digits.npy").problem
    assert problem is not None
    assert "digits needs plain numbers, but holds" in problem


def test_images_and_labels_in_two_files_are_one_data_set(tmp_path):
    images, labels = take_digits(60)
    np.save(tmp_path / "images.npy", images)
    np.save(tmp_path / "labels.npy", labels.astype(np.uint8))

    dataset = read_dataset([tmp_path / "images.npy", tmp_path / "labels.npy"])

    np.testing.assert_array_equal(dataset.images, images)
    np.testing.assert_array_equal(dataset.labels, labels)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (describe("'<f8'", "(10000000000, 10000000000)"), "must hold at most"),
        (describe("'<f8'", "(-1, 4)"), "axes that no array has"),
        (describe("'|u1'", f"({2**64},)"), "axes that no array has"),
        (describe("'|u1'", f"({2**50}, 0)"), "axes that no array has"),
        (describe("'<f8'", "(4,)"), r"cut short \(0 of 32 bytes\)"),
        (describe("'|u1'", "(4,)") + bytes(5), "1 bytes stand after its last number"),
        (describe("'nothing'", "(4,)"), "a header that is none"),
        (describe("'<f8'", "4"), "a header that is none"),
        (describe("[('a', [('b', '<f8')] * 9)]", "(4,)"), "a header that is none"),
        (write_header("(" * 5000), "a header that is none"),
        (write_header("__import__('os').getpid()"), "a header that is none"),
        (write_header(" " * 10_000_000, version=2), "a header of 10,000,000 bytes"),
        (b"\x93NUMPY\x02\x00\xff\xff\xff\xff", "a header of 4,294,967,295 bytes"),
        (b"\x93NUMPY\x07\x00" + bytes(90), "no version of the format"),
        (describe("'<U8'", f"({2**22},)"), "cut short"),
        (describe("'<U1'", "(1,)") + b"\xff\xff\xff\xff", "text that is none"),
        (write_npy(np.zeros(2**20, "U8")), "letters of text"),
    ],
)
def test_a_header_that_lies_is_refused(content, sentence):
    with pytest.raises(DataFileError, match=sentence) as refused:
        read_here(content)

    assert str(refused.value).endswith(".")
    assert str(refused.value).isprintable()


def write_npz(*arrays: np.ndarray, **named: np.ndarray) -> bytes:
    stream = BytesIO()
    np.savez_compressed(stream, *arrays, **named)
    return stream.getvalue()


IMAGES, LABELS = take_digits(60)
PARTS = (slice(0, 40), slice(40, 60))


def part(**names: str) -> dict[str, np.ndarray]:
    pairs = (names["x"], IMAGES), (names["y"], LABELS)
    return {
        name.format(word): values[cut]
        for name, values in pairs
        for word, cut in zip(("train", "test"), PARTS, strict=True)
    }


@pytest.mark.parametrize(
    ("content", "n_test"),
    [
        (write_npz(**part(x="x_{}", y="y_{}")), 20),
        (write_npz(**part(x="{}_images", y="{}_labels")), 20),
        (write_npz(**part(x="X{}", y="y{}")), 20),
        (write_npz(IMAGES, LABELS), 0),
        (write_npz(images=IMAGES, labels=LABELS, made_by=np.array({"who": "me"}, dtype=object)), 0),
        (write_npz(X=IMAGES.reshape(60, 784).T, y=np.eye(10)[LABELS]), 0),
    ],
    ids=[
        "Keras's mnist.npz",
        "images and labels",
        "glued names",
        "arr_0 and arr_1",
        "a pickle too",
        "columns",
    ],
)
def test_the_usual_archives_of_arrays_are_data_sets(content, n_test):
    dataset = understand(read_here(content), "a.npz", Choices(orientation="upright")).require_dataset()

    np.testing.assert_array_equal(dataset.images, IMAGES)
    np.testing.assert_array_equal(dataset.labels, LABELS)
    assert (0 if dataset.test_part is None else len(dataset.test_part)) == n_test


def test_classes_have_the_names_that_the_archive_lists():
    names = np.array([f"class {digit}" for digit in range(10)])

    values = read_here(write_npz(images=IMAGES, labels=LABELS, class_names=names))

    assert understand(values, "a.npz").require_dataset().class_names == tuple(names)


def test_the_confined_process_reads_it_too(tmp_path):
    np.save(tmp_path / "pictures.npy", np.eye(9))

    np.testing.assert_array_equal(read_file(tmp_path / "pictures.npy")["pictures"], np.eye(9))
