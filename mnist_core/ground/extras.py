"""Libraries that a plain install goes without."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from importlib.metadata import PackageNotFoundError, requires
from importlib.util import find_spec

from mnist_core.ground.errors import LabError, RunError


@contextmanager
def extra(name: str, what: str, kind: type[LabError] = RunError) -> Iterator[None]:
    """Import what an extra brings, or say how to get it.

    Parameters
    ----------
    name : str
        Of the extra, as `pyproject.toml` has it.
    what : str
        What needs it, as the beginning of a sentence: "The strategy bayes".
    kind : type
        Of the error.

    Raises
    ------
    LabError
        If it is not installed.
    """
    try:
        yield
    except ModuleNotFoundError as error:
        raise kind(say_missing(name, what, (error.name or name).split(".")[0])) from error


def say_missing(name: str, what: str, library: str) -> str:
    """Say what needs a library that an extra brings, and how to get it."""
    needed = " ".join(_list_requirements(name)) or library
    return f"{what} needs {library}, which is not installed: pip install {needed}"


def is_installed(library: str) -> bool:
    """Tell whether a library that only an extra brings can be imported."""
    return find_spec(library) is not None


def _list_requirements(name: str) -> list[str]:
    """List what an extra asks for, where the lab is installed as a package."""
    with suppress(PackageNotFoundError):
        return [
            line.partition(";")[0].strip()
            for line in requires("mnist-lab") or []
            if line.endswith(f"extra == '{name}'")
        ]
    return []
