"""Tables that are text: with and without names of columns, in every dialect, and refused by their lines."""

import csv
import io

import numpy as np
import pytest
from digits import take_digits
from matfiles import read_here

from mnist_core.data.files import read_file
from mnist_core.data.layouts import Choices, read_dataset, understand
from mnist_core.ground.errors import DataFileError

N = 60
IMAGES, LABELS = take_digits(N)
PIXELS = np.round(IMAGES.reshape(N, 784) * 255).astype(np.uint8)
WORDS = np.array(["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"])[LABELS]
KAGGLE = ["label", *(f"pixel{place}" for place in range(784))]


def write(rows, names=None, separator=",", end="\n", quoting=csv.QUOTE_MINIMAL) -> str:
    text = io.StringIO()
    writer = csv.writer(text, delimiter=separator, lineterminator=end, quoting=quoting)
    if names is not None:
        writer.writerow(names)
    writer.writerows(rows)
    return text.getvalue()


def label_first() -> list[list[object]]:
    return [[label, *pixels] for label, pixels in zip(LABELS.tolist(), PIXELS.tolist(), strict=True)]


def read_text(text: str, encoding: str = "utf-8") -> dict:
    return read_here(text.encode(encoding))


def check(text: str, name: str = "digits.csv") -> None:
    """Check that a table is read as the digits."""
    values = read_text(text)
    named = {key or name.partition(".")[0]: value for key, value in values.items()}
    told = Choices(orientation="upright")  # slow to recognise, and tested elsewhere
    dataset = understand(named, name, told).require_dataset()
    np.testing.assert_allclose(dataset.images, IMAGES, atol=1e-6)
    np.testing.assert_array_equal(dataset.labels, LABELS)


TABLES = {
    "Kaggle's": write(label_first(), KAGGLE),
    "pixels called by row and column": write(
        label_first(), ["label", *(f"{i}x{j}" for i in range(1, 29) for j in range(1, 29))]
    ),
    "pixels called by numbers": write(label_first(), ["label", *range(784)]),
    "all columns called by numbers": write(label_first(), range(785)),
    "columns that pandas found to be called alike": write(
        label_first(), ["0", *(f"0.{place}" for place in range(1, 785))]
    ),
    "all columns called alike, as R does": write(label_first(), [f"V{place}" for place in range(1, 786)]),
    "without names": write(label_first()),
    "the label last": write([[*row[1:], row[0]] for row in label_first()], [*KAGGLE[1:], "class"]),
    "the label last, without names": write([[*row[1:], row[0]] for row in label_first()]),
    "tabs": write(label_first(), KAGGLE, "\t"),
    "semicolons": write(label_first(), KAGGLE, ";"),
    "spaces": "\n".join(" ".join(f"{value:.4f}" for value in row) + " " for row in label_first()),
    "everything in quotes": write(label_first(), KAGGLE, quoting=csv.QUOTE_ALL),
    "lines of Windows, some blank": write(label_first(), KAGGLE, end="\r\n\r\n"),
    "lines of old Macs": write(label_first(), KAGGLE, end="\r"),
    "a separator at the end": "".join(f"{line},\n" for line in write(label_first(), KAGGLE).splitlines()),
    "a hint for Excel": "sep=;\n" + write(label_first(), KAGGLE, ";"),
    "a name with a #, as NumPy writes it": "# " + write(label_first(), KAGGLE),
    "labels that are words": write(
        [[word, *row[1:]] for word, row in zip(WORDS, label_first(), strict=True)], KAGGLE
    ),
    "labels that are words, without names": write(
        [[word, *row[1:]] for word, row in zip(WORDS, label_first(), strict=True)]
    ),
    "pandas' index": write([[place, *row] for place, row in enumerate(label_first())], ["", *KAGGLE]),
    "an id, from 1": write([[place, *row] for place, row in enumerate(label_first(), 1)], ["id", *KAGGLE]),
    "names of rows, as R writes them": write(
        [[str(place), *row] for place, row in enumerate(label_first(), 1)], None, " "
    ).replace("1 ", " ".join(f'"{name}"' for name in KAGGLE) + "\n1 ", 1),
    "one-hot labels": write(
        [[*row[1:], *np.eye(10, dtype=int)[row[0]]] for row in label_first()],
        [*KAGGLE[1:], *(f"label_{digit}" for digit in range(10))],
    ),
    "one-hot labels last, as semeion's": "\n".join(
        " ".join([*(f"{value:.4f}" for value in row[1:]), *map(str, np.eye(10, dtype=int)[row[0]])]) + " "
        for row in label_first()
    ),
    "decimal points": write([[row[0], *(v / 255 for v in row[1:])] for row in label_first()], KAGGLE),
    "decimal commas": write(
        [[row[0], *(str(v / 255).replace(".", ",") for v in row[1:])] for row in label_first()], KAGGLE, ";"
    ),
}


