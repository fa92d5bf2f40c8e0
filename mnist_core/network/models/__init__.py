"""Model folders: a trained network with all that is known of it, saved and loaded."""

import json
import os
import platform
import shutil
import tempfile
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path

import numpy as np
import torch
from jaxtyping import Bool
from safetensors import SafetensorError
from safetensors.torch import load_file, save

from mnist_core.data.dataset import Dataset
from mnist_core.ground.errors import ModelError
from mnist_core.ground.places import check_model_folder
from mnist_core.network.architecture import MLP
from mnist_core.network.models.card import write_card
from mnist_core.network.models.info import ModelInfo
from mnist_core.network.models.model_json import SCHEMA, read_info
from mnist_core.network.models.seen import Hashes, find_trained, load_seen, save_seen

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


def save_model(network: MLP, info: ModelInfo, folder: Path | str, seen: Hashes | None = None) -> Model:
    """Save a model as a folder, whole or not at all, and load it again.

    A folder of the same name is replaced.

    Parameters
    ----------
    network : MLP
        Its weights.
    info : ModelInfo
        What is known of it.
    folder : Path or str
        Where to.
    seen : ndarray of shape (k,), uint64, or None
        Hashes of the images that it was trained on, where they are known.

    Raises
    ------
    ModelError
        If the folder holds something that is no model, or cannot be written.
    """
    folder = Path(folder)
    check_model_folder(folder)
    try:
        _replace_folder(network, info, folder, seen)
    except OSError as error:
        raise ModelError(
            f"The model needs room in {folder.parent}, but it cannot be written ({error.strerror}): "
            "make room or mend the folder's rights, then try again."
        ) from error
    return load_model(folder)


def load_model(folder: Path | str) -> Model:
    """Load a model folder.

    Raises
    ------
    ModelError
        If the folder is absent or damaged, of a newer schema, or its tensors have other shapes.
    """
    folder = Path(folder)
    info = read_info(folder)
    with torch.device("meta"):  # shapes alone, so that a false width costs no memory
        network = MLP.of(info.candidate, info.side**2, info.n_classes)
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
