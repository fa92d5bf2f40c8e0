"""Charts of a search: accuracy over its grid, and its learning curves."""

from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any

import altair as alt
import pandas as pd

from mnist_core.grid import Candidate, Grid
from mnist_core.runs import REFIT_FOLD, EpochRow
from mnist_core.runs.ranking import RankedCandidate
from mnist_ui.charts.live import DATA, LiveChart, colour_accuracy, to_error, to_spec

_HEAT_WIDTH = 252  # all columns of the heat map together fit a phone beside their labels
_CELL_HEIGHT = 24
_TEXT_FROM = 26  # a narrower cell has no room for its number
_EMPTY_CELL = "#8888882e"  # grey that is seen on white and on black


def draw_heat_map(grid: Grid, ranked: Sequence[RankedCandidate]) -> LiveChart:
    """Draw mean accuracy over the grid; a cell without a finished fold is grey."""
    return LiveChart(
        spec=_heat_map_spec(grid),
        frame=_frame(grid, ranked),
        words=f"Heat map of mean accuracy: {len(ranked)} of {grid.n_candidates} candidates have a score.",
    )


def draw_curves(
    candidates: Sequence[Candidate], epochs: Iterable[EpochRow], quantity: str, title: str
) -> LiveChart:
    """Draw one quantity of every training against its epochs.

    Parameters
    ----------
    candidates : sequence of Candidate
        Of the grid, in its order.
    epochs : iterable of EpochRow
        Of the trainings to be shown.
    quantity : str
        `valid_loss` or `valid_accuracy`.
    title : str
        What it is called.
    """
    rows = [
        (name_fit(candidates[row.candidate], row.fold), row.record.epoch, getattr(row.record, quantity))
        for row in epochs
    ]
    frame = pd.DataFrame(rows, columns=["fit", "epoch", "value"])
    words = f"{title} against epochs of {frame['fit'].nunique()} trainings."
    return LiveChart(_curves_spec(title, "%" if quantity == "valid_accuracy" else ""), frame, words)


def name_fit(candidate: Candidate, fold: int) -> str:
    """Name a training: its candidate, and its fold counted from 1."""
    return f"{candidate}, retrained" if fold == REFIT_FOLD else f"{candidate}, fold {fold + 1}"


def _frame(grid: Grid, ranked: Sequence[RankedCandidate]) -> pd.DataFrame:
    scored = {one.index: one for one in ranked}
    rows = []
    for index, candidate in enumerate(grid.candidates()):
        one = scored.get(index)
        mean = one.mean if one else None
        params = candidate.params()
        row = {**params, "lr": f"{candidate.lr:g}", "candidate": str(candidate), "accuracy": mean}
        folds = one.n_folds_done if one else 0
        rows.append({**row, "error": None if mean is None else to_error(mean), "folds": folds})
    return pd.DataFrame(rows)


@lru_cache(maxsize=32)
def _heat_map_spec(grid: Grid) -> dict[str, Any]:
    cell_width = max(_HEAT_WIDTH // (len(grid.activation) * len(grid.hidden2)), 8)
    cell_width = min(cell_width, 44)
    size = {"width": alt.Step(cell_width), "height": alt.Step(_CELL_HEIGHT)}
    base = alt.Chart().encode(
        x=alt.X("hidden2:O", title="hidden 2", sort=list(grid.hidden2), axis=alt.Axis(labelAngle=0)),
        y=alt.Y("hidden1:O", title="hidden 1", sort=list(grid.hidden1)),
        tooltip=[
            alt.Tooltip("candidate:N", title="network"),
            alt.Tooltip("accuracy:Q", title="mean accuracy", format=".2%"),
            alt.Tooltip("folds:Q", title="folds done"),
        ],
    )
    filled = "isValid(datum.error)"
    layers = [
        base.transform_filter(f"!{filled}").mark_rect(color=_EMPTY_CELL, cornerRadius=2),
        base.transform_filter(filled).mark_rect(cornerRadius=2).encode(color=colour_accuracy()),
    ]
    if cell_width >= _TEXT_FROM:
        # White on the dark end of the colours, black on the bright one.
        ink = alt.condition("datum.error < 0.05", alt.value("black"), alt.value("white"))
        text = base.transform_filter(filled).transform_calculate(percent="datum.accuracy * 100")
        layers.append(text.mark_text(fontSize=10).encode(text=alt.Text("percent:Q", format=".1f"), color=ink))
    activations = [activation.value for activation in grid.activation]
    chart = (
        alt.layer(*layers)
        .properties(**size)
        .facet(
            data=DATA,
            row=alt.Row("lr:N", sort=[f"{lr:g}" for lr in grid.lr], header=_header("lr ")),
            column=alt.Column("activation:N", sort=activations, header=_header("")),
            spacing=6,
        )
    )
    return to_spec(chart)


def _header(prefix: str) -> alt.Header:
    return alt.Header(title=None, labelExpr=f"'{prefix}' + datum.label", labelPadding=4)


@lru_cache(maxsize=8)
def _curves_spec(title: str, number_format: str) -> dict[str, Any]:
    axis = alt.Axis(format=number_format) if number_format else alt.Axis()
    shown = ".2%" if number_format else ".4f"
    chart = (
        alt.Chart(DATA)
        .mark_line(point=alt.OverlayMarkDef(size=24), strokeWidth=2)
        .encode(
            x=alt.X("epoch:Q", title="epoch", axis=alt.Axis(tickMinStep=1, format="d")),
            y=alt.Y("value:Q", title=title, axis=axis, scale=alt.Scale(zero=False)),
            color=alt.Color(
                "fit:N", legend=alt.Legend(title=None, orient="bottom", columns=1, labelLimit=320)
            ),
            tooltip=[
                alt.Tooltip("fit:N", title="training"),
                alt.Tooltip("epoch:Q"),
                alt.Tooltip("value:Q", title=title, format=shown),
            ],
        )
        .properties(height=220)
    )
    return to_spec(chart)
