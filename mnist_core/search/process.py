"""The process that searches, which can be ended at any moment."""

import os
import tempfile
from pathlib import Path
from types import TracebackType

from mnist_core.ground.child import Child
from mnist_core.ground.settings import Settings
from mnist_core.ground.system import IS_POSIX
from mnist_core.network.plan import SearchPlan
from mnist_core.search.order import GIVE_WAY, SearchOrder

LOADED = "mnist_core.search.loaded"
"""The module whose libraries a search needs: who forks searches loads it once for all."""

_INSIDE = "mnist_core.search.inside:main"


class SearchProcess:
    """A process in a group of its own that waits for an order; a context manager that ends the group.

    It may be started before the order is known: its libraries and its crew take seconds to load, where nobody
    has loaded them before.

    Parameters
    ----------
    plan : SearchPlan
        What it will have to search.
    log_path : Path
        Gets what it prints; its folder is made where absent.
    """

    def __init__(self, plan: SearchPlan, log_path: Path) -> None:
        self.log_path = log_path
        self._scratch = tempfile.TemporaryDirectory(prefix="mnist-lab-", ignore_cleanup_errors=True)
        self._has_begun = False
        self._child = Child(_INSIDE, (plan.values(), self._scratch.name), log_path, loads=[LOADED])

    def __enter__(self) -> "SearchProcess":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    @property
    def temp_folder(self) -> Path:
        """Return its scratch room, which ends with it."""
        return Path(self._scratch.name)

    @property
    def exit_code(self) -> int | None:
        """Return how it ended, negative for a signal; None while it lives."""
        return self._child.exit_code

    @property
    def has_failed(self) -> bool:
        """Whether it could not be started, as the process is gone that others are forked from."""
        return self._child.has_failed

    @staticmethod
    def start_early(plan: SearchPlan, settings: Settings) -> "SearchProcess":
        """Start one for a run whose name is not known yet."""
        return SearchProcess(plan, settings.logs_folder / f"engine-{os.getpid()}.log")

    def begin(self, order: SearchOrder, log_path: Path) -> None:
        """Give it its order, and its log the name by which users find it."""
        if IS_POSIX:  # else what is open keeps its name
            self.log_path = self.log_path.replace(log_path)
        self._has_begun = True
        self._child.send(order.write().encode())

    def give_way(self) -> None:
        """Let it end at its next checkpoint, and say that it waits."""
        self._child.send(GIVE_WAY)

    def stop(self) -> None:
        """End it and all that it started."""
        self._child.stop()
        self._scratch.cleanup()
        if not self._has_begun:
            self.log_path.unlink(missing_ok=True)
