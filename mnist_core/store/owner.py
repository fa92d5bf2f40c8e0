"""Who carries a run out, and whether that process still lives."""

import os
import secrets
import socket
import time
from collections.abc import Mapping
from dataclasses import dataclass
from threading import Lock
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import psutil

HEARTBEAT_EVERY_S = 2.0
SILENT_AFTER_S = 15.0  # several missed beats: the process is gone or stuck, not just busy
_STEADY = "="  # marks a start by a clock that is never set; earlier versions wrote one that can be


@dataclass(frozen=True)
class Owner:
    """A process that owns runs.

    Attributes
    ----------
    host : str
        Its machine.
    pid : int
        Its number there.
    started : str
        When it began, as its system has it: another process may get the same number later.
    token : str
        Tells two stores of one process apart.
    """

    host: str
    pid: int
    started: str
    token: str

    def __str__(self) -> str:
        return f"{self.host} {self.pid} {self.started} {self.token}"

    @staticmethod
    def of_this_process() -> "Owner":
        """Return an owner for this process that no other call returns."""
        import psutil  # noqa: PLC0415 - only who claims or doubts needs it

        started = _read_start(psutil.Process())
        return Owner(socket.gethostname(), os.getpid(), started, secrets.token_hex(4))

    @staticmethod
    def parse(text: str) -> "Owner":
        """Make an owner from what `str` gave."""
        host, pid, started, token = text.rsplit(" ", 3)
        return Owner(host, int(pid), started, token)

    @property
    def is_of_this_machine(self) -> bool:
        """Whether it runs on this machine."""
        return self.host == socket.gethostname()

    @property
    def is_known_dead(self) -> bool:
        """Whether it is of this machine and no longer lives; of other machines nothing is known."""
        if not self.is_of_this_machine:
            return False
        import psutil  # noqa: PLC0415 - only who claims or doubts needs it

        try:
            process = psutil.Process(self.pid)
            is_another = self.started.startswith(_STEADY) and _read_start(process) != self.started
            return is_another or process.status() == psutil.STATUS_ZOMBIE
        except psutil.NoSuchProcess:
            return True
        except psutil.AccessDenied:  # another user's: it lives
            return False


class Watch:
    """Who gives no sign of life, by the beats that were seen here.

    A beat is only compared with the one that was seen before, and the time between two looks is taken from a
    clock that nobody sets: so neither a clock that is set, nor one of another machine that goes wrong, makes
    anybody silent. It takes two looks to tell.

    Parameters
    ----------
    silent_after_s : float
        How long the same beat has to be seen.
    """

    def __init__(self, silent_after_s: float = SILENT_AFTER_S) -> None:
        self.silent_after_s = silent_after_s
        self._seen: dict[str, tuple[float, float]] = {}  # of each run its beat, and when that was first seen
        self._lock = Lock()  # tabs share a store

    def find_silent(self, beats: Mapping[str, float]) -> set[str]:
        """Look at the beats of all that are held, and return those that have been the same for too long."""
        clock = time.monotonic()
        with self._lock:
            seen = self._seen
            self._seen = {
                run_id: seen[run_id] if run_id in seen and seen[run_id][0] == beat else (beat, clock)
                for run_id, beat in beats.items()
            }
            return {
                run_id for run_id, (_, since) in self._seen.items() if clock - since > self.silent_after_s
            }


def is_known_dead(owner: str | None) -> bool:
    """Say whether an owner, as its run names it, is known to live no longer."""
    return owner is not None and Owner.parse(owner).is_known_dead


def _read_start(process: "psutil.Process") -> str:
    # Not `create_time`, which moves on Linux whenever the clock is set.
    return f"{_STEADY}{process._get_ident()[1]:.2f}"
