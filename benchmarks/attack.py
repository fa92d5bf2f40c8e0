"""Claims: whoever sends a lab of many people anything reads nothing, loses nothing, keeps nobody waiting.

`python -m benchmarks.attack [--seed 0] [--only codes ...]`. A real server. Ada's things are what is sought,
Bo means ill, in a browser that he has rewritten, and Cleo opens pages all the while. Each row says what was
tried, what came of it, and how long Cleo's pages took. It fails where anything of Ada's was heard by Bo,
where anything of hers is not as it was, where somebody came in who should not, where Cleo saw an error, or
where the 95th percentile of her pages is above 3 s.
"""

import argparse
import asyncio
import random
import re
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote, urlsplit

import numpy as np
from websockets.exceptions import WebSocketException

from benchmarks import describe_machine, make_parser
from benchmarks.attacking.calls import call, enter
from benchmarks.attacking.messages import make_message
from benchmarks.attacking.people import CODE, Victim, make_victim
from benchmarks.attacking.uploads import NAMES, upload
from benchmarks.fuzzing.hostile import make_hostile_files
from benchmarks.fuzzing.mutations import harm
from benchmarks.tabs.server import run_app
from benchmarks.tabs.tab import open_tab
from mnist_core.data.sample import SAMPLE_PATH
from mnist_core.ground.settings import read_settings
from mnist_core.store import Database
from mnist_ui.who import COOKIE

_CLASS_CODE = "klassenbuch"
_SETTINGS = {"MNIST_LAB_PEOPLE": "names", "MNIST_LAB_HOST": "Grace", "MNIST_LAB_CLASS_CODE": _CLASS_CODE}
_PAGES = ("", "data", "search", "train", "results", "fields", "draw", "game")
_ASKED = ("run", "training", "model", "draft", "unit", "do", "tab", "layer")
_RAISED = re.compile(r"[\w.]*(Error|Exception): ")
_MOST_P95_S = 3.0
_AT_ONCE = 60  # calls of one who tries codes
_PAUSE_S = 0.3
_LOOK_S = 20.0  # for which connections are held open
_N_LINKS, _N_CODES, _N_COOKIES, _N_MESSAGES, _N_FILES, _N_CONNECTIONS = 120, 2000, 300, 600, 30, 500


@dataclass
class Lab:
    """What an attack has to do with, and what it has found."""

    url: str
    choose: random.Random
    ada: Victim
    bo: Victim
    cleo: Victim
    found: list[str] = field(default_factory=list)

    def listen(self, text: str, sent: str = "") -> None:
        """Note what of Ada's is in what Bo got."""
        self.found += [f"heard {word}" for word in self.ada.find_words(text, sent)]

    def expect(self, is_so: bool, words: str) -> None:
        """Note what is not as it should be."""
        if not is_so:
            self.found.append(words)


async def try_links(lab: Lab) -> str:
    """Open pages by links that name what is Ada's."""
    heard: list[bytes] = []
    async with open_tab(lab.url, cookies=lab.bo.cookie, hear=heard.append) as tab:
        for _ in range(_N_LINKS):
            heard.clear()
            sent = lab.choose.choice(lab.ada.ids)
            await tab.visit(lab.choose.choice(_PAGES), f"{lab.choose.choice(_ASKED)}={quote(sent)}")
            lab.listen(b"".join(heard).decode("utf-8", "replace"), sent)
    return f"{_N_LINKS} links, nothing of hers"


async def try_codes(lab: Lab) -> str:
    """Try codes of two people, of the host and of the class, many at once; meanwhile others come in."""
    turns = asyncio.Semaphore(_AT_ONCE)
    names = ("Ada", "ADA", "Grace", "Bo", "Eve")

    async def try_one(number: int) -> int:
        async with turns:
            name = names[number % len(names)]
            form = {"name": name, "code": f"wrong-{lab.choose.random()}", "class_code": f"guess-{number}"}
            return (await enter(lab.url, form)).status

    tries = [asyncio.create_task(try_one(number)) for number in range(_N_CODES)]
    await asyncio.sleep(1)
    begin = time.monotonic()
    cleo = await enter(lab.url, {"name": "Cleo", "code": CODE})
    seconds = time.monotonic() - begin
    statuses = Counter(await asyncio.gather(*tries))
    ada = await enter(lab.url, {"name": "Ada", "code": CODE})
    lab.expect(set(statuses) == {401}, f"codes answered by {dict(statuses)}")
    lab.expect(cleo.status == 303, f"Cleo was not let in: {cleo.status}")
    lab.expect("wrong too often" in ada.text, "Ada's name was not locked")
    return f"{_N_CODES} codes, {statuses[303]} came in; Cleo came in after {seconds:.1f} s"


