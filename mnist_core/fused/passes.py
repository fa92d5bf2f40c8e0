"""Forward, backward and step of a stack of networks, compiled.

A stack is a few networks with one activation that see the same batches. Their first hidden layers lie
side by side in one matrix, pixel by pixel: row p holds what pixel p says to every unit. So a pixel that
is zero costs nothing, and the sums over the others stay in registers.
"""

import math
from typing import no_type_check

import numpy as np

from mnist_core.fused.compiled import compiled
from mnist_core.fused.kernels import exp_vector, place, step_adam
from mnist_core.fused.products import (
    WIDE,
    activate,
    gather_and_step,
    gather_vectors,
    multiply,
    multiply_slopes,
    pad,
    sum_rows,
)


@compiled
@no_type_check
def train_epoch(stack, ink, turned, n, batch, steps, losses):
    """Train one epoch on the first n images in their order; return Adam's new count of steps.

    `losses` gains the sum of each network's training losses.
    """
    n_networks, stride, wide3 = len(stack.units), stack.lanes + 16, pad(stack.n_classes)
    wide1, wide2 = pad(stack.hidden1.max()), pad(stack.hidden2.max())
    outputs1, slopes1 = np.zeros(batch * stride, np.float32), np.zeros(batch * stride, np.float32)
    outputs2, slopes2 = np.zeros(batch * wide2, np.float32), np.zeros(batch * wide2, np.float32)
    outputs3 = np.zeros(batch * wide3, np.float32)
    gradients = np.zeros(len(stack.upper.weights), np.float32)
    bias_gradients = np.zeros(stack.lanes, np.float32)
    turned2, turned3 = np.zeros(stack.hidden2.max() * wide1, np.float32), np.zeros(wide3 * wide2, np.float32)
    lane_rates = np.zeros(stack.lanes, np.float32)
    for k in range((n + batch - 1) // batch):
        first = k * batch
        size = min(batch, n - first)
        steps += 1
        root = np.float32(1 / math.sqrt(1 - 0.999**steps))
        _forward_first(stack, ink, first, size, outputs1, stride)
        for g in range(n_networks):
            rate = np.float32(stack.rates[g] / (1 - 0.9**steps))
            lane_rates[stack.units[g] : stack.units[g] + stack.hidden1[g]] = rate
            _forward_upper(stack, g, size, outputs1, stride, outputs2, outputs3)
            losses[g] += _softmax(outputs3, wide3, stack.n_classes, ink.labels, first, size)[0]
            _subtract_truth(outputs3, wide3, ink.labels, first, size)
            _backward_output(stack, g, size, outputs2, outputs3, slopes2, gradients, turned3)
            _backward_hidden2(stack, g, size, outputs1, slopes1, stride, slopes2, gradients, turned2)
            _step_upper(stack, g, gradients, rate, root)
        for i in range(size):
            multiply_slopes(stack.code, slopes1, i * stride, outputs1, i * stride, stack.lanes)
        sum_rows(slopes1, size, stride, bias_gradients, 0, stack.lanes)
        for u in range(0, stack.lanes, 16):
            step_adam(
                place(bias_gradients, u),
                place(stack.bias.weights, u),
                place(stack.bias.means, u),
                place(stack.bias.squares, u),
                place(lane_rates, u),
                root,
            )
        _step_first(stack, turned, k, slopes1, stride, lane_rates, root)
    return steps


@compiled
@no_type_check
def measure(stack, ink, n, batch, losses, n_right):
    """Measure the networks on the first n images: `losses` and `n_right` gain each one's sums."""
    stride, wide3 = stack.lanes + 16, pad(stack.n_classes)
    outputs1 = np.zeros(batch * stride, np.float32)
    outputs2 = np.zeros(batch * pad(stack.hidden2.max()), np.float32)
    outputs3 = np.zeros(batch * wide3, np.float32)
    for first in range(0, n, batch):
        size = min(batch, n - first)
        _forward_first(stack, ink, first, size, outputs1, stride)
        for g in range(len(stack.units)):
            _forward_upper(stack, g, size, outputs1, stride, outputs2, outputs3)
            loss, right = _softmax(outputs3, wide3, stack.n_classes, ink.labels, first, size)
            losses[g] += loss
            n_right[g] += right


@compiled
@no_type_check
def _forward_first(stack, ink, first, size, outputs, stride):
    for i in range(size):
        at = i * stride
        outputs[at : at + stack.lanes] = stack.bias.weights[: stack.lanes]
        low = ink.starts[first + i]
        count = ink.starts[first + i + 1] - low
        lane = 0
        while lane < stack.lanes:
            n_vectors = min(WIDE, (stack.lanes - lane) // 16)
            gather_vectors(
                n_vectors,
                place(outputs, at + lane),
                place(stack.first.weights, lane),
                stack.lanes,
                place(ink.pixels, low),
                place(ink.values, low),
                count,
            )
            lane += 16 * n_vectors
        activate(stack.code, outputs, at, stack.lanes)


@compiled
@no_type_check
def _forward_upper(stack, g, size, outputs1, stride, outputs2, outputs3):
    h1, h2 = stack.hidden1[g], stack.hidden2[g]
    wide2, wide3, weights = pad(h2), pad(stack.n_classes), stack.upper.weights
    bias2 = stack.begins[g] + h1 * wide2
    weights3 = bias2 + wide2
    bias3 = weights3 + h2 * wide3
    for i in range(size):
        outputs2[i * wide2 : (i + 1) * wide2] = weights[bias2 : bias2 + wide2]
        outputs3[i * wide3 : (i + 1) * wide3] = weights[bias3 : bias3 + wide3]
    multiply(
        wide2, size, h1, outputs2, 0, wide2, outputs1, stack.units[g], stride, 1, weights, stack.begins[g]
    )
    activate(stack.code, outputs2, 0, size * wide2)
    multiply(wide3, size, h2, outputs3, 0, wide3, outputs2, 0, wide2, 1, weights, weights3)


@compiled
@no_type_check
def _softmax(logits, wide, n_classes, labels, first, size):
    """Turn logits into probabilities; return the sum of the losses and the count of right guesses."""
    loss, n_right = 0.0, 0
    for i in range(size):
        at = i * wide
        best = 0
        for c in range(1, n_classes):
            if logits[at + c] > logits[at + best]:
                best = c
        label, top = labels[first + i], logits[at + best]
        n_right += best == label
        for c in range(n_classes):
            logits[at + c] -= top
        loss -= logits[at + label]
        for c in range(0, wide, 16):
            exp_vector(place(logits, at + c))
        total = np.float32(0)
        for c in range(n_classes):
            total += logits[at + c]
        loss += math.log(total)
        share = np.float32(1) / total
        for c in range(n_classes):
            logits[at + c] *= share
        logits[at + n_classes : at + wide] = 0
    return loss, n_right


@compiled
@no_type_check
def _subtract_truth(probabilities, wide, labels, first, size):
    """Turn probabilities into the gradient of the mean loss by the logits."""
    share = np.float32(1 / size)
    for i in range(size):
        probabilities[i * wide + labels[first + i]] -= np.float32(1)
        for c in range(wide):
            probabilities[i * wide + c] *= share


@compiled
@no_type_check
def _backward_output(stack, g, size, outputs2, slopes3, slopes2, gradients, turned):
    h1, h2 = stack.hidden1[g], stack.hidden2[g]
    wide2, wide3 = pad(h2), pad(stack.n_classes)
    weights3 = stack.begins[g] + h1 * wide2 + wide2
    bias3 = weights3 + h2 * wide3
    gradients[weights3:bias3] = 0
    multiply(wide3, h2, size, gradients, weights3, wide3, outputs2, 0, 1, wide2, slopes3, 0)
    sum_rows(slopes3, size, wide3, gradients, bias3, wide3)
    for c in range(stack.n_classes):
        for j in range(wide2):
            weight = stack.upper.weights[weights3 + j * wide3 + c] if j < h2 else np.float32(0)
            turned[c * wide2 + j] = weight
    slopes2[: size * wide2] = 0
    multiply(wide2, size, stack.n_classes, slopes2, 0, wide2, slopes3, 0, wide3, 1, turned, 0)
    multiply_slopes(stack.code, slopes2, 0, outputs2, 0, size * wide2)


@compiled
@no_type_check
def _backward_hidden2(stack, g, size, outputs1, slopes1, stride, slopes2, gradients, turned):
    h1, h2, begin = stack.hidden1[g], stack.hidden2[g], stack.begins[g]
    wide1, wide2, unit = pad(h1), pad(h2), stack.units[g]
    bias2 = begin + h1 * wide2
    gradients[begin:bias2] = 0
    multiply(wide2, h1, size, gradients, begin, wide2, outputs1, unit, 1, stride, slopes2, 0)
    sum_rows(slopes2, size, wide2, gradients, bias2, wide2)
    for j in range(h2):
        for i in range(wide1):
            turned[j * wide1 + i] = stack.upper.weights[begin + i * wide2 + j] if i < h1 else np.float32(0)
    # The lanes past h1 that are zeroed here belong to the next network, which writes them after this.
    for i in range(size):
        slopes1[i * stride + unit : i * stride + unit + wide1] = 0
    multiply(wide1, size, h2, slopes1, unit, stride, slopes2, 0, wide2, 1, turned, 0)


@compiled
@no_type_check
def _step_upper(stack, g, gradients, rate, root):
    wide2, wide3 = pad(stack.hidden2[g]), pad(stack.n_classes)
    count = (stack.hidden1[g] + 1) * wide2 + (stack.hidden2[g] + 1) * wide3
    rates = np.full(16, rate, np.float32)
    for at in range(stack.begins[g], stack.begins[g] + count, 16):
        step_adam(
            place(gradients, at),
            place(stack.upper.weights, at),
            place(stack.upper.means, at),
            place(stack.upper.squares, at),
            place(rates, 0),
            root,
        )


@compiled
@no_type_check
def _step_first(stack, turned, k, slopes, stride, rates, root):
    lane = 0
    while lane < stack.lanes:
        n_vectors = min(WIDE, (stack.lanes - lane) // 16)
        for p in turned.live:
            at, low = p * stack.lanes + lane, turned.starts[k, p]
            gather_and_step(
                n_vectors,
                place(stack.first.weights, at),
                place(stack.first.means, at),
                place(stack.first.squares, at),
                place(rates, lane),
                root,
                place(slopes, lane),
                stride,
                place(turned.images, low),
                place(turned.values, low),
                turned.starts[k, p + 1] - low,
            )
        lane += 16 * n_vectors
