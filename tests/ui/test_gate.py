"""Nothing passes the gate without the token of a person, and the way in cannot be misused."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
import sqlalchemy as sa
import streamlit as st
from asgi import Behind, Browser
from streamlit.proto.BackMsg_pb2 import BackMsg

from mnist_core.ground.settings import read_settings
from mnist_core.store.people.entering import hash_code, make_token
from mnist_core.store.people.roll import add_person, change_person, get_person, list_people, read_secret
from mnist_core.store.tables import LAB
from mnist_ui.server import gate as gates
from mnist_ui.server.gate import OPEN_PATHS, PERSON_HEADER, Gate
from mnist_ui.server.newcomers import MOST_TRIES
from mnist_ui.who import COOKIE, open_whole_store

UUID = "11111111-1111-4111-8111-111111111111"


@dataclass(frozen=True)
class Lab:
    """A gate with a browser of somebody before it, and what stands behind."""

    behind: Behind
    gate: Gate
    open: Callable[..., Browser]

    @property
    def browser(self) -> Browser:
        return self.open()


@pytest.fixture
def lab(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Lab:
    st.cache_resource.clear()
    monkeypatch.setenv("MNIST_LAB_HOME", str(tmp_path))
    monkeypatch.setenv("MNIST_LAB_PEOPLE", "names")
    monkeypatch.delenv("MNIST_LAB_DATABASE", raising=False)
    behind = Behind()
    gate = Gate(behind)
    return Lab(behind, gate, lambda *more: Browser(gate, *more))


def test_a_new_name_comes_in_and_its_browser_is_known_again(lab: Lab) -> None:
    browser = lab.browser

    answer = browser.enter("Ada", "engine", next="/draw?model=paper")

    assert (answer.status, answer.location) == (303, "/draw?model=paper")
    assert browser.get("/draw").text == "behind the gate"
    assert lab.open().enter("ada ", "engine").status == 303


def test_who_enters_after_a_lab_was_restored_is_known(lab: Lab) -> None:
    assert lab.browser.enter("Ada", "engine").status == 303
    store = open_whole_store(read_settings())
    first = lab.open()
    first.enter("Ada", "engine")
    assert first.get("/draw").text == "behind the gate"
    store.write(sa.update(LAB).values(value="the secret of the lab that was restored"))

    browser = lab.open()
    browser.enter("Ada", "engine")

    assert browser.get("/draw").text == "behind the gate"


def test_the_cookie_is_for_the_server_alone(lab: Lab) -> None:
    line = lab.browser.enter("Ada", "engine").set_cookies[0].lower()

    assert all(flag in line for flag in ("httponly", "samesite=lax", "path=/", "max-age=2592000"))
    assert "secure" not in line


@pytest.mark.parametrize(("told", "is_secure"), [("https", True), ("HTTPS, http", True), ("http", False)])
def test_behind_a_proxy_with_tls_the_cookie_never_goes_without(lab: Lab, told: str, is_secure: bool) -> None:
    browser = lab.browser

    answer = browser.get("/enter", headers={"x-forwarded-proto": told})

    assert ("secure" in answer.set_cookies[0].lower()) is is_secure


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/draw",
        "//draw",
        "/health/../draw",
        "/health/",
        "/healthz",
        "/HEALTH",
        "/enter/",
        "/enter/../draw",
        "/_stcore/health/..",
        "/_stcore/stream",
        "/_stcore/host-config",
        "/_stcore/metrics",
        "/_stcore/upload_file/a/b",
        "/_stcore/agent/interact",
        "/media/abc.png",
        "/component/canvas/index.html",
        "/static/js/index.js",
        "/app/static/x",
        "/\x00",
        "/dräw",
    ],
)
@pytest.mark.parametrize("method", ["GET", "POST", "HEAD", "PUT", "DELETE", "OPTIONS", "TRACE", "ODD"])
def test_nothing_passes_without_a_token(lab: Lab, path: str, method: str) -> None:
    browser = lab.browser

    answer = asyncio.run(browser.ask(method, path, headers={"x-forwarded-for": "127.0.0.1"}))

    assert lab.behind.passed == []
    assert answer.status == (303 if method == "GET" else 401)


def test_machines_may_ask_whether_it_lives(lab: Lab) -> None:
    assert [lab.browser.get(path).status for path in OPEN_PATHS] == [200] * 3


def test_below_a_base_path_the_same_holds(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(st, "get_option", lambda name: "class" if name == "server.baseUrlPath" else None)

    assert lab.browser.get("/class/health").status == 200
    for path in ("/class/draw", "/class/class/health", "/draw", "/classroom/health", "/class"):
        assert lab.browser.get(path).location.startswith("/class/enter?next=")
    browser = lab.browser
    browser.get("/class/enter")
    form = {"form": browser.cookies["mnist-lab-form"], "name": "Ada", "code": "engine", "next": "/draw"}
    assert browser.post("/class/enter", form).location == "/class/"


@pytest.mark.parametrize(
    "way",
    [
        "https://evil.example",
        "//evil.example",
        "/\\evil.example",
        "/draw\\..\\..",
        "/\t/evil.example",
        "javascript:alert(1)",
        "/a\r\nSet-Cookie: a=b",
        "",
        "draw",
    ],
)
def test_the_way_on_stays_on_this_server(lab: Lab, way: str) -> None:
    assert lab.browser.enter("Ada", "engine", next=way).location == "/"


def make_tokens() -> dict[str, str]:
    store = open_whole_store(read_settings())
    person = add_person(store, "Ada", "ada", hash_code("engine"))
    right = make_token(read_secret(store), person)
    body, when, signature = right.split(".")
    return {
        "right": right,
        "empty": "",
        "cut": right[:-1],
        "longer": f"{right}A",
        "signature of none": f"{body}.{when}.",
        "other time": f"{body}.{when[:-1]}_.{signature}",
        "other body": f"{body[:-2]}AA.{when}.{signature}",
        "other secret": make_token("another", person),
        "no parts": "ada",
        "id alone": person.id,
        "null": "\x00",
        "long": "A" * 50_000,
        "not latin": "\xff\xfe",
    }


def test_no_forged_token_passes(lab: Lab) -> None:
    tokens = make_tokens()
    browser = lab.browser
    for kind, token in tokens.items():
        browser.cookies = {COOKIE: token}
        assert browser.get("/draw").status == (200 if kind == "right" else 303), kind


def test_an_old_token_a_new_code_and_a_removal_end_it(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    store = open_whole_store(read_settings())
    browser = lab.browser
    browser.enter("Ada", "engine")
    person = list_people(store)[0]

    change_person(store, person.id, code_hash=hash_code("another"))
    st.cache_resource.clear()  # three seconds later

    assert browser.get("/draw").status == 303
    browser.enter("Ada", "another")
    assert browser.get("/draw").status == 200
    monkeypatch.setattr("time.time", lambda: person.created + 31 * 86_400)
    st.cache_resource.clear()
    assert browser.get("/draw").status == 303


def test_who_leaves_is_known_no_more_not_even_by_a_copy_of_the_token(lab: Lab) -> None:
    browser, copy = lab.browser, lab.browser
    browser.enter("Ada", "engine")
    copy.cookies = dict(browser.cookies)

    assert browser.get("/leave").location == "/enter"

    assert COOKIE not in browser.cookies
    assert copy.get("/draw").status == 303


def test_another_site_cannot_make_somebody_leave(lab: Lab) -> None:
    browser = lab.browser
    browser.enter("Ada", "engine")

    browser.get("/leave", headers={"sec-fetch-site": "cross-site"})

    assert browser.get("/draw").status == 200


@pytest.mark.parametrize("word", ["-", "", "ä", "guessed"])
@pytest.mark.parametrize("shown", [None, "-", "real"])
def test_another_site_cannot_have_its_own_name_and_code_sent(lab: Lab, word: str, shown: str | None) -> None:
    browser = lab.browser
    if shown:
        browser.cookies["mnist-lab-form"] = shown
    if word == shown:
        return  # what the browser was shown

    answer = browser.post("/enter", {"form": word, "name": "Eve", "code": "snake"})

    assert answer.status == 401
    assert list_people(open_whole_store(read_settings())) == []


@pytest.mark.parametrize(
    "body",
    [
        b"x" * 100_000,
        b"a=1&" * 11,
        b"\xff\xfe\x00",
        b"name=%ff%fe&code=%00%00%00%00",
        b'--b\r\nContent-Disposition: form-data; name="name"\r\n\r\nAda\r\n--b--',
        b"",
    ],
)
@pytest.mark.parametrize("length", ["", "5", "-5", "abc", "99999999999999999999"])
def test_whatever_is_sent_instead_of_a_form_is_refused_in_a_sentence(
    lab: Lab, body: bytes, length: str
) -> None:
    browser = lab.browser
    browser.get("/enter")

    answer = browser.post("/enter", body, headers={"content-length": length} if length else None)

    assert answer.status == 401
    assert 'role="alert"' in answer.text


def test_a_form_that_does_not_come_to_an_end_is_left(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gates, "_SEND_S", 0.05)
    scope = lab.browser.make_scope("http", "/enter") | {"method": "POST"}
    sent = []

    async def receive() -> dict[str, object]:
        await asyncio.sleep(0.02)
        return {"type": "http.request", "body": b"a", "more_body": True}

    async def send(message: dict[str, object]) -> None:
        sent.append(message)

    asyncio.run(lab.gate(scope, receive, send))

    assert sent[0]["status"] == 401


@pytest.mark.parametrize("name", ['"><script>alert(1)</script>', "$form ${name}", "&quot;", "a" * 5000])
def test_what_was_typed_is_shown_as_it_is_and_no_markup(lab: Lab, name: str) -> None:
    text = lab.browser.enter(name, "x").text

    assert "<script>" not in text
    assert "${name}" not in text.replace(name, "")


def test_wrong_codes_lock_one_name_and_nobody_else(lab: Lab) -> None:
    lab.browser.enter("Ada", "engine")
    lab.browser.enter("Bo", "bicycle")

    async def flood() -> list[int]:
        tries = [lab.open().enter_soon("Ada", f"wrong-{number}") for number in range(300)]
        others = [lab.open().enter_soon("Bo", "bicycle")]
        return [answer.status for answer in await asyncio.gather(*tries, *others)]

    *wrong, bo = asyncio.run(flood())
    for number in range(6):  # of those at once most had no turn
        lab.browser.enter("Ada", f"wrong-{number}")

    assert set(wrong) == {401}
    assert bo == 303
    assert "wrong too often" in lab.browser.enter("Ada", "engine").text
    assert lab.browser.enter("Cy", "cycle").status == 303


def test_nobody_makes_more_names_than_a_class_has_from_one_address(
    lab: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MNIST_LAB_CLASS_CODE", "right")
    tries = [lab.browser.enter(f"Eve {number}", "snake", class_code="guess") for number in range(MOST_TRIES)]

    assert all("code of the class" in answer.text for answer in tries)
    assert "Too many new names" in lab.browser.enter("Eve", "snake", class_code="right").text
    assert lab.open("192.0.2.9").enter("Ada", "engine", class_code="right").status == 303


def test_a_connection_is_told_apart_by_person_whatever_it_says_itself(lab: Lab) -> None:
    browser = lab.browser
    browser.enter("Ada", "engine")
    ada = list_people(open_whole_store(read_settings()))[0]

    browser.get("/draw", headers={PERSON_HEADER.decode(): "another"})

    told = [value for name, value in lab.behind.passed[-1]["headers"] if name == PERSON_HEADER]
    assert told == [ada.id.encode()]


def test_a_connection_ends_once_its_person_is_known_no_more(lab: Lab) -> None:
    browser = lab.browser
    browser.enter("Ada", "engine")
    store = open_whole_store(read_settings())
    n_asked = 0

    async def receive() -> dict[str, object]:
        nonlocal n_asked
        n_asked += 1
        if n_asked == 2:
            change_person(store, list_people(store)[0].id, code_hash=hash_code("another"))
            st.cache_resource.clear()
        return {"type": "websocket.receive", "bytes": b"rerun"}

    async def send(_: object) -> None:
        raise AssertionError("nothing is to be sent")

    asyncio.run(lab.gate(browser.make_scope("websocket", "/_stcore/stream"), receive, send))

    assert [one["type"] for one in lab.behind.taken] == ["websocket.receive", "websocket.disconnect"]


@pytest.mark.parametrize("path", [f"/media/{'5f' * 16}.png", f"/_stcore/upload_file/{UUID}/{UUID}"])
def test_a_file_is_for_the_person_whose_tab_was_told_of_it(lab: Lab, path: str) -> None:
    ada, bo = lab.browser, lab.browser
    ada.enter("Ada", "engine")
    bo.enter("Bo", "bicycle")
    assert ada.get(path).status == 303
    lab.behind.tells = b"\x12\x0f" + path.encode() + b"J\x00\x01"

    async def receive() -> dict[str, object]:
        return {"type": "websocket.disconnect"}

    async def send(_: object) -> None:
        pass

    asyncio.run(lab.gate(ada.make_scope("websocket", "/_stcore/stream"), receive, send))

    assert ada.get(path).status == 200
    assert bo.get(path).status == 303
    assert ada.get(f"{path}/..").status == 303


@pytest.mark.parametrize("token", ["", "forged"])
def test_a_connection_without_a_token_is_refused(lab: Lab, token: str) -> None:
    browser, sent = lab.browser, []
    browser.cookies = {COOKIE: token}

    async def send(message: dict[str, object]) -> None:
        sent.append(message)

    async def receive() -> dict[str, object]:
        return {"type": "websocket.connect"}

    asyncio.run(lab.gate(browser.make_scope("websocket", "/_stcore/stream"), receive, send))

    assert sent[0] | {"headers": []} == {
        "type": "websocket.http.response.start",
        "status": 401,
        "headers": [],
    }
    assert lab.behind.passed == []
    assert get_person(open_whole_store(read_settings()), "forged") is None


def test_no_tab_empties_the_caches_of_all(lab: Lab) -> None:
    browser = lab.browser
    browser.enter("Ada", "engine")
    clear, rerun = BackMsg(clear_cache=True), BackMsg(rerun_script={})
    messages = [{"type": "websocket.receive", "bytes": one.SerializeToString()} for one in (clear, rerun)]
    messages += [{"type": "websocket.receive", "text": "x"}, {"type": "websocket.disconnect"}]

    async def receive() -> dict[str, object]:
        return messages.pop(0)

    async def send(_: object) -> None:
        raise AssertionError("nothing is to be sent")

    asyncio.run(lab.gate(browser.make_scope("websocket", "/_stcore/stream"), receive, send))

    assert [one.get("bytes") for one in lab.behind.taken] == [rerun.SerializeToString(), None, None]


def test_a_person_has_so_many_tabs_and_no_more(lab: Lab) -> None:
    browser, other = lab.browser, lab.browser
    browser.enter("Ada", "engine")
    other.enter("Bo", "bicycle")
    end = asyncio.Event()
    statuses: list[object] = []

    async def receive() -> dict[str, object]:
        await end.wait()
        return {"type": "websocket.disconnect"}

    async def send(message: dict[str, object]) -> None:
        statuses.append(message.get("status"))

    async def open_tabs() -> None:
        tabs = [
            asyncio.create_task(lab.gate(one.make_scope("websocket", "/_stcore/stream"), receive, send))
            for one in [browser] * 70 + [other]
        ]
        while len(lab.behind.passed) + statuses.count(429) < len(tabs):
            await asyncio.sleep(0.01)
        end.set()
        await asyncio.gather(*tabs)

    asyncio.run(open_tabs())

    assert statuses.count(429) == 10
    assert len(lab.behind.passed) == 61
