"""The Draw page, from an empty home folder; real strokes are drawn in tests/e2e."""

from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image, ImageDraw
from pillow_heif import from_pillow
from screen import press
from searches import say
from streamlit.testing.v1 import AppTest

from mnist_core.network.architecture import MLP
from mnist_core.network.models import load_model, save_model
from mnist_core.store import Database, WorkState, add_job, claim, end, list_work

ROOT = Path(__file__).resolve().parents[2]
FOUR = [[(60, 20), (30, 110), (130, 110)], [(110, 40), (100, 180)]]


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("MNIST_LAB_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


@pytest.fixture
def page(home: Path) -> AppTest:
    return AppTest.from_file(ROOT / "app.py", default_timeout=60).run().switch_page("pages/draw.py").run()


def upload(page: AppTest, name: str, content: bytes) -> AppTest:
    page.segmented_control[0].set_value("A picture").run()
    return page.file_uploader[0].set_value((name, content, "image/png")).run()


def draw_four() -> Image.Image:
    picture = Image.new("L", (160, 220), 230)
    for stroke in FOUR:
        ImageDraw.Draw(picture).line(stroke, fill=20, width=12, joint="curve")
    return picture


def make_picture() -> bytes:
    stream = BytesIO()
    draw_four().save(stream, "PNG")
    return stream.getvalue()


def read_guess(page: AppTest) -> list[str]:
    return [element.proto.body for element in page.get("html") if 'role="status"' in element.proto.body]


def test_an_empty_canvas_says_what_to_do(page):
    assert not page.exception
    assert "Draw a digit from 0 to 9" in page.info[0].value
    assert {button.label: button.disabled for button in page.button} == {"Undo": True, "Clear": True}
    assert read_guess(page) == []


def test_a_home_that_is_a_file_is_told_in_a_sentence(home):
    home.write_text("no folder")

    page = AppTest.from_file(ROOT / "app.py", default_timeout=60).run()

    assert not page.exception
    assert [say(error) for error in page.error] == [
        f"The lab keeps its state in {home}, but cannot write there (File exists): allow it, or name another "
        "folder with MNIST_LAB_HOME."
    ]


def test_for_a_number_there_is_a_canvas_of_its_own_that_says_what_to_do(page):
    page.segmented_control[0].set_value("A number").run()
    assert not page.exception
    assert "such as 2026" in page.info[0].value
    assert {button.label: button.disabled for button in page.button} == {"Undo": True, "Clear": True}


def test_the_network_at_work_is_asked_for_and_part_of_the_link_but_not_of_a_number(page):
    (switch,) = page.toggle
    assert not switch.value
    switch.set_value(True).run()
    assert not page.exception
    assert page.query_params["alive"] == "1"
    page.switch_page("pages/home.py").run().switch_page("pages/draw.py").run()
    assert page.toggle[0].value
    page.toggle[0].set_value(False).run()
    assert "alive" not in page.query_params
    page.segmented_control[0].set_value("A number").run()
    assert not page.toggle


def test_an_uploaded_picture_is_read(page):
    upload(page, "four.png", make_picture())
    assert not page.exception
    (guess,) = read_guess(page)
    assert 'aria-label="guess: 4"' in guess
    assert [caption.value for caption in page.caption if "units fire" in caption.value] == [
        "Hidden 1: which of its 88 units fire",
        "Hidden 2: which of its 88 units fire",
    ]
    (exact,) = [caption.value for caption in page.caption if "as the network computes it" in caption.value]
    assert "until the pixels have moved by" in exact
    assert "none lies in the same region" in exact


def test_each_row_of_a_picture_is_a_number(page):
    picture = Image.new("L", (300, 420), 230)
    for stroke in [*FOUR, *[[(x + 130, y + 20) for x, y in one] for one in FOUR]]:
        ImageDraw.Draw(picture).line(stroke, fill=20, width=12, joint="curve")
        ImageDraw.Draw(picture).line([(x, y + 210) for x, y in stroke], fill=20, width=12, joint="curve")
    stream = BytesIO()
    picture.save(stream, "PNG")
    page.segmented_control[0].set_value("Numbers in a picture").run()
    assert "one or several rows" in page.info[0].value
    page.file_uploader[0].set_value(("numbers.png", stream.getvalue(), "image/png")).run()
    assert not page.exception
    assert ["number: 44" in number for number in read_guess(page)] == [True, True]


def test_a_picture_that_no_browser_shows_is_read_and_shown(page):
    stream = BytesIO()
    from_pillow(draw_four()).save(stream)
    upload(page, "four.heic", stream.getvalue())
    draw_four().convert("F").save(floats := BytesIO(), "TIFF")
    shown = [(read_guess(page), page.get("image"))]
    page.file_uploader[0].set_value(("four.tif", floats.getvalue(), "image/tiff")).run()
    shown.append((read_guess(page), page.get("image")))
    assert not page.exception
    assert [("guess: 4" in guess, len(pictures)) for (guess,), pictures in shown] == [(True, 1), (True, 1)]


def test_what_decided_is_shown_beside_a_sure_guess(page):
    upload(page, "four.png", make_picture())
    captions = [caption.value for caption in page.caption]
    assert "What it looked at" in captions
    assert any(words.startswith("Red ink speaks for 4, blue ink for ") for words in captions)
    assert "What would change it" not in captions


def test_the_training_images_that_it_finds_most_alike_are_shown(page):
    upload(page, "four.png", make_picture())
    captions = [caption.value for caption in page.caption]
    assert "The training images that it finds most alike" in captions
    assert any("of the 7,494 pen digits that it learned from. Open MNIST" in words for words in captions)
    (gallery,) = [html.proto.body for html in page.get("html") if "the nearest images" in html.proto.body]
    assert gallery.count("<figcaption>4</figcaption>") >= 8


def test_two_digits_are_not_sure_and_get_two_guesses_and_what_would_change_them(page):
    picture = Image.new("L", (260, 220), 230)
    for stroke in [FOUR[0], FOUR[1], [(180, 20), (240, 20), (200, 190)]]:
        ImageDraw.Draw(picture).line(stroke, fill=20, width=12, joint="curve")
    stream = BytesIO()
    picture.save(stream, "PNG")
    upload(page, "pair.png", stream.getvalue())
    assert not page.exception
    (guess,) = read_guess(page)
    assert 'aria-label="guess: not sure"' in guess
    assert guess.count("%") == 2
    assert "What would change it" in [caption.value for caption in page.caption]


@pytest.mark.parametrize(
    ("content", "says"),
    [(b"no picture", "PNG, JPEG"), (None, "looks blank")],
    ids=["no picture", "blank paper"],
)
def test_a_picture_without_a_digit_gets_one_sentence(page, content, says):
    if content is None:
        stream = BytesIO()
        Image.new("L", (80, 80), 200).save(stream, "PNG")
        content = stream.getvalue()
    upload(page, "picture.png", content)
    assert not page.exception
    assert says in page.error[0].value
    assert read_guess(page) == []


def test_every_saved_model_can_be_chosen(home, page):
    paper = load_model(ROOT / "models" / "paper")
    save_model(paper.network, paper.info, home / "models" / "mine")
    page.run()
    page.selectbox[0].set_value("mine").run()
    upload(page, "four.png", make_picture())
    assert not page.exception
    assert len(read_guess(page)) == 1


def test_a_model_for_another_side_says_so(home, page):
    from dataclasses import replace

    info = load_model(ROOT / "models" / "paper").info
    network = MLP(info.candidate.hidden1, info.candidate.hidden2, info.candidate.activation, 16**2)
    save_model(network, replace(info, side=16), home / "models" / "small")
    page.run()
    page.selectbox[0].set_value("small").run()
    assert not page.exception
    assert "small reads images of 16 x 16" in page.warning[0].value


def test_the_writers_that_the_model_learned_from_are_named(page):
    assert any("Alpaydin" in caption.value and "CC BY 4.0" in caption.value for caption in page.caption)


def keep_seven(home: Path, label: int = 7, read: int = 1) -> None:
    from mnist_core.pens.corrections import keep_correction, make_correction

    keep_correction(
        make_correction([[(0, 0), (60, 0), (25, 100)]], label, read, "robust"), home / "corrections"
    )


def test_nothing_is_said_of_corrections_before_there_are_any(page):
    assert [heading.value for heading in page.header] == []


def test_a_kept_correction_is_shown_and_can_be_deleted(home, page):
    keep_seven(home)
    page.run()

    assert not page.exception
    assert any("1: a 7, read as 1" in element.proto.body for element in page.get("html"))
    next(button for button in page.button if button.label == "Delete all 1").click().run()
    assert not page.exception
    assert list((home / "corrections").glob("*.json")) == []
    assert [heading.value for heading in page.header] == []


def test_what_was_drawn_in_the_game_is_not_the_own_writing(home, page):
    from mnist_core.pens.corrections import Source, keep_correction, make_correction

    line = [[(10.0, 10.0), (10.0, 90.0)]]
    keep_correction(make_correction(line, 1, 7, "robust", Source.GAME, 3.0), home / "corrections")
    page.run()
    assert not page.exception
    assert [heading.value for heading in page.header] == []


@pytest.fixture
def store(home):

    opened = Database(f"sqlite:///{home / 'lab.db'}")
    yield opened
    opened.close()


def finish_learning(store, home: Path, unseen: int | None = 4, test_after: float = 0.9695) -> str:
    from mnist_core.training.learning.copying import COPY

    job_id = add_job(store, "learn", {"model": "paper"}, name="learns")
    assert claim(store, job_id) is not None
    paper = load_model(ROOT / "models" / "paper")
    save_model(paper.network, paper.info, home / "runs" / job_id / COPY)
    end(
        store,
        job_id,
        WorkState.DONE,
        "done",
        {"model": "paper", "n": 5, "own_before": 1, "own_after": 5, "own_unseen": unseen}
        | {"test_before": 0.97, "test_after": test_after, "test_words": "the held-out images"},
    )
    return job_id


def test_a_copy_that_was_not_kept_stays_when_another_learning_begins(home, page, store, no_process_left):
    keep_seven(home)
    finished = finish_learning(store, home)
    page.run()

    press(page, "Learn from my writing")

    assert not page.exception
    assert finished in [job.id for job in list_work(store, "learn")]
    assert len(list_work(store, "learn")) == 2
    press(page, "Keep it")
    assert not page.exception
    assert (home / "models" / "my-writing" / "model.json").exists()


def test_learning_that_is_asked_for_in_two_tabs_is_one_that_both_show(home, page, store, no_process_left):
    keep_seven(home)
    page.run()
    other = AppTest.from_file(ROOT / "app.py", default_timeout=60).run().switch_page("pages/draw.py").run()

    press(page, "Learn from my writing")
    press(other, "Learn from my writing")

    assert not page.exception
    assert not other.exception
    assert len(list_work(store, "learn")) == 1


@pytest.mark.parametrize(
    ("unseen", "test_after", "first"),
    [(4, 0.9695, "Keep it"), (1, 0.97, "Drop it"), (4, 0.95, "Drop it"), (None, 0.97, "Keep it")],
)
def test_a_copy_that_is_no_better_is_not_the_first_choice(home, page, store, unseen, test_after, first):
    finish_learning(store, home, unseen, test_after)
    page.run()
    primary = [button.label for button in page.button if button.proto.type == "primary"]
    assert primary == [first]


def test_what_was_learned_is_shown_before_and_after_and_can_be_kept_or_dropped(home, page, store):
    keep_seven(home)
    for keeps in (False, True):
        finish_learning(store, home)
        page.run()
        assert not page.exception
        (table,) = [item.value for item in page.markdown if "read right" in item.value]
        assert "| 1 of 5 | 4 of 5 |" in table
        assert "| 97.00% | 96.95% |" in table
        label = "Keep it" if keeps else "Drop it"
        next(button for button in page.button if button.label == label).click().run()
        assert not page.exception
        assert (home / "models" / "my-writing" / "model.json").exists() is keeps
        assert list_work(store, "learn") == []
