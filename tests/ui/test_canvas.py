"""Paths of the canvas become strokes."""

import pytest

from mnist_ui.components.canvas import read_paths


def test_lines_keep_their_points():
    path = [["M", 1, 2], ["L", 3, 4], ["L", 5.5, 6]]
    assert read_paths([{"type": "path", "path": path}]) == [[(1.0, 2.0), (3.0, 4.0), (5.5, 6.0)]]


def test_a_curve_is_sampled_along_its_arc():
    (stroke,) = read_paths([{"type": "Path", "path": [["M", 0, 0], ["Q", 10, 0, 10, 10]]}])
    assert stroke[0] == (0.0, 0.0)
    assert stroke[-1] == (10.0, 10.0)
    assert len(stroke) == 5
    assert stroke[2] == pytest.approx((7.5, 2.5))


def test_a_click_without_a_move_is_a_dot_not_a_line():
    (stroke,) = read_paths([{"type": "path", "path": [["M", 6.982, 8.0], ["L", 7.018, 8.0]]}])
    assert stroke == [(6.982, 8.0)]


def test_each_path_is_a_stroke_and_other_objects_are_left_out():
    path = [["M", 0, 0], ["L", 1, 1]]
    objects = [{"type": "path", "path": path}, {"type": "rect", "left": 3}, {"type": "path", "path": path}]
    assert len(read_paths(objects)) == 2


def test_an_empty_path_is_no_stroke():
    assert read_paths([{"type": "path", "path": []}]) == []
