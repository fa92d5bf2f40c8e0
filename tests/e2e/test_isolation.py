"""Whatever of another's is sent, by links, widgets, addresses and commands: nothing is read, nothing changed.

Bo has all that Ada has, by other names, and the same images. Ada opens all pages first, so that whatever is
computed once for all tabs has been computed for her.
"""

import asyncio
import json
import re
import sqlite3
import urllib.error
import urllib.request
from collections.abc import Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from commands import call
from digits import ROOT
from isolated import Somebody, make_somebody
from searches import SPEED
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState
from websockets.asyncio.client import connect
from websockets.typing import Subprotocol

from benchmarks.tabs.server import run_app
from benchmarks.tabs.tab import Tab, open_tab
from mnist_core.cli import COMMANDS
from mnist_core.ground.settings import read_settings
from mnist_core.store import Database

pytestmark = pytest.mark.slow

SETTINGS = {"MNIST_LAB_PEOPLE": "names", "MNIST_LAB_HOST": "Grace"}
PARAMETERS = {
    "home": (),
    "people": (),
    "data": (),
    "search": ("run", "compare"),
    "train": ("training",),
    "results": ("model",),
    "fields": ("model",),
    "map": ("model",),
    "operate": ("model",),
    "riddle": (),
    "pictures": ("model", "draft"),
    "draw": ("model", "draft"),
    "game": ("model", "draft"),
}
"""The pages, and the parameters of their links that name something of a person."""

KINDS = {
    "bidi_component": "json_value",
    "button_group": "string_array_value",
    "multiselect": "string_array_value",
    "selectbox": "string_value",
    "text_input": "string_value",
}
"""The widgets by which something can be named, and the field of a message that does."""

ROUTES = {
    "benchmark": [["benchmark", "MODEL"]],
    "calibrate": [["calibrate", "MODEL"]],
    "check": [["check", "MODEL", "--give", "OUT.mat"], ["check", "MODEL", "STROKES"]],
    "compare": [["compare", "MODEL", "paper"], ["compare", "paper", "MODEL"], ["compare", "DONE", "PAUSED"]],
    "corrections": [["corrections", "list"], ["corrections", "delete", "CORRECTION"]],
    "coverage": [["coverage", "MODEL"]],
    "evaluate": [["evaluate", "MODEL"]],
    "export": [["export", "MODEL", "--format", "numpy", "--out", "OUT.npz"]],
    "fields": [["fields", "MODEL", "--out", "OUT"]],
    "film": [["film", "TRAINING", "--out", "OUT.gif"], ["film", "DONE", "--out", "OUT.gif"]],
    "importance": [["importance", "DONE"], ["importance", "PAUSED"]],
    "label-errors": [["label-errors", "MODEL"]],
    "learn": [["learn", "MODEL", "--from", "corrections", "--out", "OUT"]],
    "learning-curve": [["learning-curve", "MODEL"]],
    "map": [["map", "MODEL"]],
    "operate": [["operate", "MODEL"]],
    "pictures": [["pictures", "MODEL"]],
    "predict": [["predict", "MODEL", "STROKES"]],
    "report": [["report", "DONE", "--out", "OUT.html"], ["report", "PAUSED", "--out", "OUT.html"]],
    "reproduce": [["reproduce", "DONE"], ["reproduce", "MODEL"]],
    "resume": [["resume", "PAUSED"], ["resume", "DONE"], ["resume", "PAUSED", "--cluster", "tcp://h:1"]],
    "robustness": [["robustness", "MODEL"], ["robustness", "paper", "MODEL"]],
    "runs": [
        ["runs"],
        ["runs", "--trainings"],
        ["runs", "--json"],
        ["runs", "DONE"],
        ["runs", "DONE", "--fits", "OUT.csv"],
        ["runs", "PAUSED", "--candidate", "0", "--note", "seen"],
    ],
}
"""The commands that take an id or a name, each with another's."""

OF_NOBODY = {"fetch", "import", "inspect", "riddle", "search", "train"}
"""Commands that take files, public sets and numbers, and make work of one's own."""

OF_THE_SERVER = {"backup", "people", "restore"}
"""Commands for who looks after the lab beside it, for all."""

FILE = re.compile(r"/media/[0-9a-f]{32}")


@dataclass(frozen=True)
class Two:
    """A running lab, its log, and two people in it."""

    url: str
    home: Path
    ada: Somebody
    bo: Somebody
    session: str
    files: tuple[str, ...]


