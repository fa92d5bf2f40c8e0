"""The form in which a search is planned: its axes, its recipe, its size and time."""

import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import streamlit as st

from mnist_core.dataset import Dataset, split_dataset
from mnist_core.errors import GridError, LabError
from mnist_core.grid import Activation, Engine, Grid, SearchPlan
from mnist_core.runs.forecast import forecast_epochs, forecast_search
from mnist_core.search.check import check_plan
from mnist_core.settings import Settings
from mnist_core.worker.speed import Speed, measure_speed
from mnist_ui.session import Key
from mnist_ui.times import say_roughly

_SEPARATORS = re.compile(r"[,;\s]+")
_MOST_CANDIDATES = 10_000  # a page can still show them; more is a typing error
_MOST = 100_000  # epochs, patience, images a batch: as the recipe allows
_MOST_NAME = 80  # characters
_N_CORES = os.cpu_count() or 1
_HELP_LIMIT = "The first so many of the shuffled images, training and held-out ones together; all is usual."
_HELP_EPOCHS = "Training stops earlier when the validation loss no longer falls."
_HELP_PATIENCE = "Epochs without a better validation loss after which training stops."
_ENGINE_NAMES = {Engine.FUSED: "Fused", Engine.SKLEARN: "scikit-learn"}
_HELP_ENGINE = (
    "Fused trains the networks of a fold side by side. scikit-learn trains them one by one with skorch: "
    "the slow reference, with the same results."
)
_ADDRESS = re.compile(r"[a-z+]+://[^\s/]+:\d{1,5}")
_HELP_CLUSTER = (
    "The address of a Dask scheduler whose workers train the networks, such as tcp://host:8786. Empty: "
    "processes of this machine. For the fused engine only."
)
_HELP_WORKERS = "Networks that train side by side; one a core is usual."


@dataclass(frozen=True)
class _Start:
    """What the form begins with; another number makes every field of the form a new one."""

    plan: SearchPlan
    number: int

    def key(self, name: str) -> str:
        return f"plan-{name}-{self.number}"


def fill_form(plan: SearchPlan) -> None:
    """Fill the form with a plan, in place of what was typed."""
    st.session_state[Key.PLAN] = _Start(plan, _read_start().number + 1)


def ask_for_plan(dataset: Dataset) -> tuple[SearchPlan, str] | None:
    """Ask for a plan and for the name of its run.

    None, with a sentence on the page, where the plan cannot be carried out on the data set.
    """
    start = _read_start()
    axes = _ask_for_axes(start)
    counts = _ask_for_counts(start, dataset)
    slots = st.columns([2, 1, 1])
    with slots[0]:
        name = _ask_for_name(start)
    with slots[1]:
        engine = _ask_for_engine(start)
    with slots[2]:
        cluster = _ask_for_cluster(start, engine)
    try:
        plan = _make_plan(replace(start.plan, engine=engine, cluster=cluster), axes, counts, dataset)
    except LabError as error:
        st.error(str(error), icon=":material/error:")
        return None
    return plan, name


def show_forecast(plan: SearchPlan, dataset: Dataset, settings: Settings) -> None:
    """Say about how long a plan takes on this machine; the first time that is measured."""
    slot = st.empty()
    if plan.cluster is not None:
        slot.caption("No estimate of the time: the machines of the cluster were not measured.")
        return
    slot.caption("Measuring how fast this machine trains, once ...")
    try:
        speed = measure_speed(settings)
    except LabError as error:
        slot.caption(f"No estimate of the time: {error}")
        return
    slot.markdown(_say_forecast(plan, dataset, speed))


def say_size(plan: SearchPlan) -> str:
    """Say how many networks a plan trains."""
    n_candidates = plan.grid.n_candidates
    return f"**{plan.n_fits:,} fits**: {n_candidates:,} candidates × {plan.cv} folds"


def _say_forecast(plan: SearchPlan, dataset: Dataset, speed: Speed) -> str:
    n_train = len(split_dataset(dataset, plan.split_seed, plan.limit).train)
    seconds = forecast_search(plan, n_train, speed.seconds_per_image[plan.engine], speed.cores)
    n_processes = min(plan.workers or speed.cores, speed.cores)
    n_epochs = forecast_epochs(plan, n_train)
    return (
        f"**{say_roughly(seconds).capitalize()}** on {n_processes} of {speed.cores} cores  \n"
        f":small[:gray[An estimate: {n_epochs:.0f} epochs a fit, as the paper's grid takes on so many "
        "images, each as long as one measured on this machine.]]"
    )


