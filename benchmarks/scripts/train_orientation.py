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

from benchmarks.scripts.distortions import distort
from benchmarks.scripts.symbols import (
    FAR_LETTERS,
    LETTERS,
    draw_scribbles,
    draw_shapes,
    make_noise,
    mix_digits,
    print_digits,
    shuffle_pixels,
    write_letters,
)
from mnist_core.data.dataset import split_dataset
from mnist_core.data.layouts import read_dataset
from mnist_core.data.orientation.turns import TURNS, turn_upright
from mnist_core.data.orientation.upright import SIDE, WEIGHTS_PATH, fit_ink, has_ink
from mnist_core.ground.arrays import Images, Labels

_NONE = 8 * 10  # the class of what is no digit, behind those of orientation and digit
_WIDTHS = (128, 64)
_BATCH = 128
_HIGHEST_LR = 3e-3
_AT_ONCE = 16  # batches that are distorted together


def main() -> None:
    """Train on the 50,000 images that seed 0 does not hold out."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("source", type=Path)
    asked.add_argument("--epochs", type=int, default=8)
    asked.add_argument("--seed", type=int, default=0)
    asked.add_argument("--out", type=Path, default=WEIGHTS_PATH)
    options = asked.parse_args()
    torch.set_num_threads(1)
    dataset = read_dataset(options.source)
    train = split_dataset(dataset, 0).train
    reader = train_reader(dataset.images[train], dataset.labels[train], options.epochs, options.seed)
    save_file({name: tensor.detach().numpy() for name, tensor in reader.state_dict().items()}, options.out)


class Reader(nn.Module):
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


def train_reader(images: Images, labels: Labels, epochs: int, seed: int) -> Reader:
    """Train a network on digits and on other symbols, all distorted anew in each epoch."""
    rng = np.random.default_rng(seed)
    n_a_kind = len(images) // 20
    symbols = _make_symbols(images, rng, n_a_kind)
    # Printed digits too: else the network would take the look of a font for a sign of letters.
    printed, digits = print_digits(_find_fonts(), rng, n_a_kind)
    everything = np.concatenate([images, printed, symbols])
    targets = np.concatenate([labels, digits, np.full(len(symbols), _NONE)])
    torch.manual_seed(seed)
    reader = Reader()
    optimizer = torch.optim.Adam(reader.parameters())
    n_steps = epochs * -(-len(targets) // _BATCH)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, _HIGHEST_LR, total_steps=n_steps)
    for epoch in range(epochs):
        begin, losses = time.perf_counter(), []
        for inks, classes in _make_batches(everything, targets, rng):
            loss = functional.cross_entropy(reader(inks), classes)
            optimizer.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            optimizer.step()
            schedule.step()
            losses.append(loss.item())
        print(
            f"epoch {epoch + 1}: loss {np.mean(losses):.4f}, {time.perf_counter() - begin:.1f} s", flush=True
        )
    return reader


def _make_batches(
    images: Images, targets: np.ndarray, rng: np.random.Generator
) -> Iterator[tuple[Tensor, Tensor]]:
    order = rng.permutation(len(images))
    for begin in range(0, len(order), _BATCH * _AT_ONCE):
        chosen = order[begin : begin + _BATCH * _AT_ONCE]
        distorted = distort(images[chosen], rng)
        is_inked = has_ink(distorted)
        inks, classes = fit_ink(distorted[is_inked]), targets[chosen[is_inked]]
        for start in range(0, len(inks), _BATCH):
            part = slice(start, start + _BATCH)
            yield torch.from_numpy(inks[part]), torch.from_numpy(classes[part])


def _make_symbols(images: Images, rng: np.random.Generator, n: int) -> Images:
    made = [make(rng, n) for make in (draw_scribbles, draw_shapes, make_noise)]
    made += [
        mix_digits(images, rng, n),
        shuffle_pixels(images, rng, n // 2),
        write_letters(_find_fonts(), rng, n * 3 // 2, LETTERS + FAR_LETTERS),
    ]
    return np.concatenate(made)


def _find_fonts() -> list[Path]:
    folder = Path(matplotlib.get_data_path()) / "fonts" / "ttf"
    return [path for path in sorted(folder.glob("DejaVu*.ttf")) if "Display" not in path.name]


if __name__ == "__main__":
    main()