@dataclass
class Listener:
    """A tab of somebody, and all that the server has sent it."""

    tab: Tab
    heard: list[bytes]

    async def visit(self, page: str, **query: str) -> str:
        self.heard.clear()
        await self.tab.visit("" if page == "home" else page, urlencode(query))
        return self.text

    @property
    def text(self) -> str:
        return b"".join(self.heard).decode("utf-8", "replace")


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Two]:
    home = tmp_path_factory.mktemp("isolation") / "home"
    home.mkdir()
    (home / "speed.json").write_text(json.dumps(SPEED), encoding="utf-8")
    settings = read_settings({"MNIST_LAB_HOME": str(home), **SETTINGS})
    store = Database(settings.database)
    ada = make_somebody(settings, store, "Ada", "zaubernuss", "irrlicht")
    bo = make_somebody(settings, store, "Bo", "brombeere", "bussard")
    store.close()
    with run_app(home, log_path=ROOT / "test-results" / "test_isolation.log", settings=SETTINGS) as server:
        session, files = run(open_all(server.url, ada))
        yield Two(server.url, home, ada, bo, session, files)


def run(what: Coroutine[Any, Any, Any]) -> Any:
    # In a thread of its own: the browser of other tests keeps a loop in this one.
    with ThreadPoolExecutor(1) as alone:
        return alone.submit(asyncio.run, what).result()


async def open_all(url: str, ada: Somebody) -> tuple[str, tuple[str, ...]]:
    """Let Ada open all pages with what is hers; return her session and the addresses of her files."""
    heard: list[bytes] = []
    texts, sessions = [], set()
    async with open_tab(url, cookies=ada.cookie, hear=heard.append) as tab:
        listener = Listener(tab, heard)
        for page, names in PARAMETERS.items():
            query = {name: one for name, one in own_query(ada).items() if name in names}
            texts.append(await listener.visit(page, **query))
            told = (ForwardMsg.FromString(data).new_session.initialize.session_id for data in heard)
            sessions.update(filter(None, told))
    text = "".join(texts)
    assert ada.find_words(text) == [ada.word, ada.handle, ada.done, ada.training]
    return sessions.pop(), tuple(sorted(set(FILE.findall(text))))


def own_query(one: Somebody) -> dict[str, str]:
    return {"run": one.done, "training": one.training, "model": one.model}


@pytest.fixture(autouse=True)
def unchanged(two: Two) -> Iterator[None]:
    """Whatever a test does, all of Ada is as it was."""
    before = two.ada.read(), read_rows(two)
    yield
    assert (two.ada.read(), read_rows(two)) == before


def read_rows(two: Two) -> list[Any]:
    with sqlite3.connect(two.home / "lab.db") as connection:
        query = "select * from runs where space = ? order by id"
        return connection.execute(query, [two.ada.person.id]).fetchall()


LINKS = [
    (page, name, place) for page, names in PARAMETERS.items() for name in names for place in range(9)
] + [(page, "", 0) for page in PARAMETERS]


def test_there_are_enough_routes_and_each_page_and_command_is_among_them() -> None:
    n_commands = sum(len(ways) for ways in ROUTES.values())

    assert len(LINKS) + n_commands + len(PARAMETERS) >= 60
    assert set(PARAMETERS) == {path.stem for path in (ROOT / "pages").glob("[a-z]*.py")}
    assert {*ROUTES} | OF_NOBODY | OF_THE_SERVER == {*COMMANDS}
    assert all(COMMANDS[name] and name == ways[0][0] for name, ways in ROUTES.items())


def test_no_link_with_anothers_ids_shows_anything_of_theirs(two: Two) -> None:
    async def try_links() -> dict[str, list[str]]:
        heard: list[bytes] = []
        leaks = {}
        async with open_tab(two.url, cookies=two.bo.cookie, hear=heard.append) as tab:
            listener = Listener(tab, heard)
            for page, name, place in LINKS:
                sent = two.ada.ids[place]
                text = await listener.visit(page, **({name: sent} if name else {}))
                text += take_files(two.url, two.bo, text)
                leaks[f"{page}?{name}={sent}"] = two.ada.find_words(text, sent if name else "")
                assert two.bo.person.name in text
        return {route: found for route, found in leaks.items() if found}

    assert run(try_links()) == {}


