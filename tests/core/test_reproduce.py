"""A report done again: its record, its data, and what two pages state."""

import html
import json
import re
import shutil

import pytest
from commands import call, call_json
from digits import make_digits, write_mat
from small_search import search_small

from mnist_core.insight.report.reproduced import compare_pages
from mnist_core.store import Database
from mnist_core.store.finishing import request_finish


@pytest.fixture(scope="module")
def found(tmp_path_factory):
    home = tmp_path_factory.mktemp("home")
    return home, search_small(home)


def test_a_report_that_is_done_again_is_equal_and_a_changed_number_is_named(found):
    home, search = found
    call(
        home,
        "report",
        search["run"],
        "--by",
        "Ada 1",
        "--note",
        "grid",
        "I saw 12.",
        "--out",
        home / "r.html",
    )
    page = (home / "r.html").read_text(encoding="utf-8")
    true = f"reads {search['test_accuracy']:.2%} of"
    assert page.count(true) == 1
    (home / "changed.html").write_text(page.replace(true, "reads 99.99% of"), encoding="utf-8")

    told = call_json(home / "elsewhere", "reproduce", home / "changed.html", home / "<b>small.mat")

    wrong = [one for one in told["numbers"] if not one["is_equal"]]
    assert [(one["section"], one["told"], one["found"]) for one in wrong] == [
        ("Test accuracy", "99.99%", f"{search['test_accuracy']:.2%}")
    ]
    assert told["is_equal"] is False
    assert told["n_equal"] == told["n_numbers"] - 1 > 50
    assert all(one["is_equal"] for one in told["pictures"])
    assert all(one["told"] == one["here"] for one in told["versions"])
    assert not list((home / "elsewhere").glob("*"))  # nothing of it stays


