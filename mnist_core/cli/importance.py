"""The command `importance`."""

import argparse
from collections.abc import Iterator
from dataclasses import asdict

from mnist_core.cli.say import say
from mnist_core.cli.space import find_settings, open_store
from mnist_core.insight.importance import Effect, Importance, measure_run
from mnist_core.store import get_search, read_fits


def add_importance_arguments(command: argparse.ArgumentParser) -> None:
    """Name the options of `importance`."""
    command.add_argument("run", metavar="RUN", help="the id of a run, as `runs` lists it")


def run_importance(arguments: argparse.Namespace) -> None:
    """Say what share of the differences between a run's candidates its axes explain."""
    store = open_store(find_settings())
    run = get_search(store, arguments.run)
    found = measure_run(run.plan, read_fits(store, run.id))
    document = {"run": run.id, **asdict(found), "reason": found.reason}
    say(document, "\n".join(_list_lines(found)), arguments.json)


def _list_lines(found: Importance) -> Iterator[str]:
    yield found.say_counted()
    if found.reason:
        yield found.reason
    else:
        yield from (f"  {effect.name:<28}  {_say_share(effect)}" for effect in found.effects)
    for one in found.slices:
        range_words = f"{one.worst:.2%} to {one.best:.2%}"
        yield f"  {one.axis} {one.value}: mean {one.mean:.2%}, {range_words}, {one.n} candidates"


def _say_share(effect: Effect) -> str:
    if effect.share is None:
        return "not enough candidates to tell"
    chance = "" if effect.is_found else ", may be chance"
    return f"{effect.share:6.1%}  (95 %: {effect.low:.1%} to {effect.high:.1%}{chance})"
