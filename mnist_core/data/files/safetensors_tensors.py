"""Reads the tensors of a safetensors file."""

from typing import BinaryIO

from safetensors import SafetensorError
from safetensors.numpy import load

from mnist_core.data.files.limits import MOST_NETWORK_BYTES, check_network_size
from mnist_core.data.files.parcel import Packer, Tree
from mnist_core.data.files.sources import is_damaged


def read_variables(stream: BinaryIO, n_bytes: int, packer: Packer) -> dict[str, Tree]:
    """Read every tensor under its name; a `ReadVariables`."""
    check_network_size(n_bytes)
    stream.seek(0)
    try:
        tensors = load(stream.read(MOST_NETWORK_BYTES))
    except SafetensorError as error:
        raise is_damaged(f"its header and its tensors do not fit together, {error}") from error
    return {name: packer.add(tensor) for name, tensor in tensors.items()}
