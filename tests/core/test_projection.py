"""Layers as clouds of points: what is shown, where, and how far to trust it."""

import csv
import json
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from commands import call, call_json
from digits import ROOT, make_digits, write_mat
from trained import make_dataset, make_model

from mnist_core.data.dataset import split_dataset
from mnist_core.ground.errors import DataError
from mnist_core.insight.evaluation import read_activations
from mnist_core.insight.projection.apart import map_apart
from mnist_core.insight.projection.flatten import Method, flatten_stages, place_one, turn_towards
from mnist_core.insight.projection.layer_map import map_layers, probe_layers
from mnist_core.insight.projection.map_images import choose_sample, read_stages
from mnist_core.insight.projection.measure import measure_trust, probe_stage
from mnist_core.insight.projection.trace import trace_image
from mnist_core.network.models import load_model

STAGES = ("input", "hidden1", "hidden2", "output")


@pytest.fixture(scope="module")
def dataset():
    return make_dataset(1500)


@pytest.fixture(scope="module")
def model(tmp_path_factory, dataset):
    return make_model(tmp_path_factory.mktemp("models") / "small", dataset)


@pytest.fixture(scope="module")
def sample(model, dataset):
    return choose_sample(model, dataset, 100)


def make_blobs(n=90, features=6):
    rng = np.random.default_rng(0)
    labels = np.arange(n) % 3
    middles = 8 * rng.normal(size=(3, features))
    return (middles[labels] + rng.normal(size=(n, features))).astype(np.float32), labels


def test_images_are_drawn_from_those_that_training_held_out_and_the_probes_from_others(
    model, dataset, sample
):
    held_out = split_dataset(dataset).test

    assert len(sample.labels) == len(sample.other_labels) == 100
    assert np.isin(sample.places, held_out).all()
    shown = {image.tobytes() for image in sample.images}
    assert not any(image.tobytes() in shown for image in sample.others)
    assert np.array_equal(sample.labels, dataset.labels[sample.places])
    again = choose_sample(model, dataset, 100)
    assert np.array_equal(again.places, sample.places)
    assert not np.array_equal(choose_sample(model, dataset, 100, seed=1).places, sample.places)


@pytest.mark.parametrize("n", [49, 5001])
def test_a_map_of_too_few_or_too_many_points_is_refused(model, dataset, n):
    with pytest.raises(DataError, match="needs 50 to 5,000 points"):
        choose_sample(model, dataset, n)


def test_a_data_set_with_too_few_held_out_images_is_refused(tmp_path):
    small = make_dataset(300)

    with pytest.raises(DataError, match="at least 100 images"):
        choose_sample(make_model(tmp_path / "m", small, n_steps=1), small)


def test_stages_are_pixels_activations_and_logits(model, sample):
    values = read_stages(model.network, sample.images)

    assert tuple(values) == STAGES
    assert np.array_equal(values["input"], sample.images.reshape(100, -1))
    few = sample.images[:5]
    assert values["hidden2"][:5] == pytest.approx(read_activations(model.network, "hidden2", few), abs=1e-5)
    assert np.array_equal(values["output"].argmax(axis=1), sample.guesses)


def test_pca_keeps_what_varies_most_and_places_one_more_image_exactly():
    values, _ = make_blobs()
    flat = flatten_stages({"input": values}, Method.PCA)["input"]

    centred = values - values.mean(axis=0)
    _, strengths, _ = np.linalg.svd(centred)
    kept = np.linalg.svd(flat.points - flat.points.mean(axis=0))[1]
    assert kept / kept[0] == pytest.approx(strengths[:2] / strengths[0], rel=1e-3)
    assert place_one(flat, values, values[7]) == pytest.approx(flat.points[7], abs=1e-4)
    assert np.square(flat.points).mean() == pytest.approx(1.0, rel=1e-4)


def test_a_cloud_is_turned_and_mirrored_towards_the_one_before_and_keeps_its_distances():
    values, _ = make_blobs()
    flat = flatten_stages({"input": values}, Method.PCA)["input"]
    mirrored = flat.points[:, ::-1] * np.array([1, -1], dtype=np.float32)

    turned = turn_towards(replace(flat, points=mirrored), flat.points)

    assert turned.points == pytest.approx(flat.points, abs=1e-4)
    moved = turn_towards(flat, mirrored)
    assert place_one(moved, values, values[3]) == pytest.approx(moved.points[3], abs=1e-4)


def test_layers_lie_alike_so_that_clouds_do_not_flip_between_them(model, sample):
    flats = flatten_stages(read_stages(model.network, sample.images), Method.PCA)

    for before, after in pairwise(STAGES):
        one, other = flats[before].points, flats[after].points
        for mirror in ([1, -1], [-1, 1], [-1, -1]):
            assert np.square(one - other).sum() <= np.square(one - other * np.array(mirror)).sum() + 1e-3


