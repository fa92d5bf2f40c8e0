"""Claims: a search that is watched takes no longer than another, and a refresh costs the server little.

`python -m benchmarks.watching` measures refreshes of the Search page, then searches while it is open, all in
tabs without a browser that refresh as a browser has them do.

A run of the paper's size, with up to 5,820 epochs on record, is refreshed many times in each of its views:
at most 5 ms of the server's processor time where nothing has changed, at most 25 where epochs have come. All
that refreshes itself on the page counts as one refresh.

The lab's worker searches the paper's grid on 20,000 images of `MNIST.mat`, with 0, 1 and 5 tabs that show it:
with 5 it takes at most 1.05 times as long as with none. (The slice of `benchmarks.search` is over in 4 s, too
soon to tell 5 % apart.)

`--only refreshes` or `--only searches` does half of it; `--rounds 1` searches once with each number of tabs,
`--images 2000` less.
"""

import argparse
import asyncio
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from filelock import FileLock

from benchmarks import describe_machine, make_parser
from benchmarks.tabs.home import PaperRun, make_home
from benchmarks.tabs.server import Server, run_app
from benchmarks.tabs.tab import Tab, open_tab
from mnist_core.data.dataset import Dataset
from mnist_core.ground.settings import Settings
from mnist_core.network.plan import SearchPlan
from mnist_core.store import HEARTBEAT_EVERY_S, Database, add_search, get_search, request_cancel
from mnist_core.work.supervisor import start_worker
from mnist_ui.search import state

_N_TABS, _MOST_RATIO = (0, 1, 5), 1.05
_MOST_UNCHANGED_MS, _MOST_CHANGED_MS = 5.0, 25.0
_WARM_UPS, _TIMES, _AT_ONCE = 3, 40, 10  # refreshes, and epochs that come between two of them
_UP_S = 10.0  # the server has computed what first visits show by then
_SETTLE_S = 0.5
_LOOK_EVERY_S = 0.5


def main() -> int:
    """Measure what was asked for, print tables, return 1 where a claim breaks."""
    arguments = _parse()
    broken: list[str] = []
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "home"
        settings, dataset = make_home(home)
        store = Database(settings.database)
        with run_app(home) as server:
            if "refreshes" in arguments.only:
                # Else the lab's own worker would take what waits here.
                with FileLock(home / "worker.lock"):
                    time.sleep(_UP_S)
                    broken += asyncio.run(_measure_refreshes(server, store, dataset))
            if "searches" in arguments.only:
                broken += _measure_searches(
                    server, _Searches(store, settings, dataset, arguments.images), arguments.rounds
                )
        store.close()
    print(f"\n{describe_machine()}, Streamlit {version('streamlit')}")
    for words in broken:
        print(f"The claim breaks: {words}.", file=sys.stderr)
    return 1 if broken else 0


def _parse() -> argparse.Namespace:
    parser = make_parser(__doc__, ("refreshes", "searches"))
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--images", type=int, default=20_000)
    return parser.parse_args()


async def _measure_refreshes(server: Server, store: Database, dataset: Dataset) -> list[str]:
    """Measure refreshes of a run that waits, and of one that goes on; print a table."""
    run = PaperRun(store, dataset, n_late=3 * (_WARM_UPS + _TIMES) * _AT_ONCE)
    waiting = add_search(store, SearchPlan(), dataset.name, dataset.fingerprint, "Waits")
    print("\n| refresh | fragments | server's processor ms |\n| --- | --- | --- |")
    broken = []
    async with open_tab(server.url, is_following=False) as tab:
        await tab.visit("search", f"run={waiting}")
        broken += await _measure(server, tab, "waits", run.beat)
        await tab.visit("search", f"run={run.run_id}")
        for view in ("Networks", "Ranking", "Grid"):
            await tab.choose(state.VIEW, view)
            broken += await _measure(server, tab, f"{view}, unchanged", run.beat)
            broken += await _measure(server, tab, f"{view}, epochs", run.beat, lambda: run.go_on(_AT_ONCE))
        run.end()
        await tab.visit("search", f"run={run.run_id}")
        broken += await _measure(server, tab, "finished", lambda: None)
        broken += [words for _, words in tab.errors]
    request_cancel(store, waiting)
    return broken


