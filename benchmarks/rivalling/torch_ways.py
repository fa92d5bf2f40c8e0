"""Ways with torch: `torch.func` with `vmap` over networks of a shape, and one dense stack a fold."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.func import grad, vmap

from benchmarks.rivalling.task import N_FOLDS, Fold, Task, stack_weights
from mnist_core.engines.fused import Trainer, prepare_ink, score
from mnist_core.engines.fused.conversion import start_training
from mnist_core.engines.fused.dense import TorchDevice
from mnist_core.engines.fused.fold_ink import collect_ink
from mnist_core.network.recipe import Recipe

_KEEP_MEAN, _KEEP_SQUARE, _EPSILON = 0.9, 0.999, 1e-8


def search_vmap(task: Task) -> np.ndarray:
    """Search with `torch.func`: the networks of a shape and of all folds as one, a step a call."""
    images, labels = torch.from_numpy(task.images), torch.from_numpy(task.labels)
    scores = np.empty((len(task.candidates), N_FOLDS))
    for numbers in task.group_shapes().values():
        scores[numbers] = _train_shape(task, numbers, images, labels)
    return scores


def _predict(weights: Sequence[Tensor], images: Tensor) -> Tensor:
    *hidden, last = zip(weights[::2], weights[1::2], strict=True)
    for matrix, bias in hidden:
        images = torch.tanh(images @ matrix.T + bias)
    return images @ last[0].T + last[1]


def _lose(weights: Sequence[Tensor], images: Tensor, labels: Tensor) -> Tensor:
    return torch.nn.functional.cross_entropy(_predict(weights, images), labels)


def _train_shape(task: Task, numbers: Sequence[int], images: Tensor, labels: Tensor) -> np.ndarray:
    """Train the candidates of a shape on every fold: `(candidates, folds)` networks at once."""
    n = len(numbers)
    weights = [torch.from_numpy(part) for part in stack_weights(task, numbers, N_FOLDS)]
    weights = [part.view(n, N_FOLDS, *part.shape[1:]) for part in weights]
    rates = torch.tensor([task.candidates[number].lr for number in numbers])
    slope = vmap(vmap(grad(_lose), in_dims=(0, 0, 0)), in_dims=(0, None, None))
    state = [(torch.zeros_like(part), torch.zeros_like(part)) for part in weights]
    steps = 0
    for _ in range(task.n_epochs):
        for batches in zip(*(fold.list_batches() for fold in task.folds), strict=True):
            steps += 1
            # `vmap` needs batches of one size: the last ones may lack an image.
            rows = np.stack([batch[: min(map(len, batches))] for batch in batches])
            gradients = slope(weights, images[rows], labels[rows])
            _step(weights, state, gradients, rates, steps)
    return _score(weights, task.folds, images, labels)


def _step(weights: list[Tensor], state: Any, gradients: Sequence[Tensor], rates: Tensor, steps: int) -> None:
    for part, (mean, square), gradient in zip(weights, state, gradients, strict=True):
        mean.lerp_(gradient, 1 - _KEEP_MEAN)
        square.mul_(_KEEP_SQUARE).addcmul_(gradient, gradient, value=1 - _KEEP_SQUARE)
        spread = (square / (1 - _KEEP_SQUARE**steps)).sqrt_().add_(_EPSILON)
        its_rates = rates.view(-1, *[1] * (part.dim() - 1)) / (1 - _KEEP_MEAN**steps)
        part.sub_(its_rates * mean / spread)


def _score(weights: Sequence[Tensor], folds: Sequence[Fold], images: Tensor, labels: Tensor) -> np.ndarray:
    scores = np.empty(weights[0].shape[:2])
    for number in range(scores.shape[0]):
        for place, fold in enumerate(folds):
            logits = _predict([part[number, place] for part in weights], images[fold.test])
            scores[number, place] = (logits.argmax(dim=1) == labels[fold.test]).double().mean()
    return scores


def search_stack(task: Task) -> np.ndarray:
    """Search with one dense stack of a fold's networks, filled up to the widest: torch's batched products."""
    recipe = Recipe(max_epochs=task.n_epochs, patience=task.n_epochs)
    device, columns = TorchDevice("cpu"), []
    for fold in task.folds:
        ink = prepare_ink(task.images, task.labels, fold.train, fold.valid, recipe)
        trainings = [start_training(one, recipe, ink.n_pixels, recipe.n_classes) for one in task.candidates]
        trainer = Trainer(trainings, ink, device)
        while not trainer.is_over:
            trainer.train_round()
        columns.append(score(trainings, collect_ink(task.images[fold.test], task.labels[fold.test]), device))
    return np.stack(columns, axis=1)
