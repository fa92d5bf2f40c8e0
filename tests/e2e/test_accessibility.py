"""axe finds nothing on any page with something on it, in light and in dark."""

from collections.abc import Iterator

import pytest
import visitor
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

# Streamlit's own: its navigation has lists whose items lie in groups that are no lists.
EXCUSED = {("list", "stSidebarNav"), ("listitem", "stSidebarNav")}


def fill_lab(tab: Page) -> None:
    """Open a data set, finish a search, and train a network: pages then have something to show."""
    visitor.go_to(tab, "Data")
    visitor.open_sample(tab)
    visitor.go_to(tab, "Search")
    visitor.plan_small_search(tab, epochs=2)
    visitor.start_search(tab)
    visitor.wait_for_winner(tab)
    visitor.go_to(tab, "Train")
    tab.get_by_role("button", name="Start the training").click()
    tab.get_by_role("button", name="Go on").wait_for()


def show_something(tab: Page, page: str) -> None:
    """Go to a page and do there what shows most of it."""
    visitor.go_to(tab, page)
    if page == "Draw":
        visitor.draw_stroke(tab, visitor.SEVEN)
        tab.get_by_role("status", name="guess: 7").wait_for()
        visitor.settle(tab)
        if not tab.get_by_text("Kept as a 1").count():  # another scheme's visit may have told it before
            tapped = tab.get_by_role("radio", name="1", exact=True)
            tapped.or_(tab.get_by_role("button", name="1", exact=True)).first.click()
            tab.get_by_role("button", name="Yes, a 1").click()
        tab.get_by_role("heading", name="Your writing").wait_for()
    if page == "Map":
        visitor.pick_point(tab)
    if page == "Game":
        tab.get_by_role("button", name="Start a round").click()
        tab.get_by_role("button", name="Next").wait_for()
    visitor.settle(tab)
    tab.wait_for_timeout(700)  # charts fade in


def list_faults(tab: Page) -> Iterator[str]:
    for fault in Axe().run(tab).response["violations"]:
        for node in fault["nodes"]:
            place = tab.locator(node["target"][0]) if len(node["target"]) == 1 else None
            around = place and place.first.evaluate(
                "e => [...document.querySelectorAll('[data-testid=stSidebarNav]')].some(n => n.contains(e))"
            )
            if not (around and (fault["id"], "stSidebarNav") in EXCUSED):
                yield f"{fault['id']}: {fault['help']}: {node['html'][:160]}"


@pytest.mark.slow
def test_no_page_has_a_fault_of_its_own_in_light_or_in_dark(open_tab: visitor.OpenTab) -> None:
    fill_lab(open_tab())
    faults = []
    for scheme in ("light", "dark"):
        tab = open_tab(scheme=scheme)
        for page in visitor.HEADINGS:
            show_something(tab, page)
            faults += [f"{page}, {scheme}: {fault}" for fault in list_faults(tab)]
    assert not faults, "\n".join(faults)
