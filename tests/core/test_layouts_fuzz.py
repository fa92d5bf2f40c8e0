"""Whatever a file holds, it is a data set or one sentence, never another error."""

from typing import Any

import numpy as np
import pytest

from mnist_core.data.layouts import understand
from mnist_core.ground.variables import Cells, Opaque, Structs, Value

NAMES = ["X", "y", "train0", "train1", "test_x", "testY", "input_images", "output_labels", "images", "labels"]
NAMES += ["mapping", "writers", "fea", "gnd", "dataset", "train", "names", "data", "lab_note", "val"]
# Two axes of 64 are images of 8 x 8; the rest is near misses and what no image can be.
SHAPES = [(0, 0), (1, 1), (1, 12), (12, 1), (12, 64), (64, 12), (8, 8, 12), (12, 8, 8), (8, 8, 3, 12)]
SHAPES += [(12, 12), (64, 5, 10), (12, 10), (10, 12), (8, 8), (3, 2), (64, 64), (12, 63), (2, 2, 2, 2, 2)]
KINDS = [np.float64, np.float32, np.uint8, np.int16, np.uint64, np.bool_, np.complex128]
ODD = [np.nan, np.inf, -1.0, 2.5, 1e300, -1e38, 1e-40, 255.0, 2.0**63]
LETTERS = list("0123456789 abc\n\u202eé.e+-")


def pick(rng: np.random.Generator, items: list) -> Any:
    return items[rng.integers(len(items))]


def make_numbers(rng: np.random.Generator) -> np.ndarray:
    array = rng.integers(0, pick(rng, [1, 2, 3, 11, 13, 256]), pick(rng, SHAPES)).astype(pick(rng, KINDS))
    if array.size and rng.random() < 0.3:
        with np.errstate(all="ignore"):
            array.flat[rng.integers(array.size)] = np.array(pick(rng, ODD)).astype(array.dtype)
    return array


def make_text(rng: np.random.Generator) -> str:
    return "".join(pick(rng, LETTERS) for _ in range(rng.integers(14)))


def make_value(rng: np.random.Generator, depth: int = 0) -> Value:
    kind = rng.integers(10 if depth < 3 else 7)
    if kind < 5:
        return make_numbers(rng)
    if kind == 5:
        return make_text(rng)
    if kind == 6:
        return pick(
            rng, [Opaque("a function handle"), np.array([make_text(rng) for _ in range(rng.integers(13))])]
        )
    if kind == 7:
        items = [make_value(rng, depth + 1)] * 12 if rng.random() < 0.5 else []
        items = items or [make_value(rng, depth + 1) for _ in range(rng.integers(13))]
        return Cells((len(items), 1), tuple(items))
    if kind == 8:
        return make_fields(rng, depth + 1)
    many = [make_fields(rng, depth + 1) for _ in range(rng.integers(4))]
    return Structs((1, len(many)), tuple(many))


def make_fields(rng: np.random.Generator, depth: int = 0) -> dict[str, Value]:
    return {pick(rng, NAMES): make_value(rng, depth) for _ in range(rng.integers(6))}


@pytest.mark.parametrize("block", [0, 1, 9, 22])
def test_any_values_are_a_data_set_or_a_sentence(block):
    for seed in range(100 * block, 100 * block + 100):
        found = understand(make_fields(np.random.default_rng(seed)), "digits")
        if found.dataset is None:
            assert found.problem, seed
            continue
        images = found.dataset.images
        assert images.dtype == np.float32
        assert (images.min() >= 0, images.max() <= 1) == (True, True), seed
        if found.dataset.is_labelled:
            assert found.dataset.labels.max() < found.dataset.n_classes
