import numpy as np
import pytest
from digits import ROOT, take_digits

from mnist_core.data.dataset import Choices, Dataset, Origin, make_dataset
from mnist_core.data.layouts import recognise_layout
from mnist_core.data.side import bring_to_side
from mnist_core.ground.errors import DataError
from mnist_core.insight.evaluation import evaluate
from mnist_core.insight.evaluation.match import match_labels
from mnist_core.network.models import load_model

IMAGES, LABELS = take_digits(500)
ORIGIN = Origin("test", (), (0.0, 1.0))


def shrink(images: np.ndarray, side: int) -> np.ndarray:
    """Average pixels down to a side, with the digit filling the whole image, as USPS has it."""
    box = images[:, 4:24, 4:24]
    shares = np.clip(
        np.minimum.outer(np.arange(1, side + 1) * 20 / side, np.arange(1, 21))
        - np.maximum.outer(np.arange(side) * 20 / side, np.arange(20)),
        0,
        None,
    ) * (side / 20)
    return (shares @ box @ shares.T).astype(np.float32)


def test_images_of_the_right_side_stay_as_they_are():
    assert bring_to_side(IMAGES, 28) is IMAGES


def test_digits_cut_out_of_their_paper_get_it_back():
    brought = bring_to_side(np.ascontiguousarray(IMAGES[:, 4:24, 4:24]), 28)
    assert brought.shape == IMAGES.shape
    assert np.corrcoef(brought.ravel(), IMAGES.ravel())[0, 1] > 0.9


@pytest.mark.parametrize("side", [12, 16, 20, 32, 56])
def test_the_shipped_model_reads_images_of_other_sides_that_were_brought_to_its_own(side):
    model = load_model(ROOT / "models" / "paper")
    brought = bring_to_side(shrink(IMAGES, side), 28)
    assert (brought.min() >= 0, brought.max() <= 1) == (True, True)
    assert evaluate(model.network, brought, LABELS).accuracy > 0.95


def test_a_blank_image_stays_blank():
    assert not bring_to_side(np.zeros((2, 16, 16), np.float32), 28).any()


def make_named(names: tuple[str, ...], labels: np.ndarray) -> Dataset:
    return make_dataset("named", IMAGES[: len(labels)], labels, ORIGIN, class_names=names)


def test_labels_are_matched_by_the_names_of_the_classes():
    dataset = make_named(("9", "7", "1"), np.array([0, 1, 2, 1]))
    assert match_labels(dataset, tuple("0123456789")).tolist() == [9, 7, 1, 7]


def test_a_class_that_the_model_does_not_know_is_named():
    dataset = make_named(("1", "A", "B"), np.array([0, 1, 0, 1]))
    with pytest.raises(DataError, match="but named has images of A: choose another"):
        match_labels(dataset, tuple("0123456789"))


def test_a_data_set_without_labels_cannot_be_measured():
    with pytest.raises(DataError, match="named has no labels"):
        match_labels(make_dataset("named", IMAGES, None, ORIGIN), tuple("0123456789"))


def test_the_choice_of_no_labels_leaves_them_out():
    values = {"X": IMAGES.reshape(500, 784), "y": LABELS[:, None]}
    assert not recognise_layout(values, "digits", Choices(labels="none")).is_labelled
