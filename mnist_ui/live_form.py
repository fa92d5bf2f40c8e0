"""The form in which a live training is begun."""

from typing import TYPE_CHECKING, Any

import streamlit as st

from mnist_core.dataset import Dataset
from mnist_core.grid import PAPER_WINNER, Activation, Candidate, Recipe
from mnist_core.live.plan import MOST_EPOCHS, LivePlan, Wishes

if TYPE_CHECKING:
    from streamlit.delta_generator import DeltaGenerator

PACES = {
    1.0: "1 epoch a second",
    2.0: "2 a second",
    4.0: "4 a second",
    10.0: "10 a second",
    0.0: "as fast as it goes",
}
"""Epochs a second at most, in words."""

_USUAL = Recipe()
_USUAL_UNTIL = 20
_USUAL_PACE = 4.0
_HELP_PACE = "A small data set trains faster than one can watch. It can be changed at any time."
_HELP_LIMIT = "The first so many of the shuffled images, training and held-out ones together; all is usual."
_HELP_NOISE = "Standard deviation of what is added to each pixel in an epoch, in units of full ink."
_HELP_DROPOUT = "Chance of each pixel of a training image to be dropped in an epoch."
_HELP_SEED = "Of the shuffle of the images, and of the weights before it learns."
_HELP_UNTIL = "It rests there, and can go on at any time."
_HELP_CHANGED = "It can be changed while the network trains."


def ask_for_training(dataset: Dataset) -> tuple[LivePlan, Wishes]:
    """Ask for a network, how it is trained, and until which epoch.

    Raises
    ------
    GridError
        If a value cannot be used.
    """
    network, training, run = st.columns([1, 1, 1.6, 1]), st.columns(4), st.columns(4)
    params = {
        "hidden1": _ask_for_count(network[0], "Units of hidden 1", PAPER_WINNER.hidden1, 1, 4096),
        "hidden2": _ask_for_count(network[1], "Units of hidden 2", PAPER_WINNER.hidden2, 1, 4096),
        "activation": _ask_for_activation(network[2]),
        "lr": _ask_for_amount(training[0], "Learning rate", PAPER_WINNER.lr, 0.001, _HELP_CHANGED),
    }
    recipe = Recipe(
        seed=_ask_for_count(network[3], "Seed", _USUAL.seed, 0, 2**32 - 1, _HELP_SEED),
        weight_decay=_ask_for_amount(training[1], "Weight decay", 0.0, 0.0001, _HELP_CHANGED),
        input_noise=_ask_for_amount(training[2], "Input noise", 0.0, 0.05, _HELP_NOISE),
        input_dropout=_ask_for_amount(training[3], "Input dropout", 0.0, 0.05, _HELP_DROPOUT),
        batch_size=_ask_for_count(run[1], "Batch size", _USUAL.batch_size, 1, 32_768),
        n_classes=dataset.n_classes,
    )
    n, name = dataset.n_samples, f"images-{dataset.fingerprint}"
    limit = _ask_for_count(run[0], "Images", n, 1, n, _HELP_LIMIT, name)
    until = _ask_for_count(run[2], "Rest at epoch", _USUAL_UNTIL, 1, MOST_EPOCHS, _HELP_UNTIL)
    with run[3]:
        pace = ask_for_pace("live-new-pace", _USUAL_PACE, persist_state="session")
    plan = LivePlan(Candidate.from_params(params), recipe, None if limit == n else limit)
    return plan, Wishes(until, plan.rates, pace)


def ask_for_pace(key: str, usual: float, **options: Any) -> float:
    """Ask how many epochs a second are trained at most."""
    chosen = st.selectbox(
        "Pace",
        list(PACES),
        list(PACES).index(usual if usual in PACES else 0.0),
        format_func=PACES.__getitem__,
        key=key,
        help=_HELP_PACE,
        **options,
    )
    return usual if chosen is None else float(chosen)


def _ask_for_activation(slot: "DeltaGenerator") -> Activation:
    chosen = slot.segmented_control(
        "Activation",
        list(Activation),
        default=PAPER_WINNER.activation,
        required=True,
        format_func=lambda one: one.label,
        key="live-new-activation",
        persist_state="session",
    )
    return chosen or PAPER_WINNER.activation


def _ask_for_count(
    slot: "DeltaGenerator",
    label: str,
    usual: int,
    least: int,
    most: int,
    words: str | None = None,
    name: str | None = None,
) -> int:
    key = f"live-new-{name or label}"
    return int(slot.number_input(label, least, most, usual, 1, key=key, help=words, persist_state="session"))


def _ask_for_amount(
    slot: "DeltaGenerator", label: str, usual: float, step: float, words: str | None = None
) -> float:
    key = f"live-new-{label}"
    value = slot.number_input(
        label, 0.0, None, usual, step, "%g", key=key, help=words, persist_state="session"
    )
    return float(value)
