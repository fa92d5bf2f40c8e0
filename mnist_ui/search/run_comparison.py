"""Runs side by side, two or more: what they tried, what they took, what they found."""

from collections.abc import Mapping, Sequence

import pandas as pd
import streamlit as st

from mnist_core.store import BestScore, Database, WorkRow, read_epochs, read_fits
from mnist_core.store.ranking import RankedCandidate, rank_candidates
from mnist_core.store.side_by_side import NONE, find_differences, say_score
from mnist_ui import session
from mnist_ui.markdown import escape
from mnist_ui.search.compared_runs import choose_runs
from mnist_ui.search.grid_map import explain_heat_map
from mnist_ui.search.ranking_table import show_narrow_ranking
from mnist_ui.search.search_charts import draw_heat_map, draw_leaders
from mnist_ui.states import badge_state, mark_state
from mnist_ui.times import say_duration

_ROW_HEIGHT = 35
_HELP_LEADERS = (
    "Mean validation accuracy over the folds of each run's best candidate so far; a fold that has stopped "
    "counts on with its last value."
)


def show_comparison(runs: Sequence[WorkRow], best_scores: Mapping[str, BestScore]) -> None:
    """Let the user choose two of the runs or more, and show them side by side."""
    if len(runs) < 2:
        st.info("Two runs are needed to compare them.", icon=":material/compare:")
        return
    chosen = choose_runs(runs, best_scores)
    if len(chosen) < 2:
        st.info("Choose another run to compare with.", icon=":material/compare:")
        return
    store = session.store()
    ranked = [rank_candidates(run.plan, read_fits(store, run.id)) for run in chosen]
    names = _name_apart(chosen)
    if len(chosen) == 2:
        _show_differences(chosen, names)
        _show_figures(chosen, ranked, names)
        _show_leaders(store, chosen, ranked, names)
        _show_pair(chosen, ranked)
    else:
        _show_many(chosen, ranked)
        _show_leaders(store, chosen, ranked, names)


def _name_apart(runs: Sequence[WorkRow]) -> list[str]:
    """Name runs so that each is told from the others: several may have one name."""
    names = [run.name for run in runs]
    return [f"{run.name} ({run.id[-4:]})" if names.count(run.name) > 1 else run.name for run in runs]


def _show_differences(pair: Sequence[WorkRow], names: Sequence[str]) -> None:
    rows = find_differences(pair)
    with st.container(border=True):
        if rows:
            st.markdown("**Planned differently**")
            _show_table(rows, names)
        else:
            st.markdown("**Planned alike**: the same data set, grid and recipe.")


def _show_figures(
    pair: Sequence[WorkRow], ranked: Sequence[Sequence[RankedCandidate]], names: Sequence[str]
) -> None:
    described = [_describe_result(run, one) for run, one in zip(pair, ranked, strict=True)]
    rows = {name: tuple(one[name] for one in described) for name in described[0]}
    with st.container(border=True):
        st.markdown("**What came out**")
        _show_table(rows, names)


def _show_table(rows: Mapping[str, tuple[str, ...]], names: Sequence[str]) -> None:
    st.table(
        pd.DataFrame(rows.values(), index=list(rows), columns=list(map(escape, names))), border="horizontal"
    )


def _show_pair(pair: Sequence[WorkRow], ranked: Sequence[Sequence[RankedCandidate]]) -> None:
    for side, run, its_ranked in zip(st.columns(2), pair, ranked, strict=True):
        with side.container(border=True):
            st.markdown(f"{badge_state(run.state)} **{escape(run.name)}**")
            show_narrow_ranking(run.plan, its_ranked, f"compared-ranking-{run.id}")
            st.markdown("**Accuracy over the grid**", help=explain_heat_map(run.plan.tried))
            draw_heat_map(run.plan.tried, its_ranked, [*ranked[0], *ranked[1]]).show(
                f"compared-heat-map-{run.id}", stretch=False
            )


def _show_many(runs: Sequence[WorkRow], ranked: Sequence[Sequence[RankedCandidate]]) -> None:
    """Show a row a run: what came out, and what of its plan is not that of all."""
    differences = find_differences(runs)
    rows = [_tabulate(run, its_ranked) for run, its_ranked in zip(runs, ranked, strict=True)]
    frame = pd.DataFrame(rows).assign(**differences)
    with st.container(border=True):
        st.markdown("**What came out, and what was planned differently**")
        st.dataframe(
            frame,
            key=f"compared-{hash(tuple(run.id for run in runs))}",
            hide_index=True,
            row_height=_ROW_HEIGHT,
            height=(len(runs) + 1) * _ROW_HEIGHT + 3,
            column_config={
                "run": st.column_config.TextColumn("run", pinned=True),
                "mean accuracy": st.column_config.NumberColumn(format="%.2f %%"),
                "± s.e.": st.column_config.NumberColumn(format="%.2f"),
                "held-out": st.column_config.NumberColumn(format="%.2f %%"),
            },
            placeholder="",
            alt="Runs side by side",
        )


def _tabulate(run: WorkRow, ranked: Sequence[RankedCandidate]) -> dict[str, object]:
    best, outcome = ranked[0] if ranked else None, run.found
    is_sure = best is not None and best.n_folds_done > 1
    return {
        "run": run.name,
        "state": mark_state(run.state),
        "mean accuracy": best.mean * 100 if best else None,
        "± s.e.": best.standard_error * 100 if best and is_sure else None,
        "held-out": outcome.test_accuracy * 100 if outcome else None,
        "best network": str(best.candidate) if best else None,
        "fits": run.say_fits().removesuffix(" fits"),
        "epochs": run.n_epochs,
        "took": say_duration(run.seconds),
        "id": run.id,
    }


def _show_leaders(
    store: Database,
    runs: Sequence[WorkRow],
    ranked: Sequence[Sequence[RankedCandidate]],
    names: Sequence[str],
) -> None:
    curves = {}
    for run, its_ranked, name in zip(runs, ranked, names, strict=True):
        if its_ranked:
            folds = [(its_ranked[0].index, fold) for fold in range(run.plan.cv)]
            curves[f"{name}: {its_ranked[0].candidate}"] = read_epochs(store, run.id, fits=folds)
    if curves:
        with st.container(border=True):
            st.markdown("**How their best candidates learned**", help=_HELP_LEADERS)
            draw_leaders(curves).show(f"leaders-{hash(tuple(curves))}")


def _describe_result(run: WorkRow, ranked: Sequence[RankedCandidate]) -> dict[str, str]:
    best, outcome = ranked[0] if ranked else None, run.found
    return {
        "State": mark_state(run.state),
        "Best network": str(best.candidate) if best else NONE,
        "Its mean accuracy": say_score(best, run.plan.cv) if best else NONE,
        "On held-out images": f"{outcome.test_accuracy:.2%}" if outcome else NONE,
        "Fits": run.say_fits().removesuffix(" fits"),
        "Epochs": f"{run.n_epochs:,}",
        "Time": say_duration(run.seconds),
        "Epochs a second": f"{run.n_epochs / run.seconds:.1f}" if run.n_epochs and run.seconds > 0 else NONE,
    }
