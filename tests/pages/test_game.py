"""The Game page, from an empty home folder; the pen itself is tested in tests/e2e."""

from pathlib import Path

import pytest
import streamlit as st
from pen_digits import PEN_DIGITS
from screen import read_documents, read_facts
from streamlit.testing.v1 import AppTest

from mnist_core.pens.corrections import Source, keep_correction, list_corrections, make_correction
from mnist_core.pens.game import LIMIT_S, Round
from mnist_core.pens.scores import keep_score, list_scores, make_score
from mnist_ui.components.canvas.state import DRAWN, SHEET, Canvas, Sheet
from mnist_ui.game import state
from mnist_ui.session import MODEL_WIDGET

APP = Path(__file__).resolve().parents[2] / "app.py"


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("MNIST_LAB_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


@pytest.fixture
def page(home: Path) -> AppTest:
    return AppTest.from_file(APP, default_timeout=60).run().switch_page("pages/game.py").run()


def press(page: AppTest, label: str) -> AppTest:
    (button,) = [button for button in page.button if button.label == label]
    button.click().run()
    assert not page.exception
    return page


def draw(page: AppTest, digit: int, strokes: int | None = None) -> AppTest:
    """Lay a digit on the canvas, as if the browser had not answered since."""
    lines = PEN_DIGITS[digit][:strokes]
    paths = [[["L", 320 * x, 320 * y] for x, y in line] for line in lines]
    objects = [{"type": "path", "path": path} for path in paths]
    page.session_state[SHEET[Canvas.GAME]] = Sheet(
        objects, [], page.session_state[SHEET[Canvas.GAME]].version + 1
    )
    page.run()
    assert not page.exception
    return page


def read_face(page: AppTest) -> dict[str, object]:
    (face,) = [document for document in read_documents(page) if "asked" in document]
    return dict(face)


def count_captions(page: AppTest) -> tuple[int, int]:
    """Count the places of a round's digits, and those with a word below."""
    (pictures,) = [one.proto.body for one in page.get("html") if "what was drawn" in one.proto.body]
    return pictures.count("<figure>"), pictures.count("<figcaption>")


def asked(page: AppTest) -> int:
    digit = page.session_state[state.ROUND].asked
    assert isinstance(digit, int)
    return digit


def end_round(page: AppTest, *, fooled: bool = False) -> None:
    """End the round that was begun, with the last digit drawn as a page gets it."""
    played: Round = page.session_state[state.ROUND]
    for digit in played.digits[:-1]:
        drawn = 0 if fooled and digit == 6 else digit
        strokes = [[(320 * x, 320 * y) for x, y in line] for line in PEN_DIGITS[drawn]]
        played = played.play(drawn, 2.0, strokes)
    page.session_state[state.ROUND] = played
    draw(page, played.digits[-1])


def begin_with(page: AppTest, *digits: int) -> None:
    """Start a round that asks for some digits."""
    press(page, "Start a round")
    page.session_state[state.ROUND] = Round(digits, "robust")
    page.run()


def keep_fooled(home: Path, *models: str) -> None:
    for place, model in enumerate(models):
        line = [(10.0 + place, 10.0), (10.0, 90.0)]
        keep_correction(make_correction([line], 1, 7, model, Source.GAME, 3.0), home / "corrections")


def test_the_page_says_the_rules_and_has_an_empty_board_and_gallery(page):
    assert not page.exception
    assert "asks for 10 digits" in page.markdown[0].value
    assert ["Nobody is on the board" in page.info[0].value, "Nothing has fooled" in page.info[1].value] == [
        True,
        True,
    ]
    assert [button.label for button in page.button] == ["Start a round"]


def test_a_round_begins_with_a_digit_and_a_clock(page):
    press(page, "Start a round")
    face = read_face(page)
    assert str(asked(page)) in str(face["asked"])
    assert face["limit_s"] == LIMIT_S
    assert face["is_counted"]
    assert read_facts(page)["Score"] == "0"


def test_a_digit_that_is_read_and_sure_is_won_at_once_and_the_next_is_asked_after_a_pause(page):
    begin_with(page, 4, 7)
    draw(page, 4)
    face = read_face(page)
    assert face["asked"] == "Yes, a 4"
    assert "points" in str(face["said"])
    assert read_facts(page)["Read"] == "1 of 1"
    press(page, "Next")
    assert read_face(page)["asked"] == "Draw a 7"
    assert page.session_state[DRAWN[Canvas.GAME]] == []


def test_a_four_without_its_stem_is_not_judged_yet(page):
    begin_with(page, 4, 7)
    draw(page, 4, strokes=1)
    assert read_face(page)["asked"] == "Draw a 4"
    assert "Not sure yet: a 4" in str(read_face(page)["said"])
    draw(page, 4)
    assert read_face(page)["asked"] == "Yes, a 4"


def test_another_digit_is_said_and_counts_when_the_player_goes_on(page):
    begin_with(page, 7, 1)
    draw(page, 3)
    assert read_face(page)["asked"] == "Draw a 7"
    assert str(read_face(page)["said"]).startswith("It reads a 3.")
    press(page, "Next")
    assert read_face(page)["said"] == "Read as 3, not 7."
    assert page.session_state[state.ROUND].turns[0].is_fooled


def test_a_digit_can_be_left_out(page):
    begin_with(page, 8, 1)
    assert read_face(page)["asked"] == "Draw an 8"
    press(page, "Next")
    assert read_face(page)["said"] == "Nothing was drawn."


def test_a_digit_whose_time_is_up_counts_as_it_is_read(page):
    begin_with(page, 9, 1)
    draw(page, 3)
    page.session_state[state.ASKED_AT] -= LIMIT_S
    page.run()
    assert read_face(page)["said"] == "Time is up. Read as 3, not 9."
    assert page.session_state[state.ROUND].turns[0].seconds == LIMIT_S


def test_what_is_drawn_in_the_pause_counts_for_nothing(page):
    begin_with(page, 4, 7)
    draw(page, 4)
    draw(page, 7)
    assert len(page.session_state[state.ROUND].turns) == 1


def test_what_was_drawn_fills_the_places_beside_the_paper(page):
    begin_with(page, 4, 7)
    assert count_captions(page) == (10, 0)
    draw(page, 4)
    assert count_captions(page) == (10, 1)


def test_a_round_ends_with_its_sums_and_a_picture_of_each_digit(page):
    press(page, "Start a round")
    end_round(page)
    assert page.header[0].value.endswith(" points")
    assert read_facts(page)["Read"] == "10 of 10"
    assert read_facts(page)["Best row"] == "10"
    assert count_captions(page) == (10, 10)


def test_a_name_is_put_on_the_board_once_as_it_was_typed_and_can_be_removed(home, page):
    press(page, "Start a round")
    end_round(page)
    page.text_input[0].set_value("<b>*Ada*</b>")
    press(page, "Put it on the board")
    assert [one.name for one in list_scores(home / "scores")] == ["<b>*Ada*</b>"]
    assert not page.text_input
    assert r"\<b\>\*Ada\*\</b\>" in page.table[0].value.to_string()
    press(page, "Remove all 1 names")
    assert list_scores(home / "scores") == []


def test_a_score_without_a_name_is_refused(home, page):
    press(page, "Start a round")
    end_round(page)
    press(page, "Put it on the board")
    assert "needs 1 to 20 letters" in page.error[0].value
    assert list_scores(home / "scores") == []


def test_the_board_names_each_player_once_the_best_first(home, page):
    for name, seconds in (("Bo", 5.0), ("Ada", 2.0), ("bo", 9.0)):
        keep_score(make_score(name, Round((1,), "robust").play(1, seconds)), home / "scores")
    page.run()
    assert page.table[0].value["Name"].tolist() == ["Ada", "Bo"]
    page.multiselect[0].set_value(["Bo"]).run()
    press(page, "Remove these")
    assert [one.name for one in list_scores(home / "scores")] == ["Ada"]


def test_what_fooled_it_is_kept_only_when_the_player_confirms_it(home, page):
    begin_with(page, *range(10))
    end_round(page, fooled=True)
    (tick,) = page.checkbox
    assert tick.label == "This is a 6; it read a 0."
    (keep,) = [button for button in page.button if button.label == "Keep what fooled it"]
    assert keep.disabled
    tick.check().run()
    press(page, "Keep what fooled it")
    (kept,) = list_corrections(home / "corrections")
    assert (kept.label, kept.read, kept.model, kept.source) == (6, 0, "robust", Source.GAME)
    assert kept.seconds == 2.0
    assert not page.checkbox
    assert any("1: asked 6, read as 0, by robust" in one.proto.body for one in page.get("html"))


def test_the_gallery_shows_one_model_and_deletes_one_drawing_or_all(home, page):
    keep_fooled(home, "robust", "paper", "paper")
    page.run()
    choice = page.selectbox(key=state.KEPT_MODEL)
    assert choice.options == ["All models", "paper", "robust"]
    choice.set_value("paper").run()
    (pictures,) = [one.proto.body for one in page.get("html") if "what fooled" in one.proto.body]
    assert pictures.count("by paper") == pictures.count("<figure>") == 2
    page.multiselect[0].set_value(page.multiselect[0].options[:1]).run()
    press(page, "Delete these")
    assert len(list_corrections(home / "corrections")) == 2
    press(page, "Delete all 1")
    assert [one.model for one in list_corrections(home / "corrections")] == ["robust"]


def test_drawings_told_on_the_draw_page_are_not_in_the_gallery(home, page):
    line = [(10.0, 10.0), (10.0, 90.0)]
    keep_correction(make_correction([line], 1, 7, "robust"), home / "corrections")
    page.run()
    assert any("Nothing has fooled" in info.value for info in page.info)


def reload(page: AppTest) -> AppTest:
    """Open the page's link in a new session, as a reload does."""
    tab = AppTest.from_file(APP, default_timeout=60).run().switch_page("pages/game.py")
    for name, value in page.query_params.items():
        tab.query_params[name] = value
    return tab.run()


def test_a_reload_keeps_the_round_and_what_is_drawn(page):
    begin_with(page, 1, *range(9))
    draw(page, 4)

    tab = reload(page)

    assert not tab.exception
    assert tab.session_state[state.ROUND].digits == (1, *range(9))
    assert len(list_drawn_on(tab)) == len(PEN_DIGITS[4])
    # Its link is good for one reload: passed on, it shows nothing of the round.
    assert state.ROUND not in reload(page).session_state


def test_a_round_that_was_played_comes_back_from_the_home_turn_by_turn(home, page):
    begin_with(page, *range(10))
    draw(page, 0)
    page.run()
    press(page, "Next")
    played = page.session_state[state.ROUND]
    assert len(played.turns) == 1

    st.cache_resource.clear()  # as a process that has just begun
    tab = reload(page)

    assert tab.session_state[state.ROUND] == played
    assert tab.session_state[state.ASKED_AT] == page.session_state[state.ASKED_AT]


def test_a_draft_that_cannot_be_read_is_none(home, page):
    begin_with(page, *range(10))
    [draft] = (home / "drafts").iterdir()
    draft.write_text('{"game-round": {"digits": 3}}')

    tab = reload(page)

    assert not tab.exception
    assert state.ROUND not in tab.session_state


def test_a_word_finds_no_file_beside_the_drafts(home, page):
    (home / "lab.json").write_text('{"game-given-up": true}')
    tab = AppTest.from_file(APP, default_timeout=60).run().switch_page("pages/game.py")
    tab.query_params["draft"] = "../lab"
    tab.run()

    assert state.GIVEN_UP not in tab.session_state
    assert (home / "lab.json").exists()


def test_the_oldest_drafts_are_let_go(home, page, monkeypatch):
    monkeypatch.setattr("mnist_ui.draft._MOST", 2)
    tabs = [
        AppTest.from_file(APP, default_timeout=60).run().switch_page("pages/game.py").run() for _ in range(2)
    ]

    assert not [tab for tab in tabs if tab.exception]
    assert len(list((home / "drafts").iterdir())) == 2


def list_drawn_on(page: AppTest) -> list[object]:
    return list(page.session_state[DRAWN[Canvas.GAME]])


def test_another_model_ends_the_round(page):
    press(page, "Start a round")
    page.selectbox(key=MODEL_WIDGET).set_value("paper").run()
    assert not page.exception
    assert "The round was read by robust" in page.info[0].value
    assert [button.label for button in page.button] == ["Start a round"]


def test_damaged_files_get_a_sentence_each(home, page):
    for folder in ("scores", "corrections"):
        (home / folder).mkdir(parents=True)
        (home / folder / "broken.json").write_text("{")
    page.run()
    assert not page.exception
    assert ["delete that file" in error.value for error in page.error] == [True, True]
