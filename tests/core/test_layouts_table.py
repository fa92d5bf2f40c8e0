"""Each line of the table of layouts writes a file that opens as the images it was made from."""

import re
from collections import Counter
from pathlib import Path

import h5py
import numpy as np
import pandas
import pytest
from digits import ROOT, take_digits
from octave import run_octave
from scipy.io import savemat
from scipy.sparse import csc_array
from sklearn.datasets import dump_svmlight_file

from mnist_core.data.dataset import Dataset
from mnist_core.data.layouts import RULES, read_dataset

N = 500
IMAGES, LABELS = take_digits(N)
BYTES = np.round(IMAGES * 255).astype(np.uint8)
_ROW = re.compile(r"^\| ([^|]+?) \| `(\w+)` \| (.+?) \| (.*?) ?\|$", re.MULTILINE)
TABLE = {
    words: (layout, other, python)
    for words, layout, other, python in _ROW.findall((ROOT / "docs/layouts.md").read_text(encoding="utf-8"))
}
OTHERS = re.findall(
    r"^\| ([^|`]+): `([^`|]*\(.*?)` \|", (ROOT / "docs/layouts.md").read_text(encoding="utf-8"), re.MULTILINE
)
"""What is no `.mat` file, and the line of Python that writes it."""


def lines_of(cell: str) -> dict[str, str]:
    """Return the lines of a cell by who runs them."""
    return {who or "both": line for who, line in re.findall(r"(?:(\w+): )?`([^`]+)`", cell)}


def count_kinds(images: np.ndarray, labels: np.ndarray | None) -> Counter:
    names = [None] * len(images) if labels is None else labels.tolist()
    return Counter(zip([image.tobytes() for image in images > 0.5], names, strict=True))


def check(dataset: Dataset, words: str, layout: str) -> None:
    """Check that a data set has all images with their digits, in whatever order."""
    if "a size of its own" in words:  # they are fitted and centred, which others test
        assert (dataset.images.shape, sorted(dataset.labels)) == (IMAGES.shape, sorted(LABELS))
        return
    images = IMAGES if dataset.side == 28 else np.ascontiguousarray(IMAGES[:, 4:24, 4:24])
    if "not square" in words:
        images = np.pad(IMAGES[:, :, 4:24], [(0, 0), (0, 0), (4, 4)])
    labels = None if "no labels" in words else LABELS
    assert count_kinds(np.asarray(dataset.images), dataset.known_labels) == count_kinds(images, labels)
    assert dataset.origin.layout == layout


@pytest.mark.parametrize("words", [words for words, (_, _, python) in TABLE.items() if python])
def test_the_line_of_python_writes_a_file_that_opens_as_its_digits(words, tmp_path, monkeypatch):
    layout, _, python = TABLE[words]
    monkeypatch.chdir(tmp_path)
    known = {"images": BYTES, "labels": LABELS, "n": N, "np": np, "savemat": savemat, "h5py": h5py}
    exec(python.strip("`"), known | {"csc_array": csc_array})
    check(read_dataset(tmp_path / "digits.mat"), words, layout)


@pytest.mark.parametrize(("words", "line"), OTHERS, ids=[words for words, _ in OTHERS])
def test_the_line_of_python_for_other_files_writes_what_opens_as_its_digits(
    words, line, tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    known = {"images": BYTES, "labels": LABELS, "n": N, "np": np, "pd": pandas}
    exec(line, known | {"dump_svmlight_file": dump_svmlight_file})

    dataset = read_dataset(sorted(tmp_path.iterdir()))

    assert count_kinds(np.asarray(dataset.images), dataset.known_labels) == count_kinds(IMAGES, LABELS), words


def test_there_are_lines_for_arrays_tables_and_parquet():
    assert len(OTHERS) >= 4


@pytest.fixture(scope="module")
def octave_folder(tmp_path_factory) -> Path:
    """Run the lines of all rows in one Octave."""
    folder = tmp_path_factory.mktemp("octave")
    savemat(folder / "in.mat", {"images": BYTES.transpose(1, 2, 0), "labels": LABELS[:, None].astype(float)})
    script = []
    for place, (_, other, _) in enumerate(TABLE.values()):
        lines = lines_of(other)
        line = lines.get("both") or lines["Octave"]
        # A function each, so that no variable of one line is there for the next.
        script.append(f"function row{place}()\n load('in.mat');\n {line};\nend")
    calls = "\n".join(
        f"try, row{i}(); movefile('digits.mat', 'row{i}.mat'); catch e, disp(['row {i}: ' e.message]); end"
        for i in range(len(TABLE))
    )
    (folder / "lines.m").write_text("1;\n" + "\n".join(script) + "\n" + calls + "\n", encoding="utf-8")
    (folder / "said.txt").write_text(run_octave(folder / "lines.m"), encoding="utf-8")
    return folder


@pytest.mark.parametrize("words", TABLE)
def test_the_line_of_octave_writes_a_file_that_opens_as_its_digits(words, octave_folder):
    path = octave_folder / f"row{list(TABLE).index(words)}.mat"
    assert path.exists(), (octave_folder / "said.txt").read_text(encoding="utf-8")
    check(read_dataset(path), words, TABLE[words][0])


def test_the_table_has_a_row_for_every_rule():
    assert {layout for layout, _, _ in TABLE.values()} == {rule.name for rule in RULES}
