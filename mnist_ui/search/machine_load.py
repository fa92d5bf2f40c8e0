"""What a run asks of the machine: its pace against what was measured, and its memory."""

from pathlib import Path

import psutil
import streamlit as st

from mnist_core.data.dataset import split_dataset
from mnist_core.data.kept import open_dataset
from mnist_core.ground.errors import LabError
from mnist_core.ground.footprint import measure_process
from mnist_core.search.speed import read_speed
from mnist_core.store import WorkRow, read_owner
from mnist_core.store.owner import Owner
from mnist_core.store.people.publishing import find_datasets_folder
from mnist_ui import session

_LOOK_EVERY_S = 4.0  # summing up the memory of some processes takes milliseconds each
_GIGABYTE = 1e9


def find_promise(run: WorkRow) -> float | None:
    """Return how many epochs of one network a second the measured epoch promises to a run.

    None where no epoch was measured yet, or other machines do the work.
    """
    speed, n_train = read_speed(session.settings()), _count_images(run)
    if speed is None or n_train is None or run.plan.cluster is not None:
        return None
    n_processes = min(run.plan.workers or speed.cores, speed.cores, run.plan.n_fits)
    n_images = n_train * (1 - 1 / run.plan.n_parts)
    return n_processes / (speed.seconds_per_image[run.plan.engine] * n_images)


def say_memory(run: WorkRow) -> str | None:
    """Say how much memory the processes of a run take together; None where they are not of this machine."""
    owner = read_owner(session.store(), run.id)
    n_bytes = None if owner is None else _sum_memory(owner)
    return None if n_bytes is None else f"{n_bytes / _GIGABYTE:.2f} GB"


def _count_images(run: WorkRow) -> int | None:
    folder = find_datasets_folder(session.settings(), run.fingerprint)
    return _count_training_images(str(folder), run.fingerprint, run.plan.split_seed, run.plan.limit)


@st.cache_data(show_spinner=False, max_entries=64)
def _count_training_images(folder: str, fingerprint: str, seed: int, limit: int | None) -> int | None:
    try:
        return len(split_dataset(open_dataset(fingerprint, Path(folder)), seed, limit).train)
    except LabError:  # its data set is no longer kept here
        return None


@st.cache_data(show_spinner=False, ttl=_LOOK_EVERY_S, max_entries=16)
def _sum_memory(owner: Owner) -> int | None:
    if not owner.is_of_this_machine or owner.is_known_dead:
        return None
    try:
        worker = psutil.Process(owner.pid)
        processes = [worker, *worker.children(recursive=True)]
    except psutil.Error:
        return None
    return sum(measure_process(process) for process in processes)
