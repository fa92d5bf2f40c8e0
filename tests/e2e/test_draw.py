"""Drawing with a mouse and with a finger."""

import itertools
import math
import re
from collections.abc import Sequence

import pytest
from playwright.sync_api import Locator, Page, expect
from visitor import SEARCH_MS, OpenTab, draw_stroke, go_to, settle

Line = Sequence[tuple[float, float]]

SEVEN = [[(0.25, 0.2), (0.75, 0.2), (0.45, 0.85)]]
ZERO = [
    [(0.5 + 0.25 * math.sin(math.tau * t / 20), 0.5 - 0.35 * math.cos(math.tau * t / 20)) for t in range(21)]
]
FOUR = [[(0.4, 0.15), (0.25, 0.55), (0.75, 0.55)], [(0.65, 0.2), (0.6, 0.9)]]
TWO = [(0.35, 0.25), (0.5, 0.15), (0.6, 0.3), (0.3, 0.85), (0.75, 0.85)]


def find_canvas(tab: Page) -> Locator:
    return tab.locator("canvas.upper-canvas")


def draw(tab: Page, lines: Sequence[Line]) -> None:
    for line in lines:
        draw_stroke(tab, line)


def expect_guess(tab: Page, digit: int) -> None:
    expect(tab.get_by_role("status", name=f"guess: {digit}")).to_be_visible()


def expect_empty(tab: Page) -> None:
    expect(tab.get_by_text("Draw a digit from 0 to 9")).to_be_visible()
    expect(tab.get_by_role("button", name="Clear")).to_be_disabled()
    settle(tab)


@pytest.fixture
def page(tab: Page) -> Page:
    go_to(tab, "Draw")
    expect(find_canvas(tab)).to_be_visible()
    return tab


def test_a_seven_a_zero_and_a_four_drawn_with_the_mouse_are_read(page: Page) -> None:
    for lines, digit in ((SEVEN, 7), (ZERO, 0), (FOUR, 4)):
        expect_empty(page)
        draw(page, lines)
        expect_guess(page, digit)
        settle(page)
        page.get_by_role("button", name="Clear").click()
    expect_empty(page)


def test_a_reload_keeps_the_drawing(page: Page) -> None:
    draw(page, SEVEN)
    expect_guess(page, 7)
    settle(page)
    page.reload()
    expect_guess(page, 7)


@pytest.mark.slow
def test_the_same_digit_drawn_again_after_clear_is_read_again(page: Page) -> None:
    draw(page, ZERO)
    expect_guess(page, 0)
    page.get_by_role("button", name="Clear").click()
    expect_empty(page)
    draw(page, ZERO)
    expect_guess(page, 0)


@pytest.mark.slow
def test_undo_takes_back_one_stroke_after_the_other(page: Page) -> None:
    draw(page, ZERO)
    expect_guess(page, 0)
    draw(page, [[(0.1, 0.9), (0.9, 0.9)]])
    expect(page.get_by_role("status", name="guess: 0")).to_have_count(0)
    page.get_by_role("button", name="Undo").click()
    expect_guess(page, 0)
    page.get_by_role("button", name="Undo").click()
    expect_empty(page)


def test_a_drawing_is_still_there_after_a_look_at_another_page(page: Page) -> None:
    draw(page, SEVEN)
    expect_guess(page, 7)
    go_to(page, "Home")
    go_to(page, "Draw")
    expect_guess(page, 7)
    draw(page, [[(0.3, 0.55), (0.75, 0.55)]])
    expect_guess(page, 7)


def test_a_finger_draws_and_the_page_stays_where_it_is(open_tab: OpenTab) -> None:
    tab = open_tab("draw", width=390, height=700)
    touch = tab.context.new_cdp_session(tab)
    touch.send("Emulation.setTouchEmulationEnabled", {"enabled": True})
    expect(find_canvas(tab)).to_be_visible()
    expect_empty(tab)
    box = find_canvas(tab).bounding_box()
    assert box is not None
    points = [(box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in _steps(TWO)]
    for number, (x, y) in enumerate(points):
        kind = "touchMove" if number else "touchStart"
        touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [{"x": x, "y": y}]})
    touch.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})

    expect_guess(tab, 2)
    moved = tab.evaluate("() => document.querySelector('[data-testid=stMain]').scrollTop + window.scrollY")
    assert moved == 0


