"""A real server and a real browser for each story."""

import json
import re
import subprocess
from collections.abc import Generator, Iterator
from pathlib import Path

import pytest
from classroom import enter, register
from digits import ROOT
from playwright.sync_api import Browser, ConsoleMessage, Page, Request, ViewportSize, expect, sync_playwright
from searches import SPEED
from visitor import OpenTab

from benchmarks.tabs.server import Server, run_app

_RESULTS = ROOT / "test-results"
_FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--ignore-certificate-errors",  # a proxy in front of the app makes its own
)
_WAIT_MS = 30_000
# The others find a speed in their home, as to measure it takes both cores for seconds.
_MEASURED_BY = {"test_story", "screenshots"}
# Streamlit's client, opened below a page's address, asks there first where its server is.
_PROBE = re.compile(r"://[^/]+(/\w+)+/_stcore/(health|host-config)$")
_FAILED = pytest.StashKey[bool]()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker("e2e")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    item.stash[_FAILED] = item.stash.get(_FAILED, False) or report.failed
    return report


# Not the session's: Playwright keeps an event loop in this thread, in which other tests run theirs.
@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    found = subprocess.run([ROOT / "scripts" / "chromium.sh"], capture_output=True, text=True, check=False)
    if found.returncode:
        pytest.fail(found.stderr.strip(), pytrace=False)
    expect.set_options(timeout=_WAIT_MS)
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=found.stdout.strip(), args=list(_FLAGS))
        yield chromium
        chromium.close()


@pytest.fixture(scope="module")
def lab(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """An app from an empty state, one a test file, with its `LAB_SETTINGS`; a traceback in its log fails."""
    name = Path(request.node.name).stem
    home = tmp_path_factory.mktemp(name) / "home"
    if name not in _MEASURED_BY:
        home.mkdir()
        (home / "speed.json").write_text(json.dumps(SPEED), encoding="utf-8")
    settings = getattr(request.module, "LAB_SETTINGS", {})
    with run_app(home, log_path=_RESULTS / f"{name}.log", settings=settings) as running:
        yield running
    log = running.log_path.read_text(encoding="utf-8", errors="replace")
    assert "Traceback" not in log, f"the app raised, see {running.log_path}:\n{log[-2000:]}"


@pytest.fixture
def open_tab(request: pytest.FixtureRequest, browser: Browser, lab: Server) -> Iterator[OpenTab]:
    """Open tabs of the app; an error in the console, or a call beyond this machine, is a failure."""
    tabs: list[Page] = []
    problems: list[str] = []

    def open_one(
        path: str = "", *, width: int = 1280, height: int = 900, scheme: str = "light", person: str = ""
    ) -> Page:
        context = browser.new_context(
            viewport=ViewportSize(width=width, height=height),
            color_scheme="dark" if scheme == "dark" else "light",
            accept_downloads=True,
        )
        context.set_default_timeout(_WAIT_MS)
        tab = context.new_page()
        tab.on("console", lambda message: problems.extend(_console_error(message)))
        tab.on("pageerror", lambda error: problems.append(f"page error: {error}"))
        tab.on("request", lambda request: problems.extend(_foreign_request(request, lab)))
        tabs.append(tab)
        if person:
            register(lab, person)
        tab.goto(lab.address(path))
        if person:
            enter(tab, person)
        return tab

    yield open_one
    if problems or request.node.stash.get(_FAILED, False):
        _keep_screenshots(tabs, request.node.name)
    for tab in tabs:
        tab.context.close()
    assert not problems, "the browser reported errors:\n" + "\n".join(problems)


@pytest.fixture
def tab(open_tab: OpenTab) -> Page:
    """One tab of 1280 pixels on the first page."""
    return open_tab()


def _console_error(message: ConsoleMessage) -> list[str]:
    url = message.location.get("url", "")
    if message.type != "error" or _PROBE.search(url):
        return []
    return [f"console: {message.text} ({url})"]


def _foreign_request(request: Request, lab: Server) -> list[str]:
    """Tell of what the browser asks of others: the app needs no network."""
    own = (lab.url, lab.url.replace("http", "ws", 1), "data:", "blob:")
    return [] if request.url.startswith(own) else [f"asked beyond this machine: {request.url}"]


def _keep_screenshots(tabs: list[Page], name: str) -> None:
    _RESULTS.mkdir(exist_ok=True)
    for number, tab in enumerate(tabs):
        slug = re.sub(r"[^A-Za-z0-9]+", "-", name).strip("-")
        tab.screenshot(path=_RESULTS / f"{slug}-{number}.png")
