"""What backs each speed figure of the documentation, a claim a file."""

import argparse
import json
import os
import platform
import subprocess
import sys
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from threading import Event, Thread
from typing import Any

import joblib

ROOT = Path(__file__).resolve().parent.parent
"""Of the project."""
DATA = ROOT.parent / "shared" / "data"
"""Where `MNIST.mat` is looked for."""


def describe_machine() -> str:
    """Name processor, cores, Python and date, for the line below a result."""
    python = platform.python_version()
    return f"{_name_cpu()}, {joblib.cpu_count()} cores, Python {python}, {datetime.now(UTC):%Y-%m-%d}"


def _name_cpu() -> str:
    """Name the processor as Linux does; elsewhere as Python does."""
    facts = Path("/proc/cpuinfo")
    lines = facts.read_text(encoding="utf-8").splitlines() if facts.exists() else []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor() or platform.machine()


def make_parser(description: str | None, parts: Iterable[str]) -> argparse.ArgumentParser:
    """Make the parser of a benchmark of which some parts can be asked for."""
    raw = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser(description=description, formatter_class=raw)
    parser.add_argument("--only", nargs="+", choices=list(parts), default=list(parts))
    return parser


def find_mnist(folder: Path) -> Path | None:
    """Find the real data; where it is absent, say so and return None."""
    source = Path(os.environ.get("MNIST_LAB_TEST_DATA") or folder) / "MNIST.mat"
    if source.exists():
        return source
    print(f"Skipped: {source} is absent; name its folder with --data.")
    return None


def run_command(words: list[str], home: str, look_every_s: float) -> tuple[dict[str, Any], int]:
    """Run a command of the lab; return its answer, and the most memory that its processes had together.

    Parameters
    ----------
    words : list of str
        Behind `python -m mnist_core`.
    home : str
        Folder of the lab's state; the processes are told by it.
    look_every_s : float
        Each look at the memory costs some of the time that is measured.
    """
    process = subprocess.Popen(
        [sys.executable, "-m", "mnist_core", *words, "--json"],
        cwd=ROOT,
        env={**os.environ, "MNIST_LAB_HOME": home},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    peak, is_over = [0], Event()

    def look() -> None:
        while not is_over.wait(look_every_s):
            peak[0] = max(peak[0], _sum_memory(home))

    watcher = Thread(target=look)
    watcher.start()
    answer, _ = process.communicate()
    is_over.set()
    watcher.join()
    if process.returncode != 0:
        raise SystemExit(f"{' '.join(words)} ended with code {process.returncode}")
    return json.loads(answer), peak[0]


def _sum_memory(home: str) -> int:
    """Sum the memory of the processes of a lab, shared pages in shares (Linux; elsewhere 0)."""
    total = 0
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            if f"MNIST_LAB_HOME={home}".encode() in (folder / "environ").read_bytes():
                lines = (folder / "smaps_rollup").read_text(encoding="ascii").splitlines()
                total += sum(1024 * int(line.split()[1]) for line in lines if line.startswith("Pss:"))
        except (OSError, ValueError):
            continue  # it has ended meanwhile
    return total
