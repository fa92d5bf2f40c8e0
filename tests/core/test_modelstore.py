"""Model folders: reloaded bit by bit, and refused with one sentence when damaged."""

import json
import shlex
import shutil
from dataclasses import replace

import numpy as np
import pytest
import torch
from digits import ROOT, make_digits
from safetensors.torch import load_file, save_file

from mnist_core.cli import make_parser
from mnist_core.cli.data import read_choices
from mnist_core.data.dataset import Choices, Dataset, Origin, compute_fingerprint, split_dataset
from mnist_core.ground.errors import ModelError
from mnist_core.insight.evaluation import evaluate
from mnist_core.insight.reading.floors import measure_floors
from mnist_core.network.candidate import Activation, Candidate
from mnist_core.network.grid import PAPER_WINNER
from mnist_core.network.models import find_model, list_models, load_model, save_model
from mnist_core.network.recipe import RECIPE_SETTINGS, Recipe
from mnist_core.training.one_network import train_model, write_command


@pytest.fixture(scope="module")
def dataset():
    images, labels = make_digits(400)
    origin = Origin("paper", (("input_images", "400 x 784"),), (0.0, 1.0))
    return Dataset("small.mat", images, labels, compute_fingerprint(images, labels), origin)


@pytest.fixture
def trained(dataset, tmp_path):
    candidate = Candidate(0.01, 10, 6, Activation.RELU)
    split = split_dataset(dataset, seed=2)
    return train_model(dataset, split, None, candidate, Recipe(max_epochs=3, seed=2), tmp_path / "small")


def test_a_saved_model_gives_the_same_outputs_bit_by_bit_after_reload(trained, dataset):
    images = torch.from_numpy(dataset.images)

    again = load_model(trained.model.folder)

    assert trained.is_identical
    assert torch.equal(again.network(images), trained.model.network(images))
    assert again.info == trained.model.info


def test_a_model_folder_holds_weights_facts_card_and_hashes_of_its_images_and_nothing_else(trained):
    names = {path.name for path in trained.model.folder.iterdir()}
    tensors = load_file(trained.model.folder / "weights.safetensors")

    assert names == {"weights.safetensors", "seen.safetensors", "model.json", "README.md"}
    assert set(tensors) == {
        f"{layer}.{kind}" for layer in ("hidden1", "hidden2", "output") for kind in ("weight", "bias")
    }
    assert all(tensor.dtype == torch.float32 for tensor in tensors.values())
    assert not list(trained.model.folder.parent.glob(".*"))


def test_the_recorded_test_accuracy_is_that_of_the_held_out_images(trained, dataset):
    split = split_dataset(dataset, seed=2)
    measured = evaluate(trained.model.network, dataset.images[split.test], dataset.labels[split.test])

    assert trained.model.info.test.n == len(split.test)
    assert trained.model.info.test.accuracy == measured.accuracy
    np.testing.assert_array_equal(np.array(trained.model.info.test.confusion), measured.confusion)


def test_a_model_that_is_made_is_given_floors_of_its_own_and_its_card_says_what_they_come_to(trained):
    doubt = trained.model.info.doubt

    assert doubt == measure_floors(trained.model.network, trained.model.info)
    assert doubt.floors != load_model(ROOT / "models" / "paper").info.doubt.floors
    assert f"refuses **{doubt.lost:.1%}**" in (trained.model.folder / "README.md").read_text()


def test_a_folder_of_an_earlier_version_has_no_floors_and_opens(trained):
    path = trained.model.folder / "model.json"
    values = json.loads(path.read_text())
    del values["doubt"]
    path.write_text(json.dumps(values))

    assert load_model(trained.model.folder).info.doubt is None


def test_saving_again_replaces_the_model(trained):
    info = trained.model.info
    with torch.no_grad():
        trained.model.network.output.bias += 1

    again = save_model(trained.model.network, info, trained.model.folder)

    assert torch.equal(again.network.output.bias, trained.model.network.output.bias)
    assert list_models([trained.model.folder.parent]) == [trained.model.folder]


def test_a_folder_with_other_files_is_not_overwritten(trained, tmp_path):
    precious = tmp_path / "thesis"
    precious.mkdir()
    (precious / "chapter1.tex").write_text("...")

    with pytest.raises(ModelError, match="holds other files: name another one"):
        save_model(trained.model.network, trained.model.info, precious)

    assert (precious / "chapter1.tex").exists()


def edit_json(folder, **changes):
    path = folder / "model.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), **changes}))


def cut_weights(folder):
    path = folder / "weights.safetensors"
    path.write_bytes(path.read_bytes()[:-100])


def change_shape(folder):
    path = folder / "weights.safetensors"
    tensors = load_file(path)
    save_file({**tensors, "hidden2.bias": torch.zeros(3)}, path)


def widen_type(folder):
    path = folder / "weights.safetensors"
    save_file({name: tensor.double() for name, tensor in load_file(path).items()}, path)


