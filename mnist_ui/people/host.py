"""The whole lab, for who looks after it and for nobody else."""

from collections.abc import Callable

from mnist_core.ground.errors import LabError, PersonError
from mnist_core.ground.settings import Settings, read_settings
from mnist_core.store import Database
from mnist_ui import who
from mnist_ui.people import state

Deed = Callable[[Database], object]
"""What is done to the whole lab."""


def open_lab() -> tuple[Database, Settings]:
    """Return the store that sees the work of all, and the settings of the lab.

    Raises
    ------
    PersonError
        If who looks at the page does not look after the lab.
    """
    settings = read_settings()
    if not who.looks_after_lab():
        raise PersonError(
            "This page is for who looks after a lab of several people: MNIST_LAB_HOST names them where the "
            "lab is started."
        )
    return who.open_whole_store(settings), settings


def do(deed: Deed, said: str = "") -> None:
    """Do something to the lab, as the callback of a button; what it came to is said by the next run."""
    try:
        deed(open_lab()[0])
    except LabError as error:
        state.REFUSAL.put(str(error))
    else:
        state.SAID.put(said or None)
