"""The form in which a live training is begun."""

from typing import TYPE_CHECKING, Any

import streamlit as st

from mnist_core.data.dataset import Dataset
from mnist_core.ground.errors import GridError
from mnist_core.network.candidate import MOST_RATE, MOST_UNITS, Activation, Candidate
from mnist_core.network.grid import PAPER_WINNER
from mnist_core.network.recipe import MOST_BATCH, MOST_DECAY, MOST_EPOCHS, MOST_NOISE, Optimizer, Recipe
from mnist_core.training.live.live_plan import LivePlan, Wishes
from mnist_ui.markdown import escape
from mnist_ui.names import OPTIMIZER_NAMES
from mnist_ui.segments import choose_one
from mnist_ui.typed import Limits, ask_for_amount, ask_for_count

if TYPE_CHECKING:
    from streamlit.delta_generator import DeltaGenerator

_PACES = {  # epochs a second at most, in words
    1.0: "1 epoch a second",
    2.0: "2 a second",
    4.0: "4 a second",
    10.0: "10 a second",
    0.0: "as fast as it goes",
}
_USUAL = Recipe()
_USUAL_UNTIL = 20
_USUAL_PACE = 4.0
_HELP_PACE = "A small data set trains faster than one can watch. It can be changed at any time."
_HELP_LIMIT = "The first so many of the shuffled images, training and held-out ones together; all is usual."
_HELP_NOISE = "Standard deviation of what is added to each pixel in an epoch, in units of full ink."
_HELP_DROPOUT = "Chance of each pixel of a training image to be dropped in an epoch."
_HELP_MOMENTUM = "What of its last step gradient descent keeps; Adam has none."
_HELP_LAYER = "0 for none."
_HELP_SEED = "Of the shuffle of the images, and of the weights before it learns."
_HELP_UNTIL = "It rests there, and can go on at any time."
_HELP_CHANGED = "It can be changed while the network trains."


LIMITS = {
    "hidden1": Limits("Units of hidden 1", 1, MOST_UNITS),
    "hidden2": Limits("Units of hidden 2", 0, MOST_UNITS),
    "hidden3": Limits("Units of hidden 3", 0, MOST_UNITS),
    "seed": Limits("Seed", 0, 2**32 - 1),
    "batch_size": Limits("Batch size", 1, MOST_BATCH),
    "until": Limits("Rest at epoch", 1, MOST_EPOCHS),
    "lr": Limits("Learning rate", 0, MOST_RATE, is_whole=False, excludes=0),
    "weight_decay": Limits("Weight decay", 0, MOST_DECAY, is_whole=False),
    "input_noise": Limits("Input noise", 0, MOST_NOISE, is_whole=False),
    "input_dropout": Limits("Input dropout", 0, 1, is_whole=False, excludes=1),
    "momentum": Limits("Momentum", 0, 1, is_whole=False, excludes=1),
}
"""Of the fields of a training."""

_AMOUNTS = (
    ("lr", PAPER_WINNER.lr, _HELP_CHANGED),
    ("weight_decay", 0.0, _HELP_CHANGED),
    ("input_noise", 0.0, _HELP_NOISE),
    ("input_dropout", 0.0, _HELP_DROPOUT),
    ("momentum", 0.0, _HELP_MOMENTUM),
)


def ask_for_training(dataset: Dataset) -> tuple[LivePlan, Wishes] | None:
    """Ask for a network, how it is trained, and until which epoch.

    None, with a sentence on the page, where a value cannot be used.
    """
    n = dataset.n_samples
    images = Limits("Images", 1, n)
    network, training, run = st.columns([1, 1, 1, 2]), st.columns([2.2, 1, 1, 1, 1, 1]), st.columns(5)
    layers = {
        "hidden1": _ask_for_count(network[0], "hidden1", PAPER_WINNER.hidden[0]),
        "hidden2": _ask_for_count(network[1], "hidden2", PAPER_WINNER.hidden[1], _HELP_LAYER),
        "hidden3": _ask_for_count(network[2], "hidden3", 0, _HELP_LAYER),
    }
    counts = {
        "seed": _ask_for_count(run[3], "seed", _USUAL.seed, _HELP_SEED),
        "batch_size": _ask_for_count(run[1], "batch_size", _USUAL.batch_size),
        "until": _ask_for_count(run[2], "until", _USUAL_UNTIL, _HELP_UNTIL),
    }
    key = f"live-new-images-{dataset.fingerprint}"
    limit = ask_for_count(run[0], images, n, key, help=_HELP_LIMIT)
    amounts = {
        name: _ask_for_amount(slot, name, usual, words)
        for slot, (name, usual, words) in zip(training[1:], _AMOUNTS, strict=True)
    }
    activation = _ask_for_activation(network[3])
    optimizer = _ask_for_optimizer(training[0])
    with run[4]:
        pace = ask_for_pace("live-new-pace", _USUAL_PACE, persist_state="session")
    try:
        chosen = {name: LIMITS[name].check(value) for name, value in counts.items()}
        chosen |= {name: LIMITS[name].read(text) for name, text in amounts.items()}
        kept = images.check(limit)
        hidden = _read_layers([LIMITS[name].check(value) for name, value in layers.items()])
        recipe = Recipe(
            **{name: value for name, value in chosen.items() if name not in ("lr", "until")},
            n_classes=dataset.n_classes,
            optimizer=optimizer,
        )
    except GridError as error:
        st.error(escape(str(error)), icon=":material/error:")
        return None
    plan = LivePlan(Candidate.make(chosen["lr"], hidden, activation), recipe, None if kept == n else kept)
    return plan, Wishes(chosen["until"], plan.rates, pace)


def _read_layers(widths: list[int]) -> list[int]:
    hidden = [width for width in widths if width]
    if widths[: len(hidden)] != hidden:
        raise GridError(
            "Units of hidden 2: some are needed where there is a hidden 3, but there are 0: type some, or 0 "
            "for both."
        )
    return hidden


def ask_for_pace(key: str, usual: float, **options: Any) -> float:
    """Ask how many epochs a second are trained at most."""
    chosen = st.selectbox(
        "Pace",
        list(_PACES),
        list(_PACES).index(usual if usual in _PACES else 0.0),
        format_func=_PACES.__getitem__,
        key=key,
        help=_HELP_PACE,
        **options,
    )
    return usual if chosen is None else float(chosen)


def _ask_for_activation(slot: "DeltaGenerator") -> Activation:
    look = {"format_func": lambda one: one.label, "persist_state": "session"}
    with slot:
        usual = PAPER_WINNER.activation
        return choose_one("Activation", list(Activation), "live-new-activation", usual, **look)


def _ask_for_optimizer(slot: "DeltaGenerator") -> Optimizer:
    look = {"format_func": OPTIMIZER_NAMES.__getitem__, "persist_state": "session"}
    with slot:
        return choose_one("Optimizer", list(Optimizer), "live-new-optimizer", Optimizer.ADAM, **look)


def _ask_for_count(slot: "DeltaGenerator", name: str, usual: int, words: str | None = None) -> int:
    key = f"live-new-{name}"
    return ask_for_count(slot, LIMITS[name], usual, key, help=words)


def _ask_for_amount(slot: "DeltaGenerator", name: str, usual: float, words: str) -> str:
    with slot:
        return ask_for_amount(LIMITS[name], usual, f"live-new-{name}", help=words)
