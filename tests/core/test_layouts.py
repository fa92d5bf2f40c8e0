import numpy as np
import pytest
from digits import take_digits, write_mat
from matfiles import find_decision

from mnist_core.data.dataset import split_dataset
from mnist_core.data.layouts import RULES, Choices, read_dataset, recognise_layout, understand
from mnist_core.ground.errors import DataError, DataFileError, LayoutError
from mnist_core.ground.variables import Cells, Opaque


@pytest.fixture
def digits():
    return take_digits(40)


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


def test_a_file_without_images_is_refused_with_what_there_is(digits):
    with pytest.raises(
        LayoutError, match=r"digits: Digit images are needed.* but there is only output_labels"
    ):
        recognise_layout({"output_labels": digits[1][:, None]}, "digits")


def test_a_file_without_variables_is_refused():
    with pytest.raises(LayoutError, match="but there is no variable"):
        recognise_layout({}, "digits")


def test_a_file_without_labels_can_be_viewed_not_trained_on(digits):
    dataset = recognise_layout({"input_images": name_arrays(*digits)["input_images"]}, "digits")
    assert not dataset.is_labelled
    assert dataset.n_samples == 40
    with pytest.raises(DataError, match=r"^digits has no labels: its images can be viewed and read"):
        split_dataset(dataset)


def harm(arrays, **changes):
    return {**arrays, **changes}


WHOLE = name_arrays(*take_digits(40))
PIXELS, LABELS = WHOLE["input_images"], WHOLE["output_labels"]


def put(array, value):
    changed = array.copy()
    changed[3, 0] = value
    return changed


@pytest.mark.parametrize(
    ("arrays", "sentence"),
    [
        (harm(WHOLE, input_images=PIXELS[:, :701]), "needs square images, .* but is 40 x 701"),
        (harm(WHOLE, input_images=PIXELS[:0]), "needs at least one image, but is 0 x 784"),
        (harm(WHOLE, input_images=put(PIXELS, np.nan)), "but 1 are NaN or infinite"),
        (harm(WHOLE, input_images=put(PIXELS, np.inf)), "but 1 are NaN or infinite"),
        (harm(WHOLE, input_images=PIXELS * 0), "every pixel is 0"),
        (harm(WHOLE, input_images=PIXELS[[7] * 40]), "all 40 are the same"),
        (harm(WHOLE, input_images=PIXELS[:39]), "has 39 images and output_labels 40 labels"),
        (harm(WHOLE, input_images="seven"), "needs plain numbers, but holds text"),
        (harm(WHOLE, input_images=Cells((1, 1), ("seven",))), "but holds a cell array of other things"),
        (harm(WHOLE, input_images=Opaque("a function handle")), "but holds a function handle"),
        (harm(WHOLE, input_images=PIXELS * 1j), "but holds complex numbers"),
        (harm(WHOLE, output_labels=put(LABELS, 10)), "but 1 are not, such as 10"),
        (harm(WHOLE, output_labels=put(LABELS, -1)), "such as -1"),
        (harm(WHOLE, output_labels=put(LABELS, 2.5)), "such as 2.5"),
        (harm(WHOLE, output_labels=put(LABELS, np.nan)), "such as nan"),
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
    with pytest.raises(DataFileError, match=r"^seven\.png must be a \.mat,"):
        read_dataset(tmp_path / "seven.png")


def test_every_rule_has_a_name_of_its_own():
    assert len({rule.name for rule in RULES}) == len(RULES)


def test_the_real_file_is_read_whole(real_data):
    dataset = read_dataset(real_data / "MNIST.mat")
    assert dataset.images.shape == (60_000, 28, 28)
    assert dataset.class_counts.tolist() == [5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949]
    assert dataset.origin.warnings == ()


def test_every_decision_tells_its_reason_and_its_alternatives(digits):
    found = understand(name_arrays(*digits), "digits")
    assert [decision.name for decision in found.decisions] == [
        "layout",
        "images",
        "axes",
        "labels",
        "test",
        "values",
        "ink",
        "coding",
        "orientation",
    ]
    for decision in found.decisions:
        assert decision.reason.endswith(".")
        assert decision.value in [option.value for option in decision.options]
    assert found.dataset.origin.reasons == found.reasons


def test_two_variables_that_may_be_the_labels_leave_the_choice_to_the_user(digits):
    arrays = name_arrays(*digits)
    arrays = {"X": arrays["input_images"], "y": arrays["output_labels"], "labels": 9 - digits[1][::-1, None]}
    found = understand(arrays, "digits")
    assert found.is_ambiguous
    assert found.dataset is None
    assert found.problem == "y and labels may each hold the labels: choose one, with --labels NAME."
    chosen = understand(arrays, "digits", Choices(labels="y"))
    np.testing.assert_array_equal(chosen.dataset.labels, digits[1])
    assert chosen.dataset.origin.choices == Choices(labels="y")
    assert find_decision(chosen, "labels").is_chosen


def test_own_test_images_are_the_held_out_part(digits):
    images, labels = take_digits(60)
    columns = images.reshape(60, 784)
    arrays = {
        "trainX": columns[:40],
        "trainY": labels[:40, None],
        "testX": columns[40:],
        "testY": labels[40:, None],
    }
    dataset = recognise_layout(arrays, "digits")
    assert dataset.origin.layout == "parts"
    split = split_dataset(dataset)
    np.testing.assert_array_equal(split.test, np.arange(40, 60))
    assert sorted(split.train) == list(range(40))
    assert "the file's own test part (20) is held out, so that none is drawn" in split.description