async def _measure(
    server: Server, tab: Tab, name: str, beat: Callable[[], None], change: Callable[[], None] | None = None
) -> list[str]:
    """Measure and print the processor milliseconds of a refresh; say so where they are too many."""
    n_fragments, begin_s, beaten = 0, 0.0, float("-inf")
    for number in range(-_WARM_UPS, _TIMES):
        if time.monotonic() - beaten > HEARTBEAT_EVERY_S:
            beat()
            beaten = time.monotonic()
        if number == 0:
            await asyncio.sleep(_SETTLE_S)  # what ends after the page is there counts too
            begin_s = server.measure_cpu_s()
        if change is not None:
            change()
        n_fragments = await tab.refresh()
    await asyncio.sleep(_SETTLE_S)
    took_ms = 1e3 * (server.measure_cpu_s() - begin_s) / _TIMES
    print(f"| {name} | {n_fragments} | {took_ms:.1f} |", flush=True)
    most_ms = _MOST_UNCHANGED_MS if change is None else _MOST_CHANGED_MS
    return [] if took_ms <= most_ms else [f"{name}: a refresh takes at most {most_ms:.0f} ms"]


@dataclass(frozen=True)
class _Searches:
    """Who has searches carried out, and on what."""

    store: Database
    settings: Settings
    dataset: Dataset
    n_images: int

    def add(self, name: str) -> str:
        """Give a search to the store, as the Search page does; return its id."""
        plan = SearchPlan(limit=min(self.n_images, self.dataset.n_samples))
        return add_search(self.store, plan, self.dataset.name, self.dataset.fingerprint, name)

    async def carry_out(self, run_id: str) -> float:
        """Have the lab's worker carry it out; return the seconds from the click to the end."""
        begin = time.monotonic()
        start_worker(self.settings)
        while (run := get_search(self.store, run_id)).state.is_active:
            await asyncio.sleep(_LOOK_EVERY_S)
        assert run.found is not None, run.message
        return time.monotonic() - begin


def _measure_searches(server: Server, searches: _Searches, n_rounds: int) -> list[str]:
    """Search with few and many tabs, to and fro, so that what drifts weighs on all alike; print a table."""
    took: dict[int, list[float]] = {n_tabs: [] for n_tabs in _N_TABS}
    for number in range(n_rounds):
        for n_tabs in _N_TABS[:: -1 if number % 2 else 1]:
            took[n_tabs].append(asyncio.run(_search(server, searches, n_tabs)))
            with FileLock(searches.settings.home / "worker.lock"):  # the worker has gone too
                pass
    medians = {n_tabs: statistics.median(seconds) for n_tabs, seconds in took.items()}
    print("\n| tabs | seconds | of those without |\n| --- | --- | --- |")
    for n_tabs, seconds in took.items():
        words = ", ".join(f"{one:.1f}" for one in seconds)
        print(f"| {n_tabs} | {words} | {medians[n_tabs] / medians[0]:.3f} |")
    words = f"with {_N_TABS[-1]} tabs a search takes at most {_MOST_RATIO} times as long"
    return [] if medians[_N_TABS[-1]] <= _MOST_RATIO * medians[0] else [words]


async def _search(server: Server, searches: _Searches, n_tabs: int) -> float:
    """Search with some tabs open that watch it; return the seconds."""
    run_id = searches.add(f"{n_tabs} tabs")
    async with AsyncExitStack() as tabs:
        opened = [await tabs.enter_async_context(open_tab(server.url)) for _ in range(n_tabs)]
        await asyncio.gather(*(tab.visit("search", f"run={run_id}") for tab in opened))
        return await searches.carry_out(run_id)


if __name__ == "__main__":
    sys.exit(main())
