"""The words of the field, beside the navigation, which every page has."""

from searches import APP
from streamlit.testing.v1 import AppTest


def test_the_words_of_the_field_are_one_click_away(home):
    page = AppTest.from_file(APP, default_timeout=60).run()
    (words,) = [element.proto.body for element in page.sidebar.get("html")]
    for term in ("Fold", "Epoch", "Patience", "R²", "ECE", "Probe"):
        assert f"<dt>{term}</dt>" in words
