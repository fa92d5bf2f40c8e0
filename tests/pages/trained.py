"""A small trained model and its data, made by seeded code, for the pages that look at models."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from digits import make_digits

from mnist_core.data.dataset import Dataset, Origin, compute_fingerprint, split_dataset
from mnist_core.data.kept import keep_dataset
from mnist_core.insight.evaluation import evaluate
from mnist_core.network.architecture import MLP
from mnist_core.network.candidate import Activation, Candidate
from mnist_core.network.history import EpochRecord
from mnist_core.network.models import Model, save_model
from mnist_core.network.models.info import DataFacts, ModelInfo, TestFacts
from mnist_core.network.recipe import Recipe

_LOSSES = (1.2, 0.8, 0.7, 0.72, 0.74, 0.75)  # the third is best, and three without a better one follow


def make_dataset(n: int = 300, seed: int = 0) -> Dataset:
    images, labels = make_digits(n, seed)
    return Dataset(f"digits-{seed}.mat", images, labels, compute_fingerprint(images, labels), _origin())


def make_model(
    folder: Path, dataset: Dataset, activation: Activation = Activation.TANH, n_steps: int = 12
) -> Model:
    """Train a little: 12 steps are enough to read these digits without mistakes, 3 are not."""
    torch.manual_seed(0)
    candidate = Candidate(0.01, 12, 8, activation)
    network = MLP(candidate.hidden1, candidate.hidden2, activation)
    split = split_dataset(dataset)
    _train(network, dataset.images[split.train], dataset.labels[split.train], n_steps)
    return save_model(network.eval(), _describe(network, candidate, dataset), folder)


def open_in_all_tabs(dataset: Dataset, home: Path) -> None:
    """Open a data set as the Data page does: kept, and remembered as the last."""
    keep_dataset(dataset, home / "datasets")
    (home / "last_dataset").write_text(dataset.fingerprint, encoding="utf-8")


def _origin() -> Origin:
    return Origin("test", (), (0.0, 1.0))


def _train(network: MLP, images: np.ndarray, labels: np.ndarray, n_steps: int) -> None:
    optimizer = torch.optim.Adam(network.parameters(), lr=0.01)
    for _ in range(n_steps):
        optimizer.zero_grad()
        torch.nn.functional.cross_entropy(network(torch.tensor(images)), torch.tensor(labels)).backward()
        optimizer.step()


def _describe(network: MLP, candidate: Candidate, dataset: Dataset) -> ModelInfo:
    split = split_dataset(dataset)
    measured = evaluate(network, dataset.images[split.test], dataset.labels[split.test])
    confusion = tuple(tuple(row) for row in measured.confusion.tolist())
    first = EpochRecord(1, 1.0, 1.0, 0.5, 0.1)
    return ModelInfo(
        candidate=candidate,
        side=28,
        n_classes=10,
        recipe=Recipe(),
        recipe_name="paper",
        data=DataFacts(
            dataset.name,
            dataset.fingerprint,
            dataset.n_samples,
            0,
            None,
            len(split.train),
            len(split.test),
        ),
        history=tuple(
            replace(first, epoch=epoch, valid_loss=loss) for epoch, loss in enumerate(_LOSSES, start=1)
        ),
        test=TestFacts(measured.n, measured.accuracy, confusion),
        command="python -m mnist_core train digits.mat --out small",
        created="2030-01-02T03:04:05+00:00",
        versions={"python": "3"},
    )
