"""Parquet: columns as of other tables, lists, and pictures as Hugging Face distributes them."""

import json
from io import BytesIO

import numpy as np
import pyarrow as pa
import pytest
from digits import take_digits
from matfiles import read_here
from PIL import Image as Pillow
from pyarrow import parquet
from pyarrow.parquet import encryption

from mnist_core.data.files import read_file
from mnist_core.data.layouts import Choices, read_dataset, understand
from mnist_core.ground.errors import DataFileError
from mnist_core.ground.variables import Opaque

N = 60
IMAGES, LABELS = take_digits(N)
BYTES = np.round(IMAGES * 255).astype(np.uint8)
WORDS = np.array(["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"])[LABELS]
FLAT = BYTES.reshape(N, 784)


def write(columns: dict, metadata: dict | None = None, **options) -> bytes:
    stream = BytesIO()
    table = pa.table(columns)
    parquet.write_table(table.replace_schema_metadata(metadata) if metadata else table, stream, **options)
    return stream.getvalue()


def encode(image: np.ndarray, form: str = "PNG") -> bytes:
    stream = BytesIO()
    Pillow.fromarray(image).save(stream, form)
    return stream.getvalue()


PIXELS = {f"pixel{place}": column for place, column in enumerate(FLAT.T)}
PICTURES = [{"bytes": encode(image), "path": None} for image in BYTES]
NOTE = {
    "info": {
        "features": {
            "image": {"_type": "Image"},
            "label": {"names": [f"no. {digit}" for digit in range(10)], "_type": "ClassLabel"},
        }
    }
}
TABLES = {
    "pixels a column": write({"label": LABELS} | PIXELS, row_group_size=7, compression="zstd"),
    "floats, the label last": write(
        {name: column / 255 for name, column in PIXELS.items()} | {"label": LABELS}, compression="gzip"
    ),
    "numbers for names": write({str(place): column for place, column in enumerate(np.c_[LABELS, FLAT].T)}),
    "words": write({"label": pa.array(WORDS).dictionary_encode()} | PIXELS, compression="none"),
    "lists": write({"pixels": list(FLAT), "label": LABELS}, row_group_size=7),
    "lists of lists": write({"image": [image.tolist() for image in BYTES], "label": LABELS}),
    "lists of a fixed length": write(
        {"image": pa.FixedSizeListArray.from_arrays(pa.array(FLAT.ravel()), 784), "label": LABELS}
    ),
    "tensors": write({"image": pa.FixedShapeTensorArray.from_numpy_ndarray(BYTES), "label": LABELS}),
    "Hugging Face's pictures": write({"image": PICTURES, "label": LABELS}, {"huggingface": json.dumps(NOTE)}),
    "pictures alone": write({"image": [one["bytes"] for one in PICTURES], "label": LABELS}),
}


@pytest.mark.parametrize("kind", TABLES)
def test_a_table_is_read_as_its_digits(kind):
    values = {name or "digits": value for name, value in read_here(TABLES[kind]).items()}

    dataset = understand(values, "digits.parquet", Choices(orientation="upright")).require_dataset()

    np.testing.assert_allclose(dataset.images, IMAGES, atol=1e-6)
    np.testing.assert_array_equal(dataset.labels, LABELS)
    if kind.startswith("Hugging"):
        assert dataset.class_names[7] == "no. 7"


def test_pictures_of_many_sizes_are_cells():
    cut = [{"bytes": encode(image[np.ix_(image.any(1), image.any(0))]), "path": "a.png"} for image in BYTES]

    values = read_here(write({"image": cut, "label": LABELS}))

    assert values["image"].items[3].shape == Pillow.open(BytesIO(cut[3]["bytes"])).size[::-1]
    assert understand(values, "a", Choices(orientation="upright")).require_dataset().n_samples == N


def test_numbers_keep_their_type_and_what_is_none_is_named_and_left_alone():
    values = read_here(
        write(
            {
                "a": pa.array([1, 2], pa.int16()),
                "b": pa.array([True, False]),
                "c": pa.array([0.5, 1.5], pa.float16()),
                "d": pa.array(["1.5", "2.5"]).cast(pa.decimal128(4, 1)),
                "when": pa.array([0, 1], pa.timestamp("ms")),
            }
        )
    )

    assert [str(values[name].dtype) for name in "abcd"] == ["int16", "bool", "float32", "float64"]
    assert values["d"].ravel().tolist() == [1.5, 2.5]
    assert values["when"] == Opaque("values of type timestamp[ms]")


def write_encrypted(is_footer_plain: bool) -> bytes:
    class Keys(encryption.KmsClient):
        def wrap_key(self, key, name):
            return key

        def unwrap_key(self, key, name):
            return key

    factory = encryption.CryptoFactory(lambda _: Keys())
    settings = encryption.EncryptionConfiguration(
        footer_key="a", column_keys={"b": ["label"]}, plaintext_footer=is_footer_plain
    )
    properties = factory.file_encryption_properties(encryption.KmsConnectionConfig(), settings)
    return write({"label": LABELS} | PIXELS, encryption_properties=properties)


WHOLE = TABLES["lists"]


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (write({"a": [[1, 2], [3]]}), "lists of one length in column a, but has some of 2 and some of 1"),
        (write({"a": [[0] * 4] * 1500 + [[0] * 5] * 1500}), "lists of one length in column a"),
        (write({"a": [1, None]}), "a value in every row of column a, but has none in 1 of 2"),
        (
            write({"image": [*PICTURES[:1], {"bytes": None, "path": "a.png"}]}),
            "a value in every row of column image",
        ),
        (write({"image": [encode(BYTES[0]), b"no picture"]}), "but that in row 2 of column image cannot"),
        (write({"a": pa.array([], pa.int8())}), "a row for each image, but has none"),
        (WHOLE[:-1], "must be a whole Parquet file, but is damaged"),
        (WHOLE[: len(WHOLE) // 2], "must be a whole Parquet file, but is damaged"),
        (WHOLE[:-8] + b"\xff\xff\xff\x7fPAR1", "must be a whole Parquet file, but is damaged"),
        (WHOLE[:-8] + b"\xff\xff\xff\xffPAR1", "must be a whole Parquet file, but is damaged"),
        (b"PAR1" * 3, "must be a whole Parquet file, but is damaged"),
        (write_encrypted(is_footer_plain=True), "must not be encrypted"),
        (write_encrypted(is_footer_plain=False), "seems to be an encrypted Parquet file"),
    ],
)
def test_what_is_no_whole_table_is_refused(content, sentence):
    with pytest.raises(DataFileError, match=sentence):
        read_here(content)


@pytest.mark.parametrize("kind", ["pixels a column", "lists of lists", "Hugging Face's pictures", "words"])
def test_the_confined_process_reads_it_too(tmp_path, kind):
    (tmp_path / "digits.parquet").write_bytes(TABLES[kind])

    confined = read_file(tmp_path / "digits.parquet")

    for name, value in read_here(TABLES[kind]).items():
        np.testing.assert_array_equal(confined[name], value)


def test_train_and_test_tables_are_one_data_set_with_its_test_part(tmp_path):
    for part, cut in {"train": slice(0, 40), "test": slice(40, N)}.items():
        table = write({"image": PICTURES[cut], "label": LABELS[cut]})
        (tmp_path / f"{part}-00000-of-00001.parquet").write_bytes(table)

    dataset = read_dataset(sorted(tmp_path.glob("*.parquet"), reverse=True))

    np.testing.assert_array_equal(dataset.labels[dataset.test_part], LABELS[40:])
