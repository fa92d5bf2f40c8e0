"""The way with JAX: networks of a shape and of all folds as one, whole epochs compiled."""

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from benchmarks.rivalling.task import N_FOLDS, Task, stack_weights

_KEEP_MEAN, _KEEP_SQUARE, _EPSILON = 0.9, 0.999, 1e-8


def search_jax(task: Task) -> np.ndarray:
    """Search with JAX: `vmap` over rates and folds, `scan` over the batches of an epoch."""
    images, labels = jnp.asarray(task.images), jnp.asarray(task.labels)
    batches = [fold.list_batches() for fold in task.folds]
    n_steps = max(map(len, batches))
    rows = np.zeros((N_FOLDS, n_steps, len(batches[0][0])), np.int32)
    shares = np.zeros(rows.shape, np.float32)
    for number, its_batches in enumerate(batches):
        for step, batch in enumerate(its_batches):
            rows[number, step, : len(batch)], shares[number, step, : len(batch)] = batch, 1 / len(batch)
    scores = np.empty((len(task.candidates), N_FOLDS))
    for numbers in task.group_shapes().values():
        weights = [
            part.reshape(len(numbers), N_FOLDS, *part.shape[1:])
            for part in stack_weights(task, numbers, N_FOLDS)
        ]
        rates = jnp.asarray([task.candidates[number].lr for number in numbers])
        state = weights, [np.zeros_like(part) for part in weights], [np.zeros_like(part) for part in weights]
        steps = jnp.zeros((len(numbers), N_FOLDS))
        for _ in range(task.n_epochs):
            state, steps = _train_all(
                state, steps, rates, jnp.asarray(rows), jnp.asarray(shares), images, labels
            )
        for place, fold in enumerate(task.folds):
            scores[numbers, place] = _score(
                [part[:, place] for part in state[0]], images[fold.test], labels[fold.test]
            )
    return scores


def _predict(weights: Any, images: Any) -> Any:
    *hidden, last = zip(weights[::2], weights[1::2], strict=True)
    for matrix, bias in hidden:
        images = jnp.tanh(images @ matrix.T + bias)
    return images @ last[0].T + last[1]


def _lose(weights: Any, images: Any, labels: Any, shares: Any) -> Any:
    chances = jax.nn.log_softmax(_predict(weights, images))
    return -(jnp.take_along_axis(chances, labels[:, None], axis=1)[:, 0] * shares).sum()


def _train_epoch(state: Any, steps: Any, rate: Any, rows: Any, shares: Any, images: Any, labels: Any) -> Any:
    def step(carried: Any, batch: Any) -> Any:
        (weights, means, squares), steps = carried
        its_rows, its_shares = batch
        gradients = jax.grad(_lose)(weights, images[its_rows], labels[its_rows], its_shares)
        steps = steps + 1
        means = [_KEEP_MEAN * mean + (1 - _KEEP_MEAN) * g for mean, g in zip(means, gradients, strict=True)]
        squares = [
            _KEEP_SQUARE * s + (1 - _KEEP_SQUARE) * g * g for s, g in zip(squares, gradients, strict=True)
        ]
        its_rate = rate / (1 - _KEEP_MEAN**steps)
        weights = [
            w - its_rate * mean / (jnp.sqrt(square / (1 - _KEEP_SQUARE**steps)) + _EPSILON)
            for w, mean, square in zip(weights, means, squares, strict=True)
        ]
        return ((weights, means, squares), steps), None

    carried, _ = jax.lax.scan(step, (state, steps), (rows, shares))
    return carried


_OVER_FOLDS = jax.vmap(_train_epoch, in_axes=(0, 0, None, 0, 0, None, None))
_train_all = jax.jit(jax.vmap(_OVER_FOLDS, in_axes=(0, 0, 0, None, None, None, None)), donate_argnums=(0,))


def _measure(weights: Any, images: Any, labels: Any) -> Any:
    logits = jax.vmap(_predict, in_axes=(0, None))(weights, images)
    return (logits.argmax(axis=2) == labels).mean(axis=1)


_score = jax.jit(_measure)
