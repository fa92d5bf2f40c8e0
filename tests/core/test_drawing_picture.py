"""Pictures of digits become images like MNIST's."""

import io
from pathlib import Path

import numpy as np
import pytest
from pen_digits import PEN_DIGITS
from photographs import FOUR, ONE, SEVEN, as_file, likeness, photograph, photograph_at
from PIL import Image as Pillow

from mnist_core.ground.errors import DrawingError, EmptyDrawingError
from mnist_core.pens import draw_strokes, read_picture


def ink_box(image: np.ndarray) -> tuple[int, int]:
    """Measure the height and width of what is at least half ink."""
    rows, columns = (np.flatnonzero((image >= 0.5).any(axis=axis)) for axis in (1, 0))
    return int(np.ptp(rows)) + 1, int(np.ptp(columns)) + 1


def paint(strokes: list, colour: tuple, paper: tuple = (0.93, 0.92, 0.9), tilt: float = 0.0) -> np.ndarray:
    """Draw strokes in colour on ruled paper whose light falls from one corner; seeded grain."""
    ink = photograph(strokes, paper=0.0, ink=1.0)[..., None]
    rows, columns = np.indices(ink.shape[:2])
    rules = ((rows + tilt * columns) % 40 < 1.5)[..., None] if tilt else np.zeros_like(ink)
    picture = np.array(paper) * (1 - rules) + np.array([0.45, 0.5, 0.65]) * rules
    picture = picture * (1 - ink) + np.array(colour) * ink
    light = (
        np.linspace(0.5, 1.0, ink.shape[1])[None, :, None]
        * np.linspace(1.0, 0.8, ink.shape[0])[:, None, None]
    )
    return picture * light + np.random.default_rng(0).normal(0, 0.015, picture.shape)


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

    @pytest.mark.parametrize(
        "colour", [(0.9, 0.2, 0.2), (0.2, 0.3, 0.85), (0.95, 0.85, 0.2), (0.95, 0.6, 0.75), (0.5, 0.85, 0.95)]
    )
    def test_a_pen_of_any_colour_is_read(self, colour: tuple) -> None:
        image = read_picture(as_file(paint(FOUR, colour), "JPEG", quality=60))
        assert likeness(image, draw_strokes(FOUR)) > 0.9

    def test_chalk_on_a_green_board_is_read(self) -> None:
        image = read_picture(as_file(paint(FOUR, (0.85, 0.87, 0.83), paper=(0.13, 0.27, 0.2)), "JPEG"))
        assert likeness(image, draw_strokes(FOUR)) > 0.9

    @pytest.mark.parametrize("tilt", [0.001, 0.03, -0.05])
    @pytest.mark.parametrize("strokes", [SEVEN, ONE])
    def test_rules_of_the_paper_are_no_ink_but_straight_strokes_are(self, strokes: list, tilt: float) -> None:
        image = read_picture(as_file(paint(strokes, (0.15, 0.15, 0.2), tilt=tilt), "JPEG", quality=80))
        assert likeness(image, draw_strokes(strokes)) > 0.85

    def test_a_photo_of_twelve_megapixels_is_read(self) -> None:
        small = Pillow.fromarray((paint(SEVEN, (0.1, 0.1, 0.3)).clip(0, 1) * 255).astype(np.uint8))
        file = io.BytesIO()
        small.resize((3000, 3750)).save(file, "JPEG")
        assert likeness(read_picture(file), draw_strokes(SEVEN)) > 0.9


class TestCorners:
    @pytest.mark.parametrize("is_light", [False, True])
    @pytest.mark.parametrize("place", [(0, 0), (1, 0), (0, 1), (1, 1)])
    def test_a_small_digit_in_a_corner_is_read_as_in_the_middle(
        self, place: tuple[int, int], is_light: bool
    ) -> None:
        for digit in (2, 4, 7):
            strokes = [np.array(line) * 48 for line in PEN_DIGITS[digit]]
            shifts = [np.array(where) * (400 - 48) for where in (place, (0.5, 0.5))]
            corner, middle = (
                read_picture(as_file(_grain(photograph_at(strokes, shift), is_light), "JPEG"))
                for shift in shifts
            )
            assert likeness(corner, middle) > 0.97

    def test_faint_ink_in_the_dark_corner_of_a_photo_is_read(self) -> None:
        strokes = [np.array(line) * 48 for line in PEN_DIGITS[4]]
        slope = np.add.outer(np.linspace(0, 1, 400), np.linspace(0, 1, 400)) / 2
        light = 0.25 + 0.75 * slope
        paper = photograph_at(strokes, np.array([4, 4]), paper=0.92, ink=0.68)
        photo = paper * light + np.random.default_rng(0).normal(0, 0.01, paper.shape)
        assert (
            likeness(read_picture(as_file(photo, "JPEG")), draw_strokes([line.tolist() for line in strokes]))
            > 0.85
        )


def _grain(sheet: np.ndarray, is_light: bool) -> np.ndarray:
    grainy = sheet + np.random.default_rng(0).normal(0, 0.02, sheet.shape)
    return 1.0 - grainy if is_light else grainy
