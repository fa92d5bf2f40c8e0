"""Strokes become images like MNIST's."""

import json
from pathlib import Path

import numpy as np
import pytest
from digits import ROOT

from mnist_core.ground.errors import DrawingError, EmptyDrawingError
from mnist_core.insight.evaluation import predict
from mnist_core.network.models import load_model
from mnist_core.pens import centre_ink, draw_strokes, parse_strokes

SEVEN = [[[100, 100], [200, 100], [140, 260]]]
FOUR = [[[120, 80], [90, 180], [200, 180]], [[180, 120], [170, 260]]]


def ink_box(image: np.ndarray) -> tuple[int, int]:
    """Measure the height and width of what is at least half ink."""
    rows, columns = (np.flatnonzero((image >= 0.5).any(axis=axis)) for axis in (1, 0))
    return int(np.ptp(rows)) + 1, int(np.ptp(columns)) + 1


def centre(image: np.ndarray) -> np.ndarray:
    rows, columns = np.indices(image.shape)
    return np.array([(rows * image).sum(), (columns * image).sum()]) / image.sum()


def likeness(one: np.ndarray, other: np.ndarray) -> float:
    return float(np.corrcoef(one.ravel(), other.ravel())[0, 1])


class TestParse:
    def test_drawings_keep_their_order_and_label_and_lose_extra_keys(self) -> None:
        document = [{"strokes": SEVEN, "label": 7, "writer": 3, "pen": "blue"}, {"strokes": FOUR}]
        seven, four = parse_strokes(document)
        assert (seven.strokes, seven.label, seven.writer) == (SEVEN, 7, 3)
        assert (four.strokes, four.label, four.writer) == (FOUR, None, None)

    @pytest.mark.parametrize("label", ["7", 12, True, None, 7.0])
    def test_a_label_that_is_no_digit_is_ignored_like_an_extra_key(self, label: object) -> None:
        assert parse_strokes([{"strokes": SEVEN, "label": label}])[0].label is None

    @pytest.mark.parametrize(
        ("document", "says"),
        [
            ({"strokes": SEVEN}, "came as an object with 'strokes'"),
            ("seven", "came as text"),
            (None, "came as null"),
            ([SEVEN], "drawing 1 is a list"),
            ([{"strokes": SEVEN}, {"lines": SEVEN}], "drawing 2 is an object with 'lines'"),
            ([{"strokes": [1, 2]}], "drawing 1 is an object"),
            ([{"strokes": [[1, 2]]}], "list of [x, y] or [x, y, time] numbers"),
            ([{"strokes": "seven"}], "drawing 1 is an object"),
            ([{"strokes": [[[1, 2, 3, 4]]]}], "list of [x, y] or [x, y, time] numbers"),
            ([{"strokes": [[[1, 2], [3]]]}], "list of [x, y] or [x, y, time] numbers"),
            ([{"strokes": [[["1", "2"]]]}], "list of [x, y] or [x, y, time] numbers"),
            ([{"strokes": [[[1, None]]]}], "list of [x, y] or [x, y, time] numbers"),
            ([{"strokes": [[[1, 10**400]]]}], "list of [x, y] or [x, y, time] numbers"),
            ([{"strokes": [[[1, float("nan")]]]}], "NaN"),
            ([{"strokes": [[[1, float("inf")]]]}], "infinity"),
            ([{"strokes": [[[1, 1e300]]]}], "or more"),
        ],
    )
    def test_another_shape_is_refused_with_one_sentence(self, document: object, says: str) -> None:
        with pytest.raises(DrawingError) as refusal:
            parse_strokes(document)
        assert says in str(refusal.value)
        assert "\n" not in str(refusal.value)

    @pytest.mark.parametrize("document", [[], [{"strokes": []}], [{"strokes": [[], []]}]])
    def test_drawings_without_a_point_are_called_empty(self, document: list) -> None:
        with pytest.raises(EmptyDrawingError):
            parse_strokes(document)


