"""Strokes and pictures become images like MNIST's."""

import io
import json
from pathlib import Path

import numpy as np
import pytest
from digits import ROOT
from PIL import Image as Pillow
from PIL import ImageDraw

from mnist_core.drawing import centre_ink, draw_strokes, parse_strokes, read_picture
from mnist_core.errors import DrawingError, EmptyDrawingError
from mnist_core.evaluation import predict
from mnist_core.modelstore import load_model

SEVEN = [[[100, 100], [200, 100], [140, 260]]]
FOUR = [[[120, 80], [90, 180], [200, 180]], [[180, 120], [170, 260]]]


def ink_box(image: np.ndarray) -> tuple[int, int]:
    """Measure the height and width of what is at least half ink."""
    rows, columns = (np.flatnonzero((image >= 0.5).any(axis=axis)) for axis in (1, 0))
    return int(np.ptp(rows)) + 1, int(np.ptp(columns)) + 1


def centre(image: np.ndarray) -> np.ndarray:
    rows, columns = np.indices(image.shape)
    return np.array([(rows * image).sum(), (columns * image).sum()]) / image.sum()


def photograph(
    strokes: list, *, paper: float = 0.9, ink: float = 0.1, side: int = 240, pen: int = 8
) -> np.ndarray:
    """Draw strokes as a picture with brightness 0 to 1, at their own coordinates."""
    canvas = Pillow.new("L", (side, side + 60))
    for stroke in strokes:
        ImageDraw.Draw(canvas).line([tuple(point) for point in stroke], fill=1, width=pen, joint="curve")
    return np.where(np.asarray(canvas) == 1, ink, paper)


def as_file(brightness: np.ndarray, kind: str = "PNG", **options: object) -> io.BytesIO:
    file = io.BytesIO()
    Pillow.fromarray((brightness.clip(0, 1) * 255).astype(np.uint8)).save(file, kind, **options)
    file.seek(0)
    return file


def likeness(one: np.ndarray, other: np.ndarray) -> float:
    return float(np.corrcoef(one.ravel(), other.ravel())[0, 1])


class TestParse:
    def test_drawings_keep_their_order_and_label_and_lose_extra_keys(self) -> None:
        document = [{"strokes": SEVEN, "label": 7, "writer": 3}, {"strokes": FOUR}]
        seven, four = parse_strokes(document)
        assert (seven.strokes, seven.label) == (SEVEN, 7)
        assert (four.strokes, four.label) == (FOUR, None)

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
            ([{"strokes": [[1, 2]]}], "list of [x, y] numbers"),
            ([{"strokes": [[[1, 2, 3]]]}], "list of [x, y] numbers"),
            ([{"strokes": [[[1, 2], [3]]]}], "list of [x, y] numbers"),
            ([{"strokes": [[["1", "2"]]]}], "list of [x, y] numbers"),
            ([{"strokes": [[[1, None]]]}], "list of [x, y] numbers"),
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


