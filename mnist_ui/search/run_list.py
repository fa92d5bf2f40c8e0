"""The history of runs: searched, and one of them named, tagged, opened or deleted."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TypeAlias

import pandas as pd
import streamlit as st

from mnist_core.ground.errors import LabError
from mnist_core.store import (
    BestScore,
    Database,
    WorkRow,
    WorkState,
    find_searches,
    list_tags,
    remove_work,
    rename_work,
    set_tags,
)
from mnist_ui import session
from mnist_ui.markdown import escape
from mnist_ui.search import state
from mnist_ui.search.shown_run import open_comparison, open_run
from mnist_ui.states import is_live, mark_state, say_state
from mnist_ui.times import say_duration, say_zone
from mnist_ui.who import name_space

_ROW_HEIGHT = 35
_TABLE_HEIGHT = 400  # pixels: some ten runs
_COLUMNS = ["state", "name", "tags", "best", "folds", "fits", "epochs", "took", "created", "dataset", "id"]


def show_history(_: Sequence[WorkRow], best_scores: Mapping[str, BestScore]) -> None:
    """Show the runs that fit what is looked for, and what can be done with the chosen one.

    Parameters
    ----------
    best_scores : mapping of str to BestScore
        Of the best candidate of each run that has one.
    """
    store = session.store()
    if refusal := state.HISTORY_REFUSAL.take():
        st.error(escape(refusal), icon=":material/error:")
    runs = _search(store)
    if not runs:
        st.info("No run fits: take some words, tags or states away.", icon=":material/search_off:")
        return
    chosen = _choose(runs, best_scores)
    if not chosen:
        st.caption(
            "Click the box before a run to open, name, tag, compare or delete it, or before several to "
            "compare these."
        )
    elif len(chosen) == 1:
        _show_card(store, chosen[0])
    else:
        ids = tuple(run.id for run in chosen)
        label, icon = f"Compare these {len(ids)} runs", ":material/compare:"
        st.button(label, "compare-several", icon=icon, on_click=open_comparison, args=ids)


def _search(store: Database) -> list[WorkRow]:
    words, tags, states = st.columns([2, 1, 1])
    text = words.text_input(
        "Find runs",
        key="search-history-text",
        placeholder="words of the name, data set, tag or id",
        icon=":material/search:",
    )
    chosen_tags = tags.multiselect("With tags", list_tags(store), key="search-history-tags")
    chosen_states = states.multiselect(
        "In state", list(WorkState), format_func=say_state, key="search-history-states"
    )
    return find_searches(store, text or "", chosen_tags, chosen_states)


def _choose(runs: Sequence[WorkRow], best_scores: Mapping[str, BestScore]) -> list[WorkRow]:
    rows = [_tabulate(run, best_scores.get(run.id)) for run in runs]
    table = st.dataframe(
        pd.DataFrame(rows, columns=_COLUMNS),
        # Other rows are another table: a choice must not slip to the run that takes a row's place.
        key=f"history-{hash(tuple(run.id for run in runs))}",
        on_select="rerun",
        selection_mode="multi-row",
        hide_index=True,
        row_height=_ROW_HEIGHT,
        height=min(_TABLE_HEIGHT, (len(runs) + 1) * _ROW_HEIGHT + 3),
        column_config={
            "best": st.column_config.NumberColumn("best", format="%.2f %%"),
            "fits": "fits",
            "created": st.column_config.DatetimeColumn("begun", format="D MMM YYYY, HH:mm"),
            "dataset": "data set",
            "tags": st.column_config.ListColumn("tags"),
        },
        placeholder="",
        alt="Runs, the latest first",
    )
    return [runs[place] for place in table["selection"]["rows"] if place < len(runs)]


def _tabulate(run: WorkRow, best: BestScore | None) -> tuple[object, ...]:
    return (
        mark_state(run.state),
        run.name,
        list(run.tags),
        None if best is None else best.mean * 100,
        None if best is None else f"{best.n_folds} of {run.settings['cv']}",
        run.say_fits().removesuffix(" fits"),
        run.n_epochs,
        say_duration(run.seconds),
        run.created.astimezone(say_zone()).replace(tzinfo=None),
        run.dataset_name,
        run.id,
    )


def _show_card(store: Database, run: WorkRow) -> None:
    with st.container(border=True):
        if run.space != session.settings().space:
            st.markdown(f"**{escape(run.name)}**, published by {escape(name_space(run.space))}")
            _show_deeds(run, _LOOKS)
            return
        with st.form(f"card-{run.id}", border=False):
            name_side, tags_side, save_side = st.columns([3, 3, 1], vertical_alignment="bottom")
            name = name_side.text_input("Name", run.name, max_chars=200, key=f"name-{run.id}")
            tags = tags_side.multiselect(
                "Tags",
                sorted({*list_tags(store), *run.tags}),
                run.tags,
                accept_new_options=True,
                placeholder="choose, or type a new one",
                key=f"tags-{run.id}",
            )
            if save_side.form_submit_button("Save", icon=":material/save:", width="stretch"):
                _save(store, run, name, tags)
        _show_deeds(run, _DEEDS)


def _save(store: Database, run: WorkRow, name: str, tags: Sequence[str]) -> None:
    try:
        rename_work(store, run.id, name)
        set_tags(store, run.id, tags)
    except LabError as error:
        st.error(escape(str(error)), icon=":material/error:")
    else:
        st.rerun()


_KEPT = "A run that goes on or waits cannot be deleted: cancel it first."
_Deed: TypeAlias = tuple[str, str, str, Callable[[str], None]]
_LOOKS: tuple[_Deed, ...] = (
    ("Open this run", ":material/visibility:", "open", open_run),
    ("Compare", ":material/compare:", "compare", open_comparison),
)
_DEEDS: tuple[_Deed, ...] = (
    *_LOOKS,
    ("Delete …", ":material/delete:", "delete", state.HISTORY_ASKED.put),
)


def _show_deeds(run: WorkRow, deeds: Sequence[_Deed]) -> None:
    with st.container(horizontal=True):
        for label, icon, name, deed in deeds:
            reason = _KEPT if deed == state.HISTORY_ASKED.put and is_live(run) else None
            key, of = f"{name}-{run.id}", (run.id,)
            st.button(label, key, icon=icon, on_click=deed, args=of, disabled=reason is not None, help=reason)
    # It stays open until it is answered, also where the page runs again for another reason.
    if state.HISTORY_ASKED.get() == run.id:
        _ask_to_delete(run)


@st.dialog("Delete this run?", icon=":material/delete:", on_dismiss=state.HISTORY_ASKED.forget)
def _ask_to_delete(run: WorkRow) -> None:
    st.markdown(
        f"**{escape(run.name)}**, with its {run.n_fits_done:,} finished fits, {run.n_epochs:,} epochs, "
        "table, checkpoints and log. This cannot be undone."
    )
    if run.found is not None:
        st.markdown(f"The model that it saved, **{escape(Path(run.found.model).name)}**, stays.")
    with st.container(horizontal=True, horizontal_alignment="right"):
        if st.button("Keep it", key=f"keep-{run.id}", on_click=state.HISTORY_ASKED.forget):
            st.rerun()
        # A callback, as its deed is done also where another run of the page overtakes that of the dialog.
        if st.button("Delete", type="primary", key=f"really-delete-{run.id}", on_click=_delete, args=(run,)):
            st.rerun()


def _delete(run: WorkRow) -> None:
    state.HISTORY_ASKED.forget()
    try:
        remove_work(session.store(), run.id, session.settings())
    except LabError as error:
        state.HISTORY_REFUSAL.put(str(error))
    else:
        if st.query_params.get("run") == run.id:
            del st.query_params["run"]
