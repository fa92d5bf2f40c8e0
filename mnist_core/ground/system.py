"""What POSIX has, and what is done where a system lacks it: no other module names these calls."""

import os
import signal
import sys
import time
from contextlib import suppress
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any, BinaryIO

import psutil


def _import_if_there(name: str) -> Any:
    return import_module(name) if find_spec(name) else None


_fcntl, _resource, _msvcrt = map(_import_if_there, ("fcntl", "resource", "msvcrt"))

IS_POSIX = _fcntl is not None and _resource is not None
"""Whether there are groups of processes, limits of what one may use, and locks as POSIX has them."""

CAN_FORK = IS_POSIX and sys.platform == "linux"
"""Elsewhere libraries that were loaded before a fork may hang after it."""

OUT_OF_TIME = -int(getattr(signal, "SIGXCPU", 24))
"""The exit code of a process that has used the processor for longer than it may."""

READER_GONE = int(getattr(signal, "SIGPIPE", 13))
"""The signal that ends who writes to somebody that does not read any more."""

KILLED = int(getattr(signal, "SIGKILL", 9))
"""The signal that ends a process at once."""

_NICENESS = 5  # a page beside it gets three parts in four of a processor that both want
_AUTOGROUP = Path("/proc/self/autogroup")
_LOOK_EVERY_S = 0.1


def lock(file: BinaryIO, *, waits: bool) -> None:
    """Lock a file until it is closed.

    Raises
    ------
    BlockingIOError
        If another process holds it and this one does not wait.
    OSError
        If the disk knows no locks.
    """
    if _fcntl is not None:
        _fcntl.flock(file, _fcntl.LOCK_EX if waits else _fcntl.LOCK_EX | _fcntl.LOCK_NB)
    while _fcntl is None and _msvcrt is not None:
        try:
            _msvcrt.locking(file.fileno(), _msvcrt.LK_NBLCK, 1)
        except OSError as error:
            if not waits:
                raise BlockingIOError(error.errno, error.strerror) from error
            time.sleep(_LOOK_EVERY_S)
        else:
            return


def lead_session() -> None:
    """Leave the session of who started this process, whose Ctrl-C would reach it."""
    if IS_POSIX:
        with suppress(PermissionError):  # it leads one already
            os.setsid()


def lead_group() -> None:
    """Make a group of this process and all that it will start."""
    if IS_POSIX:
        with suppress(PermissionError):  # spawned, it leads a session of its own
            os.setpgid(0, 0)


def end_group(pid: int | None = None) -> None:
    """Kill a process that leads a group, this one where none is named, and all that it has started."""
    if IS_POSIX:
        with suppress(ProcessLookupError, PermissionError):  # macOS refuses where only zombies are left
            os.killpg(os.getpgid(0) if pid is None else pid, KILLED)
        return
    with suppress(psutil.NoSuchProcess):
        leader = psutil.Process(pid)
        for process in [*leader.children(recursive=True), leader]:
            with suppress(psutil.NoSuchProcess):
                process.kill()


def yield_to_others() -> None:
    """Let this process, and those that it will start, train in what others leave of the machine.

    References
    ----------
    sched(7): where Linux groups processes by session, a niceness counts within the group alone, and the
    group has one of its own.
    """
    if not IS_POSIX:
        psutil.Process().nice(getattr(psutil, "BELOW_NORMAL_PRIORITY_CLASS", _NICENESS))
        return
    os.nice(_NICENESS)
    with suppress(OSError):  # there are no groups here
        _AUTOGROUP.write_text(str(_NICENESS), encoding="utf-8")


def set_limit(kind: str, most: int) -> None:
    """Set a limit of this process for good, at most what it was; systems that lack it go without.

    Parameters
    ----------
    kind : str
        As getrlimit(2) names it: "RLIMIT_CPU".
    most : int
        In its unit.
    """
    if _resource is None:
        return
    number = getattr(_resource, kind)
    before = _resource.getrlimit(number)[1]
    most = most if before == _resource.RLIM_INFINITY else min(most, before)
    with suppress(ValueError, OSError):
        _resource.setrlimit(number, (most, most))


def allow_many_files() -> None:
    """Let this process have as many open files, connections too, as it may; usual are 1,024 at first."""
    if _resource is not None:
        _, most = _resource.getrlimit(_resource.RLIMIT_NOFILE)
        _resource.setrlimit(_resource.RLIMIT_NOFILE, (most, most))


def keep_to_owner(file: BinaryIO) -> None:
    """Let nobody else read a file, where the system knows such rights."""
    if IS_POSIX:
        os.fchmod(file.fileno(), 0o600)


def flush_disks() -> None:
    """Wait until the disks have all that was written, where the system can tell."""
    if IS_POSIX:
        os.sync()
