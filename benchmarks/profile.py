"""Claim: a step of the paper's 81 networks takes less than hidden 1's products alone as dense ones.

`python -m benchmarks.profile` shows where a step's time goes: on images as they are and on the same
without zeros, beside torch's dense products. All of it is the processor time of one thread. Without
`MNIST.mat` the built-in sample is taken.
"""

import itertools
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple, no_type_check

import numpy as np
import torch

from benchmarks import describe_machine
from mnist_core.data.dataset import split_inner
from mnist_core.data.layouts import read_dataset
from mnist_core.data.sample import SAMPLE_PATH
from mnist_core.engines.fused import TrainingInk, prepare_ink
from mnist_core.engines.fused.compiled import compiled
from mnist_core.engines.fused.conversion import start_training
from mnist_core.engines.fused.kernels import flush_denormals, restore_float_mode
from mnist_core.engines.fused.matrices import make_rows, pad_rows
from mnist_core.engines.fused.passes import (
    backward_upper,
    find_largest,
    find_widest,
    forward_first,
    forward_upper,
    judge,
    measure,
    train_epoch,
)
from mnist_core.engines.fused.stack import choose_stacks, pack_stack
from mnist_core.engines.fused.state import StackState
from mnist_core.engines.fused.steps import step_bias, step_first, step_upper
from mnist_core.engines.fused.vectors import round_up
from mnist_core.ground.arrays import Images, Labels
from mnist_core.network.grid import PAPER_GRID
from mnist_core.network.recipe import Recipe

_ROOT = Path(__file__).resolve().parent.parent
_N_IMAGES = 3200  # 20 batches to train on, 5 to validate on
_N_TRAIN, _N_VALID = 32_000, 8_000  # of a fold of the paper's search
_ROUNDS = 5
_TIMES = 8  # a part is repeated within compiled code, so that the call is not measured
_PARTS = (
    "hidden 1 forward",
    "hidden 2 and output forward",
    "softmax and loss",
    "output and hidden 2 backward",
    "hidden 2 and output, Adam",
    "hidden 1's activation backward, biases",
    "hidden 1 gradient, Adam",
)


class _Room(NamedTuple):
    """What a step writes to."""

    stride: int
    outputs1: Any
    slopes1: Any
    outputs: Any
    slopes: Any
    room: int
    logits: Any
    gradients: Any
    turned: Any
    rates: Any
    zeros: Any


def main() -> int:
    """Measure, print a table, return 1 where the claim breaks."""
    torch.set_num_threads(1)
    source = Path(os.environ.get("MNIST_LAB_TEST_DATA", _ROOT.parent / "shared" / "data")) / "MNIST.mat"
    dataset = read_dataset(source if source.exists() else SAMPLE_PATH)
    images, labels = dataset.images[:_N_IMAGES], dataset.labels[:_N_IMAGES]
    dense = (images - images.mean()) / images.std()
    as_they_are, without_zeros = _profile(images, labels), _profile(dense, labels)
    print("| milliseconds of one core, 81 networks, a batch of 128 | images as they are | without zeros |")
    print("| --- | --- | --- |")
    for name in as_they_are:
        print(f"| {name} | {as_they_are[name]:.2f} | {without_zeros[name]:.2f} |")
    forward, gradient = _measure_floor()
    print(f"| torch: hidden 1 forward, dense product | {forward:.2f} | {forward:.2f} |")
    print(f"| torch: hidden 1 gradient, dense product | {gradient:.2f} | {gradient:.2f} |")
    print(f"\n{describe_machine()}, torch {torch.__version__}, {dataset.images.shape[0]:,} images at hand")
    if as_they_are["a whole step"] >= forward + gradient:
        print("The claim breaks: a step takes longer than hidden 1's dense products.", file=sys.stderr)
        return 1
    return 0


def _profile(images: Images, labels: Labels) -> dict[str, float]:
    recipe = Recipe()
    train, valid = split_inner(labels, recipe.inner_folds)
    ink = prepare_ink(images, labels, train, valid, recipe)
    stacks = _start_stacks(recipe, ink)
    table = dict.fromkeys((*_PARTS, "a whole step", "a batch to validate on"), 0.0)
    for stack in stacks:
        room = _make_room(stack, recipe.batch_size)
        for part, name in enumerate(_PARTS):
            table[name] += _time(_bind(part, stack, ink, room, recipe.batch_size)) / _TIMES
        table["a whole step"] += _time_step(stack, ink, recipe.batch_size)
        table["a batch to validate on"] += _time_check(stack, ink, recipe.batch_size)
    steps, checks = _N_TRAIN / recipe.batch_size, _N_VALID / recipe.batch_size
    epoch = steps * table["a whole step"] + checks * table["a batch to validate on"]
    table[f"an epoch of one network ({_N_TRAIN:,} + {_N_VALID:,} images)"] = epoch / PAPER_GRID.n_candidates
    decaying = _start_stacks(Recipe(weight_decay=1e-4), ink)
    table["a whole step, weights decay"] = sum(_time_step(one, ink, recipe.batch_size) for one in decaying)
    for name, other in (("dropout", Recipe(input_dropout=0.2)), ("noise", Recipe(input_noise=0.1))):
        drawn = f"{name} for all networks, drawn once an epoch ({_N_TRAIN:,} images)"
        table[drawn] = _time_draw(prepare_ink(images, labels, train, valid, other))
    return table


