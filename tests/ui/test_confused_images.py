"""Which cell of a confusion matrix is shown."""

import numpy as np
import pytest

from mnist_ui.results.confused_images import find_cell

CONFUSION = np.array([[9, 1, 0], [0, 8, 2], [0, 1, 9]])


def test_the_cell_of_a_link_is_shown():
    assert find_cell(CONFUSION, "2", "0") == (2, 0)


@pytest.mark.parametrize(("truth", "guess"), [("", ""), ("3", "0"), ("x", "1"), ("-1", "1")])
def test_without_a_cell_in_the_link_the_commonest_mistake_is_shown(truth, guess):
    assert find_cell(CONFUSION, truth, guess) == (1, 2)
