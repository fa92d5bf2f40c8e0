"""Claim: the linear map of a network at an image gives its logits to 1e-4, and the same in all its region.

`python -m benchmarks.regions` tries it for each shipped model on the 10,000 images that its training held
out: the error at each image, in how many regions they lie and how far it is to the faces, whether maps stay
the same within them, and how well maps foretell noisy copies, beside the best linear map there.
"""

import argparse
import sys
from pathlib import Path

import numpy as np
import torch

from benchmarks import DATA, describe_machine, find_mnist
from mnist_core.data.layouts import read_dataset
from mnist_core.ground.arrays import Images
from mnist_core.ground.settings import SHIPPED_MODELS
from mnist_core.insight.fields.local_maps import map_locally, measure_around
from mnist_core.insight.fields.probe import choose_probe
from mnist_core.insight.fields.regions import find_regions, has_regions
from mnist_core.network.architecture import MLP, OUTPUT
from mnist_core.network.models import list_models, load_model

_MOST_ERROR = 1e-4
_N_MOVED = 300  # images that are moved within their regions, and that noisy copies are made of
_NOISES = (0.02, 0.05, 0.1, 0.2)


def main() -> int:
    """Try the maps of each model, print what they come to, return 1 where the claim breaks."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=DATA, metavar="FOLDER", help="the folder of MNIST.mat")
    source = find_mnist(parser.parse_args().data)
    if source is None:
        return 0
    torch.set_num_threads(1)
    dataset, is_kept = read_dataset(source), True
    for folder in list_models([SHIPPED_MODELS]):
        model = load_model(folder)
        images = choose_probe(model.info.data, dataset).test.images
        error = max(map_locally(model.network, OUTPUT, image).error for image in images)
        print(f"\n{model.name}: {len(images):,} images, logits missed by {error:.1e} at most")
        if has_regions(model.network, OUTPUT):
            error = max(error, _try_regions(model.network, images))
        _try_around(model.network, images[:: len(images) // _N_MOVED])
        is_kept &= error <= _MOST_ERROR
    print(f"\n{describe_machine()}")
    if not is_kept:
        print("The claim breaks.", file=sys.stderr)
    return 0 if is_kept else 1


def _try_regions(network: MLP, images: Images) -> float:
    regions, rng = find_regions(network, OUTPUT, images), np.random.default_rng(0)
    reaches = np.quantile(regions.measure_reaches(), [0, 0.1, 0.5, 0.9, 1])
    print(
        f"  {regions.n_regions:,} regions; least, 10 %, median, 90 % and most distance to the nearest face:"
    )
    print("  " + ", ".join(f"{reach:.2g}" for reach in reaches))
    shared = [regions.find_company(image) for image in images[: _N_MOVED * 10 : 10]]
    print(f"  images with others in their region: {sum(one.n_same > 0 for one in shared)} of {len(shared)}; ")
    print(
        f"  units that the nearest other image switches: {np.median([one.fewest_switched for one in shared])}"
    )
    worst = 0.0
    for image in images[:_N_MOVED]:
        here, step = map_locally(network, OUTPUT, image), rng.standard_normal(image.shape)
        moved = (image + 0.9 * (here.reach or 0) * step / np.linalg.norm(step)).astype(np.float32)
        there = map_locally(network, OUTPUT, moved)
        logits = there.fields.reshape(len(there.fields), -1) @ image.ravel() + there.offsets
        worst = max(worst, float(np.abs(logits - here.sums).max()))
    print(f"  by the map of another place of the region, logits are missed by {worst:.1e} at most")
    return worst


def _try_around(network: MLP, images: Images) -> None:
    print("  noise: R2 of the map at the image (of the best linear map there); root mean square missed")
    maps = [map_locally(network, OUTPUT, image) for image in images]
    for noise in _NOISES:
        found = [measure_around(network, here, noise) for here in maps]
        r2, best, error, least = (
            np.mean([getattr(one, name) for one in found])
            for name in ("explained", "best_explained", "error", "best_error")
        )
        print(f"  {noise:g}: {r2:.3f} ({best:.3f}); {error:.3f} ({least:.3f})", flush=True)


if __name__ == "__main__":
    sys.exit(main())
