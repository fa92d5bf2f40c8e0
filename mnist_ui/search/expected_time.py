"""About how long a planned search takes, said beside its form."""

from concurrent.futures import Future
from functools import partial
from threading import Thread

import streamlit as st

from mnist_core.data.dataset import Dataset
from mnist_core.ground.errors import LabError
from mnist_core.ground.settings import Settings
from mnist_core.network.plan import SearchPlan, Strategy
from mnist_core.search.speed import Speed, measure_speed, read_speed
from mnist_core.store.forecast import forecast_epochs, forecast_search
from mnist_ui.cached.opened_models import split_once
from mnist_ui.following.watch import watch
from mnist_ui.markdown import escape
from mnist_ui.times import say_roughly

_LOOK_EVERY_S = 1.0
_AGAIN_AFTER_S = 60.0  # where it could not be measured


def show_forecast(plan: SearchPlan, dataset: Dataset, settings: Settings) -> None:
    """Say about how long a plan takes on this machine; the first time that is measured beside the page."""
    if plan.cluster is not None:
        st.caption("No estimate of the time: the machines of the cluster were not measured.")
        return
    settings = settings.of("")  # the machine is the same for all, and measured once for them
    speed = read_speed(settings)
    if speed is None:
        watch(
            "speed",
            lambda: _begin_measuring(settings).done(),
            partial(_show_measuring, settings),
            _LOOK_EVERY_S,
        )
    else:
        st.markdown(_say_forecast(plan, dataset, speed))


def _show_measuring(settings: Settings, is_done: bool) -> None:
    measuring = _begin_measuring(settings)
    if not is_done:
        st.caption("Measuring how fast this machine trains, once ...")
    elif (error := measuring.exception()) is None:
        st.rerun()
    else:
        st.caption(f"No estimate of the time: {escape(str(error))}")


@st.cache_resource(show_spinner=False, ttl=_AGAIN_AFTER_S)
def _begin_measuring(settings: Settings) -> "Future[Speed]":
    """Measure in a thread of its own, for all tabs."""
    measuring: Future[Speed] = Future()

    def measure() -> None:
        try:
            measuring.set_result(measure_speed(settings))
        except LabError as error:
            measuring.set_exception(error)

    Thread(target=measure, daemon=True).start()
    return measuring


def _say_forecast(plan: SearchPlan, dataset: Dataset, speed: Speed) -> str:
    n_train = len(split_once(dataset, plan.split_seed, plan.limit).train)
    per_image = speed.seconds_per_image[plan.engine]
    seconds = forecast_search(plan, n_train, per_image, speed.cores, speed.start_s)
    n_processes = min(plan.workers or speed.cores, speed.cores)
    n_epochs = forecast_epochs(plan, n_train)
    raced = ", of which a race takes about a quarter" if plan.strategy is Strategy.RACE else ""
    return (
        f"**{say_roughly(seconds).capitalize()}** on {n_processes} of {speed.cores} cores  \n"
        f":small[:gray[An estimate: {n_epochs:.0f} epochs a fit, as the paper's grid takes on so many "
        f"images{raced}; each as long as one measured on this machine.]]"
    )
