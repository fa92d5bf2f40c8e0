"""Which processes work in a lab's home, on Linux and on macOS."""

import subprocess
from pathlib import Path


def processes_of(home: Path) -> list[int]:
    """List the processes whose environment names this home."""
    mark = f"MNIST_LAB_HOME={home}"
    if Path("/proc/self/environ").exists():
        return [pid for pid in _proc_pids() if mark in _proc_environ(pid).split("\0")]
    shown = subprocess.run(["ps", "axeww", "-o", "pid=,command="], capture_output=True, text=True, check=True)
    rows = [line.split() for line in shown.stdout.splitlines()]
    return [int(row[0]) for row in rows if mark in row]


def _proc_pids() -> list[int]:
    return [int(path.name) for path in Path("/proc").iterdir() if path.name.isdigit()]


def _proc_environ(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/environ").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""  # ended meanwhile, or another user's
