"""The Results page: how well a saved model reads, how it learned, and what it confuses."""

import pandas as pd
import streamlit as st

from mnist_core.data.dataset import Dataset
from mnist_core.ground.errors import DataError
from mnist_core.insight.evaluation import precision_recall, wilson_interval
from mnist_core.insight.evaluation.part import Which
from mnist_core.network.grid import PAPER_ACCURACY
from mnist_core.network.models import Model
from mnist_core.network.models.info import ModelInfo
from mnist_ui.cached.opened_models import evaluate_part
from mnist_ui.charts.model_charts import draw_learning_curve, draw_precision_recall
from mnist_ui.charts.shown import show_chart
from mnist_ui.markdown import escape
from mnist_ui.models.model_choice import choose_model
from mnist_ui.models.sharing import offer_sharing_of
from mnist_ui.page_links import TAB_PARAM
from mnist_ui.results.brought_network import offer_import, show_origin
from mnist_ui.results.confused_images import show_confusion, show_mistakes
from mnist_ui.results.exports import offer_exports
from mnist_ui.results.model_figures import Reading, name_probabilities, read_dataset, read_folder
from mnist_ui.results.model_table import show_models
from mnist_ui.results.own_gradients import offer_check
from mnist_ui.results.tabs import show_tabs
from mnist_ui.results.training_end import describe_end
from mnist_ui.segments import choose_one
from mnist_ui.session import current_dataset

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
    choice = choose_one("Measured on", [_WHOLE, _HELD_OUT], "results-part")
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
    if info.imported is not None:
        show_origin(info.imported)
        return
    st.header(f"How {parent or 'it'} learned")
    show_chart(draw_learning_curve, info.history)
    whose = f"Of {parent}, which this model was made from afterwards. " if parent else ""
    st.caption(whose + describe_end(info))


def _show_digits(reading: Reading) -> None:
    confusion, occurs = reading.confusion, reading.confusion.sum(axis=1) > 0
    names = [name for name, is_there in zip(reading.class_names, occurs, strict=True) if is_there]
    st.header("Precision and recall of each digit")
    precision, recall = (shares[occurs] for shares in precision_recall(confusion))
    show_chart(draw_precision_recall, precision, recall, names)
    st.caption(
        "Precision: of the images read as the digit, the share that are it. "
        "Recall: of the images of the digit, the share read as it."
    )
    with st.expander("The same as a table"):
        table = pd.DataFrame(
            {"precision": precision, "recall": recall, "images": confusion.sum(axis=1)[occurs]}
        )
        table.index = pd.Index(names, name="digit")
        st.dataframe(table.style.format({"precision": "{:.2%}", "recall": "{:.2%}"}, na_rep="none"))


def _show_reads(model: Model, dataset: Dataset | None, reading: Reading) -> None:
    left, right = st.columns(2, gap="large")
    with left:
        _show_learning(model.info)
    with right:
        _show_digits(reading)
    probability = name_probabilities(model.info)
    show_confusion(reading, probability)
    show_mistakes(reading, probability)
    show_models(model, dataset)


with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
    st.title("Results", width="content")
    _sharing = st.container(width="content", horizontal=True, vertical_alignment="center")
with _sharing:
    offer_import(current_dataset())
_model, _dataset = choose_model((TAB_PARAM,)), current_dataset()
with _sharing:
    offer_exports(_model)
    offer_check(_model, _dataset)
    offer_sharing_of(_model)
_reading = _read(_model, _dataset)
_show_headline(_reading)
show_tabs(_model, _dataset, lambda: _show_reads(_model, _dataset, _reading))
