"""Who is here, what is at work and what waits: a part of the page that follows the store."""

import time
from collections.abc import Hashable, Mapping, Sequence
from typing import Any

import pandas as pd
import streamlit as st

from mnist_core.ground.footprint import MemoryTaken, RoomTaken
from mnist_core.ground.settings import Settings
from mnist_core.store import SEARCH, Database, WorkRow
from mnist_core.store.people.roll import Person
from mnist_core.store.people.standings import (
    Standing,
    list_open_work,
    read_standings,
    read_standings_stamp,
)
from mnist_ui.following.watch import watch
from mnist_ui.people.measures import look_at_memory, look_at_room
from mnist_ui.states import mark_state
from mnist_ui.times import say_duration

REFRESH_S = 3.0
"""How often the page asks whether anything has changed."""

_HERE_S = 120.0  # since somebody was seen
_ROW_HEIGHT = 35
_NAME_WIDTH = 130  # pixels; on a phone it leaves room for what stands beside it
_MOST_ROWS = 12  # that are seen at once
_GIGABYTE, _TENTH = 1e9, 1e8
_KINDS = {
    SEARCH: "search",
    "live": "training",
    "live-model": "training, to be kept",
    "learn": "learns a hand",
    "label-errors": "suspected labels",
    "learning-curve": "learning curve",
}


def show_present(store: Database, settings: Settings) -> None:
    """Show who is here and what is at work, and go on showing it."""

    def show(_: object) -> None:
        work = list_open_work(store)
        standings = read_standings(store, settings, work)
        memory, room = look_at_memory(settings.home), look_at_room(settings.home)
        _show_figures(_count(standings, work) | _measure(memory, room))
        words = ([_say_memory(memory)] if memory else []) + ([_say_room(room)] if room else [])
        st.caption(" ".join(words) or "Memory and disk are being measured.")
        _show_people(standings)
        _show_work(work, {one.person.id: one.person.name for one in standings})

    watch("people-present", lambda: _read_stamp(store, settings), show, REFRESH_S)


def is_here(person: Person) -> bool:
    """Say whether somebody was seen a moment ago."""
    return time.time() - person.seen < _HERE_S


def name_kind(row: WorkRow) -> str:
    """Say what kind of work something is."""
    return _KINDS.get(row.kind, row.kind)


def measure_progress(row: WorkRow) -> float:
    """Return how far work has come, 0 to 1."""
    return row.share_settled if row.n_fits else row.progress or 0.0


def say_reason(row: WorkRow, n_before: int) -> str:
    """Say what work does or why it waits.

    Parameters
    ----------
    row : WorkRow
        The work.
    n_before : int
        How much waits before it.
    """
    if not row.is_waiting:
        return row.message
    return f"{n_before} before it" if n_before else "the next one"


def _read_stamp(store: Database, settings: Settings) -> Hashable:
    """Read what differs once anything shown has; time that goes by and what is measured among it."""
    stamp = read_standings_stamp(store)
    memory, room = look_at_memory(settings.home), look_at_room(settings.home)
    sizes = (memory and _say_size(memory.app + memory.others), room and _say_size(room.total))
    return stamp, sizes, int(time.time() / _HERE_S)


def _count(standings: Sequence[Standing], work: Sequence[WorkRow]) -> dict[str, str]:
    n_held = sum(row.state.is_held for row in work)
    n_here = sum(is_here(one.person) for one in standings)
    here = f"{n_here} of {len(standings)}"
    return {"Here now": here, "At work": str(n_held), "Waiting": str(len(work) - n_held)}


def _measure(memory: MemoryTaken | None, room: RoomTaken | None) -> dict[str, str]:
    return {
        "Memory": _say_size(memory.app + memory.others) if memory else "…",
        "Disk": _say_size(room.total) if room else "…",
    }


def _show_figures(figures: Mapping[str, str]) -> None:
    with st.container(horizontal=True):
        for label, value in figures.items():
            st.metric(label, value, border=True)


