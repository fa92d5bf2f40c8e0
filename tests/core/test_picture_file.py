"""Every kind and mode of picture is opened, large ones in bounded memory."""

import contextlib
import io
import itertools
import re
import subprocess
import sys
import zlib
from pathlib import Path

import numpy as np
import pytest
import tifffile
from photographs import FOUR, ONE, SEVEN, TWO, as_file, likeness, photograph
from PIL import Image as Pillow
from PIL import ImageCms

from mnist_core.ground.errors import DrawingError
from mnist_core.pens import draw_strokes, read_picture


def hold(mode: str) -> Pillow.Image:
    """Photograph a two and hold it in one of Pillow's modes."""
    grey = Pillow.fromarray((photograph(TWO) * 255).astype(np.uint8))
    if mode.startswith("I;16"):
        values = np.asarray(grey).astype(np.uint16) * 257
        return Pillow.frombytes(mode, grey.size, values.astype(">u2" if mode == "I;16B" else "<u2").tobytes())
    if mode == "LAB":
        spaces = ImageCms.createProfile("sRGB"), ImageCms.createProfile("LAB")
        return ImageCms.profileToProfile(grey.convert("RGB"), *spaces, outputMode="LAB")
    between = {"La": "LA", "PA": "P", "RGBa": "RGBA", "RGBX": "RGB", "HSV": "RGB"}.get(mode, mode)
    return grey.convert(between).convert(mode)


class TestKinds:
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

    @pytest.mark.parametrize("kind", ["TIFF", "GIF", "PNG", "WEBP", "AVIF", "HEIF"])
    def test_of_several_pictures_in_a_file_the_first_is_read(self, kind: str) -> None:
        first, other = (Pillow.open(as_file(photograph(strokes))) for strokes in (FOUR, ONE))
        file = io.BytesIO()
        first.save(file, kind, save_all=True, append_images=[other])
        assert likeness(read_picture(file), draw_strokes(FOUR)) > 0.85

    @pytest.mark.parametrize("brand", [b"heic", b"mif1", b"heix"])
    def test_a_photo_of_a_phone_is_read_whatever_it_is_called(self, brand: bytes, tmp_path: Path) -> None:
        content = bytearray(as_file(photograph(SEVEN), "HEIF").getvalue())
        content[8:12] = brand
        (tmp_path / "seven.jpg").write_bytes(content)
        for source in (tmp_path / "seven.jpg", io.BytesIO(content)):
            assert likeness(read_picture(source), draw_strokes(SEVEN)) > 0.9

    def test_a_photo_of_a_phone_that_is_cut_off_is_named_with_the_way_to_a_jpeg(self) -> None:
        content = b"\x00\x00\x00\x18ftypheic" + bytes(4) + b"mif1heic" + bytes(400)
        with pytest.raises(DrawingError, match=r"is a HEIC photo, .* as JPEG"):
            read_picture(io.BytesIO(content))

    @pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "TIFF", "GIF", "AVIF", "HEIF"])
    def test_a_damaged_picture_is_read_or_refused_with_a_sentence(self, kind: str) -> None:
        whole = as_file(photograph(SEVEN)[::2, ::2], kind).getvalue()
        rng = np.random.default_rng(0)
        for _ in range(40):
            content = bytearray(whole)
            for place in rng.integers(0, len(content), 4):
                content[place] = rng.integers(256)
            with contextlib.suppress(DrawingError):
                assert read_picture(io.BytesIO(bytes(content))).shape == (28, 28)

    def test_a_folder_or_an_absent_file_is_refused_with_one_sentence(self, tmp_path: Path) -> None:
        for path in (tmp_path, tmp_path / "absent.png"):
            with pytest.raises(DrawingError, match=r"cannot be read \([A-Z][a-z ]+\): name another\.$"):
                read_picture(path)

    @pytest.mark.parametrize(
        ("mode", "kind"),
        [
            *itertools.product(["1", "P"], ["PNG", "TIFF", "GIF", "BMP"]),
            *itertools.product(["L", "RGB"], ["PNG", "JPEG", "WEBP", "AVIF", "HEIF"]),
            *itertools.product(["RGBa", "HSV"], ["WEBP"]),
            *itertools.product(["LA", "RGBA", "I;16"], ["PNG", "TIFF"]),
            *itertools.product(["PA", "RGBX", "CMYK", "YCbCr", "LAB", "I", "F", "I;16B"], ["TIFF"]),
            ("CMYK", "JPEG"),
        ],
    )
    def test_a_two_is_read_in_every_mode_that_a_kind_of_picture_has(self, mode: str, kind: str) -> None:
        file = io.BytesIO()
        hold(mode).save(file, kind)
        assert likeness(read_picture(file), draw_strokes(TWO)) > 0.9

    @pytest.mark.parametrize(
        ("mode", "paper"), [("1", 255), ("L", 255), ("P", 255), ("RGB", (255, 255, 255))]
    )
    def test_paper_of_a_colour_that_means_transparent_is_paper(self, mode: str, paper: int) -> None:
        file = io.BytesIO()
        picture = Pillow.fromarray((photograph(TWO, paper=1.0, ink=0.0, side=900) * 255).astype(np.uint8))
        picture.convert(mode).save(file, "PNG", transparency=paper)
        assert likeness(read_picture(file), draw_strokes(TWO)) > 0.9

    @pytest.mark.parametrize("compression", ["group4", "jpeg", "tiff_lzw", "tiff_adobe_deflate", "packbits"])
    def test_a_tiff_is_read_however_it_is_packed(self, compression: str) -> None:
        file = io.BytesIO()
        hold("1" if compression == "group4" else "L").save(file, "TIFF", compression=compression)
        assert likeness(read_picture(file), draw_strokes(TWO)) > 0.9

    @pytest.mark.parametrize("byteorder", ["<", ">"])
    @pytest.mark.parametrize("kind", ["float16", "float32", "float64", "uint16", "int16", "uint32"])
    def test_a_tiff_of_numbers_is_read_whatever_their_width(self, kind: str, byteorder: str) -> None:
        file, level = io.BytesIO(), 1.0 if kind.startswith("float") else 30_000.0
        grey, colours = ((photograph(TWO) * level).astype(kind) for _ in range(2))
        tifffile.imwrite(file, grey, byteorder=byteorder)
        assert likeness(read_picture(file), draw_strokes(TWO)) > 0.9
        if kind.startswith("float"):
            tifffile.imwrite(file := io.BytesIO(), np.dstack([colours] * 3), photometric="rgb")
            assert likeness(read_picture(file), draw_strokes(TWO)) > 0.9

    @pytest.mark.parametrize("hole", [np.nan, np.inf])
    def test_holes_in_a_picture_of_floats_are_paper(self, hole: float) -> None:
        values, file = photograph(TWO).astype(np.float32), io.BytesIO()
        values[5:20, 5:20] = hole
        Pillow.fromarray(values).save(file, "TIFF")
        assert likeness(read_picture(file), draw_strokes(TWO)) > 0.9


