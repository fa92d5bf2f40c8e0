"""What all rings share."""

import os
import sys
from collections.abc import Iterator
from pathlib import Path

# Before anything loads torch: small products are faster on one thread, and many processes share the cores.
os.environ.setdefault("OMP_NUM_THREADS", "1")

import pytest
from digits import ROOT


@pytest.fixture(scope="session")
def real_data() -> Path:
    folder = Path(os.environ.get("MNIST_LAB_TEST_DATA") or ROOT.parent / "shared" / "data")
    if not (folder / "MNIST.mat").exists():
        pytest.skip(f"the real data is absent: {folder} has no MNIST.mat (set MNIST_LAB_TEST_DATA)")
    return folder


@pytest.fixture(autouse=True)
def _own_main() -> Iterator[None]:
    """Take `__main__` back from AppTest, whose script a process that is started later would run."""
    main = sys.modules["__main__"]
    yield
    sys.modules["__main__"] = main
