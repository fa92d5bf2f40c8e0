"""Drawing as it is answered: at once, and by keys."""

import itertools
import re
from collections.abc import Sequence

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Locator, Page, expect
from visitor import SEVEN, OpenTab, choose_model, draw_stroke, go_to, press_pen, settle

from mnist_ui.components.assets import find_module

# Of the canvas: on the first stroke, on the second, where the scroll may put that by mistake, and beside.
PLACES = ((160, 64), (96, 224), (96, 120), (96, 310), (240, 224))
# A tenth of 255: the canvas moves the ends of a stroke by a thousandth of its width when the pen is lifted,
# which moves the edge of the ink by a tenth of a pixel where it stood on the brink.
FINE_PIXEL = 26


@pytest.fixture
def page(tab: Page) -> Page:
    go_to(tab, "Draw")
    expect(tab.locator("canvas.upper-canvas")).to_be_visible()
    settle(tab)
    return tab


def expect_guess(tab: Page, guess: int | str) -> None:
    expect(tab.get_by_role("status", name=f"guess: {guess}")).to_be_visible()


def canvas(tab: Page) -> Locator:
    return tab.get_by_role("application", name="Paper: draw a digit")


def expect_empty(tab: Page) -> None:
    expect(tab.get_by_text("Draw a digit from 0 to 9")).to_be_visible()
    expect(tab.get_by_role("button", name="Clear")).to_be_disabled()
    settle(tab)


def test_control_z_takes_a_stroke_back_and_delete_clears(page: Page) -> None:
    draw_stroke(page, SEVEN)
    expect_guess(page, 7)
    draw_stroke(page, [(0.1, 0.95), (0.9, 0.95)])
    expect(page.get_by_role("status", name="guess: 7")).to_have_count(0)
    settle(page)
    page.keyboard.press("Control+z")
    expect_guess(page, 7)
    settle(page)
    page.keyboard.press("Delete")
    expect_empty(page)


def test_the_canvas_has_a_name_and_is_cleared_by_escape_only_where_it_has_the_focus(page: Page) -> None:
    draw_stroke(page, SEVEN)
    expect_guess(page, 7)
    settle(page)
    expect(canvas(page)).to_be_focused()
    page.evaluate("""() => {
        const field = document.createElement("input")
        field.id = "elsewhere"
        document.body.append(field)
    }""")
    page.locator("#elsewhere").focus()
    for key in ("Escape", "Delete", "Control+z"):
        page.keyboard.press(key)
    settle(page)
    expect_guess(page, 7)
    canvas(page).focus()
    page.keyboard.press("Escape")
    expect_empty(page)


