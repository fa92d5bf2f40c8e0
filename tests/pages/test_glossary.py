"""The words of the field, on every page."""

import pytest
from digits import ROOT
from searches import APP
from streamlit.testing.v1 import AppTest

PAGES = sorted(path.name for path in (ROOT / "pages").glob("[!_]*.py"))


@pytest.mark.parametrize("name", PAGES)
def test_the_words_of_the_field_are_one_click_from_every_page(home, name):
    page = AppTest.from_file(APP, default_timeout=60).run()
    page = page.switch_page(f"pages/{name}").run()
    (words,) = [element.proto.body for element in page.sidebar.get("html")]
    for term in ("Fold", "Epoch", "Patience", "R²", "ECE", "Probe"):
        assert f"<dt>{term}</dt>" in words
