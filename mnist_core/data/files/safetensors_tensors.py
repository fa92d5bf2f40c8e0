"""Reads the tensors of a safetensors file."""

from typing import Any, BinaryIO

import numpy as np
from safetensors import SafetensorError, deserialize

from mnist_core.data.files.limits import MOST_NETWORK_BYTES, check_network_size
from mnist_core.data.files.parcel import Packer, Tree
from mnist_core.data.files.sources import is_damaged

_DTYPES = {
    "BOOL": "?",
    **{f"{kind}{8 * size}": f"<{kind.lower()}{size}" for kind in "IU" for size in (1, 2, 4, 8)},
    **{f"F{8 * size}": f"<f{size}" for size in (2, 4, 8)},
}
_HALF_OF_FLOAT = "BF16"  # the upper two bytes of a number of four


def read_variables(stream: BinaryIO, n_bytes: int, packer: Packer) -> dict[str, Tree]:
    """Read every tensor under its name; a `ReadVariables`."""
    check_network_size(n_bytes)
    stream.seek(0)
    try:
        tensors = deserialize(stream.read(MOST_NETWORK_BYTES))
    except SafetensorError as error:
        raise is_damaged(f"its header and its tensors do not fit together, {error}") from error
    return {name: _pack_tensor(tensor, packer) for name, tensor in tensors}


def _pack_tensor(tensor: dict[str, Any], packer: Packer) -> Tree:
    kind, content = tensor["dtype"], tensor["data"]
    if kind == _HALF_OF_FLOAT:
        values = (np.frombuffer(content, "<u2").astype("<u4") << 16).view("<f4")
    elif kind in _DTYPES:
        values = np.frombuffer(content, _DTYPES[kind])
    else:
        return {"opaque": f"numbers of the kind {kind}"}
    is_half = values.dtype == np.float16
    return packer.add((values.astype(np.float32) if is_half else values).reshape(tensor["shape"]))
