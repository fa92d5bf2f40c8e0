"""A search that draws its candidates from ranges, from the form to its winner."""

import re

import pytest
import visitor
from playwright.sync_api import Page, expect


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.parametrize("strategy", ["Random", "Bayesian"])
def test_candidates_are_drawn_from_a_logarithmic_range_and_the_winner_lies_in_it(
    tab: Page, strategy: str
) -> None:
    visitor.go_to(tab, "Data")
    visitor.open_sample(tab)
    visitor.go_to(tab, "Search")
    _plan(tab, strategy)
    visitor.start_search(tab)
    visitor.wait_for_winner(tab)
    winner = tab.get_by_role("heading", name=re.compile("^Winner")).inner_text()
    (rate,) = re.findall(r"lr (0\.\d+)", winner)
    assert 0.001 <= float(rate) <= 0.1
    expect(tab.get_by_text(re.compile("6 candidates . 2 folds"))).to_be_visible()
    tab.get_by_role("button", name="Change its plan").click()
    expect(tab.get_by_label("Learning rates", exact=True)).to_have_value("0.001 to 0.1 log")


def _plan(tab: Page, strategy: str) -> None:
    visitor.fill(tab, "Learning rates", "0.001 to 0.1 log")
    expect(tab.get_by_text("lr has a range, from which the strategies random and bayes draw")).to_be_visible()
    tab.get_by_role("combobox", name="Strategy").click()
    tab.get_by_role("option", name=strategy).click()
    visitor.settle(tab)
    visitor.fill(tab, "Units of hidden 1", "16 to 32 by 8")
    visitor.fill(tab, "Units of hidden 2", "12")
    visitor.fill(tab, "Candidates", "6")
    visitor.fill(tab, "Folds", "2")
    visitor.fill(tab, "Epochs at most", "4")
    expect(tab.get_by_text(re.compile("12 fits: 6 candidates drawn . 2 folds"))).to_be_visible()
