"""The command `map`."""

import argparse
from dataclasses import asdict

from mnist_core.cli.choose import open_model
from mnist_core.cli.data import add_data_arguments, read_data
from mnist_core.cli.output import add_output
from mnist_core.cli.say import report, say
from mnist_core.cli.table import write_csv
from mnist_core.insight.projection.flatten import Method
from mnist_core.insight.projection.layer_map import list_points, map_layers, probe_layers
from mnist_core.insight.projection.map_images import N_POINTS, choose_sample
from mnist_core.network.architecture import LAYER_WORDS

_NAMES = {"input": "input", **LAYER_WORDS}


def add_map_arguments(command: argparse.ArgumentParser) -> None:
    """Name the options of `map`."""
    command.add_argument("model", metavar="MODEL", help="a model folder, or the name of a saved model")
    add_data_arguments(command)
    command.add_argument(
        "--method", choices=[*Method], default=Method.PCA, help="how to flatten (default: pca)"
    )
    command.add_argument(
        "--points", type=int, default=N_POINTS, metavar="N", help=f"images to map (default: {N_POINTS})"
    )
    command.add_argument("--seed", type=int, default=0, help="seed of chance (default: 0)")
    add_output(command, "--csv", metavar="OUT", help="write where each image lies as a table")


def run_map(arguments: argparse.Namespace) -> None:
    """Map the layers of a model."""
    model = open_model(arguments.model)
    sample = choose_sample(model, read_data(arguments), arguments.points, arguments.seed)
    report(sample.words)
    probed = probe_layers(model, sample)
    clouds = map_layers(
        model, sample, Method(arguments.method), arguments.seed, lambda stage: report(f"flattening {stage}")
    )
    write_csv(arguments.csv, list(list_points(sample, clouds)))
    document = {
        "model": model.name,
        "measured_on": sample.words,
        "method": str(arguments.method),
        "seed": arguments.seed,
        "n": len(sample.labels),
        "n_probe": len(sample.other_labels),
        "accuracy": sample.accuracy,
        "layers": {
            stage: {"features": cloud.values.shape[1], "probe": asdict(probed[stage]), "trust": cloud.trust}
            for stage, cloud in clouds.items()
        },
    }
    lines = [
        f"A linear probe, fitted to {len(sample.other_labels):,} other images, reads of each layer:",
        *(
            f"  {_NAMES[stage]:8}  {one.accuracy:7.2%} ({one.interval[0]:.1%} to {one.interval[1]:.1%})   "
            f"the picture's trustworthiness is {clouds[stage].trust:.3f}"
            for stage, one in probed.items()
        ),
        f"The network itself reads {sample.accuracy:.2%}.",
    ]
    say(document, "\n".join(lines), arguments.json)
