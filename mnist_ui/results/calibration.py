"""How sure a model may be: whether its probabilities are true, and what it gains by refusing."""

from functools import partial

import pandas as pd
import streamlit as st

from mnist_core.data.dataset import Dataset
from mnist_core.insight.evaluation.calibration import Calibration, Tempering
from mnist_core.insight.evaluation.coverage import Refusal, Step
from mnist_core.network.models import Model
from mnist_ui.charts.shown import show_chart
from mnist_ui.downloads import offer_table
from mnist_ui.markdown import escape
from mnist_ui.results.trust import measure_sureness, read_answers
from mnist_ui.results.trust_charts import draw_coverage, draw_reliability, table_bins


def show_sureness(model: Model, dataset: Dataset) -> None:
    """Show whether a model's probabilities are true, and its accuracy while the least sure are refused."""
    part = read_answers(model, dataset)[0]
    tempering, steps, refusals = measure_sureness(model, dataset)
    st.caption(f"Measured now: {escape(part.words)}")
    left, right = st.columns(2, gap="large")
    with left:
        _show_calibration(model.name, tempering)
    with right:
        _show_coverage(model.name, steps, refusals)


def _show_calibration(name: str, found: Tempering) -> None:
    st.header("Are its probabilities true?")
    show_chart(draw_reliability, found)
    own = "as it is" if found.own == 1 else f"as it is, at its own temperature {found.own:.2f}"
    rows = {own: found.before, f"at the fitted temperature {found.temperature:.2f}": found.after}
    table = {
        "its probabilities": list(rows),
        "are sure of": [f"{one.confidence:.2%}" for one in rows.values()],
        "read right": [f"{one.accuracy:.2%}" for one in rows.values()],
        "off by (ECE)": [_say_error(one) for one in rows.values()],
    }
    st.table(table, hide_index=True, border="horizontal")
    st.caption(_explain_calibration(found))
    offer_table(partial(table_bins, found), f"calibration-{name}", "calibration-table")


def _say_error(one: Calibration) -> str:
    return f"**{one.ece:.2%}** ({_say_interval(one.interval)})"


def _explain_calibration(found: Tempering) -> str:
    first, second = found.temperatures
    return (
        "Dots on the dashed line are true: of the images read with 80 %, four in five are right. A dot is "
        "larger the more images it stands for; the lines are 95 % intervals. True probabilities could be off "
        f"by {found.after.by_chance:.2%} by chance. A temperature is what all logits are divided by; the "
        "fitted one is found on one half of the images and judged on the other, and the other way round "
        f"({first:.2f} and {second:.2f})."
    )


def _show_coverage(name: str, steps: list[Step], refusals: list[Refusal]) -> None:
    st.header("What if it may refuse?")
    show_chart(draw_coverage, steps, refusals)
    table = {
        "asked to be right in": [f"{100 * one.share:g} %" for one in refusals],
        "it refuses": [f"**{one.refused:.2%}** ({_say_interval(one.refused_interval)})" for one in refusals],
        "and is then right in": [_say_right(one) for one in refusals],
    }
    st.table(table, hide_index=True, border="horizontal")
    st.caption(
        "The images that it is least sure of are refused. The probability from which on it answers is chosen "
        "on one half of the images and judged on the other, and the other way round: so what comes out may "
        "fall a little short of what was asked for. In brackets: 95 % intervals."
    )
    offer_table(lambda: pd.DataFrame([vars(step) for step in steps]), f"coverage-{name}", "coverage-table")


def _say_right(one: Refusal) -> str:
    if one.accuracy_interval is None:
        return "no answer left"
    return f"{one.accuracy:.2%} ({_say_interval(one.accuracy_interval)})"


def _say_interval(interval: tuple[float, float]) -> str:
    lower, upper = interval
    return f"{100 * lower:.2f} – {upper:.2%}"
