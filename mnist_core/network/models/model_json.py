"""What is known of a model, read from the model.json of its folder."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from mnist_core.ground.errors import GridError, ModelError
from mnist_core.network.candidate import Candidate
from mnist_core.network.history import EpochRecord
from mnist_core.network.models.came_from import ChangeFacts, ImportFacts, LearnedFacts
from mnist_core.network.models.info import DataFacts, DoubtFacts, ModelInfo, PenFacts, TestFacts, WriterFacts
from mnist_core.network.models.opening import Opening
from mnist_core.network.models.picture_facts import PictureFacts
from mnist_core.network.recipe import Recipe

SCHEMA = 1
"""Of the file; a newer one is refused."""


def read_info(folder: Path) -> ModelInfo:
    """Read what is known of a model; what earlier versions did not note has its value of then.

    Raises
    ------
    ModelError
        If the file is absent or damaged, or of a newer schema.
    """
    values = _read_json(folder)
    try:
        return ModelInfo(
            candidate=Candidate.from_params(values["candidate"]),
            side=int(values["side"]),
            n_classes=int(values["n_classes"]),
            recipe=Recipe(**values["recipe"]),
            recipe_name=str(values["recipe_name"]),
            data=DataFacts(**values["data"]),
            history=tuple(EpochRecord(**record) for record in values["history"]),
            test=_parse_test(values["test"], bool(values.get("changes"))),
            command=str(values["command"]),
            created=str(values["created"]),
            versions=dict(values["versions"]),
            class_names=_parse_names(values),
            temperature=float(values.get("temperature", 1.0)),
            pens=_parse_pens(values.get("pens")),
            changes=tuple(_parse_change(change) for change in values.get("changes", ())),
            learned=LearnedFacts(**values["learned"]) if values.get("learned") else None,
            trained_as=_parse_parent(values),
            doubt=_parse_doubt(values.get("doubt")),
            seeds=tuple(float(share) for share in values.get("seeds", ())),
            openings=tuple(Opening(**opening) for opening in values.get("openings", ())),
            pictures=_parse_pictures(values.get("pictures")),
            imported=_parse_import(values.get("imported")),
        )
    except (KeyError, TypeError, ValueError, GridError) as error:
        raise ModelError(f"{folder}/model.json lacks or garbles {error}: restore the folder.") from error


def _read_json(folder: Path) -> Mapping[str, Any]:
    path = folder / "model.json"
    try:
        values = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ModelError(
            f"{folder} must be a model folder, but its model.json cannot be read: {error}."
        ) from error
    except ValueError as error:
        raise ModelError(f"{path} must be JSON, but is damaged ({error}): restore the folder.") from error
    schema = values.get("schema") if isinstance(values, dict) else None
    if not isinstance(values, dict) or not isinstance(schema, int):
        raise ModelError(f"{path} must name its schema, but does not: it is no model of this lab.")
    if schema > SCHEMA:
        raise ModelError(
            f"{folder} has schema {schema}, but this version reads up to {SCHEMA}: update the lab to open it."
        )
    return values


def _parse_names(values: Mapping[str, Any]) -> tuple[str, ...]:
    """Parse what the outputs are called; earlier versions knew digits only, and did not say so."""
    n_classes = int(values["n_classes"])
    names = tuple(str(name) for name in values.get("class_names", map(str, range(n_classes))))
    if len(names) != n_classes:
        raise ValueError(f"class_names ({len(names)} for {n_classes} outputs)")
    return names


def _parse_test(values: Mapping[str, Any], is_changed: bool) -> TestFacts:
    """Parse a test; earlier versions measured changed networks on any images, and called them held out."""
    confusion = tuple(tuple(int(count) for count in row) for row in values["confusion"])
    is_unseen = bool(values.get("is_unseen", not is_changed))
    return TestFacts(int(values["n"]), float(values["accuracy"]), confusion, is_unseen)


def _parse_pens(values: Mapping[str, Any] | None) -> PenFacts | None:
    if values is None:
        return None
    low, high = values["interval"]
    writers = tuple(WriterFacts(**writer) for writer in values["writers"])
    return PenFacts(folds=int(values["folds"]), interval=(float(low), float(high)), writers=writers)


def _parse_parent(values: Mapping[str, Any]) -> str:
    """Parse whose training is told; earlier versions named no more than the models of each step."""
    steps = [change["made_from"] for change in values.get("changes", ())]
    steps += [values["learned"]["model"]] if values.get("learned") else []
    return str(values.get("trained_as", steps[0] if steps else ""))


def _parse_doubt(values: Mapping[str, Any] | None) -> DoubtFacts | None:
    if values is None:
        return None
    shares, floors = (tuple(map(float, values[name])) for name in ("shares", "floors"))
    names = ("n", "n_read_right", "n_answered", "n_answered_right")
    counts = (tuple(map(int, values[name])) for name in names)
    doubt = DoubtFacts(shares, floors, str(values["reader"]), *counts)
    if len(doubt.shares) != len(doubt.floors):
        raise ValueError("doubt (as many floors as shares)")
    return doubt


def _parse_pictures(values: Mapping[str, Any] | None) -> PictureFacts | None:
    if values is None:
        return None
    counts, r2 = tuple(map(int, values["counts"])), tuple(map(float, values["r2"]))
    return PictureFacts(counts, int(values["most"]), r2, float(values["accuracy"]))


def _parse_import(values: Mapping[str, Any] | None) -> ImportFacts | None:
    if values is None:
        return None
    reasons = tuple(str(reason) for reason in values["reasons"])
    return ImportFacts(str(values["file"]), reasons, str(values["measured_on"]))


def _parse_change(values: Mapping[str, Any]) -> ChangeFacts:
    return ChangeFacts(
        made_from=str(values["made_from"]),
        steps=tuple(str(step) for step in values["steps"]),
        accuracy_before=float(values["accuracy_before"]),
        measured_on=str(values["measured_on"]),
        unchanged_units=tuple(map(int, values["unchanged_units"])),
    )
