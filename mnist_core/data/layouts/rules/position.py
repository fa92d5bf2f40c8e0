"""The rule of a cube in which the place of a slice is its digit, as USPS has it."""

from collections.abc import Sequence
from itertools import permutations
from math import isqrt

import numpy as np

from mnist_core.data.dataset import Choices
from mnist_core.data.layouts.axes import Axes, measure_roughness
from mnist_core.data.layouts.found import Found, Group, ImageStack
from mnist_core.data.layouts.labels import RawLabels
from mnist_core.data.layouts.rules.sets import decide_test
from mnist_core.data.layouts.tree import Leaf, say_shape
from mnist_core.data.layouts.understanding import decide

_N_CLASSES = 10
_LEAST_SIDE = 8
_KINDS = {3: ("pixels", "n", "classes"), 4: ("rows", "columns", "n", "classes")}


def find_positions(leaves: Sequence[Leaf], choices: Choices) -> Found | None:
    """Find an array with an axis for the digits."""
    for leaf in leaves:
        if choices.images in (None, leaf.path) and isinstance(leaf.value, np.ndarray) and leaf.is_number:
            ways = _list_ways(leaf.value.shape)
            if ways:
                return _read_cube(leaf.path, leaf.value, ways, choices)
    return None


def _list_ways(shape: tuple[int, ...]) -> list[tuple[str, ...]]:
    """List what the axes can be: square pixels, images, and ten digits."""
    return [
        words
        for words in sorted(set(permutations(_KINDS.get(len(shape), ()))))
        if words and _fits(dict(zip(words, shape, strict=True)))
    ]


def _fits(lengths: dict[str, int]) -> bool:
    side = isqrt(lengths["pixels"]) if "pixels" in lengths else lengths["rows"]
    is_square = lengths.get("pixels", side**2) == side**2 and lengths.get("columns", side) == side
    return is_square and side >= _LEAST_SIDE and lengths["classes"] == _N_CLASSES


def _read_cube(path: str, cube: np.ndarray, ways: list[tuple[str, ...]], choices: Choices) -> Found:
    slices = {" ".join(way): _take_slices(path, cube, way) for way in ways}
    smoothest = min(
        slices, key=lambda words: measure_roughness(slices[words][0].array, slices[words][0].axes)
    )
    why = "that fits its shape" if len(slices) == 1 else "so neighbouring pixels are alike"
    is_asked = choices.axes in slices
    words = choices.axes if choices.axes in slices else smoothest
    stacks = slices[words]
    values = np.repeat(np.arange(1, _N_CLASSES + 1), [stack.axes.n for stack in stacks])
    labels = RawLabels(path, values, "the place of its digit", is_position=True)
    layout = f"{path} ({say_shape(cube.shape)}) has ten slices, one a digit."
    images = f"{path} holds the images: nothing else can."
    decisions = (
        decide("layout", "position", layout, {"position": "position"}),
        decide("images", path, images, {path: path}, choices.images is not None),
        decide(
            "axes", words, f"The axes of {path} are {words}: {why}.", {one: one for one in slices}, is_asked
        ),
        decide("labels", path, f"The place of a slice in {path} tells its digit.", {path: "by place"}),
        decide_test("", choices.test, {}),
    )
    return Found("position", (Group(stacks, labels),), decisions)


def _take_slices(path: str, cube: np.ndarray, way: tuple[str, ...]) -> tuple[ImageStack, ...]:
    rest = [word for word in way if word != "classes"]
    slices = np.moveaxis(cube, way.index("classes"), 0)
    lengths = dict(zip(rest, slices.shape[1:], strict=True))
    side = isqrt(lengths["pixels"]) if "pixels" in lengths else lengths["rows"]
    return tuple(ImageStack(path, one, Axes(" ".join(rest), lengths["n"], side, side)) for one in slices)
