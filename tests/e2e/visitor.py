"""What a visitor does in the browser: each step finds its things by role and name."""

import math
import re
from collections.abc import Callable, Sequence
from pathlib import Path

from playwright.sync_api import Locator, Page, expect

OpenTab = Callable[..., Page]
"""Opens a tab at a path; width, height, scheme and who enters (of a class) may be given by name."""

HEADINGS = {
    "Home": "MNIST lab",
    "Data": "Data",
    "Search": "Search",
    "Train": "Train",
    "Results": "Results",
    "Fields": "Fields",
    "Map": "Map",
    "Operate": "Operate",
    "Riddle": "Riddle",
    "Pictures": "Pictures",
    "Draw": "Draw",
    "Game": "Game",
}
"""Of each page that everybody has, its heading; the host of a class has People too."""
SEVEN = ((0.25, 0.2), (0.75, 0.2), (0.45, 0.85))
ZERO = tuple(
    (0.5 + 0.2 * math.sin(step * math.tau / 24), 0.5 - 0.32 * math.cos(step * math.tau / 24))
    for step in range(25)
)
SEARCH_MS = 180_000  # what a small search may take on a busy machine of two cores


def settle(tab: Page) -> None:
    """Wait until the page's script has run to its end without an exception."""
    tab.locator('[data-testid="stApp"][data-test-script-state="notRunning"]').wait_for()
    expect(tab.get_by_test_id("stException")).to_have_count(0)


def wait_until_nothing_is_cut_off(tab: Page) -> None:
    """Wait until no part of the document lies outside of the window, once what loads has its place."""
    tab.wait_for_function(
        """() => [document.documentElement, document.querySelector('[data-testid=stMain]')]
            .every(part => part.scrollWidth <= part.clientWidth)"""
    )


def go_to(tab: Page, page: str) -> None:
    """Follow the navigation to a page and wait for its heading."""
    expect(tab.get_by_role("heading", level=1)).to_be_visible()
    opener = tab.get_by_role("button", name="Expand sidebar")
    if opener.is_visible():  # on a phone the navigation is folded away
        opener.click()
    link = tab.get_by_test_id("stSidebarNav").get_by_role("link", name=page, exact=True)
    heading = tab.get_by_role("heading", level=1, name=HEADINGS.get(page, page))
    press(link, heading)
    settle(tab)


def press(button: Locator, brought: Locator) -> None:
    """Click and wait for what that brings; once more where Streamlit lost the click on a page being drawn."""
    button.click()
    try:
        expect(brought).to_be_visible(timeout=10_000)
    except AssertionError:
        if button.is_visible():
            button.click()
        expect(brought).to_be_visible()


def upload(tab: Page, path: Path) -> None:
    """Upload a `.mat` file on the Data page and wait until it is open."""
    choose_file(tab, path)
    expect(tab.get_by_role("heading", name=path.name)).to_be_visible()
    settle(tab)


def choose_file(tab: Page, path: Path) -> None:
    """Choose a file to upload on the Data page."""
    tab.locator("input[type=file]").set_input_files(path)


def open_sample(tab: Page) -> None:
    """Open the built-in sample on the Data page."""
    tab.get_by_role("button", name="Open the sample").click()
    expect(tab.get_by_role("heading", name="MNIST sample")).to_be_visible()
    settle(tab)


def fill(tab: Page, label: str, value: str) -> None:
    """Type a value into a field, as one who ends with Enter."""
    field = tab.get_by_label(label, exact=True)
    field.fill(value)
    field.press("Enter")
    settle(tab)


def plan_small_search(tab: Page, *, epochs: int) -> None:
    """Plan a search of four candidates and two folds on the Search page."""
    fill(tab, "Learning rates", "0.01, 0.001")
    fill(tab, "Units of hidden 1", "48")
    fill(tab, "Units of hidden 2", "24")
    tab.get_by_role("button", name="Sigmoid").click()
    settle(tab)
    fill(tab, "Folds", "2")
    fill(tab, "Epochs at most", str(epochs))
    fill(tab, "Patience", str(epochs))
    expect(tab.get_by_text(re.compile("8 fits: 4 candidates . 2 folds"))).to_be_visible()


def start_search(tab: Page) -> None:
    """Start what is planned and wait until it runs."""
    tab.get_by_role("button", name=re.compile("^.*Start")).click()
    expect(cancel_button(tab)).to_be_visible()


def cancel_button(tab: Page) -> Locator:
    return tab.get_by_role("button", name="Cancel")


def wait_for_winner(tab: Page) -> None:
    """Wait until the search has ended and its winner is saved."""
    expect(tab.get_by_role("heading", name=re.compile("^Winner"))).to_be_visible(timeout=SEARCH_MS)
    expect(tab.get_by_text("identical bit by bit")).to_be_visible()
    settle(tab)


def choose_engine(tab: Page, name: str) -> None:
    """Choose who trains the networks of a search."""
    tab.get_by_role("combobox", name="Engine").click()
    tab.get_by_role("option", name=name).click()
    settle(tab)


def choose_model(tab: Page, name: str) -> None:
    """Choose a model by its name."""
    tab.get_by_role("combobox", name="Model").click()
    tab.get_by_role("option", name=re.compile(f"^{name}:")).click()
    settle(tab)


def pick_point(tab: Page) -> str:
    """Open a point near the middle of the map by the keys; return what was said of it."""
    cloud = tab.get_by_role("application", name=re.compile("^Cloud of points"))
    tab.locator(".map[data-state=still]").wait_for()
    cloud.focus()
    cloud.press("ArrowRight")
    tip = tab.locator(".map .tip span")
    expect(tip).to_be_visible()
    said = tip.inner_text()
    cloud.press("Enter")
    expect(tab.get_by_text("What each layer finds most alike")).to_be_visible()
    settle(tab)
    return said


def switch_unit(tab: Page, unit: int, layer: str) -> None:
    """Click a unit on the Operate page, off where it is on, and wait until it is the other."""
    button = tab.get_by_role("button", name=f"unit {unit} of {layer}", exact=True)
    wanted = "false" if button.get_attribute("aria-pressed") == "true" else "true"
    button.click()
    expect(button).to_have_attribute("aria-pressed", wanted)
    settle(tab)


def draw_stroke(tab: Page, points: Sequence[tuple[float, float]], steps: int = 8) -> None:
    """Draw one line with the mouse; points from (0, 0), the upper left corner, to (1, 1).

    The mouse is seen so many times on each straight piece.
    """
    paper = tab.locator("canvas.upper-canvas")
    paper.scroll_into_view_if_needed()
    press_pen(paper, points, steps)
    tab.mouse.up()


def press_pen(paper: Locator, points: Sequence[tuple[float, float]], steps: int = 8) -> None:
    """Draw a line as `draw_stroke` does, and leave the button down."""
    box, mouse = paper.bounding_box(), paper.page.mouse
    assert box is not None
    places = [(box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in points]
    mouse.move(*places[0])
    mouse.down()
    for place in places[1:]:
        mouse.move(*place, steps=steps)