class TestLargePictures:
    def test_a_photo_of_108_megapixels_is_shrunk_while_it_is_decoded(self, tmp_path: Path) -> None:
        small = Pillow.fromarray((photograph(SEVEN) * 255).astype(np.uint8))
        small.resize((9_000, 12_000)).save(tmp_path / "seven.jpg")
        code = (
            "import sys; from pathlib import Path; from mnist_core.pens import read_picture; "
            "read_picture(Path(sys.argv[1])); print(Path('/proc/self/status').read_text())"
        )
        command = [sys.executable, "-c", code, str(tmp_path / "seven.jpg")]
        told = subprocess.run(command, capture_output=True, text=True, check=True).stdout
        peak = re.search(r"VmHWM:\s+(\d+) kB", told)
        assert peak
        assert int(peak[1]) < 200_000
        assert likeness(read_picture(tmp_path / "seven.jpg"), draw_strokes(SEVEN)) > 0.9

    def test_a_png_of_108_megapixels_is_read(self) -> None:
        small, file = Pillow.fromarray((photograph(SEVEN) * 255).astype(np.uint8)), io.BytesIO()
        small.resize((9_000, 12_000), Pillow.Resampling.NEAREST).save(file, "PNG", compress_level=1)
        assert likeness(read_picture(file), draw_strokes(SEVEN)) > 0.9

    @pytest.mark.parametrize(("side", "is_progressive"), [(60_000, False), (60_000, True), (12_000, True)])
    def test_a_jpeg_that_claims_more_than_there_is_room_for_is_refused(
        self, side: int, is_progressive: bool
    ) -> None:
        content = as_file(np.zeros((8, 8)), "JPEG", progressive=is_progressive).getvalue()
        start = re.search(rb"\xff[\xc0\xc2]\x00\x0b\x08", content)
        assert start
        claim = content[: start.end()] + side.to_bytes(2, "big") * 2 + content[start.end() + 4 :]
        with pytest.raises(DrawingError, match="million pixels"):
            read_picture(io.BytesIO(claim))

    def test_a_heic_photo_that_claims_too_much_is_refused(self) -> None:
        content = bytearray(as_file(np.ones((64, 64)), "HEIF").getvalue())
        for place in (found.end() + 4 for found in re.finditer(b"ispe", bytes(content))):
            content[place : place + 8] = (60_000).to_bytes(4, "big") * 2
        with pytest.raises(DrawingError, match=r"million pixels|as JPEG"):
            read_picture(io.BytesIO(bytes(content)))

    @pytest.mark.parametrize("side", [12_000, 60_000])
    def test_a_picture_that_would_fill_the_memory_is_refused_unopened(self, side: int) -> None:
        content = bytearray(as_file(np.zeros((4, 4))).getvalue())
        content[16:24] = side.to_bytes(4, "big") * 2
        content[29:33] = zlib.crc32(bytes(content[12:29])).to_bytes(4, "big")
        with pytest.raises(DrawingError, match="128 million pixels"):
            read_picture(io.BytesIO(bytes(content)))
