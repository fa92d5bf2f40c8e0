"""Disks that are small, and full."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

IS_ROOT = os.geteuid() == 0
_FILLER = "filler"


@contextmanager
def small_disk(folder: Path) -> Iterator[None]:
    """Let a folder be a disk of 1 MB."""
    folder.mkdir(parents=True, exist_ok=True)
    command = ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(folder)]
    if not IS_ROOT or subprocess.run(command, capture_output=True, check=False).returncode:
        pytest.skip("no small disk can be mounted here")
    try:
        yield
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)


def make_room(folder: Path) -> None:
    """Let a small disk be one of 16 MB, on which nothing is in the way."""
    subprocess.run(["mount", "-o", "remount,size=16m", str(folder)], check=True)
    (folder / _FILLER).unlink(missing_ok=True)


def fill(folder: Path) -> None:
    """Leave no room on a small disk."""
    with suppress(OSError), (folder / _FILLER).open("wb", buffering=0) as file:
        while True:
            file.write(bytes(4096))
