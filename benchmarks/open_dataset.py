"""Claim: a data set that is kept opens at least 20 times as fast as its `.mat` file is read.

`python -m benchmarks.open_dataset [FILE.mat]`; without a file the built-in sample is taken.
"""

import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from benchmarks import describe_machine
from mnist_core.dataset.kept import keep_dataset, open_dataset
from mnist_core.dataset.sample import SAMPLE_PATH
from mnist_core.layouts import read_dataset

_AT_LEAST = 20.0
_ROUNDS = 7


def main() -> int:
    """Measure both ways, print the result, return 1 where the claim breaks."""
    source = Path(sys.argv[1]) if len(sys.argv) > 1 else SAMPLE_PATH
    with tempfile.TemporaryDirectory() as folder:
        kept = keep_dataset(read_dataset(source), Path(folder))
        read_s = _measure(lambda: read_dataset(source))
        open_s = _measure(lambda: open_dataset(kept.fingerprint, Path(folder)))
    ratio = read_s / open_s
    print(
        f"{source.name}: read {read_s * 1e3:.1f} ms, opened {open_s * 1e3:.2f} ms, {ratio:.0f} times as fast"
    )
    print(f"  {describe_machine()}, numpy {np.__version__}")
    if ratio < _AT_LEAST:
        print(f"  The claim breaks: needed {_AT_LEAST:.0f} times as fast.", file=sys.stderr)
        return 1
    return 0


def _measure(work: Callable[[], object]) -> float:
    """Measure the median seconds of a job, after one round to warm up."""
    work()
    seconds = []
    for _ in range(_ROUNDS):
        begin = time.perf_counter()
        work()
        seconds.append(time.perf_counter() - begin)
    return statistics.median(seconds)


if __name__ == "__main__":
    sys.exit(main())
