"""Charts of a search: accuracy over its grid, and its learning curves."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal

import altair as alt
import pandas as pd

from mnist_core.network.candidate import Candidate
from mnist_core.network.grid import Grid
from mnist_core.store import EpochRow
from mnist_core.store.ranking import RankedCandidate
from mnist_ui.charts.grid_places import find_place, list_places
from mnist_ui.charts.live import DATA, LiveChart, Span, colour_accuracy, to_spec
from mnist_ui.components.small_curves.figures import average_folds
from mnist_ui.search.scatter import draw_scatter

_HEAT_WIDTH = 252  # all columns of the heat map together fit a phone beside their labels
_CELL_HEIGHT = 24
_NARROWEST, _WIDEST = 8, 44
_TEXT_FROM = 26  # a narrower cell has no room for its number
_PLOT_HEIGHT = 260  # with the axis of epochs
_LEGEND_ROW = 22
_QUANTITIES = {"valid_loss": ("validation loss", ".2f"), "valid_accuracy": ("validation accuracy", ".0%")}
_LEAST_ERROR = 1e-4  # the colours follow the logarithm, which an error of 0 has not
_FAINT = 0.15  # of a cell that is not looked for
_EMPTY_CELL = "#8888882e"  # grey that is seen on white and on black


def draw_heat_map(
    grid: Grid,
    ranked: Sequence[RankedCandidate],
    among: Sequence[RankedCandidate] = (),
    found: Collection[int] | None = None,
    dropped: Collection[int] = (),
) -> LiveChart:
    """Draw mean accuracy over the grid; a cell without a finished fold is grey.

    Candidates that were drawn have no rows and columns: they are points against one axis.

    Parameters
    ----------
    grid : Grid
        The cells.
    ranked : sequence of RankedCandidate
        Those that are scored.
    among : sequence of RankedCandidate
        Those whose range the colours are for, so that one colour means one accuracy in several maps; with
        none the colours are for the range of this map.
    found : collection of int or None
        The candidates that are looked for: the cells of others are faint, or points left out.
        None looks for all.
    dropped : collection of int
        Those that a race has dropped: a cross stands in their cells.
    """
    if grid.drawn is not None:
        return draw_scatter(grid, [one for one in ranked if found is None or one.index in found])
    errors = [_to_error(one.mean) for one in among]
    return LiveChart(
        spec=_heat_map_spec(grid, (min(errors), max(errors)) if len(set(errors)) > 1 else None),
        frame=_frame(grid, ranked, found, dropped),
        words="Heat map of mean accuracy over the grid",
    )


@dataclass(frozen=True)
class Curves:
    """Which learning curves are drawn, and how many fit side by side into the legend.

    Attributes
    ----------
    names : dict of (int, int) to str
        What each training, a candidate and a fold, is called.
    n_columns, n_rows : int
        Of the legend: room for all names that may come, so that the chart keeps its shape.
    """

    names: dict[tuple[int, int], str]
    n_columns: int
    n_rows: int


def draw_curves(
    curves: Curves, epochs: Iterable[EpochRow], quantity: Literal["valid_loss", "valid_accuracy"]
) -> LiveChart:
    """Draw the loss or the accuracy of each training against its epochs."""
    rows = [
        (curves.names[row.candidate, row.fold], row.record.epoch, getattr(row.record, quantity))
        for row in epochs
    ]
    title, form = _QUANTITIES[quantity]
    frame = pd.DataFrame(rows, columns=["training", "epoch", "value"])
    return LiveChart(
        spec=_curves_spec(title, form, curves.n_columns, curves.n_rows),
        frame=frame.astype({"training": "str", "epoch": "int64", "value": "float64"}),
        words=f"Curves of the {title} against the epochs",
    )


def draw_leaders(curves: Mapping[str, Iterable[EpochRow]]) -> LiveChart:
    """Draw the validation accuracy of some candidates, each the mean over its folds, against the epochs.

    Parameters
    ----------
    curves : mapping of str to iterable of EpochRow
        By the name of each the epochs of all its folds.
    """
    rows = []
    for name, epochs in curves.items():
        folds: dict[int, list[float]] = defaultdict(list)
        for row in epochs:
            folds[row.fold].append(row.record.valid_accuracy)
        rows += [(name, number, mean) for number, mean in enumerate(average_folds(folds, folds), 1)]
    frame = pd.DataFrame(rows, columns=["training", "epoch", "value"])
    return LiveChart(
        spec=_curves_spec(*_QUANTITIES["valid_accuracy"], 1, len(curves)),
        frame=frame.astype({"training": "str", "epoch": "int64", "value": "float64"}),
        words="Curves of the validation accuracy of the best candidates against the epochs",
    )


def _frame(
    grid: Grid,
    ranked: Sequence[RankedCandidate],
    found: Collection[int] | None,
    dropped: Collection[int],
) -> pd.DataFrame:
    scored = {one.index: one for one in ranked}
    rows = [
        (*_cell(grid, candidate, scored.get(index)), found is None or index in found, index in dropped)
        for index, candidate in enumerate(grid.candidates())
    ]
    columns = [
        "activation",
        "lr",
        "row",
        "column",
        "candidate",
        "accuracy",
        "error",
        "folds",
        "found",
        "dropped",
    ]
    return pd.DataFrame(rows, columns=columns).astype({"accuracy": "float64", "error": "float64"})


def _cell(grid: Grid, candidate: Candidate, one: RankedCandidate | None) -> tuple[Any, ...]:
    row, column = find_place(grid, candidate)
    place = (candidate.activation.label, _name_lr(candidate.lr), row, column, str(candidate))
    return (*place, one.mean, _to_error(one.mean), one.n_folds_done) if one else (*place, None, None, 0)


def _to_error(accuracy: float) -> float:
    return max(1.0 - accuracy, _LEAST_ERROR)


def _name_lr(lr: float) -> str:
    return f"lr {lr:g}"


@lru_cache(maxsize=32)
def _heat_map_spec(grid: Grid, span: Span | None) -> dict[str, Any]:
    n_columns = len(grid.activation) * len(list_places(grid).columns)
    cell_width = min(max(_HEAT_WIDTH // n_columns, _NARROWEST), _WIDEST)
    layers = _cells(grid, span, has_text=cell_width >= _TEXT_FROM)
    chart = (
        alt.layer(*layers)
        .properties(width=alt.Step(cell_width), height=alt.Step(_CELL_HEIGHT))
        .facet(
            data=DATA,
            row=alt.Row("lr:N", sort=[_name_lr(lr) for lr in list_places(grid).rates], title=None),
            column=alt.Column("activation:N", sort=[one.label for one in grid.activation], title=None),
            spacing=6,
        )
    )
    return to_spec(chart)


def _cells(grid: Grid, span: Span | None, has_text: bool) -> list[alt.Chart]:
    axis = alt.Axis(labelAngle=0, labelPadding=4, ticks=False, domain=False)
    places = list_places(grid)
    base = alt.Chart().encode(
        x=alt.X("column:O", title=None, sort=list(places.columns), axis=axis),
        y=alt.Y("row:O", title=None, sort=list(places.rows), axis=axis),
        tooltip=[
            alt.Tooltip("candidate:N", title="network"),
            alt.Tooltip("accuracy:Q", title="mean accuracy", format=".2%"),
            alt.Tooltip("folds:Q", title="folds done"),
            alt.Tooltip("dropped:N", title="dropped"),
        ],
    )
    filled = base.transform_filter("isValid(datum.error)")
    opacity = alt.condition("datum.found", alt.value(1.0), alt.value(_FAINT))
    layers = [
        base.mark_rect(color=_EMPTY_CELL, cornerRadius=2),
        base.transform_filter("datum.dropped").mark_text(text="×", fontSize=13, color="#888888"),
        filled.mark_rect(cornerRadius=2).encode(color=colour_accuracy(span), opacity=opacity),
    ]
    if has_text:
        # White on the dark end of the colours, black on the bright one.
        ink = alt.condition(
            "luminance(scale('color', datum.error)) > 0.3", alt.value("black"), alt.value("white")
        )
        percent = filled.transform_calculate(percent="datum.accuracy * 100")
        layers.append(
            percent.mark_text(fontSize=10).encode(
                text=alt.Text("percent:Q", format=".1f"), color=ink, opacity=opacity
            )
        )
    return layers


@lru_cache(maxsize=32)
def _curves_spec(title: str, form: str, n_columns: int, n_rows: int) -> dict[str, Any]:
    legend = alt.Legend(
        title=None, orient="bottom", columns=n_columns, labelLimit=300, symbolSize=60, offset=0
    )
    chart = (
        alt.Chart(DATA)
        .mark_line(point=alt.OverlayMarkDef(size=24), strokeWidth=2)
        .encode(
            x=alt.X("epoch:Q", title="epoch", axis=alt.Axis(tickMinStep=1, format="d")),
            y=alt.Y("value:Q", title=None, axis=alt.Axis(format=form), scale=alt.Scale(zero=False)),
            color=alt.Color("training:N", legend=legend),
            tooltip=[
                alt.Tooltip("training:N"),
                alt.Tooltip("epoch:Q"),
                alt.Tooltip("value:Q", title=title, format=".2%" if form.endswith("%") else ".4f"),
            ],
        )
        .properties(height=_PLOT_HEIGHT + n_rows * _LEGEND_ROW)
    )
    return to_spec(chart)
