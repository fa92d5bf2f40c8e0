"""What pages need is loaded once, in one thread: where several threads import at once, Python deadlocks."""

import gc
import os
import pkgutil
from collections.abc import Callable
from concurrent.futures import Future
from importlib import import_module
from pathlib import Path
from queue import SimpleQueue
from threading import Thread
from typing import Any

import streamlit as st

from mnist_core.ground.extras import is_installed
from mnist_ui.streamlit_insides import LATE

# What pages, or libraries that they call, would load at their first use.
_LATE = (
    "alembic.command",
    "encodings.cp437",
    "encodings.idna",
    "matplotlib.backends.backend_agg",
    "matplotlib.backends.backend_svg",
    "mnist_core.data.fetching",
    "mnist_core.pens.found_ink",
    "mnist_core.insight.evaluation.people",
    "mnist_core.training.live.film",
    "mnist_core.insight.report",
    "mnist_core.training.riddle.result",
    "mnist_core.training.robust.pen",
    "mnist_core.search.epoch_time",
    "mnist_core.search.searching",
    "pandas.io.formats.csvs",
    "pandas.io.formats.string",
    "pandas.io.formats.style",
    "psutil",
    "pyarrow.pandas_compat",
    "scipy.io",
    "sklearn.decomposition",
    "sklearn.linear_model",
    "sklearn.manifold",
    "sklearn.model_selection",
    "skimage.feature.peak",
    "streamlit_drawable_canvas",
    "torch._dynamo",
    "torch.utils._device",
    *LATE,
)

# The same of extras: module and library.
_LATE_OF_EXTRAS = (("captum.attr", "captum"),)

_Task = tuple[Callable[[], object], Future[Any]]


def load_pages() -> Future[None]:
    """Load beside the caller whatever pages need; only the first call does anything.

    Returns
    -------
    Future
        Done once all is loaded.
    """
    return _find_loader().all_loaded


def wait_for_pages() -> None:
    """Wait until whatever pages need is loaded."""
    load_pages().result()


class _Loader:
    """The one thread that imports."""

    def __init__(self) -> None:
        self._tasks: SimpleQueue[_Task] = SimpleQueue()
        # A daemon: the server need not wait for it to end.
        Thread(target=self._work, name="loader", daemon=True).start()
        self.all_loaded = self.submit(_load)

    def submit(self, load: Callable[[], object]) -> Future[Any]:
        future: Future[Any] = Future()
        self._tasks.put((load, future))
        return future

    def _work(self) -> None:
        while True:
            load, future = self._tasks.get()
            try:
                future.set_result(load())
            except BaseException as error:  # whoever waits is told
                future.set_exception(error)


@st.cache_resource(show_spinner=False)
def _find_loader() -> _Loader:
    return _Loader()


def _load() -> None:
    # Before anything loads NumPy or torch. What pages compute is small: of several threads each waits for the
    # others most of the time, and on a busy machine takes ten times as long.
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    for room in pkgutil.walk_packages([str(Path(__file__).parent)], "mnist_ui."):
        import_module(room.name)
    for name in (*_LATE, *(name for name, library in _LATE_OF_EXTRAS if is_installed(library))):
        import_module(name)
    _use_once()
    gc.collect()
    gc.freeze()  # all this stays: no need to look through it again for garbage


def _use_once() -> None:
    """Use what loads parts of itself when it is first used."""
    rows = import_module("pandas").DataFrame({"x": [0]})
    import_module("altair").Chart(rows).mark_tick().encode(x="x:Q").to_dict()
    import_module("pyarrow").Table.from_pandas(rows)
    import_module("PIL.Image").init()
