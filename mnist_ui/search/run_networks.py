"""The networks of a run as they learn: all of them small, and one of them large."""

from collections.abc import Mapping, Sequence

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from mnist_core.network.history import REFIT_FOLD
from mnist_core.store import FitRow, FitState, WorkRow, read_epochs
from mnist_core.store.candidate_rows import CandidateRow
from mnist_core.store.marks import NO_MARK, Mark
from mnist_core.store.ranking import RankedCandidate
from mnist_ui import session
from mnist_ui.components.delivery import find_delivery
from mnist_ui.components.small_curves import SmallCurves
from mnist_ui.components.small_curves.cells import MOST_CELLS
from mnist_ui.search import state
from mnist_ui.search.followed_runs import FollowedRun, Sight
from mnist_ui.search.mark_form import show_mark
from mnist_ui.search.search_charts import Curves, draw_curves
from mnist_ui.segments import choose_one

_BEST = state.CURVES_OF.usual  # curves of the best; other choices are places in the grid
_MEAN = -1  # of the folds; other choices are their numbers
_FOLDS_A_ROW = 3
_HELP = (
    "Validation accuracy after each epoch, upwards from 10 % to the best of all, on one logarithmic scale "
    "of the error, against the square root of the epochs. On the left its accuracy now, in percent; on the "
    "right the epoch that it is at, or at which it stopped; blue ones train now, dashed frames have not "
    "begun. Click one, or use the arrow keys, to see it large below."
)


def show_networks(
    followed: FollowedRun, sight: Sight, rows: Sequence[CandidateRow], marks: Mapping[int, Mark]
) -> None:
    """Show every network as a small curve, and the chosen one large.

    Parameters
    ----------
    followed : FollowedRun
        The run.
    sight : Sight
        As it stands.
    rows : sequence of CandidateRow
        The networks that are looked for: others are faint.
    marks : mapping of int to Mark
        What is said of them.
    """
    run, fits, ranked = sight.run, sight.fits, sight.ranked
    epochs = followed.read_accuracies(session.store(), fits)
    if not run.plan.candidates():
        st.caption("No candidate is drawn yet.")
        return
    if run.plan.n_candidates > MOST_CELLS:
        st.caption(
            f"A search of more than {MOST_CELLS} networks is too large to draw each: choose one below."
        )
    else:
        with st.container(border=True):
            fold = _choose_fold(run)
            best = ranked[0].index if ranked else None
            figure = followed.figures.draw(
                run.plan.tried, epochs, fits, fold=fold, best=best, is_running=run.state.is_held
            )
            delivery = find_delivery(state.CURVES_DELIVERY, figure.name)
            found = {row.index for row in rows}
            figure.show(f"small-{run.id}", delivery, _chosen(run), state.CURVES_OF.of(run.id).put, found)
            st.caption(_sum_up(run, figure, fits, fold))
    _show_curves(run, fits, ranked, marks)


def _choose_fold(run: WorkRow) -> int | None:
    words, choice = st.columns([2, 3], vertical_alignment="center")
    words.markdown("**Every network**", help=_HELP)
    with choice:
        chosen = choose_one(
            "Fold",
            [_MEAN, *range(run.plan.cv)],
            f"fold-{run.id}",
            format_func=lambda fold: "Mean" if fold == _MEAN else f"Fold {fold + 1}",
            label_visibility="collapsed",
        )
    return None if chosen == _MEAN else chosen


def _sum_up(run: WorkRow, figure: SmallCurves, fits: Sequence[FitRow], fold: int | None) -> str:
    counted = [fit for fit in fits if fit.fold != REFIT_FOLD and fold in (None, fit.fold)]
    n_over = sum(fit.state is FitState.DONE for fit in counted)
    n_all = run.n_fits if fold is None else run.plan.n_candidates
    where = f"{run.plan.cv} folds together" if fold is None else f"fold {fold + 1}"
    n_dropped = sum(fit.state is FitState.DROPPED for fit in counted)
    dropped = f", {n_dropped:,} were dropped (dotted frames, a score struck out)" if n_dropped else ""
    return f"{n_over:,} of {n_all:,} trainings have ended{dropped}, {where}. Axes: {figure.say_axes()}."


def _chosen(run: WorkRow) -> int | None:
    index = state.CURVES_OF.of(run.id).get()
    return None if index == _BEST else index


def _show_curves(
    run: WorkRow,
    fits: Sequence[FitRow],
    ranked: Sequence[RankedCandidate],
    marks: Mapping[int, Mark],
) -> None:
    with st.container(border=True):
        words, choice = st.columns([3, 2], vertical_alignment="center")
        words.markdown("**Learning curves** on the validation images")
        number = _find_number(fits, ranked, _choose_curves(run, choice))
        show_mark(run, number, marks.get(number, NO_MARK))
        curves = _find_curves(run, fits, number)
        if not curves.names:
            st.caption("This network has not begun.")
            return
        rows = read_epochs(session.store(), run.id, fits=curves.names)
        loss, accuracy = st.columns(2)
        with loss:
            st.caption("loss")
            draw_curves(curves, rows, "valid_loss").show(f"loss-{run.id}")
        with accuracy:
            st.caption("accuracy")
            draw_curves(curves, rows, "valid_accuracy").show(f"accuracy-{run.id}")


def _choose_curves(run: WorkRow, slot: DeltaGenerator) -> int:
    candidates = run.plan.candidates()
    chosen = slot.selectbox(
        "Learning curves of",
        # In the order of the grid, which does not change under the hand of who looks for one.
        [_BEST, *range(len(candidates))],
        format_func=lambda index: "The best candidate" if index == _BEST else str(candidates[index]),
        key=state.CURVES_OF.of(run.id),
        label_visibility="collapsed",
    )
    return int(chosen)


def _find_number(fits: Sequence[FitRow], ranked: Sequence[RankedCandidate], chosen: int) -> int:
    best = ranked[0].index if ranked else fits[0].candidate
    return best if chosen == _BEST else chosen


def _find_curves(run: WorkRow, fits: Sequence[FitRow], number: int) -> Curves:
    names = {(fit.candidate, fit.fold): _name_fold(fit) for fit in fits if fit.candidate == number}
    return Curves(names, n_columns=_FOLDS_A_ROW, n_rows=run.plan.cv // _FOLDS_A_ROW + 1)


def _name_fold(fit: FitRow) -> str:
    return "retrained" if fit.fold == REFIT_FOLD else f"fold {fit.fold + 1}"
