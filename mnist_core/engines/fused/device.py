"""Where networks are trained: the one place that chooses."""

import ctypes
import functools
import os
import sys
from collections.abc import Iterable, Mapping, Sequence
from typing import Protocol, runtime_checkable

import numpy as np
from jaxtyping import Float64, Int64

from mnist_core.engines.fused.compiled_stack import CompiledDevice
from mnist_core.engines.fused.fold_ink import Fit
from mnist_core.engines.fused.state import Batches, Ink
from mnist_core.engines.fused.training import Training
from mnist_core.ground.errors import DeviceError

_DRIVER = "nvcuda.dll" if sys.platform == "win32" else "libcuda.so.1"


@runtime_checkable
class Stack(Protocol):
    """Networks side by side on a device."""

    def train_epoch(self, batches: Sequence[Batches]) -> Float64[np.ndarray, " networks"]:
        """Train an epoch, each network on its own images; return the sums of the losses."""

    def measure(
        self, inks: Sequence[Ink]
    ) -> tuple[Float64[np.ndarray, " networks"], Int64[np.ndarray, " networks"]]:
        """Return the sums of the losses of each network on its images, and how many it reads right."""

    def write_back(self) -> None:
        """Bring the parameters of the networks up to date."""


@runtime_checkable
class Device(Protocol):
    """What trains networks.

    Attributes
    ----------
    n_tasks : int
        Tasks of a search, of any folds, that are best trained at once.
    """

    n_tasks: int

    def choose_stacks(self, fits: Iterable[Fit]) -> list[list[Fit]]:
        """Choose which networks are put side by side."""

    def pack(self, trainings: Sequence[Training]) -> Stack:
        """Put networks side by side."""


def is_processor_chosen(environ: Mapping[str, str] = os.environ) -> bool:
    """Say whether no device but the processor comes into question, without a look at any."""
    name = environ.get("MNIST_LAB_DEVICE", "")
    return name == "compiled" or (not name and not _has_cuda_driver())


def choose_device(environ: Mapping[str, str] = os.environ) -> Device:
    """Choose what `MNIST_LAB_DEVICE` names, else torch on a CUDA device if there is one, else the processor.

    Parameters
    ----------
    environ : mapping of str to str
        `MNIST_LAB_DEVICE` is read: `compiled`, or the name of one of torch's devices; may be absent.

    Raises
    ------
    DeviceError
        If torch has no such device.
    """
    if is_processor_chosen(environ):  # torch takes a second to load
        return CompiledDevice()
    name = environ.get("MNIST_LAB_DEVICE", "")
    import torch  # noqa: PLC0415

    if not name and not torch.cuda.is_available():
        return CompiledDevice()
    return _open_torch(name or "cuda")


@functools.cache  # it keeps the images that it was sent
def _open_torch(name: str) -> Device:
    import torch  # noqa: PLC0415

    from mnist_core.engines.fused.dense import TorchDevice  # noqa: PLC0415

    try:
        torch.zeros(1, device=name)
    except (RuntimeError, AssertionError) as error:  # a torch without CUDA asserts
        raise DeviceError(
            f"MNIST_LAB_DEVICE must be compiled or a device that torch has here, such as cuda, but is {name} "
            f"({str(error).splitlines()[0]}): set another, or none."
        ) from error
    return TorchDevice(name)


def _has_cuda_driver() -> bool:
    try:
        ctypes.CDLL(_DRIVER)
    except OSError:
        return False
    return True
