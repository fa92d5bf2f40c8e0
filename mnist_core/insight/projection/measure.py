"""How far classes have come apart in a stage, and how far to trust a picture of it."""

from dataclasses import dataclass

import numpy as np

from mnist_core.ground.arrays import Activations, Labels
from mnist_core.insight.evaluation import wilson_interval
from mnist_core.insight.projection.flatten import Points

NEIGHBOURS = 12
"""Of each point, that are compared for its trustworthiness."""

_STEPS = 1_000  # of the probe's fit at most
_TOLERANCE = 1e-3


@dataclass(frozen=True)
class Probed:
    """What a linear probe reads of a stage.

    Attributes
    ----------
    accuracy : float
        Of the images of the map.
    interval : tuple of float
        In which it lies with 95 % confidence (Wilson's).
    """

    accuracy: float
    interval: tuple[float, float]


def probe_stage(
    values: Activations, labels: Labels, other_values: Activations, other_labels: Labels
) -> Probed:
    """Fit a linear probe to some images and measure it on others.

    The probe is multinomial logistic regression (Alain and Bengio, 2016) with an L2 penalty, on the values
    divided by their standard deviation, all by the same one, so that stages compare. The network has learned
    from none of these images where they are held out.

    Parameters
    ----------
    values : ndarray of shape (n, features), float32
        Of the images that it is measured on.
    labels : ndarray of shape (n,), int64
        Their classes.
    other_values : ndarray of shape (m, features), float32
        Of the images that it is fitted to.
    other_labels : ndarray of shape (m,), int64
        Their classes, at least two different ones.
    """
    from sklearn.linear_model import LogisticRegression  # noqa: PLC0415 - takes a second

    size = float(other_values.std()) or 1.0
    probe = LogisticRegression(max_iter=_STEPS, tol=_TOLERANCE).fit(other_values / size, other_labels)
    right = int((probe.predict(values / size) == labels).sum())
    return Probed(right / len(labels), wilson_interval(right, len(labels)))


def measure_trust(values: Activations, points: Points) -> float:
    """Measure trustworthiness: whether what lies together in the picture is alike in the stage.

    For each point its twelve nearest in the picture are looked up among the neighbours in the stage; the
    further back they stand there, the less is left of 1 (Venna and Kaski, 2001). Points thrown at random
    have about one half.
    """
    from sklearn.manifold import trustworthiness  # noqa: PLC0415

    n = min(NEIGHBOURS, (len(points) - 1) // 2)
    return float(trustworthiness(values, np.asarray(points, dtype=np.float64), n_neighbors=n))
