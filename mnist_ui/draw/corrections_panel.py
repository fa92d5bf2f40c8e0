"""The drawings whose digit was told: seen, exported, deleted, and learned from."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any, Literal

import streamlit as st

from mnist_core.ground.errors import LabError, RunError
from mnist_core.network.models import Model, load_model, save_model
from mnist_core.pens.corrections import Correction, list_own_writing
from mnist_core.store import WorkRow, WorkState, add_job, list_work, remove_work
from mnist_core.training.learning.copying import COPY, KIND
from mnist_core.work.supervisor import start_worker
from mnist_ui import session
from mnist_ui.draw import state
from mnist_ui.drawings.kept_drawings import show_kept
from mnist_ui.following.watch import watch_job
from mnist_ui.markdown import escape
from mnist_ui.models.model_name import ask_for_model_name, propose_name
from mnist_ui.states import is_live

_Look = Literal["primary", "secondary"]
_REFRESH_S = 0.5
_MOST_FORGOTTEN = 0.01  # of what a model knew: a copy that forgot more is no better


def show_corrections(model: Model) -> None:
    """Show what was told and what can be done with it; nothing while nothing was told."""
    try:
        kept = list_own_writing(session.settings().corrections_folder)
    except LabError as error:
        st.error(escape(str(error)))
        return
    jobs = list_work(session.store(), KIND)
    if not kept and not jobs:
        return
    st.header("Your writing")
    if kept:
        show_kept(
            kept[::-1],
            _describe,
            state.TOLD_CHOSEN,
            label="drawings whose digit was told",
            file_name="corrections.json",
        )
        _offer_learning(model, jobs)
        st.page_link("pages/data.py", label="Make a data set of them", icon=":material/dataset:")
    for job in jobs:  # of all tabs: a copy stays until somebody keeps or drops it
        watch_job(f"learning-{job.id}", job, _show_job, _REFRESH_S)


def _describe(one: Correction) -> str:
    read = "" if one.read is None else f", read as {one.read}"
    return f"a {one.label}{read}" + ("" if one.writer is None else f", by {one.writer}")


def _learns(model: str, jobs: Sequence[WorkRow]) -> bool:
    return any(is_live(job) and job.settings["model"] == model for job in jobs)


def _offer_learning(model: Model, jobs: Sequence[WorkRow]) -> None:
    st.button(
        "Learn from my writing",
        icon=":material/school:",
        disabled=_learns(model.name, jobs),
        on_click=_start,
        args=(model.name,),
        help=f"A copy of {escape(model.name)} learns these digits among those that it knew; the model itself "
        "stays.",
    )


def _start(model: str) -> None:
    store = session.store()
    jobs = list_work(store, KIND)
    if _learns(model, jobs):
        return  # another tab was faster, and this one shows the same from now on
    for job in jobs:
        if not is_live(job) and job.state is not WorkState.DONE:
            _remove(job.id)
    add_job(store, KIND, {"model": model}, name=f"a copy of {model} learns")
    start_worker(session.settings())


def _remove(job_id: str) -> None:
    with suppress(RunError):  # another tab was faster
        remove_work(session.store(), job_id, session.settings())


def _show_job(job: WorkRow) -> None:
    if is_live(job):
        st.progress(job.progress or 0.0, text=escape(job.message))
    elif job.state is WorkState.DONE and job.outcome is not None:
        _show_outcome(job)
    else:
        st.error(f"Nothing was learned: {escape(job.message)}", icon=":material/error:")


def _show_outcome(job: WorkRow) -> None:
    came = job.outcome or {}
    n, unseen = came["n"], came["own_unseen"]
    rows = [
        (
            "Your digits",
            f"{came['own_before']} of {n}",
            f"{came['own_after']} of {n} (it was trained on them)",
        ),
        (came["test_words"], f"{came['test_before']:.2%}", f"{came['test_after']:.2%}"),
    ]
    if unseen is not None:
        words = "Your digits, each read by a copy that had not learned it"
        rows.insert(1, (words, f"{came['own_before']} of {n}", f"{unseen} of {n}"))
    table = "\n".join(f"| {escape(what)} | {before} | {after} |" for what, before, after in rows)
    st.markdown(f"| read right | {escape(came['model'])} | the copy |\n| --- | --- | --- |\n{table}")
    is_better = _is_better(came)
    if not is_better:
        st.caption(f"It reads your digits no better than {escape(came['model'])}, or forgot what that knew.")
    with st.container(horizontal=True, vertical_alignment="bottom"):
        with st.container(width=220):
            key = f"draw-copy-name-{job.id}"
            name = ask_for_model_name("Name of the copy", propose_name("my-writing"), key)
        looks: tuple[_Look, _Look] = ("primary", "secondary") if is_better else ("secondary", "primary")
        keeps = st.button("Keep it", type=looks[0], key=f"keep-{job.id}", disabled=name is None)
        drops = st.button("Drop it", type=looks[1], key=f"drop-{job.id}")
    if (keeps and name is not None and _keep(job.id, name)) or drops:
        _remove(job.id)
        st.rerun()  # all of the page: the copy may be the model that it shows now


def _is_better(came: Mapping[str, Any]) -> bool:
    """Say whether a copy reads more of one's digits, as far as that is known, and forgot little."""
    own = came["own_after"] if came["own_unseen"] is None else came["own_unseen"]
    return bool(own > came["own_before"] and came["test_after"] > came["test_before"] - _MOST_FORGOTTEN)


def _keep(job_id: str, name: str) -> bool:
    settings = session.settings()
    try:
        copy = load_model(settings.runs_folder / job_id / COPY)
        save_model(copy.network, copy.info, settings.models_folder / name, copy.seen)
    except LabError as error:
        st.error(escape(str(error)))
        return False
    session.MODEL.put(name)
    st.query_params["model"] = name  # else the page's link would go on choosing the model before
    st.toast(f"{name} is kept: choose it above.", icon=":material/check:")
    return True
