"""A real Dask cluster for tests: a scheduler and workers as processes of their own."""

import json
import os
import subprocess
import sys
import time
from pathlib import Path

from digits import ROOT


class Cluster:
    """A scheduler with workers that tests start and kill; a context manager."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._processes: list[subprocess.Popen[bytes]] = []
        folder.mkdir(parents=True)
        self._file = folder / "scheduler.json"
        self.scheduler = self._start("dask_scheduler", "--host", "127.0.0.1", "--port", "0")
        deadline = time.monotonic() + 60
        while not (self._file.exists() and self._file.read_text()):
            assert time.monotonic() < deadline, (folder / "log").read_text()
            time.sleep(0.05)

    @property
    def address(self) -> str:
        return json.loads(self._file.read_text())["address"]

    def add_worker(self, python_path: Path | None = None) -> subprocess.Popen[bytes]:
        words = ["--nthreads", "1", "--no-nanny", "--local-directory", str(self.folder)]
        return self._start("dask_worker", *words, python_path=python_path)

    def __enter__(self) -> "Cluster":
        return self

    def __exit__(self, *_: object) -> None:
        for process in reversed(self._processes):
            process.kill()
            process.wait()

    def _start(self, module: str, *words: str, python_path: Path | None = None) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", f"distributed.cli.{module}", "--scheduler-file", str(self._file)]
        with (self.folder / "log").open("ab") as log:
            process = subprocess.Popen(
                [*command, "--no-dashboard", *words],
                cwd=python_path or ROOT,
                env={**os.environ, "PYTHONPATH": str(python_path or ROOT)},
                stdout=log,
                stderr=log,
            )
        self._processes.append(process)
        return process
