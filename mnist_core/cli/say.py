"""How commands answer: JSON or words on stdout, progress on stderr."""

import json
import math
import os
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

from mnist_core.ground.errors import StorageError

PROGRAM = "mnist-lab" if Path(sys.argv[0]).stem == "mnist-lab" else "python -m mnist_core"
"""How the commands were called, for who is told to call another."""


class ReaderGoneError(Exception):
    """Whoever read what a command says has gone, as `head` does: there is nobody to tell."""


def say(document: Any, words: str, as_json: bool) -> None:
    """Print the answer of a command: a JSON document, or words."""
    write((_write(document) if as_json else words) + "\n", sys.stdout)


def report(words: str) -> None:
    """Print progress, out of the answer's way."""
    write(words + "\n", sys.stderr)


def write(text: str, stream: Any) -> None:
    """Write to a stream of text at once; None is one that was closed before the command began.

    Raises
    ------
    ReaderGoneError
        If nobody reads it any more.
    StorageError
        If it leads to a file that cannot be written.
    """
    if stream is None:
        return
    try:
        stream.write(text)
        stream.flush()
    except BrokenPipeError as error:
        _silence(stream)
        raise ReaderGoneError from error
    except OSError as error:
        _silence(stream)
        raise StorageError(f"The answer cannot be written ({error.strerror}): make room for it.") from error


def _silence(stream: Any) -> None:
    """Let a stream lead nowhere, as Python would write what is left of it once more when it ends."""
    with suppress(OSError, ValueError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, stream.fileno())
        os.close(nowhere)


def _write(document: Any) -> str:
    try:
        return json.dumps(document, indent=1, allow_nan=False)
    except ValueError:  # few answers have NaN, and to look for it in a large one takes time
        return json.dumps(_without_nan(document), indent=1)


def _without_nan(value: Any) -> Any:
    """Replace NaN and infinity, which JSON lacks, by null."""
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, dict):
        return {key: _without_nan(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_without_nan(item) for item in value]
    return value
