"""What the people of a class do in a lesson: each in a tab, seeded, all at once."""

import asyncio
import json
import random
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from websockets.exceptions import WebSocketException

from benchmarks.tabs.door import enter
from benchmarks.tabs.people import Seen, name_page
from benchmarks.tabs.roster import Pupil, name_words
from benchmarks.tabs.tab import Tab, open_tab
from mnist_core.insight.fields.views import VIEWS
from mnist_core.pens import Stroke
from mnist_core.training.robust.pen import read_pens

COME_WITHIN_S = 60.0
"""All are there, and have asked for their search."""

DRAW = "Draw: a stroke to its answer"
HEAVY = "heavy: "
"""Begins the names of what may take its time, without keeping others waiting."""

_PAUSE_S = (2.0, 6.0)
_DRAW_EVERY_S, _N_DRAWN = 5.0, 8
_PATIENCE_S = 40.0
_WATCH_S = (10.0, 25.0)
_A_TAB = 8  # things that are done in a tab before it is loaded anew
_SIDE, _MARGIN = 320, 64  # screen pixels of the canvas, and of what is left free around a digit
_GRID = {"Learning rates": "0.1, 0.01, 0.001", "Units of hidden 1": "24, 48, 96", "Units of hidden 2": "12"}
_TRAIN_EVERY_S = 240.0
_N_LOOKS, _LOOK_EVERY_S = 25, 0.2
_DEPTHS = ("How sure it may be", "Robustness", "Against another")


@dataclass
class Lesson(Seen):
    """What a class has seen, also of what was another's."""

    leaks: list[str] = field(default_factory=list)
    n_messages: int = 0
    n_left: int = 0
    """Views that take their time which somebody left before they were there."""

    n_searches: int = 0
    n_trainings: int = 0


