"""The Data and Home pages, from an empty home folder."""

import time
from collections.abc import Callable
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from mirrors import DIGITS, find_dead_address, make_set, serve
from scipy.io import loadmat, savemat
from screen import press, read_facts
from streamlit.testing.v1 import AppTest
from zips import name_pictures

from mnist_core.data.dataset import split_dataset
from mnist_core.data.fetching import CATALOG
from mnist_core.data.sample import SAMPLE_FINGERPRINT, SAMPLE_NAME, SAMPLE_PATH
from mnist_core.network.plan import SearchPlan
from mnist_core.pens.corrections import Source, keep_correction, make_correction
from mnist_core.store import Database, add_search
from mnist_ui.data.dataset_charts import chart_digit_counts
from mnist_ui.data.state import FETCH
from mnist_ui.session import DATASET

APP = Path(__file__).resolve().parents[2] / "app.py"
OpenApp = Callable[[], AppTest]


@pytest.fixture
def open_app(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> OpenApp:
    """Open a new tab of the app, always on the same home folder."""
    monkeypatch.setenv("MNIST_LAB_HOME", str(tmp_path / "home"))
    return lambda: AppTest.from_file(APP, default_timeout=60).run()


@pytest.fixture
def data_page(open_app: OpenApp) -> AppTest:
    return open_app().switch_page("pages/data.py").run()


def upload(page: AppTest, name: str, content: bytes) -> AppTest:
    return page.file_uploader[0].set_value((name, content, "application/octet-stream")).run()


def upload_all(page: AppTest, files: dict[str, bytes], uploader: int = 0) -> AppTest:
    given = [(name, content, "application/octet-stream") for name, content in files.items()]
    return page.file_uploader[uploader].set_value(given).run()


def make_mat(**variables: np.ndarray) -> bytes:
    stream = BytesIO()
    savemat(stream, variables)
    return stream.getvalue()


def read_heading(page: AppTest) -> str:
    (heading,) = page.header
    return heading.value.replace("\\", "")  # what Markdown would take for a sign is escaped


def test_home_says_that_nothing_is_open_yet(open_app):
    page = open_app()
    assert not page.exception
    assert read_facts(page)["Open data set"] == "none"


def test_home_leads_to_drawing_and_to_looking_inside(open_app):
    assert [button.label for button in open_app().button] == ["Draw a digit", "Look inside a network"]


def test_the_data_page_is_empty_but_for_the_three_ways_in(data_page):
    assert not data_page.exception
    assert not data_page.metric
    assert {button.label for button in data_page.button} >= {"Open the sample", "Fetch MNIST"}
    assert [one.label for one in data_page.file_uploader] == ["Files of digit images", "A folder of pictures"]


def test_the_sample_opens_and_shows_what_was_understood(data_page):
    page = press(data_page, "Open the sample")
    assert not page.exception
    assert read_heading(page) == SAMPLE_NAME
    assert read_facts(page) == {
        "Images": "5,000",
        "Pixels": "28 × 28",
        "Digits": "10",
        "Values in the file": "0 to 255",
    }
    assert any("4,166 to train, a sixth (834) held out" in text.value for text in page.markdown)


def test_an_uploaded_file_opens_under_its_own_name(data_page):
    page = upload(data_page, "my *own* digits.mat", SAMPLE_PATH.read_bytes())
    assert not page.exception
    assert read_heading(page) == "my *own* digits.mat"


def test_home_tells_which_data_set_is_open(data_page):
    page = press(data_page, "Open the sample").switch_page("pages/home.py").run()
    assert read_facts(page)["Open data set"] == SAMPLE_NAME


def test_a_new_tab_shows_the_data_set_that_was_opened_last(open_app, data_page):
    press(data_page, "Open the sample")
    page = open_app().switch_page("pages/data.py").run()
    assert read_heading(page) == SAMPLE_NAME


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"\x89PNG\r\n\x1a\n" + bytes(300), "seems to be a PNG picture"),
        (b"", "is empty"),
        (make_mat(matrix=np.eye(3)), "but there is only matrix"),
        (
            make_mat(input_images=np.full((9, 784), np.nan), output_labels=np.arange(9)),
            "7,056 are NaN or infinite",
        ),
        (make_mat(input_images=np.eye(9, 784), output_labels=np.arange(3, 12)), "such as 10"),
    ],
)
def test_a_refused_file_gets_one_sentence_and_the_open_data_set_stays(data_page, content, sentence):
    page = upload(press(data_page, "Open the sample"), "given.mat", content)
    assert not page.exception
    (error,) = page.error
    assert sentence in error.value
    assert f"**{SAMPLE_NAME}** stays open" in error.value
    assert read_heading(page) == SAMPLE_NAME


