"""What a model confuses: the matrix, the images of a cell, and its surest mistakes."""

from collections.abc import Sequence

import numpy as np
import streamlit as st

from mnist_core.ground.arrays import Confusion
from mnist_core.insight.evaluation import hardest_mistakes
from mnist_ui.components.confusion_picker import pick_cell
from mnist_ui.components.gallery import show_gallery
from mnist_ui.empty import offer_sample
from mnist_ui.markdown import escape
from mnist_ui.names import name_digit
from mnist_ui.results import state
from mnist_ui.results.model_figures import Reading

_MOST_PICTURES = 24  # of a cell and of mistakes: a few rows that load at once


def show_confusion(reading: Reading, probability: str) -> None:
    """Show the confusion matrix, and the images of the cell that the link names."""
    st.header("What it confuses")
    matrix, pictures = st.columns([3, 2], gap="large")
    cell = find_cell(reading.confusion, st.query_params.get("true", ""), st.query_params.get("read", ""))
    with matrix:
        st.caption("Choose a cell by a click, or by the arrow keys and Enter, to see its images.")
        names, key = reading.class_names, "results-confusion"
        pick_cell(reading.confusion, _follow_cell, names=names, key=key, selected=cell)
    with pictures:
        _choose_cell(reading.class_names, cell)
        _show_cell(reading, *cell, probability)


def find_cell(confusion: Confusion, truth: str, guess: str) -> tuple[int, int]:
    """Find the cell that a link names, else the commonest mistake."""
    if all(text.isdecimal() and int(text) < len(confusion) for text in (truth, guess)):
        return int(truth), int(guess)
    wrong = confusion - np.diag(np.diag(confusion))
    place = np.unravel_index(int(wrong.argmax()), wrong.shape)
    return int(place[0]), int(place[1])


def _choose_cell(names: Sequence[str], cell: tuple[int, int]) -> None:
    places = zip(st.columns(2), (state.TRUTH, state.GUESS), ("True digit", "Read as"), cell, strict=True)
    for column, held, label, digit in places:
        shown = held.shows(digit, lambda _: _follow_cell(state.TRUTH.get(), state.GUESS.get()))
        column.selectbox(label, range(len(names)), format_func=names.__getitem__, **shown)


def _follow_cell(truth: int, guess: int) -> None:
    st.query_params.update({"true": str(truth), "read": str(guess)})


def _show_cell(reading: Reading, truth: int, guess: int, probability: str) -> None:
    count = int(reading.confusion[truth, guess])
    verb = "was" if count <= 1 else "were"
    true_name, name = reading.class_names[truth], reading.class_names[guess]
    digit = name_digit(true_name)
    st.markdown(f"**{_count_images(count)} of {escape(digit)} {verb} read as {escape(name)}.**")
    if not count:
        return
    if reading.measured is None:
        offer_sample("see such images", "cell-sample")
        return
    shown = reading.measured.find_cell(truth, guess)[:_MOST_PICTURES]
    sure = reading.measured.evaluation.probabilities[shown, guess]
    label = f"images of {digit} read as {name}"
    show_gallery(reading.measured.take(shown), [f"{share:.1%}" for share in sure], size=64, label=label)
    more = f"The surest {len(shown)} of {count:,}. " if count > len(shown) else ""
    st.caption(f"{more}Below each image: the {probability} that the model gives to {escape(name)}.")


def _count_images(count: int) -> str:
    return "No image" if count == 0 else "1 image" if count == 1 else f"{count:,} images"


def show_mistakes(reading: Reading, probability: str) -> None:
    """Show the misread images that the model was surest of."""
    st.header("Its surest mistakes")
    if reading.measured is None:
        offer_sample("see the images that the model misreads with the highest probability", "mistakes-sample")
        return
    labels, evaluation = reading.measured.labels, reading.measured.evaluation
    hardest = hardest_mistakes(evaluation, labels, _MOST_PICTURES)
    if not len(hardest):
        st.markdown("None: the model reads all of these images right.")
        return
    sure, guesses = evaluation.probabilities.max(axis=1), evaluation.guesses
    names = reading.class_names
    captions = [f"{names[labels[i]]} read as {names[guesses[i]]}, {sure[i]:.1%}" for i in hardest]
    show_gallery(reading.measured.take(hardest), captions, size=84, label="the surest mistakes")
    st.caption(
        f"The {len(hardest)} misread images that the model was surest of, with the {probability} it gave."
    )
