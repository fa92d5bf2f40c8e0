"""A notification of the browser when what a tab watches has ended, where it was asked for by a click."""

from dataclasses import asdict, dataclass

from mnist_core.store import WorkRow, WorkState
from mnist_ui.components.assets import declare
from mnist_ui.states import is_live, name_in_title

_HTML = '<button type="button" hidden></button>'
_notice = declare("notice", _HTML)


@dataclass(frozen=True)
class Notice:
    """What is watched.

    Attributes
    ----------
    id : str
        Which; the browser tells once of it, after it has seen it live.
    is_live : bool
        Whether it still goes on.
    title, body : str
        What is told once it has ended.
    """

    id: str
    is_live: bool
    title: str
    body: str

    def show(self) -> None:
        """Offer to notify while it goes on, and have the browser notify when it has ended."""
        _notice(key="lab-notice", data=asdict(self), width="content")


def watch_run(run: WorkRow) -> Notice:
    """Return what is told of a run."""
    found = run.found
    body = run.message if found is None else f"{found.candidate} reads {found.test_accuracy:.2%}."
    is_over = not is_live(run) and run.state is not WorkState.PAUSED  # whoever pauses a run knows of it
    return Notice(run.id, not is_over, f"{run.name}: {name_in_title(run)}", body)
