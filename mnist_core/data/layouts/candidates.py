"""Variables that can be read as images."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from mnist_core.data.layouts.axes import Axes, list_axes, list_oblongs, measure_likeness, read_size
from mnist_core.data.layouts.cells import stack_cells
from mnist_core.data.layouts.cures import say_line
from mnist_core.data.layouts.tree import Leaf, say_shape, say_value
from mnist_core.data.layouts.variable_names import is_images_name
from mnist_core.ground.variables import Cells, Opaque

LIKELY_SIDE = 8
"""Pixels along an edge; of smaller pictures nobody reads a digit."""

# By how much neighbouring pixels of pictures go together more than any two do; few pixels differ by chance.
_LEAST_MORE, _LEAST_MORE_OF_FEW = 0.08, 0.15
_ENOUGH = 20  # images; correlations over fewer say little


@dataclass(frozen=True, eq=False)
class Candidate:
    """A variable that can be read as images."""

    leaf: Leaf
    array: np.ndarray
    ways: tuple[Axes, ...]
    is_uneven: bool = False

    @property
    def path(self) -> str:
        """Return the path of the variable."""
        return self.leaf.path

    @property
    def words(self) -> str:
        """Say what the variable is."""
        return f"{self.path}: {say_value(self.leaf.value)}"


def list_candidates(leaves: Sequence[Leaf], size: str | None = None) -> list[Candidate]:
    """List the variables that can be read as images: square ones, or where there are none such, oblong ones.

    Parameters
    ----------
    leaves : sequence of Leaf
        All that a file holds.
    size : str or None
        Height and width, where the user says them.
    """
    arrays = [(leaf, *read) for leaf in leaves if (read := _read_array(leaf)) is not None]
    found: list[Candidate] = []
    for leaf, array, is_uneven in arrays:
        ways = (read_size(array.shape, size) if size and not is_uneven else []) or list_axes(array.shape)
        if ways and (is_images_name(leaf.path) or any(way.side >= LIKELY_SIDE for way in ways)):
            found.append(Candidate(leaf, array, tuple(ways), is_uneven))
    if any(not way.is_one_picture for one in found for way in one.ways):
        return found
    for leaf, array, _ in arrays:
        ways = list_oblongs(array.shape)
        # Nothing but likeness tells them, and of few images that says little.
        if any(way.n >= _ENOUGH and find_doubt(array, way) is None for way in ways):
            found.append(Candidate(leaf, array, tuple(ways)))
    return found


def find_doubt(array: np.ndarray, axes: Axes) -> str | None:
    """Say what speaks against pictures, where something does: columns of a table have no neighbours."""
    if axes.n < _ENOUGH:
        return None
    neighbours, any_two = measure_likeness(array, axes)
    if neighbours - any_two >= (_LEAST_MORE if axes.side >= LIKELY_SIDE else _LEAST_MORE_OF_FEW):
        return None
    small = "" if axes.side >= LIKELY_SIDE else ", and in so few pixels nobody reads a digit"
    return (
        f"neighbouring values go together as little as any two (correlations of {neighbours:.2f} and "
        f"{any_two:.2f}), as in a table of measurements{small}"
    )


def explain(leaf: Leaf) -> str:
    """Explain in a sentence why a variable cannot be the images."""
    value = leaf.value
    shape = say_shape(value.shape) if isinstance(value, np.ndarray | Cells) else ""
    if isinstance(value, np.ndarray) and value.dtype.kind in "fiub":
        if value.size == 0:
            return f"{leaf.path} needs at least one image, but is {shape}: check how the file was saved."
        return (
            f"{leaf.path} needs square images, each of side x side pixels (784 for 28 x 28), but is {shape}: "
            "pad or reshape them, or say their height and width with --size HEIGHTxWIDTH."
        )
    what, cure = "text", "save the pixels as numbers"
    if isinstance(value, Opaque):
        line = say_line(leaf)
        what, cure = value.kind, f"in MATLAB, {line}" if line else "save it as a numeric matrix"
    elif isinstance(value, Cells):
        what, cure = "a cell array of other things than images", "save a numeric matrix"
    elif isinstance(value, np.ndarray) and value.dtype.kind == "c":
        what, cure = "complex numbers", "save their real part or their absolute values"
    return f"{leaf.path} needs plain numbers, but holds {what}: {cure}."


def _read_array(leaf: Leaf) -> tuple[np.ndarray, bool] | None:
    """Read a leaf as an array that may be images, and whether they are of many sizes."""
    if leaf.note:  # labels, whatever their shape
        return None
    if not leaf.is_number:
        return stack_cells(leaf.value)
    assert isinstance(leaf.value, np.ndarray)
    return (leaf.value, False) if leaf.value.size else None
