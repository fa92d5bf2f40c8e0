"""Model folders: a trained network with all that is known of it, saved and loaded."""

import json
import os
import platform
import shutil
import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import torch
from jaxtyping import Bool
from safetensors import SafetensorError
from safetensors.torch import load_file, save

from mnist_core.data.dataset import Dataset
from mnist_core.ground.errors import GridError, ModelError
from mnist_core.ground.places import check_model_folder
from mnist_core.network.architecture import MLP
from mnist_core.network.candidate import Candidate
from mnist_core.network.history import EpochRecord
from mnist_core.network.models.card import write_card
from mnist_core.network.models.info import (
    ChangeFacts,
    DataFacts,
    DoubtFacts,
    LearnedFacts,
    ModelInfo,
    PenFacts,
    TestFacts,
    WriterFacts,
)
from mnist_core.network.models.seen import Hashes, find_trained, load_seen, save_seen
from mnist_core.network.recipe import Recipe

SCHEMA = 1
_VERSIONS_OF = ("torch", "skorch", "scikit-learn", "numpy")


@dataclass(frozen=True, eq=False)
class Model:
    """A trained network and what is known of it.

    Attributes
    ----------
    folder : Path
        Where it is saved; the folder's name is the model's.
    network : MLP
        Its weights, in evaluation mode.
    info : ModelInfo
        Everything else.
    seen : ndarray of shape (k,), uint64, or None
        Hashes of the images that it was trained on; None where they are not known.
    """

    folder: Path
    network: MLP
    info: ModelInfo
    seen: Hashes | None = None

    @property
    def name(self) -> str:
        """Return the name of the model: that of its folder."""
        return self.folder.name

    def find_trained(self, dataset: Dataset) -> Bool[np.ndarray, " n"] | None:
        """Find which images of a data set it was trained on; None where that is not known."""
        return find_trained(self.info.data, self.seen, self.info.side, dataset)


def save_model(network: MLP, info: ModelInfo, folder: Path, seen: Hashes | None = None) -> Model:
    """Save a model as a folder, whole or not at all, and load it again.

    A folder of the same name is replaced.

    Parameters
    ----------
    network : MLP
        Its weights.
    info : ModelInfo
        What is known of it.
    folder : Path
        Where to.
    seen : ndarray of shape (k,), uint64, or None
        Hashes of the images that it was trained on, where they are known.

    Raises
    ------
    ModelError
        If the folder holds something that is no model, or cannot be written.
    """
    check_model_folder(folder)
    try:
        _replace_folder(network, info, folder, seen)
    except OSError as error:
        raise ModelError(
            f"The model needs room in {folder.parent}, but it cannot be written ({error.strerror}): "
            "make room or mend the folder's rights, then try again."
        ) from error
    return load_model(folder)


def load_model(folder: Path) -> Model:
    """Load a model folder.

    Raises
    ------
    ModelError
        If the folder is absent or damaged, of a newer schema, or its tensors have other shapes.
    """
    info = _parse_info(_read_json(folder), folder)
    widths = (info.candidate.hidden1, info.candidate.hidden2)
    with torch.device("meta"):  # shapes alone, so that a false width costs no memory
        network = MLP(*widths, info.candidate.activation, info.side**2, info.n_classes)
    _load_weights(network, folder)
    return Model(folder, network.eval(), info, load_seen(folder))


def list_models(roots: Iterable[Path]) -> list[Path]:
    """List the model folders below some roots, each root in order of name."""
    return [
        path.parent
        for root in roots
        for path in sorted(root.glob("*/model.json"))
        if path.parent.name[0] != "."
    ]


def find_model(name: str, roots: Iterable[Path]) -> Path:
    """Find a model folder by its name.

    Raises
    ------
    ModelError
        If no root has one of that name.
    """
    folders = {path.name: path for path in reversed(list_models(roots))}
    if name not in folders:
        raise ModelError(
            f"There is no model {name!r}: choose one of {', '.join(sorted(folders)) or 'none yet'}."
        )
    return folders[name]


def read_versions() -> dict[str, str]:
    """Read the versions of Python and of the libraries that train."""
    return {"python": platform.python_version(), **{name: version(name) for name in _VERSIONS_OF}}


def _replace_folder(network: MLP, info: ModelInfo, folder: Path, seen: Hashes | None) -> None:
    beside = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
    try:
        fresh, old = beside / "new", beside / "old"
        fresh.mkdir()
        _write_files(network, info, fresh, folder.name)
        if seen is not None:
            save_seen(seen, fresh)
        _sync_files(fresh)
        if folder.exists():
            folder.replace(old)
        fresh.replace(folder)
    finally:
        shutil.rmtree(beside, ignore_errors=True)


def _write_files(network: MLP, info: ModelInfo, folder: Path, name: str) -> None:
    weights = {key: tensor.detach().cpu().contiguous() for key, tensor in network.state_dict().items()}
    # Not by its `save_file`, which tells of a full disk as of a damaged file.
    (folder / "weights.safetensors").write_bytes(save(weights, metadata={"format": "pt"}))
    values = {"schema": SCHEMA, **asdict(info), "candidate": info.candidate.params()}
    (folder / "model.json").write_text(json.dumps(values, indent=1) + "\n", encoding="utf-8")
    (folder / "README.md").write_text(write_card(info, network.n_parameters, name), encoding="utf-8")


def _sync_files(folder: Path) -> None:
    for path in folder.iterdir():
        with path.open("rb") as written:
            os.fsync(written.fileno())


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


def _parse_info(values: Mapping[str, Any], folder: Path) -> ModelInfo:
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
        )
    except (KeyError, TypeError, ValueError, GridError) as error:
        raise ModelError(f"{folder}/model.json lacks or garbles {error}: restore the folder.") from error


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


def _parse_change(values: Mapping[str, Any]) -> ChangeFacts:
    hidden1, hidden2 = values["unchanged_units"]
    return ChangeFacts(
        made_from=str(values["made_from"]),
        steps=tuple(str(step) for step in values["steps"]),
        accuracy_before=float(values["accuracy_before"]),
        measured_on=str(values["measured_on"]),
        unchanged_units=(int(hidden1), int(hidden2)),
    )


def _load_weights(network: MLP, folder: Path) -> None:
    path = folder / "weights.safetensors"
    try:
        weights = load_file(path)
    except (OSError, SafetensorError) as error:
        raise ModelError(
            f"{path} must hold the weights, but cannot be read ({error}): restore the folder."
        ) from error
    expected = {key: tuple(tensor.shape) for key, tensor in network.state_dict().items()}
    found = {key: tuple(tensor.shape) for key, tensor in weights.items()}
    if found != expected:
        odd = sorted(key for key in expected.keys() | found.keys() if expected.get(key) != found.get(key))[0]
        raise ModelError(
            f"{path} needs {odd} of shape {expected.get(odd)}, but has {found.get(odd)}: restore the folder."
        )
    if any(tensor.dtype != torch.float32 for tensor in weights.values()):
        raise ModelError(f"{path} must hold float32 tensors, but holds others: restore the folder.")
    network.load_state_dict(weights, assign=True)
