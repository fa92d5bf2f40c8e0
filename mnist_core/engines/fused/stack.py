"""How networks in training are put side by side."""

from collections.abc import Iterable, Sequence

import numpy as np

from mnist_core.engines.fused.matrices import SQUARE, make_rows
from mnist_core.engines.fused.state import Layer, StackState
from mnist_core.engines.fused.training import Training
from mnist_core.engines.fused.vectors import round_up
from mnist_core.network.candidate import MOST_LAYERS, Activation
from mnist_core.network.recipe import Optimizer, Recipe

STACK_LANES = 96
"""A tile's width; their weights with Adam's means fit a core's second-level cache."""

_CODES = {
    Activation.SIGMOID: 0,
    Activation.RELU: 1,
    Activation.TANH: 2,
    Activation.LINEAR: 3,
    Activation.SQUARE: SQUARE,
}


def choose_stacks(trainings: Iterable[Training]) -> list[list[Training]]:
    """Put networks of one kind together until their first layers fill the registers."""
    stacks: list[list[Training]] = []
    for training in sorted(trainings, key=lambda one: -one.candidate.hidden1):
        fitting = (stack for stack in stacks if _fits(training, stack))
        stack = next(fitting, None)
        if stack is None:
            stacks.append([training])
        else:
            stack.append(training)
    return stacks


def pack_stack(trainings: Sequence[Training], n_classes: int) -> StackState:
    """Lay the state of networks side by side for the compiled passes."""
    candidates = [training.candidate for training in trainings]
    widths = np.array([candidate.hidden1 for candidate in candidates], np.int64)
    lanes = round_up(int(widths.sum()))
    n_pixels = trainings[0].first.shape[1]
    first, bias = _make_room(3, n_pixels, lanes), _make_room(3, lanes)
    units = np.cumsum(widths) - widths
    decays, momenta, looks = np.array([_list_factors(training.recipe) for training in trainings]).T
    lane_decays, lane_momenta, lane_looks = (_make_room(lanes) for _ in range(3))
    for number, (training, unit, width) in enumerate(zip(trainings, units, widths, strict=True)):
        its_lanes = slice(unit, unit + width)
        first[:, :, its_lanes] = training.first
        bias[:, its_lanes] = training.bias
        lane_decays[its_lanes] = decays[number]
        lane_momenta[its_lanes] = momenta[number]
        lane_looks[its_lanes] = looks[number]
    sizes = np.array([training.upper.shape[1] for training in trainings], np.int64)
    upper = _make_room(3, int(sizes.sum()))
    np.concatenate([training.upper for training in trainings], axis=1, out=upper)
    return StackState(
        code=_CODES[candidates[0].activation],
        is_adam=trainings[0].recipe.optimizer == Optimizer.ADAM,
        lanes=lanes,
        n_classes=n_classes,
        first=Layer(*first.reshape(3, -1)),
        bias=Layer(*bias),
        upper=Layer(*upper),
        units=units,
        depths=np.array([len(candidate.hidden) for candidate in candidates], np.int64),
        begins=np.cumsum(sizes) - sizes,
        ends=np.cumsum(sizes),
        widths=np.array([_fill_up(candidate.hidden) for candidate in candidates], np.int64),
        rates=np.array([candidate.lr for candidate in candidates]),
        decays=decays,
        momenta=momenta,
        looks=looks,
        cuts=np.array([training.recipe.own_units for training in trainings]),
        lane_decays=lane_decays,
        lane_momenta=lane_momenta,
        lane_looks=lane_looks,
    )


def _list_factors(recipe: Recipe) -> tuple[float, float, float]:
    """List weight decay, momentum, and whether a step looks ahead."""
    return recipe.weight_decay, recipe.momentum, float(recipe.optimizer == Optimizer.NESTEROV)


def _fill_up(hidden: tuple[int, ...]) -> tuple[int, ...]:
    return (*hidden, *[0] * (MOST_LAYERS - len(hidden)))


def _make_room(*shape: int) -> np.ndarray:
    room: np.ndarray = make_rows(int(np.prod(shape))).reshape(shape)
    return room


def unpack_stack(stack: StackState, trainings: Sequence[Training]) -> None:
    """Take the state of networks back from a stack."""
    for number, training in enumerate(trainings):
        unit, width, begin = stack.units[number], stack.widths[number, 0], stack.begins[number]
        for kind in range(3):
            first = stack.first[kind].reshape(-1, stack.lanes)
            training.first[kind] = first[:, unit : unit + width]
            training.bias[kind] = stack.bias[kind][unit : unit + width]
            training.upper[kind] = stack.upper[kind][begin : begin + training.upper.shape[1]]


def _fits(training: Training, stack: Sequence[Training]) -> bool:
    lanes = sum(one.candidate.hidden1 for one in stack) + training.candidate.hidden1
    is_alike = _tell_kind(stack[0]) == _tell_kind(training)
    return is_alike and stack[0].steps == training.steps and lanes <= STACK_LANES


def _tell_kind(training: Training) -> tuple[Activation, bool]:
    """Return what the networks of a stack share."""
    return training.candidate.activation, training.recipe.optimizer == Optimizer.ADAM
