"""The server loads what pages need, then computes what their first visits show."""

from threading import Thread

from mnist_ui.loading import load_pages
from mnist_ui.streamlit_insides import show_nobody

_THREAD = "warming"


def warm_up() -> None:
    """Load beside the caller whatever pages need, then compute what their first visits show."""
    load_pages().add_done_callback(lambda _: Thread(target=_compute, name=_THREAD, daemon=True).start())


def _compute() -> None:
    from mnist_ui.start.first_visits import compute_first  # noqa: PLC0415 - it is loaded by now

    show_nobody(_THREAD)
    compute_first()
