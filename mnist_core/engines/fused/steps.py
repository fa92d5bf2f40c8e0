"""Stepping the weights of a stack by the optimiser of its networks, compiled."""

from typing import no_type_check

import numpy as np

from mnist_core.engines.fused.compiled import compiled
from mnist_core.engines.fused.kernels import descend, move, place, step_adam
from mnist_core.engines.fused.matrices import choose_width, descend_tile, multiply_slopes, step_tile, sum_rows
from mnist_core.engines.fused.vectors import GROUP


@compiled
@no_type_check
def has_decay(stack):
    """Tell whether the weights of any network decay."""
    return stack.decays.max() > 0


@compiled
@no_type_check
def step_bias(stack, size, sums, slopes, stride, gradients, rates, root, zeros):
    """Turn gradients by hidden 1's outputs into those by its sums, and step its biases."""
    for i in range(size):
        multiply_slopes(stack.code, slopes, i * stride, sums, i * stride, stack.lanes)
    sum_rows(slopes, 0, size, stride, gradients, 0, stack.lanes, zeros)
    if has_decay(stack):
        for u in range(stack.lanes):
            gradients[u] += stack.lane_decays[u] * stack.bias.weights[u]
    for u in range(0, stack.lanes, 16):
        step_vector(stack, stack.bias, gradients, u, rates, stack.lane_momenta, stack.lane_looks, u, root)


@compiled
@no_type_check
def step_vector(stack, layer, gradients, at, rates, momenta, looks, lane, root):
    """Step a vector of a layer's parameters by the optimiser of the stack."""
    if stack.is_adam:
        step_adam(
            place(gradients, at),
            place(layer.weights, at),
            place(layer.means, at),
            place(layer.squares, at),
            place(rates, lane),
            root,
        )
    else:
        descend(
            place(gradients, at),
            place(layer.weights, at),
            place(layer.means, at),
            place(rates, lane),
            place(momenta, lane),
            place(looks, lane),
        )


@compiled
@no_type_check
def step_upper(stack, g, gradients, rate, root):
    """Step one network's layers above hidden 1."""
    rates = np.full(16, rate, np.float32)
    momenta, looks = np.full(16, stack.momenta[g], np.float32), np.full(16, stack.looks[g], np.float32)
    decay = np.float32(stack.decays[g])
    if decay > 0:
        for at in range(stack.begins[g], stack.ends[g]):
            gradients[at] += decay * stack.upper.weights[at]
    if stack.cuts[g]:
        for at in range(stack.begins[g], stack.ends[g]):
            if stack.upper.weights[at] == 0:
                gradients[at] = 0
    for at in range(stack.begins[g], stack.ends[g], 16):
        step_vector(stack, stack.upper, gradients, at, rates, momenta, looks, 0, root)


@compiled
@no_type_check
def step_first(stack, turned, k, slopes, stride, rates, root):
    """Compute the gradients of hidden 1's weights and step them, batch k."""
    weights, means = place(stack.first.weights, 0), place(stack.first.means, 0)
    squares, gradients, lane_rates = place(stack.first.squares, 0), place(slopes, 0), place(rates, 0)
    pixels, images, values = place(turned.pixels, 0), place(turned.images, 0), place(turned.values, 0)
    starts, lanes, decays = turned.starts[k], stack.lanes, place(stack.lane_decays, 0)
    momenta, looks = place(stack.lane_momenta, 0), place(stack.lane_looks, 0)
    is_decaying = has_decay(stack)
    n_pixels = len(turned.pixels) if is_decaying else turned.n_inked
    for group in range(n_pixels // GROUP):
        low = starts[group]
        lane = 0
        while lane < lanes:
            n_vectors = choose_width((lanes - lane) // 16)
            numbers, its_rates = move(pixels, group * GROUP), move(lane_rates, lane)
            its_gradients = move(gradients, lane)
            its_images, its_values = move(images, low), move(values, low * GROUP)
            count = starts[group + 1] - low
            if stack.is_adam:
                step_tile(
                    n_vectors,
                    move(weights, lane),
                    move(means, lane),
                    move(squares, lane),
                    lanes,
                    numbers,
                    its_rates,
                    root,
                    move(decays, lane),
                    is_decaying,
                    its_gradients,
                    stride,
                    its_images,
                    its_values,
                    count,
                )
            else:
                descend_tile(
                    n_vectors,
                    move(weights, lane),
                    move(means, lane),
                    lanes,
                    numbers,
                    its_rates,
                    move(momenta, lane),
                    move(looks, lane),
                    move(decays, lane),
                    is_decaying,
                    its_gradients,
                    stride,
                    its_images,
                    its_values,
                    count,
                )
            lane += 16 * n_vectors