class _Desk:
    """One person at work."""

    def __init__(self, url: str, pupil: Pupil, end: float, seen: Lesson) -> None:
        self._url, self._pupil, self._end, self._seen = url, pupil, end, seen
        self._choose = random.Random(pupil.number)
        self._trained = float("-inf")
        self._pens = _choose_digits(pupil.number)

    async def work(self) -> None:
        """Come in, and do one thing after the other until the lesson is over."""
        await asyncio.sleep(self._choose.uniform(0.0, COME_WITHIN_S * 0.8))
        try:
            cookies = await asyncio.to_thread(enter, self._url, self._pupil.name, self._pupil.code)
            acts: list[Callable[[Tab], Awaitable[None]]] = [self._open, self._search]
            while not self._is_over():
                await self._sit(cookies, [*acts, *self._plan(_A_TAB - len(acts))])
                acts = []
        except (OSError, WebSocketException) as error:
            self._seen.n_turned_away += 1
            self._seen.errors.append(f"turned away: {type(error).__name__} {error}")

    async def look(self, paths: Sequence[str]) -> None:
        """Come in, and only look at pages."""
        await asyncio.sleep(self._choose.uniform(0.0, _PAUSE_S[1]))
        try:
            cookies = await asyncio.to_thread(enter, self._url, self._pupil.name, self._pupil.code)
            await self._sit(cookies, [partial(self._walk, paths)])
        except (OSError, WebSocketException) as error:
            self._seen.n_turned_away += 1
            self._seen.errors.append(f"turned away: {type(error).__name__} {error}")

    def _is_over(self) -> bool:
        return time.monotonic() > self._end

    def _plan(self, n_acts: int) -> list[Callable[[Tab], Awaitable[None]]]:
        acts = (self._draw, self._train, self._watch, self._look_inside, self._visit_others)
        return self._choose.choices(acts, (3, 2, 2, 3, 1), k=n_acts)

    async def _sit(self, cookies: str, acts: Sequence[Callable[[Tab], Awaitable[None]]]) -> None:
        async with open_tab(self._url, cookies=cookies, hear=self._hear) as tab:
            try:
                for act in acts:
                    if self._is_over():
                        return
                    await self._try(tab, act)
                    await asyncio.sleep(self._choose.uniform(*_PAUSE_S))
            finally:
                self._seen.errors += [f"{name_page(path)}: {words}" for path, words in tab.errors]

    async def _try(self, tab: Tab, act: Callable[[Tab], Awaitable[None]]) -> None:
        try:
            await act(tab)
        except (TimeoutError, LookupError) as error:
            self._seen.errors.append(f"{name_page(tab.path)}: {error}")

    def _hear(self, data: bytes) -> None:
        self._seen.n_messages += 1
        if strangers := self._pupil.find_strangers(data):
            self._seen.leaks.append(f"{self._pupil.name} was sent {name_words(strangers)}")

    async def _visit(self, tab: Tab, path: str, query: str = "", kind: str = "") -> None:
        self._seen.note(kind or path, await tab.visit(path, query))

    async def _use(self, tab: Tab, kind: str, name: str, awaited: str = "", **value: Any) -> None:
        for _ in range(_N_LOOKS):  # the page may run anew by itself just now
            if tab.is_there(name):
                break
            await asyncio.sleep(_LOOK_EVERY_S)
        self._seen.note(kind, await tab.use(name, awaited, **value))

    async def _use_heavy(self, tab: Tab, kind: str, name: str, **value: Any) -> None:
        """Ask for what may take its time, and leave where it takes more than one has."""
        try:
            async with asyncio.timeout(_PATIENCE_S):
                await self._use(tab, f"{HEAVY}{kind}", name, **value)
        except TimeoutError:
            self._seen.n_left += 1

    async def _pause(self) -> None:
        await asyncio.sleep(self._choose.uniform(*_PAUSE_S))

    async def _open(self, tab: Tab) -> None:
        await self._visit(tab, "")
        await self._visit(tab, "data")
        await self._use(tab, "data: open the sample", "Open the sample")

    async def _search(self, tab: Tab) -> None:
        await self._visit(tab, "search")
        for name, typed in _GRID.items():
            tab.put(name, string_value=typed)
        tab.put("Activations", string_array_value={"data": ["Tanh"]})
        await self._use(tab, "search: type a grid", "Name of the run", string_value=f"{self._pupil.word}-run")
        await self._use(tab, "search: start", "Start the search")
        self._seen.n_searches += 1
        await asyncio.sleep(self._choose.uniform(*_WATCH_S))

    async def _watch(self, tab: Tab) -> None:
        await self._visit(tab, self._choose.choice(("search", "train")))
        await asyncio.sleep(self._choose.uniform(*_WATCH_S))

    async def _draw(self, tab: Tab) -> None:
        await self._visit(tab, "draw")
        for _ in range(_N_DRAWN):
            begin = time.monotonic()
            strokes = next(self._pens)
            for number in range(1, len(strokes) + 1):
                drawn = json.dumps({"drawing": {"raw": {"objects": strokes[:number]}, "data": None}})
                await self._use(tab, DRAW, "draw-canvas", "guess: ", json_value=drawn)
            if self._is_over():
                return
            await asyncio.sleep(max(begin + _DRAW_EVERY_S - time.monotonic(), 0.5))
            await self._use(tab, "draw: clear", "draw-clear")

    async def _train(self, tab: Tab) -> None:
        await self._visit(tab, "train")
        if time.monotonic() - self._trained > _TRAIN_EVERY_S:
            self._trained = time.monotonic()
            if tab.is_there("New training"):
                await self._use(tab, "train: the form", "New training")
            await self._use(tab, "train: start", "Start the training")
            self._seen.n_trainings += 1
        await asyncio.sleep(self._choose.uniform(*_WATCH_S))

    async def _look_inside(self, tab: Tab) -> None:
        looks = (self._look_at_fields, self._look_at_map, self._operate, self._read_results)
        # Mostly what the lab ships, or what one's own search has found; now and then what was there before.
        own = f"model={self._pupil.model}" if self._choose.random() < 0.2 else ""
        for look in self._choose.sample(looks, 2):
            await look(tab, own)
            await self._pause()

    async def _look_at_fields(self, tab: Tab, query: str) -> None:
        await self._visit(tab, "fields", query)
        await self._pause()
        method, layer = self._choose.choice(list(VIEWS)), self._choose.choice(("hidden1", "output"))
        query = "&".join(filter(None, (query, f"method={method}", f"layer={layer}")))
        await self._visit(tab, "fields", query, "fields: another way of looking")

    async def _look_at_map(self, tab: Tab, query: str) -> None:
        await self._visit(tab, "map", query)
        if self._choose.random() < 0.3:
            await self._pause()
            method = self._choose.choice(("t-SNE", "UMAP"))
            await self._use_heavy(
                tab, f"map by {method}", "map-method", string_array_value={"data": [method]}
            )

    async def _operate(self, tab: Tab, query: str) -> None:
        await self._visit(tab, "operate", query)
        if self._choose.random() < 0.3:
            await self._pause()
            await self._use_heavy(tab, "operate, all orders", "operate-curve", bool_value=True)

    async def _read_results(self, tab: Tab, query: str) -> None:
        await self._visit(tab, "results", query)
        await self._pause()
        depth = self._choose.choice(_DEPTHS)
        query = "&".join(filter(None, (query, f"tab={depth}".replace(" ", "%20"))))
        await self._visit(tab, "results", query, "results: a tab in depth")

    async def _visit_others(self, tab: Tab) -> None:
        for path in self._choose.sample(("", "data", "riddle", "game"), 2):
            await self._visit(tab, path)
            await self._pause()

    async def _walk(self, paths: Sequence[str], tab: Tab) -> None:
        while not self._is_over():
            for path in self._choose.sample(list(paths), len(paths)):
                await self._visit(tab, path)
                await self._pause()
                if self._is_over():
                    return


async def hold_lesson(url: str, pupils: Sequence[Pupil], seconds: float) -> Lesson:
    """Have a class work for a while; say what it has seen."""
    seen, end = Lesson(), time.monotonic() + seconds
    await asyncio.gather(*(_Desk(url, pupil, end, seen).work() for pupil in pupils))
    return seen


async def look_around(url: str, pupils: Sequence[Pupil], paths: Sequence[str], seconds: float) -> Lesson:
    """Have people only look at pages for a while; say what they have seen."""
    seen, end = Lesson(), time.monotonic() + seconds
    await asyncio.gather(*(_Desk(url, pupil, end, seen).look(paths) for pupil in pupils))
    return seen


def _choose_digits(seed: int) -> Iterator[list[dict[str, object]]]:
    """Choose digits without end, each stroke as the canvas sends it."""
    pens, choose = read_pens(), random.Random(seed)
    while True:
        strokes = [stroke.tolist() for stroke in pens.strokes[choose.randrange(len(pens))]]
        yield [_make_path(stroke, strokes) for stroke in strokes]


def _make_path(stroke: Stroke, strokes: Sequence[Stroke]) -> dict[str, object]:
    xs, ys = zip(*(point for one in strokes for point in one), strict=True)
    scale = (_SIDE - 2 * _MARGIN) / max(max(xs) - min(xs), max(ys) - min(ys), 1)
    points = [[_MARGIN + scale * (x - min(xs)), _MARGIN + scale * (y - min(ys))] for x, y in stroke]
    return {"type": "path", "path": [["M" if not n else "L", *point] for n, point in enumerate(points)]}
