from dataclasses import replace

import numpy as np
import pytest
from digits import make_digits
from sklearn.model_selection import train_test_split

from mnist_core.data.dataset import Choices, Dataset, Origin, compute_fingerprint, split_dataset, split_labels
from mnist_core.data.dataset import make_dataset as make_dataset_of
from mnist_core.data.kept import keep_dataset, list_datasets, open_dataset
from mnist_core.data.origin import WORDS
from mnist_core.ground.errors import DataError, LayoutError


def make_dataset(n=60, seed=0, name="digits"):
    images, labels = make_digits(n, seed)
    origin = Origin("paper", (("input_images", "60 x 784 float64"),), (0.0, 1.0), warnings=("Mind this.",))
    return Dataset(name, images, labels, compute_fingerprint(images, labels), origin)


def test_sixty_thousand_are_cut_as_in_the_paper():
    labels = np.arange(60_000) % 10
    split = split_labels(labels, seed=3)
    order = np.random.default_rng(3).permutation(60_000)
    np.testing.assert_array_equal(split.train, order[:50_000])
    np.testing.assert_array_equal(split.test, order[50_000:])
    assert "50,000 to train, 10,000 held out" in split.description


def test_of_another_size_a_sixth_is_held_out_stratified():
    labels = np.random.default_rng(0).integers(0, 10, 3_000)
    split = split_labels(labels, seed=0)
    assert (len(split.train), len(split.test)) == (2_500, 500)
    shares = np.bincount(labels[split.test]) / np.bincount(labels)
    np.testing.assert_allclose(shares, 1 / 6, atol=0.01)


def test_the_sixth_is_scikit_learns_of_the_shuffled_order():
    labels = np.random.default_rng(0).integers(0, 10, 600)
    order = np.random.default_rng(7).permutation(600)
    train, test = train_test_split(order, test_size=1 / 6, stratify=labels[order], random_state=7)
    split = split_labels(labels, seed=7)
    np.testing.assert_array_equal(split.train, train)
    np.testing.assert_array_equal(split.test, test)


def test_no_image_is_in_both_parts_and_none_is_lost():
    labels = np.arange(1_000) % 10
    split = split_labels(labels)
    assert sorted([*split.train, *split.test]) == list(range(1_000))


def test_a_limit_keeps_the_first_images_after_the_shuffle():
    labels = np.arange(60_000) % 10
    split = split_labels(labels, seed=0, limit=300)
    kept = np.random.default_rng(0).permutation(60_000)[:300]
    assert sorted([*split.train, *split.test]) == sorted(kept)


@pytest.mark.parametrize("labels", [[1] * 50, [0, 1], list(range(10)), [0] * 40 + [1]])
def test_too_few_images_of_a_digit_cannot_be_split(labels):
    with pytest.raises(DataError, match=r"use more images|not trained on"):
        split_labels(np.array(labels))


def test_the_fingerprint_follows_images_labels_and_order():
    images, labels = make_digits(20)
    other = images.copy()
    other[0, 0, 0] = 1 / 255
    prints = {
        compute_fingerprint(images, labels),
        compute_fingerprint(other, labels),
        compute_fingerprint(images, (labels + 1) % 10),
        compute_fingerprint(images[::-1], labels[::-1]),
    }
    assert len(prints) == 4


def test_the_fingerprint_of_equal_data_is_equal_however_it_lies_in_memory():
    images, labels = make_digits(20)
    assert compute_fingerprint(np.asfortranarray(images), labels) == compute_fingerprint(images, labels)


def test_a_kept_data_set_opens_again_as_it_was(tmp_path):
    dataset = make_dataset()
    keep_dataset(dataset, tmp_path)
    opened = open_dataset(dataset.fingerprint, tmp_path)
    np.testing.assert_array_equal(opened.images, dataset.images)
    np.testing.assert_array_equal(opened.labels, dataset.labels)
    assert (opened.name, opened.origin) == (dataset.name, dataset.origin)


def test_a_kept_data_set_is_mapped_not_read(tmp_path):
    assert isinstance(keep_dataset(make_dataset(), tmp_path).images, np.memmap)


def test_keeping_the_same_data_twice_keeps_one_under_its_latest_name(tmp_path):
    keep_dataset(make_dataset(name="first"), tmp_path)
    assert keep_dataset(make_dataset(name="second"), tmp_path).name == "second"
    assert len(list(tmp_path.iterdir())) == 1


def test_kept_data_sets_are_listed_the_latest_first(tmp_path):
    import os

    for seed in (0, 1):
        kept = keep_dataset(make_dataset(seed=seed, name=f"set {seed}"), tmp_path)
        os.utime(tmp_path / kept.fingerprint / "dataset.json", (seed, seed))
    assert [name for _, name in list_datasets(tmp_path)] == ["set 1", "set 0"]


def test_a_folder_that_does_not_exist_lists_nothing(tmp_path):
    assert list_datasets(tmp_path / "none") == []


def test_what_is_not_kept_says_where_to_open_it(tmp_path):
    with pytest.raises(DataError, match="open its file again on the Data page"):
        open_dataset("0123456789abcdef", tmp_path)


@pytest.mark.parametrize("content", [b"harmed", b""])
@pytest.mark.parametrize("harm", ["images.npy", "labels.npy", "dataset.json"])
def test_a_damaged_kept_data_set_is_refused(tmp_path, harm, content):
    kept = keep_dataset(make_dataset(), tmp_path)
    (tmp_path / kept.fingerprint / harm).write_bytes(content)
    with pytest.raises(DataError):
        open_dataset(kept.fingerprint, tmp_path)