@pytest.mark.parametrize("kind", TABLES)
def test_a_table_is_read_as_its_digits(kind):
    check(TABLES[kind])


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le", "latin-1"])
def test_marks_of_the_order_of_bytes_are_no_part_of_a_name(encoding):
    mark = "\ufeff" if encoding == "utf-16-le" else ""
    text = mark + write(label_first(), ["Größe" if encoding == "latin-1" else "label", *KAGGLE[1:]])

    read = read_text(text, encoding)

    assert list(read) == ["Größe" if encoding == "latin-1" else "label", "pixel"]


def test_pixels_stay_bytes_and_what_is_no_byte_is_a_float():
    read = read_text("label,pixel0,pixel1,size\n" + "5,0,255,1\n" * 3000 + "5,0,255,2.5\n")

    assert [read[name].dtype for name in ("label", "pixel", "size")] == [np.uint8, np.uint8, np.float64]
    assert read["size"][-1] == 2.5


def test_numbers_become_floats_and_labels_words_wherever_the_first_such_stands():
    read = read_text("label,pixel0,pixel1\n" + "5,1,255\n" * 9000 + "A,-1,0.5\n")

    assert read["pixel"][[0, -1]].tolist() == [[1, 255], [-1, 0.5]]
    assert read["label"][[0, -1]].tolist() == ["5", "A"]


def test_what_only_counts_the_images_is_left_out_and_said():
    values = read_text(TABLES["pandas' index"])

    found = understand(values, "digits.csv")

    assert found.require_dataset().n_classes == 10
    assert any("index only counts them" in reason for reason in found.reasons)


def test_training_and_test_images_in_two_tables_are_one_data_set_with_its_test_part(tmp_path):
    (tmp_path / "train.csv").write_text(write(label_first()[:40], KAGGLE))
    (tmp_path / "test.csv").write_text(write(label_first()[40:], KAGGLE))

    dataset = read_dataset([tmp_path / "train.csv", tmp_path / "test.csv"])

    assert dataset.n_samples == N
    np.testing.assert_array_equal(dataset.labels[dataset.test_part], LABELS[40:])


def test_training_and_test_images_in_two_tables_without_names_are_too(tmp_path):
    by_digit = np.argsort(LABELS, kind="stable").reshape(10, -1)
    for part, places in {"train": by_digit[:, 2:], "test": by_digit[:, :2]}.items():
        (tmp_path / f"mnist_{part}.csv").write_text(write([label_first()[place] for place in places.ravel()]))

    dataset = read_dataset([tmp_path / "mnist_train.csv", tmp_path / "mnist_test.csv"])

    np.testing.assert_array_equal(dataset.labels[dataset.test_part], np.repeat(np.arange(10), 2))


def test_a_column_that_is_called_as_the_file_is_stays(tmp_path):
    (tmp_path / "digit.csv").write_text(write(label_first(), ["digit", *range(784)]))

    read = read_file(tmp_path / "digit.csv")

    assert {name: value.shape for name, value in read.items()} == {"digit": (N, 1), "digit_": (N, 784)}


def test_test_images_without_labels_are_left_out_and_said(tmp_path):
    (tmp_path / "train.csv").write_text(write(label_first()[:40], KAGGLE))
    (tmp_path / "test.csv").write_text(write([row[1:] for row in label_first()[40:]], KAGGLE[1:]))

    dataset = read_dataset([tmp_path / "train.csv", tmp_path / "test.csv"])

    assert dataset.n_samples == 40
    assert any("has no labels, so it was left out" in warning for warning in dataset.origin.warnings)


@pytest.mark.parametrize("names", [["label"], None])
@pytest.mark.parametrize("labels", [LABELS, WORDS])
def test_a_file_of_labels_alone_belongs_to_one_of_images(tmp_path, labels, names):
    (tmp_path / "images.csv").write_text(write(PIXELS))
    (tmp_path / "y.csv").write_text(write([[label] for label in labels], names))

    dataset = read_dataset([tmp_path / "images.csv", tmp_path / "y.csv"])

    np.testing.assert_array_equal(dataset.labels, LABELS)


