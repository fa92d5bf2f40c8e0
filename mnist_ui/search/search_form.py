"""The form in which a search is planned: its axes, its recipe, its size and time."""

import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from typing import Any

import streamlit as st

from mnist_core.data.dataset import Dataset
from mnist_core.ground.errors import GridError, LabError
from mnist_core.network.grid import MOST_CANDIDATES
from mnist_core.network.plan import MOST_WORKERS, USUAL_TRIALS, Engine, SearchPlan, Strategy
from mnist_core.network.recipe import MOST_EPOCHS, Keep
from mnist_core.search.check import check_plan
from mnist_ui.markdown import escape
from mnist_ui.search import state
from mnist_ui.search.axes_form import (
    BESIDE_COUNTS,
    Start,
    ask_for_axes,
    ask_for_more,
    ask_for_setting,
    make_grid,
)
from mnist_ui.typed import Limits, ask_for_count
from mnist_ui.who import has_machine

_MOST_NAME = 80  # characters
_N_CORES = os.cpu_count() or 1
_LIMITS_OF_TRIALS = Limits("Candidates", 1, MOST_CANDIDATES)
_LIMITS_OF_COUNTS = {
    "cv": Limits("Folds", 1, 100),
    "max_epochs": Limits("Epochs at most", 1, MOST_EPOCHS),
    "workers": Limits("Processes", 1, MOST_WORKERS),
}
_HELP = {
    "limit": "The first so many of the shuffled images, training and held-out ones together; all is usual.",
    "cv": "Parts of the cross-validation; 1 holds a fifth of the training images out, once.",
    "max_epochs": "Training stops earlier when the validation loss no longer falls.",
    "workers": "Networks that train side by side; one a core is usual.",
}
_STRATEGIES = {
    Strategy.GRID: ("Whole grid", "Every combination is a candidate, and trained on every fold."),
    Strategy.RACE: (
        "Race",
        "All begin on some folds; those that fall behind, by a paired test over the folds, are dropped. "
        "That takes about a quarter of the epochs; any can be finished later.",
    ),
    Strategy.RANDOM: (
        "Random",
        "Some of the candidates, drawn at random by the seed of the weights: the same ones each time, from "
        "ranges too, and from grids of any size.",
    ),
    Strategy.BAYES: (
        "Bayesian",
        "Candidates are drawn in batches: the first at random, each other one where those before did well.",
    ),
}
"""Name and sentence of each."""

_ENGINE_NAMES = {Engine.FUSED: "Fused", Engine.SKLEARN: "scikit-learn"}
_HELP_ENGINE = (
    "Fused trains the networks of a fold side by side. scikit-learn trains them one by one with skorch: "
    "the slow reference, with the same results."
)
_KEEP_NAMES = {Keep.LAST: "last epoch", Keep.BEST: "best epoch"}
_HELP_KEEP = (
    "Whose weights a network ends with once it stops: of its last epoch, as skorch and the paper do, or of "
    "the one with the best validation loss."
)
_ADDRESS = re.compile(r"[a-z+]+://[^\s/]+:\d{1,5}")
_HELP_CLUSTER = (
    "The address of a Dask scheduler whose workers train the networks, such as tcp://host:8786. Empty: "
    "processes of this machine. For the fused engine only."
)


def make_own(plan: SearchPlan) -> SearchPlan:
    """Return a plan as who looks may have it carried out: a published one may name what is not theirs."""
    return plan if has_machine() else replace(plan, out=None, cluster=None)


def fill_form(plan: SearchPlan) -> None:
    """Fill the form with a plan, in place of what was typed."""
    state.PLAN.put(Start(make_own(plan), _read_start().number + 1))


def ask_for_plan(dataset: Dataset) -> tuple[SearchPlan, str] | None:
    """Ask for a plan and for the name of its run.

    None, with a sentence on the page, where the plan cannot be carried out on the data set.
    """
    start = _read_start()
    axes = ask_for_axes(start)
    counts, settings = _ask_for_counts(start, dataset)
    settings |= ask_for_more(start)
    strategy, n_trials = _ask_for_strategy(start)
    slots = st.columns([2, 1, 1, 1])
    with slots[0]:
        name = _ask_for_name(start)
    with slots[1]:
        keep = _ask_for_weights(start)
    with slots[2]:
        engine = _ask_for_engine(start)
    with slots[3]:
        cluster = _ask_for_cluster(start, engine)
    try:
        begun = replace(
            start.plan, engine=engine, cluster=cluster, recipe=replace(start.plan.recipe, keep=keep)
        )
        plan = _make_plan(begun, {**axes, **settings}, counts, (strategy, n_trials), dataset)
    except LabError as error:
        st.error(escape(str(error)), icon=":material/error:")
        return None
    return plan, name


def say_size(plan: SearchPlan) -> str:
    """Say how many networks a plan trains."""
    n_candidates = plan.n_candidates
    drawn = " drawn" if plan.strategy.draws else ""
    folds = "1 fold" if plan.cv == 1 else f"{plan.cv} folds"
    return f"**{plan.n_fits:,} fits**: {n_candidates:,} candidates{drawn} × {folds}"