def test_the_sentence_goes_once_another_file_is_opened(data_page):
    page = press(upload(data_page, "given.mat", b"7,0,0\n"), "Open the sample")
    assert not page.error


def test_a_data_set_that_was_opened_before_opens_again(data_page):
    other = make_mat(input_images=np.eye(60, 784), output_labels=np.arange(60) % 10)
    page = upload(press(data_page, "Open the sample"), "other.mat", other)
    assert read_heading(page) == "other.mat"
    (choice,) = [box for box in page.selectbox if box.label == "Or one that was opened before"]
    page = choice.set_value(SAMPLE_FINGERPRINT).run()
    assert not page.exception
    assert read_heading(page) == SAMPLE_NAME


def test_a_data_set_that_is_gone_is_refused_and_can_be_opened_again(data_page, tmp_path):
    other = make_mat(input_images=np.eye(60, 784), output_labels=np.arange(60) % 10)
    page = upload(press(data_page, "Open the sample"), "other.mat", other)
    (tmp_path / "home" / "datasets" / SAMPLE_FINGERPRINT / "images.npy").unlink()
    (choice,) = [box for box in page.selectbox if box.label == "Or one that was opened before"]
    page = choice.set_value(SAMPLE_FINGERPRINT).run()
    assert "is kept here" in page.error[0].value
    assert read_heading(page) == "other.mat"


def test_too_few_images_to_hold_any_out_are_shown_with_a_warning(data_page):
    few = make_mat(input_images=np.eye(5, 784), output_labels=np.arange(5))
    page = upload(data_page, "few.mat", few)
    assert not page.exception
    assert "use more images" in page.warning[0].value


def test_other_examples_can_be_shown(data_page):
    page = press(data_page, "Open the sample")
    before = [element.proto.body for element in page.get("html")]
    page = press(page, "Show others")
    assert [element.proto.body for element in page.get("html")] != before


def make_digits(n: int = 600) -> tuple[np.ndarray, np.ndarray]:
    arrays = loadmat(SAMPLE_PATH)
    return arrays["input_images"][:n].reshape(n, 28, 28), arrays["output_labels"][:n].ravel()


def read_reasons(page: AppTest) -> str:
    return " ".join(str(table.value.to_dict()) for table in page.table)


def test_a_turned_and_inverted_file_is_shown_before_and_after(data_page):
    images, digits = make_digits()
    turned = make_mat(fea=255 - images.swapaxes(1, 2).reshape(-1, 784), gnd=digits + 1)
    page = upload(data_page, "turned.mat", turned)
    assert not page.exception
    assert not page.error
    assert {"As the file has them", "As the lab has them"} <= {caption.value for caption in page.caption}
    assert "transposed" in page.info[0].value
    assert "inverted" in page.info[0].value


def test_the_page_says_what_each_variable_became_and_why(data_page):
    images, digits = make_digits()
    page = upload(data_page, "digits.mat", make_mat(X=images.reshape(-1, 784), y=digits, note="made today"))
    words = read_reasons(page)
    assert "600 × 784 uint8" in words
    assert "How the images lie" in words


