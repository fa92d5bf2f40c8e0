"""The board of the game: kept whole, ordered, and deleted by name."""

import json

import pytest

from mnist_core.ground.errors import ScoreError
from mnist_core.pens.game import Round
from mnist_core.pens.scores import (
    MOST_LETTERS,
    choose_best,
    delete_scores,
    keep_score,
    list_scores,
    make_score,
)


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "scores"


def keep(folder, name, *, read=5, seconds=2.0):
    score = make_score(name, Round((5,), "robust").play(read, seconds))
    keep_score(score, folder)
    return score


def test_a_score_is_found_again_as_it_was(folder):
    score = keep(folder, "Ada")

    assert list_scores(folder) == [score]
    assert (score.name, score.points, score.n_hits, score.seconds_a_digit) == ("Ada", 18, 1, 2.0)
    assert score.model == "robust"


def test_the_best_score_of_each_name_is_listed_first(folder):
    for name, seconds in (("Bo", 6.0), ("Ada", 3.0), ("ada", 1.0), ("Cy", 3.1)):
        keep(folder, name, seconds=seconds)

    best = choose_best(list_scores(folder))

    assert [(one.name, one.points) for one in best] == [("ada", 19), ("Cy", 17), ("Bo", 14)]


def test_of_equal_points_the_faster_comes_first(folder):
    for name, seconds in (("Bo", 3.2), ("Ada", 3.1)):
        keep(folder, name, seconds=seconds)

    assert [one.name for one in list_scores(folder)] == ["Ada", "Bo"]


def test_a_name_is_removed_with_all_its_rounds_and_no_other(folder):
    for name in ("Ada", "ADA", "Bo"):
        keep(folder, name)

    assert delete_scores(["ada"], folder) == 2
    assert [one.name for one in list_scores(folder)] == ["Bo"]


def test_a_name_loses_needless_space_and_unseen_signs():
    played = Round((5,)).play(5, 1.0)

    assert make_score("  Ada\t\u200b Lovelace\n", played).name == "Ada Lovelace"


@pytest.mark.parametrize(
    "name", ["", " \n\u200b ", "x" * (MOST_LETTERS + 1)], ids=["empty", "unseen", "long"]
)
def test_a_name_that_is_empty_or_too_long_is_refused(name):
    with pytest.raises(ScoreError, match=f"1 to {MOST_LETTERS} letters"):
        make_score(name, Round((5,)).play(5, 1.0))


@pytest.mark.parametrize(
    "content",
    ["", "[]", "{}", json.dumps({"name": "x" * 99}), "null"],
    ids=["cut", "list", "empty", "long name", "null"],
)
def test_a_damaged_score_is_told_by_its_file(folder, content):
    folder.mkdir()
    (folder / "broken.json").write_text(content)

    with pytest.raises(ScoreError, match=r"broken\.json.*delete that file"):
        list_scores(folder)


def test_a_folder_that_cannot_be_written_is_told(tmp_path):
    (tmp_path / "scores").write_text("a file in its place")

    with pytest.raises(ScoreError, match="cannot be written"):
        keep(tmp_path / "scores", "Ada")


def test_an_empty_board_has_no_scores(folder):
    assert list_scores(folder) == []
    assert delete_scores(["Ada"], folder) == 0
