"""The command `fetch`."""

import argparse
from typing import Any

from mnist_core.cli.data import make_report
from mnist_core.cli.say import say
from mnist_core.cli.space import find_settings
from mnist_core.data.fetching import CATALOG, PublicSet, fetch_files, find_set, is_fetched
from mnist_core.ground.errors import FetchError


def add_fetch_arguments(command: argparse.ArgumentParser) -> None:
    """Name the options of `fetch`."""
    command.add_argument("name", nargs="?", metavar="NAME", help="a public set; without one, all are listed")


def run_fetch(arguments: argparse.Namespace) -> None:
    """Fetch the files of a public set, or list all sets."""
    if arguments.name is None:
        found = list(CATALOG.values())
        say([_describe(one) for one in found], "\n".join(map(_say_one, found)), arguments.json)
        return
    public = find_set(arguments.name)
    if public is None:
        raise FetchError(f"{arguments.name} must be one of {', '.join(CATALOG)}: `fetch` says what they are.")
    paths = [str(path) for path in fetch_files(public, find_settings().downloads_folder, make_report())]
    words = [*paths, f"{public.title} is there; commands open it as {public.name}. {public.licence}"]
    say(_describe(public) | {"paths": paths}, "\n".join(words), arguments.json)


def _describe(one: PublicSet) -> dict[str, Any]:
    return {
        "name": one.name,
        "title": one.title,
        "words": one.words,
        "n_bytes": one.n_bytes,
        "licence": one.licence,
        "home": one.home,
        "reference": one.reference,
        "is_fetched": is_fetched(one, find_settings().downloads_folder),
    }


def _say_one(one: PublicSet) -> str:
    size = f", {one.size_words}" if one.size_words else ""
    return f"{one.name}: {one.words}\n  {one.home}{size}\n  {one.licence}\n  {one.reference}"