def _say_memory(memory: MemoryTaken) -> str:
    processes = "1 other process" if memory.n_others == 1 else f"{memory.n_others} other processes"
    return (
        f"Memory: this app {_say_size(memory.app)}, {processes} {_say_size(memory.others)}; "
        f"{_say_size(memory.free)} are left."
    )


def _say_room(room: RoomTaken) -> str:
    parts = sorted(room.taken.items(), key=lambda part: -part[1])
    words = ", ".join(f"{kind} {_say_size(size)}" for kind, size in parts if size >= _TENTH / 100)
    return f"Disk: {words or 'nothing yet'}; {_say_size(room.free)} are left."


def _say_size(n_bytes: int) -> str:
    return f"{n_bytes / _GIGABYTE:,.1f} GB" if n_bytes >= _TENTH else f"{n_bytes / 1e6:,.0f} MB"


def _show_people(standings: Sequence[Standing]) -> None:
    st.markdown("## Who is here")
    if not standings:
        st.info("Nobody has come yet.", icon=":material/group:")
        return
    order = sorted(standings, key=lambda one: not is_here(one.person))  # each half in order of the alphabet
    _show_table(
        pd.DataFrame([_tabulate_person(one) for one in order]),
        "people-table",
        "People with what they have open and have reached",
        {
            "name": st.column_config.TextColumn("name", pinned=True, width=_NAME_WIDTH),
            "best": st.column_config.NumberColumn(
                "best so far", format="%.2f %%", help="mean accuracy over the folds of their best candidate"
            ),
        },
    )


def _tabulate_person(one: Standing) -> dict[str, object]:
    person = one.person
    return {
        "name": person.name,
        "here": "● now" if is_here(person) else f"○ {_say_ago(time.time() - person.seen)}",
        "page": person.page or "home",
        "data set": one.dataset,
        "at work": sum(row.state.is_held for row in one.work),
        "waiting": sum(not row.state.is_held for row in one.work),
        "best": None if one.best_score is None else 100 * one.best_score,
        "models": one.n_models,
        "drawings": one.n_drawings,
    }


def _say_ago(seconds: float) -> str:
    minutes = round(seconds / 60)
    if minutes < 60:
        return f"{minutes} min ago"
    return f"{minutes // 60} h ago" if minutes < 1440 else f"{minutes // 1440} d ago"


def _show_work(work: Sequence[WorkRow], names: Mapping[str, str]) -> None:
    st.markdown("## What is at work, and what waits")
    if not work:
        st.caption("Nothing is at work.")
        return
    n_held = sum(not row.is_waiting for row in work)
    rows = [
        _tabulate_work(names.get(row.space, "nobody"), row, max(place - n_held, 0))
        for place, row in enumerate(work)
    ]
    _show_table(
        pd.DataFrame(rows),
        "people-work-table",
        "Work of everybody, what is carried out first",
        {
            "person": st.column_config.TextColumn("person", pinned=True, width=_NAME_WIDTH),
            "progress": st.column_config.ProgressColumn("progress", format="percent", width="small"),
        },
    )


def _tabulate_work(person: str, row: WorkRow, n_before: int) -> dict[str, object]:
    return {
        "person": person,
        "state": mark_state(row.state),
        "progress": measure_progress(row),
        "what": name_kind(row),
        "name": row.name,
        "why": say_reason(row, n_before),
        "took": say_duration(row.seconds) if row.seconds else "",
        "data set": row.dataset_name,
    }


def _show_table(table: pd.DataFrame, key: str, alt: str, config: dict[str, Any]) -> None:
    st.dataframe(
        table,
        key=key,
        hide_index=True,
        row_height=_ROW_HEIGHT,
        height=(min(len(table), _MOST_ROWS) + 1) * _ROW_HEIGHT + 3,
        column_config=config,
        placeholder="",
        alt=alt,
    )
