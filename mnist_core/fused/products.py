"""Products and functions of whole matrices, compiled from the kernels of their tiles."""

from typing import no_type_check

from mnist_core.fused.compiled import compiled
from mnist_core.fused.kernels import (
    gather,
    gather_adam,
    multiply_tile,
    place,
    relu_slope,
    relu_vector,
    sigmoid_slope,
    sigmoid_vector,
    tanh_slope,
    tanh_vector,
)

WIDE = 8  # vectors whose sums stay in registers, and hide an addition's delay


@compiled
@no_type_check
def pad(n):
    """Round up to whole vectors."""
    return (n + 15) // 16 * 16


@compiled
@no_type_check
def activate(code, values, begin, n):
    """Apply an activation function, by its code, to n values in place."""
    for at in range(begin, begin + n, 16):
        if code == 0:
            sigmoid_vector(place(values, at))
        elif code == 1:
            relu_vector(place(values, at))
        else:
            tanh_vector(place(values, at))


@compiled
@no_type_check
def multiply_slopes(code, gradients, at, outputs, begin, n):
    """Multiply n gradients by the slope of the activation whose outputs are given."""
    for u in range(0, n, 16):
        if code == 0:
            sigmoid_slope(place(gradients, at + u), place(outputs, begin + u))
        elif code == 1:
            relu_slope(place(gradients, at + u), place(outputs, begin + u))
        else:
            tanh_slope(place(gradients, at + u), place(outputs, begin + u))


@compiled
@no_type_check
def sum_rows(rows, n, stride, out, at, wide):
    """Sum n rows into `wide` values."""
    out[at : at + wide] = 0
    for i in range(n):
        for u in range(wide):
            out[at + u] += rows[i * stride + u]


@compiled
@no_type_check
def multiply(wide, n_rows, n, out, out_at, out_stride, left, left_at, left_row, left_item, right, right_at):
    """Add to `wide` columns of `out` the product of `left` (n_rows, n) and `right` (n, wide)."""
    column = 0
    while column < wide:
        n_vectors, high = _choose_tile((wide - column) // 16)
        row = 0
        while row < n_rows:
            is_whole = row + high <= n_rows
            _multiply_tile(
                n_vectors if is_whole else -n_vectors,
                place(out, out_at + row * out_stride + column),
                out_stride,
                place(left, left_at + row * left_row),
                left_row,
                left_item,
                place(right, right_at + column),
                wide,
                n,
            )
            row += high if is_whole else 1
        column += 16 * n_vectors


@compiled
@no_type_check
def _choose_tile(n_vectors):
    """Choose the width and height of a tile: as many sums as registers hold, with room for the rest."""
    if n_vectors >= 6:
        return 6, 2
    if n_vectors >= 3:
        return 3, 4
    if n_vectors == 2:
        return 2, 8
    return 1, 8


@compiled
@no_type_check
def _multiply_tile(code, out, out_stride, left, left_row, left_item, right, right_stride, n):
    """Multiply a whole tile of `code` vectors, or a single row where the code is negative."""
    if code == 6:
        multiply_tile(2, 6, out, out_stride, left, left_row, left_item, right, right_stride, n)
    elif code == 3:
        multiply_tile(4, 3, out, out_stride, left, left_row, left_item, right, right_stride, n)
    elif code == 2:
        multiply_tile(8, 2, out, out_stride, left, left_row, left_item, right, right_stride, n)
    elif code == 1:
        multiply_tile(8, 1, out, out_stride, left, left_row, left_item, right, right_stride, n)
    elif code == -6:
        multiply_tile(1, 6, out, out_stride, left, left_row, left_item, right, right_stride, n)
    elif code == -3:
        multiply_tile(1, 3, out, out_stride, left, left_row, left_item, right, right_stride, n)
    elif code == -2:
        multiply_tile(1, 2, out, out_stride, left, left_row, left_item, right, right_stride, n)
    else:
        multiply_tile(1, 1, out, out_stride, left, left_row, left_item, right, right_stride, n)


@compiled
@no_type_check
def gather_vectors(n_vectors, out, rows, stride, which, factors, n):
    """Call `kernels.gather` for up to `WIDE` vectors."""
    if n_vectors == 8:
        gather(8, out, rows, stride, which, factors, n)
    elif n_vectors == 7:
        gather(7, out, rows, stride, which, factors, n)
    elif n_vectors == 6:
        gather(6, out, rows, stride, which, factors, n)
    elif n_vectors == 5:
        gather(5, out, rows, stride, which, factors, n)
    elif n_vectors == 4:
        gather(4, out, rows, stride, which, factors, n)
    elif n_vectors == 3:
        gather(3, out, rows, stride, which, factors, n)
    elif n_vectors == 2:
        gather(2, out, rows, stride, which, factors, n)
    else:
        gather(1, out, rows, stride, which, factors, n)


@compiled
@no_type_check
def gather_and_step(n_vectors, weights, means, squares, rates, root, rows, stride, which, factors, n):
    """Call `kernels.gather_adam` for up to `WIDE` vectors."""
    if n_vectors == 8:
        gather_adam(8, weights, means, squares, rates, root, rows, stride, which, factors, n)
    elif n_vectors == 7:
        gather_adam(7, weights, means, squares, rates, root, rows, stride, which, factors, n)
    elif n_vectors == 6:
        gather_adam(6, weights, means, squares, rates, root, rows, stride, which, factors, n)
    elif n_vectors == 5:
        gather_adam(5, weights, means, squares, rates, root, rows, stride, which, factors, n)
    elif n_vectors == 4:
        gather_adam(4, weights, means, squares, rates, root, rows, stride, which, factors, n)
    elif n_vectors == 3:
        gather_adam(3, weights, means, squares, rates, root, rows, stride, which, factors, n)
    elif n_vectors == 2:
        gather_adam(2, weights, means, squares, rates, root, rows, stride, which, factors, n)
    else:
        gather_adam(1, weights, means, squares, rates, root, rows, stride, which, factors, n)
