"""The space that a command works in: the one person's, or whose `--person` or the environment names."""

import argparse
import os
from typing import TYPE_CHECKING

from mnist_core.ground.settings import Settings, read_settings

if TYPE_CHECKING:
    from mnist_core.store import Database

_VARIABLE = "MNIST_LAB_PERSON"


def add_person_argument(parser: argparse.ArgumentParser) -> None:
    """Name the option that says whose space it is; it may stand before the command and after it."""
    parser.add_argument(
        "--person",
        default=argparse.SUPPRESS,
        metavar="NAME",
        help=f"whose space to work in, by name or id; by default whom {_VARIABLE} names, else the one person",
    )


def choose_person(arguments: argparse.Namespace) -> None:
    """Take note of whose space was asked for, for this process and those that it starts."""
    if "person" in arguments:
        os.environ[_VARIABLE] = arguments.person


def find_settings() -> Settings:
    """Return the places of the space.

    Raises
    ------
    PersonError
        If there is nobody of that name.
    """
    settings = read_settings()
    name = os.environ.get(_VARIABLE, "")
    if not name:
        return settings
    from mnist_core.store.people.roll import find_space  # noqa: PLC0415 - one person need not wait for the store

    return settings.of(find_space(open_store(settings), settings, name))


def open_store(settings: Settings) -> "Database":
    """Open the store as the space of the settings sees it."""
    from mnist_core.store import Database  # noqa: PLC0415 - not every command needs it

    return Database(settings.database).of(settings.space)