class TestReadPicture:
    @pytest.mark.parametrize(("paper", "ink"), [(0.9, 0.1), (0.1, 0.9), (0.8, 0.6), (0.0, 1.0)])
    def test_either_polarity_gives_the_image_that_the_strokes_give(self, paper: float, ink: float) -> None:
        image = read_picture(as_file(photograph(FOUR, paper=paper, ink=ink)))
        assert likeness(image, draw_strokes(FOUR)) > 0.9

    @pytest.mark.parametrize("pen", [3, 8, 16])
    def test_thin_pens_are_thickened_and_the_box_is_filled(self, pen: int) -> None:
        image = read_picture(as_file(photograph(SEVEN, pen=pen)))
        assert max(ink_box(image)) in (18, 19, 20)
        assert likeness(image, draw_strokes(SEVEN)) > 0.85

    def test_uneven_light_and_grain_are_not_ink(self) -> None:
        picture = photograph(FOUR)
        light = np.linspace(0.4, 1.0, picture.shape[1]) * np.linspace(1.0, 0.7, picture.shape[0])[:, None]
        grain = np.random.default_rng(0).normal(0, 0.02, picture.shape)
        image = read_picture(as_file(picture * light + grain, "JPEG", quality=80))
        assert likeness(image, draw_strokes(FOUR)) > 0.9

    def test_a_speck_and_the_edge_of_the_paper_are_left_out(self) -> None:
        picture = photograph(SEVEN)
        picture[:, :6] = 0.1
        picture[30:33, 200:203] = 0.1
        assert likeness(read_picture(as_file(picture)), draw_strokes(SEVEN)) > 0.9

    @pytest.mark.parametrize("shade", [0, 255])
    def test_ink_on_transparent_paper_is_read_from_the_alpha_channel(self, shade: int) -> None:
        alpha = (photograph(FOUR, paper=0, ink=1) * 255).astype(np.uint8)
        file = io.BytesIO()
        Pillow.fromarray(np.stack([np.full_like(alpha, shade), alpha], axis=2), "LA").save(file, "PNG")
        assert likeness(read_picture(file), draw_strokes(FOUR)) > 0.9

    def test_a_turned_camera_is_turned_back(self) -> None:
        exif = Pillow.Exif()
        exif[0x0112] = 6  # the picture must be turned by 90 degrees clockwise
        file = as_file(np.rot90(photograph(SEVEN)), "JPEG", exif=exif)
        assert likeness(read_picture(file), draw_strokes(SEVEN)) > 0.9

    def test_16_bit_pictures_are_not_clipped(self) -> None:
        file = io.BytesIO()
        Pillow.fromarray((photograph(SEVEN) * 65535).astype(np.uint16)).save(file, "PNG")
        assert likeness(read_picture(file), draw_strokes(SEVEN)) > 0.9

    def test_a_28_pixel_picture_laid_out_as_mnist_keeps_its_pixels(self) -> None:
        image = np.round(draw_strokes(FOUR) * 255) / 255
        np.testing.assert_allclose(read_picture(as_file(image + 0.001)), image, atol=0.003)
        np.testing.assert_allclose(read_picture(as_file(1.001 - image)), image, atol=0.003)

    def test_a_file_on_disk_is_read_like_an_upload(self, tmp_path: Path) -> None:
        path = tmp_path / "seven.png"
        path.write_bytes(as_file(photograph(SEVEN)).getvalue())
        np.testing.assert_array_equal(read_picture(path), read_picture(as_file(photograph(SEVEN))))

    @pytest.mark.parametrize("level", [0.0, 0.5, 1.0])
    def test_a_blank_picture_is_an_empty_drawing(self, level: float) -> None:
        with pytest.raises(EmptyDrawingError, match="looks blank"):
            read_picture(as_file(np.full((300, 200), level)))

    def test_blank_paper_with_grain_and_a_shade_is_an_empty_drawing(self) -> None:
        grain = np.random.default_rng(0).normal(0.7, 0.02, (300, 200)) * np.linspace(0.7, 1, 200)
        with pytest.raises(EmptyDrawingError, match="looks blank"):
            read_picture(as_file(grain, "JPEG"))

    @pytest.mark.parametrize(
        "content", [b"", b"no picture at all", b"\x89PNG\r\n\x1a\n", b"GIF89a" + b"\0" * 50]
    )
    def test_what_is_no_picture_is_refused_with_one_sentence(self, content: bytes) -> None:
        with pytest.raises(DrawingError, match="picture"):
            read_picture(io.BytesIO(content))

    def test_a_cut_picture_is_refused_with_one_sentence(self) -> None:
        content = as_file(np.random.default_rng(0).random((200, 200))).getvalue()
        with pytest.raises(DrawingError, match="cannot be read"):
            read_picture(io.BytesIO(content[: len(content) // 2]))

    @pytest.mark.parametrize("side", [11_000, 60_000])
    def test_a_picture_that_would_fill_the_memory_is_refused_unopened(self, side: int) -> None:
        content = bytearray(as_file(np.zeros((4, 4))).getvalue())
        content[16:24] = side.to_bytes(4, "big") * 2
        content[29:33] = __import__("zlib").crc32(bytes(content[12:29])).to_bytes(4, "big")
        with pytest.raises(DrawingError, match="100 million pixels"):
            read_picture(io.BytesIO(bytes(content)))

    def test_a_folder_or_an_absent_file_is_refused_with_one_sentence(self, tmp_path: Path) -> None:
        for path in (tmp_path, tmp_path / "absent.png"):
            with pytest.raises(DrawingError, match="cannot be read"):
                read_picture(path)
