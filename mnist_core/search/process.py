"""The process that searches, which can be ended at any moment."""

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path
from types import TracebackType

import psutil

from mnist_core.ground.settings import PROJECT_FOLDER, Settings
from mnist_core.network.grid import SearchPlan
from mnist_core.search.order import SearchOrder

_GRACE_S = 0.7  # what a tracker of resources gets to tidy up before it is killed too


class SearchProcess:
    """A process in a group of its own that waits for an order; a context manager that ends the group.

    It may be started before the order is known: its libraries and its crew take seconds to load.

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
        log_path.parent.mkdir(parents=True, exist_ok=True)
        with log_path.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "mnist_core.search"],
                cwd=PROJECT_FOLDER,
                # A thread of its own for each process; Dask's workers inherit it.
                env={**os.environ, "OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"},
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self._write(json.dumps({"plan": plan.values(), "temp_folder": self._scratch.name}))

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
        return self._process.poll()

    @staticmethod
    def start_early(plan: SearchPlan, settings: Settings) -> "SearchProcess":
        """Start one for a run whose name is not known yet."""
        return SearchProcess(plan, settings.logs_folder / f"engine-{os.getpid()}.log")

    def begin(self, order: SearchOrder, log_path: Path) -> None:
        """Give it its order, and its log the name by which users find it."""
        self.log_path = self.log_path.replace(log_path)
        self._has_begun = True
        self._write(order.write())

    def stop(self) -> None:
        """End it and all that it started: its whole group, as children may outlive it."""
        trackers = self._kill_all_but_trackers()
        deadline = time.monotonic() + _GRACE_S
        # These tidy up shared memory when they see the others gone; what stays after that is killed.
        while any(map(_lives, trackers)) and time.monotonic() < deadline:
            time.sleep(0.02)
        with suppress(ProcessLookupError, PermissionError):  # macOS refuses where only zombies are left
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        assert self._process.stdin is not None
        with suppress(BrokenPipeError):
            self._process.stdin.close()
        self._scratch.cleanup()
        if not self._has_begun:
            self.log_path.unlink(missing_ok=True)

    def _kill_all_but_trackers(self) -> list[psutil.Process]:
        """Kill the process and its children; return those that track their resources."""
        trackers: list[psutil.Process] = []
        with suppress(psutil.NoSuchProcess):
            leader = psutil.Process(self._process.pid)
            for process in [leader, *leader.children(recursive=True)]:
                with suppress(psutil.NoSuchProcess):
                    if any("resource_tracker" in part for part in process.cmdline()):
                        trackers.append(process)
                    else:
                        process.kill()
        return trackers

    def _write(self, line: str) -> None:
        assert self._process.stdin is not None
        with suppress(BrokenPipeError):  # it has died already; its exit code tells
            self._process.stdin.write(line.encode() + b"\n")
            self._process.stdin.flush()


def _lives(process: psutil.Process) -> bool:
    try:
        return bool(process.is_running() and process.status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False
