"""The Data page with tables, ZIPs and folders of pictures, several files at once, and labels to be named."""

import numpy as np
import pytest
import visitor
from digits import take_digits
from playwright.sync_api import Page, expect
from scipy.io import savemat
from zips import make_zip, name_pictures, write_files

pytestmark = pytest.mark.slow
IMAGES, LABELS = take_digits(300)
PIXELS = np.round(IMAGES * 255).astype(np.uint8).reshape(300, 784)


def _open_data_page(tab: Page) -> None:
    visitor.go_to(tab, "Data")
    ways, folded = tab.get_by_text("Upload files"), tab.get_by_text("Open another data set")
    expect(ways.or_(folded).first).to_be_visible()
    if not ways.is_visible():
        folded.click()


def test_labels_that_are_no_digits_are_asked_for_and_named(tab, tmp_path):
    labels = (LABELS[::-1] + np.arange(300)) % 3
    savemat(tmp_path / "clothes.mat", {"X": PIXELS, "y": labels[:, None]})
    _open_data_page(tab)
    visitor.choose_file(tab, tmp_path / "clothes.mat")
    expect(tab.get_by_text("One image of each label")).to_be_visible()

    for label, name in {"0": "shirt", "1": "coat", "2": "shoe"}.items():
        tab.get_by_role("textbox", name=label, exact=True).fill(name)
    tab.get_by_role("button", name="Name the classes so").click()
    expect(tab.get_by_text("shirt", exact=True).first).to_be_visible()
    tab.get_by_role("button", name="Use this reading").click()

    expect(tab.get_by_role("heading", name="clothes.mat", exact=True)).to_be_visible()


def test_a_zip_of_pictures_opens_with_its_folders_as_labels(tab, tmp_path):
    files = name_pictures(IMAGES[:200], LABELS[:200], "digits/train/")
    files |= name_pictures(IMAGES[200:], LABELS[200:], "digits/test/")
    (tmp_path / "digits.zip").write_bytes(make_zip(files))
    _open_data_page(tab)
    visitor.upload(tab, tmp_path / "digits.zip")
    expect(tab.get_by_text("the file's own test part (100) is held out")).to_be_visible()


def test_a_folder_of_pictures_is_uploaded_whole(tab, tmp_path):
    folder = write_files(tmp_path / "my digits", name_pictures(IMAGES[:60], LABELS[:60]))
    _open_data_page(tab)
    tab.get_by_role("button", name="A folder of pictures").click()
    tab.locator("input[type=file][webkitdirectory]").set_input_files(folder)
    expect(tab.get_by_role("heading", name="my digits", exact=True)).to_be_visible()
    expect(tab.get_by_text("60", exact=True).first).to_be_visible()


def test_images_and_labels_of_two_files_can_be_read_another_way_later(tab, tmp_path):
    savemat(tmp_path / "images.mat", {"X": PIXELS})
    savemat(tmp_path / "labels.mat", {"y": LABELS[:, None]})
    _open_data_page(tab)
    tab.locator("input[type=file]").set_input_files([tmp_path / "images.mat", tmp_path / "labels.mat"])
    expect(tab.get_by_role("heading", name="images.mat + labels.mat", exact=True)).to_be_visible()

    tab.get_by_role("button", name="Read it another way").click()
    expect(tab.get_by_role("heading", name="How to read images.mat + labels.mat")).to_be_visible()


def test_a_table_opens_with_its_column_of_labels(tab, tmp_path):
    names = ",".join(["label", *(f"pixel{number}" for number in range(784))])
    np.savetxt(tmp_path / "train.csv", np.c_[LABELS, PIXELS], "%d", ",", header=names, comments="")
    _open_data_page(tab)
    visitor.upload(tab, tmp_path / "train.csv")
    expect(tab.get_by_text("300", exact=True).first).to_be_visible()
