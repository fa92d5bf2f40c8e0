"""Who carries a run out, and whether that process still lives."""

import os
import secrets
import socket
from dataclasses import dataclass

HEARTBEAT_EVERY_S = 2.0
SILENT_AFTER_S = 15.0  # several missed beats: the process is gone or stuck, not just busy
_SAME_START_S = 2.0  # the clock of the machine may have been set a little since


@dataclass(frozen=True)
class Owner:
    """A process that owns runs.

    Attributes
    ----------
    host : str
        Its machine.
    pid : int
        Its number there.
    started : float
        When it began, as seconds since 1970: another process may get the same number later.
    token : str
        Tells two stores of one process apart.
    """

    host: str
    pid: int
    started: float
    token: str

    def __str__(self) -> str:
        return f"{self.host} {self.pid} {self.started:.2f} {self.token}"

    @staticmethod
    def of_this_process() -> "Owner":
        """Return an owner for this process that no other call returns."""
        import psutil  # noqa: PLC0415 - only who claims or doubts needs it

        started = psutil.Process().create_time()
        return Owner(socket.gethostname(), os.getpid(), started, secrets.token_hex(4))

    @staticmethod
    def parse(text: str) -> "Owner":
        """Make an owner from what `str` gave."""
        host, pid, started, token = text.rsplit(" ", 3)
        return Owner(host, int(pid), float(started), token)

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
            is_same = abs(process.create_time() - self.started) < _SAME_START_S
            return not is_same or process.status() == psutil.STATUS_ZOMBIE
        except psutil.NoSuchProcess:
            return True
        except psutil.AccessDenied:  # another user's: it lives
            return False


def is_gone(owner: str | None, silent_s: float) -> bool:
    """Say whether an owner that was last heard of some seconds ago can be taken for dead."""
    return silent_s > SILENT_AFTER_S or (owner is not None and Owner.parse(owner).is_known_dead)
