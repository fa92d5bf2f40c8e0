"""How well models read what is disturbed more and more."""

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from mnist_core.data.dataset import Dataset
from mnist_core.ground.errors import LabError
from mnist_core.insight.evaluation.disturbances import DISTURBANCES, NAMES
from mnist_core.network.models import Model
from mnist_ui.cached.opened_models import open_model
from mnist_ui.charts.looks import Layered
from mnist_ui.charts.shown import show_chart
from mnist_ui.components.gallery import show_gallery
from mnist_ui.downloads import offer_table
from mnist_ui.markdown import escape
from mnist_ui.results.trust import draw_levels, read_robustness
from mnist_ui.results.trust_charts import draw_robustness
from mnist_ui.segments import choose_one
from mnist_ui.session import list_model_folders

_FEW = 2_000  # images that are read in about a second a model
_MOST_MODELS = 6  # lines that can be told apart
_PICTURE = 34


def show_robustness(model: Model, dataset: Dataset) -> None:
    """Show how well chosen models read images that are disturbed in six ways."""
    names, most = _choose_models(model.name), _choose_images()
    rows = _measure(names, dataset, most)
    if rows.empty:
        st.info("Choose a model that fits the open data set.", icon=":material/insights:")
        return
    for first in range(0, len(NAMES), 2):
        for column, name in zip(st.columns(2, gap="large"), NAMES[first : first + 2], strict=True):
            with column:
                _show_disturbance(name, rows, names, dataset)
    offer_table(lambda: rows, "robustness", "robustness-table")


def _choose_models(chosen: str) -> list[str]:
    names = list(list_model_folders())
    usual = list(dict.fromkeys([chosen, *(name for name in ("paper", "robust") if name in names)]))
    picked: list[str] = st.multiselect(
        "Models",
        names,
        default=usual,
        max_selections=_MOST_MODELS,
        # Another model on top of the page: its own choice of models to begin with.
        key=f"results-robust-models-{chosen}",
    )
    return picked


def _choose_images() -> int | None:
    few, every = f"{_FEW:,} images", "all images"
    words = "All take some seconds a model, once."
    choice = choose_one("Measured on", [few, every], "results-robust-images", help=words)
    return _FEW if choice == few else None


def _measure(names: Sequence[str], dataset: Dataset, most: int | None) -> pd.DataFrame:
    """Measure models; what each is measured on, and which does not fit, is said on the page."""
    rows, parts, folders = [], {}, list_model_folders()
    for name in names:
        try:
            part, reached = read_robustness(open_model(folders[name]), dataset, most)
        except LabError as error:
            st.warning(f"{escape(name)} is left out. {escape(str(error))}", icon=":material/warning:")
            continue
        parts[name] = part.words
        rows += [{"model": name, **vars(one)} for one in reached]
    if len(set(parts.values())) == 1:
        st.caption(escape(next(iter(parts.values()))))
    else:
        st.caption("  \n".join(escape(f"{name}: {words}") for name, words in parts.items()))
    return pd.DataFrame(rows)


def _draw(rows: pd.DataFrame, name: str, models: Sequence[str]) -> Layered:
    return draw_robustness(rows, DISTURBANCES[name], models)


def _show_disturbance(name: str, rows: pd.DataFrame, models: Sequence[str], dataset: Dataset) -> None:
    disturbance = DISTURBANCES[name]
    st.header(disturbance.title)
    show_chart(_draw, rows[rows["disturbance"] == name], name, tuple(models))
    levels = [f"{level:g}" for level in disturbance.levels]
    show_gallery(draw_levels(dataset, name), levels, size=_PICTURE, label=f"an image at each level of {name}")
    st.caption(disturbance.words)
