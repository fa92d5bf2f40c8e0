"""All models side by side."""

import pandas as pd
import streamlit as st

from mnist_core.data.dataset import Dataset
from mnist_core.ground.errors import DataError, ModelError
from mnist_core.insight.evaluation import wilson_interval
from mnist_core.insight.evaluation.part import Which
from mnist_core.network.grid import PAPER_ACCURACY
from mnist_core.network.models import Model
from mnist_ui.cached.opened_models import evaluate_part, open_model
from mnist_ui.charts.model_charts import Score, draw_comparison
from mnist_ui.charts.shown import show_chart
from mnist_ui.markdown import escape
from mnist_ui.session import list_model_folders

_COMPARED_IMAGES = 10_000  # a larger part would make the table of all models slow
_OPEN = "on the open data"


def show_models(chosen: Model, dataset: Dataset | None) -> None:
    """Show the accuracy of all models, as a chart and as a table."""
    st.header("All models")
    models, broken = _open_all()
    scores = [_score(model) if model.info.test.is_unseen else None for model in models]
    show_chart(draw_comparison, [score for score in scores if score], chosen.name)
    st.caption(
        "Accuracy on images that the model was not trained on: those that its own training held out, or that "
        "it was measured on when it was changed; empty where it may have seen them. With the 95 % Wilson "
        f"interval. The dashed line is the paper's {PAPER_ACCURACY:.2%}."
    )
    rows = pd.DataFrame([_describe_row(model, score) for model, score in zip(models, scores, strict=True)])
    if dataset is not None:
        rows.insert(4, _OPEN, [_read_accuracy(model, dataset) for model in models])
    shares = dict.fromkeys(("accuracy", "from", "to", _OPEN), st.column_config.NumberColumn(format="%.2f %%"))
    counts = dict.fromkeys(("images", "weights"), st.column_config.NumberColumn(format="localized"))
    st.dataframe(rows, hide_index=True, column_config=shares | counts)
    for sentence in broken:
        st.warning(escape(sentence))


def _open_all() -> tuple[list[Model], list[str]]:
    models, broken = [], []
    for folder in list_model_folders().values():
        try:
            models.append(open_model(folder))
        except ModelError as error:
            broken.append(str(error))
    return sorted(
        models, key=lambda model: (not model.info.test.is_unseen, -model.info.test.accuracy)
    ), broken


def _score(model: Model) -> Score:
    test = model.info.test
    return Score(model.name, test.accuracy, *wilson_interval(round(test.accuracy * test.n), test.n))


def _describe_row(model: Model, score: Score | None) -> dict[str, object]:
    info = model.info
    return {
        "model": model.name,
        "accuracy": score and 100 * score.accuracy,
        "from": score and 100 * score.lower,
        "to": score and 100 * score.upper,
        "images": info.test.n if score else None,
        "network": info.network_words,
        "weights": model.network.n_parameters,
        "epochs": info.history[-1].epoch if info.history else None,
        "trained on": info.training_words,
        "made": info.created[:10],
    }


def _read_accuracy(model: Model, dataset: Dataset) -> float | None:
    if dataset.n_samples > _COMPARED_IMAGES and dataset.fingerprint != model.info.data.fingerprint:
        return None
    try:
        return 100 * evaluate_part(model, dataset, Which.FAIR)[1].accuracy
    except DataError:
        return None
