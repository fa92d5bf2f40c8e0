"""The fast engine: the candidates of a fold trained side by side, tasks spread over processes."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass

import joblib
import numpy as np
from sklearn.model_selection import StratifiedKFold

from mnist_core.arrays import Images, Indices, Labels
from mnist_core.fused import (
    N_CLASSES,
    Trainer,
    Training,
    collect_ink,
    compile_passes,
    prepare_ink,
    score,
    start_training,
)
from mnist_core.grid import Activation, Candidate, SearchPlan
from mnist_core.search.events import EventSender
from mnist_core.search.results import SearchResults, tabulate

_TASK_LANES = 1536  # units of hidden 1 in a task: enough to fill stacks to the end, few enough to share out


@dataclass(frozen=True, eq=False)
class _Task:
    """Some candidates of one outer fold."""

    fold: int
    train: Indices
    test: Indices
    numbers: Sequence[int]


def search_by_stacks(
    images: Images, labels: Labels, plan: SearchPlan, sender: EventSender, n_processes: int
) -> SearchResults:
    """Fit every candidate on every fold, those of a fold side by side.

    Takes what `search.search_grid` takes, and the number of processes, one thread each.
    """
    tasks = _cut_tasks(plan, labels)
    compile_passes(plan.recipe)  # before the processes part, so that it is done once
    run = joblib.Parallel(n_jobs=n_processes, batch_size=1, pre_dispatch=n_processes)
    ended = run(joblib.delayed(_carry_out)(images, labels, plan, task, sender) for task in tasks)
    shape = (plan.grid.n_candidates, plan.cv)
    scores, fit_seconds, score_seconds = np.empty(shape), np.empty(shape), np.empty(shape)
    for task, (accuracies, seconds, score_time) in zip(tasks, ended, strict=True):
        scores[task.numbers, task.fold] = accuracies
        fit_seconds[task.numbers, task.fold] = seconds
        score_seconds[task.numbers, task.fold] = score_time
    return tabulate(plan, scores, fit_seconds, score_seconds)


def _cut_tasks(plan: SearchPlan, labels: Labels) -> list[_Task]:
    """Cut the fits into tasks; those that take the most epochs come first, so that all end together."""
    groups = _group_candidates(plan.grid.candidates())
    folds = list(StratifiedKFold(plan.cv).split(np.zeros(len(labels)), labels))
    return [
        _Task(fold, train, test, numbers) for numbers in groups for fold, (train, test) in enumerate(folds)
    ]


def _group_candidates(candidates: Sequence[Candidate]) -> list[list[int]]:
    # Sigmoid networks learn the slowest, and so do low rates.
    slowness = [Activation.SIGMOID, Activation.TANH, Activation.RELU]
    order = sorted(
        range(len(candidates)), key=lambda i: (slowness.index(candidates[i].activation), candidates[i].lr)
    )
    groups: list[list[int]] = []
    lanes = 0
    for number in order:
        candidate = candidates[number]
        is_alike = groups and candidates[groups[-1][0]].activation == candidate.activation
        if not is_alike or lanes + candidate.hidden1 > _TASK_LANES:
            groups.append([])
            lanes = 0
        groups[-1].append(number)
        lanes += candidate.hidden1
    return groups


def _carry_out(
    images: Images, labels: Labels, plan: SearchPlan, task: _Task, sender: EventSender
) -> tuple[list[float], list[float], float]:
    """Train and score the candidates of a task; return accuracies, seconds, and seconds of a scoring."""
    ink = prepare_ink(images[task.train], labels[task.train], plan.recipe)
    test_ink = collect_ink(images[task.test], labels[task.test])
    candidates = plan.grid.candidates()
    trainings = {
        number: start_training(candidates[number], plan.recipe, ink.n_pixels, N_CLASSES)
        for number in task.numbers
    }
    accuracies: dict[int, float] = {}
    scoring_seconds = 0.0
    trainer = Trainer(list(trainings.values()), ink)
    while not trainer.is_over:
        live = {number: training for number, training in trainings.items() if not training.is_over}
        trainer.train_round()
        _send_epochs(sender, task.fold, live)
        begin = time.perf_counter()
        ended = [number for number in trainings if trainings[number].is_over and number not in accuracies]
        scores = score([trainings[number] for number in ended], test_ink).tolist()
        accuracies |= dict(zip(ended, scores, strict=True))
        _send_scores(sender, task.fold, {number: accuracies[number] for number in ended})
        scoring_seconds += time.perf_counter() - begin
    seconds = [sum(record.seconds for record in trainings[number].history) for number in task.numbers]
    return [accuracies[number] for number in task.numbers], seconds, scoring_seconds / len(trainings)


def _send_epochs(sender: EventSender, fold: int, trainings: Mapping[int, Training]) -> None:
    epochs = [
        {"candidate": number, "fold": fold, "record": asdict(training.history[-1])}
        for number, training in trainings.items()
    ]
    sender.send("epochs", epochs=epochs)


def _send_scores(sender: EventSender, fold: int, accuracies: Mapping[int, float]) -> None:
    fits = [{"candidate": number, "fold": fold, "score": score} for number, score in accuracies.items()]
    if fits:
        sender.send("fits", fits=fits)
