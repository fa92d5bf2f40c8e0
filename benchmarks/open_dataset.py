"""Claims: kept data opens 20 times as fast as its file is read; reading takes 1.3 times SciPy's time at most.

And reading a large file needs at most 2.5 times the bytes of its variables in memory, all processes together;
a CSV of 60,000 images takes at most 4 times what a bare `pandas.read_csv` takes in a process of its own, and
at most 1 GB.

`python -m benchmarks.open_dataset [FILE.mat]`; without a file the real MNIST is taken, and where that is
absent the built-in sample, which is too small to be compared with SciPy's bare `loadmat`.
"""

import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from threading import Event, Thread

import numpy as np
import psutil
from scipy.io import loadmat, whosmat

from benchmarks import DATA, describe_machine, find_mnist
from mnist_core.data.dataset import Dataset
from mnist_core.data.files import read_file
from mnist_core.data.files.limits import MOST_MEMORY
from mnist_core.data.kept import keep_dataset, open_dataset
from mnist_core.data.layouts import read_dataset
from mnist_core.data.sample import SAMPLE_PATH

_AT_LEAST = 20.0
_AT_MOST, _AT_MOST_MEMORY = 1.3, 2.5
_AT_MOST_TABLE, _N_TABLE = 4.0, 60_000
_LARGE = 10**8  # bytes of variables from which on the start of a process counts for little
_ROUNDS, _LARGE_ROUNDS = 7, 3
_LOOK_EVERY_S = 0.01


def main() -> int:
    """Measure all ways, print the results, return 1 where a claim breaks."""
    source = Path(sys.argv[1]) if len(sys.argv) > 1 else find_mnist(DATA) or SAMPLE_PATH
    n_bytes = sum(8 * int(np.prod(shape)) for _, shape, _ in whosmat(source))
    is_broken = n_bytes > _LARGE and _compare_with_scipy(source, n_bytes)
    is_broken |= _compare_with_pandas(source)
    with tempfile.TemporaryDirectory() as folder:
        kept = keep_dataset(read_dataset(source), Path(folder))
        rounds = _LARGE_ROUNDS if n_bytes > _LARGE else _ROUNDS
        read_s = _measure(lambda: read_dataset(source), rounds)
        open_s = _measure(lambda: open_dataset(kept.fingerprint, Path(folder)), rounds)
    ratio = read_s / open_s
    print(
        f"{source.name}: read {read_s * 1e3:.1f} ms, opened {open_s * 1e3:.2f} ms, {ratio:.0f} times as fast"
    )
    print(f"  {describe_machine()}, numpy {np.__version__}")
    if ratio < _AT_LEAST:
        print(f"  The claim breaks: needed {_AT_LEAST:.0f} times as fast.", file=sys.stderr)
    return int(is_broken or ratio < _AT_LEAST)


def _compare_with_scipy(source: Path, n_bytes: int) -> bool:
    """Print time and memory of reading a large file beside SciPy's; return whether a claim breaks."""
    memory = _find_most_memory(lambda: read_dataset(source)) / n_bytes
    pairs = [
        (_time(lambda: loadmat(source)), _time(lambda: read_dataset(source))) for _ in range(_LARGE_ROUNDS)
    ]
    loadmat_s, read_s = (statistics.median(times) for times in zip(*pairs, strict=True))
    ratio = read_s / loadmat_s
    print(
        f"{source.name}: loadmat {loadmat_s:.2f} s, as a data set {read_s:.2f} s, {ratio:.2f} times as long; "
        f"at most {memory:.2f} times its {n_bytes / 1e6:.0f} MB in memory"
    )
    if ratio > _AT_MOST or memory > _AT_MOST_MEMORY:
        print(f"  The claim breaks: at most {_AT_MOST} and {_AT_MOST_MEMORY} times.", file=sys.stderr)
        return True
    return False


def _compare_with_pandas(source: Path) -> bool:
    """Print time and memory of reading a CSV beside pandas' time; return whether a claim breaks."""
    with tempfile.TemporaryDirectory() as folder:
        path = _write_table(read_dataset(source), Path(folder) / "train.csv")
        memory = _find_most_memory(lambda: read_file(path))
        bare = [sys.executable, "-c", f"import pandas; pandas.read_csv({str(path)!r})"]
        pairs = [
            (_time(lambda: subprocess.run(bare, check=True)), _time(lambda: read_file(path)))
            for _ in range(_LARGE_ROUNDS)
        ]
        n_bytes = path.stat().st_size
    pandas_s, read_s = (statistics.median(times) for times in zip(*pairs, strict=True))
    print(
        f"a CSV of {n_bytes / 1e6:.0f} MB: pandas.read_csv {pandas_s:.2f} s, read {read_s:.2f} s, "
        f"{read_s / pandas_s:.2f} times as long; at most {memory / 2**20:.0f} MB in memory"
    )
    if read_s > _AT_MOST_TABLE * pandas_s or memory > MOST_MEMORY:
        print(f"  The claim breaks: at most {_AT_MOST_TABLE} times, in 1 GB.", file=sys.stderr)
        return True
    return False


def _write_table(dataset: Dataset, path: Path) -> Path:
    """Write 60,000 images as Kaggle does, some of them more than once where there are fewer."""
    chosen = np.arange(_N_TABLE) % dataset.n_samples
    pixels = np.round(dataset.images[chosen].reshape(_N_TABLE, -1) * 255).astype(np.uint8)
    names = ",".join(["label", *(f"pixel{place}" for place in range(pixels.shape[1]))])
    with path.open("w", encoding="ascii") as file:
        file.write(names + "\n")
        for label, row in zip(dataset.labels[chosen].tolist(), pixels.tolist(), strict=True):
            file.write(f"{label},{','.join(map(str, row))}\n")
    return path


def _measure(work: Callable[[], object], rounds: int) -> float:
    """Measure the median seconds of a job, after one round to warm up."""
    work()
    return statistics.median(_time(work) for _ in range(rounds))


def _time(work: Callable[[], object]) -> float:
    begin = time.perf_counter()
    work()
    return time.perf_counter() - begin


def _find_most_memory(work: Callable[[], object]) -> int:
    """Find the most memory that this process and its children have at once while a job runs (Linux)."""
    is_over, peak, before = Event(), [0], _find_shared()

    def look() -> None:
        while not is_over.wait(_LOOK_EVERY_S):
            peak[0] = max(peak[0], _sum_private() + _find_shared() - before)

    watcher = Thread(target=look)
    watcher.start()
    work()
    is_over.set()
    watcher.join()
    return peak[0]


def _sum_private() -> int:
    """Sum what the processes have, each page once, but files in memory, which the system counts."""
    total = 0
    this = psutil.Process()
    for process in [this, *this.children(recursive=True)]:
        try:
            lines = Path(f"/proc/{process.pid}/smaps_rollup").read_text(encoding="ascii").splitlines()
        except OSError:
            continue  # it has ended meanwhile
        total += sum(
            1024 * int(line.split()[1]) for line in lines if line.startswith(("Pss_Anon:", "Pss_File:"))
        )
    return total


def _find_shared() -> int:
    lines = Path("/proc/meminfo").read_text(encoding="ascii").splitlines()
    return next(1024 * int(line.split()[1]) for line in lines if line.startswith("Shmem:"))


if __name__ == "__main__":
    sys.exit(main())