class TestDrawStrokes:
    def test_the_longer_side_of_the_ink_fills_the_20_pixel_box(self) -> None:
        image = draw_strokes(SEVEN)
        assert image.shape == (28, 28)
        assert image.dtype == np.float32
        assert ink_box(image)[0] in (19, 20)
        assert image.min() == 0.0
        assert image.max() == 1.0

    @pytest.mark.parametrize(("width", "height"), [(300, 100), (100, 300)])
    def test_a_drawing_keeps_its_shape(self, width: int, height: int) -> None:
        rectangle = [[[0, 0], [width, 0], [width, height], [0, height], [0, 0]]]
        tall, wide = ink_box(draw_strokes(rectangle))
        # the pen adds the same to both sides
        assert (wide - 2.3) / (tall - 2.3) == pytest.approx(width / height, rel=0.2)

    def test_place_and_scale_on_the_canvas_make_no_difference(self) -> None:
        moved = [[[x * 0.01 + 1e3, y * 0.01 - 50] for x, y in stroke] for stroke in FOUR]
        np.testing.assert_allclose(draw_strokes(moved), draw_strokes(FOUR), atol=0.12)

    @pytest.mark.parametrize("strokes", [SEVEN, FOUR])
    def test_the_centre_of_mass_is_the_middle_as_in_mnist(self, strokes: list) -> None:
        np.testing.assert_allclose(centre(draw_strokes(strokes)), 13.75, atol=0.02)

    def test_the_pen_is_as_wide_as_the_strokes_of_mnist(self) -> None:
        across = draw_strokes([[[0, 0], [0, 100]]])[14]
        assert across.sum() == pytest.approx(2.3, abs=0.05)

    @pytest.mark.parametrize("strokes", [[[[5, 5]]], [[[5, 5]] * 3], [[], [[0, 0]]], [[[0, 0], [0, 1e-300]]]])
    def test_a_dot_is_a_dot_in_the_middle(self, strokes: list) -> None:
        image = draw_strokes(strokes)
        assert image.sum() == pytest.approx(np.pi * 1.15**2, rel=0.05)
        np.testing.assert_allclose(centre(image), 13.75, atol=0.02)

    def test_ten_thousand_points_give_the_same_circle_as_two_hundred(self) -> None:
        def circle(n: int) -> list:
            angles = np.linspace(0, 2 * np.pi, n)
            return [np.stack([np.cos(angles), np.sin(angles)], axis=1).tolist()]

        assert likeness(draw_strokes(circle(10_000)), draw_strokes(circle(200))) > 0.99

    def test_ink_far_off_its_box_stays_inside_the_image(self) -> None:
        scribble = [[[x % 7, x % 5] for x in range(60)], [[0, 0], [100, 100]]]
        whole = draw_strokes(scribble)
        assert ink_box(whole) == (19, 19)

    def test_times_make_no_difference(self) -> None:
        timed = [[[x, y, 17.5 * step] for step, (x, y) in enumerate(stroke)] for stroke in FOUR]
        np.testing.assert_array_equal(draw_strokes(timed), draw_strokes(FOUR))

    @pytest.mark.parametrize("scale", [1e-9, 1.0, 3.0, 1e9])
    def test_any_canvas_and_any_ratio_of_its_pixels_give_the_same_image(self, scale: float) -> None:
        scaled = [[[x * scale, y * scale] for x, y in stroke] for stroke in FOUR]
        np.testing.assert_allclose(draw_strokes(scaled), draw_strokes(FOUR), atol=1e-6)

    @pytest.mark.parametrize("strokes", [[[[-4e5, 7], [9e5, -40]]], [[[0, y] for y in range(0, 500, 9)]]])
    def test_strokes_beyond_the_canvas_or_all_at_its_edge_are_ink_like_any(self, strokes: list) -> None:
        image = draw_strokes(strokes)
        assert max(ink_box(image)) in (19, 20)
        np.testing.assert_allclose(centre(image), 13.75, atol=0.05)

    def test_no_ink_at_all_is_an_empty_drawing(self) -> None:
        with pytest.raises(EmptyDrawingError, match="draw a digit first"):
            draw_strokes([[]])

    def test_a_coordinate_that_is_no_number_is_refused(self) -> None:
        with pytest.raises(DrawingError, match="NaN"):
            draw_strokes([[[float("nan"), 1.0]]])

    def test_the_shipped_model_reads_at_least_88_percent_of_the_pen_digits(self, real_data: Path) -> None:
        drawings = parse_strokes(json.loads((real_data / "pen_digits.json").read_text(encoding="utf-8")))
        images = np.stack([draw_strokes(drawing.strokes) for drawing in drawings])
        guesses = predict(load_model(ROOT / "models" / "paper").network, images).argmax(axis=1)
        share_right = np.mean(guesses == [drawing.label for drawing in drawings])
        assert len(drawings) == 7494
        assert share_right >= 0.88


class TestCentreInk:
    def test_ink_in_a_corner_moves_to_the_middle(self) -> None:
        image = np.zeros((28, 28), dtype=np.float32)
        image[:4, 22:] = 1.0
        moved = centre_ink(image)
        np.testing.assert_allclose(centre(moved), 13.75, atol=0.01)
        assert moved.sum() == pytest.approx(image.sum())

    def test_a_blank_image_has_no_centre(self) -> None:
        with pytest.raises(EmptyDrawingError):
            centre_ink(np.zeros((28, 28), dtype=np.float32))
