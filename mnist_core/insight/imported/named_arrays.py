"""The numeric arrays of a file by their paths, those in cells and structs too."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from mnist_core.data.layouts.tree import list_leaves
from mnist_core.ground.variables import Cells, Value

_WORDS = re.compile(
    r"(?i)weights?|kernel|bias(es)?|coefs?_?|intercepts?_?|theta|[il]w|(?<![a-z])[wb](?=\d|$|[^a-z])"
)


@dataclass(frozen=True, eq=False)
class Named:
    """Numbers of a file, with the path of their variable."""

    path: str
    values: np.ndarray

    @property
    def name(self) -> str:
        """Return the last part of the path, in small letters."""
        return self.path.rpartition(".")[2].lower()

    @property
    def key(self) -> str:
        """Return what is left of the path without the words that tell weights from biases."""
        return re.sub(r"[^\w]|_", "", _WORDS.sub("", self.path)).lower()


def list_arrays(values: Mapping[str, Value]) -> list[Named]:
    """List the numeric arrays of a file, those in cells by their number, without empty ones."""
    found = []
    for leaf in list_leaves(values):
        if isinstance(leaf.value, Cells):
            inside = {f"{leaf.path}{{{n}}}": item for n, item in enumerate(leaf.value.items, start=1)}
            found += list_arrays(inside)
        elif isinstance(leaf.value, np.ndarray) and leaf.value.dtype.kind in "fiub" and leaf.value.size:
            found.append(Named(leaf.path, np.asarray(leaf.value, dtype=np.float64)))
    return found
