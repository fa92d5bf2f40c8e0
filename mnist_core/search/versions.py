"""Which versions a process runs; all of a search must be the same, else its numbers would differ."""

import hashlib
import platform
from collections.abc import Mapping
from functools import cache
from importlib.metadata import version
from pathlib import Path

from mnist_core.ground.errors import ClusterError

_PACKAGE = Path(__file__).parent.parent
_ROOMS = ("data", "engines", "ground", "network", "search")  # what a worker computes with stands in these
_LIBRARIES = ("numpy", "numba", "llvmlite", "safetensors", "distributed")


@cache
def describe_versions() -> dict[str, str]:
    """Describe what this process computes with."""
    modules = (path for room in _ROOMS for path in sorted((_PACKAGE / room).rglob("*.py")))
    own = b"".join(module.read_bytes() for module in modules)
    return {
        "Python": ".".join(platform.python_version_tuple()[:2]),
        **{library: version(library) for library in _LIBRARIES},
        "mnist_core": hashlib.sha256(own).hexdigest()[:8],
    }


def check_versions(wanted: Mapping[str, str], worker: str) -> None:
    """Check that this process, a worker, runs what its client runs.

    Raises
    ------
    ClusterError
        If it does not.
    """
    mine = describe_versions()
    others = [
        f"{name} {mine.get(name)} instead of {wanted[name]}"
        for name in wanted
        if mine.get(name) != wanted[name]
    ]
    if others:
        raise ClusterError(
            f"All workers need the versions of this machine, but {worker} has {', '.join(others)}: install "
            "the same there, then resume the run."
        )
