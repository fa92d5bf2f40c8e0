"""The drawings whose digit was told: seen, exported, deleted, and learned from."""

from collections.abc import Sequence
from contextlib import suppress
from itertools import count

import streamlit as st

from mnist_core.corrections import Correction, list_own_writing
from mnist_core.errors import LabError, RunError
from mnist_core.learning.job import COPY, KIND
from mnist_core.modelstore import Model, load_model, save_model
from mnist_core.runs import JobRow, RunState
from mnist_core.runs.removal import remove_run
from mnist_core.worker.jobs import start_job
from mnist_ui import session
from mnist_ui.kept_drawings import show_kept
from mnist_ui.markdown import escape
from mnist_ui.model_name import check_new_name
from mnist_ui.session import Key
from mnist_ui.waking import wake_job

_REFRESH_S = 0.5


def show_corrections(model: Model) -> None:
    """Show what was told and what can be done with it; nothing while nothing was told."""
    try:
        kept = list_own_writing(session.settings().corrections_folder)
    except LabError as error:
        st.error(str(error))
        return
    jobs = session.store().list_jobs(KIND)
    if not kept and not jobs:
        return
    st.header("Your writing")
    if kept:
        show_kept(
            kept[::-1],
            _describe,
            label="drawings whose digit was told",
            file_name="corrections.json",
            key=Key.TOLD_CHOSEN_WIDGET,
        )
        _offer_learning(model, jobs)
    for job in jobs:  # of all tabs: a copy stays until somebody keeps or drops it
        is_busy = _is_busy(job)
        st.fragment(_show_job, run_every=_REFRESH_S if is_busy else None)(job.id, is_busy)


def _describe(one: Correction) -> str:
    return f"a {one.label}" + (f", read as {one.read}" if one.read is not None else "")


def _is_busy(job: JobRow) -> bool:
    return job.state.is_active or job.is_waiting


def _learns(model: str, jobs: Sequence[JobRow]) -> bool:
    return any(_is_busy(job) and job.settings["model"] == model for job in jobs)


def _offer_learning(model: Model, jobs: Sequence[JobRow]) -> None:
    st.button(
        "Learn from my writing",
        icon=":material/school:",
        disabled=_learns(model.name, jobs),
        on_click=_start,
        args=(model.name,),
        help=f"A copy of {model.name} learns these digits among those that it knew; the model itself stays.",
    )


def _start(model: str) -> None:
    store = session.store()
    jobs = store.list_jobs(KIND)
    if _learns(model, jobs):
        return  # another tab was faster, and this one shows the same from now on
    for job in jobs:
        if not _is_busy(job) and job.state is not RunState.DONE:
            _remove(job.id)
    job_id = store.add_job(KIND, {"model": model}, name=f"a copy of {model} learns")
    start_job(session.settings(), job_id)


def _remove(job_id: str) -> None:
    with suppress(RunError):  # another tab was faster
        remove_run(session.store(), job_id, session.settings())


def _show_job(job_id: str, was_busy: bool) -> None:
    store = session.store()
    store.mark_silent_runs()
    try:
        job = store.get_job(job_id)
    except LabError:
        return  # deleted meanwhile
    if job.is_waiting:
        wake_job(job.id)
    is_busy = _is_busy(job)
    if is_busy is not was_busy:
        st.rerun()  # the refreshing ends
    if is_busy:
        st.progress(job.progress or 0.0, text=escape(job.message))
    elif job.state is RunState.DONE and job.outcome is not None:
        _show_outcome(job)
    else:
        st.error(f"Nothing was learned: {escape(job.message)}", icon=":material/error:")


def _show_outcome(job: JobRow) -> None:
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
    with st.container(horizontal=True, vertical_alignment="bottom"):
        key = f"{Key.COPY_NAME_WIDGET}-{job.id}"
        name = st.text_input("Name of the copy", _propose_name(), key=key, width=220)
        keeps = st.button("Keep it", type="primary", key=f"keep-{job.id}")
        drops = st.button("Drop it", key=f"drop-{job.id}")
    if (keeps and _keep(job.id, name)) or drops:
        _remove(job.id)
        st.rerun()  # all of the page: the copy may be the model that it shows now


def _propose_name() -> str:
    taken = session.list_model_folders()
    names = ("my-writing" + (f"-{number}" if number > 1 else "") for number in count(1))
    return next(name for name in names if name not in taken)


def _keep(job_id: str, name: str) -> bool:
    settings = session.settings()
    try:
        check_new_name(name)
        copy = load_model(settings.runs_folder / job_id / COPY)
        save_model(copy.network, copy.info, settings.models_folder / name, copy.seen)
    except LabError as error:
        st.error(str(error))
        return False
    session.use_model(name)
    st.query_params["model"] = name  # else the page's link would go on choosing the model before
    st.toast(f"{name} is kept: choose it above.", icon=":material/check:")
    return True
