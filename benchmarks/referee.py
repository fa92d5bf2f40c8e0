"""Claim: of 20 mistakes in backpropagation at least 18 are named; of 200 right answers none is called wrong.

`python -m benchmarks.referee`: seeded networks of one to three layers and batches of the built-in sample; the
answers are computed here by another way than the referee's, image by image, at several precisions.
"""

import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np
import torch

from benchmarks import describe_machine
from mnist_core.data.dataset import Dataset
from mnist_core.data.layouts import read_or_sample
from mnist_core.insight.referee.backprop import compute_gradients
from mnist_core.insight.referee.batch import Batch, choose_batch, take_layers
from mnist_core.insight.referee.handed_in import find_answers
from mnist_core.insight.referee.judging import judge
from mnist_core.insight.referee.verdict import Verdict
from mnist_core.network.architecture import MLP
from mnist_core.network.candidate import Activation, Candidate

N_RIGHT = 200
LEAST_NAMED = 18

_WIDTHS = ((24, 12), (16,), (20, 20), (24, 16, 12))

Answers = dict[str, np.ndarray]
"""What a student saves, by name."""


@dataclass(frozen=True)
class Slip:
    """What a student does otherwise than the batch asks for.

    Attributes
    ----------
    slope : str
        The derivative behind the hidden layers: `right`, `missing` or `of outputs`.
    full : float
        What pixels are divided by.
    answer : str
        What comes back from the loss: `right`, `twice` or `sigmoid`.
    """

    slope: str = "right"
    full: float = 255.0
    answer: str = "right"


_NO_SLIP = Slip()


def make_batch(
    dataset: Dataset, seed: int, activation: Activation, hidden: tuple[int, ...], n: int = 60
) -> Batch:
    """Make a batch of a seeded network that was not trained, with biases that are not zero."""
    torch.manual_seed(seed)
    network = MLP.of(Candidate.make(0.001, hidden, activation), dataset.side**2, dataset.n_classes)
    return choose_batch(take_layers(network), network.activation, dataset, dataset.class_names, n, seed)


def answer(batch: Batch, slip: Slip = _NO_SLIP) -> Answers:
    """Compute loss and gradients as a student may, an image at a time."""
    total: dict[str, np.ndarray] = {"loss": np.zeros(1)}
    for pixels, label in zip(batch.pixels, batch.labels, strict=True):
        for name, value in _answer_one(batch, pixels / slip.full, int(label), slip).items():
            total[name] = total.get(name, 0) + value / batch.n
    return total


def _answer_one(batch: Batch, image: np.ndarray, label: int, slip: Slip) -> Answers:
    outs, sums = [image], []
    for matrix, bias in zip(batch.matrices, batch.biases, strict=True):
        sums.append(matrix @ outs[-1] + bias)
        outs.append(_bend(batch.activation, sums[-1]))
    shares = np.exp(sums[-1] - sums[-1].max())
    shares /= shares.sum()
    back = shares.copy()
    back[label] -= 1
    if slip.answer == "twice":
        back = (np.diag(shares) - np.outer(shares, shares)) @ back
    if slip.answer == "sigmoid":
        back = 1 / (1 + np.exp(-sums[-1])) - np.eye(len(shares))[label]
    found: Answers = {"loss": -np.log(shares[[label]])}
    for place in reversed(range(len(batch.matrices))):
        found[f"dW{place + 1}"], found[f"db{place + 1}"] = np.outer(back, outs[place]), back[:, None]
        back = batch.matrices[place].T @ back
        if place and slip.slope != "missing":
            back = back * _slope(
                batch.activation, outs[place] if slip.slope == "of outputs" else sums[place - 1]
            )
    return found


def _bend(activation: Activation, sums: np.ndarray) -> np.ndarray:
    bent: dict[Activation, np.ndarray] = {
        Activation.SIGMOID: 1 / (1 + np.exp(-sums)),
        Activation.RELU: np.where(sums > 0, sums, 0),
        Activation.TANH: np.tanh(sums),
        Activation.SQUARE: sums**2,
    }
    return bent.get(activation, sums)


def _slope(activation: Activation, at: np.ndarray) -> np.ndarray:
    """Take the derivative of an activation at a sum."""
    out = _bend(activation, at)
    slopes: dict[Activation, np.ndarray] = {
        Activation.SIGMOID: out * (1 - out),
        Activation.RELU: (at > 0).astype(float),
        Activation.TANH: 1 / np.cosh(at) ** 2,
        Activation.SQUARE: 2 * at,
    }
    return slopes.get(activation, np.ones_like(at))


def _times(factor: float) -> Callable[[Batch, Answers], Answers]:
    return lambda _, right: {name: value * (1 if name == "loss" else factor) for name, value in right.items()}


def _only(
    names: str, change: Callable[[Batch, str, np.ndarray], np.ndarray]
) -> Callable[[Batch, Answers], Answers]:
    return lambda batch, right: {
        name: change(batch, name, value) if name.startswith(names) else value for name, value in right.items()
    }


def _regularise(batch: Batch, name: str, value: np.ndarray) -> np.ndarray:
    return value + batch.biases[int(name[2:]) - 1][:, None] / batch.n


def _slipped(slip: Slip) -> Callable[[Batch, Answers], Answers]:
    return lambda batch, _: answer(batch, slip)


_TANH, _SIGMOID, _RELU = Activation.TANH, Activation.SIGMOID, Activation.RELU
_SUM, _BENT = "not divided by the number of images", "is of the wrong value"
_TWO, _ONE, _SQUARE, _THREE = (24, 12), (16,), (20, 20), (24, 16, 12)

Change = Callable[[Batch, Answers], Answers]
"""Makes of a right answer a wrong one."""


