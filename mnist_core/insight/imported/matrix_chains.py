"""Layers out of named arrays: which matrix follows which, how it lies, and where its biases are."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice, product

import numpy as np

from mnist_core.data.layouts.tree import list_leaves
from mnist_core.ground.errors import ModelError
from mnist_core.ground.variables import Opaque, Value
from mnist_core.insight.imported.chain import Chain, Matrix, Row, is_square, say_layers
from mnist_core.insight.imported.named_arrays import Named, list_arrays
from mnist_core.insight.imported.pixel_scaling import put_back_pixels, scale_pixels
from mnist_core.network.candidate import MOST_LAYERS, MOST_UNITS

_MOST_CHAINS = 64  # ways to understand a file; a fit of each takes a fifth of a second
_ASIDE = re.compile(
    r"(?i)grad|moment|velocity|(^|[._])(d[wb]\d*|dtheta\d*|adam|opt\w*|exp_avg\w*|[mv]_?[wb]\d*)([._{]|$)"
)
"""Names of what training keeps beside the weights."""
_BATCH_NORM = re.compile(r"(?i)running_(mean|var)|moving_(mean|variance)|num_batches_tracked")


@dataclass(frozen=True, eq=False)
class _Link:
    """A matrix as a layer: its weights a row a unit, with a bias column where it has one."""

    source: Named
    weights: Matrix
    bias: Row | None
    has_first_bias: bool


def find_chains(values: Mapping[str, Value]) -> list[Chain]:
    """Find every way in which the arrays of a file are the layers of a network.

    Parameters
    ----------
    values : mapping of str to Value
        As `read_file` reads them.

    Raises
    ------
    ModelError
        If there is none; a sentence without its subject that says what was missing.
    """
    arrays, left_out = put_back_pixels(list_arrays(values))
    _refuse_others(arrays)
    weights = [one for one in arrays if not _ASIDE.search(one.path)]
    matrices = [one for one in weights if one.values.ndim == 2 and min(one.values.shape) > 1]
    vectors = [one for one in weights if one.values.size > 1 and one.values.size == max(one.values.shape)]
    links = sorted(islice(_list_sequences(matrices), _MOST_CHAINS), key=len, reverse=True)
    if not links:
        raise ModelError(_say_missing(matrices, vectors, values))
    _refuse_deeper(matrices)
    found: list[Chain] = []
    faults = []
    for one in links:
        try:
            found.append(_add_biases(one, vectors, left_out).check())
        except ModelError as error:
            faults.append((len(one), error))
    if faults and (not found or faults[0][0] > max(len(chain.biases) for chain in found)):
        raise faults[0][1]
    return found + [scaled.check() for chain in found for scaled in scale_pixels(chain, weights)]


def _refuse_others(arrays: Sequence[Named]) -> None:
    """Refuse networks of other kinds by what they are made of."""
    for one in arrays:
        if _BATCH_NORM.search(one.path):
            raise ModelError(
                f"must hold linear layers alone, but has batch normalisation ({one.path}): export the "
                "network as ONNX, which says where it stands."
            )
        if one.values.ndim > 2 and sum(length > 1 for length in one.values.shape) > 2:
            shape = " x ".join(map(str, one.values.shape))
            raise ModelError(
                f"must hold linear layers alone, but {one.path} has the axes {shape}, as a convolution: "
                "choose the file of a perceptron."
            )


def _list_sequences(matrices: Sequence[Named]) -> Iterator[tuple[_Link, ...]]:
    """List all rows of matrices of which each takes what the one before it gives, lying all alike."""
    for is_row in (True, False):
        for place in (None, 0, -1):
            yield from _go_on((), matrices, is_row, place)


def _go_on(
    links: tuple[_Link, ...], left: Sequence[Named], is_row: bool, place: int | None
) -> Iterator[tuple[_Link, ...]]:
    is_end = True
    for one in left if len(links) <= MOST_LAYERS else ():
        link = _make_link(one, is_row, place)
        n_inputs = link.weights.shape[1]
        is_next = n_inputs == len(links[-1].weights) if links else is_square(n_inputs)
        if is_next and len(link.weights) <= MOST_UNITS:
            is_end = False
            yield from _go_on((*links, link), [other for other in left if other is not one], is_row, place)
    if is_end and len(links) > 1:
        yield links


def _make_link(one: Named, is_row: bool, place: int | None) -> _Link:
    """Take a matrix as a layer: with a bias column at a place, or with none."""
    weights = one.values if is_row else one.values.T
    if place is None:
        return _Link(one, weights, None, False)
    return _Link(one, np.delete(weights, place, axis=1), weights[:, place], place == 0)


def _add_biases(links: tuple[_Link, ...], vectors: Sequence[Named], left_out: str) -> Chain:
    """Make a chain of matrices: with their bias columns, or with the vectors that belong to them."""
    matrices = tuple(link.weights for link in links)
    names = ", ".join(link.source.path for link in links)
    lie = "a row" if _lies_in_rows(links[0]) else "a column"
    first = f"Its layers are {names}, {lie} a unit. {left_out}".rstrip()
    if links[0].bias is not None:
        column = "first" if links[0].has_first_bias else "last"
        biases = tuple(link.bias for link in links if link.bias is not None)
        return Chain(matrices, biases, (first, f"The {column} weight of each unit is its bias."))
    taken: list[Named | None] = []
    for link in links:
        fitting = [one for one in vectors if one.values.size == len(link.weights) and one not in taken]
        own = [one for one in fitting if one.key == link.source.key]
        taken.append(next(iter(own or fitting), None))
    found = [one for one in taken if one is not None]
    if not found:
        zeros = tuple(np.zeros(len(matrix)) for matrix in matrices)
        return Chain(matrices, zeros, (first, "It has no biases: they are taken as 0."))
    if len(found) < len(links):
        lacking = links[taken.index(None)]
        raise ModelError(
            f"must hold the biases of all layers, but has none of {lacking.source.path} (a vector of "
            f"{len(lacking.weights)} numbers): save them with the weights."
        )
    biases = tuple(one.values.ravel() for one in found)
    return Chain(matrices, biases, (first, f"Their biases are {', '.join(one.path for one in found)}."))


def _lies_in_rows(link: _Link) -> bool:
    return bool(len(link.weights) == link.source.values.shape[0])


def _refuse_deeper(matrices: Sequence[Named]) -> None:
    """Refuse a file of which all matrices follow one another, and are more than a network here may have."""
    if len(matrices) <= MOST_LAYERS + 1:
        return
    for is_row, n_bias in product((True, False), (0, 1)):
        shapes = [one.values.shape if is_row else one.values.shape[::-1] for one in matrices]
        taken, given = Counter(shape[1] - n_bias for shape in shapes), Counter(shape[0] for shape in shapes)
        first, last = (taken - given).elements(), (given - taken).elements()
        if len(ends := [*first, *last]) == 2 and is_square(ends[0]):
            raise ModelError(
                f"must hold a network of 1 to {MOST_LAYERS} hidden layers, but has {len(matrices) - 1}: "
                "choose another."
            )


def _say_missing(matrices: Sequence[Named], vectors: Sequence[Named], values: Mapping[str, Value]) -> str:
    """Say what would have been a network, and what came."""
    pickled = [leaf.path for leaf in list_leaves(values) if isinstance(leaf.value, Opaque)]
    if not matrices and pickled:
        kinds = {leaf.path: leaf.value for leaf in list_leaves(values) if isinstance(leaf.value, Opaque)}
        words = ", ".join(f"{path} ({value.kind})" for path, value in islice(kinds.items(), 3))
        return f"must hold each matrix as an array of its own, but has {words}: save W1, b1, W2 and b2 each."
    shapes = {one.path: one.values.shape for one in matrices}
    needed = (
        "must hold the matrices of 2 to 4 layers, each as wide as the one before it has units, the first "
    )
    needed += "as wide as a square image has pixels (one more with a bias column)"
    if not matrices and vectors:
        row = max(vectors, key=lambda one: one.values.size)
        return f"{needed}, but has only {row.path}, {row.values.size:,} numbers in a row: reshape them first."
    if len(matrices) < 2:
        return f"{needed}, but has {say_layers(shapes)}: save all layers in one file."
    ends = [length - extra for shape in shapes.values() for length in shape for extra in (0, 1)]
    if not any(is_square(length) for length in ends):
        return (
            f"{needed}, but none of {say_layers(shapes)} takes a square image: save the first layer too, and "
            "which pixels it takes as keep where some were left out."
        )
    return f"{needed}, but {say_layers(shapes)} do not follow one another: save the layers that are missing."