def _start_stacks(recipe: Recipe, ink: TrainingInk) -> list[StackState]:
    trainings = [
        start_training(candidate, recipe, ink.n_pixels, recipe.n_classes)
        for candidate in PAPER_GRID.candidates()
    ]
    return [pack_stack(group, recipe.n_classes) for group in choose_stacks(trainings)]


def _time_draw(ink: TrainingInk) -> float:
    epochs = itertools.count(1)
    return _time(lambda: ink.draw(next(epochs))) * _N_TRAIN / ink.n_train


def _make_room(stack: StackState, batch: int) -> _Room:
    stride, height = stack.lanes + 16, pad_rows(batch)
    widest, wide = find_widest(stack), round_up(stack.n_classes)
    rng = np.random.default_rng(0)
    room = _Room(
        stride=stride,
        outputs1=make_rows(height * stride),
        slopes1=make_rows(batch * stride),
        outputs=make_rows(2 * batch * widest),
        slopes=make_rows(2 * batch * widest),
        room=batch * widest,
        logits=make_rows(batch * wide),
        gradients=make_rows(len(stack.upper.weights)),
        turned=make_rows(find_largest(stack)),
        rates=make_rows(stack.lanes),
        zeros=make_rows(max(stack.lanes, widest, wide)),
    )
    for outputs in (room.outputs1, room.outputs, room.logits):
        outputs[:] = rng.uniform(0.1, 0.9, len(outputs))
    for slopes in (room.slopes1, room.slopes):
        slopes[:] = rng.normal(scale=1e-3, size=len(slopes))
    return room


def _bind(part: int, stack: StackState, ink: TrainingInk, room: _Room, batch: int) -> Callable[[], None]:
    return lambda: _run_part(part, stack, *ink.draw(1), room, batch)


@compiled
@no_type_check
def _run_part(part, stack, ink, turned, room, batch):  # noqa: C901 - a function of its own for each would be compiled for itself
    one = np.float32(1)
    mode = flush_denormals()
    for _ in range(_TIMES):
        if part == 0:
            forward_first(stack, ink, 0, batch, room.outputs1, room.outputs1, room.stride)
        elif part == 5:
            step_bias(
                stack,
                batch,
                room.outputs1,
                room.slopes1,
                room.stride,
                room.gradients,
                room.rates,
                one,
                room.zeros,
            )
        elif part == 6:
            step_first(stack, turned, 0, room.slopes1, room.stride, room.rates, one)
        for g in range(len(stack.units)):
            if part == 1:
                forward_upper(
                    stack,
                    g,
                    batch,
                    room.outputs1,
                    0,
                    room.stride,
                    room.outputs,
                    room.outputs,
                    room.room,
                    room.logits,
                )
            elif part == 2:
                judge(room.logits, round_up(stack.n_classes), stack.n_classes, ink.labels, 0, batch)
            elif part == 3:
                backward_upper(
                    stack,
                    g,
                    batch,
                    room.outputs1,
                    room.slopes1,
                    room.stride,
                    room.outputs,
                    room.outputs,
                    room.slopes,
                    room.room,
                    room.logits,
                    room.gradients,
                    room.turned,
                    room.zeros,
                )
            elif part == 4:
                step_upper(stack, g, room.gradients, np.float32(0), one)
    restore_float_mode(mode)


def _time_step(stack: StackState, ink: TrainingInk, batch: int) -> float:
    losses = np.zeros(len(stack.units))
    n_steps = -(-ink.n_train // batch)
    return _time(lambda: train_epoch(stack, *ink.draw(1), ink.n_train, batch, 0, losses)) / n_steps


def _time_check(stack: StackState, ink: TrainingInk, batch: int) -> float:
    losses, n_right = np.zeros(len(stack.units)), np.zeros(len(stack.units), np.int64)
    return _time(lambda: measure(stack, ink.valid, ink.n_valid, batch, losses, n_right)) / (
        ink.n_valid / batch
    )


def _measure_floor() -> tuple[float, float]:
    """Measure torch's products for hidden 1 of all networks: forward, and the weights' gradient."""
    units, batch = sum(candidate.hidden1 for candidate in PAPER_GRID.candidates()), Recipe().batch_size
    weights, images, slopes = torch.rand(units, 784), torch.rand(batch, 784), torch.rand(units, batch)
    return _time(lambda: torch.mm(weights, images.T)), _time(lambda: torch.mm(slopes, images))


def _time(work: Callable[[], object]) -> float:
    """Measure the least milliseconds of this thread's processor time, after one round to warm up."""
    work()
    seconds = []
    for _ in range(_ROUNDS):
        begin = time.thread_time()
        work()
        seconds.append(time.thread_time() - begin)
    return min(seconds) * 1e3


if __name__ == "__main__":
    sys.exit(main())
