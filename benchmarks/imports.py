"""Claim: of 50 files of networks from elsewhere at least 48 open with equal outputs, the rest are refused.

`python -m benchmarks.imports`: seeded networks, trained on the built-in sample and written as people write
them: other formats, names, shapes, scalings, orders of pixels and of classes. What each should answer is
computed here from the arrays that were written.
"""

import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch

from benchmarks import describe_machine
from benchmarks.importing.cases import Case, list_cases
from benchmarks.importing.elsewhere import Elsewhere, answer, move_elsewhere
from mnist_core.data.dataset import Dataset
from mnist_core.data.layouts import read_or_sample
from mnist_core.engines.fused.alone import train_network
from mnist_core.ground.errors import LabError
from mnist_core.insight.imported.choices import ImportChoices
from mnist_core.insight.imported.imported_model import understand_network
from mnist_core.network.architecture import MLP
from mnist_core.network.candidate import Activation, Candidate
from mnist_core.network.recipe import Recipe

LEAST_OPENED = 48
_EQUAL = 1e-4  # of the greatest logit: weights are kept at single precision
_N_IMAGES = 500
_EPOCHS = 12
_KINDS = (
    ((96, 24), Activation.TANH),
    ((25,), Activation.SIGMOID),
    ((64,), Activation.RELU),
    ((32, 32), Activation.RELU),
    ((24, 16, 12), Activation.TANH),
    ((20,), Activation.LINEAR),
)


@dataclass(frozen=True)
class Outcome:
    """What came of a file.

    Attributes
    ----------
    title : str
        Which it is.
    difference : float or None
        The greatest of any logit, as a share of the greatest logit; None where it was refused.
    words : str
        Why it was refused.
    """

    title: str
    difference: float | None
    words: str = ""

    @property
    def is_equal(self) -> bool:
        """Whether it opened with equal outputs."""
        return self.difference is not None and self.difference <= _EQUAL


def train_networks(dataset: Dataset) -> list[MLP]:
    """Train a network of each kind."""
    recipe = Recipe(max_epochs=_EPOCHS)
    return [
        train_network(dataset.images, dataset.labels, Candidate.make(0.003, widths, kind), recipe)[0]
        for widths, kind in _KINDS
    ]


def open_case(case: Case, network: MLP, dataset: Dataset, folder: Path) -> Outcome:
    """Write a file, open it, and compare its answers."""
    moved = move_elsewhere(network, case.way)
    path = folder / case.file_name
    case.write(path, moved)
    try:
        understood = understand_network(path, path.name, dataset, ImportChoices())
    except LabError as error:
        return Outcome(case.title, None, str(error))
    return Outcome(case.title, _compare(understood.network, moved, dataset))


def _compare(network: MLP, moved: Elsewhere, dataset: Dataset) -> float:
    images = np.asarray(dataset.images[-_N_IMAGES:])
    right = answer(moved, images)
    with torch.inference_mode():
        found = network(torch.from_numpy(images.copy())).numpy()
    return float(np.abs(found - right).max() / np.abs(right).max())


def main() -> int:
    """Write and open all; return 1 where the claim breaks."""
    dataset = read_or_sample()
    networks = train_networks(dataset)
    started = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder:
        found = [open_case(case, networks[case.network], dataset, Path(folder)) for case in list_cases()]
    seconds = (time.perf_counter() - started) / len(found)
    for one in found:
        told = "equal  " if one.is_equal else "REFUSED" if one.difference is None else "OTHER  "
        print(f"{told}  {one.title}  {one.words or f'{one.difference:.1e}'}")
    n_equal = sum(one.is_equal for one in found)
    n_other = sum(one.difference is not None and not one.is_equal for one in found)
    print(f"{n_equal} of {len(found)} files open with equal outputs, {n_other} with others")
    print(f"  {seconds:.1f} s a file")
    print(f"  {describe_machine()}, numpy {np.__version__}")
    if n_equal < LEAST_OPENED or n_other:
        print("  The claim breaks.", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
