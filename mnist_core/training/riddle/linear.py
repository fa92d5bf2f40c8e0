"""What theory says: noise on the inputs of a linear map turns its pictures into mean digits."""

import numpy as np

from mnist_core.ground.arrays import Images, Labels
from mnist_core.insight.fields.likeness import DigitMeans, score_fields

_NOISES = (0.0, 0.1, 0.3, 0.6, 1.0, 3.0)
_TINY = 1e-6  # of the variance: pixels without ink have none, and no solution else


def score_linear(images: Images, labels: Labels, means: DigitMeans) -> dict[float, float]:
    """Score the pictures of the linear map that tells digits apart best on noisy images, by the noise.

    Noise of variance s2 on each pixel adds s2 to the diagonal of the covariance. The larger it is against the
    variance of the images, the nearer comes (C + s2 I)^-1 X'Y to X'Y, which is the centred mean digits.

    References
    ----------
    Bishop, "Training with noise is equivalent to Tikhonov regularization", Neural Computation 7 (1995),
    108-116.
    """
    pixels = images.reshape(len(images), -1).astype(np.float64)
    pixels -= pixels.mean(axis=0)
    targets = np.eye(len(means.means))[labels]
    covariance, moments = pixels.T @ pixels / len(pixels), pixels.T @ (targets - targets.mean(axis=0))
    side = images.shape[1]
    scores = {}
    for noise in _NOISES:
        ridge = covariance + (noise**2 + _TINY) * np.eye(len(covariance))
        fields = np.linalg.solve(ridge, moments).T.reshape(-1, side, side).astype(np.float32)
        scores[noise] = round(score_fields(fields, means).score, 4)
    return scores
