"""Pictures in a ZIP, a folder a class: images, labels, parts and writers as folders and names tell."""

from io import BytesIO

import numpy as np
import pytest
from digits import take_digits
from PIL import Image
from zips import make_picture, make_zip, name_pictures

from mnist_core.data.files import read_file
from mnist_core.data.files.picture_paths import find_places
from mnist_core.data.layouts import read_dataset
from mnist_core.data.origin import REMARK
from mnist_core.ground.errors import DataFileError
from mnist_core.ground.variables import Cells

IMAGES, LABELS = take_digits(60)


def open_zip(files):
    return read_dataset(BytesIO(make_zip(files)), "digits.zip")


def read_zip(files):
    return read_file(BytesIO(make_zip(files)), "digits.zip")


def place_of(dataset, image):
    return next(n for n, one in enumerate(dataset.images) if np.array_equal(one, image))


def test_folders_of_digits_are_their_labels():
    dataset = open_zip(name_pictures(IMAGES, LABELS, "mnist/"))

    assert dataset.n_samples == 60
    places = [place_of(dataset, image) for image in IMAGES]
    np.testing.assert_array_equal(dataset.labels[places], LABELS)


def test_folders_of_words_are_names_of_classes():
    names = np.array(["cat", "dog", "owl"])[LABELS % 3]
    dataset = open_zip(name_pictures(IMAGES, names))
    assert dataset.class_names == ("cat", "dog", "owl")


def test_a_folder_of_test_pictures_is_the_own_test_part():
    files = name_pictures(IMAGES[:50], LABELS[:50], "set/train/") | name_pictures(
        IMAGES[50:], LABELS[50:], "set/test/"
    )
    dataset = open_zip(files)
    assert len(dataset.test_part) == 10
    assert {place_of(dataset, image) for image in IMAGES[50:]} == set(dataset.test_part)


def test_pictures_of_many_sizes_are_a_cell_each_and_one_data_set():
    rng = np.random.default_rng(0)
    files = {
        f"{label}/{number}.png": make_picture(np.pad(image, rng.integers(0, 6, (2, 2))))
        for number, (image, label) in enumerate(zip(IMAGES, LABELS, strict=True))
    }
    assert isinstance(read_zip(files)["images"], Cells)
    assert open_zip(files).images.shape == (60, 28, 28)


@pytest.mark.parametrize(
    ("form", "options"),
    [("PNG", {}), ("TIFF", {}), ("BMP", {}), ("GIF", {}), ("WEBP", {"lossless": True}), ("PPM", {})],
)
def test_every_format_without_loss_gives_the_same_grey(form, options):
    read = read_zip({f"{n}.{form.lower()}": make_picture(IMAGES[n], form, **options) for n in range(3)})
    np.testing.assert_array_equal(read["images"], np.round(IMAGES[:3] * 255))


MODES = {
    "16 bits": lambda pixels: Image.fromarray(pixels.astype(np.uint16) * 257),
    "32-bit fractions": lambda pixels: Image.fromarray((pixels / 255).astype(np.float32)),
    "a palette": lambda pixels: Image.fromarray(pixels).convert("P"),
    "colours": lambda pixels: Image.fromarray(np.repeat(pixels[..., None], 3, axis=2)),
    "a cover that is whole": lambda pixels: Image.fromarray(pixels).convert("RGBA"),
}


@pytest.mark.parametrize("make", MODES.values(), ids=MODES)
def test_every_mode_of_a_picture_gives_the_same_grey(make):
    pixels = np.round(IMAGES[0] * 255).astype(np.uint8)
    stream = BytesIO()
    make(pixels).save(stream, "TIFF")
    np.testing.assert_array_equal(read_zip({"a.tif": stream.getvalue()})["images"][0], pixels)


@pytest.mark.parametrize("ink", [0, 255])
def test_ink_on_transparent_paper_is_seen(ink):
    pixels = np.full((3, 28, 28, 2), ink, np.uint8)
    pixels[..., 1] = np.round(IMAGES[:3] * 255)
    read = read_zip({f"{n}.png": make_picture(one) for n, one in enumerate(pixels)})
    shown = np.abs(read["images"].astype(int) - (255 - ink))
    assert np.abs(shown - np.round(IMAGES[:3] * 255)).max() <= 1


