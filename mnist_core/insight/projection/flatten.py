"""Values of many dimensions to points in the plane: by PCA, t-SNE or UMAP."""

import os
import warnings
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

import numpy as np
from jaxtyping import Float32, Float64
from scipy.linalg import orthogonal_procrustes

from mnist_core.ground.arrays import Activations
from mnist_core.ground.errors import DataError, ModelError
from mnist_core.ground.extras import extra
from mnist_core.insight.reading.nearest import find_places

Points = Float32[np.ndarray, "n 2"]
"""Places in the plane, a row an image."""

Place = Float32[np.ndarray, "2"]
"""Of one image in the plane."""

Report = Callable[[str], None]
"""Told which stage is being flattened."""

_NEIGHBOURS = 15  # of UMAP, its default
_PERPLEXITY = 30.0  # of t-SNE, its default
_NEAREST = 5  # images among which one more is placed


class Method(StrEnum):
    """Ways to flatten, in the order of their cost."""

    PCA = "pca"
    TSNE = "t-sne"
    UMAP = "umap"


@dataclass(frozen=True, eq=False)
class Flat:
    """A cloud in the plane, and how one more image is placed in it.

    Attributes
    ----------
    points : ndarray of shape (n, 2), float32
        With mean 0 and mean square 1 along both axes together.
    linear : pair of ndarray of shape (features, 2) and (2,), float64, or None
        By which values become points, where they do so linearly.
    """

    points: Points
    linear: tuple[Float64[np.ndarray, "features 2"], Float64[np.ndarray, " 2"]] | None = None


def flatten_stages(
    values: Mapping[str, Activations], method: Method, seed: int = 0, report: Report | None = None
) -> dict[str, Flat]:
    """Flatten what each stage holds, and turn each cloud so that it lies like the one before it.

    Parameters
    ----------
    values : mapping of str to ndarray of shape (n, features), float32
        By stage, in order; the same images in each.
    method : Method
        How.
    seed : int
        Of t-SNE and UMAP; the same seed gives the same clouds on the same machine.
    report : callable or None
        Told each stage before its turn.

    Raises
    ------
    DataError
        If there are too few images for the method.
    """

    def flatten(stage: str) -> Flat:
        if report is not None:
            report(stage)
        return _scale(_FLATTEN[method](values[stage], seed))

    flats: dict[str, Flat] = {}
    before: Points | None = None
    with ThreadPoolExecutor((os.cpu_count() or 1) if method is Method.TSNE else 1) as pool:
        for stage, flat in zip(values, pool.map(flatten, values), strict=True):
            turned = flat if before is None else turn_towards(flat, before)
            flats[stage], before = turned, turned.points
    return flats


def turn_towards(flat: Flat, other: Points) -> Flat:
    """Turn or mirror a cloud so that the same images lie as near as they can to where another has them.

    This is orthogonal Procrustes: distances within the cloud stay what they are.
    """
    rotation, _ = orthogonal_procrustes(flat.points, other)
    linear = flat.linear and (flat.linear[0] @ rotation, flat.linear[1] @ rotation)
    return replace(flat, points=(flat.points @ rotation).astype(np.float32), linear=linear)


def place_one(flat: Flat, values: Activations, value: Float32[np.ndarray, " features"]) -> Place:
    """Place one more image in a cloud.

    Where the cloud is linear, exactly; else at the mean of the five images whose values are nearest, each
    weighed by the inverse of its distance, as t-SNE has no place for what it was not made from.

    Parameters
    ----------
    flat : Flat
        The cloud.
    values : ndarray of shape (n, features), float32
        What it was made from.
    value : ndarray of shape (features,), float32
        Of the one more.

    Returns
    -------
    ndarray of shape (2,), float32
    """
    if flat.linear is not None:
        matrix, offset = flat.linear
        exact: Place = (value.astype(np.float64) @ matrix + offset).astype(np.float32)
        return exact
    nearest = find_places(values, value, _NEAREST)
    weights = 1.0 / np.maximum(np.linalg.norm(values[nearest] - value, axis=1).astype(np.float64), 1e-6)
    mean: Place = np.average(flat.points[nearest], axis=0, weights=weights).astype(np.float32)
    return mean


def _flatten_pca(values: Activations, seed: int) -> Flat:  # noqa: ARG001 - as the others take it
    from sklearn.decomposition import PCA  # noqa: PLC0415 - takes a second

    pca = PCA(2, svd_solver="full").fit(values.astype(np.float64))
    matrix = pca.components_.T
    offset = -pca.mean_ @ matrix
    return Flat((values @ matrix + offset).astype(np.float32), (matrix, offset))


def _flatten_tsne(values: Activations, seed: int) -> Flat:
    from sklearn.manifold import TSNE  # noqa: PLC0415
    from threadpoolctl import threadpool_limits  # noqa: PLC0415

    if len(values) <= 3 * _PERPLEXITY:
        raise DataError(
            f"t-SNE needs more than {3 * _PERPLEXITY:.0f} images, but there are {len(values)}: take PCA."
        )
    # One thread a stage, and the stages side by side: threads that wait for each other a thousand times take
    # five times as long where the machine does anything else.
    with threadpool_limits(1, user_api="openmp"):
        points = TSNE(perplexity=_PERPLEXITY, init="pca", random_state=seed, n_jobs=1).fit_transform(values)
    return Flat(points)


def _load_umap() -> type[Any]:
    """Load UMAP, which takes seconds where nothing has loaded it before."""
    with warnings.catch_warnings():
        # That a part of it which is not used lacks TensorFlow.
        warnings.filterwarnings("ignore", message="Tensorflow not installed", category=ImportWarning)
        with extra("map", "A map by UMAP", ModelError):
            from umap import UMAP  # noqa: PLC0415 - with numba's code

    loaded: type[Any] = UMAP
    return loaded


def _flatten_umap(values: Activations, seed: int) -> Flat:
    umap = _load_umap()
    with warnings.catch_warnings():
        # That a seed takes but one thread.
        warnings.filterwarnings("ignore", message="n_jobs value", category=UserWarning)
        points = umap(n_neighbors=_NEIGHBOURS, random_state=seed, n_jobs=1).fit_transform(values)
    return Flat(np.asarray(points, dtype=np.float32))


_FLATTEN: dict[Method, Callable[[Activations, int], Flat]] = {
    Method.PCA: _flatten_pca,
    Method.TSNE: _flatten_tsne,
    Method.UMAP: _flatten_umap,
}


def _scale(flat: Flat) -> Flat:
    middle = flat.points.mean(axis=0, dtype=np.float64)
    size = float(np.sqrt(np.square(flat.points - middle).mean())) or 1.0
    linear = flat.linear and (flat.linear[0] / size, (flat.linear[1] - middle) / size)
    return Flat(((flat.points - middle) / size).astype(np.float32), linear)
