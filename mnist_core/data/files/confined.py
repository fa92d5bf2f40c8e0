"""Has another process read a file, and takes what it hands over."""

import os
import subprocess
import sys
import time
from contextlib import suppress
from threading import Thread
from typing import IO

import psutil

from mnist_core.data.files.formats import Format
from mnist_core.data.files.limits import MOST_CPU_S, MOST_MEMORY
from mnist_core.data.files.parcel import MOST_BYTES, build_value, map_parcel, unpack
from mnist_core.data.files.printable import make_printable
from mnist_core.ground.errors import DataFileError
from mnist_core.ground.settings import PROJECT_FOLDER
from mnist_core.ground.system import IS_POSIX, OUT_OF_TIME
from mnist_core.ground.variables import Value

_MOST_SECONDS = 2 * MOST_CPU_S  # by the clock, as others may use the processor too
_MEMORY_SHARE = 3  # the variables, the images made of them, and room for others
_MOST_SENTENCE = 600
_PASSED_ON = ("PYTHONPATH", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH")  # where Python and its libraries are
_ENVIRONMENT = {
    "OPENBLAS_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    "ARROW_DEFAULT_MEMORY_POOL": "system",  # the others start threads
    "HDF5_PLUGIN_PRELOAD": "::",  # no filters of others
    "HDF5_USE_FILE_LOCKING": "FALSE",
}
_LOOK_EVERY_S = 0.1
_LIBRARY_BYTES = 2**28
_TOOK_TOO_LONG = (
    f"must be read in {MOST_CPU_S} seconds, but takes longer: save fewer images, or as one numeric matrix."
)
_BROKE_OFF = "damaged (reading it broke off): "


def read_confined(file: int, parcel: int, form: Format) -> dict[str, Value]:
    """Have another process read a file.

    Parameters
    ----------
    file : int
        Descriptor of the file.
    parcel : int
        Descriptor of an empty file in memory, which then holds the arrays.
    form : Format
        What the file seems to be.

    Raises
    ------
    DataFileError
        If it cannot be read; a sentence without its subject.
    """
    code = _run_reader(file, parcel, form)
    if code in (None, OUT_OF_TIME):
        raise DataFileError(_TOOK_TOO_LONG)
    if code != 0:
        raise DataFileError(form.refuse(_BROKE_OFF))
    return take_values(parcel, form)


def take_values(parcel: int, form: Format) -> dict[str, Value]:
    """Take the values out of a parcel; nothing in it is believed before it is checked.

    Parameters
    ----------
    parcel : int
        Descriptor of the file that the other process has written.
    form : Format
        Of the file that it has read.

    Raises
    ------
    DataFileError
        If it is not whole, or says why the file is refused.
    """
    try:
        tree = unpack(parcel)
        if "refused" in tree:
            raise DataFileError(make_printable(str(tree["refused"]), _MOST_SENTENCE))
        memory = map_parcel(parcel)
        return {str(key): build_value(value, memory) for key, value in tree["variables"].items()}
    except (ValueError, KeyError, TypeError, AttributeError, StopIteration, RecursionError) as error:
        raise DataFileError(form.refuse(_BROKE_OFF)) from error


def _run_reader(file: int, parcel: int, form: Format) -> int | None:
    """Run the process that reads; return its exit code, None where it took too long."""
    words = [form.name, str(find_room()), str(os.getpid())]
    process = subprocess.Popen(
        [sys.executable, "-s", "-B", "-m", "mnist_core.data.files", *words],
        cwd=PROJECT_FOLDER,
        env=_ENVIRONMENT | {key: os.environ[key] for key in _PASSED_ON if key in os.environ},
        stdin=file,
        stdout=parcel,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )
    with process:
        try:
            return _wait(process)
        finally:
            process.kill()


def _wait(process: subprocess.Popen[bytes]) -> int | None:
    """Wait for the end of a process, which closes its pipe; what it complains of is dropped.

    Waiting for the process itself would look only every 50 ms.
    """
    deadline = time.monotonic() + _MOST_SECONDS
    reading = Thread(target=_drop, args=(process.stderr,), daemon=True)
    reading.start()
    while reading.is_alive() and time.monotonic() < deadline:
        reading.join(_MOST_SECONDS if IS_POSIX else _LOOK_EVERY_S)
        if not IS_POSIX:  # the system sets it no limit
            _bound_memory(process)
    return None if reading.is_alive() else _wait_shortly(process)


def _drop(complaints: IO[bytes]) -> None:
    while complaints.read(1):
        pass


def _bound_memory(process: subprocess.Popen[bytes]) -> None:
    with suppress(psutil.NoSuchProcess):
        if psutil.Process(process.pid).memory_info().rss > MOST_MEMORY + _LIBRARY_BYTES:
            process.kill()


def _wait_shortly(process: subprocess.Popen[bytes]) -> int | None:
    """Wait for a process that has closed its pipe, as it does when it ends."""
    try:
        return process.wait(timeout=1)
    except subprocess.TimeoutExpired:
        return None


def find_room() -> int:
    """Find how many bytes of variables this machine has room for now."""
    return min(MOST_BYTES, int(psutil.virtual_memory().available) // _MEMORY_SHARE)
