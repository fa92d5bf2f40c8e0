"""The robust recipe, from data to a model folder."""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import islice
from pathlib import Path

import numpy as np
import torch
from joblib import Parallel, delayed
from torch.nn import functional

from mnist_core.data.dataset import DIGITS, Dataset, Split, check_inner_split, split_inner
from mnist_core.ground.arrays import Labels, Logits
from mnist_core.ground.errors import GridError
from mnist_core.ground.places import check_model_folder
from mnist_core.insight.evaluation import evaluate
from mnist_core.insight.evaluation.temperature import fit_temperature
from mnist_core.insight.reading.floors import find_floors, read_jury
from mnist_core.network.architecture import MLP
from mnist_core.network.candidate import Candidate
from mnist_core.network.history import EpochRecord
from mnist_core.network.models.info import DoubtFacts
from mnist_core.network.recipe import Keep, Recipe
from mnist_core.pens import SIDE
from mnist_core.training.one_network import Made, TrainedModel, keep_model, write_command
from mnist_core.training.robust.distil import distil
from mnist_core.training.robust.effort import ROBUST, STYLED, Effort, list_effort, name_recipe
from mnist_core.training.robust.fit import FitPlan, read_logits
from mnist_core.training.robust.pen import Pens, draw_pens, read_pens
from mnist_core.training.robust.pool import Bytes, Pass, make_pool, to_bytes
from mnist_core.training.robust.teacher import WARMTH, Answers, answer_by_labels, ask_teacher
from mnist_core.training.robust.writers import count_right, split_writers

_RECORDS = 40  # epochs that the history holds, evenly spaced: its card stays readable

Report = Callable[[str], None]
"""Told in words how far a training is."""

Fitted = tuple[MLP, tuple[EpochRecord, ...]]
"""The small network and its history."""


@dataclass(frozen=True, eq=False)
class _Course:
    """What all trainings of a run share."""

    pool: Sequence[Pass]
    parts: Sequence[np.ndarray]  # of the writers; an empty one where none are left out
    candidate: Candidate
    recipe: Recipe
    effort: Effort
    valid_images: Bytes
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
    n_jobs: int = 1,
) -> TrainedModel:
    """Train a network to read what people draw, measure it, save and reload it.

    The model is saved once the network is trained, and again when cross-validation over the writers is done.

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
        Size of the pool, teachers, parts of the writers; None takes the usual ones.
    pens : Pens or None
        Pen digits to learn too; None takes those that the lab ships, where the images are of digits and as
        large as drawings.
    n_jobs : int
        Processes side by side; the result does not depend on it.
    """
    _refuse_disturbance(recipe)
    check_model_folder(folder)
    effort = effort or Effort()
    if pens is None and dataset.side == SIDE and dataset.class_names == DIGITS:
        pens = read_pens()
    course = _plan_course(dataset, split, candidate, recipe, effort, pens, report)
    with Parallel(n_jobs=n_jobs, return_as="generator") as run:
        answers = list(_ask_teachers(run, course))
        students = _teach(run, course, answers)
        network, history = next(students)
        valid_logits = read_logits(network, course.valid_images)
        made = Made(
            candidate,
            recipe,
            name_recipe(recipe, effort),
            network,
            history,
            write_command(
                dataset,
                candidate,
                recipe,
                limit,
                folder,
                STYLED if effort.variety.styles else ROBUST,
                list_effort(effort),
                split.seed,
            ),
            fit_temperature(valid_logits, course.valid_labels),
        )
        trained = keep_model(made, dataset, split, limit, folder)
        if pens is None or len(course.parts) < 2:
            return trained
        report(f"{trained.model.info.test.accuracy:.2%} of the held-out images; now the writers left out")
        logits = _read_left_out(course, pens, [network for network, _ in islice(students, len(course.parts))])
        test = dataset.images[split.test], dataset.labels[split.test]
        seeds = tuple(evaluate(other, *test).accuracy for other, _ in students)
    temperature = fit_temperature(logits, pens.labels)
    facts = count_right(pens, logits, len(course.parts))
    doubt = _find_floors(pens, logits, temperature)
    made = replace(made, temperature=temperature, pens=facts, doubt=doubt, seeds=seeds)
    return keep_model(made, dataset, split, limit, folder)


def _refuse_disturbance(recipe: Recipe) -> None:
    if recipe.weight_decay or recipe.disturbs_inputs or recipe.keep == Keep.BEST:
        raise GridError(
            "The robust recipe distorts images in its own way and never stops early, but weight decay, input "
            "dropout, input noise or the best weights were asked for: leave that out, or take the recipe "
            "paper."
        )


