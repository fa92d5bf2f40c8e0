"""A map of a network: a cloud for each stage, with its figures."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from mnist_core.ground.arrays import Activations
from mnist_core.insight.projection.flatten import Flat, Method, Report, flatten_stages
from mnist_core.insight.projection.map_images import Sample, read_stages
from mnist_core.insight.projection.measure import Probed, measure_trust, probe_stage
from mnist_core.network.models import Model


@dataclass(frozen=True, eq=False)
class Cloud:
    """One stage of a map.

    Attributes
    ----------
    values : ndarray of shape (n, features), float32
        What the stage holds of each image.
    flat : Flat
        The same in the plane.
    trust : float
        Trustworthiness of the picture, at most 1.
    """

    values: Activations
    flat: Flat
    trust: float


def map_layers(
    model: Model, sample: Sample, method: Method, seed: int = 0, report: Report | None = None
) -> dict[str, Cloud]:
    """Flatten each stage of a network, and measure how far to trust the picture.

    Parameters
    ----------
    model : Model
        The one that the sample was chosen for.
    sample : Sample
        The images.
    method, seed, report
        As `flatten_stages` takes them.
    """
    return map_stages(read_stages(model.network, sample.images), method, seed, report)


def map_stages(
    values: Mapping[str, Activations], method: Method, seed: int = 0, report: Report | None = None
) -> dict[str, Cloud]:
    """Flatten what each stage of a network holds; parameters and errors are those of `flatten_stages`."""
    flats = flatten_stages(values, method, seed, report)
    return {
        stage: Cloud(values[stage], flat, measure_trust(values[stage], flat.points))
        for stage, flat in flats.items()
    }


def probe_layers(model: Model, sample: Sample) -> dict[str, Probed]:
    """Measure what a linear probe reads of each stage."""
    values, others = (read_stages(model.network, images) for images in (sample.images, sample.others))
    return {
        stage: probe_stage(values[stage], sample.labels, others[stage], sample.other_labels)
        for stage in values
    }


def list_points(sample: Sample, clouds: Mapping[str, Cloud]) -> Iterator[dict[str, Any]]:
    """List where each image lies in each stage."""
    for stage, cloud in clouds.items():
        for place, (x, y) in enumerate(cloud.flat.points.tolist()):
            yield {
                "layer": stage,
                "image": int(sample.places[place]),
                "label": int(sample.labels[place]),
                "guess": int(sample.guesses[place]),
                "confidence": round(float(sample.confidences[place]), 6),
                "x": round(x, 5),
                "y": round(y, 5),
            }
