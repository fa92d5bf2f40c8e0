"""A run that has stopped, shown again as it stood after each of its epochs."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

import streamlit as st

from mnist_core.runs import REFIT_FOLD, EpochRow, FitRow, FitState, RunRow
from mnist_core.runs.ranking import rank_candidates
from mnist_ui.charts.search import draw_heat_map
from mnist_ui.charts.small_curves import MOST_CELLS, draw_small_curves
from mnist_ui.ranking_table import show_ranking


def show_replay(run: RunRow, epochs: Sequence[EpochRow], fits: Sequence[FitRow]) -> None:
    """Show a slider through the epochs in the order in which they ended, and the run as it stood then."""
    searched = [row for row in epochs if row.fold != REFIT_FOLD]
    if not searched:
        st.info("There is nothing to replay: no epoch has ended.", icon=":material/replay:")
        return
    with st.container(border=True):
        n_seen = st.slider(
            "Epochs of all networks, in the order in which they ended",
            0,
            len(searched),
            len(searched) // 3,
            key=f"replay-{run.id}-{len(searched)}",
        )
        seen = searched[:n_seen]
        stood = rewind_fits(seen, fits)
        n_over = sum(fit.state is FitState.DONE for fit in stood)
        st.caption(f"{n_over:,} of {run.n_fits:,} fits had ended, {len(stood) - n_over:,} were in training.")
        ranked = rank_candidates(run.plan, stood)
        if run.plan.grid.n_candidates <= MOST_CELLS:
            best = ranked[0].index if ranked else None
            figure = draw_small_curves(run.plan.grid, seen, stood, best=best)
            figure.show(f"replayed-{run.id}", None, lambda _: None)
    ranking, heat_map = st.columns([7, 5])
    with ranking.container(border=True):
        show_ranking(run.plan, ranked, f"replayed-ranking-{run.id}", is_narrow=True)
    with heat_map.container(border=True):
        st.markdown("**Accuracy over the grid**")
        draw_heat_map(run.plan.grid, ranked).show(f"replayed-heat-map-{run.id}", stretch=False)


def rewind_fits(seen: Sequence[EpochRow], fits: Sequence[FitRow]) -> list[FitRow]:
    """Return the fits as they stood when these epochs, and no later ones, had ended."""
    counts = Counter((row.candidate, row.fold) for row in seen)
    stood = []
    for fit in fits:
        n_epochs = counts[fit.candidate, fit.fold]
        if n_epochs == fit.n_epochs:
            stood.append(fit)
        elif n_epochs:
            stood.append(replace(fit, state=FitState.RUNNING, score=None, n_epochs=n_epochs))
    return stood
