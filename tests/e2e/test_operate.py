"""A network operated on in the browser: units switched, taken back, and the result saved."""

import re

import pytest
from playwright.sync_api import Page, expect
from visitor import SEVEN, choose_model, draw_stroke, go_to, settle, switch_unit


def read_accuracy(tab: Page) -> float:
    shown = tab.get_by_test_id("stMetric").filter(has_text="Accuracy after")
    found = re.search(r"(\d+\.\d+)%", shown.inner_text())
    assert found is not None
    return float(found[1])


@pytest.mark.slow
def test_units_are_switched_off_accuracy_moves_and_the_result_is_saved(tab: Page) -> None:
    go_to(tab, "Operate")
    choose_model(tab, "paper")
    before = read_accuracy(tab)
    tab.get_by_role("radio", name=re.compile("^Hidden 2")).click()
    expect(tab.get_by_role("button", name="unit 23 of hidden 2", exact=True)).to_be_visible()
    settle(tab)

    for unit in range(8):
        switch_unit(tab, unit, "hidden 2")

    assert read_accuracy(tab) < before
    expect(tab.get_by_text("Switch off unit 7 of hidden 2")).to_be_visible()
    _move_by_keys_without_a_click(tab)
    tab.reload()
    expect(tab.get_by_text("Switch off unit 7 of hidden 2")).to_be_visible()
    _save(tab, "paper-16")
    _reset(tab)
    assert read_accuracy(tab) == before


@pytest.mark.slow
def test_the_drawn_digit_is_the_one_that_is_read(tab: Page) -> None:
    go_to(tab, "Draw")
    draw_stroke(tab, SEVEN)
    tab.get_by_role("status", name="guess: 7").wait_for()

    go_to(tab, "Operate")

    expect(tab.get_by_role("radio", name="The digit you drew")).to_be_checked()


def _move_by_keys_without_a_click(tab: Page) -> None:
    tab.get_by_role("button", name="unit 7 of hidden 2", exact=True).focus()
    tab.keyboard.press("ArrowRight")
    neighbour = tab.get_by_role("button", name="unit 8 of hidden 2", exact=True)
    expect(neighbour).to_be_focused()
    tab.keyboard.press("Enter")
    expect(neighbour).to_have_attribute("aria-pressed", "false")
    settle(tab)
    tab.keyboard.press("Enter")
    expect(neighbour).to_have_attribute("aria-pressed", "true")
    settle(tab)


def _save(tab: Page, name: str) -> None:
    field = tab.get_by_label("Save as a new model")
    field.fill(name)
    field.press("Enter")
    settle(tab)
    tab.get_by_role("button", name="Save", exact=True).click()
    expect(tab.get_by_text(f"Saved as {name}: 96-16 Tanh")).to_be_visible()


def _reset(tab: Page) -> None:
    tab.get_by_role("button", name="Reset", exact=True).click()
    expect(tab.get_by_text("Nothing was done yet.")).to_be_visible()
    settle(tab)
