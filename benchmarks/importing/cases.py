"""The fifty files: which network, written how, of what pixels and classes."""

from collections.abc import Iterator
from dataclasses import dataclass

from benchmarks.importing import writers
from benchmarks.importing.elsewhere import SCALES, Way
from benchmarks.importing.writers import Write

N_FILES = 50
_WRITERS: tuple[tuple[str, Write], ...] = (
    (".mat", writers.thetas),
    (".mat", writers.rows),
    (".mat", writers.matlab_network),
    (".npz", writers.columns),
    (".safetensors", writers.sequential),
    (".onnx", writers.gemm),
    (".mat", writers.theta_columns),
    (".npz", writers.nameless),
    (".onnx", writers.matmul),
    (".safetensors", writers.module),
    (".mat", writers.sklearn_cells),
    (".npz", writers.unordered),
    (".mat", writers.with_training),
    (".npz", writers.last_bias),
    (".onnx", writers.with_scaling),
    (".h5", writers.keras),
    (".onnx", writers.sigmoid_end),
    (".npz", writers.with_deviations),
    (".mat", writers.columns),
)
_REFUSED: tuple[tuple[str, Write], ...] = ((".onnx", writers.leaky), (".npz", writers.standardised))
_ORIENTATIONS = ("upright", "transposed", "upright", "rotated90", "transposed", "flipped_vertical")


@dataclass(frozen=True)
class Case:
    """A file.

    Attributes
    ----------
    number : int
        From 1.
    network : int
        Which of the networks.
    suffix : str
        Of the file.
    write : callable
        Writes it.
    way : Way
        What the network takes and gives.
    """

    number: int
    network: int
    suffix: str
    write: Write
    way: Way

    @property
    def file_name(self) -> str:
        """Name the file."""
        return f"{self.number:02d}-{self.write.__name__}{self.suffix}"

    @property
    def title(self) -> str:
        """Say which it is."""
        way = self.way
        ink = "dark" if way.is_dark else "bright"
        return (
            f"{self.file_name}: network {self.network}, {way.scaling}, {way.orientation}, {ink}, "
            f"classes from {way.first_class}, {way.dtype}"
        )


def list_cases() -> Iterator[Case]:
    """List all files; each way of writing meets other pixels and classes each time."""
    scalings = list(SCALES)
    for place in range(N_FILES):
        is_refused = place >= N_FILES - len(_REFUSED)
        suffix, write = _REFUSED[place - N_FILES] if is_refused else _WRITERS[place % len(_WRITERS)]
        has_training_type = suffix in (".safetensors", ".onnx")
        way = Way(
            scaling="unit" if is_refused else scalings[place * 2 % len(scalings)],
            orientation="upright" if is_refused else _ORIENTATIONS[place * 7 % len(_ORIENTATIONS)],
            is_dark=place % 5 == 3 and not is_refused,
            first_class=1 if write in (writers.thetas, writers.matlab_network) else 0,
            dtype="float32" if has_training_type or place % 3 else "float64",
        )
        yield Case(place + 1, 2 if is_refused else (place * 5 + place // 6) % 6, suffix, write, way)