def test_a_report_of_other_data_or_without_a_record_is_not_done_again(found):
    home, search = found
    call(home, "report", search["run"], "--out", home / "r.html")
    page = (home / "r.html").read_text(encoding="utf-8")
    (home / "old.html").write_text(re.sub("<meta name=.mnist-lab-report.*?>", "", page), encoding="utf-8")
    other = write_mat(home / "other.mat", *make_digits(200))

    written = "&quot;schema&quot;: "
    (home / "earlier.html").write_text(re.sub(written + "[0-9]+", written + "1", page), encoding="utf-8")

    (home / "short.html").write_text(page[: len(page) // 2], encoding="utf-8")

    assert "ends in the middle" in call(home, "reproduce", home / "short.html", code=2).stderr
    assert "larger than any report" in call(home, "reproduce", "/dev/zero", code=2).stderr
    assert "holds no record" in call(home, "reproduce", home / "old.html", code=2).stderr
    assert "an earlier version" in call(home, "reproduce", home / "earlier.html", code=2).stderr
    assert "fingerprint" in call(home, "reproduce", home / "r.html", other, code=2).stderr


@pytest.mark.parametrize(
    "command", ["train --help --hidden 1", "train 'x", "train --size --hidden 1", "rm -rf x"]
)
def test_a_report_whose_command_names_no_file_is_refused_in_a_sentence(found, command):
    home, search = found
    call(home, "report", search["run"], "--out", home / "r.html")
    page = (home / "r.html").read_text(encoding="utf-8")
    odd = re.sub(
        "&quot;command&quot;: &quot;.*?&quot;",
        f"&quot;command&quot;: &quot;{html.escape(command)}&quot;",
        page,
    )
    (home / "odd.html").write_text(odd, encoding="utf-8")

    said = call(home / "elsewhere", "reproduce", home / "odd.html", code=2)

    assert "name it behind the report" in said.stderr
    assert said.stdout == ""


def test_a_report_whose_data_are_not_there_says_how_to_give_them(found):
    home, search = found
    (home / "alone").mkdir(exist_ok=True)
    call(home, "report", search["run"], "--out", home / "alone" / "r.html")

    said = call(home / "elsewhere", "reproduce", home / "alone" / "r.html", code=2)

    assert "as `reproduce report.html FILE`, or lay it beside the report" in said.stderr


@pytest.mark.slow
def test_a_report_saved_anew_in_another_encoding_is_equal_though_its_data_are_gone(found, tmp_path):
    home, search = found
    shutil.copytree(home, tmp_path / "lab")
    shutil.rmtree(tmp_path / "lab" / "datasets")
    note = ["--note", "test", "Größer."]
    call(tmp_path / "lab", "report", search["run"], *note, "--out", tmp_path / "r.html")
    page = (tmp_path / "r.html").read_text(encoding="utf-8")
    assert "The run&#x27;s own data set is not what they are of" in page
    (tmp_path / "r.html").write_bytes(page.replace("\n", "\r\n").encode("cp1252"))

    told = call_json(tmp_path / "elsewhere", "reproduce", tmp_path / "r.html", home / "<b>small.mat")

    assert told["is_equal"] is True


@pytest.mark.slow
def test_a_race_whose_dropped_candidate_was_finished_nevertheless_is_done_again_with_it(tmp_path):
    mat = write_mat(tmp_path / "small.mat", *make_digits(600))
    grid = {"lr": [0.01, 0.0001], "hidden": [[24], [1]], "activation": ["tanh"]}
    (tmp_path / "G.json").write_text(json.dumps(grid))
    words = ["--grid", tmp_path / "G.json", "--max-epochs", 12, "--strategy", "race"]
    race = call_json(tmp_path, "search", mat, *words)
    store = Database(f"sqlite:///{tmp_path / 'lab.db'}")
    dropped = [number for number, one in enumerate(race["candidates"]) if one["mean_test_score"] is None]
    following = request_finish(store, race["run"], dropped[:1])
    store.close()
    call(tmp_path, "resume", following)
    call(tmp_path, "report", following, "--out", tmp_path / "r.html")

    told = call_json(tmp_path / "elsewhere", "reproduce", tmp_path / "r.html")

    assert "Trained to their end nevertheless, by hand: 1." in (tmp_path / "r.html").read_text(
        encoding="utf-8"
    )
    assert told["is_equal"] is True


TABLE = (
    "<table><caption>C {}</caption><tr><th>A</th><th>B</th></tr>"
    "<tr><th>1</th><td>{}</td>{}</tr><tr><th>1</th><td>5</td></tr></table>"
)


@pytest.mark.parametrize(
    ("told", "found", "differing"),
    [
        ("<h2>A</h2><p>1 of 2</p>", "<h2>A</h2><p>1 of 3</p>", [("2", "3")]),
        ("<h2>A</h2><p>1</p>", "<h2>A</h2><p>1</p><p>new 2</p>", [(None, "new 2")]),
        ("<h2>A</h2><p>all 1</p>", "<h2>A</h2><p>few 1</p>", [("all 1", "few 1")]),
        ("<h2>A</h2><p>1</p><div class='note'><p>9</p></div>", "<h2>A</h2><p>1</p>", []),
        ("<h2>A 1</h2><p>3</p>", "<h2>A 2</h2><p>3</p>", [("1", "2")]),
        ("<h2>A</h2><div>7</div>", "<h2>A</h2>", [("7", None)]),
        ("<p>1 of 2 and 3</p>", "<p>1 of 2 and 9 and 3</p>", [(None, "9")]),
        ("<title>R 1</title>", "<title>R 2</title>", [("1", "2")]),
        ("<img alt='unit 1'>", "<img alt='unit 2'>", [("1", "2")]),
        (TABLE.format("1", "5", ""), TABLE.format("2", "5", ""), [("1", "2")]),
        (TABLE.format("1", "5", ""), TABLE.format("1", "6", ""), [("5", "6")]),
        (TABLE.format("1", "5", "<td>9</td>"), TABLE.format("1", "5", ""), [("9", None)]),
    ],
)
def test_what_two_pages_state_is_compared(told, found, differing):
    compared = compare_pages(told, found)

    assert [(one.told, one.found) for one in compared.numbers if not one.is_equal] == differing
