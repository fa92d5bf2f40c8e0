import io

import numpy as np
import pytest
from PIL import Image

from mnist_ui.components.gallery import Colours, colour_bar_png, sheet_png


def open_sheet(png: bytes) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(png)).convert("RGBA")).astype(int)


def make_pictures(n: int, side: int = 4) -> np.ndarray:
    return np.random.default_rng(0).random((n, side, side)).astype(np.float32)


@pytest.mark.parametrize(("n", "columns", "height", "width"), [(6, 3, 9, 14), (7, 3, 14, 14), (1, 1, 4, 4)])
def test_a_sheet_has_room_for_all_pictures_and_the_gaps_between_them(n, columns, height, width):
    assert open_sheet(sheet_png(make_pictures(n), columns, gap=1)).shape[:2] == (height, width)


def test_each_picture_stands_at_its_place_row_after_row():
    pictures = np.zeros((3, 4, 4), dtype=np.float32)
    pictures[2, 0, 1] = 1.0
    sheet = open_sheet(sheet_png(pictures, columns=2))
    assert np.argwhere(sheet[..., 0] > 200).tolist() == [[4, 1]]


def test_a_free_place_is_transparent_and_a_picture_is_not():
    sheet = open_sheet(sheet_png(make_pictures(3), columns=2))
    assert (sheet[4:, 4:, 3] == 0).all()
    assert (sheet[:4, :, 3] == 255).all()


def test_zoom_repeats_each_pixel():
    plain, zoomed = (open_sheet(sheet_png(make_pictures(2), 2, zoom=zoom)) for zoom in (1, 3))
    np.testing.assert_array_equal(plain.repeat(3, axis=0).repeat(3, axis=1), zoomed)


def test_ink_is_brighter_the_more_there_is():
    ramp = np.linspace(0, 1, 16, dtype=np.float32).reshape(1, 4, 4)
    brightness = open_sheet(sheet_png(ramp, 1))[..., 0].ravel()
    assert (np.diff(brightness) > 0).all()


def test_signed_pictures_are_white_at_zero_red_above_and_blue_below():
    picture = np.array([[[0.0, 2.0], [-2.0, 0.0]]], dtype=np.float32)
    zero, above, below = open_sheet(sheet_png(picture, 1, Colours.SIGNED)).reshape(4, 4)[:3]
    assert zero[:3].min() > 240
    assert above[0] > above[2] + 80
    assert below[2] > below[0] + 80


def test_with_one_scale_a_weaker_picture_is_paler():
    strong = np.full((1, 2, 2), 1.0, dtype=np.float32)
    pictures = np.concatenate([strong, strong / 4])
    shared = open_sheet(sheet_png(pictures, 2, Colours.SIGNED))
    each = open_sheet(sheet_png(pictures, 2, Colours.SIGNED, one_scale=False))
    assert shared[0, 0].tolist() != shared[0, 2].tolist()
    assert each[0, 0].tolist() == each[0, 2].tolist()


def test_a_signed_picture_of_zeros_is_white():
    sheet = open_sheet(sheet_png(np.zeros((1, 4, 4), dtype=np.float32), 1, Colours.SIGNED, one_scale=False))
    assert sheet[..., :3].min() > 240


def test_the_bar_runs_from_the_least_colour_to_the_greatest():
    bar = open_sheet(colour_bar_png(Colours.SIGNED))
    assert bar[0, 0, 2] > bar[0, 0, 0]
    assert bar[0, -1, 0] > bar[0, -1, 2]
