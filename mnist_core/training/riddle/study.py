"""The study: networks trained side by side, and how digit-like the output fields of each are."""

from collections.abc import Callable, Iterator, Sequence

import numpy as np
import torch

from mnist_core.data.dataset import DIGITS, Dataset, Split, check_inner_split
from mnist_core.engines.fused.alone import train_networks
from mnist_core.ground.arrays import Fields, Images, Labels
from mnist_core.ground.settings import SHIPPED_MODELS
from mnist_core.insight.evaluation import evaluate
from mnist_core.insight.fields import receptive_fields
from mnist_core.insight.fields.likeness import DigitMeans, average_digits, score_fields
from mnist_core.network.architecture import MLP
from mnist_core.network.models import load_model
from mnist_core.pens import SIDE
from mnist_core.training.riddle.design import GRID, PAPER, Kind
from mnist_core.training.riddle.linear import score_linear
from mnist_core.training.riddle.networks_table import Row
from mnist_core.training.riddle.result import Study

_AT_ONCE = 64  # networks that are held in memory, 2 MB each
_MOST_AVERAGED = 20_000  # images that the mean digits are made of

Report = Callable[[str], None]
"""Told in words how far the study is."""


def carry_out(dataset: Dataset, split: Split, kinds: Sequence[Kind], report: Report) -> Study:
    """Train the networks of a study and measure each.

    Parameters
    ----------
    dataset : Dataset
        The images.
    split : Split
        Which are for training; accuracies are of the held-out ones.
    kinds : sequence of Kind
        The networks.
    report : callable
        Told how far it is.

    Raises
    ------
    DataError
        If there are too few images of a digit.
    """
    images, labels = dataset.images[split.train], dataset.labels[split.train]
    check_inner_split(labels, max(kind.recipe.inner_folds for kind in kinds))
    first = slice(None, _MOST_AVERAGED)
    means = average_digits(images[first], labels[first], dataset.n_classes)
    reader = _find_reader(dataset)
    rows: list[Row] = []
    found: list[Fields] = []
    for kind, network, epochs, valid_accuracy in _train(images, labels, kinds, report):
        fields = receptive_fields(network, "output")
        accuracy = evaluate(network, dataset.images[split.test], dataset.labels[split.test]).accuracy
        rows.append(_measure(kind, network, fields, means, reader, (epochs, valid_accuracy, accuracy)))
        found.append(fields)
    return Study(rows, _choose_pictures(rows, found), score_linear(images, labels, means))


def read_ink(network: MLP, fields: Fields) -> list[int]:
    """Let a network read fields as pictures: what is above zero as ink, the strongest as full ink."""
    ink = fields.clip(min=0)
    strongest = ink.max(axis=(1, 2), keepdims=True)
    pictures = np.divide(ink, strongest, out=np.zeros_like(ink), where=strongest > 0)
    with torch.inference_mode():
        return [int(digit) for digit in network(torch.from_numpy(pictures)).argmax(dim=1)]


def _train(
    images: Images, labels: Labels, kinds: Sequence[Kind], report: Report
) -> Iterator[tuple[Kind, MLP, int, float]]:
    shuffled = np.random.default_rng(0).permutation(labels)
    n_done = 0
    for group in _group(kinds):
        targets = shuffled if group[0].is_shuffled else labels
        pairs = [(kind.candidate, kind.recipe) for kind in group]
        for kind, (network, history) in zip(group, train_networks(images, targets, pairs), strict=True):
            yield kind, network, history[-1].epoch, history[-1].valid_accuracy
        n_done += len(group)
        report(f"{n_done} of {len(kinds)} networks")


def _group(kinds: Sequence[Kind]) -> list[list[Kind]]:
    """Put those together that see the same batches, as many as memory should hold."""
    groups: dict[tuple[bool, float, float], list[Kind]] = {}
    for kind in kinds:
        key = kind.is_shuffled, kind.recipe.input_noise, kind.recipe.input_dropout
        groups.setdefault(key, []).append(kind)
    return [
        group[start : start + _AT_ONCE]
        for group in groups.values()
        for start in range(0, len(group), _AT_ONCE)
    ]


def _find_reader(dataset: Dataset) -> MLP | None:
    """Return a network that has nothing to do with the study and reads what many people drew."""
    is_read = dataset.class_names == DIGITS and dataset.side == SIDE
    return load_model(SHIPPED_MODELS / "robust").network if is_read else None


def _measure(
    kind: Kind,
    network: MLP,
    fields: Fields,
    means: DigitMeans,
    reader: MLP | None,
    facts: tuple[int, float, float],
) -> Row:
    found, (epochs, valid_accuracy, accuracy) = score_fields(fields, means), facts
    return Row(
        factor=kind.factor,
        level=kind.level,
        seed=kind.recipe.seed,
        candidate=str(kind.candidate),
        epochs=epochs,
        valid_accuracy=round(valid_accuracy, 4),
        accuracy=round(accuracy, 4),
        score=round(found.score, 4),
        p=round(found.p, 4),
        own=tuple(round(float(one), 3) for one in found.own),
        read_by_itself=tuple(read_ink(network, fields)),
        read_by_reader=() if reader is None else tuple(read_ink(reader, fields)),
    )


def _choose_pictures(rows: Sequence[Row], found: Sequence[Fields]) -> dict[tuple[str, str], Fields]:
    chosen: dict[tuple[str, str], Fields] = {}
    for row, fields in zip(rows, found, strict=True):
        if row.factor != GRID:
            chosen.setdefault((row.factor, row.level), fields)
    papers = [place for place, row in enumerate(rows) if row.factor == PAPER]
    by_score = sorted(papers, key=lambda place: rows[place].score)
    return chosen | {(PAPER, "least"): found[by_score[0]], (PAPER, "most"): found[by_score[-1]]}
