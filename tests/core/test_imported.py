"""Networks that were trained elsewhere: what a file does not say is found by fit, or asked for."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from commands import call, call_json
from digits import ROOT, take_digits, write_mat
from safetensors.numpy import save_file
from scipy.io import savemat

from benchmarks.importing import writers
from benchmarks.importing.cases import Case
from benchmarks.importing.elsewhere import Way, answer, move_elsewhere
from benchmarks.importing.writers import Write
from benchmarks.imports import LEAST_OPENED, list_cases, open_case, train_networks
from mnist_core.data.dataset import Dataset, Origin, make_dataset
from mnist_core.data.layouts import read_or_sample
from mnist_core.ground.errors import LabError, ModelError
from mnist_core.insight.imported.choices import ImportChoices
from mnist_core.insight.imported.imported_model import UndecidedImportError, understand_network
from mnist_core.network.architecture import MLP
from mnist_core.network.exporting import export_model
from mnist_core.network.models import Model, load_model


def make_case(write: Write, suffix: str = ".mat", **way: Any) -> Case:
    return Case(1, 0, suffix, write, Way(**way))


UPRIGHT = make_case(writers.rows)


@pytest.fixture(scope="module")
def paper() -> Model:
    return load_model(ROOT / "models" / "paper")


@pytest.fixture(scope="module")
def digits() -> Dataset:
    images, labels = take_digits(600)
    return make_dataset("digits", images, labels, Origin("made", (), (0.0, 1.0)))


def understand(path: Path, dataset: Dataset, **choices: str):
    return understand_network(path, path.name, dataset, ImportChoices(**choices))


def write(folder: Path, case: Case, network: MLP) -> Path:
    path = folder / case.file_name
    case.write(path, move_elsewhere(network, case.way))
    return path


@pytest.mark.parametrize(
    "case",
    [
        make_case(writers.thetas, scaling="bytes", orientation="transposed", first_class=1),
        make_case(writers.matlab_network, scaling="standard", dtype="float32"),
        make_case(writers.nameless, ".npz", scaling="signed"),
        make_case(writers.sequential, ".safetensors", scaling="half", dtype="float32"),
        make_case(writers.matmul, ".onnx", orientation="flipped_vertical", dtype="float32"),
        make_case(writers.with_scaling, ".onnx", orientation="rotated90"),
        make_case(writers.with_deviations, ".npz"),
    ],
    ids=lambda case: case.file_name,
)
def test_a_network_from_elsewhere_answers_as_it_does_there(
    case: Case, paper: Model, digits: Dataset, tmp_path: Path
) -> None:
    outcome = open_case(case, paper.network, digits, tmp_path)

    assert outcome.words == ""
    assert outcome.is_equal


@pytest.mark.parametrize("name", ["paper", "exact"])
@pytest.mark.parametrize("file_name", ["numpy.npz", "onnx.onnx", "onnx-uint8.onnx", "matlab.mat"])
def test_what_the_lab_exports_comes_back_as_it_was(
    file_name: str, name: str, digits: Dataset, tmp_path: Path
) -> None:
    path, model = tmp_path / file_name, load_model(ROOT / "models" / name)
    export_model(model, path.stem, path)
    found = understand(path, digits)

    images = torch.from_numpy(digits.images.reshape(len(digits.images), -1))
    folded = model.info.temperature if path.suffix == ".onnx" else 1.0
    ways = (model.network, folded), (found.network, 1.0)
    with torch.no_grad():
        shares = [torch.softmax(network(images) / temperature, 1) for network, temperature in ways]
    assert torch.allclose(*shares, atol=1e-4)


def test_a_bias_that_lacks_among_layers_of_one_width_is_named(digits: Dataset, tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    shapes = {"W1": (25, 784), "W2": (25, 25), "W3": (10, 25), "b1": (25,), "b3": (10,)}
    np.savez(tmp_path / "net.npz", **{name: rng.normal(size=shape) for name, shape in shapes.items()})

    with pytest.raises(ModelError, match="has none of W2"):
        understand(tmp_path / "net.npz", digits)


def test_a_file_that_is_called_as_a_kind_is_not_taken_for_one(digits: Dataset, tmp_path: Path) -> None:
    np.savez(tmp_path / "whole.npz", W1=np.ones((25, 784)))
    (tmp_path / "pickle.npz").write_bytes((tmp_path / "whole.npz").read_bytes()[:200])

    with pytest.raises(LabError) as refused:
        understand(tmp_path / "pickle.npz", digits)
    assert "is a pickle" not in str(refused.value)


@pytest.mark.slow
def test_fifty_files_of_seeded_networks_open_or_are_refused(tmp_path: Path) -> None:
    sample = read_or_sample()
    networks = train_networks(sample)
    found = [open_case(case, networks[case.network], sample, tmp_path) for case in list_cases()]

    assert sum(one.is_equal for one in found) >= LEAST_OPENED
    assert [one.title for one in found if not one.is_equal and one.difference is not None] == []


def test_reasons_say_what_was_found_by_fit(paper: Model, digits: Dataset, tmp_path: Path) -> None:
    case = make_case(writers.thetas, orientation="transposed", is_dark=True, first_class=1)
    understood = understand(write(tmp_path, case, paper.network), digits, scaling="unit")
    reasons = " ".join(understood.reasons)

    for words in (
        "Theta1, Theta2, Theta3, a row a unit",
        "first weight of each unit is its bias",
        "Tanh, by fit",
        "transposed",
        "dark ink",
        "outputs stand for 1, 2, 3, 4, 5, 6, 7, 8, 9, 0",
    ):
        assert words in reasons


def test_what_a_graph_says_is_not_fitted(paper: Model, digits: Dataset, tmp_path: Path) -> None:
    case = make_case(writers.gemm, ".onnx", dtype="float32")

    assert "Tanh, as its file says" in " ".join(
        understand(write(tmp_path, case, paper.network), digits).reasons
    )


def test_where_two_networks_fit_alike_it_is_asked(paper: Model, digits: Dataset, tmp_path: Path) -> None:
    few = make_dataset("few", digits.images[:3], digits.labels[:3], digits.origin)
    path = write(tmp_path, UPRIGHT, paper.network)
    with pytest.raises(UndecidedImportError, match="alike in") as asked:
        understand(path, few)

    said = {name: values[0] for name, values in asked.value.options.items()}
    assert all(len(values) > 1 for values in asked.value.options.values())
    assert understand(path, few, **(said | {"activation": "tanh", "scaling": "unit"})).found.rivals == ()


def test_where_all_is_said_nothing_is_compared(paper: Model, digits: Dataset, tmp_path: Path) -> None:
    said = {"activation": "tanh", "scaling": "unit", "orientation": "upright", "ink": "bright"}
    reasons = understand(
        write(tmp_path, UPRIGHT, paper.network), digits, **said, classes="0,1,2,3,4,5,6,7,8,9"
    ).reasons

    assert any(reason.startswith("It is read as was said, and is right for 9") for reason in reasons)
    assert not any("other networks" in reason for reason in reasons)


REFUSED = {
    "layer.mat": ({"W2": np.ones((10, 24)), "b2": np.ones((10, 1))}, "save all layers"),
    "bias.mat": (
        {"W1": np.ones((24, 784)), "b1": np.ones((24, 1)), "W2": np.ones((10, 24))},
        r"none of W2 \(a vector of 10 numbers\)",
    ),
    "gap.mat": ({"W1": np.ones((24, 784)), "W2": np.ones((10, 25))}, "do not follow one another"),
    "nan.mat": (
        {"Theta1": np.full((24, 785), np.nan), "Theta2": np.ones((10, 25))},
        "NaN",
    ),
    "images.mat": ({"X": np.ones((90, 784)), "y": np.ones((90, 1))}, "save all layers in one file"),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_missing_is_said(name: str, digits: Dataset, tmp_path: Path) -> None:
    variables, words = REFUSED[name]
    savemat(tmp_path / name, variables)

    with pytest.raises(ModelError, match=words):
        understand(tmp_path / name, digits)


def test_other_networks_and_pickles_are_refused_with_a_way_out(digits: Dataset, tmp_path: Path) -> None:
    torch.save({"0.weight": torch.ones(3, 3)}, tmp_path / "net.pt")
    with pytest.raises(ModelError, match=r"it is a pickle, .* safetensors\.torch\.save_file"):
        understand(tmp_path / "net.pt", digits)

    norm = {"1.weight": np.ones((9, 784), np.float32), "2.running_mean": np.ones(9, np.float32)}
    save_file(norm, tmp_path / "norm.safetensors")
    with pytest.raises(ModelError, match=r"batch normalisation \(2.running_mean\)"):
        understand(tmp_path / "norm.safetensors", digits)

    conv = {"conv.weight": np.ones((8, 1, 3, 3), np.float32), "fc.weight": np.ones((10, 784), np.float32)}
    save_file(conv, tmp_path / "conv.safetensors")
    with pytest.raises(ModelError, match="as a convolution"):
        understand(tmp_path / "conv.safetensors", digits)


@pytest.mark.parametrize("suffix", [".safetensors", ".onnx"])
def test_a_file_of_weights_that_is_cut_short_is_refused_in_a_sentence(
    suffix: str, paper: Model, digits: Dataset, tmp_path: Path
) -> None:
    kind = writers.sequential if suffix == ".safetensors" else writers.gemm
    path = write(tmp_path, make_case(kind, suffix, dtype="float32"), paper.network)
    path.write_bytes(path.read_bytes()[:20_000])

    with pytest.raises(LabError, match="must"):
        understand(path, digits)


@pytest.mark.slow
def test_commands_take_what_was_imported(paper: Model, tmp_path: Path) -> None:
    path = write(tmp_path, make_case(writers.thetas, first_class=1), paper.network)
    data, out = write_mat(tmp_path / "digits.mat", *take_digits(600)), tmp_path / "mine"
    said = call_json(tmp_path, "import", path, "--data", data, "--out", out)

    assert (said["activation"], said["model"], said["classes"][0]) == ("tanh", str(out), "1")
    assert said["layers"] == {"hidden1": [96, 784], "hidden2": [24, 96], "output": [10, 24]}
    images = take_digits(50)[0]
    with torch.inference_mode():
        again = load_model(out).network(torch.from_numpy(images)).numpy()
    way = Way(first_class=1)
    assert np.allclose(again, answer(move_elsewhere(paper.network, way), images), atol=1e-4)
    for words in (
        ["evaluate", out, data],
        ["fields", out, "--out", tmp_path / "fields"],
        ["operate", out, "--off", "hidden1:3", "--out", tmp_path / "less"],
        ["calibrate", out, data],
    ):
        call_json(tmp_path, *words)
    assert "not known" in call(tmp_path, "evaluate", out, data).stdout
    assert "trained elsewhere" in (tmp_path / "less" / "README.md").read_text(encoding="utf-8")


def test_choices_that_are_none_are_refused(tmp_path: Path) -> None:
    for choices in (
        {"activation": "gelu"},
        {"scaling": "0.5"},
        {"scaling": "0,1"},
        {"scaling": "1,1e999"},
        {"orientation": "unsure"},
        {"ink": "each"},
    ):
        with pytest.raises(ModelError, match="must be one of"):
            ImportChoices(**choices)
