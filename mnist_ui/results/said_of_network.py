"""What can be said of a network from elsewhere, instead of having it found by fit."""

import streamlit as st

from mnist_core.data.dataset import Dataset
from mnist_core.data.orientation.turns import TURNS
from mnist_core.ground.errors import ModelError
from mnist_core.insight.imported.choices import SCALINGS, ImportChoices, is_pair, say_scaling
from mnist_core.network.candidate import Activation
from mnist_ui.markdown import escape
from mnist_ui.results import state

_FIND, _OTHER = "find by fit", "other"
_OPTIONS: dict[str, tuple[str, ...]] = {
    "activation": tuple(activation.value for activation in Activation),
    "scaling": (*SCALINGS, _OTHER),
    "orientation": tuple(orientation.value for orientation in TURNS),
    "ink": ("bright", "dark"),
}
_LABELS = {
    "activation": "Behind the hidden layers",
    "scaling": "What pixels are to it",
    "orientation": "How it sees images",
    "ink": "Ink",
}
_WORDS = {turn.value: turn.words for turn in TURNS} | SCALINGS
_WORDS |= {"bright": "bright on dark", "dark": "dark on bright", _OTHER: "other: a factor and a shift"}
_WORDS |= {activation.value: activation.label for activation in Activation}
_PAIR = "0.99,0.01"


def read_said(file_id: str) -> ImportChoices:
    """Read what was said of the network in a file.

    Raises
    ------
    ModelError
        If a factor and a shift were to be typed, and something else was.
    """
    chosen = {name: state.IMPORT_CHOICE.of(f"{name}-{file_id}").get() for name in _OPTIONS}
    if chosen["scaling"] == _OTHER:
        chosen["scaling"] = _read_pair(state.IMPORT_TYPED.of(f"scaling-{file_id}").get().strip())
    classes = state.IMPORT_TYPED.of(f"classes-{file_id}").get().strip() or _FIND
    said = chosen | {"classes": classes}
    return ImportChoices(**{name: value for name, value in said.items() if value != _FIND})


def ask_for_choices(
    file_id: str, dataset: Dataset, asked: dict[str, tuple[str, ...]], *, is_open: bool = False
) -> None:
    """Offer what can be said of a network; what fits alike openly, the rest where one looks for it."""
    for name, values in asked.items():
        _ask(file_id, name, values)
    with st.expander("Say it instead", expanded=is_open or _is_anything_said(file_id)):
        for name, values in _OPTIONS.items():
            if name not in asked:
                _ask(file_id, name, values)
        _ask_for_order(file_id, dataset)


def _is_anything_said(file_id: str) -> bool:
    said = [state.IMPORT_CHOICE.of(f"{name}-{file_id}").get() for name in _OPTIONS]
    return said != [_FIND] * len(said) or bool(state.IMPORT_TYPED.of(f"classes-{file_id}").get())


def _read_pair(typed: str) -> str:
    if typed and not is_pair(typed):
        raise ModelError(
            f"What pixels are to it must be a factor, not 0, and a shift, with a comma between them as in "
            f"{_PAIR}, but is {typed}."
        )
    return typed or _FIND


def _ask(file_id: str, name: str, values: tuple[str, ...]) -> None:
    held = state.IMPORT_CHOICE.of(f"{name}-{file_id}")
    chosen = st.selectbox(
        _LABELS[name],
        list(dict.fromkeys((_FIND, *values, held.get()))),  # what was chosen where it was asked, too
        format_func=lambda value: _WORDS.get(value) or (say_scaling(value) if is_pair(value) else value),
        key=held,
    )
    if chosen == _OTHER:
        st.text_input(
            "Factor and shift of pixels from 0 to 1",
            placeholder=_PAIR,
            key=state.IMPORT_TYPED.of(f"{name}-{file_id}"),
        )


def _ask_for_order(file_id: str, dataset: Dataset) -> None:
    names = dataset.class_names
    st.text_input(
        "What its outputs stand for, the first output first",
        placeholder=_FIND,
        key=state.IMPORT_TYPED.of(f"classes-{file_id}"),
    )
    st.caption(
        f"Each class once, with commas between them, such as {escape(','.join((*names[1:], names[0])))}."
    )
