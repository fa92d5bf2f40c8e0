"""What more images would bring: the learning curve over the size of the training set."""

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from mnist_core.data.dataset import Dataset
from mnist_core.network.candidate import Candidate
from mnist_core.network.models import Model
from mnist_core.network.recipe import Recipe
from mnist_core.store import WorkRow
from mnist_core.training.retraining.learning_curve import Growth, find_gain, sum_up
from mnist_core.training.retraining.studies import GROWTH, plan_growth, read_trials
from mnist_ui import session
from mnist_ui.downloads import offer_table
from mnist_ui.results.background_work import show_study
from mnist_ui.results.learning_curve_chart import draw_growth


def show_growth(model: Model, dataset: Dataset) -> None:
    """Show how well networks of the model's kind read that are trained on more and more images."""
    planned = plan_growth(model.info, dataset)
    sizes, recipe = planned["sizes"], Recipe(**planned["recipe"])
    st.markdown(
        f"Would more images help? **{Candidate.from_params(planned['candidate'])}** is trained anew on "
        f"{sizes[0]:,} to {sizes[-1]:,} of the training images of the open data set, {planned['n_seeds']} "
        f"times each with other images and other initial weights (recipe *{recipe.name}*), and measured on "
        "the held-out images."
    )
    show_study(GROWTH, planned, dataset, "Train them", lambda job: _show_curve(job, model.name))


def _show_curve(job: WorkRow, name: str) -> None:
    trials = read_trials(session.settings().runs_folder / job.id)
    if not trials:
        return
    curve = sum_up(trials)
    st.altair_chart(draw_growth(curve, trials), width="stretch")
    st.caption(_explain(curve, trials[0].n))
    offer_table(
        lambda: pd.DataFrame([vars(trial) for trial in trials]), f"learning-curve-{name}", "growth-table"
    )


def _explain(curve: Sequence[Growth], n_held_out: int) -> str:
    words = (
        f"Each small dot is a network; the line is their mean, on {n_held_out:,} held-out images, with its "
        "95 % interval: the chance of the images trained on, of the initial weights and of the held-out "
        "images."
    )
    last, gain = curve[-1], find_gain(curve)
    if gain is None:
        return words
    return (
        f"**The last doubling, to {last.size:,} images, brought {100 * gain:.2f} points.** At {last.size:,} "
        f"images {last.accuracy:.2%} are read right (95 %: {last.accuracy_from:.2%} to "
        f"{last.accuracy_to:.2%}). {words}"
    )