def test_two_plausible_label_variables_leave_the_choice_to_the_user(data_page):
    images, digits = make_digits()
    both = make_mat(X=images.reshape(-1, 784), first=digits, second=digits[::-1].copy())
    page = upload(press(data_page, "Open the sample"), "both.mat", both)
    assert "first and second may each hold the labels" in page.warning[0].value
    assert read_heading(page) == SAMPLE_NAME
    assert [button.disabled for button in page.button if button.label == "Use this reading"] == [True]

    (choice,) = [box for box in page.selectbox if box.label == "Labels"]
    page = press(choice.set_value("first").run(), "Use this reading")

    assert not page.exception
    assert read_heading(page) == "both.mat"


def test_a_file_in_decision_can_be_left(data_page):
    images, digits = make_digits()
    both = make_mat(X=images.reshape(-1, 784), first=digits, second=digits[::-1].copy())
    page = press(upload(press(data_page, "Open the sample"), "both.mat", both), "Leave it")
    assert not page.warning
    assert read_heading(page) == SAMPLE_NAME


def test_a_file_that_is_open_can_be_read_another_way_and_its_choice_is_kept(open_app, data_page):
    images, digits = make_digits()
    page = upload(data_page, "digits.mat", make_mat(X=images.reshape(-1, 784), y=digits))
    page = press(page, "Read it another way")
    (lies,) = [box for box in page.selectbox if box.label == "How the images lie"]
    page = press(lies.set_value("rotated180").run(), "Use this reading")
    assert "turned by 180°" in page.info[0].value

    page = press(open_app().switch_page("pages/data.py").run(), "Read it another way")
    (lies,) = [box for box in page.selectbox if box.label == "How the images lie"]
    assert lies.value == "rotated180"
    page = press(page, "Forget my choices")
    (lies,) = [box for box in page.selectbox if box.label == "How the images lie"]
    assert lies.value == "upright"


def test_two_files_that_are_one_data_set_can_be_read_another_way_too(open_app, data_page):
    images, digits = make_digits()
    files = {"images.mat": make_mat(X=images.reshape(-1, 784)), "labels.mat": make_mat(y=digits)}
    page = upload_all(data_page, files)
    assert read_heading(page) == "images.mat + labels.mat"

    page = press(open_app().switch_page("pages/data.py").run(), "Read it another way")
    (lies,) = [box for box in page.selectbox if box.label == "How the images lie"]
    page = press(lies.set_value("rotated180").run(), "Use this reading")

    assert not page.exception
    assert "turned by 180°" in page.info[0].value
    assert read_heading(page) == "images.mat + labels.mat"


def test_a_folder_of_pictures_is_uploaded_with_its_subfolders_as_classes(data_page):
    images, digits = make_digits(40)
    page = upload_all(data_page, name_pictures(images, digits, "my digits/"), uploader=1)
    assert not page.exception
    assert read_heading(page) == "my digits"
    assert read_facts(page)["Images"] == "40"
    assert "Read it another way" in [button.label for button in page.button]


def test_images_without_labels_can_be_viewed_and_the_page_says_what_they_cannot(data_page):
    images, _ = make_digits()
    page = upload(data_page, "unknown.mat", make_mat(images=images.reshape(-1, 784)))
    assert not page.exception
    assert "can be viewed and read, but not trained on" in page.warning[0].value
    assert read_facts(page)["Digits"] == "unknown"


@pytest.mark.parametrize("name", ["../../etc/passwd.mat", "a" * 300 + ".mat", "\u202etam.exe.mat"])
def test_an_odd_name_is_only_a_name(data_page, tmp_path, name):
    images, digits = make_digits()
    page = upload(data_page, name, make_mat(X=images.reshape(-1, 784), y=digits))
    assert not page.exception
    assert not page.error
    assert "\u202e" not in read_heading(page)
    assert len(list((tmp_path / "home" / "datasets").iterdir())) == 1


