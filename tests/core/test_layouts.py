import numpy as np
import pytest
from digits import make_digits, write_mat

from mnist_core.errors import LayoutError, MatFileError
from mnist_core.layouts import RULES, read_dataset, recognise_layout


@pytest.fixture
def digits():
    return make_digits(40)


def name_arrays(images, labels):
    columns = images.reshape(len(images), -1).astype(np.float64)
    return {"input_images": columns, "output_labels": labels.reshape(-1, 1).astype(np.float64)}


def test_the_papers_file_is_read_to_the_last_bit(tmp_path, digits):
    dataset = read_dataset(write_mat(tmp_path / "digits.mat", *digits))
    np.testing.assert_array_equal(dataset.images, digits[0])
    np.testing.assert_array_equal(dataset.labels, digits[1])
    assert (dataset.name, dataset.side, dataset.n_samples) == ("digits.mat", 28, 40)


def test_the_origin_tells_what_was_understood(digits):
    origin = recognise_layout(name_arrays(*digits), "digits").origin
    assert origin.layout == "paper"
    assert origin.variables == (
        ("input_images", "40 x 784 float64"),
        ("output_labels", "40 x 1 float64"),
    )
    assert origin.value_range == (0.0, 1.0)
    assert origin.warnings == ()


@pytest.mark.parametrize("shape", [(40, 1), (1, 40), (40,)])
@pytest.mark.parametrize("kind", [np.float64, np.float32, np.uint8, np.int16])
def test_labels_may_lie_either_way_in_any_kind_of_number(digits, shape, kind):
    arrays = {**name_arrays(*digits), "output_labels": digits[1].reshape(shape).astype(kind)}
    np.testing.assert_array_equal(recognise_layout(arrays, "digits").labels, digits[1])


@pytest.mark.parametrize("kind", [np.uint8, np.float64, np.int32])
def test_bytes_are_scaled_and_the_user_is_told(digits, kind):
    arrays = name_arrays(*digits)
    arrays["input_images"] = np.round(arrays["input_images"] * 255).astype(kind)
    dataset = recognise_layout(arrays, "digits")
    np.testing.assert_array_equal(dataset.images, digits[0])
    assert dataset.origin.warnings == ("Pixel values ran from 0 to 255 and were divided by 255.",)


def test_equal_images_have_equal_fingerprints_whatever_their_kind_of_number(digits):
    arrays = name_arrays(*digits)
    as_bytes = {**arrays, "input_images": np.round(arrays["input_images"] * 255).astype(np.uint8)}
    assert recognise_layout(arrays, "a").fingerprint == recognise_layout(as_bytes, "b").fingerprint


def test_the_callers_arrays_stay_as_they_are(digits):
    arrays = name_arrays(*digits)
    arrays["input_images"] = (arrays["input_images"] * 255).astype(np.float32)
    before = arrays["input_images"].copy()
    recognise_layout(arrays, "digits")
    np.testing.assert_array_equal(arrays["input_images"], before)


def test_images_may_have_another_side(digits):
    arrays = {**name_arrays(*digits), "input_images": digits[0][:, :16, :16].reshape(40, 256)}
    assert recognise_layout(arrays, "digits").side == 16


def test_an_image_lies_row_by_row():
    pixels = np.zeros((2, 9))
    pixels[0, 1] = 1.0
    arrays = {"input_images": pixels, "output_labels": np.array([1, 2])}
    assert recognise_layout(arrays, "digits").images[0, 0, 1] == 1.0


@pytest.mark.parametrize("missing", ["input_images", "output_labels"])
def test_a_missing_variable_is_named_with_what_there_is(digits, missing):
    arrays = {key: value for key, value in name_arrays(*digits).items() if key != missing}
    with pytest.raises(LayoutError, match=f"digits needs the variables .* but has only {next(iter(arrays))}"):
        recognise_layout(arrays, "digits")


def test_a_file_without_variables_is_refused():
    with pytest.raises(LayoutError, match="but has no variables"):
        recognise_layout({}, "digits")


def harm(arrays, **changes):
    return {**arrays, **changes}


WHOLE = name_arrays(*make_digits(40))
PIXELS, LABELS = WHOLE["input_images"], WHOLE["output_labels"]


def put(array, value):
    changed = array.copy()
    changed[3, 0] = value
    return changed


@pytest.mark.parametrize(
    ("arrays", "sentence"),
    [
        (harm(WHOLE, input_images=PIXELS[:, :700]), "needs a row an image and side x side columns"),
        (harm(WHOLE, input_images=PIXELS.reshape(40, 28, 28)), "but is 40 x 28 x 28"),
        (harm(WHOLE, input_images=PIXELS[:0]), "but is 0 x 784"),
        (harm(WHOLE, input_images=put(PIXELS, np.nan)), "but 1 are NaN or infinite"),
        (harm(WHOLE, input_images=put(PIXELS, np.inf)), "but 1 are NaN or infinite"),
        (harm(WHOLE, input_images=PIXELS - 0.5), "but they run from -0.5 to 0.5"),
        (harm(WHOLE, input_images=PIXELS * 16), "but they run from 0 to 16"),
        (harm(WHOLE, input_images=PIXELS * 1000), "but they run from 0 to 1000"),
        (harm(WHOLE, input_images=PIXELS * 0), "every pixel is 0"),
        (harm(WHOLE, input_images=PIXELS[:39]), "has 39 images and output_labels 40 labels"),
        (harm(WHOLE, input_images=np.array([["seven"]])), "needs plain numbers, but holds text"),
        (harm(WHOLE, input_images=np.array([[PIXELS]], dtype=object)), "but holds a cell array"),
        (harm(WHOLE, output_labels=put(LABELS, 10)), "but 1 are not, such as 10"),
        (harm(WHOLE, output_labels=put(LABELS, -1)), "such as -1"),
        (harm(WHOLE, output_labels=put(LABELS, 2.5)), "such as 2.5"),
        (harm(WHOLE, output_labels=put(LABELS, np.nan)), "such as nan"),
        (harm(WHOLE, output_labels=np.eye(40)[:, :10]), "needs one digit an image, n x 1 or 1 x n"),
        (harm(WHOLE, output_labels=LABELS[:20]), "has 40 images and output_labels 20 labels"),
    ],
)
def test_what_is_not_sound_is_refused_in_one_sentence(arrays, sentence):
    with pytest.raises(LayoutError, match=sentence) as refusal:
        recognise_layout(arrays, "digits")
    assert str(refusal.value).startswith("digits: ")
    assert "\n" not in str(refusal.value)


def test_a_file_that_is_no_mat_file_is_refused_under_its_name(tmp_path):
    (tmp_path / "seven.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    with pytest.raises(MatFileError, match=r"^seven\.png must be a \.mat file"):
        read_dataset(tmp_path / "seven.png")


def test_every_rule_has_a_name_of_its_own():
    assert len({rule.name for rule in RULES}) == len(RULES)


def test_the_real_file_is_read_whole(real_data):
    dataset = read_dataset(real_data / "MNIST.mat")
    assert dataset.images.shape == (60_000, 28, 28)
    assert dataset.class_counts.tolist() == [5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949]
    assert dataset.origin.warnings == ()
