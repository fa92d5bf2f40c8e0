"""A number is shown digit by digit, with what is not sure left open, and each can be corrected."""

from pathlib import Path

from streamlit.testing.v1 import AppTest

from mnist_core.pens.corrections import list_corrections

ROOT = Path(__file__).resolve().parents[2]


def show(strokes: list[list[list[float]]], folder: str) -> None:
    from pathlib import Path

    from mnist_core.network.models import load_model
    from mnist_ui.draw.number_answer import show_number

    show_number(load_model(Path(folder)), strokes)


def open_page(strokes: list[list[list[float]]]) -> tuple[AppTest, str]:
    page = AppTest.from_function(show, args=(strokes, str(ROOT / "models" / "robust")), default_timeout=60)
    page.run()
    assert not page.exception
    return page, "".join(element.proto.body for element in page.get("html"))


SEVEN = [[[0, 0], [60, 0], [25, 100]]]
FOUR = [[[120, 0], [100, 60], [170, 60]], [[150, 30], [145, 100]]]
SCRIBBLE = [
    [[220, 0], [300, 90], [210, 50], [290, 10], [230, 100], [300, 40], [220, 80], [260, 0], [250, 99]]
]


def test_each_digit_is_shown_as_it_was_cut_and_the_number_in_large():
    _, shown = open_page([*SEVEN, *FOUR])

    assert 'aria-label="number: 74"' in shown
    assert shown.count("<figure") == 2
    assert "sure that all of it is right" in shown


def test_what_is_not_sure_is_a_question_mark_with_two_guesses():
    _, shown = open_page([*SEVEN, *FOUR, *SCRIBBLE])

    assert 'aria-label="number: 74?"' in shown
    assert "Not sure where it says ?. The best guess is 74" in shown
    assert shown.count("not sure: ") == 1


def test_a_digit_of_a_number_is_corrected_and_kept_alone(tmp_path, monkeypatch):
    monkeypatch.setenv("MNIST_LAB_HOME", str(tmp_path))
    page, shown = open_page([*SEVEN, [[120, 0], [115, 100]]])
    assert 'aria-label="number: 71"' in shown

    page.button_group[0].set_value(1).run()
    page.button_group[1].set_value(7).run()
    next(button for button in page.button if button.label == "Yes, a 7").click().run()

    assert not page.exception
    (kept,) = list_corrections(tmp_path / "corrections")
    assert (kept.label, kept.read, len(kept.strokes)) == (7, 1, 1)
    shown = "".join(element.proto.body for element in page.get("html"))
    assert 'aria-label="number: 77"' in shown
    assert "7, as you told it: read as 1" in shown
