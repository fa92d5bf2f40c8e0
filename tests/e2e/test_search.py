"""A search in the browser: paused and resumed, looked into, replayed, named and deleted."""

import re

import pytest
import visitor
from playwright.sync_api import Locator, Page, expect

from benchmarks.tabs.server import Server

_ROW_PIXELS = 35  # of the table of runs; its heading is as high
_BOX_PIXELS = 15  # from the left edge of the table to the middle of a row's box


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_a_search_is_paused_resumed_looked_into_and_deleted(tab: Page, lab: Server) -> None:
    visitor.go_to(tab, "Data")
    visitor.open_sample(tab)
    visitor.go_to(tab, "Search")
    visitor.plan_small_search(tab, epochs=900)  # time enough to pause on a quick machine
    visitor.start_search(tab)
    _ask_to_be_told(tab)

    _pause_and_resume(tab)
    _choose_a_small_curve(tab)
    visitor.wait_for_winner(tab)
    expect(tab).to_have_title(re.compile(r"^✓ \d\d\.\d % · Search$"))
    (told,) = tab.evaluate("window.told")
    assert told.endswith(tab.title().removesuffix(" · Search"))
    _replay(tab)
    _take_its_report(tab)
    _name_it(tab)
    _delete_it(tab)
    assert not list((lab.home / "runs").iterdir())
    assert len(list((lab.home / "models").iterdir())) == 1


def _ask_to_be_told(tab: Page) -> None:
    """Allow the browser's notifications by a click, and note those that come."""
    tab.context.grant_permissions(["notifications"])
    tab.evaluate(
        """() => {
          window.told = [];
          const Usual = window.Notification;
          window.Notification = class extends Usual {
            constructor(title, options) { super(title, options); window.told.push(title); }
          };
        }"""
    )
    tab.get_by_role("button", name="Notify me when it ends").click()
    expect(tab.get_by_role("button", name="Will notify you")).to_be_visible()


def _pause_and_resume(tab: Page) -> None:
    expect(tab.get_by_text(re.compile(r"in training"))).to_be_visible(timeout=visitor.SEARCH_MS)
    pause, resume = (tab.get_by_role("button", name=name) for name in ("Pause", "Resume"))
    visitor.press(pause, resume)
    expect(tab).to_have_title(re.compile(r"^‖ paused"))
    visitor.press(resume, pause)
    expect(tab).to_have_title(re.compile(r"^\d+ % · Search$"))


def _choose_a_small_curve(tab: Page) -> None:
    """Click a curve, and see that the choice outlives the refreshes."""
    _open_view(tab, "Networks")
    curve = tab.get_by_role("button", name=re.compile("^48-24 Tanh, lr 0.001"))
    curve.click()
    expect(curve).to_have_attribute("aria-current", "true")
    chosen = tab.get_by_role("combobox", name="Learning curves of")
    expect(chosen).to_have_value("48-24 Tanh, lr 0.001")


def _replay(tab: Page) -> None:
    """Play a run: from its beginning to where the view of the networks has it."""
    _open_view(tab, "Networks")
    ended = _read_cells(tab, "Learning curves of all networks")
    _open_view(tab, "Replay")
    slider, said = tab.get_by_role("slider"), tab.get_by_text(re.compile(r"^After .* epochs: "))
    expect(said).to_contain_text("8 of 8 fits had ended, 0 in training. Best so far: ")
    slider.press("Home")
    expect(said).to_contain_text("0 of 8 fits had ended, 0 in training.")
    expect(tab.get_by_text("As it stood after 0 epochs:")).to_be_visible()

    tab.get_by_label("Speed", exact=True).select_option("4×")
    tab.get_by_role("button", name="Play", exact=True).click()
    expect(tab.get_by_role("button", name="Pause", exact=True)).to_be_visible()
    expect(tab.get_by_role("button", name="Play", exact=True)).to_be_visible()
    expect(said).to_contain_text("8 of 8 fits had ended, 0 in training. Best so far: ")
    replayed = _read_cells(tab, "Learning curves of all networks, replayed")
    assert [cell[:2] for cell in replayed] == [cell[:2] for cell in ended]
    for (*_, points), (*_, expected) in zip(replayed, ended, strict=True):
        assert points == pytest.approx(expected, abs=0.11)  # of 100: each is rounded to tenths
    expect(tab.get_by_text("As it stood after 7,200 epochs:")).to_be_visible()

    slider.press(",")
    expect(said).to_contain_text("7 of 8 fits had ended, 1 in training")


def _read_cells(tab: Page, figure: str) -> list[tuple[str | None, str, list[float]]]:
    """Read the kind of each network, the epoch it is at, and the points of its curve; also of unseen ones."""
    cells = tab.get_by_role("group", name=figure, exact=True).locator(".cell")
    expect(cells).to_have_count(4)
    return [
        (cell.get_attribute("class"), cell.text_content() or "", _read_points(cell.locator("polyline")))
        for cell in cells.all()
    ]


def _read_points(line: Locator) -> list[float]:
    return [float(part) for part in re.split("[ ,]", line.get_attribute("points") or "")]


def _take_its_report(tab: Page) -> None:
    with tab.expect_download() as download:
        tab.get_by_role("button", name="Report", exact=True).click()
    page = download.value.path().read_text(encoding="utf-8")
    assert page.startswith("<!DOCTYPE html>")
    assert "97.11" in page


def _name_it(tab: Page) -> None:
    _choose_the_first_run(tab)
    name = tab.get_by_label("Name", exact=True)
    name.fill("my first search")
    tab.get_by_role("button", name="Save").click()
    visitor.settle(tab)
    tab.get_by_role("button", name="Open this run").click()
    panel = tab.get_by_role("tabpanel", name="Runs")
    expect(panel.get_by_text("my first search", exact=True)).to_be_visible()


def _delete_it(tab: Page) -> None:
    _choose_the_first_run(tab)
    tab.get_by_role("button", name="Delete …").click()
    dialog = tab.get_by_role("dialog")
    expect(dialog).to_contain_text("stays")
    dialog.get_by_role("button", name="Delete", exact=True).click()
    expect(tab.get_by_text("No search was run yet")).to_be_attached()


def _choose_the_first_run(tab: Page) -> None:
    tab.get_by_role("tab", name="History").click()
    table = tab.get_by_test_id("stDataFrame").filter(visible=True)
    expect(tab.get_by_label("Find runs")).to_be_visible()
    expect(table).to_have_count(1)
    visitor.settle(tab)
    box = table.bounding_box()
    assert box is not None
    tab.mouse.click(box["x"] + _BOX_PIXELS, box["y"] + 1.5 * _ROW_PIXELS)


def _open_view(tab: Page, name: str) -> None:
    tab.get_by_role("tab", name=name).click()
    visitor.settle(tab)