# Numba compiles UMAP for seconds.
@pytest.mark.parametrize("method", [Method.TSNE, pytest.param(Method.UMAP, marks=pytest.mark.slow)])
def test_classes_are_brought_together_in_the_same_way_each_time(method):
    values, labels = make_blobs(120)
    flat, again = (flatten_stages({"input": values}, method)["input"] for _ in range(2))

    assert np.array_equal(flat.points, again.points)
    middles = np.stack([flat.points[labels == label].mean(axis=0) for label in range(3)])
    nearest = np.linalg.norm(flat.points[:, None] - middles, axis=2).argmin(axis=1)
    assert np.array_equal(nearest, labels)
    assert np.linalg.norm(place_one(flat, values, values[4]) - flat.points[4]) < 0.01


def test_t_sne_of_few_images_is_refused():
    values, _ = make_blobs(90)

    with pytest.raises(DataError, match="more than 90 images"):
        flatten_stages({"input": values}, Method.TSNE)


@pytest.mark.slow
def test_a_map_that_is_made_in_a_process_of_its_own_is_as_true(model, sample):
    here = map_layers(model, sample, Method.TSNE)
    apart = map_apart(model, sample, Method.TSNE)

    assert list(apart) == list(here)
    for stage, cloud in apart.items():
        assert np.array_equal(cloud.values, here[stage].values)
        assert cloud.flat.points.shape == here[stage].flat.points.shape
        # Not point by point: with other threads t-SNE begins at another turn of the same picture.
        assert cloud.trust == pytest.approx(here[stage].trust, abs=0.05)
        assert cloud.trust == pytest.approx(measure_trust(cloud.values, cloud.flat.points), abs=1e-6)


def test_a_process_that_can_make_no_map_says_why(model, dataset):
    few = choose_sample(model, dataset, 80)

    with pytest.raises(DataError, match="more than 90 images, but there are 80: take PCA"):
        map_apart(model, few, Method.TSNE)


def test_trust_is_high_for_a_faithful_picture_and_about_half_for_points_thrown_at_random():
    rng = np.random.default_rng(0)
    values = rng.normal(size=(300, 2)).astype(np.float32)

    assert measure_trust(values, values) == 1.0
    assert measure_trust(values, rng.normal(size=(300, 2)).astype(np.float32)) == pytest.approx(0.5, abs=0.05)


def test_a_probe_reads_what_a_plane_tells_apart_and_nothing_of_noise():
    values, labels = make_blobs(200)
    noise = np.random.default_rng(1).normal(size=values.shape).astype(np.float32)

    told = probe_stage(values[:100], labels[:100], values[100:], labels[100:])
    untold = probe_stage(noise[:100], labels[:100], noise[100:], labels[100:])

    assert told.accuracy == 1.0
    assert told.interval[0] > 0.95
    assert untold.accuracy < 0.5


def test_in_the_paper_network_classes_come_apart_from_layer_to_layer(sample):
    from mnist_core.data.layouts import read_dataset
    from mnist_core.data.sample import SAMPLE_PATH

    paper = load_model(ROOT / "models" / "paper")
    chosen = choose_sample(paper, read_dataset(SAMPLE_PATH), 400)
    accuracies = {stage: one.accuracy for stage, one in probe_layers(paper, chosen).items()}

    assert accuracies["input"] < accuracies["hidden1"] < accuracies["hidden2"]
    clouds = map_layers(paper, chosen, Method.PCA)
    assert clouds["output"].trust > clouds["input"].trust


def test_a_trace_holds_the_greatest_terms_of_the_guess_and_of_the_units_that_speak_for_it(model, sample):
    image = sample.images[3]
    trace = trace_image(model.network, image, n=3, n_sources=2)

    stages = {stage: values[0] for stage, values in read_stages(model.network, image[None]).items()}
    terms = model.network.output.weight.detach().numpy()[trace.guess] * stages["hidden2"]
    assert trace.guess == stages["output"].argmax()
    assert [link.source for link in trace.links["hidden2"]] == np.argsort(-terms)[:3].tolist()
    assert [link.share for link in trace.links["hidden2"]] == pytest.approx(
        np.sort(terms)[::-1][:3], abs=1e-5
    )
    for link in trace.links["hidden1"]:
        weight = model.network.hidden2.weight[link.target, link.source].item()
        side = np.sign(stages["hidden2"][link.target])
        assert link.share == pytest.approx(side * weight * stages["hidden1"][link.source], abs=1e-5)
        assert link.share > 0
    assert set(trace.activations["hidden1"]) == {link.source for link in trace.links["hidden1"]}


def test_the_command_maps_a_model_and_writes_where_each_image_lies(tmp_path):
    mat = write_mat(tmp_path / "small.mat", *make_digits(1500))
    model = make_model(tmp_path / "small", make_dataset(1500))
    words = ["map", model.folder, mat, "--points", 60]

    found = call_json(tmp_path, *words, "--csv", tmp_path / "points.csv")

    assert list(found["layers"]) == list(STAGES)
    assert found["layers"]["hidden1"]["features"] == 12
    assert found["n"] == found["n_probe"] == 60
    with (tmp_path / "points.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 4 * 60
    assert {row["layer"] for row in rows} == set(STAGES)
    assert json.dumps(found)
    assert "The network itself reads" in call(tmp_path, *words).stdout
