"""Stratified parts are scikit-learn's own."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.model_selection import StratifiedKFold, train_test_split

from mnist_core.data.stratified import cut_folds, draw_held_out


def make_labels(seed):
    """Make shuffled labels of a few classes, some far rarer than others, at least ten of each."""
    random = np.random.default_rng(seed)
    names = random.permutation(40)[: random.integers(2, 12)] - 5
    more = random.choice(names, random.integers(1, 900), p=random.dirichlet(np.ones(len(names))))
    return random.permutation(np.concatenate([np.repeat(names, 10), more])).astype(np.int64)


@given(seed=st.integers(0, 10**6), n_folds=st.integers(2, 10))
def test_folds_are_those_of_stratified_k_fold(seed, n_folds):
    labels = make_labels(seed)

    folds = list(cut_folds(labels, n_folds))

    for ours, theirs in zip(folds, StratifiedKFold(n_folds).split(labels, labels), strict=True):
        np.testing.assert_array_equal(ours[0], theirs[0])
        np.testing.assert_array_equal(ours[1], theirs[1])


@given(seed=st.integers(0, 10**6))
def test_what_is_held_out_is_that_of_a_stratified_train_test_split(seed):
    labels = make_labels(seed)
    n_held_out = -(-len(labels) // 6)

    kept, held_out = draw_held_out(labels, n_held_out, seed)

    theirs = train_test_split(
        np.arange(len(labels)), test_size=n_held_out, stratify=labels, random_state=seed
    )
    np.testing.assert_array_equal(kept, theirs[0])
    np.testing.assert_array_equal(held_out, theirs[1])


@pytest.mark.parametrize("n", [20, 21, 25])
def test_ties_between_equal_classes_are_drawn_alike(n):
    labels = np.arange(n) % 4

    kept, _ = draw_held_out(labels, 6, seed=3)

    theirs, _ = train_test_split(np.arange(n), test_size=6, stratify=labels, random_state=3)
    np.testing.assert_array_equal(kept, theirs)


def test_more_folds_than_images_of_any_class_are_refused_and_than_of_some_warned_of():
    with pytest.raises(ValueError, match="cannot be greater than the number of members of every class"):
        next(cut_folds(np.arange(9) % 3, 4))
    with pytest.warns(UserWarning, match="has only 1 images"):
        next(cut_folds(np.array([0, 0, 0, 1]), 2))
