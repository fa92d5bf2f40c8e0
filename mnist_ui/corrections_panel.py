"""The drawings whose digit was told: seen, exported, deleted, and learned from."""

from collections.abc import Sequence

import streamlit as st

from mnist_core.corrections import Correction, list_own_writing
from mnist_core.errors import LabError
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
    if jobs:
        is_busy = jobs[0].state.is_active
        st.fragment(_show_job, run_every=_REFRESH_S if is_busy else None)(jobs[0].id, is_busy)


def _describe(one: Correction) -> str:
    return f"a {one.label}" + (f", read as {one.read}" if one.read is not None else "")


def _offer_learning(model: Model, jobs: Sequence[JobRow]) -> None:
    is_busy = bool(jobs) and jobs[0].state.is_active
    st.button(
        "Learn from my writing",
        icon=":material/school:",
        disabled=is_busy,
        on_click=_start,
        args=(model.name,),
        help=f"A copy of {model.name} learns these digits among those that it knew; the model itself stays.",
    )


def _start(model: str) -> None:
    store = session.store()
    for job in store.list_jobs(KIND):
        remove_run(store, job.id, session.settings())
    job_id = store.add_job(KIND, {"model": model}, name=f"a copy of {model} learns")
    start_job(session.settings(), job_id)


def _show_job(job_id: str, was_busy: bool) -> None:
    store = session.store()
    store.mark_silent_runs()
    try:
        job = store.get_job(job_id)
    except LabError:
        return  # deleted meanwhile
    if job.is_waiting:
        wake_job(job.id)
    is_busy = job.state.is_active
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
        name = st.text_input("Name of the copy", "my-writing", key=Key.COPY_NAME_WIDGET, width=220)
        keeps = st.button("Keep it", type="primary")
        drops = st.button("Drop it")
    if (keeps and _keep(job.id, name)) or drops:
        remove_run(session.store(), job.id, session.settings())
        st.rerun()  # all of the page: the copy may be the model that it shows now


def _keep(job_id: str, name: str) -> bool:
    settings = session.settings()
    try:
        check_new_name(name)
        copy = load_model(settings.runs_folder / job_id / COPY)
        save_model(copy.network, copy.info, settings.models_folder / name)
    except LabError as error:
        st.error(str(error))
        return False
    session.use_model(name)
    st.query_params["model"] = name  # else the page's link would go on choosing the model before
    st.toast(f"{name} is kept: choose it above.", icon=":material/check:")
    return True
