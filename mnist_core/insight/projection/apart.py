"""A map is made in a process of its own, which leaves the machine to others: this module, run.

t-SNE and UMAP take half a minute of a processor, and much of that holds Python's lock: in the process that
serves pages, everybody would feel it.
"""

import subprocess
import sys

import numpy as np
from safetensors.numpy import load, save

from mnist_core.ground.errors import DataError, StorageError
from mnist_core.ground.settings import PROJECT_FOLDER
from mnist_core.ground.system import yield_to_others
from mnist_core.insight.projection.flatten import Flat, Method
from mnist_core.insight.projection.layer_map import Cloud, map_stages
from mnist_core.insight.projection.map_images import Sample, read_stages
from mnist_core.network.models import Model

_CANNOT = 3  # exit code: the images are such that there is no map; the complaint says why
_TRUST = "trust of "  # before the name of a stage


def map_apart(model: Model, sample: Sample, method: Method) -> dict[str, Cloud]:
    """Map a network by t-SNE or UMAP as `map_layers` does, in a process of its own.

    Raises
    ------
    DataError
        If there are too few images for the method.
    StorageError
        If the process was ended, as where memory has run out.
    """
    values = read_stages(model.network, sample.images)
    command = [sys.executable, "-m", __name__, method.value]
    done = subprocess.run(
        command,
        cwd=PROJECT_FOLDER,
        input=save(values),
        capture_output=True,
        check=False,
        start_new_session=True,  # it yields with its session, which must not be that of the pages
    )
    complaint = done.stderr.decode(errors="replace").strip()
    if done.returncode == _CANNOT:
        raise DataError(complaint)
    if done.returncode:
        raise StorageError(f"The map was ended before it was done: open it again. {complaint[-300:]}".strip())
    arrays = load(done.stdout)
    return {
        stage: Cloud(held, Flat(arrays[stage]), float(arrays[_TRUST + stage][0]))
        for stage, held in values.items()
    }


def main() -> int:
    """Read what each stage holds, write where each image lies; return the exit code."""
    yield_to_others()
    try:
        clouds = map_stages(load(sys.stdin.buffer.read()), Method(sys.argv[1]))
    except DataError as error:
        print(error, file=sys.stderr)  # noqa: T201 - for who started it
        return _CANNOT
    points = {stage: cloud.flat.points for stage, cloud in clouds.items()}
    trusts = {_TRUST + stage: np.array([cloud.trust]) for stage, cloud in clouds.items()}
    sys.stdout.buffer.write(save({**points, **trusts}))
    return 0


if __name__ == "__main__":
    sys.exit(main())
