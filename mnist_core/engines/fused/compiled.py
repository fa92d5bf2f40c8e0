"""Compile a function once, and keep the machine code between starts."""

import hashlib
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numba

_FOLDER = Path(__file__).parent


def compiled(function: Callable[..., Any]) -> Any:
    """Compile a function for the types that it is first called with; other threads run beside it."""
    return numba.njit(cache=True, nogil=True)(function)


def _hash_sources() -> str:
    sources = b"".join(path.read_bytes() for path in sorted(_FOLDER.glob("*.py")))
    return hashlib.sha256(sources).hexdigest()[:16]


SOURCE_HASH = _hash_sources()
"""Changes when any line of this folder does."""


def _choose_folder() -> Path:
    # numba looks for changes in a function's own file only, but the kernels stand in others.
    name = f"compiled-{SOURCE_HASH}"
    if os.access(_FOLDER, os.W_OK):
        return _FOLDER / "__pycache__" / name
    return Path.home() / ".cache" / "mnist-lab" / name


numba.config.CACHE_DIR = str(_choose_folder())  # type: ignore[attr-defined]
