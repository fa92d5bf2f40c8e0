"""How a run ended: what it found, or why it found nothing, and the ways on."""

from collections.abc import Sequence
from functools import partial
from pathlib import Path

import streamlit as st

from mnist_core.network.grid import PAPER_ACCURACY
from mnist_core.store import Outcome, WorkRow, WorkState, add_search
from mnist_core.store.fit_rows import write_fits
from mnist_core.store.people.publishing import find_winner, give_run, take_back_run, take_given
from mnist_core.store.ranking import RankedCandidate
from mnist_core.work.supervisor import start_worker
from mnist_ui import session
from mnist_ui.downloads import offer_file
from mnist_ui.markdown import escape
from mnist_ui.models.sharing import offer_sharing
from mnist_ui.page_links import link_model
from mnist_ui.search.hand_in_dialog import offer_hand_in, write_run_report
from mnist_ui.search.search_form import fill_form, make_own
from mnist_ui.search.shown_run import open_form, open_run

_MOST_TIES = 8  # more are counted, not named


def show_end(run: WorkRow, ranked: Sequence[RankedCandidate]) -> None:
    """Show the outcome of an ended run, or the reason why it has none."""
    if run.found is not None:
        _show_outcome(run, run.found, ranked)
    else:
        _say_why(run)
    with st.container(horizontal=True):
        _offer_again(run)
        _offer_fits(run)


def _say_why(run: WorkRow) -> None:
    reason = run.message.rstrip(".")
    if not reason.startswith(run.state.value):
        reason = f"{run.state.value}: {reason}"
    kept = f" {run.n_fits_done:,} finished fits are shown below." if run.n_fits_done else ""
    show = st.error if run.state is WorkState.FAILED else st.warning
    show(f"{escape(reason[:1].upper() + reason[1:])}.{kept}")


def _show_outcome(run: WorkRow, outcome: Outcome, ranked: Sequence[RankedCandidate]) -> None:
    model = Path(outcome.model).name
    if session.MODEL.get() is None:
        session.MODEL.put(model)
    with st.container(border=True):
        st.header(f"Winner: {outcome.candidate}", anchor=False)
        with st.container(horizontal=True):
            st.metric("On held-out images", f"{outcome.test_accuracy:.2%}", width=180, help=_HELP_TEST)
            st.metric("In cross-validation", f"{outcome.best_score:.2%}", width=180)
            st.metric("The paper's winner", f"{PAPER_ACCURACY:.2%}", width=180, help=_HELP_PAPER)
        st.markdown(_say_saved(outcome, model))
        st.markdown(_say_ties(ranked))
        with st.container(horizontal=True, vertical_alignment="center"):
            link_model(model)
            _offer_table(run, outcome)
            folder = find_winner(session.settings(), run)
            if folder is not None and folder.is_dir():
                _offer_report(run)
                offer_hand_in(run)
            offer_sharing(
                "the run, its winner and its data set",
                run.is_published,
                lambda: give_run(session.store(), session.settings(), run.id),
                lambda: take_back_run(session.store(), session.settings(), run.id),
                is_own=run.space == session.settings().space,
                owner=run.space,
            )


_HELP_TEST = "Of the winner, retrained on all training images; the held-out ones are read this once."
_HELP_PAPER = "97.11 % on 10,000 held-out images of MNIST, with lr 0.001, 96-24 Tanh."


def _say_saved(outcome: Outcome, model: str) -> str:
    if outcome.is_identical:
        return (
            f":material/check_circle: Retrained on all training images, saved as **{escape(model)}**, loaded "
            "again: its outputs are **identical bit by bit**."
        )
    return (
        f":material/error: Retrained and saved as **{escape(model)}**, but once loaded again its outputs "
        "**differ**: do not trust the saved model."
    )


def _say_ties(ranked: Sequence[RankedCandidate]) -> str:
    if ranked and ranked[0].n_folds_done == 1:
        return "Measured on a single fold, so it is not known how much of its lead is chance."
    ties = [str(one.candidate) for one in ranked if one.is_tied and one.rank > 1]
    if not ties:
        return "No other candidate comes within one standard error of the winner."
    named = "; ".join(ties[:_MOST_TIES])
    more = f"; and {len(ties) - _MOST_TIES} more" if len(ties) > _MOST_TIES else ""
    return f"**A tie**, within one standard error of the winner: {named}{more}."


def _offer_table(run: WorkRow, outcome: Outcome) -> None:
    path = Path(outcome.results_csv)
    if path.exists():
        offer_file("All scores as CSV", path.read_bytes, f"search-{run.id}.csv", "text/csv", type="tertiary")


def _offer_report(run: WorkRow) -> None:
    offer_file(
        "Report",
        partial(write_run_report, session.store(), session.settings(), run.id),
        f"report-{run.id}.html",
        "text/html",
        icon=":material/description:",
        type="tertiary",
        help="The paper drawn again with this run's numbers: a page that opens offline and prints.",
    )


def _offer_again(run: WorkRow) -> None:
    if st.button("Run it again", icon=":material/replay:", key=f"again-{run.id}"):
        settings, store = session.settings(), session.store()
        take_given(settings, run.fingerprint)  # where another has published the run
        open_run(add_search(store, make_own(run.plan), run.dataset_name, run.fingerprint, run.name))
        start_worker(settings)
        st.rerun()
    if st.button("Change its plan", icon=":material/edit:", key=f"edit-{run.id}"):
        fill_form(run.plan)
        open_form()
        st.rerun()


def _offer_fits(run: WorkRow) -> None:
    offer_file(
        "All fits as CSV",
        partial(write_fits, session.store(), run.id),
        f"fits-{run.id}.csv",
        "text/csv",
        key=f"fits-{run.id}",
        type="tertiary",
        help="Each training a row: seed, fold, epochs, score, seconds, flag, note, and where the model is.",
    )
