"""The pickers of Fields and Results under the keyboard, and the links that reopen a view."""

import re

import pytest
from playwright.sync_api import Page, expect
from visitor import OpenTab, go_to, settle

pytestmark = pytest.mark.slow


def _focused_label(tab: Page) -> str:
    """Return the label of the focused element, also inside a component."""
    label: str = tab.evaluate(
        """() => {
            let element = document.activeElement;
            while (element.shadowRoot?.activeElement) element = element.shadowRoot.activeElement;
            return element.getAttribute('aria-label') ?? '';
        }"""
    )
    return label


def test_arrow_keys_open_the_next_unit_and_keep_the_focus(tab: Page) -> None:
    go_to(tab, "Fields")
    tab.get_by_role("button", name="unit 3 of hidden 1", exact=True).click()
    expect(tab.get_by_role("heading", name="Unit 3 of hidden 1")).to_be_visible()

    tab.keyboard.press("ArrowRight")
    tab.keyboard.press("ArrowRight")

    expect(tab.get_by_role("heading", name="Unit 5 of hidden 1")).to_be_visible()
    expect(tab.get_by_role("button", name="unit 5 of hidden 1", exact=True)).to_have_attribute(
        "aria-current", "true"
    )
    assert _focused_label(tab) == "unit 5 of hidden 1"


def test_arrow_down_reaches_the_unit_below(tab: Page) -> None:
    go_to(tab, "Fields")
    first = tab.get_by_role("button", name="unit 0 of hidden 1", exact=True)
    first.click()

    tab.keyboard.press("ArrowDown")

    expect(tab.get_by_role("heading", name=re.compile(r"^Unit [1-9]\d? of hidden 1"))).to_be_visible()
    below = tab.get_by_role("button", name=_focused_label(tab), exact=True)
    upper, lower = first.bounding_box(), below.bounding_box()
    assert upper is not None
    assert lower is not None
    assert abs(lower["x"] - upper["x"]) < 2
    assert lower["y"] > upper["y"]


def test_a_confusion_cell_is_chosen_by_the_keyboard(tab: Page) -> None:
    go_to(tab, "Results")
    tab.get_by_role("button", name=re.compile("^true 4, read as 9")).focus()

    tab.keyboard.press("ArrowDown")
    tab.keyboard.press("ArrowLeft")
    tab.keyboard.press("Enter")

    expect(tab.get_by_text(re.compile("of a 5 were read as 8"))).to_be_visible()
    settle(tab)
    assert _focused_label(tab).startswith("true 5, read as 8")


def test_what_takes_seconds_is_said_while_it_is_made(open_tab: OpenTab) -> None:
    tab = open_tab("fields?model=robust&layer=hidden2")
    settle(tab)

    tab.get_by_text("in all twelve ways").click()

    expect(tab.get_by_text("Looking in all twelve ways")).to_be_visible()
    expect(tab.get_by_text("What each way explains in hidden 2")).to_be_visible()
    settle(tab)
    expect(tab.get_by_text("Looking in all twelve ways")).to_have_count(0)
