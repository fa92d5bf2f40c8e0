"""The Results page: how well a saved model reads, how it learned, and what it confuses."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
import streamlit as st

from mnist_core.data.dataset import Dataset
from mnist_core.ground.arrays import Confusion
from mnist_core.ground.errors import DataError
from mnist_core.insight.evaluation import hardest_mistakes, precision_recall, wilson_interval
from mnist_core.insight.evaluation.part import Which
from mnist_core.insight.evaluation.people import people_interval
from mnist_core.network.grid import PAPER_ACCURACY
from mnist_core.network.history import best_epoch
from mnist_core.network.models import Model
from mnist_core.network.models.info import ModelInfo
from mnist_ui.cached.opened_models import evaluate_part
from mnist_ui.charts.model_charts import draw_learning_curve, draw_precision_recall
from mnist_ui.charts.shown import show_chart
from mnist_ui.components.confusion_picker import pick_cell
from mnist_ui.components.gallery import show_gallery
from mnist_ui.empty import offer_sample
from mnist_ui.markdown import escape
from mnist_ui.models.model_choice import choose_model
from mnist_ui.results import state
from mnist_ui.results.model_figures import Reading, name_probabilities, read_dataset, read_folder
from mnist_ui.results.model_table import show_models
from mnist_ui.results.tabs import TAB_PARAM, show_tabs
from mnist_ui.session import current_dataset

_MOST_PICTURES = 24  # of a cell and of mistakes: a few rows that load at once
_WHOLE, _HELD_OUT = "all images", "its held-out part"


def _read(model: Model, dataset: Dataset | None) -> Reading:
    if dataset is None:
        return read_folder(model.info)
    try:
        return read_dataset(model, dataset, _choose_which(model, dataset))
    except DataError as error:
        st.error(escape(str(error)))
        return read_folder(model.info)


def _choose_which(model: Model, dataset: Dataset) -> Which:
    if evaluate_part(model, dataset, Which.FAIR)[0].is_unseen:
        return Which.FAIR
    choice = st.segmented_control(
        "Measured on", [_WHOLE, _HELD_OUT], default=_WHOLE, key="results-part", required=True
    )
    return Which.TEST if choice == _HELD_OUT else Which.ALL


def _show_headline(reading: Reading) -> None:
    accuracy = reading.n_right / reading.n
    lower, upper = wilson_interval(reading.n_right, reading.n)
    side = "inside" if lower <= PAPER_ACCURACY <= upper else "above" if upper < PAPER_ACCURACY else "below"
    tiles = {
        "Accuracy": f"{accuracy:.2%}",
        "95 % interval (Wilson)": f"{100 * lower:.2f} – {upper:.2%}",
        "The paper's winner": f"{PAPER_ACCURACY:.2%}",
        "Misread": f"{reading.n - reading.n_right:,} of {reading.n:,}",
    }
    with st.container(horizontal=True):
        for label, value in tiles.items():
            st.metric(label, value, border=True)
    st.caption(f"{reading.words} The paper's {PAPER_ACCURACY:.2%} lies {side} the interval.")


def _show_learning(info: ModelInfo) -> None:
    parent = escape(info.trained_as)
    st.header(f"How {parent or 'it'} learned")
    show_chart(draw_learning_curve, info.history)
    whose = f"Of {parent}, which this model was made from afterwards. " if parent else ""
    st.caption(whose + _describe_end(info))


def _describe_end(info: ModelInfo) -> str:
    if info.recipe_name.startswith("robust"):
        return _describe_robust_end(info)
    best, last, recipe = best_epoch(info.history), info.history[-1].epoch, info.recipe
    found = f"Validation loss was best at epoch {best}"
    if info.recipe_name.startswith("live"):
        return f"{found}; the model was saved after epoch {last}, with the weights of that epoch."
    if last in (best, recipe.max_epochs):
        most = ", the most that was allowed" if last == recipe.max_epochs else ""
        return (
            f"{found}; training ended at epoch {last}{most}. The weights are those of that epoch, the last."
        )
    return (
        f"{found}; early stopping ended training at epoch {last}, after {recipe.patience} epochs in a row "
        f"without a better one. The weights are those of epoch {last}, the last, not of the best: that is "
        "what skorch's early stopping does by default, and the paper's recipe with it."
    )


def _describe_robust_end(info: ModelInfo) -> str:
    end = (
        f"Each of the {info.history[-1].epoch} epochs showed other distorted copies of the images, and the "
        "weights are those of the last. The training loss is the divergence from the answers of larger "
        "networks."
    )
    if info.pens is None:
        return end
    n_right, n = zip(*((one.n_right, one.n) for one in info.pens.writers), strict=True)
    low, high = people_interval(n_right, n)  # an earlier version kept the interval of the digits
    return (
        f"{end} Of {info.pens.n:,} pen digits of {len(info.pens.writers)} writers, each read by a network "
        f"trained without that writer, {info.pens.accuracy:.2%} are read right (95 %, over "
        f"writers: {low:.2%} to {high:.2%})."
    )


def _show_digits(reading: Reading) -> None:
    confusion, names = reading.confusion, reading.class_names
    st.header("Precision and recall of each digit")
    precision, recall = precision_recall(confusion)
    show_chart(draw_precision_recall, precision, recall, names)
    st.caption(
        "Precision: of the images read as the digit, the share that are it. "
        "Recall: of the images of the digit, the share read as it."
    )
    with st.expander("The same as a table"):
        table = pd.DataFrame({"precision": precision, "recall": recall, "images": confusion.sum(axis=1)})
        table.index = pd.Index(names, name="digit")
        st.dataframe(table.style.format({"precision": "{:.2%}", "recall": "{:.2%}"}, na_rep="none"))


def _show_confusion(reading: Reading, probability: str) -> None:
    st.header("What it confuses")
    matrix, pictures = st.columns([3, 2], gap="large")
    cell = _find_cell(reading.confusion)
    with matrix:
        st.caption("Choose a cell by a click, or by the arrow keys and Enter, to see its images.")
        names, key = reading.class_names, "results-confusion"
        pick_cell(reading.confusion, _follow_cell, names=names, key=key, selected=cell)
    with pictures:
        _choose_cell(reading.class_names, cell)
        _show_cell(reading, *cell, probability)


def _find_cell(confusion: Confusion) -> tuple[int, int]:
    """Find the cell that the link names, else the commonest mistake."""
    truth, guess = st.query_params.get("true", ""), st.query_params.get("read", "")
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
    digit = f"an {true_name}" if true_name == "8" else f"a {true_name}"
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


def _show_mistakes(reading: Reading, probability: str) -> None:
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


def _show_reads(model: Model, dataset: Dataset | None, reading: Reading) -> None:
    left, right = st.columns(2, gap="large")
    with left:
        _show_learning(model.info)
    with right:
        _show_digits(reading)
    probability = name_probabilities(model.info)
    _show_confusion(reading, probability)
    _show_mistakes(reading, probability)
    show_models(model, dataset)


st.title("Results")
_model, _dataset = choose_model((TAB_PARAM,)), current_dataset()
_reading = _read(_model, _dataset)
_show_headline(_reading)
show_tabs(_model, _dataset, lambda: _show_reads(_model, _dataset, _reading))