async def try_cookies(lab: Lab) -> str:
    """Ask by cookies that are none of the lab's."""
    token, n_in = lab.ada.cookie.partition("=")[2], 0
    for _ in range(_N_COOKIES):
        place = lab.choose.randrange(len(token))
        sign = lab.choose.choice("abcXYZ019-_.")
        forged = lab.choose.choice(
            (
                token[:place] + sign + token[place + 1 :],
                token[:place],
                lab.ada.person.id,
                f"{token}; {COOKIE}={token[::-1]}",
                "A" * lab.choose.choice((0, 10, 5000)),
            )
        )
        if forged != token:
            answer = await call(lab.url, "GET", "/", {"Cookie": f"{COOKIE}={forged}"})
            n_in += answer.status == 200
            lab.listen(answer.text)
    with suppress(WebSocketException, OSError, ValueError):
        async with open_tab(lab.url, cookies=f"{COOKIE}={token[:-1]}"):
            n_in += 1
    lab.expect(n_in == 0, f"{n_in} forged cookies came in")
    return f"{_N_COOKIES} cookies, {n_in} came in"


async def try_messages(lab: Lab) -> str:
    """Send messages of any shape over connections, a new one where the server has ended it."""
    n_ended, n_sent = 0, 0
    while n_sent < _N_MESSAGES:
        heard: list[bytes] = []
        page = lab.choose.choice(_PAGES)
        try:
            async with open_tab(lab.url, cookies=lab.bo.cookie, hear=heard.append) as tab:
                await tab.visit(page)
                for _ in range(10):
                    n_sent += 1
                    await tab.send(make_message(lab.choose, list(tab.widgets), lab.ada.ids))
                    await asyncio.sleep(0.05)
                await tab.visit("")
        except (WebSocketException, OSError, TimeoutError):
            n_ended += 1
        lab.listen(b"".join(heard).decode("utf-8", "replace"), " ".join(lab.ada.ids))
    return f"{n_sent} messages, {n_ended} connections ended"


async def try_uploads(lab: Lab) -> str:
    """Upload files that were made to hurt, and harmed ones, by names with markup and control letters."""
    rng = np.random.default_rng(lab.choose.randrange(2**32))
    hostile = [content for content, _ in make_hostile_files().values() if len(content) < 2**25]
    harmed = [harm(SAMPLE_PATH.read_bytes(), rng) for _ in range(5)]
    statuses: Counter[int] = Counter()
    heard: list[bytes] = []
    async with open_tab(lab.url, cookies=lab.bo.cookie, hear=heard.append) as tab:
        for number, content in enumerate((hostile + harmed)[:_N_FILES]):
            await tab.visit("data")
            answer = await upload(tab, heard, lab.url, lab.bo.cookie, NAMES[number % len(NAMES)], content)
            statuses[answer.status] += 1
            lab.listen(b"".join(heard).decode("utf-8", "replace"))
        raised = [words for _, words in tab.errors if _RAISED.match(words)]
    lab.expect(not raised, f"a page raised: {raised[:1]}")
    # Of some names Streamlit's server takes no file at all.
    lab.expect(statuses[204] > _N_FILES / 2, "files were not taken, so nothing was tried")
    return f"{sum(statuses.values())} files, answered by {dict(statuses)}"


async def try_names(lab: Lab) -> str:
    """Come in by names with markup, control letters and those that look like Ada's."""
    names: tuple[str, ...] = ("<b>Eve</b>", "Ada\u200b", "Ad\u0430", "A\u034fda", "\u202eadA", "Ada\x00", "")
    names += ("'; drop table people; --", "{{7*7}}", "../../people", lab.ada.person.id, "\u3164", "E" * 9000)
    n_in = 0
    for name in names:
        answer = await enter(lab.url, {"name": name, "code": "snake", "class_code": _CLASS_CODE})
        n_in += answer.status == 303
        lab.expect("<b>Eve" not in answer.text, "markup of a name was shown as markup")
        lab.listen(answer.text)
    lab.expect(n_in <= 4, f"{n_in} odd names came in")  # those of letters that are seen, shown as they are
    return f"{len(names)} names, {n_in} are names like others"


