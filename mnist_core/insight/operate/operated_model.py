"""Saving what operating came to as a model of its own, with its history."""

import shlex
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from mnist_core.ground.errors import ModelError
from mnist_core.insight.evaluation import evaluate
from mnist_core.insight.fields.eigenpictures import measure_pictures
from mnist_core.insight.operate.bench import Bench
from mnist_core.insight.operate.operations import Operation, apply_all
from mnist_core.insight.reading.floors import measure_floors
from mnist_core.network.candidate import Candidate
from mnist_core.network.models import Model, save_model
from mnist_core.network.models.came_from import ChangeFacts
from mnist_core.network.models.info import TestFacts


def keep_operated(
    model: Model, operations: Sequence[Operation], bench: Bench, folder: Path, data: str | None = None
) -> Model:
    """Save a network with what was done to it as a model, measured anew, and load it again.

    Units that nothing listens to any more are left out: the matrices are smaller.

    Parameters
    ----------
    model : Model
        What it was before.
    operations : sequence of Operation
        What was done, at least one step.
    bench : Bench
        Of the model.
    folder : Path
        Where to save it; a model of that name is replaced, but not the one that it is made from.
    data : str or None
        Name of the file that the bench's images are from; None means the built-in sample.

    Raises
    ------
    ModelError
        If nothing was done, or the folder cannot be written or is the model's own.
    """
    if not operations:
        raise ModelError("A changed model needs a change, but nothing was done: switch a unit off first.")
    if folder.resolve() == model.folder.resolve():
        raise ModelError(f"{folder} is the model that was operated on: choose another name for the result.")
    network = apply_all(operations, bench).to_network()
    measured = evaluate(network, bench.test.images, bench.test.labels)
    confusion = tuple(tuple(int(count) for count in row) for row in measured.confusion)
    change = ChangeFacts(
        made_from=model.name,
        steps=tuple(f"--{operation.name} {operation.text}" for operation in operations),
        accuracy_before=bench.before.accuracy,
        measured_on=bench.words,
        unchanged_units=model.info.candidate.hidden,
    )
    candidate = Candidate.make(model.info.candidate.lr, network.widths[1:-1], network.activation)
    info = replace(
        model.info,
        candidate=candidate,
        test=TestFacts(measured.n, measured.accuracy, confusion, bench.is_unseen),
        command=_write_command(model.name, operations, folder.name, data),
        trained_as=model.info.trained_as or model.name,
        created=datetime.now(UTC).isoformat(timespec="seconds"),
        changes=(*model.info.changes, change),
    )
    pictures = measure_pictures(network, bench.test.images, bench.test.labels)
    info = replace(info, doubt=measure_floors(network, info), pictures=pictures)
    return save_model(network, info, folder, model.seen)


def _write_command(name: str, operations: Sequence[Operation], saved_as: str, data: str | None) -> str:
    steps = [word for step in operations for word in (f"--{step.name}", step.text)]
    file = [] if data is None else ["--data", data]
    return shlex.join(
        ["python", "-m", "mnist_core", "operate", name, *file, *steps, "--out", f"models/{saved_as}"]
    )
