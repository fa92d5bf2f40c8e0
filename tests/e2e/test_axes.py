"""A search over layers, batches and optimisers, from the form to its winner, its pictures and a drawing."""

import re

import pytest
import visitor
from playwright.sync_api import Page, expect


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_a_network_of_three_layers_is_searched_looked_into_and_drawn_for(tab: Page) -> None:
    visitor.go_to(tab, "Data")
    visitor.open_sample(tab)
    visitor.go_to(tab, "Search")
    _plan(tab)
    visitor.start_search(tab)
    visitor.wait_for_winner(tab)
    tab.get_by_role("tab", name="Networks").click()
    expect(tab.get_by_text("batch size, momentum, optimizer").first).to_be_visible()

    visitor.go_to(tab, "Fields")
    tab.get_by_role("radio", name="Hidden 3 (12)").click()
    expect(tab.get_by_role("button", name="unit 3 of hidden 3", exact=True)).to_be_visible()
    visitor.go_to(tab, "Operate")
    expect(tab.get_by_role("radio", name=re.compile("^Hidden 3"))).to_be_visible()
    visitor.go_to(tab, "Draw")
    visitor.settle(tab)
    visitor.draw_stroke(tab, visitor.SEVEN)
    expect(tab.get_by_role("status").filter(has_text=re.compile("%")).first).to_be_visible()


def _plan(tab: Page) -> None:
    visitor.fill(tab, "Learning rates", "0.01")
    for name in ("Sigmoid", "ReLU"):
        tab.get_by_role("button", name=name).click()
        visitor.settle(tab)
    visitor.fill(tab, "Batch size", "64, 128")
    visitor.fill(tab, "Folds", "2")
    visitor.fill(tab, "Epochs at most", "5")
    tab.get_by_text("More axes").click()
    visitor.fill(tab, "Hidden layers", "24-16-12, 20-16-12")
    visitor.fill(tab, "Momentum", "0.9")
    tab.get_by_role("button", name="SGD").click()
    expect(tab.get_by_text(re.compile("16 fits: 8 candidates . 2 folds"))).to_be_visible()
