"""Networks in training: their state between epochs, and how they are put side by side."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np
import torch
from jaxtyping import Float32

from mnist_core.fused.state import Layer, Stack
from mnist_core.fused.vectors import LANES
from mnist_core.grid import Activation, Candidate, Recipe
from mnist_core.history import EpochRecord
from mnist_core.network import MLP

_STACK_LANES = 128  # as many sums as registers hold; their weights and Adam's means fill a core's cache
_THRESHOLD = 1e-4  # skorch's: a loss counts as better when it is lower by this share
_CODES = {Activation.SIGMOID: 0, Activation.RELU: 1, Activation.TANH: 2}

State = Float32[np.ndarray, "3 ..."]
"""Parameters, and Adam's moving means of the gradient and of its square."""


@dataclass(eq=False)
class Training:
    """One network in training.

    Attributes
    ----------
    candidate : Candidate
        Layer widths, activation, learning rate.
    recipe : Recipe
        Names patience and seed.
    first : ndarray of shape (3, n_pixels, hidden1), float32
        Hidden 1's weights with Adam's means.
    bias : ndarray of shape (3, hidden1), float32
        Its biases likewise.
    upper : ndarray of shape (3, k), float32
        Hidden 2 and output, laid out as `state.Stack.upper` says.
    history : list of EpochRecord
        Every epoch.
    steps : int
        Adam's.
    """

    candidate: Candidate
    recipe: Recipe
    first: State
    bias: State
    upper: State
    history: list[EpochRecord] = field(default_factory=list)
    steps: int = 0
    _bar: float = float("inf")
    _n_misses: int = 0

    @property
    def is_over(self) -> bool:
        """Whether it has stopped early, or has had all its epochs."""
        return self._n_misses >= self.recipe.patience or len(self.history) >= self.recipe.max_epochs

    def add_epoch(self, record: EpochRecord) -> None:
        """Record an epoch and judge it as skorch's early stopping does."""
        self.history.append(record)
        if record.valid_loss < self._bar:
            self._n_misses, self._bar = 0, record.valid_loss - _THRESHOLD * record.valid_loss
        else:
            self._n_misses += 1


def start_training(candidate: Candidate, recipe: Recipe, n_pixels: int, n_classes: int) -> Training:
    """Draw a network's initial weights from the recipe's seed, exactly as skorch draws them."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(recipe.seed)
        network = MLP(candidate.hidden1, candidate.hidden2, candidate.activation, n_pixels, n_classes)
    weights = {name: tensor.numpy() for name, tensor in network.state_dict().items()}
    parts = []
    for layer in ("hidden2", "output"):
        parts += [_widen(weights[f"{layer}.weight"].T), _widen(weights[f"{layer}.bias"][None])]
    upper = np.concatenate([part.ravel() for part in parts])
    return Training(
        candidate,
        recipe,
        first=_with_means(np.ascontiguousarray(weights["hidden1.weight"].T)),
        bias=_with_means(weights["hidden1.bias"]),
        upper=_with_means(upper),
    )


def make_network(training: Training, n_classes: int) -> MLP:
    """Make the torch network that a training has come to, in evaluation mode."""
    candidate = training.candidate
    h1, h2 = candidate.hidden1, candidate.hidden2
    wide2, wide3 = round_up(h2), round_up(n_classes)
    cuts = np.cumsum([h1 * wide2, wide2, h2 * wide3])
    weights2, bias2, weights3, bias3 = np.split(training.upper[0], cuts)
    arrays = {
        "hidden1.weight": training.first[0].T,
        "hidden1.bias": training.bias[0],
        "hidden2.weight": weights2.reshape(h1, wide2)[:, :h2].T,
        "hidden2.bias": bias2[:h2],
        "output.weight": weights3.reshape(h2, wide3)[:, :n_classes].T,
        "output.bias": bias3[:n_classes],
    }
    network = MLP(h1, h2, candidate.activation, training.first.shape[1], n_classes)
    network.load_state_dict({name: torch.tensor(array) for name, array in arrays.items()})
    return network.eval()


def choose_stacks(trainings: Iterable[Training]) -> list[list[Training]]:
    """Put networks of one activation together until their first layers fill the registers."""
    stacks: list[list[Training]] = []
    for training in sorted(trainings, key=lambda one: -one.candidate.hidden1):
        fitting = (stack for stack in stacks if _fits(training, stack))
        stack = next(fitting, None)
        if stack is None:
            stacks.append([training])
        else:
            stack.append(training)
    return stacks


def pack_stack(trainings: Sequence[Training], n_classes: int) -> Stack:
    """Lay the state of networks side by side for the compiled passes."""
    candidates = [training.candidate for training in trainings]
    widths = np.array([candidate.hidden1 for candidate in candidates], np.int64)
    lanes = round_up(int(widths.sum()))
    n_pixels = trainings[0].first.shape[1]
    first, bias = np.zeros((3, n_pixels, lanes), np.float32), np.zeros((3, lanes), np.float32)
    units = np.cumsum(widths) - widths
    for training, unit, width in zip(trainings, units, widths, strict=True):
        first[:, :, unit : unit + width] = training.first
        bias[:, unit : unit + width] = training.bias
    sizes = np.array([training.upper.shape[1] for training in trainings], np.int64)
    upper = np.concatenate([training.upper for training in trainings], axis=1)
    return Stack(
        code=_CODES[candidates[0].activation],
        lanes=lanes,
        n_classes=n_classes,
        first=Layer(*first.reshape(3, -1)),
        bias=Layer(*bias),
        upper=Layer(*upper),
        units=units,
        hidden1=widths,
        hidden2=np.array([candidate.hidden2 for candidate in candidates], np.int64),
        begins=np.cumsum(sizes) - sizes,
        rates=np.array([candidate.lr for candidate in candidates]),
    )


def unpack_stack(stack: Stack, trainings: Sequence[Training]) -> None:
    """Take the state of networks back from a stack."""
    for number, training in enumerate(trainings):
        unit, width, begin = stack.units[number], stack.hidden1[number], stack.begins[number]
        for kind in range(3):
            first = stack.first[kind].reshape(-1, stack.lanes)
            training.first[kind] = first[:, unit : unit + width]
            training.bias[kind] = stack.bias[kind][unit : unit + width]
            training.upper[kind] = stack.upper[kind][begin : begin + training.upper.shape[1]]


def round_up(n: int) -> int:
    """Round a width up to whole vectors."""
    return -(-n // LANES) * LANES


def _fits(training: Training, stack: Sequence[Training]) -> bool:
    lanes = sum(one.candidate.hidden1 for one in stack) + training.candidate.hidden1
    is_alike = stack[0].candidate.activation == training.candidate.activation
    return is_alike and stack[0].steps == training.steps and lanes <= _STACK_LANES


def _widen(rows: np.ndarray) -> np.ndarray:
    """Fill rows with zeros to whole vectors."""
    return np.pad(rows, ((0, 0), (0, round_up(rows.shape[1]) - rows.shape[1])))


def _with_means(weights: np.ndarray) -> State:
    return np.stack([weights, np.zeros_like(weights), np.zeros_like(weights)])
