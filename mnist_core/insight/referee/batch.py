"""The batch that gradients are asked for: images, labels and a network, in one file."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any, BinaryIO, cast
from zlib import crc32

import numpy as np
from jaxtyping import UInt8
from scipy.io import savemat

from mnist_core.data.dataset import Dataset
from mnist_core.data.side import bring_to_side
from mnist_core.ground.arrays import Labels
from mnist_core.ground.errors import DataError
from mnist_core.ground.replacing import replace_file
from mnist_core.ground.variables import Value
from mnist_core.insight.evaluation.match import match_labels
from mnist_core.insight.imported.chain import Chain, Matrix, Row
from mnist_core.network.architecture import MLP
from mnist_core.network.candidate import Activation

N_IMAGES = 100
"""Of a batch, unless another number is asked for."""

_NOTE = "lab_batch"
_MOST_IMAGES = 10_000
_FULL = 255
_WORDS = """X holds {n} images, a row each, pixels row by row, whole numbers from 0 to 255: make them \
floating-point (in MATLAB by double), then divide by 255. y holds the class of each, 0 to {last}. W1, b1 \
to W{k}, b{k} are the weights (a row a unit) and biases of the layers; behind all but the last is \
{activation}, behind the last softmax. The loss is the mean cross-entropy over the images (natural \
logarithm), without any penalty. Hand in loss, dW1, db1 to dW{k}, db{k}, each of the shape of what it is the \
gradient of."""


@dataclass(frozen=True, eq=False)
class Batch:
    """Images, their classes, and the network whose gradients are asked for.

    Attributes
    ----------
    pixels : ndarray of shape (n, inputs), uint8
        Upright, row by row; the network reads 255ths of them.
    labels : ndarray of shape (n,), int64
        The output that each should have.
    matrices, biases : tuple of ndarray
        Of the hidden layers and the output; weights a row a unit.
    activation : Activation
        Behind the hidden layers.
    """

    pixels: UInt8[np.ndarray, "n inputs"]
    labels: Labels
    matrices: tuple[Matrix, ...]
    biases: tuple[Row, ...]
    activation: Activation

    @property
    def n(self) -> int:
        """Count the images."""
        return len(self.labels)

    @property
    def layer_names(self) -> tuple[str, ...]:
        """Return the names of the layers, `hidden1` first, `output` last."""
        return (*(f"hidden{n}" for n in range(1, len(self.matrices))), "output")

    @property
    def words(self) -> str:
        """Say what is given and what is asked for."""
        k, last = len(self.matrices), len(self.biases[-1]) - 1
        return _WORDS.format(n=self.n, last=last, k=k, activation=self.activation.label)


def choose_batch(
    layers: Chain,
    activation: Activation,
    dataset: Dataset,
    class_names: tuple[str, ...],
    n: int = N_IMAGES,
    seed: int = 0,
) -> Batch:
    """Choose the images of a batch by a seed; the same seed, network and data give the same batch.

    Parameters
    ----------
    layers : Chain
        Of the network whose gradients are asked for.
    activation : Activation
        Behind its hidden layers.
    dataset : Dataset
        Labelled images.
    class_names : tuple of str
        Of its outputs.
    n : int
        Images.
    seed : int
        Of the choice.

    Raises
    ------
    DataError
        If the data set has no such classes, or fewer images.
    """
    if not 1 <= n <= min(_MOST_IMAGES, dataset.n_samples):
        raise DataError(
            f"A batch takes 1 to {min(_MOST_IMAGES, dataset.n_samples):,} images of {dataset.name}, but "
            f"{n:,} were asked for: choose another number."
        )
    labels = match_labels(dataset, class_names)
    chosen = np.random.default_rng(seed).permutation(dataset.n_samples)[:n]
    images = bring_to_side(np.asarray(dataset.images[chosen]), layers.side)
    return Batch(
        np.rint(images.reshape(n, -1) * _FULL).astype(np.uint8),
        labels[chosen],
        layers.matrices,
        layers.biases,
        activation,
    )


def take_layers(network: MLP) -> Chain:
    """Take the layers of a network of the lab."""
    linear = network.layers.values()
    matrices, biases = (
        tuple(tensor.detach().numpy().astype(np.float64) for tensor in tensors)
        for tensors in ([layer.weight for layer in linear], [layer.bias for layer in linear])
    )
    return Chain(matrices, biases, (), network.activation)


def write_batch(batch: Batch, path: Path) -> None:
    """Write a batch as .mat, or as .npz where the file is called so."""
    write: Any = _write_npz if path.suffix.lower() == ".npz" else savemat
    with replace_file(path) as file:
        write(file, _collect(batch))


def pack_batch(batch: Batch) -> bytes:
    """Pack a batch as .mat."""
    file = BytesIO()
    savemat(cast(Any, file), _collect(batch))
    return file.getvalue()


def _collect(batch: Batch) -> dict[str, Any]:
    variables: dict[str, Any] = {"X": batch.pixels, "y": batch.labels.reshape(-1, 1).astype(np.uint8)}
    for number, (matrix, bias) in enumerate(zip(batch.matrices, batch.biases, strict=True), start=1):
        variables |= {f"W{number}": matrix, f"b{number}": bias.reshape(-1, 1)}
    variables["readme"] = batch.words
    note = {"activation": batch.activation.value, "layers": len(batch.matrices), "sum": _sum_up(batch)}
    variables[_NOTE] = json.dumps(note)
    return variables


def _write_npz(file: BinaryIO, variables: Mapping[str, Any]) -> None:
    np.savez(file, allow_pickle=False, **variables)


def is_batch(values: Mapping[str, Value]) -> bool:
    """Say whether a file is a batch that the lab wrote."""
    return _NOTE in values


def read_batch(values: Mapping[str, Value]) -> Batch:
    """Read a batch that `write_batch` wrote.

    Raises
    ------
    DataError
        If something of it is gone or changed.
    """
    try:
        note = json.loads(_read_text(values[_NOTE]))
        numbers = range(1, int(note["layers"]) + 1)
        matrices = [np.asarray(values[f"W{number}"], dtype=np.float64) for number in numbers]
        biases = [np.asarray(values[f"b{number}"], dtype=np.float64).ravel() for number in numbers]
        batch = Batch(
            np.asarray(values["X"], dtype=np.uint8),
            np.asarray(values["y"], dtype=np.int64).ravel(),
            tuple(matrices),
            tuple(biases),
            Activation(note["activation"]),
        )
        _check(batch, [batch.pixels.shape[1], *map(len, biases)], note["sum"])
    except (KeyError, TypeError, ValueError, IndexError) as error:
        raise DataError(
            f"The batch must be as it was given, but lacks or has changed {error}: name the file that was "
            "given."
        ) from error
    return batch


def _read_text(value: Value) -> str:
    return value if isinstance(value, str) else str(np.ravel(np.asarray(value))[0])


def _sum_up(batch: Batch) -> int:
    """Sum up all that is given, so that a change of it is seen."""
    parts = (batch.pixels, batch.labels, *batch.matrices, *batch.biases)
    return crc32(b"".join(np.ascontiguousarray(part).tobytes() for part in parts))


def _check(batch: Batch, widths: Sequence[int], sum_given: int) -> None:
    shapes = [matrix.shape for matrix in batch.matrices]
    expected = list(zip(widths[1:], widths[:-1], strict=True))
    n_classes = widths[-1]
    if (
        shapes != expected
        or len(batch.pixels) != batch.n
        or not 0 <= batch.labels.min() <= batch.labels.max()
    ):
        raise ValueError("its shapes")
    if batch.labels.max() >= n_classes:
        raise ValueError("its labels")
    if _sum_up(batch) != sum_given:
        raise ValueError("its images, labels or weights")
