"""The Pictures page: a network of squares as its pictures, and why others are none."""

import numpy as np
from screen import read_facts, read_words
from searches import APP
from streamlit.testing.v1 import AppTest

from mnist_core.ground.settings import SHIPPED_MODELS
from mnist_core.network.models import load_model


def open_pictures(**link: str) -> AppTest:
    page = AppTest.from_file(str(APP), default_timeout=60).run().switch_page("pages/pictures.py")
    for name, value in link.items():
        page.query_params[name] = value
    return page.run()


def test_the_page_opens_on_the_network_that_its_pictures_are(home, sample):
    page, facts = open_pictures(), load_model(SHIPPED_MODELS / "exact").info.pictures

    assert not page.exception
    shown = read_facts(page)
    assert shown["Read by these alone"] == f"{facts.accuracy:.2%}"
    assert shown["Pictures of each digit"] == "5"


def test_parts_of_an_image_add_up_to_what_is_said(home, sample):
    page = open_pictures()
    page.segmented_control(key="pictures-source").set_value("An image of the data").run()

    lines = [element.value for element in page.markdown if ", bias " in element.value]
    assert len(lines) == 10
    for line in lines:
        terms, _, total = line.partition(" = ")
        parts = [float(word) for word in terms.replace(", bias", "").split()[1:]]
        assert np.isclose(sum(parts), float(total.strip("*")), atol=0.04)


def test_another_network_is_told_why_it_is_no_sum_of_pictures(home, sample):
    page = open_pictures(model="paper")

    assert not page.exception
    assert "paper is no sum of pictures" in read_words(page)
    assert read_facts(page) == {}