@pytest.mark.parametrize("form", ["JPEG", "TIFF", "PNG", "WEBP"])
def test_a_camera_that_was_held_upright_is_told_by_its_photo(form):
    exif = Image.Exif()
    exif[0x0112] = 6  # the top of the scene is at the right
    pixels = np.zeros((40, 40), np.uint8)
    pixels[:, 30:] = 255
    read = read_zip({"a": make_picture(pixels, form, exif=exif)})["images"][0]
    assert read[35, 20] > 200
    assert read[20, 35] < 50


def test_a_large_photo_is_shrunk_and_that_is_said():
    noise = np.random.default_rng(0).integers(0, 255, (900, 600), np.uint8)
    read = read_zip({"a.jpg": make_picture(noise, "JPEG"), "b.jpg": make_picture(noise, "JPEG")})
    assert read["images"].shape[0] == 2
    assert max(read["images"].shape) <= 112
    assert "2 pictures were larger than 112 pixels" in read[REMARK]


def test_what_is_no_picture_is_counted_and_a_systems_own_files_are_not():
    files = name_pictures(IMAGES, LABELS, "mnist/") | {
        "mnist/.DS_Store": b"x",
        "__MACOSX/mnist/._a.png": b"x",
        "mnist/README.md": b"x",
        "mnist/notes.doc": b"\xd0\xcf",
    }
    dataset = open_zip(files)
    assert dataset.n_samples == 60
    (said,) = [words for words in dataset.origin.warnings if "left out" in words]
    assert said == "1 file was left out: mnist/notes.doc."


def test_few_damaged_pictures_are_left_out_and_named():
    files = name_pictures(IMAGES, LABELS)
    name = sorted(files)[3]
    dataset = open_zip(files | {name: files[name][:60]})
    assert dataset.n_samples == 59
    assert any(f"left out, such as {name}" in words for words in dataset.origin.warnings)


def test_many_damaged_pictures_refuse_the_file_with_the_first_of_them():
    files = {name: content[:60] for name, content in name_pictures(IMAGES, LABELS).items()}
    with pytest.raises(DataFileError, match=r"0/\d+\.png and 59 more of 60 cannot"):
        open_zip(files)


def test_the_order_of_a_zip_does_not_matter():
    files = name_pictures(IMAGES, LABELS)
    turned = dict(reversed(files.items()))
    assert open_zip(files).fingerprint == open_zip(turned).fingerprint


NUMBERED = [f"img_{number:03}.png" for number in range(20)]
PLACES = {
    "a class in front": ([f"{n % 10}_{n:03}.png" for n in range(40)], [str(n % 10) for n in range(40)]),
    "a class behind": ([f"{n:03}_{n % 10}.png" for n in range(40)], [str(n % 10) for n in range(40)]),
    "a class that is called so": (
        [f"img_{n:03}_label_{n % 10}.png" for n in range(40)],
        [str(n % 10) for n in range(40)],
    ),
    "both ends, either of which may be it": (
        [f"{a}_{b}.png" for a in range(5) for b in range(5)],
        [None] * 25,
    ),
    "numbers only": (NUMBERED, [None] * 20),
    "folders that are numbered": (
        [f"Sample{n % 3 + 1:03}/{n}.png" for n in range(9)],
        [str(n % 3 + 1) for n in range(9)],
    ),
    "one more folder in each": ([f"{n % 3}/png/{n}.png" for n in range(9)], [str(n % 3) for n in range(9)]),
}


@pytest.mark.parametrize(("paths", "labels"), PLACES.values(), ids=PLACES)
def test_labels_are_read_of_folders_and_names_only_where_all_agree(paths, labels):
    assert [place.label for place in find_places(paths)] == labels


def test_a_folder_for_each_part_in_that_of_a_class_is_a_part_too():
    paths = [f"{label}/{part}/{n}.png" for label in "012" for part in ("train", "test") for n in range(3)]
    assert {(place.part, place.label) for place in find_places(paths)} == {
        (part, label) for part in ("train", "test") for label in "012"
    }


def test_folders_of_people_are_writers_who_can_be_kept_apart():
    files = {}
    for number, (image, label) in enumerate(zip(IMAGES, LABELS, strict=True)):
        files[f"{'anna' if number % 2 else 'ben'}/{label}/{number}.png"] = make_picture(image)
    dataset = open_zip(files)
    assert len(np.unique(dataset.writers)) == 2
    assert dataset.n_classes == 10