def _sum_up(batch: Batch, right: Answers) -> Answers:
    return _times(batch.n)(batch, right)


def _forget(_: Batch, right: Answers) -> Answers:
    return {name: value for name, value in right.items() if not name.startswith("db")}


_TURNED, _TURNED_SECOND = (_only(name, lambda _, __, value: value.T) for name in ("dW", "dW2"))
_SUMMED_BIAS = _only("db", lambda batch, _, value: value * batch.n)
_WIDE_BIAS = _only("db1", lambda batch, _, value: np.resize(value, (batch.n, 1)))
_NO_BIAS = _only("db", lambda _, __, value: value * 0)
_SIGN, _TWICE, _UNSCALED = _times(-1.0), _slipped(Slip(answer="twice")), _slipped(Slip(full=1.0))
_MISSING, _OF_OUTPUTS = _slipped(Slip("missing")), _slipped(Slip("of outputs"))

MISTAKES: tuple[tuple[str, Activation, tuple[int, ...], str, str, Change], ...] = (
    ("the sum over the images", _TANH, _TWO, "hidden1", _SUM, _sum_up),
    ("the sum, of one hidden layer", _RELU, _ONE, "output", _SUM, _sum_up),
    ("only the biases summed", _SIGMOID, _TWO, "hidden2", _SUM, _SUMMED_BIAS),
    ("transposed", _TANH, _TWO, "hidden1", "transposed", _TURNED),
    ("transposed, square", _RELU, _SQUARE, "hidden2", "transposed", _TURNED_SECOND),
    ("no derivative of tanh", _TANH, _TWO, "hidden1", "Tanh is missing", _MISSING),
    ("no derivative of sigmoid", _SIGMOID, _ONE, "hidden1", "Sigmoid is missing", _MISSING),
    ("no derivative of ReLU", _RELU, _THREE, "hidden1", "ReLU is missing", _MISSING),
    ("derivative of the output of tanh", _TANH, _TWO, "hidden2", _BENT, _OF_OUTPUTS),
    ("derivative of the output of sigmoid", _SIGMOID, _TWO, "hidden1", _BENT, _OF_OUTPUTS),
    ("biases forgotten", _TANH, _TWO, "hidden2", "bias is forgotten", _forget),
    ("bias 0", _RELU, _ONE, "hidden1", "bias is forgotten", _NO_BIAS),
    ("bias over the wrong axis", _TANH, _TWO, "hidden1", "summed over the units", _WIDE_BIAS),
    ("softmax twice", _TANH, _TWO, "output", "counted twice", _TWICE),
    ("softmax twice, ReLU", _RELU, _SQUARE, "hidden1", "counted twice", _TWICE),
    ("biases regularised", _SIGMOID, _TWO, "hidden1", "biases are regularised", _only("db", _regularise)),
    ("the wrong sign", _TANH, _THREE, "hidden2", "wrong sign", _SIGN),
    ("the wrong sign, ReLU", _RELU, _TWO, "output", "wrong sign", _SIGN),
    ("inputs not scaled", _TANH, _TWO, "hidden1", "inputs are not scaled", _UNSCALED),
    ("inputs not scaled, ReLU", _RELU, _ONE, "hidden1", "inputs are not scaled", _UNSCALED),
)
"""What is done wrong; the network; the layer that is looked at, and what has to be said of it; how."""


def referee(batch: Batch, handed: Answers) -> Verdict:
    """Have the referee judge what was handed in."""
    return judge(find_answers(handed, batch, compute_gradients(batch)), batch)


def name_mistakes(dataset: Dataset, seeds: Iterable[int]) -> list[tuple[str, str, bool]]:
    """Have mistakes named by their numbers; list each, what was said of it, and whether that is it."""
    found = []
    for seed in seeds:
        title, activation, hidden, layer, said, change = MISTAKES[seed]
        batch = make_batch(dataset, seed, activation, hidden)
        verdict = referee(batch, change(batch, answer(batch)))
        words = next(str(one.mistake) for one in verdict.layers if one.name == layer)
        found.append((title, words, said in words))
    return found


def judge_right(dataset: Dataset, seed: int) -> Verdict:
    """Have a right answer judged: of another network, precision and shape each."""
    rng = np.random.default_rng(seed)
    activation = list(Activation)[seed % len(Activation)]
    batch = make_batch(
        dataset, 1_000 + seed, activation, _WIDTHS[seed % len(_WIDTHS)], int(rng.integers(5, 60))
    )
    handed = answer(batch)
    how = seed // len(Activation) % 4
    if how == 1:
        handed = {name: value.astype(np.float32) for name, value in handed.items()}
    if how == 2:  # six digits each, as text has them
        handed = {
            name: np.vectorize(lambda one: float(f"{one:.5e}"))(value) for name, value in handed.items()
        }
    if how == 3:  # differences of the loss, as gradients are checked
        handed = {name: value * (1 + rng.normal(0, 1e-6, value.shape)) for name, value in handed.items()}
    return referee(batch, handed)


def main() -> int:
    """Judge all; return 1 where the claim breaks."""
    dataset = read_or_sample()
    named = name_mistakes(dataset, range(len(MISTAKES)))
    for title, words, is_named in named:
        print(f"{'named ' if is_named else 'MISSED'}  {title}: {words}")
    wrong = [seed for seed in range(N_RIGHT) if not judge_right(dataset, seed).agrees]
    n_named = sum(is_named for _, _, is_named in named)
    print(f"{n_named} of {len(named)} mistakes named")
    print(f"{len(wrong)} of {N_RIGHT} right answers called wrong {wrong[:9]}")
    print(f"  {describe_machine()}, numpy {np.__version__}")
    if n_named < LEAST_NAMED or wrong:
        print("  The claim breaks.", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
