"""A race in the browser: whom it drops and why, and one that is finished by a click once the race is done."""

import re

import pytest
import visitor
from playwright.sync_api import Page, expect


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_a_race_says_whom_it_dropped_and_finishes_one_in_a_run_that_takes_over(tab: Page) -> None:
    visitor.go_to(tab, "Data")
    visitor.open_sample(tab)
    visitor.go_to(tab, "Search")
    _plan(tab)
    visitor.start_search(tab)
    visitor.wait_for_winner(tab)

    expect(tab.get_by_text(re.compile(r"\d+ fits, \d+ dropped"))).to_be_visible()
    tab.get_by_role("tab", name="Ranking").click()
    told = tab.get_by_text(re.compile("Dropped, not measured: [1-9] of 8"))
    expect(told).to_be_visible()
    n_dropped = int(re.findall(r"\d+", told.inner_text())[0])
    tab.get_by_role("button", name="Finish it").click()

    expect(tab.get_by_text(re.compile(r"finished\)"))).to_be_visible()
    visitor.wait_for_winner(tab)
    tab.get_by_role("tab", name="Ranking").click()
    left = f"Dropped, not measured: {n_dropped - 1} of 8" if n_dropped > 1 else "Ranking"
    expect(tab.get_by_text(left).first).to_be_visible()


def _plan(tab: Page) -> None:
    visitor.fill(tab, "Learning rates", "3, 0.01")
    visitor.fill(tab, "Units of hidden 1", "24, 48")
    visitor.fill(tab, "Units of hidden 2", "12")
    tab.get_by_role("button", name="Sigmoid").click()
    visitor.settle(tab)
    visitor.fill(tab, "Folds", "3")
    visitor.fill(tab, "Epochs at most", "12")
    tab.get_by_role("combobox", name="Strategy").click()
    tab.get_by_role("option", name="Race").click()
    expect(tab.get_by_text(re.compile("8 candidates"))).to_be_visible()
