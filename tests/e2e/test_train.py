"""One network trained in the browser: started, paused, stepped, changed, watched again, branched."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect
from visitor import fill, go_to, settle

_EPOCH = re.compile(r"^Epoch (\d+) of (\d+)")
_START_MS = 120_000  # the first training of a machine compiles its passes


@pytest.mark.slow
def test_a_network_is_watched_as_it_trains(tab: Page) -> None:
    go_to(tab, "Train")
    tab.get_by_role("button", name="Use the built-in sample").click()
    fill(tab, "Units of hidden 1", "24")
    fill(tab, "Rest at epoch", "100000")
    tab.get_by_role("button", name="Start the training").click()
    expect(said(tab)).to_be_visible(timeout=_START_MS)

    tab.get_by_role("button", name="Pause", exact=True).click()
    expect(button(tab, "Go on")).to_be_visible()
    _step_with_another_rate(tab)
    _scrub(tab)
    _play(tab)
    _save(tab)
    tab.reload()
    expect(said(tab)).to_be_visible()
    settle(tab)
    _take_the_film(tab)
    go_to(tab, "Home")
    go_to(tab, "Train")
    expect(said(tab)).to_be_visible()
    _branch(tab)


def said(tab: Page) -> Locator:
    return tab.get_by_text(_EPOCH)


def button(tab: Page, name: str) -> Locator:
    return tab.get_by_role("button", name=name, exact=True)


def read_epochs(tab: Page) -> tuple[int, int]:
    """Read the epoch that is shown and the last one."""
    found = _EPOCH.match(said(tab).inner_text())
    assert found is not None
    return int(found[1]), int(found[2])


def _step_with_another_rate(tab: Page) -> None:
    expect(said(tab)).to_contain_text("learning rate 0.001")
    settle(tab)
    _, last = read_epochs(tab)
    fill(tab, "Learning rate", "0.01")
    button(tab, "Step one epoch").click()
    expect(said(tab)).to_contain_text(f"Epoch {last + 1} of {last + 1}")
    expect(said(tab)).to_contain_text("learning rate 0.01")
    expect(button(tab, "Go on")).to_be_visible()


def _scrub(tab: Page) -> None:
    """Go back in the film, with keys, and see pictures and confusion change."""
    _, last = read_epochs(tab)
    pictures, confusion = (
        tab.get_by_role("img", name=re.compile("pictures")),
        tab.get_by_role("img", name=re.compile("^Confusion")),
    )
    expect(confusion).to_have_accessible_name(re.compile(f"after epoch {last}:"))
    after = pictures.locator("canvas").first.evaluate("canvas => canvas.toDataURL()")
    slider = tab.get_by_role("slider", name="Epoch", exact=True)
    slider.press("Home")
    expect(tab.get_by_text("Epoch 0, before it learns")).to_be_visible()
    expect(confusion).to_have_accessible_name(re.compile("after epoch 0:"))
    assert pictures.locator("canvas").first.evaluate("canvas => canvas.toDataURL()") != after
    slider.press(".")
    expect(said(tab)).to_contain_text(f"Epoch 1 of {last}")
    expect(button(tab, "Go back to epoch 1 and branch")).to_be_visible()
    tab.locator(".curve svg").first.click(position={"x": 1, "y": 20})
    expect(button(tab, "Go back to epoch 0 and branch")).to_be_visible()


def _play(tab: Page) -> None:
    tab.get_by_label("Epochs of the film").select_option("16 a second")
    button(tab, "Play the film").click()
    _, last = read_epochs(tab)
    expect(said(tab)).to_contain_text(f"Epoch {last} of {last}")
    expect(button(tab, "Play the film")).to_be_visible()


def _save(tab: Page) -> None:
    button(tab, "Save as a model").click()
    name = tab.get_by_label("Name of the model")
    name.fill("watched")
    name.press("Enter")
    settle(tab)
    tab.get_by_role("button", name=re.compile("^Save epoch")).click()
    expect(tab.get_by_text(re.compile(r"is saved as watched and reads \d"))).to_be_visible(timeout=_START_MS)
    expect(tab.get_by_test_id("stMain").get_by_role("link", name="Fields")).to_be_visible()


def _take_the_film(tab: Page) -> None:
    with tab.expect_download() as download:
        button(tab, "Film as GIF").click()
    assert download.value.path().read_bytes().startswith(b"GIF89a")


def _branch(tab: Page) -> None:
    tab.get_by_role("slider", name="Epoch", exact=True).press("Home")
    button(tab, "Go back to epoch 0 and branch").click()
    expect(tab.get_by_text(re.compile("from epoch 0")).first).to_be_visible()
    settle(tab)
    button(tab, "Step one epoch").click()
    expect(said(tab)).to_contain_text("Epoch 1 of 1")
