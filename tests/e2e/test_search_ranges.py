"""Searches that draw their candidates from ranges, from the form to their winners."""

import re

import pytest
import visitor
from playwright.sync_api import Page, expect


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_candidates_are_drawn_from_a_logarithmic_range_at_random_and_then_by_bayes(tab: Page) -> None:
    visitor.go_to(tab, "Data")
    visitor.open_sample(tab)
    visitor.go_to(tab, "Search")
    _plan(tab)
    _choose_strategy(tab, "Random")
    visitor.start_search(tab)
    visitor.wait_for_winner(tab)
    assert 0.001 <= _read_rate(tab) <= 0.1
    tab.get_by_role("button", name="Change its plan").click()
    expect(tab.get_by_label("Learning rates", exact=True)).to_have_value("0.001 to 0.1 log")
    _choose_strategy(tab, "Bayesian")
    visitor.start_search(tab)
    visitor.wait_for_winner(tab)
    assert 0.001 <= _read_rate(tab) <= 0.1


def _plan(tab: Page) -> None:
    visitor.fill(tab, "Learning rates", "0.001 to 0.1 log")
    expect(tab.get_by_text("lr has a range, from which the strategies random and bayes draw")).to_be_visible()
    visitor.fill(tab, "Units of hidden 1", "16 to 32 by 8")
    visitor.fill(tab, "Units of hidden 2", "12")
    visitor.fill(tab, "Folds", "2")
    visitor.fill(tab, "Epochs at most", "4")


def _choose_strategy(tab: Page, name: str) -> None:
    tab.get_by_role("combobox", name="Strategy").click()
    tab.get_by_role("option", name=name).click()
    visitor.settle(tab)
    visitor.fill(tab, "Candidates", "6")
    expect(tab.get_by_text(re.compile("12 fits: 6 candidates drawn . 2 folds"))).to_be_visible()


def _read_rate(tab: Page) -> float:
    """Read the learning rate of the winner."""
    words = tab.get_by_role("heading", name=re.compile("^Winner")).inner_text()
    (rate,) = re.findall(r"lr (0\.\d+)", words)
    return float(rate)