@pytest.mark.slow
@pytest.mark.parametrize("width", [390, 1280])
def test_a_number_is_cut_and_read_on_a_phone_and_on_a_wide_screen(open_tab: OpenTab, width: int) -> None:
    tab = open_tab("draw", width=width, height=900)
    tab.get_by_role("radio", name="A number").click()
    expect(tab.get_by_text("such as 2026")).to_be_visible()
    settle(tab)
    box = find_canvas(tab).bounding_box()
    assert box is not None
    assert box["x"] + box["width"] <= width
    assert box["width"] / box["height"] == pytest.approx(640 / 280, abs=0.02)
    for strokes, left in ((FOUR, 0.0), (SEVEN, 0.3), (ZERO, 0.6)):
        draw(tab, [[(left + 0.4 * x, y) for x, y in line] for line in strokes])
        settle(tab)
    expect(tab.get_by_role("status", name="number: 470")).to_be_visible()

    tab.get_by_role("button", name="Undo").click()
    expect(tab.get_by_role("status", name="number: 47", exact=True)).to_be_visible()


def _steps(line: Line, n: int = 8) -> list[tuple[float, float]]:
    """Divide each piece of a line, as a finger is seen at many places."""
    return [
        (x0 + (x1 - x0) * step / n, y0 + (y1 - y0) * step / n)
        for (x0, y0), (x1, y1) in itertools.pairwise(line)
        for step in range(n + 1)
    ]


@pytest.mark.slow
def test_a_tapped_digit_is_kept_and_learned_from_and_the_copy_can_be_kept(page: Page) -> None:
    draw(page, SEVEN)
    expect_guess(page, 7)
    settle(page)
    page.get_by_role("radio", name="1", exact=True).or_(
        page.get_by_role("button", name="1", exact=True)
    ).click()
    page.get_by_role("button", name="Yes, a 1").click()
    expect(page.get_by_text("Kept as a 1, read as 7.")).to_be_visible()
    expect(page.get_by_role("heading", name="Your writing")).to_be_visible()
    expect(page.get_by_text("1: a 1, read as 7")).to_be_visible()
    settle(page)

    page.get_by_role("button", name="Learn from my writing").click()
    keep = page.get_by_role("button", name="Keep it")
    expect(keep).to_be_visible(timeout=SEARCH_MS)
    expect(page.get_by_text("it was trained on them")).to_be_visible()
    settle(page)
    keep.click()
    expect(keep).to_have_count(0)
    expect(page.get_by_role("combobox", name="Model")).to_have_value(re.compile("^my-writing: "))


@pytest.mark.slow
def test_drawings_become_a_data_set_with_who_drew_them(page: Page) -> None:
    for lines, digit in ((SEVEN, 7), (ZERO, 0)):
        if digit == 0:
            page.get_by_role("button", name="Clear").click()
        draw(page, lines)
        expect_guess(page, digit)
        settle(page)
        writer = page.get_by_label("Who draws")
        if digit == 7:
            writer.fill("Ada")
            writer.press("Enter")
            settle(page)
        expect(writer).to_have_value("Ada")
        name = str(digit)
        page.get_by_role("radio", name=name, exact=True).or_(
            page.get_by_role("button", name=name, exact=True)
        ).click()
        expect(page.get_by_text(f"Kept as a {digit}, read as {digit}.")).to_be_visible()
    expect(page.get_by_text(", by Ada").first).to_be_visible()

    page.get_by_role("link", name="Make a data set of them").click()
    page.get_by_role("button", name="Open your drawings").click()

    expect(page.get_by_role("heading", name="drawings.json")).to_be_visible()
    expect(page.get_by_text("input_images").first).to_be_visible()
    settle(page)
