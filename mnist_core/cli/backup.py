"""The commands `backup` and `restore`."""

import argparse
from contextlib import closing
from dataclasses import asdict
from pathlib import Path
from typing import Any

from mnist_core.cli.output import add_output
from mnist_core.cli.say import report, say
from mnist_core.ground.settings import read_settings
from mnist_core.store import Database
from mnist_core.store.backup import Manifest, check_backup, pause_all_work, restore_backup, write_backup


def add_backup_arguments(command: argparse.ArgumentParser) -> None:
    """Name the options of `backup`."""
    add_output(command, "file", metavar="FILE", help="the file to write, such as lab.zip")


def run_backup(arguments: argparse.Namespace) -> None:
    """Write all that the lab keeps as one file."""
    settings = read_settings()
    with closing(Database(settings.database)) as store:
        manifest = write_backup(arguments.file, settings, store)
    size = arguments.file.stat().st_size / 1e6
    words = f"{arguments.file} holds {manifest.contents.say()}, in {size:,.1f} MB."
    say(_describe(arguments.file, manifest), words, arguments.json)


def add_restore_arguments(command: argparse.ArgumentParser) -> None:
    """Name the options of `restore`."""
    command.add_argument("file", type=Path, metavar="FILE", help="what backup wrote")
    command.add_argument(
        "--replace", action="store_true", help="also where the lab has something, which is kept in a folder"
    )
    command.add_argument("--pause", action="store_true", help="pause all work of the lab first")
    command.add_argument(
        "--check", action="store_true", help="only say whether FILE is whole, and its contents"
    )


def run_restore(arguments: argparse.Namespace) -> None:
    """Put a backup in place of what the lab keeps, or only check it."""
    path = arguments.file
    if arguments.check:
        manifest = check_backup(path)
        words = f"{path} is whole, of {manifest.created}, and holds {manifest.contents.say()}."
        say(_describe(path, manifest), words, arguments.json)
        return
    settings = read_settings()
    with closing(Database(settings.database)) as store:
        if arguments.pause:
            report(f"{pause_all_work(store)} runs and trainings are paused.")
        restored = restore_backup(path, settings, store, replaces=arguments.replace)
    words = f"{restored.manifest.contents.say()} are restored from {path}."
    if restored.before is not None:
        words += f" What was there before is the lab of MNIST_LAB_HOME={restored.before}."
    before = None if restored.before is None else str(restored.before)
    say({**_describe(path, restored.manifest), "before": before}, words, arguments.json)


def _describe(path: Path, manifest: Manifest) -> dict[str, Any]:
    made = {"created": manifest.created, "lab": manifest.lab, "revision": manifest.revision}
    return {"path": str(path), **asdict(manifest.contents), **made}
