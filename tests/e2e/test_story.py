"""A stranger's way from a file to a drawing, from an empty state."""

import re
from pathlib import Path

import pytest
import visitor
from playwright.sync_api import Page, expect
from scipy.io import loadmat, savemat

from mnist_core.data.sample import SAMPLE_PATH

_N_IMAGES = 1_500
_EPOCHS = 25  # no early stopping before: long enough for a reload in mid-run


@pytest.fixture
def mat_path(tmp_path: Path) -> Path:
    """Make a small real file: the first images of the built-in sample."""
    arrays = loadmat(SAMPLE_PATH)
    path = tmp_path / "few_digits.mat"
    few = {name: arrays[name][:_N_IMAGES] for name in ("input_images", "output_labels")}
    savemat(path, few, do_compression=True)
    return path


@pytest.mark.slow
@pytest.mark.timeout(900)  # a search in its midst, maybe on a busy machine
def test_a_stranger_goes_from_a_file_to_a_drawing(tab: Page, mat_path: Path) -> None:
    _open_the_file(tab, mat_path)
    _search_and_reload_in_mid_run(tab)
    _look_at_a_confusion_cell(tab)
    _open_a_unit_of_each_layer(tab)
    _draw_two_digits(tab)


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_a_search_by_the_usual_engine_ends_with_its_winner(tab: Page, mat_path: Path) -> None:
    _open_the_file(tab, mat_path)
    visitor.go_to(tab, "Search")
    tab.get_by_role("tab", name="New search").click()
    visitor.plan_small_search(tab, epochs=_EPOCHS)
    visitor.start_search(tab)

    visitor.wait_for_winner(tab)


def _open_the_file(tab: Page, mat_path: Path) -> None:
    visitor.go_to(tab, "Data")
    visitor.upload(tab, mat_path)

    expect(tab.get_by_text("input_images").last).to_be_visible()
    expect(tab.get_by_test_id("stMetricValue").filter(has_text="1,500")).to_be_visible()


def _search_and_reload_in_mid_run(tab: Page) -> None:
    visitor.go_to(tab, "Search")
    visitor.plan_small_search(tab, epochs=_EPOCHS)
    visitor.choose_engine(tab, "scikit-learn")  # slow enough to be met in mid-run
    visitor.start_search(tab)

    tab.reload()
    expect(visitor.cancel_button(tab)).to_be_visible()
    expect(tab.get_by_text(re.compile(r"of 8 fits"))).to_be_visible()
    visitor.wait_for_winner(tab)


def _look_at_a_confusion_cell(tab: Page) -> None:
    tab.get_by_test_id("stMain").get_by_role("link", name="Results").click()
    expect(tab.get_by_role("heading", level=1, name="Results")).to_be_visible()
    tab.get_by_role("button", name=re.compile("^true 7, read as 7")).click()

    expect(tab.get_by_text(re.compile("of a 7 were read as 7"))).to_be_visible()
    expect(tab.get_by_role("group", name="images of a 7 read as 7")).to_be_visible()


def _open_a_unit_of_each_layer(tab: Page) -> None:
    visitor.go_to(tab, "Fields")
    for layer, unit in (("Hidden 1", "unit 5"), ("Hidden 2", "unit 3"), ("Output", "digit 7")):
        tab.get_by_role("radio", name=re.compile(f"^{layer}")).click()
        tab.get_by_role("button", name=f"{unit} of {layer.lower()}", exact=True).click()

        expect(tab.get_by_role("heading", name=f"{unit} of {layer}")).to_be_visible()
        visitor.settle(tab)
    expect(tab).to_have_url(re.compile("layer=output.*unit=7|unit=7.*layer=output"))


def _draw_two_digits(tab: Page) -> None:
    visitor.go_to(tab, "Draw")
    visitor.choose_model(tab, "paper")
    visitor.draw_stroke(tab, visitor.SEVEN)
    expect(tab.get_by_role("status", name="guess: 7")).to_be_visible()

    tab.get_by_role("button", name="Clear").click()
    expect(tab.get_by_text("Draw a digit from 0 to 9")).to_be_visible()
    visitor.draw_stroke(tab, visitor.ZERO)
    expect(tab.get_by_role("status", name="guess: 0")).to_be_visible()
