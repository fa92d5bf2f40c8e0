"""The command `people`: who uses a lab, and what they have come to."""

import argparse
import getpass
import sys
from collections.abc import Callable
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from mnist_core.cli.say import say
from mnist_core.ground.errors import PersonError
from mnist_core.ground.replacing import write_out
from mnist_core.ground.settings import Settings, fold_name, read_settings
from mnist_core.store import Database
from mnist_core.store.allowance import Allowance, allow, read_allowance_of
from mnist_core.store.people.class_drawings import export_drawings, gather_drawings
from mnist_core.store.people.closing import close_evening
from mnist_core.store.people.entering import hash_code, set_code
from mnist_core.store.people.leaving import remove_person
from mnist_core.store.people.roll import add_person, find_person, get_person, list_people
from mnist_core.store.people.roll import find_space as find_id
from mnist_core.store.people.standings import read_best_runs

_THINGS = tuple(asdict(Allowance()))


def add_people_arguments(command: argparse.ArgumentParser) -> None:
    """Name the options of `people`."""
    command.add_argument(
        "action",
        choices=["list", *_DEEDS],
        help="list them; give NAME a code, which is asked for or read from standard input, and a space where "
        "the name is new; remove NAME with all that is theirs; tell the best finished search of each; write "
        "the drawings of all, each with its writer's number, to FILE as strokes JSON; close the evening: all "
        "work pauses, all that the lab keeps goes into FILE, and then away; or allow NAME, or all where "
        f"none is named, so many of a THING at once, one of {', '.join(_THINGS)}",
    )
    command.add_argument(
        "what",
        nargs="*",
        metavar="NAME|FILE|THING=N",
        help="a name, or an id that `list` shows; a file; or what is allowed, as searches=8",
    )


def run_people(arguments: argparse.Namespace) -> None:
    """List who uses the lab, or do one of the deeds to it."""
    settings = read_settings()
    settings.make_home()
    store = Database(settings.database)
    if arguments.action == "list":
        rows = _list(store)
        lines = [f"{row['id']}  {row['seen'][:16]}  {row['name']}" for row in rows]
        say(rows, "\n".join(lines) or "Nobody has come yet.", arguments.json)
        return
    n, n_needed = len(arguments.what), {"best": 0, "allow": None}.get(arguments.action, 1)
    if n_needed not in (None, n):
        raise PersonError(
            f"people {arguments.action} takes {n_needed} name or file, but got {n}: write it behind the word."
        )
    document, words = _DEEDS[arguments.action](store, settings, *arguments.what)
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


def _allow(store: Database, settings: Settings, *words: str) -> tuple[Any, str]:
    things = [word.partition("=") for word in words if "=" in word]
    names = [word for word in words if "=" not in word]
    odd = [value for _, _, value in things if not value.isdecimal()]
    if len(names) > 1 or odd or not things:
        raise PersonError(
            f"people allow takes a name, or none for everybody, and THING=N of {', '.join(_THINGS)}, "
            f"but got {' '.join(words) or 'nothing'}: write it as searches=8."
        )
    person_id = find_id(store, settings, names[0]) if names else None
    allow(store, person_id, {name: int(value) for name, _, value in things})
    allowance = asdict(read_allowance_of(store, person_id))
    said = ", ".join(f"{name} {value:,}" for name, value in allowance.items())
    return {"id": person_id, **allowance}, f"{names[0] if names else 'Everybody'} may have: {said}."


def _tell_best(store: Database, _: Settings) -> tuple[Any, str]:
    best = read_best_runs(store)
    rows = [
        {
            "person": one.person.name,
            "run": one.work_id,
            "dataset": one.dataset_name,
            "best_score": one.found.best_score,
            "test_accuracy": one.found.test_accuracy,
            "n_test": one.n_test,
            "best_params": one.found.best,
        }
        for one in best
    ]
    lines = [f"{one.found.best_score:.2%}  {one.found.candidate}  {one.person.name}" for one in best]
    return rows, "\n".join(lines) or "No search of anybody has ended yet."


def _write_drawings(store: Database, settings: Settings, file: str) -> tuple[Any, str]:
    found = gather_drawings(store, settings)
    with write_out(Path(file), "The drawings") as target:
        target.write(export_drawings(found.writers).encode())
    document = {"path": file, "n": found.n, "n_writers": len(found.writers), "troubles": found.troubles}
    return document, "\n".join(
        [*found.troubles, f"{found.n} drawings of {len(found.writers)} writers are in {file}."]
    )


def _close(store: Database, settings: Settings, file: str) -> tuple[Any, str]:
    contents = close_evening(Path(file), store, settings).contents
    return {"path": file, **asdict(contents)}, f"{file} holds {contents.say()}; the lab is empty."


_DEEDS: dict[str, Callable[..., tuple[Any, str]]] = {
    "code": _set_code,
    "remove": _remove,
    "best": _tell_best,
    "drawings": _write_drawings,
    "close": _close,
    "allow": _allow,
}


def _read_code(name: str) -> str:
    """Read a code, which does not belong among the words of a command: others see those."""
    if sys.stdin is not None and sys.stdin.isatty():
        return getpass.getpass(f"Code of {name}: ")
    return sys.stdin.readline().rstrip("\r\n") if sys.stdin is not None else ""
