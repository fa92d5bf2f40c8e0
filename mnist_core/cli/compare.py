"""The command `compare`: of two models, or of any number of runs."""

import argparse
from collections.abc import Sequence
from dataclasses import asdict

from mnist_core.cli.choose import open_model
from mnist_core.cli.data import FILE_WORDS, add_data_arguments, add_part_argument, read_data
from mnist_core.cli.output import add_output
from mnist_core.cli.say import say
from mnist_core.cli.space import find_settings, open_store
from mnist_core.cli.table import write_csv
from mnist_core.ground.errors import DataError
from mnist_core.insight.evaluation.comparison import Comparison, compare, list_guesses, read_both
from mnist_core.insight.evaluation.part import Which
from mnist_core.store import WorkRow, get_search, read_fits
from mnist_core.store.ranking import RankedCandidate, rank_candidates
from mnist_core.store.reading import is_id
from mnist_core.store.side_by_side import find_differences, say_score


def add_compare_arguments(command: argparse.ArgumentParser) -> None:
    """Name the options of `compare`."""
    for name in ("first", "second"):
        command.add_argument(
            name, metavar=name.upper(), help="a model folder or the name of a saved model; or a run"
        )
    words = f"for two models {FILE_WORDS}; for runs any more of them, and no file"
    add_data_arguments(command, words, is_needed=False)
    add_part_argument(command)
    command.add_argument("--seed", type=int, default=0, help="seed of the bootstrap (default: 0)")
    add_output(command, "--csv", metavar="OUT", help="write what each image is read as")


def run_compare(arguments: argparse.Namespace) -> None:
    """Say which of two models reads more, and whether that can be chance; or what runs came to."""
    words = [arguments.first, arguments.second, *map(str, arguments.file)]
    if all(map(is_id, words)):
        _compare_runs(words, arguments.json)
    elif arguments.file:
        _compare_models(arguments)
    else:
        raise DataError(
            "Two models are compared on a file of digit images, but none is named: name one; or name runs, "
            "as `runs` lists them."
        )


def _compare_models(arguments: argparse.Namespace) -> None:
    first, second = (open_model(name) for name in (arguments.first, arguments.second))
    readings = read_both(first, second, read_data(arguments), Which(arguments.part))
    found = compare(readings, arguments.seed)
    write_csv(arguments.csv, list_guesses(readings, first.info.class_names))
    document = {
        "first": str(first.folder),
        "second": str(second.folder),
        "part": arguments.part,
        "measured_on": readings.part.words,
        "is_unseen": readings.part.is_unseen,
        "accuracies": list(found.accuracies),
        "difference": found.difference,
        **asdict(found),
        "interval": list(found.interval),
    }
    words = f"Measured on: {readings.part.words}\n{_say(found, first.name, second.name)}"
    say(document, words, arguments.json)


def _say(found: Comparison, first: str, second: str) -> str:
    low, high = found.interval
    mine, other = found.accuracies
    return (
        f"{first} reads {mine:.2%}, {second} {other:.2%} of {found.n:,} images; the difference is "
        f"{100 * found.difference:+.2f} points (95 %, by a bootstrap: {100 * low:+.2f} to "
        f"{100 * high:+.2f})\n"
        f"  read right by both {found.both:,}, by {first} alone {found.only_first:,}, by {second} alone "
        f"{found.only_second:,}, by neither {found.neither:,}\n"
        f"  McNemar's exact test: p = {found.p_value:.3g}"
    )


def _compare_runs(run_ids: Sequence[str], as_json: bool) -> None:
    store = open_store(find_settings())
    runs = [get_search(store, run_id) for run_id in dict.fromkeys(run_ids)]
    leaders = [next(iter(rank_candidates(run.plan, read_fits(store, run.id))), None) for run in runs]
    differences = find_differences(runs)
    rows = [
        {
            "run": run.id,
            "name": run.name,
            "state": run.state.value,
            "best_params": best.candidate.params() if best else None,
            "best_score": best.mean if best else None,
            "standard_error": best.standard_error if best and best.n_folds_done > 1 else None,
            "test_accuracy": run.found.test_accuracy if run.found else None,
            "epochs": run.n_epochs,
            "seconds": run.seconds,
            "planned": {words: values[place] for words, values in differences.items()},
        }
        for place, (run, best) in enumerate(zip(runs, leaders, strict=True))
    ]
    lines = [_say_run(run, best) for run, best in zip(runs, leaders, strict=True)]
    lines += ["Planned differently:"] if differences else ["Planned alike."]
    lines += [f"  {words}: {' | '.join(values)}" for words, values in differences.items()]
    say(rows, "\n".join(lines), as_json)


def _say_run(run: WorkRow, best: RankedCandidate | None) -> str:
    score = f"{say_score(best, run.plan.cv)}, {best.candidate}" if best else "no fold is scored"
    held_out = f", on held-out images {run.found.test_accuracy:.2%}" if run.found else ""
    cost = f"{run.n_epochs:,} epochs, {run.seconds:.0f} s"
    return f"{run.id}  {run.state.value:<11}  {score}{held_out}; {cost}  {run.name}"