def _plan_course(
    dataset: Dataset,
    split: Split,
    candidate: Candidate,
    recipe: Recipe,
    effort: Effort,
    pens: Pens | None,
    report: Report,
) -> _Course:
    images, labels = dataset.images[split.train], dataset.labels[split.train]
    check_inner_split(labels, recipe.inner_folds)
    train, valid = split_inner(labels, recipe.inner_folds)
    report(f"distorting {len(train):,} images {effort.pool.n_passes} times")
    parts = [np.empty(0, dtype=np.int64)]
    if pens is not None and effort.writer_folds > 1:
        parts = split_writers(pens, effort.writer_folds, recipe.seed)
    pool = make_pool(
        images[train], labels[train], pens, effort.pool, effort.bend, recipe.seed, effort.variety, parts
    )
    return _Course(pool, parts, candidate, recipe, effort, to_bytes(images[valid]), labels[valid], report)


def _ask_teachers(run: Parallel, course: _Course) -> Iterator[Answers]:
    answers: Iterator[Answers] = run(
        delayed(_ask_teacher)(course, number) for number in range(len(course.parts))
    )
    return answers


def _ask_teacher(course: _Course, number: int) -> Answers:
    torch.set_num_threads(1)  # the same sums in the same order, however many processes there are
    plan, seed = course.effort.teacher, course.recipe.seed + number
    if plan is None:
        return answer_by_labels(course.pool, course.recipe.n_classes)
    note = partial(_report_teacher, course, number + 1, plan.n_epochs)
    maps, n_classes = course.effort.maps, course.recipe.n_classes
    return ask_teacher(course.pool, course.parts[number], n_classes, plan, seed, note, maps)


def _report_teacher(course: _Course, number: int, last: int, epoch: int, loss: float) -> None:
    course.report(f"teacher {number}: epoch {epoch} of {last}, loss {loss:.4f}")


def _teach(run: Parallel, course: _Course, answers: Sequence[Answers]) -> Iterator[Fitted]:
    """Train the network on all that all teachers say, one without each part of the writers, other seeds."""
    none, first = np.empty(0, dtype=np.int64), course.recipe.seed
    lessons = [("", none, list(answers), first)]
    if len(course.parts) > 1:
        lessons += [
            (f"without part {number} of the writers: ", part, [said], first)
            for number, (part, said) in enumerate(zip(course.parts, answers, strict=True), start=1)
        ]
        others = range(first + 1, first + course.effort.n_seeds)
        lessons += [(f"seed {seed}: ", none, list(answers), seed) for seed in others]
    fitted: Iterator[Fitted] = run(delayed(_teach_one)(course, *lesson) for lesson in lessons)
    return fitted


def _teach_one(
    course: _Course, of: str, left_out: np.ndarray, answers: Sequence[Answers], seed: int
) -> Fitted:
    torch.set_num_threads(1)
    recipe, candidate = course.recipe, course.candidate
    diary = _Diary(course, of)
    effort = course.effort
    plan = FitPlan(recipe.max_epochs, recipe.batch_size, candidate.lr, n_averaged=effort.n_averaged)
    warmth = 1.0 if effort.teacher is None else WARMTH
    network = distil(course.pool, answers, left_out, candidate, plan, seed, diary.note, warmth, effort.least)
    return network, tuple(diary.records)


def _read_left_out(course: _Course, pens: Pens, networks: Sequence[MLP]) -> Logits:
    """Let each network read the writers whom it has not seen."""
    images = to_bytes(draw_pens(pens))
    logits = np.empty((len(pens), course.recipe.n_classes), dtype=np.float32)
    for part, network in zip(course.parts, networks, strict=True):
        left_out = np.isin(pens.writers, part)
        logits[left_out] = read_logits(network, images[left_out])
    return logits


def _find_floors(pens: Pens, logits: Logits, temperature: float) -> DoubtFacts | None:
    """Find when to say "not sure"; nothing where other pens were learned than those that the lab ships."""
    jury = read_jury()
    is_shipped = len(pens) > jury.places.max() and np.array_equal(pens.labels[jury.places], jury.labels)
    if not is_shipped:
        return None
    words = "networks that were trained in the same way without the writer"
    return find_floors(logits[jury.places], temperature, jury, words)


class _Diary:
    """Notes some epochs, evenly spaced and the last one always."""

    def __init__(self, course: _Course, of: str) -> None:
        self.records: list[EpochRecord] = []
        self._course, self._of = course, of
        self._every = max(course.recipe.max_epochs // _RECORDS, 1)
        self._last = time.monotonic()

    def note(self, network: MLP, epoch: int, train_loss: float) -> None:
        last = self._course.recipe.max_epochs
        if epoch % self._every and epoch != last:
            return
        logits = torch.from_numpy(read_logits(network, self._course.valid_images))
        labels = torch.from_numpy(self._course.valid_labels)
        loss = float(functional.cross_entropy(logits, labels))
        accuracy = float((logits.argmax(dim=1) == labels).double().mean())
        now = time.monotonic()
        self.records.append(EpochRecord(epoch, train_loss, loss, accuracy, now - self._last))
        self._last = now
        self._course.report(
            f"{self._of}epoch {epoch} of {last}: loss {train_loss:.4f}, accuracy {accuracy:.4f} of validation"
        )
