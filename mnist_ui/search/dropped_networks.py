"""The candidates that a race has dropped: when, why, and the way to finish one nevertheless."""

from collections.abc import Mapping

import pandas as pd
import streamlit as st

from mnist_core.ground.errors import LabError
from mnist_core.network.racing import Drop
from mnist_core.store import WorkRow, WorkState
from mnist_core.store.drops import estimate_saved
from mnist_core.store.finishing import list_to_finish, request_finish
from mnist_core.work.supervisor import start_worker
from mnist_ui import session
from mnist_ui.markdown import escape
from mnist_ui.search import state
from mnist_ui.search.followed_runs import Sight
from mnist_ui.search.shown_run import open_run

_ROW_HEIGHT = 35
_TABLE_HEIGHT = 320  # pixels: some eight networks
_HELP = (
    "Networks are compared on each fold where they have learnt as much, by a paired test over the folds. Who "
    "falls behind is trained no further: it has no accuracy, and stands in no ranking."
)


def show_dropped(sight: Sight) -> None:
    """Show who was dropped after how many epochs and why, and offer to finish one."""
    run, dropped = sight.run, sight.dropped
    if not dropped:
        return
    with st.container(border=True):
        st.markdown(f"**Dropped, not measured: {len(dropped)} of {run.plan.n_candidates}**", help=_HELP)
        if saved := estimate_saved(run.plan, sight.fits):
            st.caption(f"That saved about {saved:.0%} of the epochs of the whole grid.")
        candidates = run.plan.candidates()
        rows = [
            (str(candidates[number]), drop.n_epochs, drop.say_why(candidates[drop.behind]))
            for number, drop in sorted(dropped.items(), key=lambda item: (-item[1].n_epochs, item[0]))
        ]
        st.dataframe(
            pd.DataFrame(rows, columns=["network", "epochs", "why"]),
            key=f"dropped-{run.id}",
            height=min(_TABLE_HEIGHT, (len(rows) + 1) * _ROW_HEIGHT + 3),
            row_height=_ROW_HEIGHT,
            hide_index=True,
            column_config={
                "network": st.column_config.TextColumn("network", width="medium"),
                "epochs": st.column_config.NumberColumn("after epochs", width="small"),
                "why": st.column_config.TextColumn("why", width="large"),
            },
            alt="Networks that fell behind, the last ones first",
        )
        if run.space == session.settings().space:
            _offer_finish(run, dropped)


def _offer_finish(run: WorkRow, dropped: Mapping[int, Drop]) -> None:
    if refusal := state.FINISH_REFUSAL.take():
        st.error(escape(refusal), icon=":material/error:")
    asked, candidates = set(list_to_finish(run)), run.plan.candidates()
    if waiting := [str(candidates[number]) for number in sorted(asked & set(dropped))]:
        st.info(f"To be finished: {', '.join(waiting)}.", icon=":material/flag:")
    open_ones = [number for number in sorted(dropped) if number not in asked]
    if not open_ones:
        return
    choice, button = st.columns([3, 1], vertical_alignment="bottom")
    chosen = choice.selectbox(
        "Finish one nevertheless",
        open_ones,
        format_func=lambda number: str(candidates[number]),
        key=f"finish-{run.id}",
        help=_HELP_FINISH[run.state is WorkState.DONE],
    )
    drop = dropped[chosen]
    st.caption(f"{drop.say(candidates[drop.behind]).capitalize()}.")
    if button.button("Finish it", icon=":material/flag:", key=f"finish-it-{run.id}", width="stretch"):
        _finish(run, chosen)
        st.rerun()


_HELP_FINISH = {
    False: "It is trained to its end within this run, as the whole grid would have trained it.",
    True: "A new run takes over all that this one has measured, trains it to its end as the whole grid would "
    "have, and retrains the winner. That is another one only where it is better.",
}


def _finish(run: WorkRow, number: int) -> None:
    try:
        run_id = request_finish(session.store(), run.id, [number])
    except LabError as error:
        state.FINISH_REFUSAL.put(str(error))
        return
    if run_id != run.id:
        open_run(run_id)
        start_worker(session.settings())
