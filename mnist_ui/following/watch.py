"""Parts of a page that follow the store: they ask for a small stamp, and are drawn anew once it changes."""

from collections.abc import Callable, Hashable
from typing import TypeVar

import streamlit as st

from mnist_core.ground.errors import LabError, RunError
from mnist_core.store import WorkRow, get_job
from mnist_ui import session
from mnist_ui.components.sight import is_hidden
from mnist_ui.following.waking import tend_work
from mnist_ui.markdown import escape
from mnist_ui.states import is_live
from mnist_ui.streamlit_insides import rerun_fragment

_Stamp = TypeVar("_Stamp", bound=Hashable)
_Work = TypeVar("_Work")
_HIDDEN_EVERY_S = 5.0  # in a tab that nobody sees, the title alone tells of a run


def watch(
    name: str, read_stamp: Callable[[], _Stamp], show: Callable[[_Stamp], None], every_s: float | None
) -> None:
    """Show a part of the page, and show it anew whenever its stamp has changed.

    Asking costs a thousandth of drawing; where nothing has changed, nothing is sent. A tab that is hidden
    asks less often.

    Parameters
    ----------
    name : str
        Tells the part from others of the page.
    read_stamp : callable
        Returns what differs once the part would look otherwise.
    show : callable
        Draws it; gets the stamp.
    every_s : float or None
        Seconds between two questions; None asks no more.
    """
    seen: _Stamp | None = None
    is_first = True

    def draw() -> None:
        nonlocal seen
        seen = read_stamp()  # before it is drawn: what comes meanwhile is drawn the next time
        show(seen)

    def look() -> None:
        nonlocal is_first
        if not is_first and read_stamp() != seen:
            rerun_fragment(name)
        is_first = False

    st.fragment(draw, key=name)()
    if every_s is not None:
        session.IS_WATCHING.put(True)
        st.fragment(look, run_every=max(every_s, _HIDDEN_EVERY_S) if is_hidden() else every_s)()


def watch_work(
    name: str,
    read_stamp: Callable[[], _Stamp],
    look: Callable[[_Stamp], _Work],
    show: Callable[[_Work], None],
    phase: Callable[[_Work], Hashable],
    before: Hashable,
    every_s: float | None,
) -> None:
    """Watch a piece of work; where it comes to another phase, the whole page runs again.

    Parameters
    ----------
    name, read_stamp, every_s
        As `watch` takes them.
    look, show : callable
        Reads the work as it stands, given the stamp; draws it.
    phase : callable
        Tells of the work what the rest of the page depends on.
    before : hashable
        The phase that the page was drawn for.
    """

    def show_now(stamp: _Stamp) -> None:
        try:
            now = look(stamp)
            if phase(now) != before:
                st.rerun()
            show(now)
        except LabError as error:
            st.error(escape(str(error)), icon=":material/error:")

    watch(name, read_stamp, show_now, every_s)


def watch_job(
    name: str,
    job: WorkRow,
    show: Callable[[WorkRow], None],
    every_s: float,
    is_busy: Callable[[WorkRow], bool] = is_live,
    read_more: Callable[[], Hashable] = lambda: None,
) -> None:
    """Watch a job, as the store had it just now, and wake it where it waits; only while it is busy.

    Parameters
    ----------
    name, show, every_s
        As `watch_work` takes them.
    job : WorkRow
        As the page has read it.
    is_busy, read_more : callable
        Tells whether it changes by itself; returns what else its looks depend on.
    """
    store, was_busy = session.store(), is_busy(job)

    def look(_: object) -> WorkRow:
        try:
            return get_job(store, job.id)
        except RunError:
            st.rerun()  # deleted in another tab: the page says what is left

    def read_stamp() -> Hashable:
        return tend_work(store, job.id), read_more()

    watch_work(name, read_stamp, look, show, is_busy, was_busy, every_s if was_busy else None)
