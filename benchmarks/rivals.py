"""Claim: a slice of the paper's grid is searched at least five times as fast as by the fastest rival.

`python -m benchmarks.rivals` has each way search the same slice, the 27 networks with tanh on 5 folds, nine
epochs each: this lab, scikit-learn over skorch, scikit-learn's own `MLPClassifier`, JAX with `vmap`,
`torch.func` with `vmap`, one dense stack of torch, and `HalvingGridSearchCV`, each as its users would write
it, one after the other on the same cores, in a process of its own. Imports and reading are not measured; what
a way compiles and the processes that it starts are. Nothing stops early, so that all do the same work, but
for the one that halves. Whether they trained the same networks is told by the scores. JAX is no dependency of
the lab: `pip install -r requirements-rivals.txt`; without it the table says that its row is missing.
"""

import argparse
import importlib
import importlib.metadata
import json
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))  # runs as a script too

from benchmarks import DATA, ROOT, describe_machine, find_mnist
from benchmarks.rivalling.task import list_candidates, read_task

_AT_LEAST = 5.0
# The median of a candidate's mean, of the lowest rate alone: at higher ones nine epochs without a stop make
# another order of additions another network.
_MOST_DIFFERENCE = 0.001
_CANDIDATES = list_candidates()
_LEAST_RATE = min(one.lr for one in _CANDIDATES)
_LOWEST = [number for number, one in enumerate(_CANDIDATES) if one.lr == _LEAST_RATE]
_N_EPOCHS = 9


@dataclass(frozen=True)
class _Way:
    """A way to search.

    Attributes
    ----------
    place : str
        Its module in `benchmarks.rivalling`, and its function.
    packages : tuple of str
        Whose versions matter.
    is_same : bool
        Whether it begins with the same weights, so that its scores have to be the same.
    note : str
        What is not the same.
    """

    place: str
    packages: tuple[str, ...]
    is_same: bool = True
    note: str = ""


_OWN_WEIGHTS = "draws its first weights in another way"
_HALVES = "the same networks, most of them for one or three epochs; scores of those that went on to the end"
_WAYS = {
    "this lab": _Way("estimators.search_here", ("numba",)),
    "scikit-learn over skorch": _Way("estimators.search_skorch", ("skorch", "torch")),
    "MLPClassifier": _Way("estimators.search_perceptrons", ("scikit-learn",), False, _OWN_WEIGHTS),
    "JAX, vmap": _Way("jax_way.search_jax", ("jax",)),
    "torch.func, vmap": _Way("torch_ways.search_vmap", ("torch",)),
    "dense stack of torch": _Way("torch_ways.search_stack", ("torch",)),
    "HalvingGridSearchCV": _Way(
        "estimators.search_halving", ("scikit-learn",), False, f"{_OWN_WEIGHTS}; {_HALVES}"
    ),
}


@dataclass(frozen=True)
class _Measured:
    seconds: float
    scores: np.ndarray


def main() -> int:
    """Measure each way, print a table, return 1 where the claim breaks."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, default=DATA)
    parser.add_argument("--limit", type=int, help="images; default: all")
    parser.add_argument("--epochs", type=int, default=_N_EPOCHS)
    parser.add_argument("--only", nargs="+", choices=list(_WAYS), default=list(_WAYS))
    parser.add_argument("--within", choices=list(_WAYS), help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    source = find_mnist(arguments.data)
    if source is None:
        return 0
    if arguments.within:
        return _search_within(arguments.within, source, arguments.limit, arguments.epochs)
    subprocess.run([sys.executable, "-m", "mnist_core.engines.fused"], cwd=ROOT, check=True)
    measured = {name: _search(name, sys.argv[1:]) for name in arguments.only}
    return _judge(measured)


def _search_within(name: str, source: Path, limit: int | None, n_epochs: int) -> int:
    module, function = _WAYS[name].place.split(".")
    search = getattr(importlib.import_module(f"benchmarks.rivalling.{module}"), function)
    task = read_task(source, limit, n_epochs)
    begin = time.perf_counter()
    scores = search(task)
    print(json.dumps({"seconds": time.perf_counter() - begin, "scores": scores.tolist()}))
    return 0


def _search(name: str, words: list[str]) -> _Measured | None:
    """Search in a process of its own; None where its package is absent."""
    if not all(map(_find_version, _WAYS[name].packages)):
        return None
    command = [sys.executable, "-W", "ignore", "-m", "benchmarks.rivals", *words, "--within", name]
    answer = subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True).stdout
    found = json.loads(answer.splitlines()[-1])
    print(f"{name}: {found['seconds']:.1f} s", file=sys.stderr)
    return _Measured(found["seconds"], np.array(found["scores"]))


def _find_version(package: str) -> str | None:
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return None


def _judge(measured: dict[str, _Measured | None]) -> int:
    ours = measured["this lab"]
    assert ours is not None
    print("| way | versions | seconds | times as long | best mean accuracy | its scores beside ours |")
    print("| --- | --- | --- | --- | --- | --- |")
    broken = []
    for name, one in measured.items():
        way = _WAYS[name]
        versions = ", ".join(f"{package} {_find_version(package) or 'absent'}" for package in way.packages)
        if one is None:
            print(f"| {name} | {versions} | | | | not measured |")
            continue
        means = one.scores.mean(axis=1)
        difference = float(np.nanmedian(abs(means - ours.scores.mean(axis=1))[_LOWEST]))
        words = f"median difference {difference:.4f}" + (f"; {way.note}" if way.note else "")
        ratio = one.seconds / ours.seconds
        print(f"| {name} | {versions} | {one.seconds:.1f} | {ratio:.1f} | {np.nanmax(means):.2%} | {words} |")
        broken += [f"{name} trains the same networks"] * (way.is_same and difference > _MOST_DIFFERENCE)
        broken += [f"at least {_AT_LEAST:g} times as fast as {name}"] * (
            one is not ours and ratio < _AT_LEAST
        )
    print(f"\n{describe_machine()}")
    for claim in broken:
        print(f"The claim breaks: {claim}.", file=sys.stderr)
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