DAMAGES = {
    "absent folder": (shutil.rmtree, "must be a model folder, but its model.json cannot be read"),
    "no weights": (
        lambda f: (f / "weights.safetensors").unlink(),
        "must hold the weights, but cannot be read",
    ),
    "cut weights": (cut_weights, "must hold the weights, but cannot be read"),
    "broken JSON": (lambda f: (f / "model.json").write_text("{"), "must be JSON, but is damaged"),
    "JSON of something else": (lambda f: (f / "model.json").write_text("[1]"), "must name its schema"),
    "newer schema": (lambda f: edit_json(f, schema=99), "has schema 99, but this version reads up to 1"),
    "missing part": (lambda f: edit_json(f, data={}), "lacks or garbles"),
    "wrong width": (change_shape, r"needs hidden2.bias of shape \(6,\), but has \(3,\)"),
    "wrong type": (widen_type, "must hold float32 tensors"),
    "impossible width": (
        lambda f: edit_json(f, candidate={"lr": 1, "hidden1": 0, "hidden2": 1, "activation": "relu"}),
        "hidden1 must be a whole number",
    ),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_folder_is_refused_with_one_sentence(trained, damage):
    harm, sentence = DAMAGES[damage]
    harm(trained.model.folder)

    with pytest.raises(ModelError, match=sentence) as caught:
        load_model(trained.model.folder)

    assert "\n" not in str(caught.value)


def test_a_model_is_found_by_name_or_refused_with_the_names_there_are(trained):
    root = trained.model.folder.parent

    assert find_model("small", [root]) == trained.model.folder
    with pytest.raises(ModelError, match="There is no model 'large': choose one of small"):
        find_model("large", [root])


def test_the_shipped_paper_model_is_the_papers_winner_and_reads_97_percent():
    model = load_model(ROOT / "models" / "paper")

    assert model.info.candidate == PAPER_WINNER
    assert model.info.recipe == Recipe()
    assert model.network.n_parameters == 77_938
    assert model.info.test.n == 10_000
    assert model.info.test.accuracy >= 0.97
    assert model.info.command in (model.folder / "README.md").read_text()


def test_the_shipped_paper_model_reads_97_percent_of_the_real_held_out_images(real_data):
    from mnist_core.data.layouts import read_dataset

    dataset = read_dataset(real_data / "MNIST.mat")
    model = load_model(ROOT / "models" / "paper")
    part = split_dataset(dataset, seed=0).test

    measured = evaluate(model.network, dataset.images[part], dataset.labels[part])

    assert dataset.fingerprint == model.info.data.fingerprint
    assert measured.accuracy == pytest.approx(model.info.test.accuracy, abs=5e-4)
    assert measured.accuracy >= 0.97


def test_the_command_on_a_card_names_all_that_the_recipe_changes(dataset, tmp_path):
    candidate = Candidate(0.00123456789, 10, 6, Activation.RELU)
    recipe = Recipe(
        max_epochs=1,
        patience=9,
        batch_size=50,
        seed=2,
        weight_decay=1e-5,
        input_dropout=0.2,
        input_noise=0.05,
        optimizer="nesterov",
        momentum=0.9,
        keep="best",
    )
    split = split_dataset(dataset, seed=2)

    trained = train_model(dataset, split, None, candidate, recipe, tmp_path / "small")

    words = shlex.split(trained.model.info.command)[3:]
    arguments = make_parser(["train"]).parse_args(words)
    for name in RECIPE_SETTINGS:
        assert getattr(arguments, name) == getattr(recipe, name)
    assert arguments.seed == recipe.seed
    assert arguments.lr == candidate.lr
    card = (tmp_path / "small" / "README.md").read_text()
    assert "trained with Nesterov's gradient descent" in card
    assert "weight decay 1e-05, input dropout 0.2, input noise 0.05, momentum 0.9, seed 2" in card
    assert "the most that were allowed; the weights are those of epoch 1, the best" in card
    assert load_model(tmp_path / "small").info.recipe == recipe


def test_the_command_of_a_network_of_another_seed_shuffles_as_it_was_shuffled(dataset, tmp_path):
    candidate = Candidate(0.01, 10, 6, Activation.RELU)
    split, recipe = split_dataset(dataset, seed=0), Recipe(max_epochs=1, seed=3)

    trained = train_model(dataset, split, None, candidate, recipe, tmp_path / "small")

    assert "--seed 3 --split-seed 0" in trained.model.info.command


def test_the_command_of_a_model_says_what_of_its_data_was_overruled(dataset, tmp_path):
    choices = Choices(labels="y", axes="pixels n", test_labels="t")
    chosen = replace(dataset, origin=replace(dataset.origin, choices=choices))
    candidate = Candidate(0.01, 10, 6, Activation.RELU)
    command = write_command(chosen, candidate, Recipe(), None, tmp_path / "m")
    assert "train small.mat --labels y --axes 'pixels n' --test-labels t --hidden 10 6" in command
    assert read_choices(make_parser().parse_args(shlex.split(command)[3:])) == choices