def _read_start() -> _Start:
    start = st.session_state.get(Key.PLAN)
    return start if isinstance(start, _Start) else _Start(SearchPlan(), 0)


def _ask_for_axes(start: _Start) -> dict[str, list[Any]]:
    grid = start.plan.grid
    slots = st.columns([1, 1, 1, 1.15])  # three activations side by side need a little more
    with slots[0]:
        lr = _ask_for_numbers(start, "lr", "Learning rates", grid.lr, float)
    with slots[1]:
        hidden1 = _ask_for_numbers(start, "hidden1", "Units of hidden 1", grid.hidden1, int)
    with slots[2]:
        hidden2 = _ask_for_numbers(start, "hidden2", "Units of hidden 2", grid.hidden2, int)
    with slots[3]:
        activation = _ask_for_activations(start)
    return {"lr": lr, "hidden1": hidden1, "hidden2": hidden2, "activation": activation}


def _ask_for_numbers(
    start: _Start, name: str, label: str, values: Sequence[float], kind: type[int] | type[float]
) -> list[Any]:
    """Ask for a list; what is no number stays a word, which the grid refuses with a sentence."""
    given = ", ".join(f"{value:g}" for value in values)
    words = "Numbers with commas between them."
    typed = st.text_input(label, given, key=start.key(name), help=words, persist_state="session")
    return [_parse(word, kind) for word in _SEPARATORS.split(typed or "") if word]


def _parse(word: str, kind: type[int] | type[float]) -> float | str:
    try:
        return kind(word)
    except ValueError:
        return word


def _ask_for_activations(start: _Start) -> list[Activation]:
    chosen = st.pills(
        "Activations",
        list(Activation),
        selection_mode="multi",
        default=list(start.plan.grid.activation),
        format_func=lambda activation: activation.label,
        key=start.key("activation"),
        persist_state="session",
    )
    # In the order of the paper, whatever the order of clicks.
    return [one for one in Activation if one in chosen]


def _ask_for_counts(start: _Start, dataset: Dataset) -> dict[str, int]:
    plan, recipe, n = start.plan, start.plan.recipe, dataset.n_samples
    fields = (
        # Another data set has another field, as its bounds and usual value are others.
        ("limit", f"limit-{dataset.fingerprint}", "Images", min(plan.limit or n, n), 1, n, _HELP_LIMIT),
        ("cv", "cv", "Folds", plan.cv, 2, 100, "Parts of the cross-validation."),
        ("max_epochs", "max-epochs", "Epochs at most", recipe.max_epochs, 1, _MOST, _HELP_EPOCHS),
        ("patience", "patience", "Patience", recipe.patience, 1, _MOST, _HELP_PATIENCE),
        ("batch_size", "batch-size", "Batch size", recipe.batch_size, 1, _MOST, "Images a step."),
        ("workers", "workers", "Processes", plan.workers or _N_CORES, 1, 1024, _HELP_WORKERS),
    )
    slots = st.columns(6)
    counts = {}
    for slot, (name, key, label, value, least, most, words) in zip(slots, fields, strict=True):
        counts[name] = slot.number_input(
            label, least, most, value, 1, key=start.key(key), help=words, persist_state="session"
        )
    return counts


def _ask_for_name(start: _Start) -> str:
    name = st.text_input(
        "Name of the run",
        key=start.key("name"),
        placeholder="optional, such as: wider layers",
        max_chars=_MOST_NAME,
        persist_state="session",
    )
    return name.strip()


def _ask_for_engine(start: _Start) -> Engine:
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


def _ask_for_cluster(start: _Start, engine: Engine) -> str | None:
    """Ask for the address of a cluster; None stands for this machine."""
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
    plan: SearchPlan, axes: Mapping[str, list[Any]], counts: Mapping[str, int], dataset: Dataset
) -> SearchPlan:
    _check_size(axes)
    _check_address(plan.cluster)
    recipe = {name: counts[name] for name in ("max_epochs", "patience", "batch_size")}
    made = replace(
        plan,
        grid=Grid.from_values(axes),
        recipe=replace(plan.recipe, **recipe),
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
            "mend it, or empty the field."
        )


def _check_size(axes: Mapping[str, Sequence[Any]]) -> None:
    n_candidates = 1
    for values in axes.values():
        n_candidates *= len(values)
    if n_candidates > _MOST_CANDIDATES:
        raise GridError(
            f"A grid may have at most {_MOST_CANDIDATES:,} candidates, but this one has {n_candidates:,}: "
            "take some values out."
        )
