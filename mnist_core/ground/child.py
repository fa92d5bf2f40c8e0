"""A process that is forked from one which has loaded what it needs, and that ends with who started it."""

import multiprocessing
import os
import signal
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from importlib import import_module
from multiprocessing import forkserver, resource_tracker
from multiprocessing.connection import Connection
from multiprocessing.context import ForkServerContext, SpawnContext
from pathlib import Path
from queue import Queue
from threading import Thread
from typing import Any

import psutil

from mnist_core.ground.system import CAN_FORK, IS_POSIX, KILLED, end_group, lead_group

FIRST = "mnist_core.ground.one_thread"
"""The module that is loaded before all others."""

_GRACE_S = 0.7  # what a tracker of resources gets to tidy up before it is killed too
_UNKNOWN_END = 255  # what multiprocessing says where the process is gone that would have told


class Child:
    """A process in a group of its own.

    It comes up beside its starter, who need not wait for that. Where processes can be forked, it is forked
    from a server that has loaded some modules: it then begins within milliseconds, and shares their memory.
    The first child of a process starts that server, which serves the children's children too and ends with
    the last.

    Parameters
    ----------
    target : str
        The function that it carries out, as `module:function`; gets a queue with the lines that are sent to
        it, a way to send lines back, and the arguments. Its return is the exit code.
    arguments : sequence
        For it.
    log_path : Path
        Gets what it prints; its folder is made where absent.
    loads : sequence of str
        Modules that the server loads, where this is the first child.
    """

    def __init__(
        self, target: str, arguments: Sequence[Any], log_path: Path, loads: Sequence[str] = ()
    ) -> None:
        log_path.parent.mkdir(parents=True, exist_ok=True)
        context = _get_context(loads)
        self._lines, theirs = context.Pipe()
        log = _open_log(log_path) if IS_POSIX else log_path
        self._process = context.Process(target=_run, args=(theirs, log, target, tuple(arguments)))
        self._leader: psutil.Process | None = None
        self.has_failed = False
        # A server that is still loading answers late.
        self._starting = Thread(target=self._start, args=(theirs, log), daemon=True)
        self._starting.start()

    def _start(self, *handed_on: Connection | Path) -> None:
        try:
            self._process.start()
            with suppress(psutil.NoSuchProcess):  # it has ended already
                self._leader = psutil.Process(self._process.pid)
        except (OSError, EOFError):  # the server was killed, or is a dead parent's
            self.has_failed = True
        for connection in handed_on:
            if isinstance(connection, Connection):
                connection.close()

    @property
    def exit_code(self) -> int | None:
        """Return how it ended, negative for a signal; None while it lives.

        Where the server is gone, which alone could tell, the child counts as killed: `stop` sees to it.
        """
        if self._starting.is_alive():
            return None
        code = _UNKNOWN_END if self.has_failed else self._process.exitcode
        return -KILLED if code == _UNKNOWN_END else code

    @property
    def pid(self) -> int | None:
        """Return its number; None while it comes up."""
        return None if self._starting.is_alive() or self.has_failed else self._process.pid

    def send(self, line: bytes) -> None:
        """Send it a line."""
        with suppress(OSError):  # it has died already; its exit code tells
            self._lines.send_bytes(line)

    def receive(self, timeout_s: float) -> bytes | None:
        """Take a line that it has sent; None where none comes within some seconds, or ever."""
        try:
            return self._lines.recv_bytes() if self._lines.poll(timeout_s) else None
        except (OSError, EOFError):
            return None

    def ask_to_end(self) -> None:
        """Ask it to end by itself, as SIGTERM does."""
        if self.pid is not None and self.exit_code is None:
            os.kill(self.pid, signal.SIGTERM)

    def stop(self) -> None:
        """End it and all that it started: its whole group, as children may outlive it."""
        self._starting.join()
        if self.pid is not None:
            _kill_group(self.pid, self._leader)
            self._process.join()
        self._lines.close()


def warm_up(loads: Sequence[str]) -> None:
    """Start the server that children are forked from, and let it load modules, before any is needed."""
    _get_context(loads)
    if CAN_FORK:
        forkserver.ensure_running()


def track_alone() -> None:
    """Let what this process and its children share be tidied up by a tracker of its own when it is killed.

    Else the tracker of who started it would do so, and complain on its screen.
    """
    if CAN_FORK:
        resource_tracker._resource_tracker._fd = None  # type: ignore[attr-defined]
        resource_tracker.ensure_running()


def _get_context(loads: Sequence[str]) -> ForkServerContext | SpawnContext:
    if not CAN_FORK:
        return multiprocessing.get_context("spawn")
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([FIRST, *loads])  # of no effect where it runs already
    return context


def _open_log(path: Path) -> Connection:
    """Open a log as an end of a pipe, which is what multiprocessing hands on; it may be renamed meanwhile."""
    return Connection(os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644), readable=False)


def _run(lines: Connection, log: Connection | Path, target: str, arguments: tuple[Any, ...]) -> None:
    """Carry a target out in the child."""
    lead_group()
    log = _open_log(log) if isinstance(log, Path) else log
    for stream in (1, 2):
        os.dup2(log.fileno(), stream)
    log.close()
    import_module(FIRST)
    if forkserver._forkserver.get_inherited_fds() is not None:
        # As its documentation has it: the server that started this process serves its children too. Python
        # would start another, as it knows the number of one only where it has started it.
        forkserver._forkserver.ensure_running = resource_tracker.ensure_running  # type: ignore[method-assign]
    received: Queue[bytes] = Queue()
    Thread(target=_listen, args=(lines, received), daemon=True).start()
    module, _, name = target.partition(":")
    function: Callable[..., int] = getattr(import_module(module), name)
    sys.exit(function(received, lines.send_bytes, *arguments))


def _listen(lines: Connection, received: "Queue[bytes]") -> None:
    """Take in the lines of the starter; when that ends, however it ends, this group ends too."""
    with suppress(OSError, EOFError):
        while True:
            received.put(lines.recv_bytes())
    end_group()


def _kill_group(pid: int, leader: psutil.Process | None) -> None:
    is_leaderless = leader is None or not leader.is_running()
    if is_leaderless and psutil.pid_exists(pid):
        return  # a stranger has its number by now, which a group that is left would keep from others
    trackers = [] if leader is None else _kill_all_but_trackers(leader)
    deadline = time.monotonic() + _GRACE_S
    # These tidy up shared memory when they see the others gone; what stays after that is killed.
    while any(map(_lives, trackers)) and time.monotonic() < deadline:
        time.sleep(0.02)
    end_group(pid)


def _kill_all_but_trackers(leader: psutil.Process) -> list[psutil.Process]:
    """Kill a process and its children; return those that track their resources."""
    trackers: list[psutil.Process] = []
    with suppress(psutil.NoSuchProcess):
        for process in [leader, *leader.children(recursive=True)]:
            with suppress(psutil.NoSuchProcess):
                if any("resource_tracker" in part for part in process.cmdline()):
                    trackers.append(process)
                else:
                    process.kill()
    return trackers


def _lives(process: psutil.Process) -> bool:
    try:
        return bool(process.is_running() and process.status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False
