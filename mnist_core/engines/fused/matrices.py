"""Products and functions of whole matrices, compiled from the kernels of their tiles."""

from typing import no_type_check

import numpy as np

from mnist_core.engines.fused.compiled import compiled
from mnist_core.engines.fused.kernels import (
    gather,
    gather_adam,
    gather_descent,
    multiply_tile,
    place,
    relu_slope,
    relu_vector,
    sigmoid_slope,
    sigmoid_vector,
    square_slope,
    square_vector,
    tanh_slope,
    tanh_vector,
    transpose_block,
)
from mnist_core.engines.fused.vectors import GROUP, WIDE

SQUARE = 4
"""Code of the activation whose slope its outputs do not tell: it depends on the sign of the sum."""

_HIGH = 8 if WIDE == 6 else 4  # rows of a tile of fewer vectors


@compiled
@no_type_check
def pad_rows(n):
    """Round up to whole groups of rows."""
    return (n + GROUP - 1) // GROUP * GROUP


@compiled
@no_type_check
def activate(code, sums, outputs, begin, n):
    """Apply an activation function, by its code, to n sums; both arrays may be one."""
    for at in range(begin, begin + n, 16):
        if code == 0:
            sigmoid_vector(place(sums, at), place(outputs, at))
        elif code == 1:
            relu_vector(place(sums, at), place(outputs, at))
        elif code == 2:
            tanh_vector(place(sums, at), place(outputs, at))
        elif code == SQUARE:
            square_vector(place(sums, at), place(outputs, at))


@compiled
@no_type_check
def keep_sums(code, outputs):
    """Make room for sums beside their outputs where the slopes need them, or else use one room for both."""
    return make_rows(len(outputs)) if code == SQUARE else outputs


@compiled
@no_type_check
def multiply_slopes(code, gradients, at, outputs, begin, n):
    """Multiply n gradients by the slope of the activation whose outputs, of squares the sums, are given."""
    for u in range(0, n, 16):
        if code == 0:
            sigmoid_slope(place(gradients, at + u), place(outputs, begin + u))
        elif code == 1:
            relu_slope(place(gradients, at + u), place(outputs, begin + u))
        elif code == 2:
            tanh_slope(place(gradients, at + u), place(outputs, begin + u))
        elif code == SQUARE:
            square_slope(place(gradients, at + u), place(outputs, begin + u))


@compiled
@no_type_check
def sum_rows(rows, rows_at, n, stride, out, out_at, wide, zeros):
    """Sum n rows into `wide` values."""
    ones = np.ones(1, np.float32)
    multiply(wide, 1, n, out, out_at, 0, ones, 0, 0, 0, rows, rows_at, stride, zeros, 0)


@compiled
@no_type_check
def turn(rows, at, n_rows, wide, out, out_stride):
    """Write the transposed of `n_rows` rows, `wide` wide; columns past the last row become zeros."""
    for row in range(0, n_rows, 16):
        for column in range(0, wide, 16):
            transpose_block(
                place(out, column * out_stride + row),
                out_stride,
                place(rows, at + row * wide + column),
                wide,
                n_rows - row,
            )


@compiled
@no_type_check
def multiply(
    wide,
    n_rows,
    n,
    out,
    out_at,
    out_stride,
    left,
    left_at,
    left_row,
    left_item,
    right,
    right_at,
    right_stride,
    begin,
    begin_at,
):
    """Write to `wide` columns of `out` the product of `left` (n_rows, n) and `right` (n, wide).

    `begin` is added to each row of it.
    """
    column = 0
    while column < wide:
        n_vectors = choose_width((wide - column) // 16)
        high = _choose_height(n_vectors)
        row = 0
        while row < n_rows:
            is_whole = row + high <= n_rows
            _multiply_tile(
                n_vectors if is_whole else -n_vectors,
                place(out, out_at + row * out_stride + column),
                out_stride,
                place(begin, begin_at + column),
                place(left, left_at + row * left_row),
                left_row,
                left_item,
                place(right, right_at + column),
                right_stride,
                n,
            )
            row += high if is_whole else 1
        column += 16 * n_vectors


@compiled
@no_type_check
def _choose_height(n_vectors):
    """Choose the height of a tile: with its width, as many sums as registers hold."""
    return GROUP if n_vectors == 6 else _HIGH


@compiled
@no_type_check
def _multiply_tile(code, out, out_stride, begin, left, left_row, left_item, right, right_stride, n):
    """Multiply a whole tile of `code` vectors, or a single row where the code is negative."""
    if code == 6:
        multiply_tile(GROUP, 6, out, out_stride, begin, left, left_row, left_item, right, right_stride, n)
    elif code == 3:
        multiply_tile(_HIGH, 3, out, out_stride, begin, left, left_row, left_item, right, right_stride, n)
    elif code == 2:
        multiply_tile(_HIGH, 2, out, out_stride, begin, left, left_row, left_item, right, right_stride, n)
    elif code == 1:
        multiply_tile(_HIGH, 1, out, out_stride, begin, left, left_row, left_item, right, right_stride, n)
    elif code == -6:
        multiply_tile(1, 6, out, out_stride, begin, left, left_row, left_item, right, right_stride, n)
    elif code == -3:
        multiply_tile(1, 3, out, out_stride, begin, left, left_row, left_item, right, right_stride, n)
    elif code == -2:
        multiply_tile(1, 2, out, out_stride, begin, left, left_row, left_item, right, right_stride, n)
    else:
        multiply_tile(1, 1, out, out_stride, begin, left, left_row, left_item, right, right_stride, n)


@compiled
@no_type_check
def choose_width(n_vectors):
    """Choose how many of the vectors that are left make the next tile."""
    if n_vectors >= WIDE:
        return WIDE
    return min(n_vectors, 3)


@compiled
@no_type_check
def gather_tile(n_vectors, out, out_stride, begin, rows, stride, which, factors, n):
    """Call `kernels.gather` for a width that `choose_width` chose."""
    if n_vectors == 6:
        gather(GROUP, 6, out, out_stride, begin, rows, stride, which, factors, n)
    elif n_vectors == 3:
        gather(GROUP, 3, out, out_stride, begin, rows, stride, which, factors, n)
    elif n_vectors == 2:
        gather(GROUP, 2, out, out_stride, begin, rows, stride, which, factors, n)
    else:
        gather(GROUP, 1, out, out_stride, begin, rows, stride, which, factors, n)


@compiled
@no_type_check
def step_tile(n_vectors, *tile):
    """Call `kernels.gather_adam` for a width that `choose_width` chose."""
    if n_vectors == 6:
        gather_adam(GROUP, 6, tile)
    elif n_vectors == 3:
        gather_adam(GROUP, 3, tile)
    elif n_vectors == 2:
        gather_adam(GROUP, 2, tile)
    else:
        gather_adam(GROUP, 1, tile)


@compiled
@no_type_check
def descend_tile(n_vectors, *tile):
    """Call `kernels.gather_descent` for a width that `choose_width` chose."""
    if n_vectors == 6:
        gather_descent(GROUP, 6, tile)
    elif n_vectors == 3:
        gather_descent(GROUP, 3, tile)
    elif n_vectors == 2:
        gather_descent(GROUP, 2, tile)
    else:
        gather_descent(GROUP, 1, tile)


@compiled
@no_type_check
def make_rows(n):
    """Make room for n zeros that begins where a line of the cache does."""
    room = np.zeros(n + 16, np.float32)
    skip = -(room.ctypes.data // 4) % 16
    return room[skip : skip + n]
