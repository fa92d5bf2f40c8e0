"""Claim: a report takes at most 5 s, and t-SNE of a map's 2,000 images at most 30 s.

`python -m benchmarks.waits` trains one candidate on `MNIST.mat` and measures, in one process that has done
neither before, what the Report button of the Search page does when it is clicked, and what the Map page does
when t-SNE is chosen. The data set is kept already, as it is where a page can be clicked.
"""

import json
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from benchmarks import DATA, describe_machine, find_mnist, run_command
from mnist_core.data.kept import open_dataset
from mnist_core.ground.settings import Settings
from mnist_core.insight.projection.flatten import Method
from mnist_core.insight.projection.layer_map import map_layers
from mnist_core.insight.projection.map_images import N_POINTS, choose_sample
from mnist_core.insight.report import gather_facts, write_page
from mnist_core.network.models import load_model
from mnist_core.store import Database, WorkRow, get_search

_GRID = {"lr": [0.001], "hidden1": [96], "hidden2": [24], "activation": ["tanh"]}
_MOST_S = {"a report": 5.0, f"t-SNE of {N_POINTS:,} images": 30.0}


def main() -> int:
    """Measure, print a table, return 1 where a claim breaks."""
    source = find_mnist(DATA)
    if source is None:
        return 0
    with tempfile.TemporaryDirectory() as home:
        store, run = _search(source, Path(home))
        datasets = Path(home) / "datasets"
        works = (lambda: _report(store, run, datasets.parent), lambda: _map(run, datasets))
        seconds = dict(zip(_MOST_S, map(_time, works), strict=True))
        store.close()
    print("| what | seconds | at most |\n| --- | --- | --- |")
    for what, most in _MOST_S.items():
        print(f"| {what} | {seconds[what]:.1f} | {most:.0f} |")
    print(f"\n{describe_machine()}")
    slow = [what for what, most in _MOST_S.items() if seconds[what] > most]
    if slow:
        print(f"The claim breaks: {', '.join(slow)}.", file=sys.stderr)
    return 1 if slow else 0


def _search(source: Path, home: Path) -> tuple[Database, WorkRow]:
    grid = home / "grid.json"
    grid.write_text(json.dumps(_GRID), encoding="utf-8")
    words = ["search", str(source), "--grid", str(grid), "--cv", "2", "--max-epochs", "2", "--workers", "1"]
    document, _ = run_command(words, str(home), 60.0)
    store = Database(f"sqlite:///{home}/lab.db")
    return store, get_search(store, document["run"])


def _report(store: Database, run: WorkRow, home: Path) -> None:
    write_page(gather_facts(store, run.id, Settings(home, "")))


def _map(run: WorkRow, datasets: Path) -> None:
    assert run.found is not None
    model = load_model(Path(run.found.model))
    sample = choose_sample(model, open_dataset(run.fingerprint, datasets))
    map_layers(model, sample, Method.TSNE)


def _time(work: Callable[[], None]) -> float:
    begin = time.perf_counter()
    work()
    return time.perf_counter() - begin


if __name__ == "__main__":
    sys.exit(main())
