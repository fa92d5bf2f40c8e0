"""Claim: a picture a digit and unit explains far more than any single picture; all are measured in seconds.

`python -m benchmarks.views` measures every view of every layer of `models/paper` on the images that its
training held out, and prints a table a layer.
"""

import argparse
import sys
import time
from pathlib import Path

import torch

from benchmarks import DATA, describe_machine, find_mnist
from mnist_core.data.layouts import read_dataset
from mnist_core.ground.settings import SHIPPED_MODELS
from mnist_core.insight.fields.fidelity import ANOTHER, BLURRED, Fidelity
from mnist_core.insight.fields.probe import Probe, choose_probe
from mnist_core.insight.fields.view import Kind
from mnist_core.insight.fields.views import VIEWS
from mnist_core.network.architecture import LAYERS
from mnist_core.network.models import Model, load_model

_GAIN = 0.15  # of R2 of the outputs, over the best single picture
_SECONDS = 60.0  # for all views of a layer; measured: under 20
_HEADS = {
    Kind.UNIT: ("R2", "worst unit", "read alone", "with own biases"),
    Kind.DIGIT: ("R2", "worst unit", "by the guess alone", "within a guess"),
    Kind.IMAGE: ("insertion less deletion", "blurred", "of another image", "deletion (chance)"),
}


def main() -> int:
    """Measure every view, print the tables, return 1 where the claim breaks."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=DATA, metavar="FOLDER", help="the folder of MNIST.mat")
    source = find_mnist(parser.parse_args().data)
    if source is None:
        return 0
    torch.set_num_threads(1)
    model = load_model(SHIPPED_MODELS / "paper")
    probe = choose_probe(model.info.data, read_dataset(source))
    is_kept = [_judge(model, layer, probe) for layer in reversed(LAYERS)]
    print(f"\n{probe.words}; made from {len(probe.fit.labels):,} others. {describe_machine()}")
    return 0 if all(is_kept) else 1


def _judge(model: Model, layer: str, probe: Probe) -> bool:
    begin, found = time.perf_counter(), {}
    for kind in Kind:
        print(f"\n| {layer}: {kind.value} | {' | '.join(_HEADS[kind])} | seconds |\n|{' --- |' * 6}")
        for view in (view for view in VIEWS.values() if view.kind is kind):
            start = time.perf_counter()
            found[view.name] = view.measure(model.network, layer, probe)
            cells = " | ".join(_say(found[view.name], kind))
            print(f"| {view.title} | {cells} | {time.perf_counter() - start:.1f} |", flush=True)
    seconds = time.perf_counter() - begin
    gain = found["class-jacobian"].mean - found["linear-fit"].mean
    if seconds > _SECONDS or (layer == LAYERS[-1] and gain < _GAIN):
        print(f"The claim breaks: {layer} took {seconds:.0f} s, and gained {gain:.2f}.", file=sys.stderr)
        return False
    return True


def _say(fidelity: Fidelity, kind: Kind) -> list[str]:
    figures = fidelity.figures
    first = [f"{fidelity.mean:.3f}", f"{fidelity.worst:.3f}"]
    if kind is Kind.UNIT:
        names = ("accuracy_alone", "accuracy_own_biases")
        return first + [f"{figures[name]:.1%}" if name in figures else "" for name in names]
    if kind is Kind.DIGIT:
        return first + [f"{figures[name]:.3f}" for name in ("guess_alone", "within_guess")]
    controls = [f"{fidelity.mean_of(name):.3f}" for name in (BLURRED, ANOTHER)]
    return [first[0], *controls, f"{figures['deletion']:.3f} ({figures['random_deletion']:.3f})"]


if __name__ == "__main__":
    sys.exit(main())