@pytest.mark.parametrize("page", PARAMETERS)
def test_no_widget_that_is_made_to_name_anothers_shows_anything_of_theirs(two: Two, page: str) -> None:
    async def try_widgets() -> dict[str, list[str]]:
        heard: list[bytes] = []
        leaks = {}
        async with open_tab(two.url, cookies=two.bo.cookie, hear=heard.append) as tab:
            listener = Listener(tab, heard)
            own = own_query(two.bo).items()
            await listener.visit(page, **{name: one for name, one in own if name in PARAMETERS[page]})
            widgets = {widget: kind for widget, kind in tab.widgets.items() if kind in KINDS}
            for place, sent in enumerate(two.ada.ids, start=1):
                heard.clear()
                await tab.forge(*(forge(widget, kind, sent) for widget, kind in widgets.items()))
                text = listener.text
                text += take_files(two.url, two.bo, text)
                # What was sent before may come back too, as it stays in widgets and in the link.
                leaks[sent] = two.ada.find_words(text, " ".join(two.ada.ids[:place]))
        return {route: found for route, found in leaks.items() if found}

    assert run(try_widgets()) == {}


def forge(widget: str, kind: str, sent: str) -> WidgetState:
    """Make the message of a widget that somebody has made to name something else."""
    state = WidgetState(id=widget)
    if KINDS[kind] == "string_array_value":
        state.string_array_value.data.append(sent)
    elif KINDS[kind] == "json_value":
        state.json_value = json.dumps(dict.fromkeys(("value", "run", "training", "name", "seen", "id"), sent))
    else:
        state.string_value = sent
    return state


def take_files(url: str, who: Somebody, text: str) -> str:
    """Take all files that a page offers."""
    addresses = sorted(set(FILE.findall(text)))
    return "".join(ask(url, address, who.cookie)[1] for address in addresses)


def ask(url: str, path: str, cookie: str, method: str = "GET") -> tuple[int, str]:
    request = urllib.request.Request(url + path, method=method, headers={"Cookie": cookie})
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            return answer.status, answer.read().decode("utf-8", "replace")
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode("utf-8", "replace")


def test_the_address_of_anothers_file_is_good_for_them_alone(two: Two) -> None:
    assert two.files
    for path in two.files:
        assert ask(two.url, path, two.bo.cookie)[0] == 401


@pytest.mark.parametrize("method", ["PUT", "DELETE", "GET", "POST"])
def test_nothing_is_put_where_anothers_uploads_are(two: Two, method: str) -> None:
    path = f"/_stcore/upload_file/{two.session}/11111111-1111-4111-8111-111111111111"

    assert ask(two.url, path, two.bo.cookie, method)[0] == 401


def test_anothers_session_is_not_taken_up(two: Two) -> None:
    async def take_up() -> str:
        heard: list[bytes] = []
        async with connect(
            f"{two.url.replace('http', 'ws', 1)}/_stcore/stream",
            subprotocols=[Subprotocol(one) for one in ("streamlit", "none", two.session)],
            additional_headers={"Cookie": two.bo.cookie},
            max_size=None,
        ) as connection:
            tab = Tab(connection, hear=heard.append)
            reading = asyncio.create_task(tab.read())
            text = await Listener(tab, heard).visit("home")
            await connection.close()
            await reading
            return text

    text = run(take_up())
    assert two.ada.find_words(text) == []
    assert two.session not in text
    assert two.bo.word in text


@pytest.mark.parametrize("command", ROUTES)
def test_no_command_with_anothers_ids_says_or_does_anything_of_theirs(
    two: Two, command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MNIST_LAB_PERSON", "Bo")
    strokes = tmp_path / "strokes.json"
    strokes.write_text('{"strokes": [[[1, 2], [100, 200]]], "label": 1}', encoding="utf-8")
    named = {
        "MODEL": two.ada.model,
        "TRAINING": two.ada.training,
        "DONE": two.ada.done,
        "PAUSED": two.ada.paused,
        "CORRECTION": next(two.ada.settings.corrections_folder.glob("*.json")).stem,
        "STROKES": str(strokes),
        "OUT": str(tmp_path / "out"),
    }
    for way in ROUTES[command]:
        words = [named.get(word, word.replace("OUT", named["OUT"])) for word in way]
        is_list = way[1:] in ([], ["list"], ["--trainings"], ["--json"])
        is_own = "CORRECTION" in way  # two people who have drawn the same have one of the same name each
        said = call(two.home, "--person", "Bo", *words, code=0 if is_list or is_own else 2)
        assert two.ada.find_words(said.stdout + said.stderr, " ".join(words)) == []
        assert (two.bo.word in said.stdout) is is_list
    assert not list(tmp_path.glob("out*"))
