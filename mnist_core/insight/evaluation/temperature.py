"""How sure a network may be: the temperature that makes its probabilities true."""

import math

import numpy as np
from jaxtyping import Float32
from scipy.optimize import minimize_scalar
from scipy.special import log_softmax

from mnist_core.ground.arrays import Labels

_MOST = 10.0  # a temperature above it, or below a tenth, says that there is nothing to fit


def fit_temperature(logits: Float32[np.ndarray, "n classes"], labels: Labels) -> float:
    """Find the temperature with which left-out digits get the highest mean log-probability.

    Parameters
    ----------
    logits : ndarray of shape (n, classes), float32
        Of digits that the network was not trained on.
    labels : ndarray of shape (n,), int64
        What they are.

    Returns
    -------
    float
        0.1 to 10; the logits divided by it are calibrated.

    References
    ----------
    Guo et al., "On calibration of modern neural networks", ICML 2017.
    """
    rows = np.arange(len(labels))

    def surprise(log_temperature: float) -> float:
        return -float(log_softmax(logits / math.exp(log_temperature), axis=1)[rows, labels].mean())

    reach = math.log(_MOST)
    return math.exp(minimize_scalar(surprise, bounds=(-reach, reach), method="bounded").x)
