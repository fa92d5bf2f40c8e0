"""Networks run elsewhere with the same numbers."""

import ast
import json
import re
import runpy
import zipfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import onnxruntime
import pytest
import torch
from commands import call, call_json
from digits import ROOT, take_digits
from made_networks import MADE, make_model, read_exactly
from octave import run_octave
from PIL import Image
from scipy.io import loadmat, savemat
from scipy.special import softmax

from mnist_core.ground.arrays import Images
from mnist_core.ground.errors import ModelError
from mnist_core.network.architecture import MLP
from mnist_core.network.candidate import Activation
from mnist_core.network.exporting import (
    FORMATS,
    export_model,
    matlab_function,
    numpy_script,
    onnx_graph,
    torch_script,
)
from mnist_core.network.exporting.plain_layers import list_classes
from mnist_core.network.models import Model
from mnist_core.network.models.came_from import ImportFacts

MOST = 1e-5
"""How far another runtime's numbers may be from the lab's."""

SAMPLE = take_digits(5_000)[0]
IMAGES = np.concatenate([SAMPLE, SAMPLE.swapaxes(1, 2)])
SOME = IMAGES[::100]
NAMES = ["paper", "legible", "robust", "exact", *MADE]

each_network = pytest.mark.parametrize("name", NAMES)


def check(model: Model, images: Images, logits: np.ndarray, probabilities: np.ndarray) -> None:
    expected = read_exactly(model.network, images)
    np.testing.assert_allclose(logits, expected, rtol=0, atol=MOST)
    shares = softmax(expected / model.info.temperature, axis=1)
    np.testing.assert_allclose(probabilities, shares, rtol=0, atol=MOST)


def open_onnx(model: Model, folder: Path, kind: str = "onnx") -> onnxruntime.InferenceSession:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    path = export_model(model, kind, folder / "net.onnx")[0]
    return onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])


@each_network
def test_onnx_runtime_gives_the_same_for_ten_thousand_images(name: str, tmp_path: Path) -> None:
    model = make_model(name)

    logits, probabilities = open_onnx(model, tmp_path).run(None, {"images_float32_0_to_1": IMAGES})

    assert len(IMAGES) == 10_000
    check(model, IMAGES, logits, probabilities)


def test_the_logits_of_the_paper_are_those_that_the_lab_computes_in_single_precision(tmp_path: Path) -> None:
    model = make_model("paper")
    with torch.inference_mode():
        expected = model.network(torch.from_numpy(IMAGES)).numpy()

    logits, _ = open_onnx(model, tmp_path).run(None, {"images_float32_0_to_1": IMAGES})

    np.testing.assert_allclose(logits, expected, rtol=0, atol=MOST)


@pytest.mark.parametrize("n", [1, 7])
def test_onnx_takes_bytes_and_batches_of_any_size(n: int, tmp_path: Path) -> None:
    model = make_model("paper")
    images = np.round(255 * IMAGES[:n]).astype(np.uint8)

    found = open_onnx(model, tmp_path, "onnx-uint8").run(None, {"images_uint8_0_to_255": images})

    check(model, images / np.float32(255), *found)


def test_onnx_says_what_it_takes_and_what_its_classes_are(tmp_path: Path) -> None:
    model = make_model("paper")
    letters = replace(model, info=replace(model.info, class_names=tuple("ABCDEFGHIJ")))

    session = open_onnx(letters, tmp_path)

    facts = session.get_modelmeta().custom_metadata_map
    assert json.loads(facts["classes"]) == list("ABCDEFGHIJ")
    assert (facts["side"], facts["temperature"]) == ("28", "1.0")
    assert "upright, ink bright on dark" in facts["input"]
    assert session.get_inputs()[0].shape == ["n", 28, 28]
    assert [one.name for one in session.get_outputs()] == ["logits", "probabilities"]