async def hold_connections(lab: Lab) -> str:
    """Hold connections open: tabs that say nothing, and calls that never end."""
    place = urlsplit(lab.url)
    n_tabs = 0
    async with AsyncExitStack() as held:
        for number in range(_N_CONNECTIONS):
            if number % 2:
                _, writer = await asyncio.open_connection(place.hostname, place.port)
                writer.write(b"POST /enter HTTP/1.1\r\nHost: a\r\nContent-Length: 5000\r\nX-A: ")
                held.callback(writer.close)
            else:
                with suppress(WebSocketException, OSError, TimeoutError):
                    await held.enter_async_context(open_tab(lab.url, cookies=lab.bo.cookie))
                    n_tabs += 1
        await asyncio.sleep(_LOOK_S)
        answer = await call(lab.url, "GET", "/ready")
        lab.expect(answer.status == 200, f"readiness was answered by {answer.status}")
    return f"{_N_CONNECTIONS} connections at once, {n_tabs} of them tabs"


PARTS: dict[str, Callable[[Lab], Awaitable[str]]] = {
    "links": try_links,
    "codes": try_codes,
    "cookies": try_cookies,
    "messages": try_messages,
    "uploads": try_uploads,
    "names": try_names,
    "connections": hold_connections,
}


async def open_pages(lab: Lab, is_over: asyncio.Event) -> list[float]:
    """Open Cleo's pages, as somebody does who means no harm; return the seconds of each."""
    seconds, pages = [], 0
    async with open_tab(lab.url, cookies=lab.cleo.cookie) as tab:
        while not is_over.is_set():
            try:
                seconds.append(await tab.visit(_PAGES[pages % len(_PAGES)]))
            except (TimeoutError, OSError) as error:
                lab.found.append(f"Cleo's page failed: {error}")
                break
            pages += 1
            await asyncio.sleep(_PAUSE_S)
        lab.found += [f"Cleo saw on {page}: {words}" for page, words in tab.errors]
    return seconds


async def carry_out(lab: Lab, part: str) -> str:
    """Attack in one way while Cleo opens pages; return a row of the table."""
    before, is_over = lab.ada.read(), asyncio.Event()
    pages = asyncio.create_task(open_pages(lab, is_over))
    said = await PARTS[part](lab)
    is_over.set()
    seconds = await pages
    p95 = float(np.percentile(seconds, 95)) if seconds else float("inf")
    lab.expect(lab.ada.read() == before, "something of Ada's is not as it was")
    lab.expect(p95 <= _MOST_P95_S, f"the 95th percentile of Cleo's pages is {p95:.1f} s")
    verdict = "; ".join(sorted(set(lab.found))[:4]) or "held"
    return f"| {part} | {said} | {len(seconds)} | {p95:.2f} s | {verdict} |"


def main() -> int:
    """Attack in each way, print a row each, return 1 where a claim breaks."""
    parser = make_parser(__doc__, PARTS)
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    print("| attack | what was tried | Cleo's pages | 95th percentile | verdict |\n|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as folder:
        is_broken = _attack_all(arguments, Path(folder) / "home")
    print(f"\nSeed {arguments.seed}. {describe_machine()}.")
    return int(is_broken)


def _attack_all(arguments: argparse.Namespace, home: Path) -> bool:
    settings = read_settings({"MNIST_LAB_HOME": str(home), **_SETTINGS})
    settings.make_home()
    store = Database(settings.database)
    words = (("Ada", "zaubernuss", "irrlicht"), ("Bo", "brombeere", "bussard"), ("Cleo", "citrone", "cicade"))
    ada, bo, cleo = (make_victim(settings, store, *one) for one in words)
    store.close()
    is_broken = False
    with run_app(home, settings=_SETTINGS) as server:
        time.sleep(10)  # the server has computed what first visits show by then
        for part in arguments.only:
            lab = Lab(server.url, random.Random(f"{arguments.seed} {part}"), ada, bo, cleo)
            print(asyncio.run(carry_out(lab, part)), flush=True)
            is_broken |= bool(lab.found)
        log = server.log_path.read_text(encoding="utf-8", errors="replace")
    print(f"\nErrors in the log: {_count_errors(log)}")
    return is_broken


def _count_errors(log: str) -> str:
    lines = (line for line in log.splitlines() if line[:1].isalpha() and "Error" in line.partition(":")[0])
    return ", ".join(f"{n} of {kind[:150]}" for kind, n in Counter(lines).most_common(12)) or "none"


if __name__ == "__main__":
    sys.exit(main())
