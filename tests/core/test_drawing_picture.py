"""Pictures of digits become images like MNIST's."""

import contextlib
import io
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image as Pillow
from PIL import ImageDraw

from mnist_core.ground.errors import DrawingError, EmptyDrawingError
from mnist_core.pens import draw_strokes, read_picture

SEVEN = [[[100, 100], [200, 100], [140, 260]]]
FOUR = [[[120, 80], [90, 180], [200, 180]], [[180, 120], [170, 260]]]
ONE = [[[150, 60], [140, 260]]]


def ink_box(image: np.ndarray) -> tuple[int, int]:
    """Measure the height and width of what is at least half ink."""
    rows, columns = (np.flatnonzero((image >= 0.5).any(axis=axis)) for axis in (1, 0))
    return int(np.ptp(rows)) + 1, int(np.ptp(columns)) + 1


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


def likeness(one: np.ndarray, other: np.ndarray) -> float:
    return float(np.corrcoef(one.ravel(), other.ravel())[0, 1])


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

    @pytest.mark.parametrize("mode", ["1", "P", "CMYK", "RGBA"])
    def test_pictures_of_every_mode_are_read(self, mode: str) -> None:
        file = io.BytesIO()
        picture = Pillow.fromarray((photograph(SEVEN) * 255).astype(np.uint8)).convert("RGB")
        kind = "JPEG" if mode == "CMYK" else "PNG"
        picture.convert(mode).save(file, kind)
        assert likeness(read_picture(file), draw_strokes(SEVEN)) > 0.9

    @pytest.mark.parametrize("mode", ["1", "P", "LA", "CMYK", "YCbCr", "I", "I;16", "F"])
    @pytest.mark.parametrize("width", [300, 1000])
    def test_large_pictures_of_every_mode_are_shrunk(self, mode: str, width: int) -> None:
        picture = Pillow.open(as_file(photograph(FOUR))).resize((width, width * 5 // 4))
        if mode == "I;16":  # levels far from the ends of 16 bits
            picture = Pillow.fromarray(2200 + np.asarray(picture).astype(np.uint16) * 4)
        file = io.BytesIO()
        picture.convert(mode).save(file, "TIFF" if mode in ("CMYK", "YCbCr", "I", "F") else "PNG")
        assert likeness(read_picture(file), draw_strokes(FOUR)) > 0.85

    @pytest.mark.parametrize("kind", ["TIFF", "GIF", "AVIF", "BMP"])
    def test_scans_and_pictures_of_other_kinds_are_read(self, kind: str) -> None:
        assert likeness(read_picture(as_file(photograph(FOUR), kind)), draw_strokes(FOUR)) > 0.85

    @pytest.mark.parametrize("kind", ["TIFF", "GIF"])
    def test_of_several_pictures_in_a_file_the_first_is_read(self, kind: str) -> None:
        first, other = (Pillow.open(as_file(photograph(strokes))) for strokes in (FOUR, ONE))
        file = io.BytesIO()
        first.save(file, kind, save_all=True, append_images=[other])
        assert likeness(read_picture(file), draw_strokes(FOUR)) > 0.85

    @pytest.mark.parametrize("brand", [b"heic", b"mif1", b"heix"])
    def test_a_photo_of_a_phone_is_named_whatever_it_is_called(self, brand: bytes, tmp_path: Path) -> None:
        content = b"\x00\x00\x00\x18ftyp" + brand + bytes(4) + b"mif1heic" + bytes(400)
        (tmp_path / "seven.jpg").write_bytes(content)
        for source in (tmp_path / "seven.jpg", io.BytesIO(content)):
            with pytest.raises(DrawingError, match=r"is a HEIC photo, .* as JPEG"):
                read_picture(source)

    @pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "TIFF", "GIF", "AVIF"])
    def test_a_damaged_picture_is_read_or_refused_with_a_sentence(self, kind: str) -> None:
        whole = as_file(photograph(SEVEN)[::2, ::2], kind).getvalue()
        rng = np.random.default_rng(0)
        for _ in range(40):
            content = bytearray(whole)
            for place in rng.integers(0, len(content), 4):
                content[place] = rng.integers(256)
            with contextlib.suppress(DrawingError):
                assert read_picture(io.BytesIO(bytes(content))).shape == (28, 28)

    @pytest.mark.parametrize("side", [11_000, 60_000])
    def test_a_picture_that_would_fill_the_memory_is_refused_unopened(self, side: int) -> None:
        content = bytearray(as_file(np.zeros((4, 4))).getvalue())
        content[16:24] = side.to_bytes(4, "big") * 2
        content[29:33] = zlib.crc32(bytes(content[12:29])).to_bytes(4, "big")
        with pytest.raises(DrawingError, match="100 million pixels"):
            read_picture(io.BytesIO(bytes(content)))

    def test_a_folder_or_an_absent_file_is_refused_with_one_sentence(self, tmp_path: Path) -> None:
        for path in (tmp_path, tmp_path / "absent.png"):
            with pytest.raises(DrawingError, match="cannot be read"):
                read_picture(path)
