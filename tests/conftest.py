"""What all rings share."""

import os
from pathlib import Path

import pytest
from digits import ROOT


@pytest.fixture(scope="session")
def real_data() -> Path:
    folder = Path(os.environ.get("MNIST_LAB_TEST_DATA") or ROOT.parent / "shared" / "data")
    if not (folder / "MNIST.mat").exists():
        pytest.skip(f"the real data is absent: {folder} has no MNIST.mat (set MNIST_LAB_TEST_DATA)")
    return folder
