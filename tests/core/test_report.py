"""The report of a run: a page that opens by itself, with the run's own numbers."""

import html
import json
import re
import shlex
from html.parser import HTMLParser

import html5lib
import pytest
from commands import call, call_json
from digits import make_digits, write_mat

from mnist_core.store import Database, add_search, get_search

VOID = {"meta", "img"}


class Outline(HTMLParser):
    """Collects what a well-formed page has, and fails on a tag that closes another."""

    def __init__(self):
        super().__init__()
        self.open, self.headings, self.ids, self.images, self.scopes = [], [], [], [], []

    def handle_starttag(self, tag, attrs):
        found = dict(attrs)
        if tag not in VOID:
            self.open.append(tag)
        if re.fullmatch("h[1-6]", tag):
            self.headings.append(int(tag[1]))
        if tag == "th":
            self.scopes.append(found.get("scope"))
        if tag == "img":
            self.images.append(found)
        self.ids += [found["id"]] if "id" in found else []

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


@pytest.fixture(scope="module")
def found(tmp_path_factory):
    home = tmp_path_factory.mktemp("home")
    mat = write_mat(home / "<b>small.mat", *make_digits(600))
    (home / "G.json").write_text(
        json.dumps({"lr": [0.01], "hidden1": [16], "hidden2": [6], "activation": ["tanh", "relu"]})
    )
    words = ["--grid", home / "G.json", "--cv", 2, "--max-epochs", 2, "--out", home / "out"]
    return home, call_json(home, "search", mat, *words)


def test_a_report_is_a_well_formed_page_that_needs_nothing_else(found):
    home, search = found

    told = call_json(home, "report", search["run"], "--out", home / "report.html")
    page = (home / "report.html").read_text(encoding="utf-8")

    outline = Outline()
    outline.feed(page)
    html5lib.HTMLParser(strict=True).parse(page)  # raises at the first error by the standard
    assert outline.open == []
    assert outline.headings[0] == 1
    assert set(outline.headings[1:]) == {2}
    assert len(set(outline.ids)) == len(outline.ids)
    assert len(outline.images) >= 3
    assert all(image["alt"] and image["src"].startswith("data:image/png") for image in outline.images)
    assert set(outline.scopes) == {"row", "col"}
    assert "http" not in page
    assert "<script" not in page
    assert told["path"] == str(home / "report.html")
    assert told["test_accuracy"] == search["test_accuracy"]


def test_a_report_tells_the_numbers_of_the_run_and_escapes_its_names(found):
    home, search = found
    call(home, "report", search["run"], "--out", home / "report.html")

    page = (home / "report.html").read_text(encoding="utf-8")

    assert f"{search['test_accuracy']:.2%}" in page
    assert f"{search['best_score']:.2%}" in page
    assert "97.11%" in page
    assert page.count("(winner)") == 1
    assert "there is no 9th unit of hidden layer 2, as the layer has 6" in page
    assert "&lt;b&gt;small" in page
    assert "<b>" not in page


def test_a_run_without_a_model_has_no_report(found):
    home, search = found
    store = Database(f"sqlite:///{home / 'lab.db'}")
    waiting = add_search(store, get_search(store, search["run"]).plan, "small.mat", "0" * 16)
    store.close()

    said = call(home, "report", waiting, "--out", home / "none.html", code=2)

    assert "needs a finished run" in said.stderr
    assert not (home / "none.html").exists()


def test_a_report_ends_with_commands_that_do_the_run_again(found):
    home, search = found
    call(home, "report", search["run"], "--out", home / "report.html")
    pres = re.findall("<pre>(.*?)</pre>", (home / "report.html").read_text(encoding="utf-8"), re.DOTALL)
    command, grid = (html.unescape(pre) for pre in pres)
    (home / "grid.json").write_text(grid)
    words = shlex.split(command.splitlines()[0])
    assert words[:4] == ["python", "-m", "mnist_core", "search"]
    words = [str(home / word) if (home / word).exists() else word for word in words[3:]]

    again = call_json(home, *words, "--out", home / "again")

    assert again["candidates"][0]["mean_test_score"] == search["candidates"][0]["mean_test_score"]
    assert again["test_accuracy"] == search["test_accuracy"]
