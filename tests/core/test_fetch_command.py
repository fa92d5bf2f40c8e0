"""The command `fetch`, and public sets where commands ask for a file."""

import json

import pytest
from commands import call, call_json
from mirrors import FILES, find_dead_address, make_set, serve

from mnist_core.data.fetching import CATALOG


@pytest.fixture
def fashion(monkeypatch):
    """A set of the catalog whose files a local server has."""
    with serve() as server:
        made = make_set("fashion-mnist", [server.mirror("whole")])
        monkeypatch.setitem(CATALOG, made.name, made)
        yield made


def test_fetch_lists_what_it_knows_with_size_terms_and_what_to_cite(tmp_path):
    listed = {one["name"]: one for one in call_json(tmp_path, "fetch")}

    assert set(listed) == {*CATALOG}
    assert listed["fashion-mnist"]["n_bytes"] == 30_878_645
    assert listed["fashion-mnist"]["licence"] == "MIT licence, © Zalando SE."
    assert not listed["fashion-mnist"]["is_fetched"]
    assert "emnist-letters: 145,600" in call(tmp_path, "fetch").stdout


def test_fetch_says_where_the_files_lie_and_progress_beside(tmp_path, fashion):
    said = call(tmp_path, "fetch", fashion.name, "--json")
    found = json.loads(said.stdout)

    assert found["is_fetched"]
    assert sorted(path.rpartition("/")[2] for path in found["paths"]) == sorted(FILES)
    assert "train-images-idx3-ubyte.gz: 0.1 of 0.1 MB" in said.stderr


@pytest.mark.parametrize("name", ["fashion-mnist", "Fashion-MNIST"])
def test_a_public_set_is_named_where_a_file_is_asked(tmp_path, fashion, name):
    found = call_json(tmp_path, "inspect", name)

    assert found["n_samples"] == 300
    assert found["class_names"][0] == "T-shirt/top"
    assert found["splits"] == {
        "train": 250,
        "test": 50,
        "description": found["splits"]["description"],
    }
    assert fashion.title == "Fashion-MNIST"


def test_a_set_that_is_not_known_is_refused_with_those_that_are(tmp_path):
    said = call(tmp_path, "fetch", "imagenet", code=2)
    assert said.stderr.startswith("imagenet must be one of mnist, mnist-60000, fashion-mnist")


def test_without_a_network_commands_end_with_one_line(tmp_path, monkeypatch):
    for scheme in ("http", "https"):
        monkeypatch.setenv(f"{scheme}_proxy", find_dead_address())
    for words in (["fetch", "mnist"], ["inspect", "kmnist"]):
        said = call(tmp_path, *words, code=2)
        assert "public mirrors could be reached" in said.stderr
        assert said.stderr.count("\n") == 1
