"""What an operation costs: accuracy, confusion, size; and the curve of ever fewer units."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
import streamlit as st

from mnist_core.insight.evaluation import Evaluation
from mnist_core.insight.evaluation.comparison import Comparison, compare_right
from mnist_core.insight.operate.curve import N_RANDOM, POINT_LOST, count_needed
from mnist_core.insight.operate.orders import Order
from mnist_core.insight.operate.plain_weights import Weights
from mnist_core.network.architecture import LAYER_WORDS
from mnist_ui.cached.lens import Lens
from mnist_ui.charts.shown import show_chart
from mnist_ui.components.confusion_picker import pick_cell
from mnist_ui.components.gallery import show_gallery
from mnist_ui.downloads import offer_table
from mnist_ui.markdown import escape
from mnist_ui.operate import state
from mnist_ui.operate.bench import read_curve
from mnist_ui.operate.operation_charts import draw_curve
from mnist_ui.operate.steps import Operated
from mnist_ui.segments import choose_one

_BEFORE, _AFTER = "Before", "After"
_MOST_PICTURES = 12
_MOST_CHANGES = 3


def show_accuracy(operated: Operated, after: Evaluation) -> None:
    """Show the accuracy before and after, with the difference and its interval."""
    bench = operated.bench
    pair = compare_right(after.guesses == bench.test.labels, bench.before.guesses == bench.test.labels)
    with st.container(horizontal=True, gap="medium"):
        st.metric("Accuracy before", f"{bench.before.accuracy:.2%}", width="content")
        points = f"{100 * pair.difference:+.2f} points" if operated.steps else None
        st.metric("Accuracy after", f"{after.accuracy:.2%}", points, width="content")
        size = operated.weights.compact()
        st.metric("Units", "-".join(str(size.count_units(layer)) for layer in size.hidden), width="content")
    weights = f"{_count_weights(size):,} of {_count_weights(bench.original):,} weights and biases are left."
    st.caption(f"{_say_pair(pair, operated)} {weights} Measured on {escape(bench.words)}.")


def show_confusion(operated: Operated, after: Evaluation) -> None:
    """Show the confusion matrix before or after, and the images of a cell that is clicked."""
    side = choose_one("Confusion", [_BEFORE, _AFTER], "operate-side", _AFTER)
    shown, names = after if side == _AFTER else operated.bench.before, operated.model.info.class_names
    cell = state.CELL.get()

    def pick(truth: int, guess: int) -> None:
        state.CELL.put((truth, guess))

    pick_cell(shown.confusion, pick, names=names, key="operate-confusion", selected=cell)
    st.caption(_say_changes(operated.bench.before, after, names))
    if cell is not None and max(cell) < len(names):
        _show_cell(operated, shown, cell, names)


def show_curves(lens: Lens, operated: Operated, layer: str) -> None:
    """Show what is left with ever fewer units, in each order of removal."""
    points = read_curve(lens, layer)
    whole = operated.bench.before.accuracy
    show_chart(draw_curve, points, whole - POINT_LOST)
    counts = {order: count_needed(points, order) for order in Order}
    most = operated.weights.count_units(layer)
    st.markdown(
        f"To lose at most one point (the dashed line), the network needs, of the {most} units of "
        f"{LAYER_WORDS[layer]}, **{counts[Order.STEPWISE]}** stepwise, "
        f"**{counts[Order.IMPORTANCE]}** by importance, "
        f"**{counts[Order.MAGNITUDE]}** by magnitude and **{counts[Order.RANDOM]}** drawn at random."
    )
    st.caption(
        "Of the network before anything was done, the other layer whole. Importance: how much the loss on "
        "images that are not measured on rises without the unit alone; stepwise: the same, ranked anew after "
        "each removal. Magnitude: the length of its outgoing weights. Bands are 95 % intervals; of the "
        f"random order the mean, the lowest and the highest of {N_RANDOM}."
    )
    offer_table(
        lambda: pd.DataFrame([vars(point) for point in points]),
        f"units-kept-{operated.model.name}-{layer}",
        "operate-curve-table",
    )


def _count_weights(size: Weights) -> int:
    return sum(array.size for array in (*size.matrices, *size.biases))


def _say_pair(pair: Comparison, operated: Operated) -> str:
    if not operated.steps:
        return "Nothing was done yet."
    low, high = pair.interval
    chance = "more than chance" if pair.p_value < 0.05 else "may be chance"
    return (
        f"The difference lies between {100 * low:+.2f} and {100 * high:+.2f} points with 95 % confidence: "
        f"{pair.only_second:,} images are now read wrong that were right, {pair.only_first:,} the other way "
        f"round ({chance}, p = {pair.p_value:.2g} by McNemar's test)."
    )


def _say_changes(before: Evaluation, after: Evaluation, names: Sequence[str]) -> str:
    """Name the confusions that have grown most."""
    then, now = before.confusion, after.confusion
    grown = now - then
    np.fill_diagonal(grown, 0)
    order = np.argsort(-grown, axis=None, kind="stable")[:_MOST_CHANGES]
    cells = [divmod(int(place), len(names)) for place in order]
    words = [
        f"{names[truth]} read as {names[guess]}: {then[truth, guess]} → {now[truth, guess]}"
        for truth, guess in cells
        if grown[truth, guess] > 0
    ]
    return (
        f"Grown most: {'; '.join(words)}."
        if words
        else "No confusion has grown. Click a cell to see its images."
    )


def _show_cell(operated: Operated, shown: Evaluation, cell: tuple[int, int], names: Sequence[str]) -> None:
    truth, guess = cell
    found = np.flatnonzero((operated.bench.test.labels == truth) & (shown.guesses == guess))
    st.markdown(f"**{len(found):,} images of a {names[truth]} read as {names[guess]}**")
    images = operated.bench.test.images[found[:_MOST_PICTURES]]
    show_gallery(images, size=44, label=f"images of {names[truth]} read as {names[guess]}")
