"""Two processes of the app behind nginx, on one PostgreSQL and one home: one of them is killed at work."""

import json
import re
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect
from postgres import new_database, run_postgres
from processes import wait_until
from proxies import run_nginx
from searches import SPEED
from visitor import SEVEN, cancel_button, draw_stroke, fill, open_sample, settle, start_search, upload

from benchmarks.tabs.server import Server, run_app
from mnist_core.data.sample import SAMPLE_PATH

pytestmark = pytest.mark.slow
_BACK_S = 5.0
_TOO_LONG_S = 60.0
_POLL_MS = 20
_CLASS_CODE = "class-7b"


class Lab:
    """Both processes, and the address of nginx before them."""

    def __init__(
        self, url: str, apps: Mapping[str, Server], settings: Mapping[str, str], browser: Browser
    ) -> None:
        self.url, self.apps, self.settings, self._browser = url, apps, settings, browser

    def enter(self, name: str, letter: str = "") -> BrowserContext:
        """Come in as a person with a browser of their own, to one of the processes where it is named."""
        context = self._browser.new_context()
        if letter:
            context.add_cookies([{"name": "lab_app", "value": letter, "url": f"{self.url}/"}])
        context.set_default_timeout(30_000)
        tab = context.new_page()
        tab.goto(self.url)
        tab.get_by_label("Name", exact=True).fill(name)
        tab.get_by_label(re.compile("^Code, 4")).fill(f"{name}-secret")
        tab.get_by_label(re.compile("^Code of the class")).fill(_CLASS_CODE)
        tab.get_by_role("button", name="Enter").click()
        expect(tab.get_by_role("heading", level=1)).to_be_visible()
        settle(tab)
        tab.close()
        return context

    def open(self, context: BrowserContext, path: str) -> Page:
        tab = context.new_page()
        tab.goto(f"{self.url}/{path}")
        expect(tab.get_by_role("heading", level=1)).to_be_visible()
        settle(tab)
        return tab


@pytest.fixture
def lab(browser: Browser, tmp_path: Path) -> Iterator[Lab]:
    home = tmp_path / "home"
    home.mkdir()
    (home / "speed.json").write_text(json.dumps(SPEED), encoding="utf-8")
    with ExitStack() as stack:
        url = stack.enter_context(new_database(stack.enter_context(run_postgres())))
        settings = {
            "MNIST_LAB_DATABASE": url,
            "MNIST_LAB_PEOPLE": "names",
            "MNIST_LAB_CLASS_CODE": _CLASS_CODE,
        }
        apps = {
            letter: stack.enter_context(
                run_app(home, path="lab", settings=settings, log_path=tmp_path / f"{letter}.log")
            )
            for letter in "ab"
        }
        ports = [app.port for app in apps.values()]
        proxy = stack.enter_context(run_nginx(tmp_path / "nginx", ports))
        for app in apps.values():
            wait_until(lambda app=app: is_ready(app))
        yield Lab(proxy, apps, settings, browser)


def is_ready(app: Server) -> bool:
    try:
        with urllib.request.urlopen(app.address("ready"), timeout=30):
            return True
    except urllib.error.HTTPError as error:
        error.close()
        return False


def find_app(context: BrowserContext) -> str:
    """Say which process a browser belongs to."""
    (letter,) = [str(cookie["value"]) for cookie in context.cookies() if cookie["name"] == "lab_app"]
    return letter


def measure_return(shown: dict[Page, Locator], kill: Callable[[], None]) -> float:
    """Return the seconds until every tab shows something that came by a new connection."""
    heard: set[Page] = set()
    for tab in shown:
        tab.on("websocket", lambda socket, tab=tab: socket.on("framereceived", lambda _: heard.add(tab)))
    begin = time.monotonic()
    kill()
    while heard != set(shown):
        assert time.monotonic() - begin < _TOO_LONG_S, "a tab did not come back"
        next(iter(shown)).wait_for_timeout(_POLL_MS)
    for tab, thing in shown.items():
        # With the first word of the new process, all that came from the old one is stale.
        expect(tab.locator('[data-stale="false"]').filter(has=thing).first).to_be_attached()
    return time.monotonic() - begin


def draw_seven(tab: Page) -> Locator:
    draw_stroke(tab, SEVEN)
    guess = tab.get_by_role("status", name="guess: 7")
    expect(guess).to_be_visible()
    settle(tab)
    return guess


def test_people_of_a_killed_process_are_back_with_their_data_runs_and_place(lab: Lab) -> None:
    ada, ben = lab.enter("Ada", "a"), lab.enter("Ben", "b")
    guess_of_ben = draw_seven(lab.open(ben, "draw"))
    data = lab.open(ada, "data")
    open_sample(data)
    search = lab.open(ada, "search")
    fill(search, "Epochs at most", "400")
    fill(search, "Patience", "400")
    start_search(search)
    run = re.search(r"run=([\w-]+)", search.url)
    assert run is not None
    drawing = lab.open(ada, "draw")
    shown = {
        data: data.get_by_role("heading", name="MNIST sample"),
        search: cancel_button(search),
        drawing: draw_seven(drawing),
    }
    assert (find_app(ada), find_app(ben)) == ("a", "b")

    seconds = measure_return(shown, lab.apps["a"].kill)

    assert seconds < _BACK_S
    assert find_app(ada) == "b"
    assert run[0] in search.url
    expect(guess_of_ben).to_be_visible()
    # What a page does works, too: a file goes where the tab is, the run obeys, the canvas knows its drawing.
    upload(data, SAMPLE_PATH)
    cancel_button(search).click()
    expect(search.get_by_text("cancelled").first).to_be_visible()
    drawing.get_by_role("button", name="Clear").click()
    expect(drawing.get_by_text("Draw a digit from 0 to 9")).to_be_visible()


def test_a_process_that_is_there_again_leaves_tabs_where_they_went(lab: Lab) -> None:
    ada = lab.enter("Ada")
    data = lab.open(ada, "data")
    # A page whose scripts are cut off while they load needs a reload.
    data.locator("input[type=file]").wait_for(state="attached")
    data.get_by_text("Download it as a .mat file").wait_for()
    killed = find_app(ada)
    gone = lab.apps[killed]
    measure_return({data: data.get_by_role("heading", level=1)}, gone.kill)
    with run_app(gone.home, path="lab", port=gone.port, settings=lab.settings):
        data.wait_for_timeout(3_000)  # by now nginx would ask it again

        upload(data, SAMPLE_PATH)

        assert find_app(ada) != killed


def test_what_one_process_has_changed_the_other_shows(lab: Lab) -> None:
    first, second = (lab.enter("Ada", letter) for letter in lab.apps)
    open_sample(lab.open(first, "data"))
    assert [find_app(first), find_app(second)] == ["a", "b"]

    data = lab.open(second, "data")

    expect(data.get_by_role("heading", name="MNIST sample")).to_be_visible()
