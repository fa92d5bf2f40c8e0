"""Two runs side by side: what they tried, what they took, what they found."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

import pandas as pd
import streamlit as st

from mnist_core.network.grid import Axis
from mnist_core.network.plan import SearchPlan
from mnist_core.network.ranges import Range
from mnist_core.store import BestScore, WorkRow, read_fits
from mnist_core.store.ranking import RankedCandidate, rank_candidates
from mnist_ui import session
from mnist_ui.markdown import escape
from mnist_ui.search import state
from mnist_ui.search.grid_map import explain_heat_map
from mnist_ui.search.ranking_table import show_narrow_ranking
from mnist_ui.search.search_charts import draw_heat_map
from mnist_ui.search.shown_run import select_run
from mnist_ui.session import Held
from mnist_ui.states import badge_state, mark_state
from mnist_ui.times import say_duration

_NONE = "—"
_AXES = {
    "lr": "Learning rates",
    "hidden1": "Hidden 1",
    "hidden2": "Hidden 2",
    "hidden": "Hidden layers",
    "activation": "Activations",
}
_RECIPE = {
    "max_epochs": "Epochs at most",
    "patience": "Patience",
    "keep": "Weights kept",
    "batch_size": "Batch size",
    "weight_decay": "Weight decay",
    "input_dropout": "Input dropout",
    "input_noise": "Input noise",
    "inner_folds": "Inner folds",
    "optimizer": "Optimizer",
    "momentum": "Momentum",
    "seed": "Seed",
}


def show_comparison(runs: Sequence[WorkRow], best_scores: Mapping[str, BestScore]) -> None:
    """Let the user choose two of the runs, and show them side by side."""
    if len(runs) < 2:
        st.info("Two runs are needed to compare them.", icon=":material/compare:")
        return
    left, right = st.columns(2)
    with left:
        first = _choose("First run", state.COMPARED_FIRST, runs, best_scores)
    with right:
        others = [run for run in runs if run.id != first.id]
        second = _choose("Second run", state.COMPARED_SECOND, others, best_scores)
    pair = (first, second)
    ranked = [rank_candidates(run.plan, read_fits(session.store(), run.id)) for run in pair]
    _show_differences(first, second)
    _show_figures(pair, ranked)
    for side, run, its_ranked in zip(st.columns(2), pair, ranked, strict=True):
        with side.container(border=True):
            st.markdown(f"{badge_state(run.state)} **{escape(run.name)}**")
            show_narrow_ranking(run.plan, its_ranked, f"compared-ranking-{run.id}")
            st.markdown("**Accuracy over the grid**", help=explain_heat_map(run.plan.tried))
            draw_heat_map(run.plan.tried, its_ranked, [*ranked[0], *ranked[1]]).show(
                f"compared-heat-map-{run.id}", stretch=False
            )


def _choose(
    label: str, held: Held[str | None], runs: Sequence[WorkRow], best_scores: Mapping[str, BestScore]
) -> WorkRow:
    by_id = {run.id: run for run in runs}
    # Else one that found something: with nothing there is nothing to compare.
    usual = next((run for run in runs if run.id in best_scores), runs[0])
    shown = by_id.get(held.get() or "", usual)
    select_run(label, held.of("widget"), runs, best_scores, shown, held.put)
    return shown


def _show_differences(first: WorkRow, second: WorkRow) -> None:
    mine, other = _describe_plan(first), _describe_plan(second)
    rows = {name: (mine[name], other[name]) for name in mine if mine[name] != other[name]}
    with st.container(border=True):
        if rows:
            st.markdown("**Planned differently**")
            _show_table(rows, first, second)
        else:
            st.markdown("**Planned alike**: the same data set, grid and recipe.")


def _show_figures(pair: Sequence[WorkRow], ranked: Sequence[Sequence[RankedCandidate]]) -> None:
    described = [_describe_result(run, one) for run, one in zip(pair, ranked, strict=True)]
    rows = {name: (described[0][name], described[1][name]) for name in described[0]}
    with st.container(border=True):
        st.markdown("**What came out**")
        _show_table(rows, *pair)


def _show_table(rows: Mapping[str, tuple[str, str]], first: WorkRow, second: WorkRow) -> None:
    # Two runs may have one name, and columns of a table may not.
    names = [escape(first.name), escape(second.name)]
    if names[0] == names[1]:
        names = [f"{name} ({run.id[-4:]})" for name, run in zip(names, (first, second), strict=True)]
    st.table(pd.DataFrame(rows.values(), index=list(rows), columns=names), border="horizontal")


def _describe_plan(run: WorkRow) -> dict[str, str]:
    plan, axes, recipe = run.plan, run.plan.grid.axes(), asdict(run.plan.recipe)
    return {
        "Data set": run.dataset_name,
        "Fingerprint": run.fingerprint,
        "Images": "all" if plan.limit is None else f"{plan.limit:,}",
        "Strategy": _say_strategy(plan),
        **{words: _say_axis(axes.get(axis, ())) for axis, words in _AXES.items()},
        "Folds": str(plan.cv),
        **{words: _say_axis(axes.get(name, (recipe[name],))) for name, words in _RECIPE.items()},
        "Split seed": str(plan.split_seed),
        "Engine": plan.engine.value,
        "Processes": "one a core" if plan.workers is None else str(plan.workers),
        "Cluster": plan.cluster or "this machine",
    }


def _say_axis(several: Axis) -> str:
    if isinstance(several, Range):
        return str(several)
    return ", ".join(map(_say_one, several)) or _NONE


def _say_one(value: Any) -> str:
    if isinstance(value, tuple):
        return "-".join(map(str, value))
    return f"{value:,}" if isinstance(value, int) else str(value)


def _say_strategy(plan: SearchPlan) -> str:
    return plan.strategy.value + (f", {plan.n_trials:,} candidates" if plan.strategy.draws else "")


def _describe_result(run: WorkRow, ranked: Sequence[RankedCandidate]) -> dict[str, str]:
    best, outcome = ranked[0] if ranked else None, run.found
    error = f" ± {best.standard_error * 100:.2f}" if best and best.n_folds_done > 1 else ""
    if best and best.n_folds_done < run.plan.cv:
        error += f" on {best.n_folds_done} of {run.plan.cv} folds"
    return {
        "State": mark_state(run.state),
        "Best network": str(best.candidate) if best else _NONE,
        "Its mean accuracy": f"{best.mean:.2%}{error}" if best else _NONE,
        "On held-out images": f"{outcome.test_accuracy:.2%}" if outcome else _NONE,
        "Fits": f"{run.n_fits_done:,} of {run.n_fits:,}",
        "Epochs": f"{run.n_epochs:,}",
        "Time": say_duration(run.seconds),
        "Epochs a second": f"{run.n_epochs / run.seconds:.1f}" if run.n_epochs and run.seconds > 0 else _NONE,
    }
