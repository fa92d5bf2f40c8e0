"""The robust recipe, from data to a model folder."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import torch
from torch.nn import functional

from mnist_core.arrays import Images, Labels
from mnist_core.dataset import DIGITS, Dataset, Split, check_inner_split, split_inner
from mnist_core.drawing import SIDE
from mnist_core.grid import Candidate, Recipe
from mnist_core.history import EpochRecord
from mnist_core.network import MLP
from mnist_core.robust.certainty import fit_temperature
from mnist_core.robust.distil import distil
from mnist_core.robust.distort import Bend
from mnist_core.robust.fit import FitPlan
from mnist_core.robust.pen import Pens, draw_pens, read_pens
from mnist_core.robust.pool import Pass, PoolSize, make_pool, to_bytes
from mnist_core.robust.teacher import read_logits, train_teacher
from mnist_core.robust.writers import count_right, split_writers
from mnist_core.training import Made, TrainedModel, keep_model, write_command

ROBUST = Recipe(max_epochs=400, patience=400, batch_size=1024, inner_folds=20)
"""How the small network is trained, unless something else is asked for; it does not stop early."""

_RECORDS = 40  # epochs that the history holds, evenly spaced: its card stays readable

Report = Callable[[str], None]
"""Told in words how far a training is."""


@dataclass(frozen=True)
class Effort:
    """How much is spent on what surrounds the small network.

    Attributes
    ----------
    pool : PoolSize
        How many distorted images there are.
    bend : Bend
        How strongly they are distorted.
    teacher : FitPlan
        How the teacher is trained.
    writer_folds : int
        Parts of the writers for cross-validation; below 2 there is none.
    """

    pool: PoolSize = field(default_factory=PoolSize)
    bend: Bend = field(default_factory=Bend)
    teacher: FitPlan = field(default_factory=lambda: FitPlan(12, 256, 2e-3, 1e-2))
    writer_folds: int = 5


@dataclass(frozen=True, eq=False)
class _Lesson:
    """What every training of a run shares."""

    candidate: Candidate
    recipe: Recipe
    effort: Effort
    valid_images: Images
    valid_labels: Labels
    report: Report


def train_robust(
    dataset: Dataset,
    split: Split,
    limit: int | None,
    candidate: Candidate,
    recipe: Recipe,
    folder: Path,
    report: Report,
    effort: Effort | None = None,
    pens: Pens | None = None,
) -> TrainedModel:
    """Train a network to read what people draw, measure it, save and reload it.

    Parameters
    ----------
    dataset, split, limit, folder
        As for `training.train_model`.
    candidate : Candidate
        Layer widths, activation, highest learning rate.
    recipe : Recipe
        Epochs, batch, share for validation, seed.
    report : callable
        Told how far it is.
    effort : Effort or None
        Size of the pool, teacher, parts of the writers; None takes the usual ones.
    pens : Pens or None
        Pen digits to learn too; None takes those that the lab ships, where images are as large as drawings.
    """
    effort = effort or Effort()
    images, labels = dataset.images[split.train], dataset.labels[split.train]
    check_inner_split(labels, recipe.inner_folds)
    train, valid = split_inner(labels, recipe.inner_folds)
    if pens is None and dataset.side == SIDE and dataset.class_names == DIGITS:
        pens = read_pens()
    report(f"distorting {len(train):,} images {effort.pool.n_passes} times")
    pool = make_pool(images[train], labels[train], pens, effort.pool, effort.bend, recipe.seed)
    lesson = _Lesson(candidate, recipe, effort, images[valid], labels[valid], report)
    network, history = _train_one(pool, lesson, "")
    valid_logits = read_logits(network, to_bytes(lesson.valid_images)).numpy()
    facts, temperature = None, fit_temperature(valid_logits, lesson.valid_labels)
    if pens is not None and effort.writer_folds > 1:
        logits = _leave_writers_out(pool, pens, lesson)
        facts = count_right(pens, logits, effort.writer_folds)
        temperature = fit_temperature(logits, pens.labels)
    made = Made(
        candidate,
        recipe,
        name_recipe(recipe, effort),
        network,
        history,
        write_command(dataset, candidate, recipe, limit, folder, ROBUST, ("--recipe", "robust")),
        temperature,
        facts,
    )
    return keep_model(made, dataset, split, limit, folder)


def name_recipe(recipe: Recipe, effort: Effort) -> str:
    """Name the recipe, and say whether a setting is not the usual one."""
    is_usual = replace(ROBUST, seed=recipe.seed, n_classes=recipe.n_classes) == recipe and effort == Effort()
    return "robust" if is_usual else "robust, changed"


def _train_one(pool: Sequence[Pass], lesson: _Lesson, of: str) -> tuple[MLP, tuple[EpochRecord, ...]]:
    """Train a teacher on a pool, and the small network to answer as it does."""
    recipe, teacher_plan = lesson.recipe, lesson.effort.teacher
    teacher = train_teacher(
        pool,
        recipe.n_classes,
        teacher_plan,
        recipe.seed,
        lambda epoch, loss: lesson.report(
            f"{of}teacher: epoch {epoch} of {teacher_plan.n_epochs}, loss {loss:.4f}"
        ),
    )
    diary = _Diary(lesson, of)
    plan = FitPlan(recipe.max_epochs, recipe.batch_size, lesson.candidate.lr)
    network = distil(pool, teacher, lesson.candidate, recipe.n_classes, plan, recipe.seed, diary.note)
    return network, tuple(diary.records)


class _Diary:
    """Notes some epochs, evenly spaced and the last one always."""

    def __init__(self, lesson: _Lesson, of: str) -> None:
        self.records: list[EpochRecord] = []
        self._lesson, self._of = lesson, of
        self._every = max(lesson.recipe.max_epochs // _RECORDS, 1)
        self._images = to_bytes(lesson.valid_images)
        self._last = time.monotonic()

    def note(self, network: MLP, epoch: int, train_loss: float) -> None:
        last = self._lesson.recipe.max_epochs
        if epoch % self._every and epoch != last:
            return
        logits = read_logits(network, self._images)
        labels = torch.from_numpy(self._lesson.valid_labels)
        loss = float(functional.cross_entropy(logits, labels))
        accuracy = float((logits.argmax(dim=1) == labels).double().mean())
        now = time.monotonic()
        self.records.append(EpochRecord(epoch, train_loss, loss, accuracy, now - self._last))
        self._last = now
        self._lesson.report(
            f"{self._of}epoch {epoch} of {last}: loss {train_loss:.4f}, accuracy {accuracy:.4f} of validation"
        )


def _leave_writers_out(pool: Sequence[Pass], pens: Pens, lesson: _Lesson) -> np.ndarray:
    """Compute the logits of every pen digit by a network that was trained without its writer."""
    images = to_bytes(draw_pens(pens))
    logits = np.empty((len(pens), lesson.recipe.n_classes), dtype=np.float32)
    parts = split_writers(pens, lesson.effort.writer_folds, lesson.recipe.seed)
    for number, writers in enumerate(parts, start=1):
        of = f"without part {number} of {len(parts)} of the writers: "
        network, _ = _train_one([one.without(writers) for one in pool], lesson, of)
        left_out = np.isin(pens.writers, writers)
        logits[left_out] = read_logits(network, images[torch.from_numpy(left_out)]).numpy()
    return logits
