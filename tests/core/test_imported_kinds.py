"""Networks as people have them: files of courses, books and libraries open as the networks that they hold."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest
import torch
from digits import ROOT, take_digits
from safetensors.torch import save_file
from scipy.io import savemat
from scipy.special import expit

from mnist_core.data.dataset import Dataset, Origin, make_dataset
from mnist_core.data.files import read_file
from mnist_core.ground.errors import DataError, LabError, ModelError
from mnist_core.insight.imported.best_reading import find_reading
from mnist_core.insight.imported.chain import Chain
from mnist_core.insight.imported.choices import ImportChoices
from mnist_core.insight.imported.imported_model import Understood, understand_network
from mnist_core.network.models import load_model

Layers = tuple[tuple[np.ndarray, np.ndarray], ...]


@pytest.fixture(scope="module")
def paper() -> Layers:
    layers = load_model(ROOT / "models" / "paper").network.layers.values()
    return tuple((one.weight.detach().double().numpy(), one.bias.detach().double().numpy()) for one in layers)


@pytest.fixture(scope="module")
def digits() -> Dataset:
    images, labels = take_digits(600)
    return make_dataset("digits", images, labels, Origin("made", (), (0.0, 1.0)))


def understand(path: Path, dataset: Dataset, **choices: str) -> Understood:
    return understand_network(path, path.name, dataset, ImportChoices(**choices))


def number(layers: Layers, name: str = "{}{}") -> dict[str, np.ndarray]:
    pairs = ((n, kind, one) for n, pair in enumerate(layers, 1) for kind, one in zip("Wb", pair, strict=True))
    return {name.format(kind, n): one for n, kind, one in pairs}


def has_answers_of(understood: Understood, layers: Layers, images: np.ndarray) -> bool:
    passed = images.reshape(len(images), -1).astype(np.float64)
    for place, (matrix, bias) in enumerate(layers):
        passed = (np.tanh(passed) if place else passed) @ matrix.T + bias
    with torch.inference_mode():
        found = understood.network(torch.from_numpy(np.array(images))).numpy()
    return bool(np.abs(found - passed).max() <= 1e-4 * np.abs(passed).max())


def train_on_the_middle(dataset: Dataset) -> Layers:
    """Fit the outputs of one layer by chance, on the middle 20 x 20 pixels column by column."""
    seen = dataset.images[:, 4:24, 4:24].swapaxes(1, 2).reshape(-1, 400).astype(np.float64)
    first = np.random.default_rng(0).normal(scale=0.3, size=(60, 400))
    fired = np.c_[expit(seen @ first.T), np.ones(len(seen))]
    wanted = np.eye(10)[dataset.labels] * 8 - 4
    last = np.linalg.lstsq(fired.T @ fired + 0.1 * np.eye(61), fired.T @ wanted, rcond=None)[0].T
    return (first, np.zeros(60)), (last[:, :-1], last[:, -1])


def test_a_network_of_the_middle_of_images_reads_whole_ones(digits: Dataset, tmp_path: Path) -> None:
    layers = train_on_the_middle(digits)
    rolled = layers[0], tuple(np.roll(one, -1, axis=0) for one in layers[1])  # 1 first and 0 last
    savemat(tmp_path / "ex.mat", {f"Theta{n}": np.c_[b, w] for n, (w, b) in enumerate(rolled, 1)})
    found = understand(tmp_path / "ex.mat", digits, activation="sigmoid")

    assert (found.side, found.found.best.orientation.value) == (28, "transposed")
    assert any("sees the middle 20 x 20 pixels" in reason for reason in found.reasons)
    seen = digits.images[:, 4:24, 4:24].swapaxes(1, 2).reshape(-1, 400)
    right = expit(seen @ layers[0][0].T) @ layers[1][0].T + layers[1][1]
    with torch.inference_mode():
        again = found.network(torch.from_numpy(digits.images.copy())).numpy()
    assert np.allclose(again, right, atol=1e-3)


def test_a_network_of_images_in_a_frame_reads_them_without(
    paper: Layers, digits: Dataset, tmp_path: Path
) -> None:
    framed = np.random.default_rng(0).normal(size=(len(paper[0][0]), 32, 32))
    framed[:, 2:-2, 2:-2] = paper[0][0].reshape(-1, 28, 28)
    np.savez(tmp_path / "net.npz", **number(((framed.reshape(-1, 1024), paper[0][1]), *paper[1:])))
    found = understand(tmp_path / "net.npz", digits)

    assert found.side == 28
    assert has_answers_of(found, paper, digits.images)


def test_pixels_that_matlab_left_out_are_put_back(paper: Layers, digits: Dataset, tmp_path: Path) -> None:
    images = digits.images.reshape(-1, 784)
    kept = np.flatnonzero(images.any(axis=0))
    (first, bias), *rest = paper
    left_out = (first[:, kept] / 2, bias + first[:, kept].sum(axis=1) / 2), *rest  # of pixels from -1 to 1
    steps = np.empty((1, 2), dtype=object)
    steps[0, 0] = {"name": "removeconstantrows", "keep": kept + 1.0, "xrows": 784.0}
    scale = {"gain": np.full((len(kept), 1), 2.0), "xoffset": np.zeros((len(kept), 1)), "ymin": -1.0}
    steps[0, 1] = {"name": "mapminmax", **scale}
    inputs = np.empty((1, 1), dtype=object)
    inputs[0, 0] = {"size": 784.0, "processSettings": steps}
    names = {"W1": "IW1_1", "W2": "LW2_1", "W3": "LW3_2"}
    net = {names.get(name, name): one for name, one in number(left_out).items()}
    savemat(tmp_path / "net.mat", {"net": net | {"inputs": inputs}})
    found = understand(tmp_path / "net.mat", digits)

    assert has_answers_of(found, paper, digits.images)
    assert "keep leaves out" in found.reasons[0]


@pytest.mark.parametrize("names", [("mean", "std"), ("X_mean", "X_std"), ("scaler_mean", "scaler_scale")])
def test_what_a_file_says_of_pixels_is_not_guessed(
    names: tuple[str, str], paper: Layers, digits: Dataset, tmp_path: Path
) -> None:
    pixels = digits.images.reshape(-1, 784).astype(np.float64)
    mean, spread = pixels.mean(axis=0), pixels.std(axis=0) + 0.05
    first = paper[0][0] * spread, paper[0][1] + paper[0][0] @ mean
    said = dict(zip(names, (mean, spread), strict=True))
    np.savez(tmp_path / "net.npz", **number((first, *paper[1:])), **said)

    assert has_answers_of(understand(tmp_path / "net.npz", digits), paper, digits.images)


def test_a_mean_and_a_deviation_of_all_pixels_are_taken_too(
    paper: Layers, digits: Dataset, tmp_path: Path
) -> None:
    first = paper[0][0] * 0.2, paper[0][1] + paper[0][0].sum(axis=1) * 0.3
    np.savez(tmp_path / "net.npz", **number((first, *paper[1:])), mean=0.3, std=0.2)

    assert has_answers_of(understand(tmp_path / "net.npz", digits), paper, digits.images)


def test_a_network_without_biases_may_have_seen_no_pixel_that_is_0() -> None:
    rng = np.random.default_rng(0)
    images, labels = take_digits(600)
    first = rng.normal(scale=0.3, size=(60, 784))
    fired = expit((images.reshape(-1, 784) * 0.99 + 0.01) @ first.T)
    last = np.linalg.lstsq(fired, np.eye(10)[labels] * 8 - 4, rcond=None)[0].T
    chain = Chain((first, last), (np.zeros(60), np.zeros(10)), ())
    found = find_reading([chain], images, labels, ImportChoices("sigmoid", None, "upright", "bright"))

    assert "0.99,0.01" in [one.scaling.name for one in (found.best, *found.rivals)]


def test_keras_names_tell_which_bias_is_whose(paper: Layers, digits: Dataset, tmp_path: Path) -> None:
    names = {"W": "dense_{}/kernel:0", "b": "dense_{}/bias:0"}
    named = {names[name[0]].format(name[1]): one.T for name, one in number(paper).items()}
    np.savez(tmp_path / "net.npz", **dict(reversed(named.items())))
    found = understand(tmp_path / "net.npz", digits)

    assert has_answers_of(found, paper, digits.images)
    assert "dense_1_kernel_0" in found.reasons[0]


def test_of_two_networks_in_a_file_none_is_made_of_both(
    paper: Layers, digits: Dataset, tmp_path: Path
) -> None:
    first = {f"best_{name}": one for name, one in number(paper).items()}
    rng = np.random.default_rng(0)
    other = {f"first_{name}": rng.normal(size=one.shape) for name, one in number(paper).items()}
    np.savez(tmp_path / "net.npz", **other, **first)
    found = understand(tmp_path / "net.npz", digits)

    assert "best_W1, best_W2, best_W3" in found.reasons[0]
    assert has_answers_of(found, paper, digits.images)


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16])
def test_tensors_of_half_the_bytes_are_read(dtype: torch.dtype, tmp_path: Path) -> None:
    values = torch.linspace(-2, 2, 6).reshape(2, 3).to(dtype)
    save_file({"fc1.weight": values}, tmp_path / "net.safetensors")
    read = read_file(tmp_path / "net.safetensors", is_network=True)["fc1.weight"]

    assert np.array_equal(read, values.float().numpy())


REFUSED: Mapping[str, tuple[dict[str, np.ndarray], str]] = {
    "four.npz": (
        {f"W{n}": np.ones((10 if n == 5 else 32, 784 if n == 1 else 32)) for n in range(1, 6)},
        "1 to 3 hidden layers, but has 4",
    ),
    "row.npz": ({"nn_params": np.ones(10_285)}, "has only nn_params, 10,285 numbers in a row"),
    "active.npz": ({"W1": np.ones((30, 691)), "W2": np.ones((10, 30))}, "as keep where some were left out"),
    "objects.npz": ({"coefs_": np.array([np.ones(3), np.ones(2)], dtype=object)}, "never opened"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_lacks_is_said_in_a_sentence(name: str, digits: Dataset, tmp_path: Path) -> None:
    held, words = REFUSED[name]
    np.savez(tmp_path / name, **held)

    with pytest.raises(ModelError, match=words):
        understand(tmp_path / name, digits)


def test_a_json_file_of_weights_is_not_taken_for_drawings(digits: Dataset, tmp_path: Path) -> None:
    (tmp_path / "net.json").write_text('{"sizes": [784, 30, 10], "weights": []}')

    with pytest.raises(LabError, match="seems to be a JSON file"):
        understand(tmp_path / "net.json", digits)


def test_a_file_that_is_not_there_is_asked_for_as_one_of_weights(digits: Dataset, tmp_path: Path) -> None:
    with pytest.raises(LabError, match=r"safetensors or ONNX file .* cannot be opened: No such file"):
        understand(tmp_path / "net.npz", digits)


def test_other_outputs_than_classes_are_counted(digits: Dataset, tmp_path: Path) -> None:
    np.savez(tmp_path / "net.npz", W1=np.ones((16, 784)), W2=np.ones((3, 16)))

    with pytest.raises(DataError, match="has 3 outputs, but digits has 10 classes"):
        understand(tmp_path / "net.npz", digits)


@pytest.mark.parametrize("side", [14, 8])
def test_a_network_of_means_of_pixels_reads_the_pixels(side: int, digits: Dataset, tmp_path: Path) -> None:
    edge = 28 // side + (28 % side > 0)
    margin = (side * edge - 28) // 2
    framed = np.pad(digits.images, ((0, 0), (margin, margin), (margin, margin)))
    seen = framed.reshape(-1, side, edge, side, edge).mean(axis=(2, 4)).reshape(-1, side**2)
    first = np.random.default_rng(0).normal(scale=0.3, size=(60, side**2))
    fired = np.c_[np.tanh(seen @ first.T), np.ones(len(seen))]
    last = np.linalg.lstsq(fired, np.eye(10)[digits.labels], rcond=None)[0].T
    np.savez(tmp_path / "net.npz", **number(((first, np.zeros(60)), (last[:, :-1], last[:, -1]))))
    said = {"activation": "tanh", "scaling": "unit", "orientation": "upright", "ink": "bright"}
    found = understand(tmp_path / "net.npz", digits, **said)

    assert found.side == 28
    assert any(f"by the means of {edge} x {edge}" in reason for reason in found.reasons)
    with torch.inference_mode():
        again = found.network(torch.from_numpy(digits.images.copy())).numpy()
    assert np.allclose(again, fired @ last.T, atol=1e-4)


def test_images_that_are_brought_to_another_side_are_said_in_a_whole_sentence(
    digits: Dataset, tmp_path: Path
) -> None:
    layers = (np.ones((5, 128**2)), np.zeros(5)), (np.ones((10, 5)), np.zeros(10))
    np.savez(tmp_path / "net.npz", **number(layers))
    said = {"activation": "tanh", "scaling": "unit", "orientation": "upright", "ink": "bright"}
    reasons = understand(tmp_path / "net.npz", digits, **said).reasons

    assert any(reason.endswith("of digits, brought to 128 x 128 pixels.") for reason in reasons)
