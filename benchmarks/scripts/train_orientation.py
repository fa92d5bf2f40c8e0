"""Train the network that recognises how images lie, and write its weights.

`python -m benchmarks.scripts.train_orientation MNIST.mat`
"""

import argparse
import time
from collections.abc import Iterator
from pathlib import Path

import matplotlib
import numpy as np
import torch
from safetensors.numpy import save_file
from torch import Tensor, nn
from torch.nn import functional

from benchmarks.scripts.non_digits import (
    draw_scribbles,
    draw_shapes,
    make_noise,
    mix_digits,
    shuffle_pixels,
    write_letters,
)
from mnist_core.arrays import Images
from mnist_core.dataset import split_dataset
from mnist_core.layouts import read_dataset
from mnist_core.orientation.reader import SIDE, WEIGHTS_PATH, fit_ink, has_ink
from mnist_core.orientation.turns import TURNS, turn_upright

_NONE = 8 * 10  # the class of what is no digit, behind those of orientation and digit
_WIDTHS = (128, 64)
_BATCH = 128
_LR = 1e-3


def main() -> None:
    """Train on the 50,000 images that seed 0 does not hold out."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("source", type=Path)
    asked.add_argument("--epochs", type=int, default=40)
    asked.add_argument("--limit", type=int, default=50_000)
    asked.add_argument(
        "--others", type=float, default=0.4, help="images that are no digits, for each that is"
    )
    asked.add_argument("--seed", type=int, default=0)
    asked.add_argument("--out", type=Path, default=WEIGHTS_PATH)
    options = asked.parse_args()
    torch.set_num_threads(1)
    torch.manual_seed(options.seed)
    dataset = read_dataset(options.source)
    train = split_dataset(dataset, 0).train[: options.limit]
    reader = train_reader(
        dataset.images[train], dataset.labels[train], options.epochs, options.others, options.seed
    )
    save_file({name: tensor.detach().numpy() for name, tensor in reader.state_dict().items()}, options.out)


class _Reader(nn.Module):
    """Scores of a batch of images as upright digits, and of those in the other seven orientations."""

    def __init__(self) -> None:
        super().__init__()
        self.hidden1 = nn.Linear(SIDE**2, _WIDTHS[0])
        self.hidden2 = nn.Linear(_WIDTHS[0], _WIDTHS[1])
        self.output = nn.Linear(_WIDTHS[1], 10)
        pixels = np.arange(SIDE**2, dtype=np.float32).reshape(1, SIDE, SIDE)
        self._orders = torch.tensor(
            np.stack([turn_upright(pixels, turn).ravel() for turn in TURNS]).astype(np.int64)
        )

    def forward(self, inks: Tensor) -> Tensor:
        """Compute the logits of orientation and digit, and last that of no digit, always 0."""
        turned = inks.flatten(1)[:, self._orders]
        values = functional.relu(self.hidden2(functional.relu(self.hidden1(turned))))
        return functional.pad(self.output(values).flatten(1), (0, 1))


def train_reader(images: Images, labels: np.ndarray, epochs: int, others: float, seed: int) -> _Reader:
    """Train a network on digits, distorted anew in each epoch, and on other symbols."""
    rng = np.random.default_rng(seed)
    reader = _Reader()
    optimizer = torch.optim.Adam(reader.parameters(), _LR, weight_decay=1e-5)
    n_steps = epochs * -(-int(len(images) * (1 + others)) // _BATCH)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, 3 * _LR, total_steps=n_steps + epochs)
    for epoch in range(epochs):
        begin = time.perf_counter()
        total, n = 0.0, 0
        for inks, targets in _make_batches(images, labels, others, rng):
            loss = functional.cross_entropy(reader(inks), targets)
            optimizer.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            optimizer.step()
            schedule.step()
            total, n = total + loss.item() * len(inks), n + len(inks)
        print(f"epoch {epoch + 1}: loss {total / n:.4f}, {time.perf_counter() - begin:.1f} s", flush=True)
    return reader


def _make_batches(
    images: Images, labels: np.ndarray, others: float, rng: np.random.Generator
) -> Iterator[tuple[Tensor, Tensor]]:
    symbols = _make_symbols(images, rng, int(len(images) * others / 6))
    all_images = _distort(np.concatenate([images, symbols]), rng)
    targets = np.concatenate([labels, np.full(len(symbols), _NONE)])
    is_inked = has_ink(all_images)
    inks, targets = fit_ink(all_images[is_inked]), targets[is_inked]
    order = rng.permutation(len(inks))
    for begin in range(0, len(order), _BATCH):
        batch = order[begin : begin + _BATCH]
        yield torch.from_numpy(inks[batch]), torch.from_numpy(targets[batch])


def _make_symbols(images: Images, rng: np.random.Generator, n: int) -> Images:
    folder = Path(matplotlib.get_data_path()) / "fonts" / "ttf"
    fonts = sorted(folder.glob("DejaVu*.ttf"))
    made = [make(rng, n) for make in (draw_scribbles, draw_shapes, make_noise)]
    made += [
        mix_digits(images, rng, n),
        shuffle_pixels(images, rng, n // 2),
        write_letters(fonts, rng, n * 3 // 2),
    ]
    return np.concatenate(made)


def _distort(images: Images, rng: np.random.Generator) -> Images:
    """Turn by some degrees, shear, stretch, thicken, thin, blur and coarsen images by chance."""
    parts = np.array_split(rng.permutation(len(images)), max(len(images) // 1000, 1))
    distorted = np.empty_like(images)
    for part in parts:
        distorted[part] = _distort_some(torch.from_numpy(images[part])[:, None], rng)[:, 0].numpy()
    return distorted


def _distort_some(images: Tensor, rng: np.random.Generator) -> Tensor:
    n, side = len(images), images.shape[-1]
    angles, shears = np.deg2rad(rng.normal(0, 7, n)), rng.normal(0, 0.12, n)
    stretch = np.exp(rng.normal(0, 0.12, (n, 2)))
    turns = np.stack([np.cos(angles), -np.sin(angles), np.sin(angles), np.cos(angles)], axis=1).reshape(
        n, 2, 2
    )
    skews = np.stack([np.ones(n), shears, np.zeros(n), np.ones(n)], axis=1).reshape(n, 2, 2)
    moves = np.concatenate([turns @ skews * stretch[:, None], np.zeros((n, 2, 1))], axis=2)
    grid = functional.affine_grid(torch.from_numpy(moves).float(), list(images.shape), align_corners=False)
    images = functional.grid_sample(images, grid, align_corners=False)
    swell = torch.from_numpy(rng.uniform(-0.8, 0.8, (n, 1, 1, 1))).float()
    thick = functional.max_pool2d(images, 3, 1, 1)
    thin = -functional.max_pool2d(-images, 2, 1, 1)[..., :side, :side]
    images = torch.where(swell > 0, images + swell * (thick - images), images - swell * (thin - images))
    if rng.random() < 0.4:
        small = int(rng.integers(12, 24))
        images = functional.interpolate(images, size=(small, small), mode="area")
        images = functional.interpolate(images, size=(side, side), mode="bilinear")
    noise = torch.from_numpy(rng.uniform(0, 0.1, (n, 1, 1, 1)) * rng.normal(size=images.shape)).float()
    return (images + noise).clamp(0, 1)


if __name__ == "__main__":
    main()
