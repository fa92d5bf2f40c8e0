"""The command `corrections`."""

import argparse
import json
from pathlib import Path
from typing import Any

from mnist_core.cli.say import say
from mnist_core.cli.space import find_settings
from mnist_core.ground.errors import CorrectionError, say_reason
from mnist_core.ground.replacing import write_out
from mnist_core.pens.corrections import (
    Correction,
    delete_corrections,
    export_corrections,
    import_corrections,
    keep_correction,
    list_corrections,
)


def add_corrections_arguments(command: argparse.ArgumentParser) -> None:
    """Name the options of `corrections`."""
    command.add_argument(
        "action",
        choices=list(_ACTIONS),
        help="list them; export them to FILE as strokes JSON; import FILE; or delete by NAME, or --all",
    )
    command.add_argument(
        "what", nargs="*", metavar="FILE|NAME", help="the file, or the names that `list` shows"
    )
    command.add_argument("--all", action="store_true", help="delete: all of them")


def run_corrections(arguments: argparse.Namespace) -> None:
    """List, write, read or delete what is kept of drawings whose digit was told."""
    folder = find_settings().corrections_folder
    document, words = _ACTIONS[arguments.action](arguments, folder)
    say(document, words, arguments.json)


def _list(_: argparse.Namespace, folder: Path) -> tuple[Any, str]:
    kept = list_corrections(folder)
    document = [
        {
            "name": one.name,
            "label": one.label,
            "read": one.read,
            "model": one.model,
            "time": one.time,
            "source": one.source.value,
        }
        for one in kept
    ]
    return document, "\n".join(
        map(_say_one, kept)
    ) or "No corrections yet: the Draw page keeps them, or corrections import brings some in."


def _say_one(one: Correction) -> str:
    read = "" if one.read is None else f", read as {one.read} by {one.model}"
    return f"{one.name}  {one.time[:19]}  {one.source.value:<4}  a {one.label}{read}"


def _export(arguments: argparse.Namespace, folder: Path) -> tuple[Any, str]:
    path, kept = _find_file(arguments), list_corrections(folder)
    with write_out(path, "The drawings") as file:
        file.write(export_corrections(kept).encode())
    return {"path": str(path), "n": len(kept)}, f"{len(kept)} drawings are written to {path}."


def _import(arguments: argparse.Namespace, folder: Path) -> tuple[Any, str]:
    path = _find_file(arguments)
    found = import_corrections(_read_json(path))
    for one in found:
        keep_correction(one, folder)
    return {"path": str(path), "n": len(found)}, f"{len(found)} drawings of {path} are kept."


def _delete(arguments: argparse.Namespace, folder: Path) -> tuple[Any, str]:
    if bool(arguments.what) == arguments.all:
        raise CorrectionError("Say what to delete: names that `corrections list` shows, or --all.")
    names = [one.name for one in list_corrections(folder)] if arguments.all else arguments.what
    n = delete_corrections(names, folder)
    if not arguments.all and n < len(names):
        raise CorrectionError(
            f"{n} of {len(names)} were deleted, as no others are kept: `corrections list` names them."
        )
    return {"n": n}, f"{n} drawings are deleted."


_ACTIONS = {"list": _list, "export": _export, "import": _import, "delete": _delete}


def _find_file(arguments: argparse.Namespace) -> Path:
    if len(arguments.what) != 1:
        raise CorrectionError(
            f"{arguments.action} needs one file, but got {len(arguments.what)}: name one FILE."
        )
    return Path(arguments.what[0])


def _read_json(path: Path) -> Any:
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise CorrectionError(
            f"{path} must be a JSON file of pen strokes, but cannot be read: {say_reason(error)}."
        ) from error