def test_the_same_file_twice_is_one_data_set_and_a_refused_one_leaves_nothing(data_page, tmp_path):
    images, digits = make_digits()
    content = make_mat(X=images.reshape(-1, 784), y=digits)
    page = upload(upload(data_page, "digits.mat", content), "digits.mat", content)
    upload(page, "cut.mat", content[:2000])
    kept = sorted(path.name for path in (tmp_path / "home" / "datasets").rglob("*") if path.is_file())
    assert kept == ["dataset.json", "images.npy", "labels.npy", "source.mat"]


def test_all_tabs_share_the_images_of_a_data_set(open_app):
    first = open_app().switch_page("pages/data.py").run()
    press(first, "Open the sample")
    others = [open_app().switch_page("pages/data.py").run() for _ in range(2)]

    assert [page.session_state[DATASET].fingerprint for page in others] == [SAMPLE_FINGERPRINT] * 2
    assert all(page.session_state[DATASET] is first.session_state[DATASET] for page in others)


def test_a_data_set_is_removed_once_its_user_has_said_so_twice(open_app, tmp_path):
    page = open_app().switch_page("pages/data.py").run()
    press(page, "Open the sample")

    press(page, "Remove …")
    assert read_heading(page) == "MNIST sample"
    press(page, "Remove")

    assert not list((tmp_path / "home" / "datasets").glob("[!.]*"))
    assert "Open the sample" in [button.label for button in page.button]
    assert DATASET not in page.session_state


def test_a_data_set_that_work_waits_for_is_not_removed(open_app, tmp_path):
    page = open_app().switch_page("pages/data.py").run()
    press(page, "Open the sample")
    store = Database(f"sqlite:///{tmp_path / 'home' / 'lab.db'}")
    run_id = add_search(store, SearchPlan(), "MNIST sample", SAMPLE_FINGERPRINT)

    press(page, "Remove …")
    press(page, "Remove")

    assert run_id in page.error[0].value.replace("\\", "")
    assert read_heading(page) == "MNIST sample"
    store.close()


def test_a_file_whose_labels_do_not_fit_asks_what_they_mean_and_its_classes_can_be_named(data_page):
    images, digits = make_digits()
    clothes = make_mat(X=images.reshape(-1, 784), y=(digits[::-1] + np.arange(600)) % 3)
    page = upload(data_page, "clothes.mat", clothes)
    assert "What do the labels of y mean?" in page.warning[0].value
    fields = [field for field in page.text_input if field.label in "012"]
    assert len(fields) == 3
    assert sum("an image of label" in element.proto.body for element in page.get("html")) == 3

    for field, name in zip(fields, ("shirt", "", "shoe"), strict=True):
        field.set_value(name)
    page = press(press(page, "Name the classes so"), "Use this reading")

    assert not page.exception
    assert read_heading(page) == "clothes.mat"
    assert page.session_state[DATASET].class_names == ("shirt", "1", "shoe")


def test_a_digit_that_does_not_occur_has_no_bar(data_page):
    images, digits = make_digits()
    page = upload(
        data_page, "nine.mat", make_mat(X=images[digits > 0].reshape(-1, 784), y=digits[digits > 0])
    )
    assert not page.exception
    assert read_facts(page)["Digits"] == "9"
    dataset = page.session_state[DATASET]
    rows = chart_digit_counts(dataset, split_dataset(dataset)).to_dict()["datasets"]
    assert {row["digit"] for some in rows.values() for row in some} == set("123456789")


def test_images_and_labels_in_two_files_open_together(data_page):
    images, digits = make_digits()
    files = [
        ("images.mat", make_mat(digits=images.reshape(-1, 784))),
        ("labels.mat", make_mat(labels=np.eye(10)[digits])),
    ]
    page = data_page.file_uploader[0].set_value([(*file, "application/octet-stream") for file in files]).run()
    assert not page.exception
    assert read_heading(page) == "images.mat + labels.mat"
    np.testing.assert_array_equal(page.session_state[DATASET].labels, digits)


