"""Where networks are trained: the one place that chooses."""

import ctypes
import sys
from collections.abc import Iterable, Sequence
from typing import Protocol, runtime_checkable

import numpy as np
from jaxtyping import Float64, Int64

from mnist_core.fused.compiled_stack import CompiledDevice
from mnist_core.fused.state import Batches, Ink
from mnist_core.fused.training import Training

_DRIVER = "nvcuda.dll" if sys.platform == "win32" else "libcuda.so.1"


@runtime_checkable
class Stack(Protocol):
    """Networks side by side on a device."""

    def train_epoch(
        self, batches: Batches, n: int, batch: int, steps: int
    ) -> Float64[np.ndarray, " networks"]:
        """Train an epoch on n images after so many steps of Adam; return the sums of the losses."""

    def measure(
        self, ink: Ink, n: int, batch: int
    ) -> tuple[Float64[np.ndarray, " networks"], Int64[np.ndarray, " networks"]]:
        """Return the sums of the losses on n images, and how many of them are read right."""

    def write_back(self) -> None:
        """Bring the parameters of the networks up to date."""


@runtime_checkable
class Device(Protocol):
    """What trains networks."""

    def choose_stacks(self, trainings: Iterable[Training]) -> list[list[Training]]:
        """Choose which networks are put side by side."""

    def pack(self, trainings: Sequence[Training]) -> Stack:
        """Put networks side by side."""


def choose_device() -> Device:
    """Choose the compiled passes, or torch on a CUDA device where there is one."""
    if _has_cuda_driver():  # asked first, as torch takes a second to load
        import torch  # noqa: PLC0415

        from mnist_core.fused.dense import TorchDevice  # noqa: PLC0415

        if torch.cuda.is_available():
            return TorchDevice("cuda")
    return CompiledDevice()


def _has_cuda_driver() -> bool:
    try:
        ctypes.CDLL(_DRIVER)
    except OSError:
        return False
    return True