def test_a_stylus_draws(page: Page) -> None:
    devices = page.context.new_cdp_session(page)
    box = canvas(page).bounding_box()
    assert box is not None
    places = [(box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in divide(SEVEN)]
    page.evaluate("addEventListener('pointerdown', (event) => { window.seenPointer = event.pointerType })")
    kinds = ["mousePressed", *["mouseMoved"] * (len(places) - 1), "mouseReleased"]
    for kind, (x, y) in zip(kinds, [*places, places[-1]], strict=True):
        stylus = {"x": x, "y": y, "button": "left", "buttons": 1, "clickCount": 1, "pointerType": "pen"}
        devices.send("Input.dispatchMouseEvent", {"type": kind, **stylus})
    expect_guess(page, 7)
    assert page.evaluate("window.seenPointer") == "pen"


def divide(line: Sequence[tuple[float, float]], n: int = 8) -> list[tuple[float, float]]:
    """Divide each piece of a line, as a pen is seen at many places."""
    return [
        (x0 + (x1 - x0) * step / n, y0 + (y1 - y0) * step / n)
        for (x0, y0), (x1, y1) in itertools.pairwise(line)
        for step in range(n + 1)
    ]


@pytest.mark.slow
def test_ink_lies_where_the_pen_was_on_a_page_that_is_scrolled(open_tab: OpenTab) -> None:
    tab = open_tab("draw", height=420)
    expect(canvas(tab)).to_be_visible()
    settle(tab)
    draw_stroke(tab, [(0.2, 0.2), (0.8, 0.2)])
    expect(tab.get_by_role("button", name="Clear")).to_be_enabled()
    settle(tab)
    tab.get_by_test_id("stMain").evaluate("main => main.scrollBy(0, 60)")
    draw_stroke(tab, [(0.3, 0.5), (0.3, 0.9)])
    expect(tab.get_by_role("status", name=re.compile("^guess"))).to_be_visible()
    settle(tab)
    assert tab.get_by_test_id("stMain").evaluate("main => main.scrollTop") >= 60
    read = """(paper, [x, y]) => paper.getContext("2d").getImageData(x, y, 1, 1).data[3]"""
    ink = {place: tab.locator("canvas.dc-canvas.lower-canvas").evaluate(read, place) for place in PLACES}
    assert [place for place, alpha in ink.items() if alpha] == [(160, 64), (96, 224)]


def live_answer(tab: Page, state: str, strokes: int | None = None) -> Locator:
    number = "" if strokes is None else f'[data-strokes="{strokes}"]'
    return tab.locator(f'section.answer[data-state="{state}"]{number}')


def read_picture(tab: Page) -> list[int]:
    """Read the red of each pixel of what the network sees."""
    tab.evaluate("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
    read = "paper => Array.from(paper.getContext('2d').getImageData(0, 0, 28, 28).data)"
    channels: list[int] = tab.get_by_role("img", name="the image that the network sees").evaluate(read)
    return channels[::4]


def differ_most(first: Sequence[float], second: Sequence[float]) -> float:
    return max(abs(a - b) for a, b in zip(first, second, strict=True))


def test_the_answer_moves_while_the_pen_is_down_and_is_what_python_then_says(page: Page) -> None:
    press_pen(canvas(page), SEVEN)
    live = live_answer(page, "live")
    expect(live.locator(".digit")).to_have_text("7")
    expect(live.get_by_text("so far")).to_be_visible()
    expect(page.get_by_role("status", name=re.compile("^guess"))).to_have_count(0)
    expect(page.locator(".st-key-draw-stale-hint")).to_have_css("opacity", "0")
    seen = read_picture(page)
    page.mouse.up()
    settled = live_answer(page, "settled", strokes=1)
    expect(settled.locator(".digit")).to_have_text("7")
    expect(settled.locator(".said")).to_have_text(re.compile(r"^Guess: 7\. [\d.]+% sure$"))
    expect_guess(page, 7)
    assert differ_most(seen, read_picture(page)) <= FINE_PIXEL


def test_a_second_stroke_is_read_with_the_first_and_undo_takes_it_out_again(page: Page) -> None:
    draw_stroke(page, SEVEN)
    expect(live_answer(page, "settled", strokes=1)).to_be_visible()
    first = read_picture(page)
    press_pen(canvas(page), [(0.2, 0.9), (0.8, 0.9)])
    expect(live_answer(page, "live")).to_be_visible()
    expect(page.locator(".st-key-draw-stale-evidence")).to_have_css("opacity", "0")
    both = read_picture(page)
    page.mouse.up()
    expect(live_answer(page, "settled", strokes=2)).to_be_visible()
    assert differ_most(both, read_picture(page)) <= FINE_PIXEL
    settle(page)
    page.keyboard.press("Control+z")
    expect(live_answer(page, "settled", strokes=1)).to_be_visible()
    assert read_picture(page) == first
    settle(page)
    page.keyboard.press("Escape")
    expect_empty(page)
    expect(live_answer(page, "empty", strokes=0)).to_have_count(1)


def test_a_network_that_the_browser_does_not_have_answers_when_the_pen_is_lifted(page: Page) -> None:
    page.evaluate("async (url) => (await import(url)).shelf.clear()", find_module("kept/shelf.js"))
    press_pen(canvas(page), SEVEN)
    expect(live_answer(page, "empty")).to_have_count(1)
    expect(page.get_by_text("Draw a digit from 0 to 9")).to_be_visible()
    page.mouse.up()
    expect(live_answer(page, "settled", strokes=1).locator(".digit")).to_have_text("7")


def test_a_finger_is_read_along_on_a_phone(open_tab: OpenTab) -> None:
    tab = open_tab("draw", width=390, height=800)
    finger = tab.context.new_cdp_session(tab)
    finger.send("Emulation.setTouchEmulationEnabled", {"enabled": True})
    box = canvas(tab).bounding_box()
    settle(tab)
    assert box is not None
    for number, (x, y) in enumerate(divide(SEVEN)):
        place = {"x": box["x"] + x * box["width"], "y": box["y"] + y * box["height"]}
        kind = "touchMove" if number else "touchStart"
        finger.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [place]})
    expect(live_answer(tab, "live").locator(".digit")).to_have_text("7")
    finger.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    expect(live_answer(tab, "settled", strokes=1).locator(".digit")).to_have_text("7")


def test_canvas_and_answer_have_names_roles_and_contrast(page: Page) -> None:
    draw_stroke(page, SEVEN)
    expect(live_answer(page, "settled", strokes=1)).to_be_visible()
    settle(page)
    for place in (".st-key-lab-canvas", ".st-key-draw-live-answer"):
        found = Axe().run(page, context=place)
        assert found.violations_count == 0, found.generate_report()
    expect(page.get_by_role("region", name="What the network makes of it")).to_be_visible()
    expect(page.get_by_role("list", name="Probability of each digit")).to_be_visible()


def test_a_drawing_is_read_on_after_another_page_and_by_another_model(page: Page) -> None:
    draw_stroke(page, SEVEN)
    expect(live_answer(page, "settled", strokes=1)).to_be_visible()
    go_to(page, "Home")
    go_to(page, "Draw")
    expect(live_answer(page, "settled", strokes=1)).to_be_visible()
    settle(page)
    choose_model(page, "paper")
    press_pen(canvas(page), [(0.35, 0.55), (0.75, 0.55)])
    expect(live_answer(page, "live")).to_be_visible()
    both, live = read_picture(page), read_shares(page)
    page.mouse.up()
    expect(live_answer(page, "settled", strokes=2)).to_be_visible()
    assert differ_most(both, read_picture(page)) <= FINE_PIXEL
    assert differ_most(live, read_shares(page)) < 0.05
    kept = page.evaluate("async (url) => (await import(url)).shelf.size", find_module("kept/shelf.js"))
    assert kept == 2


def read_shares(tab: Page) -> list[float]:
    """Read how long the bars of the probabilities are, as shares of 1."""
    read = "bars => bars.map((bar) => Number(bar.style.getPropertyValue('--share')))"
    shares: list[float] = tab.locator("section.answer .bars i").evaluate_all(read)
    return shares