@pytest.mark.parametrize("harm", ["images.npy", "labels.npy", "dataset.json"])
def test_keeping_a_data_set_again_mends_a_damaged_one(tmp_path, harm):
    dataset = make_dataset()
    keep_dataset(dataset, tmp_path)
    (tmp_path / dataset.fingerprint / harm).write_bytes(b"harmed")
    np.testing.assert_array_equal(keep_dataset(dataset, tmp_path).images, dataset.images)
    assert [path.name for path in tmp_path.iterdir()] == [dataset.fingerprint]


def test_a_damaged_data_set_is_not_listed(tmp_path):
    dataset = make_dataset()
    keep_dataset(dataset, tmp_path)
    (tmp_path / dataset.fingerprint / "dataset.json").write_bytes(b"harmed")
    assert list_datasets(tmp_path) == []


def test_many_tabs_may_keep_the_same_data_at_once(tmp_path):
    from concurrent.futures import ThreadPoolExecutor

    dataset = make_dataset(n=500)
    with ThreadPoolExecutor(10) as tabs:
        kept = list(tabs.map(lambda _: keep_dataset(dataset, tmp_path).n_samples, range(10)))
    assert kept == [500] * 10
    assert [path.name for path in tmp_path.iterdir()] == [dataset.fingerprint]


def test_a_folder_that_cannot_be_written_is_named(tmp_path):
    (tmp_path / "taken").write_text("a file where the folder should be")
    with pytest.raises(DataError, match="needs room in"):
        keep_dataset(make_dataset(), tmp_path / "taken")


def make_special(**parts):
    images, labels = make_digits(60)
    origin = Origin("struct", (), (0.0, 1.0), "transposed", reasons=("So.",), choices=Choices(ink="dark"))
    return make_dataset_of("special", images, parts.pop("labels", labels), origin, **parts)


def test_classes_own_test_part_and_writers_are_kept(tmp_path):
    dataset = make_special(
        class_names=tuple("ABCDEFGHIJ"),
        test_part=np.arange(50, 60),
        writers=np.arange(60) // 6,
        keeps_writers_apart=True,
    )
    keep_dataset(dataset, tmp_path)
    opened = open_dataset(dataset.fingerprint, tmp_path)
    assert (opened.class_names, opened.keeps_writers_apart) == (dataset.class_names, True)
    assert opened.origin == dataset.origin
    np.testing.assert_array_equal(opened.test_part, dataset.test_part)
    np.testing.assert_array_equal(opened.writers, dataset.writers)


def test_a_data_set_without_labels_is_kept_as_such(tmp_path):
    opened = keep_dataset(make_special(labels=None), tmp_path)
    assert not opened.is_labelled
    assert opened.class_counts.tolist() == [0] * 10
    assert opened.name_class(3) == "?"
    with pytest.raises(DataError, match="special has no labels"):
        opened.labels  # noqa: B018 - asking is the act


def test_what_an_earlier_version_kept_still_opens(tmp_path):
    import json

    dataset = make_dataset()
    keep_dataset(dataset, tmp_path)
    path = tmp_path / dataset.fingerprint / "dataset.json"
    details = json.loads(path.read_text())
    old = {
        name: details["origin"][name]
        for name in ("layout", "variables", "value_range", "orientation", "warnings")
    }
    path.write_text(json.dumps({"name": "digits", "origin": old}))
    opened = open_dataset(dataset.fingerprint, tmp_path)
    assert opened.origin == dataset.origin
    np.testing.assert_array_equal(opened.labels, dataset.labels)


def test_other_choices_to_the_same_end_are_noted(tmp_path):
    first = make_special()
    keep_dataset(first, tmp_path)
    other = replace(first, origin=replace(first.origin, choices=Choices(ink="bright")))
    assert keep_dataset(other, tmp_path).origin.choices == Choices(ink="bright")
    assert [path.name for path in (tmp_path / first.fingerprint).glob(".*")] == []


def test_the_fingerprint_follows_classes_test_part_and_writers_that_are_kept_apart():
    writers = np.arange(60) // 6
    prints = {
        make_special().fingerprint,
        make_special(class_names=tuple("ABCDEFGHIJ")).fingerprint,
        make_special(test_part=np.arange(10)).fingerprint,
        make_special(writers=writers, keeps_writers_apart=True).fingerprint,
    }
    assert len(prints) == 4
    assert make_special(writers=writers).fingerprint == make_special().fingerprint


def test_writers_are_in_one_part_of_the_split_only():
    dataset = make_special(writers=np.arange(60) // 6, keeps_writers_apart=True)
    split = split_dataset(dataset, seed=1)
    assert not set(dataset.writers[split.train]) & set(dataset.writers[split.test])
    assert sorted([*split.train, *split.test]) == list(range(60))
    with pytest.raises(DataError, match="needs at least 6 of them, but these images have 3"):
        split_dataset(make_special(writers=np.arange(60) // 20, keeps_writers_apart=True))


def test_a_limit_leaves_the_own_test_part_whole():
    split = split_dataset(make_special(test_part=np.arange(40, 60)), limit=30)
    assert (len(split.train), len(split.test)) == (30, 20)


def test_training_images_of_one_class_cannot_be_trained_on():
    with pytest.raises(DataError, match="the 50 training images hold 1"):
        split_dataset(make_special(labels=np.array([3] * 50 + [4] * 10), test_part=np.arange(50, 60)))


def test_a_choice_is_a_word_that_is_known():
    from mnist_core.data.orientation import Orientation

    assert WORDS["orientation"] == tuple(Orientation)
    assert Choices.from_values(Choices(images="X", ink="dark").given()) == Choices(images="X", ink="dark")
    with pytest.raises(LayoutError, match="must be one of bright, dark, each, but is green"):
        Choices(ink="green")
    with pytest.raises(LayoutError, match="but colour is not"):
        Choices.from_values({"colour": "red"})
