"""A tab that watches a run: what it asks, what it is sent, and that it misses nothing."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect
from processes import wait_until
from stored_runs import begin_run, make_record
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from visitor import OpenTab

from benchmarks.tabs.server import Server
from mnist_core.store import Database, beat, record

_WAIT_S = 30.0
_FINISHED = ForwardMsg.ScriptFinishedStatus.FINISHED_FRAGMENT_RUN_SUCCESSFULLY


@pytest.fixture
def store(lab: Server) -> Iterator[Database]:
    opened = Database(f"sqlite:///{lab.home}/lab.db")
    yield opened
    opened.close()


@pytest.fixture
def run_id(store: Database) -> str:
    """Return a run that this process carries out, an epoch of each fold of its first network done."""
    begun = begin_run(store)
    record(store, begun, [(0, fold, make_record(1)) for fold in (0, 1)])
    return begun


class Heard:
    """What a tab is sent."""

    def __init__(self, tab: Page) -> None:
        self.messages: list[ForwardMsg] = []
        tab.on("websocket", lambda socket: socket.on("framereceived", self._take))

    def _take(self, frame: bytes) -> None:
        self.messages.append(ForwardMsg.FromString(frame))

    def count_finished(self) -> int:
        return sum(
            one.script_finished == _FINISHED for one in self.messages if one.HasField("script_finished")
        )

    def list_elements(self) -> list[str | None]:
        deltas = (one.delta for one in self.messages if one.HasField("delta"))
        return [one.new_element.WhichOneof("type") for one in deltas if one.HasField("new_element")]

    def list_intervals(self) -> list[float]:
        intervals = [one.auto_rerun.interval for one in self.messages if one.HasField("auto_rerun")]
        # What has a tab ask for its page where it finds the app again refreshes itself once a day.
        return [interval for interval in intervals if interval < 3600]


def _open(open_tab: OpenTab, run_id: str) -> tuple[Page, Heard]:
    """Open a run in a tab whose messages are heard from the first on."""
    tab = open_tab("")
    heard = Heard(tab)
    tab.goto(f"{tab.url.rstrip('/')}/search?run={run_id}")
    expect(tab.get_by_text("2 epochs")).to_be_visible()
    return tab, heard


def _pump(tab: Page, heard: Heard, n: int) -> None:
    """Wait until the tab has asked some times more."""
    wanted = heard.count_finished() + n

    def has_asked() -> bool:
        tab.evaluate("1")  # lets Playwright hand on what has come
        return heard.count_finished() >= wanted

    wait_until(has_asked, _WAIT_S)


@pytest.mark.slow
def test_a_tab_that_watches_what_does_not_change_is_sent_nothing(
    open_tab, store: Database, run_id: str
) -> None:
    tab, heard = _open(open_tab, run_id)
    beat(store, run_id)  # from here on it may be silent for longer than this takes
    _pump(tab, heard, 3)
    heard.messages.clear()
    _pump(tab, heard, 3)
    assert heard.list_elements() == []


@pytest.mark.slow
def test_what_is_new_is_shown_and_changed_networks_alone_are_sent(
    open_tab, store: Database, run_id: str
) -> None:
    tab, _ = _open(open_tab, run_id)
    cells = tab.get_by_role("group", name="Learning curves of all networks").get_by_role("button")
    expect(cells.nth(1)).to_have_accessible_name("4-3 Tanh, lr 0.01: not begun")
    for epoch in (2, 3, 4):  # more than the overlap of two deliveries
        record(store, run_id, [(1, 0, make_record(epoch - 1))])
        expect(tab.get_by_text(f"{1 + epoch} epochs")).to_be_visible()
    expect(cells.nth(1)).to_have_accessible_name("4-3 Tanh, lr 0.01: trains, at epoch 3, accuracy 80.00%")
    expect(cells.nth(0)).to_have_accessible_name("4-3 Tanh, lr 0.1: trains, at epoch 1, accuracy 80.00%")


@pytest.mark.slow
def test_a_figure_that_begins_anew_gets_all_that_it_lacks(open_tab, store: Database, run_id: str) -> None:
    tab, _ = _open(open_tab, run_id)
    for epoch in (2, 3, 4):
        record(store, run_id, [(1, 0, make_record(epoch - 1))])
        expect(tab.get_by_text(f"{1 + epoch} epochs")).to_be_visible()
    for view in ("Ranking", "Networks"):
        tab.get_by_role("tab", name=view, exact=True).click()
    cells = tab.get_by_role("group", name="Learning curves of all networks").get_by_role("button")
    expect(cells.nth(0)).to_have_accessible_name("4-3 Tanh, lr 0.1: trains, at epoch 1, accuracy 80.00%")
    expect(cells.nth(1)).to_have_accessible_name("4-3 Tanh, lr 0.01: trains, at epoch 3, accuracy 80.00%")


@pytest.mark.slow
def test_a_tab_that_nobody_sees_asks_less_often(open_tab, store: Database, run_id: str) -> None:
    tab, heard = _open(open_tab, run_id)
    beat(store, run_id)
    assert set(heard.list_intervals()) == {1.0}
    heard.messages.clear()
    _set_hidden(tab, True)
    wait_until(lambda: _hear(tab, heard) == [5.0], _WAIT_S)
    heard.messages.clear()
    _set_hidden(tab, False)
    wait_until(lambda: _hear(tab, heard) == [1.0], _WAIT_S)


def _hear(tab: Page, heard: Heard) -> list[float]:
    tab.evaluate("1")
    return heard.list_intervals()


def _set_hidden(tab: Page, is_hidden: bool) -> None:
    """Have the browser say that the tab is hidden, or seen again."""
    tab.evaluate(
        "(hidden) => { Object.defineProperty(document, 'hidden', { configurable: true, value: hidden });"
        " document.dispatchEvent(new Event('visibilitychange')); }",
        is_hidden,
    )