def test_a_file_of_labels_is_added_to_the_open_images(data_page):
    images, digits = make_digits()
    page = upload(data_page, "images.mat", make_mat(digits=images.reshape(-1, 784)))
    assert read_facts(page)["Digits"] == "unknown"

    page = upload(page, "labels.mat", make_mat(labels=digits))
    assert not page.error
    assert read_heading(page) == "images.mat + labels.mat"
    np.testing.assert_array_equal(page.session_state[DATASET].labels, digits)


def test_labels_of_another_count_are_not_added_to_the_open_images(data_page):
    images, digits = make_digits()
    page = upload(data_page, "images.mat", make_mat(digits=images.reshape(-1, 784)))
    page = upload(page, "labels.mat", make_mat(labels=digits[:500]))
    assert "Digit images are needed" in page.error[0].value
    assert read_heading(page) == "images.mat"


def await_fetch(page: AppTest) -> AppTest:
    """Run the page as a tab does while something is fetched, until that has ended."""
    deadline = time.monotonic() + 60
    while FETCH in page.session_state and time.monotonic() < deadline:
        page = page.run()
    return page


def test_a_public_set_is_chosen_fetched_and_opened(open_app, monkeypatch, tmp_path):
    with serve() as server:
        garments = make_set("fashion-mnist", [server.mirror("absent"), server.mirror("whole")])
        monkeypatch.setitem(CATALOG, garments.name, garments)
        page = open_app().switch_page("pages/data.py").run()
        page = page.selectbox(key="public-set").set_value("fashion-mnist").run()
        assert any("MIT licence" in caption.value for caption in page.caption)

        page = await_fetch(press(page, "Fetch Fashion-MNIST"))

    assert not page.exception
    assert not page.error
    assert read_heading(page) == "Fashion-MNIST"
    dataset = page.session_state[DATASET]
    np.testing.assert_array_equal(dataset.images, DIGITS[0])
    assert dataset.class_names[0] == "T-shirt/top"
    assert (tmp_path / "home" / "downloads" / "fashion-mnist").is_dir()


def test_without_a_network_a_fetch_says_so_in_one_sentence(data_page, monkeypatch):
    dead = find_dead_address()
    kept = replace(CATALOG["mnist"], mirrors=(dead, dead))
    monkeypatch.setitem(CATALOG, "mnist", kept)

    page = await_fetch(press(press(data_page, "Open the sample"), "Fetch MNIST"))

    assert "none of 2 public mirrors could be reached" in page.error[0].value
    assert read_heading(page) == SAMPLE_NAME
    assert "Fetch MNIST" in [button.label for button in page.button if not button.disabled]


def test_ones_drawings_open_as_a_data_set_and_those_of_the_game_do_not(open_app, tmp_path):
    for place in range(40):
        strokes = [[(0, 0), (place + 1, 40), (50, 3 * place + 20)]]
        writer, source = ("Ada", "Ben", None)[place % 3], Source.GAME if place == 39 else Source.DRAW
        made = make_correction(strokes, place % 4, None, None, source, writer=writer)
        keep_correction(made, tmp_path / "home" / "corrections")
    page = open_app().switch_page("pages/data.py").run()
    assert any("39 drawings, of 3 people" in words.value for words in page.markdown)

    page = press(page, "Open your drawings")

    assert not page.exception
    assert read_heading(page) == "drawings.json"
    dataset = page.session_state[DATASET]
    assert dataset.class_counts.tolist() == [10, 10, 10, 9, 0, 0, 0, 0, 0, 0]
    assert len(np.unique(dataset.writers)) == 3
    assert "Read it another way" in [button.label for button in page.button]


def test_a_damaged_drawing_is_told_beside_the_other_ways_in(open_app, tmp_path):
    (tmp_path / "home" / "corrections").mkdir(parents=True)
    (tmp_path / "home" / "corrections" / "odd.json").write_text("no drawing")
    page = open_app().switch_page("pages/data.py").run()
    assert not page.exception
    assert "must hold one drawing, but is damaged" in page.warning[0].value.replace("\\", "")
