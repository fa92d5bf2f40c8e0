"""A round of the game, played with a mouse and with a finger."""

import json
import re
from collections.abc import Sequence
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from pen_digits import PEN_DIGITS, Line
from playwright.sync_api import Locator, Page, expect
from visitor import OpenTab, draw_stroke, go_to, settle

_LAID_MS = 400  # in which the browser lays the empty paper, which nothing on the page tells
_IN_ONE_LINE = {  # read before its second line is drawn, a digit of two is over
    **PEN_DIGITS,
    4: [[(0.62, 0.88), (0.62, 0.14), (0.25, 0.6), (0.8, 0.6)]],
    5: [[(0.72, 0.18), *PEN_DIGITS[5][0]]],
}
_ASKED = re.compile(r"^Draw an? (\d)$")


def find_asked(tab: Page) -> Locator:
    return tab.get_by_role("heading", level=2, name=_ASKED)


def start(tab: Page) -> None:
    tab.get_by_role("button", name="Start a round").click()
    expect(find_asked(tab)).to_be_visible()
    expect(tab.locator("canvas.upper-canvas")).to_be_visible()
    settle(tab)
    tab.wait_for_timeout(_LAID_MS)


def read_asked(tab: Page) -> int:
    found = _ASKED.match(find_asked(tab).inner_text())
    assert found is not None
    return int(found[1])


def draw(tab: Page, lines: Sequence[Line]) -> None:
    for line in lines:
        draw_stroke(tab, line, steps=2)


def await_next(tab: Page, n_played: int) -> None:
    """Wait until so many digits were played and the next one is asked on an empty paper."""
    expect(tab.get_by_text(f"{n_played} of 10 digits")).to_be_visible()
    expect(find_asked(tab)).to_be_visible()
    expect(tab.get_by_role("button", name="Clear")).to_be_disabled()
    settle(tab)
    tab.wait_for_timeout(_LAID_MS)


def draw_another(tab: Page, digit: int) -> int:
    """Draw another digit than was asked; return it."""
    other = 0 if digit != 0 else 3
    draw(tab, PEN_DIGITS[other])
    expect(tab.get_by_role("status").filter(has_text=f"It reads a {other}.")).to_be_visible()
    return other


def press_next(tab: Page) -> None:
    tab.get_by_role("button", name="Next").click()


@pytest.mark.slow
def test_a_round_is_played_and_what_fooled_the_network_is_kept(tab: Page) -> None:
    go_to(tab, "Game")
    start(tab)
    missed = read_asked(tab)
    read = draw_another(tab, missed)
    press_next(tab)
    await_next(tab, 1)
    press_next(tab)
    await_next(tab, 2)
    for n_played in range(3, 10):
        draw(tab, _IN_ONE_LINE[read_asked(tab)])
        await_next(tab, n_played)
    draw(tab, _IN_ONE_LINE[read_asked(tab)])

    expect(tab.get_by_role("heading", name=re.compile(r"^\d+ points$"))).to_be_visible()
    expect(tab.get_by_text("8 of 10")).to_be_visible()
    tab.get_by_text(re.compile(f"^This is an? {missed}; it read a {read}.$")).click()
    tab.get_by_role("button", name="Keep what fooled it").click()
    kept = f"1: asked {missed}, read as {read}, by robust"
    expect(tab.get_by_text(kept)).to_be_visible()
    tab.get_by_role("textbox", name="Name or nickname").fill("Ada")
    tab.get_by_role("button", name="Put it on the board").click()
    expect(tab.get_by_role("table").get_by_text("Ada")).to_be_visible()
    assert download_labels(tab) == [missed]
    tab.reload()
    expect(tab.get_by_text(kept)).to_be_visible()
    expect(tab.get_by_role("table").get_by_text("Ada")).to_be_visible()


def download_labels(tab: Page) -> list[int]:
    with tab.expect_download() as download:
        tab.get_by_role("button", name="Export").click()
    return [one["label"] for one in json.loads(Path(download.value.path()).read_text(encoding="utf-8"))]


@pytest.mark.slow
def test_a_digit_of_two_strokes_is_not_judged_before_its_second(open_tab: OpenTab) -> None:
    tab = open_tab("game")
    start(tab)
    n_played = 0
    while read_asked(tab) != 4:
        press_next(tab)
        n_played += 1
        await_next(tab, n_played)
    draw(tab, PEN_DIGITS[4][:1])
    expect(tab.get_by_role("status").filter(has_text="Not sure yet: a 4")).to_be_visible()
    assert read_asked(tab) == 4
    draw(tab, PEN_DIGITS[4][1:])
    # Below its picture, which stays: where the 4 is the last digit the round is over at once.
    expect(tab.get_by_text(re.compile("^4: read 4, "))).to_be_visible()


@pytest.mark.slow
def test_a_phone_shows_question_paper_and_next_at_once_and_axe_finds_nothing_in_them(
    open_tab: OpenTab,
) -> None:
    tab = open_tab("game", width=390, height=844, scheme="dark")
    start(tab)
    assert tab.evaluate("document.documentElement.scrollWidth <= innerWidth")
    for shown in (find_asked(tab), tab.get_by_role("button", name="Next")):
        expect(shown).to_be_in_viewport(ratio=1)
    for place in (".st-key-lab-canvas", ".st-key-game-face"):
        found = Axe().run(tab, context=place)
        assert found.violations_count == 0, found.generate_report()
    tab.get_by_role("button", name="Next").focus()
    tab.keyboard.press("Enter")
    expect(tab.get_by_role("status").filter(has_text="Nothing was drawn.")).to_be_visible()
    await_next(tab, 1)
