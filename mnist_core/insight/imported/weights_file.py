"""The bytes of a file to the layers in it: every way in which they can be understood."""

from collections.abc import Mapping

from mnist_core.data.files import read_file
from mnist_core.data.files.formats import NETWORKS_OPENED
from mnist_core.data.files.gathering import Source
from mnist_core.ground.errors import DataFileError, ModelError
from mnist_core.ground.variables import Value
from mnist_core.insight.imported.chain import Chain
from mnist_core.insight.imported.matrix_chains import find_chains
from mnist_core.insight.imported.onnx_chain import build_chain

_SAVE = "save its weights with safetensors.torch.save_file(model.state_dict(), 'network.safetensors')"
_KINDS = {
    "a torch file": f"it is a pickle, and opening it would run what is in it; in Python, {_SAVE}",
    "pickle": "opening it would run what is in it; open it where you trust it, in Python, and save "
    "numpy.savez('network.npz', W1=..., b1=..., W2=..., b2=...)",
    "a Keras network": "in Python, save model.get_weights() with numpy.savez('network.npz', *weights)",
}
"""What networks are saved as that is never opened, and how each is saved otherwise."""

_GRAPH = {"inputs", "outputs", "constants", "nodes"}  # the variables that an ONNX file is read to


def read_chains(source: Source | str, name: str) -> list[Chain]:
    """Read the layers in a file, in every way in which they can be understood.

    Parameters
    ----------
    source : Path, str or binary file
        The file, or its bytes open for reading; another process reads it, and nothing in it is run.
    name : str
        What messages call it.

    Raises
    ------
    DataFileError
        If it cannot be read.
    ModelError
        If it holds no network of one to three hidden layers; the sentence says what was missing.
    """
    try:
        values = read_file(source, name, is_network=True)
    except DataFileError as error:
        came = str(error).rpartition(" must be ")[2]  # the file may be called as a kind is
        for kind, cure in _KINDS.items():
            if kind in came:
                shown = kind if kind.startswith("a ") else f"a {kind}"
                raise ModelError(f"{name} must be {NETWORKS_OPENED}, but is {shown}: {cure}.") from error
        raise
    return build_chains(values, name)


def build_chains(values: Mapping[str, Value], name: str) -> list[Chain]:
    """Build the layers of what `read_file` has read of a file, in every way; see `read_chains`."""
    try:
        return [build_chain(values)] if set(values) == _GRAPH else find_chains(values)
    except ModelError as error:
        raise ModelError(f"{name} {error}") from error
