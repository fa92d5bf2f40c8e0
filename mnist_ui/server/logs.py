"""What the app writes to the log: each page that somebody opens, and each error of a page."""

import logging
import traceback
from pathlib import Path
from typing import TYPE_CHECKING

import mnist_core
import mnist_ui
from mnist_core.ground.logs import Who, keep_log
from mnist_core.ground.settings import PROJECT_FOLDER, read_settings
from mnist_ui.streamlit_insides import is_in_script

if TYPE_CHECKING:
    from mnist_core.store.people.roll import Person

_LOG = logging.getLogger("mnist_lab.app")
_OURS = (PROJECT_FOLDER / "pages", *(Path(package.__path__[0]) for package in (mnist_core, mnist_ui)))


def start_log() -> None:
    """Write the log of the app from now on."""
    keep_log(read_settings().logs_folder, _find_who)
    _LOG.info("the app starts")


def note_page(page: str, visitor: "Person | None") -> None:
    """Write that the tab has opened a page, unless it shows it already.

    Parameters
    ----------
    page : str
        Its name in the address.
    visitor : Person or None
        Who looks at it, where the lab is not one person's.
    """
    from mnist_ui.session import SHOWN  # noqa: PLC0415 - slow to import, and loaded where a page is shown

    who = Who(page=page) if visitor is None else Who(visitor.id, visitor.name, page)
    if SHOWN.get() != who:
        SHOWN.put(who)
        _LOG.info("page opened")


def note_error(error: Exception) -> None:
    """Write that a page has failed, and where; not what the error says, which may quote what was sent."""
    frames = traceback.extract_tb(error.__traceback__)
    ours = [frame for frame in frames if any(map(Path(frame.filename).is_relative_to, _OURS))] or frames
    place = f"{Path(ours[-1].filename).name}:{ours[-1].lineno}" if ours else "nowhere"
    _LOG.error("page failed: %s at %s", type(error).__name__, place)


def _find_who() -> Who:
    if not is_in_script():
        return Who()
    from mnist_ui.session import SHOWN  # noqa: PLC0415 - see above

    return SHOWN.get()
