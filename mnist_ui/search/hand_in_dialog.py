"""A report made one's own: name, notes, figures, and what kind of file it is."""

from collections.abc import Sequence
from functools import partial

import streamlit as st

from mnist_core.ground.settings import Settings
from mnist_core.store import Database, WorkRow
from mnist_core.store.people.publishing import find_winner
from mnist_core.store.reading import list_work
from mnist_ui import session
from mnist_ui.downloads import offer_file
from mnist_ui.markdown import escape
from mnist_ui.search import state
from mnist_ui.times import say_when

_KINDS = {
    "HTML": (".html", "text/html"),
    "PDF": (".pdf", "application/pdf"),
    "LaTeX": (".zip", "application/zip"),
}
_MOST_LETTERS = 5_000  # of a note


def write_run_report(store: Database, settings: Settings, run_id: str) -> str:
    """Write a run's report as it comes, in a thread that knows of no tab, and so of no person."""
    from mnist_core.insight.report import gather_facts, write_page  # noqa: PLC0415 - matplotlib, once it is asked for

    return write_page(gather_facts(store, run_id, settings))


def offer_hand_in(run: WorkRow) -> None:
    """Offer to make a run's report one's own."""
    if st.button(
        "Hand it in …", icon=":material/assignment_turned_in:", type="tertiary", key=f"hand-{run.id}"
    ):
        _ask(run)


@st.dialog("Hand it in", icon=":material/assignment_turned_in:", width="large")
def _ask(run: WorkRow) -> None:
    from mnist_core.insight.report import hand_in  # noqa: PLC0415 - as above
    from mnist_core.insight.report.pdf import find_browser  # noqa: PLC0415 - as above

    author = st.text_input("Your name", key=state.HAND_IN_NAME, max_chars=200)
    others = _list_others(run)
    more = st.multiselect(
        "With these runs",
        list(others),
        format_func=lambda run_id: _describe(others[run_id]),
        placeholder="this run alone",
        key=f"hand-in-runs-{run.id}",
    )
    figures = st.multiselect(
        "Figures",
        [*hand_in.PAPER_FIGURES, *_list_hidden(run)],
        default=hand_in.PAPER_FIGURES,
        format_func=hand_in.name_figure,
        accept_new_options=True,
        help="At first the paper's. Type others, as hidden1:3,7; units are counted from 0.",
        key=f"hand-in-figures-{run.id}",
    )
    with st.expander("Notes", icon=":material/edit_note:"):
        st.caption("Plain text, at the end of each section; a blank line begins another paragraph.")
        titles = hand_in.SECTIONS | ({hand_in.RUNS: hand_in.RUNS_TITLE} if more else {})
        notes = {
            name: st.text_area(title, height=80, max_chars=_MOST_LETTERS, key=f"hand-in-{name}-{run.id}")
            for name, title in titles.items()
        }
    kind = st.segmented_control("As", list(_KINDS), default="HTML", required=True, key=f"hand-in-as-{run.id}")
    odd = [one for one in figures if not hand_in.is_figure(one)]
    if odd:
        st.warning(
            f"{escape(', '.join(odd))}: a figure is one of the list, a layer such as hidden1, or units such "
            "as hidden1:3,7."
        )
    elif kind == "PDF" and find_browser() is None:
        st.info(
            "A PDF needs Chromium, Chrome or Edge beside the lab: take HTML, and print it in your browser."
        )
    else:
        _offer([run.id, *more], (author, notes, tuple(figures)), str(kind))


def _describe(run: WorkRow) -> str:
    best = f" · best {run.found.best_score:.2%}" if run.found else ""
    return f"{run.name or run.id} · {say_when(run.created)}{best}"


def _list_hidden(run: WorkRow) -> list[str]:
    return [f"hidden{number}" for number, _ in enumerate(run.found.candidate.hidden, 1)] if run.found else []


def _list_others(run: WorkRow) -> dict[str, WorkRow]:
    settings = session.settings()
    runs = [one for one in list_work(session.store()) if one.found is not None and one.id != run.id]
    folders = {one.id: find_winner(settings, one) for one in runs}
    return {one.id: one for one in runs if (folder := folders[one.id]) is not None and folder.is_dir()}


def _offer(run_ids: Sequence[str], said: tuple[str, dict[str, str], tuple[str, ...]], kind: str) -> None:
    ending, mime = _KINDS[kind]
    offer_file(
        "Take it",
        partial(_write, session.store(), session.settings(), run_ids, said, ending),
        f"report-{run_ids[0]}{ending}",
        mime,
        type="primary",
        help="PDF: printed by a browser beside the lab. LaTeX: each figure and table a file, in a ZIP.",
    )


def _write(
    store: Database,
    settings: Settings,
    run_ids: Sequence[str],
    said: tuple[str, dict[str, str], tuple[str, ...]],
    ending: str,
) -> bytes:
    from mnist_core.insight.report import HandIn, gather_facts, write_report  # noqa: PLC0415 - as above

    return write_report([gather_facts(store, run_id, settings) for run_id in run_ids], HandIn(*said), ending)
