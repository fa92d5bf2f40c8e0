"""The app as a process of its own, and the end of everything that it started."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from processes import processes_of

ROOT = Path(__file__).resolve().parent.parent.parent
_START_S = 60.0
_STOP_S = 10.0
_POLL_S = 0.1


@dataclass(frozen=True)
class Lab:
    """A running app with a home of its own."""

    url: str
    home: Path
    log_path: Path
    process: subprocess.Popen[bytes]

    def address(self, path: str) -> str:
        return f"{self.url}/{path}"


def start_lab(home: Path, log_path: Path) -> Lab:
    """Start the app on a free port and wait until it is healthy."""
    port = _free_port()
    log_path.parent.mkdir(parents=True, exist_ok=True)
    command = [sys.executable, "-m", "streamlit", "run", "app.py", f"--server.port={port}"]
    environ = {name: value for name, value in os.environ.items() if not name.startswith("MNIST_LAB_")}
    with log_path.open("wb") as log:
        process = subprocess.Popen(
            [*command, "--server.fileWatcherType=none"],
            cwd=ROOT,
            env={**environ, "MNIST_LAB_HOME": str(home)},
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    lab = Lab(f"http://localhost:{port}", home, log_path, process)
    try:
        wait_until(lambda: _is_healthy(lab), f"the app to be healthy; its log is {log_path}", _START_S)
    except BaseException:
        stop_lab(lab)
        raise
    return lab


def stop_lab(lab: Lab) -> None:
    """End the app and whatever it started, the detached worker and its children too."""
    for sign in (signal.SIGTERM, signal.SIGKILL):
        for pid in processes_of(lab.home):
            _signal(pid, sign)
        try:
            wait_until(lambda: _is_over(lab), "the processes to end", _STOP_S)
            return
        except TimeoutError:
            continue
    raise TimeoutError(f"Processes outlived the app: {processes_of(lab.home)}")


def wait_until(is_so: Callable[[], bool], what: str, seconds: float) -> None:
    """Wait for something that no event tells of; TimeoutError when it does not come."""
    end = time.monotonic() + seconds
    while not is_so():
        if time.monotonic() > end:
            raise TimeoutError(f"Waited {seconds:.0f} s for {what}, in vain.")
        time.sleep(_POLL_S)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("localhost", 0))
        port: int = probe.getsockname()[1]
        return port


def _is_healthy(lab: Lab) -> bool:
    if lab.process.poll() is not None:
        raise RuntimeError(f"The app ended at its start; its log is {lab.log_path}.")
    try:
        with urllib.request.urlopen(lab.address("_stcore/health"), timeout=5) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def _is_over(lab: Lab) -> bool:
    return lab.process.poll() is not None and not processes_of(lab.home)


def _signal(pid: int, sign: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError):  # it may have ended by itself meanwhile
        os.kill(pid, sign)
