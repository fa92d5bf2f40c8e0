"""Layers out of named arrays: which matrix follows which, how it lies, and where its biases are."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice

import numpy as np

from mnist_core.data.layouts.tree import list_leaves
from mnist_core.ground.errors import ModelError
from mnist_core.ground.variables import Cells, Value
from mnist_core.insight.imported.chain import Chain, Matrix, Row, is_square, say_layers
from mnist_core.network.candidate import MOST_LAYERS, MOST_UNITS

_MOST_CHAINS = 64  # ways to understand a file; a fit of each takes a fifth of a second
_ASIDE = re.compile(
    r"(?i)grad|moment|velocity|(^|[._])(d[wb]\d*|dtheta\d*|adam|opt\w*|exp_avg\w*|[mv]_?[wb]\d*)([._{]|$)"
)
"""Names of what training keeps beside the weights."""
_BATCH_NORM = re.compile(r"(?i)running_(mean|var)|moving_(mean|variance)|num_batches_tracked")
_WORDS = re.compile(
    r"(?i)weights?|kernel|bias(es)?|coefs?_?|intercepts?_?|theta|[il]w|(?<![a-z])[wb](?=\d|$|[^a-z])"
)
_MEANS = ("mu", "mean", "mean_", "xmean", "means", "avg")
_SPREADS = ("sigma", "std", "scale_", "xstd", "stds", "sd")
_GAIN = ("gain", "xoffset", "ymin")  # of MATLAB's mapminmax
_LEAST_SPREAD = 1e-12


@dataclass(frozen=True, eq=False)
class Named:
    """Numbers of a file, with the path of their variable."""

    path: str
    values: np.ndarray

    @property
    def key(self) -> str:
        """Return what is left of the path without the words that tell weights from biases."""
        return re.sub(r"[^\w]|_", "", _WORDS.sub("", self.path)).lower()


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
    arrays = list_arrays(values)
    _refuse_others(arrays)
    weights = [one for one in arrays if not _ASIDE.search(one.path)]
    matrices = [one for one in weights if one.values.ndim == 2 and min(one.values.shape) > 1]
    vectors = [one for one in weights if one.values.size > 1 and one.values.size == max(one.values.shape)]
    links = list(islice(_list_sequences(matrices), _MOST_CHAINS))
    if not links:
        raise ModelError(_say_missing(matrices))
    longest = max(map(len, links))
    chains = [_add_biases(one, vectors) for one in links if len(one) == longest]
    chains += [scaled for chain in chains for scaled in _scale(chain, vectors, weights)]
    return [chain.check() for chain in chains]


def list_arrays(values: Mapping[str, Value]) -> list[Named]:
    """List the numeric arrays of a file, those in cells by their number, without empty ones."""
    found = []
    for leaf in list_leaves(values):
        if isinstance(leaf.value, Cells):
            inside = {f"{leaf.path}{{{n}}}": item for n, item in enumerate(leaf.value.items, start=1)}
        else:
            inside = {leaf.path: leaf.value}
        for path, value in inside.items():
            if isinstance(value, np.ndarray) and value.dtype.kind in "fiub" and value.size:
                found.append(Named(path, np.asarray(value, dtype=np.float64)))
    return found


def _refuse_others(arrays: Sequence[Named]) -> None:
    """Refuse networks of other kinds by what they are made of."""
    for one in arrays:
        if _BATCH_NORM.search(one.path):
            raise ModelError(
                f"must hold linear layers alone, but has batch normalisation ({one.path}): fold it into the "
                "layer before it, or export the network as ONNX without it."
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
    if len(links) > 1:
        yield links
    if len(links) > MOST_LAYERS:
        return
    for one in left:
        link = _make_link(one, is_row, place)
        n_inputs = link.weights.shape[1]
        is_next = n_inputs == len(links[-1].weights) if links else is_square(n_inputs)
        if is_next and len(link.weights) <= MOST_UNITS:
            yield from _go_on((*links, link), [other for other in left if other is not one], is_row, place)


def _make_link(one: Named, is_row: bool, place: int | None) -> _Link:
    """Take a matrix as a layer: with a bias column at a place, or with none."""
    weights = one.values if is_row else one.values.T
    if place is None:
        return _Link(one, weights, None, False)
    return _Link(one, np.delete(weights, place, axis=1), weights[:, place], place == 0)


def _add_biases(links: tuple[_Link, ...], vectors: Sequence[Named]) -> Chain:
    """Make a chain of matrices: with their bias columns, or with the vectors that belong to them."""
    matrices = tuple(link.weights for link in links)
    names = ", ".join(link.source.path for link in links)
    lie = "a row" if _lies_in_rows(links[0]) else "a column"
    first = f"Its layers are {names}, {lie} a unit."
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


def _scale(chain: Chain, vectors: Sequence[Named], numbers: Sequence[Named]) -> Iterator[Chain]:
    """Make chains that do to their inputs what the file has a number for each pixel for."""
    n_inputs = chain.matrices[0].shape[1]
    wide = {one.path.rpartition(".")[2].lower(): one for one in vectors if one.values.size == n_inputs}
    mean = next((wide[name] for name in _MEANS if name in wide), None)
    spread = next((wide[name] for name in _SPREADS if name in wide), None)
    if mean is not None and spread is not None:
        sizes = spread.values.ravel()
        factor = np.where(np.abs(sizes) > _LEAST_SPREAD, 1 / np.where(sizes == 0, 1, sizes), 1.0)
        why = f"Its inputs are standardised by {mean.path} and {spread.path}, folded into the first layer."
        yield _fold(chain, factor, -mean.values.ravel() * factor, why)
    gain, offset = (wide.get(name) for name in _GAIN[:2])
    if gain is not None and offset is not None:
        low = next((one.values.item() for one in numbers if _is_low(one)), -1.0)
        factor = gain.values.ravel()
        why = f"Its inputs are scaled by {gain.path} and {offset.path}, folded into the first layer."
        yield _fold(chain, factor, low - offset.values.ravel() * factor, why)


def _is_low(one: Named) -> bool:
    return one.values.size == 1 and one.path.rpartition(".")[2].lower() == _GAIN[2]


def _fold(chain: Chain, factor: Row, shift: Row, why: str) -> Chain:
    return replace(chain.scale_inputs(factor, shift), reasons=(*chain.reasons, why))


def _say_missing(matrices: Sequence[Named]) -> str:
    """Say what would have been a network, and what came."""
    shapes = {one.path: one.values.shape for one in matrices}
    needed = (
        "must hold the matrices of 2 to 4 layers, each as wide as the one before it has units, the first "
    )
    needed += "as wide as a square image has pixels (one more with a bias column)"
    if len(matrices) < 2:
        return f"{needed}, but has {say_layers(shapes)}: save all layers in one file."
    ends = [length - extra for shape in shapes.values() for length in shape for extra in (0, 1)]
    if not any(is_square(length) for length in ends):
        return f"{needed}, but none of {say_layers(shapes)} takes a square image: save the first layer too."
    return f"{needed}, but {say_layers(shapes)} do not follow one another: save the layers that are missing."
