"""The command `people`."""

import argparse
import getpass
import sys
from datetime import UTC, datetime
from typing import Any

from mnist_core.cli.say import say
from mnist_core.ground.errors import PersonError
from mnist_core.ground.settings import Settings, fold_name, read_settings
from mnist_core.store import Database
from mnist_core.store.people.entering import hash_code, set_code
from mnist_core.store.people.leaving import remove_person
from mnist_core.store.people.roll import add_person, find_person, get_person, list_people
from mnist_core.store.people.roll import find_space as find_id


def add_people_arguments(command: argparse.ArgumentParser) -> None:
    """Name the options of `people`."""
    command.add_argument(
        "action",
        choices=["list", "code", "remove"],
        help="list them; give NAME a code, which is asked for or read from standard input, and a space where "
        "the name is new; or remove NAME with all that is theirs",
    )
    command.add_argument(
        "name", nargs="?", default="", metavar="NAME", help="a name, or an id that `list` shows"
    )


def run_people(arguments: argparse.Namespace) -> None:
    """List who uses the lab, give somebody a code, or remove somebody."""
    settings = read_settings()
    settings.make_home()
    store = Database(settings.database)
    if arguments.action == "list":
        rows = _list(store)
        lines = [f"{row['id']}  {row['seen'][:16]}  {row['name']}" for row in rows]
        say(rows, "\n".join(lines) or "Nobody has come yet.", arguments.json)
        return
    if not arguments.name:
        raise PersonError(f"people {arguments.action} needs a name: `people list` shows who has come.")
    act = _set_code if arguments.action == "code" else _remove
    document, words = act(store, settings, arguments.name)
    say(document, words, arguments.json)


def _list(store: Database) -> list[dict[str, Any]]:
    return [
        {
            "id": one.id,
            "name": one.name,
            "created": datetime.fromtimestamp(one.created, UTC).isoformat(timespec="seconds"),
            "seen": datetime.fromtimestamp(one.seen, UTC).isoformat(timespec="seconds"),
            "page": one.page,
        }
        for one in list_people(store)
    ]


def _set_code(store: Database, _: Settings, name: str) -> tuple[Any, str]:
    code = _read_code(name)
    known = get_person(store, name) or find_person(store, fold_name(name))
    if known is None:
        known = add_person(store, name, fold_name(name), hash_code(code))
    else:
        set_code(store, known.id, code)
    return {"id": known.id, "name": known.name}, f"{known.name} comes in by the new code."


def _remove(store: Database, settings: Settings, name: str) -> tuple[Any, str]:
    person_id = find_id(store, settings, name)
    remove_person(store, settings, person_id)
    return {"id": person_id}, f"{name} is removed, with all that was theirs."


def _read_code(name: str) -> str:
    """Read a code, which does not belong among the words of a command: others see those."""
    if sys.stdin is not None and sys.stdin.isatty():
        return getpass.getpass(f"Code of {name}: ")
    return sys.stdin.readline().rstrip("\r\n") if sys.stdin is not None else ""