@pytest.fixture(scope="module")
def octave_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Let one Octave read images by all networks, as bytes and as numbers."""
    folder = tmp_path_factory.mktemp("octave")
    pixels = np.round(255 * SOME).astype(np.uint8).transpose(1, 2, 0)
    savemat(folder / "images.mat", {"pixels": pixels})
    Image.fromarray(pixels[:, :, 2]).save(folder / "third.png")
    lines = ["load('images.mat');"]
    for name in NAMES:
        export_model(make_model(name), "matlab", folder / f"{name}.mat")
        call_it = f"[guess, probabilities, logits] = read_{name}"
        lines.append(
            f"{call_it}(double(pixels) / 255); save('-v7', 'out_{name}.mat', 'probabilities', 'logits');"
        )
        lines.append(f"{call_it}(imread('third.png')); save('-v7', 'one_{name}.mat', 'guess', 'logits');")
    (folder / "all_networks.m").write_text("\n".join(lines), encoding="utf-8")
    (folder / "said.txt").write_text(run_octave(folder / "all_networks.m"), encoding="utf-8")
    return folder


@each_network
def test_octave_gives_the_same(name: str, octave_folder: Path) -> None:
    assert (octave_folder / "said.txt").read_text(encoding="utf-8") == ""
    model = make_model(name)
    images = np.round(255 * SOME).astype(np.float32) / 255

    found = loadmat(octave_folder / f"out_{name}.mat")

    check(model, images, found["logits"].T, found["probabilities"].T)


def test_octave_reads_one_image_as_imread_gives_it_and_says_its_class_as_a_number(
    octave_folder: Path,
) -> None:
    found = loadmat(octave_folder / "one_paper.mat")

    expected = read_exactly(make_model("paper").network, SOME[2:3])
    np.testing.assert_allclose(found["logits"].T, expected, rtol=0, atol=MOST)
    assert found["guess"].tolist() == [[expected.argmax()]]


KANA = ("お o", "き ki", "す su", "つ tsu", "な na", "は ha", "ま ma", "や ya", "れ re", "を wo")


def test_octave_names_classes_of_any_script_whole(tmp_path: Path) -> None:
    model = make_model("paper")
    kana = replace(model, info=replace(model.info, class_names=KANA))
    export_model(kana, "matlab", tmp_path / "kana.mat")
    savemat(tmp_path / "images.mat", {"images": SOME.transpose(1, 2, 0)})
    lines = "load('images.mat'); for name = read_kana(images), disp(name{1}), end"
    (tmp_path / "names.m").write_text(lines, encoding="utf-8")

    said = run_octave(tmp_path / "names.m")

    places = read_exactly(model.network, SOME).argmax(axis=1)
    assert said.splitlines() == [KANA[place] for place in places]


def test_classes_are_numbers_only_where_that_loses_nothing() -> None:
    model = make_model("paper")
    tens, padded = (
        replace(model, info=replace(model.info, class_names=tuple(f"{one}{end}" for one, end in pairs)))
        for pairs in (zip("123", "000", strict=True), zip("000", "123", strict=True))
    )

    assert list_classes(tens).tolist() == [10, 20, 30]
    assert list_classes(padded).tolist() == ["01", "02", "03"]


def test_weights_in_matlab_show_an_upright_field_as_matlab_counts_pixels(tmp_path: Path) -> None:
    model = make_model("paper")

    weights = loadmat(export_model(model, "matlab", tmp_path / "net.mat")[0])["W1"]

    field = model.network.hidden1.weight.detach().numpy()[4].reshape(28, 28)
    assert np.array_equal(weights[4].reshape(28, 28, order="F"), field)


@each_network
def test_numpy_gives_the_same_by_a_script_of_fifteen_lines(name: str, tmp_path: Path) -> None:
    model = make_model(name)
    data, script = export_model(model, "numpy", tmp_path / "my net.npz")

    guesses, probabilities, logits = runpy.run_path(str(script))["read"](SOME)

    check(model, SOME, logits, probabilities)
    assert guesses.tolist() == logits.argmax(axis=1).tolist()
    assert len(script.read_text(encoding="utf-8").splitlines()) <= 15
    assert (data.name, script.name) == ("my net.npz", "read_my_net.py")


@each_network
def test_torch_gives_the_same_to_the_bit_by_a_script_that_needs_torch_alone(
    name: str, tmp_path: Path
) -> None:
    model = make_model(name)
    (script,) = export_model(model, "torch", tmp_path / "net.py")

    found = runpy.run_path(str(script))

    with torch.inference_mode():
        expected = model.network(torch.from_numpy(SOME))
        assert torch.equal(found["network"](torch.from_numpy(SOME)), expected)
    imports = [node for node in ast.walk(ast.parse(script.read_text())) if hasattr(node, "names")]
    assert {getattr(node, "module", None) or node.names[0].name for node in imports} == {"base64", "torch"}
    assert (found["CLASSES"], found["TEMPERATURE"]) == (model.info.class_names, model.info.temperature)


@pytest.mark.parametrize("kind", [kind for kind in FORMATS if kind != "html"])
def test_networks_of_other_sizes_and_classes_are_written_too(kind: str, tmp_path: Path) -> None:
    model = make_model("paper")
    network = type(model.network)(8, None, "tanh", 196, 3)
    small = Model(
        Path("odd {name}'s"), network, replace(model.info, side=14, n_classes=3, class_names=("a", "b'", "9"))
    )

    paths = export_model(small, kind, tmp_path / f"it's{FORMATS[kind].suffix}")

    assert all(path.stat().st_size for path in paths)


@pytest.mark.parametrize("name", NAMES)
def test_a_page_is_one_file_of_a_megabyte_at_most_that_names_no_other(name: str, tmp_path: Path) -> None:
    (page,) = export_model(make_model(name), "html", tmp_path / "page.html")

    text = page.read_text(encoding="utf-8")
    assert page.stat().st_size <= 1_000_000
    assert not re.search(r"(src|href)=\"(?!data:)|https?://|\bimport\b|\bfetch\(|url\(", text)


def test_a_page_holds_names_of_classes_that_look_like_its_own_lines(tmp_path: Path) -> None:
    model = make_model("paper")
    names = ("</script><b>", "{{script}}", *"23456789")

    (page,) = export_model(
        replace(model, info=replace(model.info, class_names=names)), "html", tmp_path / "x.html"
    )

    text = page.read_text(encoding="utf-8")
    assert text.count("</script>") == 2
    assert "{{script}}" in text


@pytest.mark.parametrize(
    ("network", "side", "words"),
    [(MLP(8, None, "tanh", 196), 14, "reads 14 x 14"), (MLP(300, None, "tanh"), 28, "would take 1.3 MB")],
)
def test_a_page_is_refused_to_networks_that_it_cannot_hold(
    network: MLP, side: int, words: str, tmp_path: Path
) -> None:
    model = make_model("paper")

    with pytest.raises(ModelError, match=words):
        export_model(
            Model(model.folder, network, replace(model.info, side=side)), "html", tmp_path / "x.html"
        )


def test_a_script_that_would_hide_torch_from_itself_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="needs torch itself"):
        export_model(make_model("paper"), "torch", tmp_path / "torch.py")


def test_an_ending_may_be_in_capitals(tmp_path: Path) -> None:
    (path,) = export_model(make_model("paper"), "numpy", tmp_path / "PAPER.ZIP")

    assert zipfile.ZipFile(path).namelist() == ["PAPER.npz", "read_PAPER.py"]


def test_a_zip_holds_all_that_belongs_together(tmp_path: Path) -> None:
    (path,) = export_model(make_model("paper"), "matlab", tmp_path / "paper.zip")

    assert zipfile.ZipFile(path).namelist() == ["paper.mat", "read_paper.m"]


@pytest.mark.parametrize(
    "formulas", [matlab_function.FORMULAS, numpy_script.FORMULAS, onnx_graph.OPERATORS, torch_script.FORMULAS]
)
def test_each_format_has_words_for_each_activation(formulas: dict[str, object]) -> None:
    assert set(formulas) == set(Activation)


def test_a_file_says_of_held_out_images_only_where_a_training_held_some_out(tmp_path: Path) -> None:
    paper = make_model("paper")
    elsewhere = ImportFacts("w.npz", (), "5,000 images of the built-in sample")
    theirs = replace(paper, info=replace(paper.info, imported=elsewhere))

    own, other = (
        export_model(model, "numpy", tmp_path / f"{number}.npz")[1].read_text()
        for number, model in enumerate((paper, theirs))
    )

    assert "% of 10,000 held-out images of MNIST.mat." in own
    assert "% of 5,000 images of the built-in sample." in other


def test_the_command_says_what_it_has_written(tmp_path: Path) -> None:
    out = tmp_path / "new" / "paper.npz"

    found = call_json(tmp_path, "export", ROOT / "models/paper", "--format", "numpy", "--out", out)

    assert found["path"] == str(out)
    assert found["files"] == [str(out), str(out.with_name("read_paper.py"))]
    assert all(Path(path).is_file() for path in found["files"])


def test_the_command_refuses_a_file_that_ends_otherwise(tmp_path: Path) -> None:
    said = call(tmp_path, "export", "paper", "--format", "onnx", "--out", tmp_path / "paper.mat", code=2)

    assert "ends in .onnx" in said.stderr


def test_the_command_refuses_a_name_that_the_disk_does_not_take(tmp_path: Path) -> None:
    path = tmp_path / f"{'y' * 300}.onnx"

    assert (
        "give a shorter one"
        in call(tmp_path, "export", "paper", "--format", "onnx", "--out", path, code=2).stderr
    )
