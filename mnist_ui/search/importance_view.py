"""What the axes of a run explain of the differences between its candidates, and each value by itself."""

from collections.abc import Iterable, Sequence, Set
from functools import lru_cache

import pandas as pd
import streamlit as st

from mnist_core.insight.importance import Effect, Importance, measure_run
from mnist_core.network.plan import SearchPlan, Strategy
from mnist_core.store import FitRow, WorkRow
from mnist_ui.search.importance_charts import draw_effects, draw_slices, name_effect

_HELP = (
    "The share of the differences in accuracy between the candidates that an axis explains by itself, and "
    "two together beyond that, with the 95 % interval. A value that fails makes its axis matter: Filter, by "
    "words such as lr<0.1, shows what matters among the others."
)
_HELP_SLICES = "The mean accuracy of all candidates with a value (dot), and their worst and best (line)."
_DRAWN_NEAR_THE_BEST = (
    "The candidates were drawn where others were good, so the shares are of the values that were tried most."
)


def show_importance(run: WorkRow, fits: Iterable[FitRow], among: Set[int]) -> None:
    """Show how much each axis matters among some of a run's candidates: a chart, words and a table."""
    scored = tuple(fit for fit in fits if fit.score is not None)
    found = _measure(run.plan, scored, frozenset(among))
    left, right = st.columns(2)
    with left.container(border=True):
        st.markdown("**What matters**", help=_HELP)
        _show_effects(run, found)
    if found.slices:
        with right.container(border=True):
            st.markdown("**Each value by itself**", help=_HELP_SLICES)
            draw_slices(found.slices).show(f"slices-{run.id}")


@lru_cache(maxsize=16)  # all tabs see the same, and a run that is done never changes
def _measure(plan: SearchPlan, scored: tuple[FitRow, ...], among: frozenset[int]) -> Importance:
    return measure_run(plan, scored, among)


def _show_effects(run: WorkRow, found: Importance) -> None:
    if found.reason:
        st.info(found.reason, icon=":material/help:")
        return
    told = [effect for effect in found.effects if effect.share is not None]
    draw_effects(told).show(f"importance-{run.id}")
    st.markdown(_say_found(told))
    if len(told) < len(found.effects):
        names = ", ".join(name_effect(one) for one in found.effects if one.share is None)
        st.markdown(f"Not enough candidates to tell: {names}.")
    st.caption(found.say_counted())
    if run.plan.strategy is Strategy.BAYES:
        st.caption(_DRAWN_NEAR_THE_BEST)
    with st.expander("As a table"):
        _show_table(found.effects, run)


def _say_found(told: Sequence[Effect]) -> str:
    """Say which axes matter, for those who see no chart."""
    sure = [
        f"**{name_effect(one)}** {one.share:.0%} ({one.low:.0%} to {one.high:.0%})"
        for one in told
        if one.is_found
    ]
    rest = [name_effect(one) for one in told if not one.is_found]
    words = f"More than chance: {', '.join(sure)}." if sure else "No axis explains more than chance may."
    return words + (f" May be chance, as the interval holds 0: {', '.join(rest)}." if sure and rest else "")


def _show_table(effects: Sequence[Effect], run: WorkRow) -> None:
    rows = [
        (name_effect(one), None, None, None, "cannot be told")
        if one.share is None
        else (
            name_effect(one),
            100 * one.share,
            100 * one.low,
            100 * one.high,
            "found" if one.is_found else "may be chance",
        )
        for one in effects
    ]
    percent = st.column_config.NumberColumn(format="%.1f %%")
    st.dataframe(
        pd.DataFrame(rows, columns=["axis", "share", "from", "to", "verdict"]),
        key=f"importance-table-{run.id}",
        hide_index=True,
        column_config=dict.fromkeys(("share", "from", "to"), percent),
        alt="Share of each axis and of each two, with its interval",
    )
