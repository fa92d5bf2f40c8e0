"""Claim: a class can go on for hours: memory, threads, open files and connections stay what they were.

`python -m benchmarks.soak` has 6 people do for two hours what 30 do in `benchmarks.classroom`, and measures
each minute what all processes of the lab take. After a first tenth of the time, in which libraries are loaded
and what is computed once is kept, the line through the samples of each figure rises by at most 10 % to the
end, or by what is less than one more live training: 60 MB, 20 threads, files or connections.

`--hours 0.25` does less; `--every 20` samples each 20 s.
"""

import argparse
import sys
import tempfile
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path

from benchmarks import describe_machine
from benchmarks.classroom import SETTINGS, find_class_settings, hold, report
from benchmarks.tabs.roster import make_class
from benchmarks.tabs.server import run_app
from benchmarks.tabs.upkeep import Upkeep, fit_growth

_N_PEOPLE = 6
_MOST_GROWTH = 0.1
_LEAST = {
    "memory_mb": 60.0,
    "app_mb": 60.0,
    "processes": 2.0,
    "threads": 20.0,
    "files": 20.0,
    "connections": 20.0,
}
_FIRST = 0.1  # of the time


def main() -> int:
    """Measure, print the figures of each tenth of the time, return 1 where the claim breaks."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--hours", type=float, default=2.0)
    parser.add_argument("--people", type=int, default=_N_PEOPLE)
    parser.add_argument("--every", type=float, default=60.0, help="seconds between two samples")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "home"
        settings = find_class_settings(home)
        pupils = make_class(settings, arguments.people)
        with run_app(home, settings=SETTINGS) as server:
            lesson, watched = hold(server, settings, pupils, arguments.hours * 3600, arguments.every)
    broken = [*report(lesson), *_report_growth(watched.upkeep)]
    print(f"\n{describe_machine()}, Streamlit {version('streamlit')}")
    for words in broken:
        print(f"The claim breaks: {words}.", file=sys.stderr)
    return 1 if broken else 0


def _report_growth(samples: Sequence[Upkeep]) -> list[str]:
    """Print what was taken in each tenth of the time; say what has grown."""
    print("\n| minute | memory, MB | of the app | processes | threads | files | connections |")
    print("| --- | --- | --- | --- | --- | --- | --- |")
    for one in samples[:: max(len(samples) // 10, 1)]:
        words = " | ".join(f"{getattr(one, name):,.0f}" for name in _LEAST)
        print(f"| {one.at_s / 60:.0f} | {words} |")
    settled = samples[int(_FIRST * len(samples)) :]
    if len(settled) < 3:
        return ["there are at least three samples, but fewer were taken: measure for longer"]
    broken = []
    for name, least in _LEAST.items():
        first, growth = fit_growth(settled, name)
        print(f"{name}: {growth:+,.0f} on {first:,.0f}")
        if growth > max(_MOST_GROWTH * first, least):
            broken.append(f"{name} stays, but grows by {growth:,.0f} on {first:,.0f}")
    return broken


if __name__ == "__main__":
    sys.exit(main())
