"""People who walk through the pages of the app, each in a tab."""

import asyncio
import random
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from websockets.exceptions import WebSocketException

from benchmarks.tabs.tab import Tab, open_tab

_PAUSE_S = (2.0, 6.0)


@dataclass
class Seen:
    """What people have seen: the seconds that each page took, and what went wrong."""

    seconds: dict[str, list[float]] = field(default_factory=dict)
    errors: list[str] = field(default_factory=list)
    n_turned_away: int = 0
    memory: int = 0
    """Bytes that the server had afterwards."""

    def note(self, path: str, seconds: float) -> None:
        """Note that a page has been opened."""
        self.seconds.setdefault(name_page(path), []).append(seconds)

    def list_errors(self) -> list[str]:
        """Say what went wrong, each kind once."""
        turned_away = [f"{self.n_turned_away} turned away"] if self.n_turned_away else []
        return sorted(set(self.errors)) + turned_away


def name_page(path: str) -> str:
    """Name a page by its path."""
    return path or "home"


async def walk(url: str, paths: list[str], n_people: int, seconds: float) -> Seen:
    """Have people walk for a while: each opens some page every 2 to 6 s, in an order of their own."""
    seen, end = Seen(), time.monotonic() + seconds
    people = (_walk_alone(url, paths, number, end, seen) for number in range(n_people))
    await asyncio.gather(*people)
    return seen


async def visit_each(url: str, paths: Iterable[str]) -> Seen:
    """Open pages one after the other in one tab."""
    seen = Seen()
    await _try(url, ((path, 0.0) for path in paths), seen)
    return seen


async def visit_at_once(url: str, paths: Iterable[str]) -> Seen:
    """Open pages at once, each in a tab of its own."""
    seen = Seen()
    await asyncio.gather(*(_try(url, [(path, 0.0)], seen) for path in paths))
    return seen


def _plan_walk(paths: list[str], number: int, end: float) -> Iterator[tuple[str, float]]:
    """Choose pages and the pauses after them, until the time is over."""
    choose = random.Random(number)
    while True:
        for path in choose.sample(paths, len(paths)):
            if time.monotonic() > end:
                return
            yield path, choose.uniform(*_PAUSE_S)


async def _walk_alone(url: str, paths: list[str], number: int, end: float, seen: Seen) -> None:
    # They do not come all at the same moment.
    await asyncio.sleep(random.Random(number).uniform(0, _PAUSE_S[1]))
    await _try(url, _plan_walk(paths, number, end), seen)


async def _try(url: str, visits: Iterable[tuple[str, float]], seen: Seen) -> None:
    """Open pages in a tab, with a pause after each; note what goes wrong."""
    try:
        async with open_tab(url) as tab:
            try:
                for path, pause_s in visits:
                    await _visit(tab, path, seen)
                    await asyncio.sleep(pause_s)
            finally:
                seen.errors += [f"{name_page(path)}: {words}" for path, words in tab.errors]
    except (OSError, TimeoutError, WebSocketException):
        seen.n_turned_away += 1


async def _visit(tab: Tab, path: str, seen: Seen) -> None:
    try:
        seen.note(path, await tab.visit(path))
    except TimeoutError as error:
        seen.errors.append(f"{name_page(path)}: {error}")
