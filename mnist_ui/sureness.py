"""How sure a model may be: whether its probabilities are true, and what it gains by refusing."""

import pandas as pd
import streamlit as st

from mnist_core.dataset import Dataset
from mnist_core.errors import DataError
from mnist_core.evaluation.calibration import Calibration, Tempering
from mnist_core.evaluation.coverage import Refusal, Step
from mnist_core.modelstore import Model
from mnist_ui.cached_trust import measure_sureness, read_answers
from mnist_ui.charts.trust import draw_coverage, draw_reliability, table_bins
from mnist_ui.downloads import offer_table
from mnist_ui.empty import offer_sample


def show_sureness(model: Model, dataset: Dataset | None) -> None:
    """Show whether a model's probabilities are true, and its accuracy while the least sure are refused."""
    if dataset is None:
        offer_sample("see how sure the model may be", "sureness-sample")
        return
    try:
        part = read_answers(model, dataset)[0]
        tempering, steps, refusals = measure_sureness(model, dataset)
    except DataError as error:
        st.error(str(error))
        return
    st.caption(f"Measured now on the open data set. {part.words}")
    left, right = st.columns(2, gap="large")
    with left:
        _show_calibration(model.name, tempering)
    with right:
        _show_coverage(model.name, steps, refusals)


def _show_calibration(name: str, found: Tempering) -> None:
    st.subheader("Are its probabilities true?")
    tiles = {
        "Off by (ECE)": _say_share(found.before.ece),
        "At its temperature": _say_share(found.after.ece),
        "Temperature": f"{found.temperature:.2f}",
    }
    with st.container(horizontal=True):
        for label, value in tiles.items():
            st.metric(label, value, border=True)
    st.altair_chart(draw_reliability(found), width="stretch")
    st.caption(_explain_calibration(found))
    offer_table(table_bins(found), f"calibration-{name}", "calibration-table")


def _explain_calibration(found: Tempering) -> str:
    first, second = found.temperatures
    return (
        f"{_say_error('As it is', found.before)} {_say_error('At its temperature', found.after)} "
        "Dots on the dashed line are true: of the images read with 80 %, four in five are right. A dot is "
        "larger the more images it stands for. The temperature is what all logits are divided by. It was "
        f"fitted to one half of the images and judged on the other, and the other way round ({first:.2f} "
        f"and {second:.2f}), so that no image judges what was fitted to it."
    )


def _say_error(words: str, one: Calibration) -> str:
    lower, upper = one.interval
    chance = f"true probabilities could show {_say_share(one.by_chance)} by chance"
    excess = 100 * (one.confidence - one.accuracy)
    direction = "more" if excess > 0 else "less"
    return (
        f"{words} the model is off by {_say_share(one.ece)} on average (95 %: {_say_share(lower)} to "
        f"{_say_share(upper)}; {chance}), and {abs(excess):.2f} points {direction} sure than right."
    )


def _show_coverage(name: str, steps: list[Step], refusals: list[Refusal]) -> None:
    st.subheader("What if it may refuse?")
    with st.container(horizontal=True):
        for one in refusals:
            label = f"To be right in {_say_target(one)}"
            st.metric(label, f"refuse {one.refused:.1%}" if one.n_answered else "refuse all", border=True)
    st.altair_chart(draw_coverage(steps, refusals), width="stretch")
    st.caption(
        "The images that it is least sure of are refused. From which probability on it answers was found on "
        "one half of the images and judged on the other, and the other way round. "
        + " ".join(_say_refusal(one) for one in refusals)
    )
    offer_table(pd.DataFrame([vars(step) for step in steps]), f"coverage-{name}", "coverage-table")


def _say_refusal(one: Refusal) -> str:
    if one.accuracy_interval is None:
        return f"No refusal makes it right in {_say_target(one)}."
    lower, upper = one.refused_interval
    right_lower, right_upper = one.accuracy_interval
    return (
        f"To be right in {_say_target(one)} it must refuse {one.refused:.2%} (95 %: {lower:.2%} to "
        f"{upper:.2%}), and is then right in {one.accuracy:.2%} ({right_lower:.2%} to {right_upper:.2%}) "
        "of the rest."
    )


def _say_target(one: Refusal) -> str:
    return f"{100 * one.share:g} %"


def _say_share(share: float) -> str:
    return f"{share:.2%}"
