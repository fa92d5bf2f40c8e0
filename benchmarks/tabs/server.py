"""The app as users start it, on a free port, and what it costs."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import psutil

from benchmarks import ROOT

_NO_SETTINGS: Mapping[str, str] = {}
_START_S = 60.0
_STOP_S = 10.0
_LOOK_EVERY_S = 0.02


@dataclass(frozen=True)
class Server:
    """A running app.

    Attributes
    ----------
    url : str
        Without a slash at its end.
    home : Path
        Folder of its state.
    log_path : Path
        What it says.
    """

    url: str
    home: Path
    log_path: Path
    _process: psutil.Process

    def address(self, path: str) -> str:
        """Return where a page of it is."""
        return f"{self.url}/{path}"

    @property
    def port(self) -> int:
        """Where it listens."""
        port = urlsplit(self.url).port
        assert port is not None
        return port

    def kill(self) -> None:
        """Kill the app alone, and nothing that it has started."""
        self._process.kill()
        self._process.wait()

    def measure_cpu_s(self) -> float:
        """Return the processor seconds that the server has used so far, without its children."""
        times = self._process.cpu_times()
        return float(times.user + times.system)

    def measure_memory(self) -> int:
        """Return the bytes that the server has in memory now."""
        return int(self._process.memory_info().rss)


@contextmanager
def run_app(
    home: Path,
    *,
    log_path: Path | None = None,
    is_listening_enough: bool = False,
    path: str = "",
    port: int | None = None,
    settings: Mapping[str, str] = _NO_SETTINGS,
) -> Iterator[Server]:
    """Run the app with a home of its own, and end it and whatever it has started.

    Parameters
    ----------
    home : Path
        Folder of the lab's state.
    log_path : Path or None
        File for what the app says; by default beside the home.
    is_listening_enough : bool
        Whether not to wait until it says that it is healthy.
    path : str
        What its addresses are below, as behind a proxy.
    port : int or None
        Where it listens; by default some port that is free.
    settings : mapping of str to str
        Environment variables of the lab besides its home.
    """
    # Asked to end, Python would leave the app and all that it has started behind.
    before = signal.signal(signal.SIGTERM, lambda *_: sys.exit("Ended."))
    port, log_path = port or _find_port(), log_path or home.with_suffix(".log")
    environ = {"MNIST_LAB_HOME": str(home), **settings}
    app = _start(environ, [f"--server.port={port}", f"--server.baseUrlPath={path}"], log_path)
    server = Server(f"http://localhost:{port}/{path}".rstrip("/"), home, log_path, psutil.Process(app.pid))
    try:
        _wait_until_it_listens(port, app, log_path)
        if not is_listening_enough:
            with urllib.request.urlopen(server.address("_stcore/health"), timeout=_START_S):
                pass
        yield server
    finally:
        _stop_processes(home)
        app.wait()
        signal.signal(signal.SIGTERM, before)


def find_processes(home: Path) -> list[psutil.Process]:
    """Find all processes that work in a home: the app, the worker, and what they have started."""
    return [process for process in psutil.process_iter() if _works_in(process, home)]


def _works_in(process: psutil.Process, home: Path) -> bool:
    try:
        return bool(process.environ().get("MNIST_LAB_HOME") == str(home)) and process.pid != os.getpid()
    except psutil.Error:
        return False  # it has ended meanwhile, or is another user's


def _start(settings: Mapping[str, str], options: list[str], log_path: Path) -> subprocess.Popen[bytes]:
    environ = {name: value for name, value in os.environ.items() if not name.startswith("MNIST_LAB_")}
    log_path.parent.mkdir(parents=True, exist_ok=True)
    with log_path.open("wb") as log:
        return subprocess.Popen(
            [sys.executable, "-m", "streamlit", "run", "app.py", *options],
            cwd=ROOT,
            env={**environ, **settings},
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
        )


def _stop_processes(home: Path) -> None:
    """End all processes that work in a home; kill those that do not end, or were started meanwhile."""
    for end in (psutil.Process.terminate, psutil.Process.kill):
        found = find_processes(home)
        for process in found:
            with suppress(psutil.NoSuchProcess):
                end(process)
        psutil.wait_procs(found, timeout=_STOP_S)
    if found := find_processes(home):
        raise SystemExit(f"Processes outlived the app: {found}")


def _find_port() -> int:
    with socket.socket() as probe:
        probe.bind(("localhost", 0))
        return int(probe.getsockname()[1])


def _wait_until_it_listens(port: int, app: subprocess.Popen[bytes], log_path: Path) -> None:
    end = time.monotonic() + _START_S
    while time.monotonic() < end and app.poll() is None:
        try:
            with socket.create_connection(("localhost", port), timeout=_START_S):
                return
        except ConnectionRefusedError:
            time.sleep(_LOOK_EVERY_S)
    raise SystemExit(f"The app did not answer within {_START_S:.0f} s; its log is {log_path}.")
