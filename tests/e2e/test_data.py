"""The Data page with files as people have them: turned, inverted, in structs, ambiguous, hostile."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import visitor
from mirrors import find_dead_address
from playwright.sync_api import expect
from scipy.io import loadmat, savemat

from mnist_core.data.sample import SAMPLE_PATH

_N_IMAGES = 600

LAB_SETTINGS = {f"{scheme}_proxy": find_dead_address() for scheme in ("http", "https")}
"""The server of these tests has no network."""

WriteMat = Callable[..., Path]


@pytest.fixture(scope="module")
def digits() -> tuple[np.ndarray, np.ndarray]:
    """The first images of the built-in sample, bytes, and their digits."""
    arrays = loadmat(SAMPLE_PATH)
    images = arrays["input_images"][:_N_IMAGES].reshape(-1, 28, 28)
    return images, arrays["output_labels"][:_N_IMAGES].ravel()


@pytest.fixture
def write_mat(tmp_path: Path) -> WriteMat:
    def write(name: str, **variables: object) -> Path:
        savemat(tmp_path / name, variables, do_compression=True)
        return tmp_path / name

    return write


def _columns(images: np.ndarray) -> np.ndarray:
    return images.swapaxes(1, 2).reshape(len(images), -1)


@pytest.mark.slow
def test_a_struct_file_opens_upright_with_its_own_test_part(tab, write_mat, digits):
    images, labels = digits
    parts = {
        "train": {"images": _columns(images[:500]), "labels": labels[:500]},
        "test": {"images": _columns(images[500:]), "labels": labels[500:]},
    }
    visitor.go_to(tab, "Data")
    visitor.upload(tab, write_mat("struct.mat", dataset=parts))

    expect(tab.get_by_text("As the file has them")).to_be_visible()
    expect(tab.get_by_text("the file's own test part (100) is held out")).to_be_visible()


def test_a_file_with_two_kinds_of_label_asks_which(tab, write_mat, digits):
    images, labels = digits
    path = write_mat("both.mat", X=255 - images.reshape(-1, 784), first=labels, second=labels[::-1].copy())
    visitor.go_to(tab, "Data")
    visitor.choose_file(tab, path)
    expect(tab.get_by_text("first and second may each hold the labels.").first).to_be_visible()

    tab.get_by_role("combobox", name="Labels").click()
    tab.get_by_role("option", name="first").click()
    tab.get_by_role("button", name="Use this reading").click()

    expect(tab.get_by_role("heading", name="both.mat", exact=True)).to_be_visible()
    expect(tab.get_by_text("the images were inverted")).to_be_visible()


def test_what_was_understood_can_be_taken_along_as_a_clean_file(tab, write_mat, digits, tmp_path):
    images, labels = digits
    visitor.go_to(tab, "Data")
    visitor.upload(tab, write_mat("turned.mat", X=_columns(images), y=np.where(labels == 0, 10, labels)))
    with tab.expect_download() as download:
        tab.get_by_role("button", name="In the paper's layout").click()
    download.value.save_as(tmp_path / "clean.mat")

    clean = loadmat(tmp_path / "clean.mat")
    np.testing.assert_array_equal(np.round(255 * clean["input_images"]), images.reshape(-1, 784))
    np.testing.assert_array_equal(clean["output_labels"].ravel(), labels)


def test_a_hostile_file_is_refused_in_a_sentence_and_the_open_data_stay(tab, write_mat, digits):
    images, labels = digits
    path = write_mat("whole.mat", X=images.reshape(-1, 784), y=labels)
    visitor.go_to(tab, "Data")
    visitor.upload(tab, path)
    hostile = path.with_name("hostile.mat")
    hostile.write_bytes(path.read_bytes()[:30_000])
    visitor.choose_file(tab, hostile)

    expect(tab.get_by_text("cut short")).to_be_visible()
    expect(tab.get_by_role("heading", name="whole.mat", exact=True)).to_be_visible()


@pytest.mark.slow
def test_a_public_set_that_cannot_be_fetched_is_told_and_another_can_be_chosen(tab):
    visitor.go_to(tab, "Data")
    ways, folded = (
        tab.get_by_role("combobox", name="Public data set"),
        tab.get_by_text("Open another data set"),
    )
    expect(ways.or_(folded).first).to_be_visible()
    if not ways.is_visible():  # another test has opened a data set
        folded.click()
    ways.click()
    tab.get_by_role("option", name="EMNIST letters").click()
    expect(tab.get_by_text("562 MB, checked by hash")).to_be_visible()

    tab.get_by_role("button", name="Fetch EMNIST letters").click()

    expect(tab.get_by_role("alert").get_by_text("none of 2 public mirrors could be reached")).to_be_visible()
    expect(tab.get_by_role("button", name="Fetch EMNIST letters")).to_be_enabled()
    visitor.settle(tab)
