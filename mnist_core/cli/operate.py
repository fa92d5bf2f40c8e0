"""The command `operate`: do something to a network and measure what it costs."""

import argparse
from collections.abc import Callable, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from mnist_core.cli.choose import open_model
from mnist_core.cli.data import read_path
from mnist_core.cli.output import add_model_output, add_output
from mnist_core.cli.say import say
from mnist_core.cli.table import write_csv
from mnist_core.ground.errors import ModelError
from mnist_core.insight.evaluation import Evaluation, wilson_interval
from mnist_core.insight.evaluation.comparison import Comparison, compare_right
from mnist_core.insight.evaluation.match import match_labels
from mnist_core.insight.fields.probe import choose_probe
from mnist_core.insight.operate.bench import Bench
from mnist_core.insight.operate.curve import CurvePoint, count_needed, find_curve
from mnist_core.insight.operate.operated_model import keep_operated
from mnist_core.insight.operate.operations import Operation, Prune, apply_all
from mnist_core.insight.operate.orders import Order
from mnist_core.insight.operate.plain_weights import Weights
from mnist_core.insight.operate.written_steps import parse_operation
from mnist_core.network.models import Model

_STEPS = {
    "off": ("LAYER:UNITS", "switch units off, as hidden1:3,7: they are held at their mean activation"),
    "on": ("LAYER:UNITS", "switch units on again"),
    "scale": ("LAYER:UNIT=FACTOR", "multiply a unit's outgoing weights, as hidden2:4=0.5"),
    "swap": ("LAYER:UNITS", "exchange the outgoing weights of two units, as hidden1:3,7"),
    "prune": ("LAYER=COUNT", "switch all units off but the best so many, as hidden1=40"),
    "bits": ("BITS", "round the weights to so many bits, 2 to 16; biases stay as they are"),
}


def add_operate_arguments(command: argparse.ArgumentParser) -> None:
    """Name the options of `operate`."""
    command.add_argument("model", metavar="MODEL", help="a model folder, or the name of a saved model")
    command.add_argument(
        "--data", type=Path, metavar="FILE", help="a file of digit images; default: the built-in sample"
    )
    group = command.add_argument_group("what to do; each may be repeated, they are done in the order given")
    for name, (form, words) in _STEPS.items():
        group.add_argument(
            f"--{name}",
            dest="steps",
            action="append",
            type=_remember(name),
            default=[],
            metavar=form,
            help=words,
        )
    command.add_argument(
        "--order",
        choices=list(Order),
        default=Order.IMPORTANCE,
        help="by what --prune ranks units: what is lost without each; stepwise, the same, ranked anew after "
        "each removal, which keeps most; the size of its outgoing weights; or chance",
    )
    command.add_argument(
        "--curve", action="store_true", help="prune each hidden layer ever more, in all orders"
    )
    add_output(command, "--csv", metavar="OUT", help="write the curve as a table; implies --curve")
    add_model_output(command, "--out", metavar="FOLDER", help="save the result as a model")


def run_operate(arguments: argparse.Namespace) -> None:
    """Do something to a network, measure what it costs, and save the result where that is wished."""
    operations = [_read_step(name, text, arguments.order) for name, text in arguments.steps]
    wants_curve = arguments.curve or arguments.csv is not None
    if not operations and not wants_curve:
        raise ModelError(
            "operate needs something to do, but was given no step: try --off hidden1:3 or --curve."
        )
    model = open_model(arguments.model)
    bench = _prepare(model, arguments.data)
    weights = apply_all(operations, bench)
    document, words = _measure(model, operations, weights, bench)
    if wants_curve:
        points = [point for layer in bench.original.hidden for point in find_curve(bench, layer)]
        write_csv(arguments.csv, [asdict(point) for point in points])
        document |= {"curve": [asdict(point) for point in points], "needed": _list_needed(points)}
        words += _say_needed(points, bench)
    if arguments.out is not None:
        saved = keep_operated(model, operations, bench, arguments.out, _name_data(arguments.data))
        document["saved"] = str(saved.folder)
        words.append(
            f"  saved to {saved.folder}: {saved.info.network_words}, "
            f"{saved.network.n_parameters:,} parameters"
        )
    say(document, "\n".join(words), arguments.json)


def _remember(name: str) -> Callable[[str], tuple[str, str]]:
    """Return a reader of an option's value that keeps the option's name beside it."""
    return lambda text: (name, text)


def _read_step(name: str, text: str, order: str) -> Operation:
    step = parse_operation(name, text)
    return replace(step, order=Order(order)) if isinstance(step, Prune) and ":" not in text else step


def _prepare(model: Model, path: Path | None) -> Bench:
    dataset = read_path(path)
    labels = match_labels(dataset, model.info.class_names)
    probe = choose_probe(
        model.info.data,
        dataset,
        side=model.info.side,
        labels=labels,
        is_trained=model.find_trained(dataset),
    )
    return Bench(model.network, probe, model.info.temperature)


def _name_data(path: Path | None) -> str | None:
    return None if path is None else path.name


def _measure(
    model: Model, operations: Sequence[Operation], weights: Weights, bench: Bench
) -> tuple[dict[str, Any], list[str]]:
    after, labels = bench.read(weights), bench.test.labels
    pair = compare_right(after.guesses == labels, bench.before.guesses == labels)
    small = weights.compact()
    units = {layer: small.count_units(layer) for layer in small.hidden}
    document = {
        "model": str(model.folder),
        "steps": [f"--{step.name} {step.text}" for step in operations],
        "measured_on": bench.words,
        "n": bench.n,
        "before": _describe(bench.before),
        "after": _describe(after),
        "difference": pair.difference,
        "difference_interval": list(pair.interval),
        "lost": pair.only_second,
        "won": pair.only_first,
        "mcnemar_p": pair.p_value,
        "units_left": units,
    }
    lines = [f"{model.name}, measured on {bench.words}", *(f"  {step.words}" for step in operations)]
    return document, [*lines, *_say_accuracy(pair)] if operations else lines


def _describe(measured: Evaluation) -> dict[str, Any]:
    return {
        "accuracy": measured.accuracy,
        "interval": list(wilson_interval(measured.n_right, measured.n)),
        "confusion": measured.confusion.tolist(),
    }


def _say_accuracy(pair: Comparison) -> list[str]:
    (after, before), (low, high) = pair.accuracies, pair.interval
    return [
        f"  accuracy {before:.2%} -> {after:.2%}, a difference of "
        f"{100 * pair.difference:+.2f} points (95 %: {100 * low:+.2f} to {100 * high:+.2f})",
        f"  {pair.only_second} images are read wrong that were right, {pair.only_first} the other way round",
    ]


def _list_needed(points: Sequence[CurvePoint]) -> dict[str, dict[str, int]]:
    return {
        layer: {order.value: count_needed([p for p in points if p.layer == layer], order) for order in Order}
        for layer in dict.fromkeys(point.layer for point in points)
    }


def _say_needed(points: Sequence[CurvePoint], bench: Bench) -> list[str]:
    lines = []
    for layer, needed in _list_needed(points).items():
        counts = ", ".join(f"{count} {_BY[order]}" for order, count in needed.items())
        most = bench.original.count_units(layer)
        lines.append(f"  {layer}: of {most} units, with at most 1 point lost, it needs {counts}")
    return lines


_BY = {
    "importance": "by importance",
    "stepwise": "stepwise",
    "magnitude": "by magnitude",
    "random": "at random (mean of 10)",
}
