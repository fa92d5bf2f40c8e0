"""The 60,000 training images of MNIST, fetched from whichever public mirror answers."""

import gzip
import math
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from urllib.parse import urlsplit

import numpy as np
import pooch
from jaxtyping import UInt8
from requests import ConnectionError as NoConnectionError
from requests import HTTPError, RequestException, Timeout

from mnist_core.data.dataset import Dataset, Origin, make_dataset
from mnist_core.ground.errors import FetchError

MIRRORS = (
    "https://ossci-datasets.s3.amazonaws.com/mnist/",
    "https://storage.googleapis.com/cvdf-datasets/mnist/",
    "https://systemds.apache.org/assets/datasets/mnist/",
    "https://raw.githubusercontent.com/fgnt/mnist/master/",
)
_IMAGES, _LABELS = "train-images-idx3-ubyte.gz", "train-labels-idx1-ubyte.gz"
HASHES = {
    _IMAGES: "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609",
    _LABELS: "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c",
}
"""SHA-256 of each file as its makers published it."""

_TIMEOUTS_S = (5, 20)  # to connect, and between two pieces
_PIECE_BYTES = 2**16
_UNREACHED = "could not be reached"

Report = Callable[[str, int, int], None]
"""Called with a file's name, its bytes so far, and all its bytes."""


def fetch_mnist(
    folder: Path,
    report: Report | None = None,
    mirrors: Sequence[str] = MIRRORS,
    hashes: Mapping[str, str] = HASHES,
) -> Dataset:
    """Fetch the MNIST training images, or open them where they were fetched before.

    A file counts as fetched once its hash is right; until then it is asked from one mirror after the
    other.

    Parameters
    ----------
    folder : Path
        Where the files are kept; made where absent.
    report : callable or None
        Told of the progress.
    mirrors : sequence of str
        Addresses of folders that hold the files, each ending in a slash.
    hashes : mapping of str to str
        SHA-256 of each file, by its name.

    Raises
    ------
    FetchError
        If no mirror gives a whole file, or the folder cannot be written.

    References
    ----------
    LeCun, Cortes and Burges, "The MNIST database of handwritten digits".
    """
    # The labels are small: a dead mirror shows before the long file begins.
    labels = _read_idx(_fetch_file(_LABELS, folder, report, mirrors, hashes))
    pixels = _read_idx(_fetch_file(_IMAGES, folder, report, mirrors, hashes))
    images = np.true_divide(pixels, np.float32(255), dtype=np.float32)
    digits = labels.astype(np.int64)
    origin = Origin(
        layout="idx",
        variables=tuple(
            (name.removesuffix(".gz"), f"{' x '.join(str(length) for length in values.shape)} uint8")
            for name, values in ((_IMAGES, pixels), (_LABELS, labels))
        ),
        value_range=(float(pixels.min()), float(pixels.max())),
    )
    return make_dataset("MNIST", images, digits, origin)


class _Bar:
    """What pooch takes for a progress bar."""

    def __init__(self, name: str, report: Report) -> None:
        self.total = 0
        self._name, self._report, self._done = name, report, 0

    def update(self, n_bytes: int) -> None:
        self._done = min(self._done + n_bytes, self.total) if self.total else self._done + n_bytes
        self._report(self._name, self._done, self.total)

    def reset(self) -> None:
        self._done = 0

    def close(self) -> None:
        """Nothing to close."""


def _fetch_file(
    name: str, folder: Path, report: Report | None, mirrors: Sequence[str], hashes: Mapping[str, str]
) -> Path:
    pooch.get_logger().setLevel("ERROR")  # what happens is told through `report` and the exception
    failures: list[tuple[str, str]] = []
    for mirror in mirrors:
        bar = _Bar(name, report) if report else False
        downloader = pooch.HTTPDownloader(progressbar=bar, chunk_size=_PIECE_BYTES, timeout=_TIMEOUTS_S)
        try:
            return Path(
                pooch.retrieve(
                    mirror + name, f"sha256:{hashes[name]}", fname=name, path=folder, downloader=downloader
                )
            )
        except (RequestException, ValueError) as error:
            failures.append((urlsplit(mirror).netloc, _explain_failure(error)))
        except OSError as error:
            raise FetchError(f"MNIST needs room in {folder}, but it cannot be written: {error}.") from error
    raise FetchError(_say_failures(name, failures))


def _say_failures(name: str, failures: Sequence[tuple[str, str]]) -> str:
    if all(reason == _UNREACHED for _, reason in failures):
        needed = f"a network connection, but none of {len(failures)} public mirrors could be reached"
    else:
        reasons = ", ".join(f"{host} {reason}" for host, reason in failures)
        needed = f"a mirror that gives {name} whole, but {reasons}"
    return (
        f"Fetching MNIST needs {needed}: try again later, upload a .mat file, "
        "or open the built-in sample, which needs no network."
    )


def _explain_failure(error: Exception) -> str:
    if isinstance(error, HTTPError) and error.response is not None:
        return f"answered {error.response.status_code}"
    if isinstance(error, Timeout):
        return "did not answer in time"
    if isinstance(error, NoConnectionError):
        return _UNREACHED
    if isinstance(error, RequestException):
        return "broke off"
    return "gave other bytes"  # pooch's ValueError of a wrong hash


def _read_idx(path: Path) -> UInt8[np.ndarray, "..."]:
    """Read a gzipped IDX file of bytes: two zeros, the kind, the count of axes, each length, the values."""
    content = gzip.decompress(path.read_bytes())
    n_axes = content[3]
    lengths = [int.from_bytes(content[4 + 4 * axis : 8 + 4 * axis], "big") for axis in range(n_axes)]
    values = np.frombuffer(content, dtype=np.uint8, offset=4 + 4 * n_axes, count=math.prod(lengths))
    return values.reshape(lengths)
