"""The Map page: pointed at, clicked, and gone through layer by layer."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect
from visitor import SEVEN, OpenTab, draw_stroke, go_to, pick_point, settle

pytestmark = pytest.mark.slow

_WORDS = re.compile(r"^\d(, read as \d)?, \d+ % sure$")


def find_map(tab: Page) -> Locator:
    return tab.locator(".map[data-state=still]")


def open_map(tab: Page) -> Locator:
    go_to(tab, "Map")
    expect(find_map(tab)).to_be_visible()
    return find_map(tab)


def hover_a_point(tab: Page) -> tuple[float, float]:
    """Move the mouse along the middle of the cloud until it meets a point; return where."""
    box = tab.locator(".map .canvas").bounding_box()
    assert box is not None
    tip = tab.locator(".map .tip")
    for step in range(60):
        place = (box["x"] + box["width"] * (0.2 + step / 100), box["y"] + box["height"] / 2)
        tab.mouse.move(*place)
        if tip.is_visible():
            return place
    raise AssertionError("no point was met")


def test_a_point_shows_its_picture_on_hover_and_its_way_on_a_click(tab: Page) -> None:
    open_map(tab)
    place = hover_a_point(tab)
    tip = tab.locator(".map .tip")
    expect(tip.locator("span")).to_have_text(_WORDS)
    ink = "canvas => canvas.getContext('2d').getImageData(0, 0, 84, 84).data.filter(v => v > 200).length"
    assert tip.locator("canvas").evaluate(ink) > 84 * 84  # the opaque pixels, and bright ones beside them
    digit = tip.locator("span").inner_text()[0]
    tab.mouse.click(*place)
    expect(tab.get_by_text("What each layer finds most alike")).to_be_visible()
    settle(tab)
    expect(tab.get_by_text(re.compile(rf"^{digit}, read ")).first).to_be_visible()
    way = tab.get_by_role("img", name=re.compile(r"^Read as \d: units .* of hidden 2 speak most for it$"))
    expect(way).to_be_visible()


def test_layers_are_gone_through_by_mouse_and_by_keys(tab: Page) -> None:
    shown = open_map(tab)
    expect(shown).to_have_attribute("data-stage", "Hidden 2")
    tab.get_by_role("radio", name=re.compile("^Input: a linear probe reads")).click()
    expect(find_map(tab)).to_have_attribute("data-stage", "Input")
    tab.keyboard.press("ArrowRight")
    expect(find_map(tab)).to_have_attribute("data-stage", "Hidden 1")
    chosen = tab.get_by_role("radio", name=re.compile("^Hidden 1: a linear"))
    expect(chosen).to_have_attribute("aria-checked", "true")
    said = pick_point(tab)
    assert _WORDS.match(said)
    expect(find_map(tab)).to_have_attribute("data-stage", "Hidden 1")


def test_the_drawn_digit_lies_among_them_on_a_phone(open_tab: OpenTab) -> None:
    tab = open_tab("draw", width=390, height=844, scheme="dark")
    draw_stroke(tab, SEVEN)
    tab.get_by_role("status", name="guess: 7").wait_for()
    settle(tab)
    open_map(tab)
    expect(tab.get_by_text("your drawing", exact=True)).to_be_visible()
    expect(tab.get_by_text(re.compile("^Your drawing, read as 7"))).to_be_visible()
    assert tab.evaluate("document.documentElement.scrollWidth <= innerWidth")
