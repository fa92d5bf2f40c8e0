"""The study behind the Riddle page, read and summed up once for all tabs."""

import streamlit as st

from mnist_core.ground.settings import SHIPPED_MODELS
from mnist_core.insight.fields.likeness import average_digits, score_fields
from mnist_core.network.models import Model
from mnist_core.training.riddle.answer import Summary, list_levels
from mnist_core.training.riddle.result import Result, read_result
from mnist_ui.cached.opened_models import identify, open_model, open_sample, read_fields


@st.cache_resource(show_spinner=False)
def read_builtin() -> tuple[Result, list[Summary]]:
    """Read the study that comes with the lab, and sum it up."""
    result = read_result()
    return result, list_levels(result.rows)


def score_shipped(name: str) -> float:
    """Score how much the output fields of a shipped model look like digits."""
    model = open_model(SHIPPED_MODELS / name)
    return _score(*identify(model), model)


@st.cache_resource(show_spinner=False, max_entries=4)
def _score(folder: str, changed: int, _model: Model) -> float:  # noqa: ARG001 - parts of the key
    sample = open_sample()
    # One shuffle, as the chance is not asked for here; all of them take seconds.
    digits = average_digits(sample.images, sample.labels, shuffles=1)
    return score_fields(read_fields(_model, "output"), digits).score