def _read_start() -> Start:
    return state.PLAN.get() or Start(SearchPlan(), 0)


def _ask_for_counts(start: Start, dataset: Dataset) -> tuple[list[tuple[str, Limits, int]], dict[str, str]]:
    """Ask for the counts of a plan: the name of each, its limits, and what was typed; and for settings."""
    plan, n = start.plan, dataset.n_samples
    usual = {
        **asdict(plan.recipe),
        "limit": min(plan.limit or n, n),
        "cv": plan.cv,
        "workers": plan.workers or _N_CORES,
    }
    all_limits = {"limit": Limits("Images", 1, n), **_LIMITS_OF_COUNTS}
    typed, slots = [], st.columns(len(all_limits) + len(BESIDE_COUNTS))
    for slot, (name, limits) in zip(slots, all_limits.items(), strict=False):
        # Another data set has another field, as its bounds and usual value are others.
        key = start.key(f"limit-{dataset.fingerprint}" if name == "limit" else name)
        count = ask_for_count(slot, limits, usual[name], key, help=_HELP[name])
        typed.append((name, limits, count))
    settings = {}
    for slot, name in zip(slots[len(all_limits) :], BESIDE_COUNTS, strict=True):
        with slot:
            settings[name] = ask_for_setting(start, name)
    return typed, settings


def _ask_for_strategy(start: Start) -> tuple[Strategy, int | None]:
    """Ask which candidates are measured; and how many, where they are drawn."""
    slots = st.columns([2, 1, 3], vertical_alignment="bottom")
    strategy = slots[0].selectbox(
        "Strategy",
        list(_STRATEGIES),
        list(_STRATEGIES).index(start.plan.strategy),
        format_func=lambda one: _STRATEGIES[one][0],
        key=start.key("strategy"),
        persist_state="session",
    )
    strategy = strategy or start.plan.strategy
    n_trials = ask_for_count(
        slots[1],
        _LIMITS_OF_TRIALS,
        start.plan.n_trials or USUAL_TRIALS,
        start.key("trials"),
        help="Candidates that are drawn; all, where they are fewer.",
        disabled=not strategy.draws,
    )
    slots[2].caption(_STRATEGIES[strategy][1])
    return strategy, n_trials if strategy.draws else None


def _ask_for_name(start: Start) -> str:
    name = st.text_input(
        "Name of the run",
        key=start.key("name"),
        placeholder="optional, such as: wider layers",
        max_chars=_MOST_NAME,
        persist_state="session",
    )
    return name.strip()


def _ask_for_engine(start: Start) -> Engine:
    chosen = st.selectbox(
        "Engine",
        list(Engine),
        list(Engine).index(start.plan.engine),
        format_func=_ENGINE_NAMES.__getitem__,
        key=start.key("engine"),
        help=_HELP_ENGINE,
        persist_state="session",
    )
    return chosen or start.plan.engine


def _ask_for_weights(start: Start) -> Keep:
    usual = Keep(start.plan.recipe.keep)
    chosen = st.selectbox(
        "Weights",
        list(Keep),
        list(Keep).index(usual),
        format_func=_KEEP_NAMES.__getitem__,
        key=start.key("keep"),
        help=_HELP_KEEP,
        persist_state="session",
    )
    return chosen or usual


def _ask_for_cluster(start: Start, engine: Engine) -> str | None:
    """Ask for the address of a cluster; None stands for this machine, which is all that most people have."""
    if not has_machine():
        return None
    address = st.text_input(
        "Cluster",
        start.plan.cluster or "",
        key=start.key("cluster"),
        placeholder="this machine",
        help=_HELP_CLUSTER,
        disabled=engine is not Engine.FUSED,
        persist_state="session",
    )
    # A disabled field keeps what was typed, for the day when the fused engine is chosen again.
    return (address or "").strip() or None if engine is Engine.FUSED else None


def _make_plan(
    plan: SearchPlan,
    axes: Mapping[str, Any],
    typed: Sequence[tuple[str, Limits, int]],
    tried: tuple[Strategy, int | None],
    dataset: Dataset,
) -> SearchPlan:
    counts = {name: limits.check(value) for name, limits, value in typed}
    _check_address(plan.cluster)
    grid, settings = make_grid(axes)
    strategy, n_trials = tried
    made = replace(
        plan,
        strategy=strategy,
        n_trials=None if n_trials is None else _LIMITS_OF_TRIALS.check(n_trials),
        grid=grid,
        recipe=replace(plan.recipe, max_epochs=counts["max_epochs"], **settings),
        cv=counts["cv"],
        limit=None if counts["limit"] == dataset.n_samples else counts["limit"],
        workers=None if counts["workers"] == _N_CORES else counts["workers"],
    )
    check_plan(made, dataset)
    return made


def _check_address(address: str | None) -> None:
    if address is not None and not _ADDRESS.fullmatch(address):
        raise GridError(
            f"A cluster's address must be like tcp://host:8786, but is {address!r}: "
            "type one like that, or empty the field."
        )
