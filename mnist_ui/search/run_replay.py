"""A run that has stopped, shown again as it stood after each of its epochs."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

import streamlit as st

from mnist_core.network.history import REFIT_FOLD
from mnist_core.store import FitRow, FitState, WorkRow
from mnist_core.store.epochs import EpochAccuracy
from mnist_core.store.ranking import rank_candidates
from mnist_ui.components.replay import Replay
from mnist_ui.search import state
from mnist_ui.search.ranking_table import show_narrow_ranking
from mnist_ui.search.search_charts import draw_heat_map


def show_replay(run: WorkRow, epochs: Sequence[EpochAccuracy], fits: Sequence[FitRow]) -> None:
    """Show a player of the epochs in the order in which they ended, and the run as it stood then."""
    searched = [row for row in epochs if row.fold != REFIT_FOLD]
    if not searched:
        st.info("There is nothing to replay: no epoch has ended.", icon=":material/replay:")
        return
    key = f"replay-{run.id}-{len(searched)}"
    seen = state.REPLAYED.of(f"{run.id}-{len(searched)}-seen")
    with st.container(border=True):
        st.markdown("**The run as it went**", help=_HELP)
        place = seen.get() if seen.is_there() else len(searched)
        n_seen = Replay(run.plan, searched, fits).show(key, place)
    seen.put(n_seen)
    ranked = rank_candidates(run.plan, rewind_fits(searched[:n_seen], fits))
    st.caption(f"As it stood after {n_seen:,} epochs:")
    ranking, heat_map = st.columns([7, 5])
    with ranking.container(border=True):
        show_narrow_ranking(run.plan, ranked, f"replayed-ranking-{run.id}")
    with heat_map.container(border=True):
        st.markdown("**Accuracy over the grid**")
        # The colours of the run's end, so that none changes its meaning on the way there.
        draw_heat_map(run.plan.tried, ranked, rank_candidates(run.plan, fits)).show(
            f"replayed-heat-map-{run.id}", stretch=False
        )


_HELP = (
    "Each network's learning curve grows as it grew; blue ones were in training, the green one led. Ranking "
    "and map below follow once a second. Keys: Space or K plays and pauses, comma and dot go an epoch back "
    "and on, + and - change the speed; on the slider also the arrow keys, Home and End."
)


def rewind_fits(seen: Sequence[EpochAccuracy], fits: Sequence[FitRow]) -> list[FitRow]:
    """Return the fits as they stood when these epochs, and no later ones, had ended."""
    counts = Counter((row.candidate, row.fold) for row in seen)
    stood = []
    for fit in fits:
        n_epochs = counts[fit.candidate, fit.fold]
        if n_epochs == 0:
            continue
        if n_epochs == fit.n_epochs:
            stood.append(fit)
        else:
            stood.append(replace(fit, state=FitState.RUNNING, score=None, n_epochs=n_epochs))
    return stood
