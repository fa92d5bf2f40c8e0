"""The report of a run: a page that opens by itself, with the run's own numbers."""

import html
import json
import re
import shlex
import shutil
import zipfile
from dataclasses import replace
from html.parser import HTMLParser

import html5lib
import pytest
from commands import call, call_json
from digits import make_digits, write_mat
from small_search import search_small

from mnist_core.ground.settings import read_settings
from mnist_core.insight.report import HandIn, gather_facts, write_page
from mnist_core.insight.report.reproduced import compare_pages
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
    return home, search_small(home)


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
    assert "Hidden 2, unit 8 (counted from 0), as in the paper&#x27;s Figure 1b: not to be shown" in page
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


def test_a_run_whose_model_was_deleted_has_no_report_and_a_sentence(found, tmp_path):
    home, search = found
    shutil.copytree(home, tmp_path / "lab")
    model = home / "out" / "model"

    model.rename(tmp_path / "model")
    said = call(tmp_path / "lab", "report", search["run"], "--out", tmp_path / "none.html", code=2)
    (tmp_path / "model").rename(model)

    assert "is gone: search again" in said.stderr


def test_a_report_ends_with_commands_that_do_the_run_again(found):
    home, search = found
    call(home, "report", search["run"], "--out", home / "report.html")
    pres = re.findall("<pre>(.*?)</pre>", (home / "report.html").read_text(encoding="utf-8"), re.DOTALL)
    command, grid = (html.unescape(re.sub("</?span>", "", pre)) for pre in pres)
    (home / "grid.json").write_text(grid)
    words = shlex.split(command.splitlines()[0])
    assert words[:4] == ["python", "-m", "mnist_core", "search"]
    words = [str(home / word) if (home / word).exists() else word for word in words[3:]]

    again = call_json(home, *words, "--out", home / "again")

    assert again["candidates"][0]["mean_test_score"] == search["candidates"][0]["mean_test_score"]
    assert again["test_accuracy"] == search["test_accuracy"]


def test_a_report_says_who_hands_it_in_what_they_note_and_the_figures_that_they_chose(found):
    home, search = found
    words = [
        "--by",
        "Ada \x01<b>",
        "--note",
        "test",
        "Good.\n\n- better\n- than hoped",
        "--note",
        "test",
        "Done.",
    ]
    figures = ["--figures", "hidden1:3,5", "hidden1:3,5"]

    call(home, "report", search["run"], *words, *figures, "--out", home / "report.html")

    page = (home / "report.html").read_text(encoding="utf-8")
    assert '<p class="author" dir="auto">Ada &lt;b&gt;</p>' in page
    assert re.findall('<p dir="auto">(.*?)</p>', page, re.DOTALL) == [
        "Good.",
        "- better\n- than hoped",
        "Done.",
    ]
    assert re.findall('alt="(.*?)"', page) == ["Fields: unit 3, unit 5."]
    assert "<span>--figures</span> hidden1:3,5" in page


def test_a_note_or_figure_that_is_none_is_named(found):
    home, search = found
    lone, other = ["--note", "runs", "Alike."], ["--note", "20300101-000000-abcd/test", "Good."]
    for words in (["--note", "intro", "Hello"], ["--figures", "hidden9"], lone, other):
        said = call(home, "report", search["run"], *words, "--out", home / "none.html", code=2)

        assert words[1].partition("/")[0] in said.stderr
    assert not (home / "none.html").exists()


def test_a_report_of_no_known_kind_is_refused(found):
    home, search = found

    said = call(home, "report", search["run"], "--out", home / "report.tex", code=2)

    assert "ends with .html, .pdf, or .zip for LaTeX" in said.stderr


def test_a_note_at_a_section_without_figures_is_kept(found):
    home, search = found

    words = ["--figures", "--note", "fields", "None needed."]
    call(home, "report", search["run"], *words, "--out", home / "report.html")

    page = (home / "report.html").read_text(encoding="utf-8")
    assert '<h2>Fields</h2><div class="note">' in page
    assert "<img" not in page


def test_a_report_for_latex_has_each_figure_and_table_as_a_file(found):
    home, search = found

    note = ("--note", "grid", "Two 中.")
    call(home, "report", search["run"], "--by", "A &\n\nB", *note, "--out", home / "report.zip")

    with zipfile.ZipFile(home / "report.zip") as files:
        text = files.read("report.tex").decode()
        assert {*files.namelist()} == {
            "report.tex",
            *(f"tables/{name}.tex" for name in ("grid", "confusion", "fidelity", "versions")),
            *(f"figures/{name}.pdf" for name in ("curve", "hidden1-9", "output", "like")),
        }
        assert all(name in text for name in files.namelist() if name != "report.tex")
        table = files.read("tables/grid.tex").decode()
        figure = files.read("figures/output.pdf")
    assert r"\author{A \& B}" in text
    assert r"\DeclareUnicodeCharacter{4E2D}" in text
    assert r"\\" not in text + table  # behind it a line that begins with [ or * would be an option
    assert rf"{search['best_score']:.2%}".replace("%", r"\%") in table
    assert table.startswith(r"\begin{tabular}{lrrr}")
    assert b"/FontFile2" in figure  # TrueType, embedded


@pytest.mark.slow
def test_a_report_of_a_race_lists_who_was_dropped_and_of_one_fold_no_deviation(tmp_path):
    mat = write_mat(tmp_path / "small.mat", *make_digits(600))
    grid = {"lr": [0.01, 0.0001], "hidden": [[24], [1]], "activation": ["tanh"]}
    (tmp_path / "G.json").write_text(json.dumps(grid))
    words = ["search", mat, "--grid", tmp_path / "G.json", "--max-epochs", 12]
    race = call_json(tmp_path, *words, "--strategy", "race", "--cv", 5)
    fold = call_json(tmp_path, *words, "--cv", 1)

    call(tmp_path, "report", race["run"], fold["run"], "--out", tmp_path / "r.html")

    of_race, of_fold = re.split('<h2 class="run">', (tmp_path / "r.html").read_text(encoding="utf-8"))[1:]
    assert race["n_dropped"] >= 1
    assert "4 candidates, each in 5-fold" in of_race
    assert f"They raced: {race['n_dropped']} fell behind" in of_race
    assert "Dropped from the race" in of_race
    assert "Standard deviation" in of_race
    assert "Standard deviation" not in of_fold


def test_several_runs_stand_side_by_side_and_each_of_their_numbers_is_compared(found):
    home, search = found
    store = Database(f"sqlite:///{home / 'lab.db'}")
    one = gather_facts(store, search["run"], read_settings({"MNIST_LAB_HOME": str(home)}))
    other = replace(one, run=replace(one.run, id="20300101-000000-abcd"))
    store.close()

    page = write_page([one, other], HandIn(notes={f"{other.run.id}/test": "of the other", "runs": "alike"}))
    changed = "9.87%".join(page.rsplit(f"{search['best_score']:.2%}", 1))

    html5lib.HTMLParser(strict=True).parse(page)
    assert page.count("of the other") == page.count("alike</p>") == 1
    for kind in ("Figure", "Table"):
        numbers = [int(number) for number in re.findall(f"<(?:fig)?caption>{kind} ([0-9]+): ", page)]
        assert numbers == list(range(1, len(numbers) + 1))
        assert len(numbers) > 5
    assert compare_pages(page, page).is_equal
    wrong = [found for found in compare_pages(changed, page).numbers if not found.is_equal]
    assert [found.told for found in wrong] == ["9.87%"]
    assert "20300101-000000-abcd" in wrong[0].section
