"""Labels of the open data set that are likely wrong."""

from typing import Any

import numpy as np
import pandas as pd
import streamlit as st

from mnist_core.data.dataset import Dataset
from mnist_core.network.models import Model
from mnist_core.store import WorkRow
from mnist_core.training.retraining.studies import LABELS, plan_labels
from mnist_ui.components.gallery import show_gallery
from mnist_ui.downloads import offer_table
from mnist_ui.results.background_work import show_study

_MOST_PICTURES = 240
_SIZE = 76


def show_suspects(_: Model, dataset: Dataset) -> None:
    """Show images whose label is likely wrong, the least likely label first."""
    planned = plan_labels(dataset)
    st.markdown(
        f"Which labels of the open data set are likely wrong? Its {dataset.n_samples:,} images are read in "
        f"{planned['n_folds']} parts, each by {planned['n_networks']} networks that were trained on the "
        "other parts, and so have not seen the label. Confident learning (by cleanlab) weighs what they say "
        "against how sure they usually are of each digit."
    )
    show_study(LABELS, planned, dataset, "Check the labels", lambda job: _show_found(job, dataset))


def _show_found(job: WorkRow, dataset: Dataset) -> None:
    if job.outcome is None:
        return
    found, suspects = job.outcome, job.outcome["suspects"]
    if not suspects:
        st.success(f"None of the {found['n']:,} labels is suspected.", icon=":material/check_circle:")
        return
    st.markdown(
        f"**{found['n_suspects']:,} of {found['n']:,} labels are suspected** ({found['accuracy']:.2%} are "
        "read as labelled). The least likely comes first; many of the later ones are rightly labelled, but "
        "hard to read."
    )
    shown = suspects[:_MOST_PICTURES]
    pictures = np.asarray(dataset.images[[one["index"] for one in shown]])
    captions = [_caption(one, dataset.class_names) for one in shown]
    show_gallery(pictures, captions, size=_SIZE, label="images whose label is suspected")
    st.caption(
        "Below each image: its label, what the networks take it for, the probability that they give to the "
        "label, and the position of the image in the data set, from 0."
    )
    names = dict(enumerate(dataset.class_names))
    offer_table(
        lambda: pd.DataFrame(suspects).replace({"given": names, "suggested": names}),
        "suspected-labels",
        "suspects-table",
    )


def _caption(one: dict[str, Any], names: tuple[str, ...]) -> str:
    chance = f"{one['score']:.1%}" if one["score"] >= 0.001 else "under 0.1%"
    return f"{names[one['given']]}, looks like {names[one['suggested']]}; {chance}; #{one['index']}"