def test_a_table_of_measurements_is_no_data_set():
    rng = np.random.default_rng(0)
    text = write([[*rng.uniform(0, 9, 4).round(1), kind] for kind in ["setosa", "virginica"] * 30])

    found = understand({key or "iris": value for key, value in read_text(text).items()}, "iris.csv")

    assert found.dataset is None
    assert "Digit images are needed" in (found.problem or "")


HEAD = "label,pixel0,pixel1\n5,0,1\n"


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (HEAD + "4,0\n", "in every line as in the first, 3, but has 2 in line 3: mend"),
        (HEAD + "\n\n4,0,1,1\n", "in every line as in the first, 3, but has 4 in line 5: mend"),
        (HEAD + "4,,1\n", r"a number in every line of column 2 \(pixel0\), but has nothing in line 3"),
        (HEAD * 2, r"of column 2 \(pixel0\), but has 'pixel0' in line 3"),
        (HEAD + "5,1,1\n" * 5000 + "5,1,x\n", r"of column 3 \(pixel1\), but has 'x' in line 5,003"),
        (HEAD + '5,1,"7\n5,1,7\n', "but has '7.* in line 3"),
        (HEAD + '"5,1,7\n' + "5,1,7\n" * 30, "but has 1 in line 3"),
        ("label,pixel0\n5,0,1\n4,0,1\n", "has 2 names and 3 columns"),
        ("label," + ",".join(f"pixel{i}" for i in range(30)) + "\n", "names of columns alone"),
        ("label,pixel0\n5," + "0" * 2**22 + "\n", "line 2 has more than 4,194,304 letters"),
        ("0," * 110_000 + "0\n", "at most 100,000 columns"),
        (",".join(["0", "a"] * 150) + "\n" + ",".join(["0", "a"] * 150) + "\n", "words part them in"),
        ("5,0\n4,\x00\n", "seems to be a file of another kind"),
        ("5,0\n" * 20_000 + "4,\x00\n", "in line 20,001"),
        ("word\n" * 10 + "w" * 10 + "\n" * 3 + "word,word\n", "has 2 in line"),
    ],
)
def test_what_is_no_table_of_numbers_is_refused_by_its_line(text, sentence):
    with pytest.raises(DataFileError, match=sentence) as refused:
        read_text(text)

    assert str(refused.value).isprintable()
    assert str(refused.value).endswith(".")


def write_sparse(images: np.ndarray, labels: np.ndarray, start: int = 1) -> str:
    rows = [np.flatnonzero(image) for image in images]
    return "".join(
        f"{label} " + " ".join(f"{place + start}:{image[place]:g}" for place in row) + " \n"
        for label, image, row in zip(labels, images, rows, strict=True)
    )


@pytest.mark.parametrize("start", [0, 1])
def test_libsvms_rows_are_full_again_and_the_last_pixels_too_that_are_always_zero(start):
    pixels = np.where(np.arange(784) < 780, PIXELS, 0)
    pixels[3, 0] = 7  # else nobody could tell from where on it is counted

    read = read_text(write_sparse(pixels, LABELS, start))

    np.testing.assert_array_equal(read["pixels"], pixels)
    np.testing.assert_array_equal(read["labels"].ravel(), LABELS)
    assert read["pixels"].dtype == np.uint8


def test_usps_as_libsvm_has_it_is_read():
    """Its labels are from 1 to 10, its pixels from -1 to 1."""
    small = np.round(IMAGES[:, 6:22, 6:22].reshape(N, 256) * 2 - 1, 4)

    found = understand(read_text(write_sparse(small, LABELS + 1)), "usps", Choices(orientation="upright"))

    np.testing.assert_array_equal(found.require_dataset().labels, LABELS)
    assert found.require_dataset().side == 16


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("5 1:2 3:4\n" * 30 + "5 1:2 x:4\n", "in line 31"),
        ("5 1:2 3:4\n" * 30 + "5 1:2 3\n", "in line 31"),
        ("5 1:2 3:4\n" * 30 + "1:2 3:4\n", "in line 31"),
        ("5 1:2 65537:4\n", "columns up to 65,536"),
        ("5 1:2 1.5:4\n" * 30, "in line 1|seems to be"),
        ("5 1:2 65536:0.5\n" + "5 1:1\n" * 20_000, "must hold at most"),
    ],
)
def test_rows_that_are_none_of_libsvm_are_refused(text, sentence):
    with pytest.raises(DataFileError, match=sentence):
        read_text(text)


def test_the_confined_process_reads_it_too(tmp_path):
    (tmp_path / "train.csv").write_text(TABLES["without names"])

    np.testing.assert_array_equal(read_file(tmp_path / "train.csv")["train"][:, 1:], PIXELS)
