"""The pictures of the documentation, taken from the running app: `make screenshots`.

Not a test, so its name keeps it out of the rings; it shares their server, browser and visitor.
"""

import re
from pathlib import Path

import pytest
import visitor
from digits import ROOT
from playwright.sync_api import Page, ViewportSize

FOLDER = ROOT / "docs" / "screenshots"
WIDTH = 1280


@pytest.mark.timeout(900)
def test_take_the_pictures(open_tab: visitor.OpenTab) -> None:
    tab = open_tab(width=WIDTH)
    FOLDER.mkdir(parents=True, exist_ok=True)
    visitor.go_to(tab, "Data")
    visitor.open_sample(tab)
    take(tab, "data", 1100)
    _finish_a_search(tab)
    take(tab, "search", 1640)
    _train_one(tab)
    take(tab, "train", 860)
    _show_a_mistake(tab)
    take(tab, "results", 1500)
    _open_an_output(tab)
    take(tab, "fields", 1420)
    _open_a_point(tab)
    take(tab, "map", 1330)
    visitor.go_to(tab, "Riddle")
    take(tab, "riddle", 1500)
    visitor.go_to(tab, "Pictures")
    visitor.choose_model(tab, "exact")
    visitor.draw_stroke(tab, visitor.SEVEN)
    tab.get_by_text("What every picture said").wait_for()
    take(tab, "pictures", 1500)
    visitor.go_to(tab, "Draw")
    visitor.choose_model(tab, "robust")  # with which the page begins where nobody has chosen one
    visitor.draw_stroke(tab, visitor.SEVEN)
    tab.get_by_role("status", name="guess: 7").wait_for()
    take(tab, "draw", 1130)
    _see_it_at_work(tab)
    take(tab, "network", 1260)
    _begin_a_game(tab)
    take(tab, "game", 1120)
    _switch_units_off(tab)
    take(tab, "operate", 2060)
    visitor.go_to(tab, "Home")
    take(tab, "home", 1060)


def _finish_a_search(tab: Page) -> None:
    visitor.go_to(tab, "Search")
    visitor.fill(tab, "Learning rates", "0.01, 0.001")
    visitor.fill(tab, "Units of hidden 1", "24, 96")
    visitor.fill(tab, "Units of hidden 2", "12, 24, 48")
    tab.get_by_role("button", name="Sigmoid").click()
    visitor.settle(tab)
    visitor.fill(tab, "Folds", "2")
    visitor.fill(tab, "Epochs at most", "12")
    visitor.start_search(tab)
    visitor.wait_for_winner(tab)


def _train_one(tab: Page) -> None:
    visitor.go_to(tab, "Train")
    tab.get_by_role("button", name="Start the training").click()
    tab.get_by_role("button", name="Go on").wait_for()


def _show_a_mistake(tab: Page) -> None:
    visitor.go_to(tab, "Results")
    visitor.choose_model(tab, "paper")
    tab.get_by_role("button", name=re.compile("^true 4, read as 9")).click()
    tab.get_by_text("of a 4 were read as 9").wait_for()


def _open_an_output(tab: Page) -> None:
    visitor.go_to(tab, "Fields")
    tab.get_by_role("radio", name=re.compile("^Output")).click()
    tab.get_by_role("button", name="digit 3 of output", exact=True).click()
    tab.get_by_role("heading", name="digit 3 of output").wait_for()


def _open_a_point(tab: Page) -> None:
    visitor.go_to(tab, "Map")
    tab.get_by_role("radio", name="t-SNE").click()
    visitor.settle(tab)
    visitor.pick_point(tab)


def _switch_units_off(tab: Page) -> None:
    visitor.go_to(tab, "Operate")
    visitor.choose_model(tab, "paper")
    for unit in (9, 58, 73):
        visitor.switch_unit(tab, unit, "hidden 1")
    tab.get_by_text("Remove ever more units").click()
    tab.get_by_text(re.compile("the network needs")).wait_for()


def _see_it_at_work(tab: Page) -> None:
    tab.get_by_text("Network at work").click()
    tab.get_by_role("button", name=re.compile(r"^unit \d+ of hidden 2:")).first.click()
    tab.get_by_role("heading", name=re.compile(r"^Unit \d+ of hidden 2")).wait_for()


def _begin_a_game(tab: Page) -> None:
    visitor.go_to(tab, "Game")
    tab.get_by_role("button", name="Start a round").click()
    asked = tab.get_by_role("heading", level=2, name=re.compile("^Draw a"))
    asked.wait_for()
    visitor.settle(tab)
    visitor.draw_stroke(tab, visitor.ZERO if asked.inner_text().endswith("7") else visitor.SEVEN)
    tab.get_by_role("status").filter(has_text="Add what is missing").wait_for()


def take(tab: Page, name: str, height: int) -> Path:
    """Photograph the upper part of a page once everything stands still."""
    visitor.settle(tab)
    tab.set_viewport_size(ViewportSize(width=WIDTH, height=height))
    tab.get_by_test_id("stMain").evaluate("main => main.scrollTo(0, 0)")
    tab.mouse.move(WIDTH - 1, height - 1)
    tab.evaluate("document.activeElement?.blur()")
    tab.wait_for_load_state("networkidle")
    visitor.settle(tab)
    path = FOLDER / f"{name}.png"
    tab.screenshot(path=path, animations="disabled", style="[data-testid=stHeader] { visibility: hidden }")
    return path
