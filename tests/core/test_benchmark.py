"""Comparable figures: what they are named, their intervals, and that each opening is noted."""

import json
from dataclasses import replace
from hashlib import md5

import numpy as np
import pytest
from commands import call, call_json
from matfiles import write_idx
from mirrors import find_dead_address
from pen_digits import PEN_DIGITS
from trained import make_dataset, make_model

from mnist_core.cli import benchmark
from mnist_core.data.official import is_official_test
from mnist_core.ground.errors import ModelError
from mnist_core.insight.evaluation import wilson_interval
from mnist_core.insight.evaluation.people import people_interval
from mnist_core.insight.reading.comparable import (
    count_openings,
    measure_disturbed,
    measure_images,
    measure_strokes,
    record_openings,
)
from mnist_core.network.models import load_model
from mnist_core.network.models.info import PenFacts, WriterFacts
from mnist_core.pens import Drawing


@pytest.fixture
def dataset():
    return make_dataset()


@pytest.fixture
def model(tmp_path, dataset):
    return make_model(tmp_path / "models" / "small", dataset, n_steps=3)


def make_drawings(writers=(1, 2, 3)):
    return [
        Drawing([[(x + 0.01 * writer, y) for x, y in line] for line in lines], digit, writer)
        for writer in writers
        for digit, lines in PEN_DIGITS.items()
    ]


def test_the_official_test_is_told_by_its_content_and_its_order(tmp_path):
    few = make_dataset(100)
    images, labels = np.tile(few.images, (100, 1, 1)), np.tile(few.labels, 100)
    pixels = write_idx(tmp_path / "pixels", np.round(images * 255))
    hashes = tuple(
        md5(path.read_bytes()).hexdigest() for path in (pixels, write_idx(tmp_path / "of", labels))
    )
    whole = replace(few, images=images, known_labels=labels)

    assert is_official_test(whole, hashes)
    assert not is_official_test(whole)
    assert not is_official_test(replace(whole, images=images[::-1], known_labels=labels[::-1]), hashes)
    assert not is_official_test(replace(whole, known_labels=np.roll(labels, 1)), hashes)
    assert not is_official_test(few, hashes)


def test_images_are_measured_without_those_that_trained_the_model_and_named_for_what_they_are(model, dataset):
    found = measure_images(model, dataset, "A file")

    assert found.name == "images of digits-0.mat"
    assert (found.n, found.data, found.over) == (50, dataset.fingerprint, "images")
    assert found.accuracy == model.info.test.accuracy
    assert (found.low, found.high) == wilson_interval(round(found.accuracy * 50), 50)


def test_strokes_of_several_people_have_an_interval_over_them(model):
    drawings = make_drawings()

    found = measure_strokes(model, drawings, "strokes", "A file")
    alone = measure_strokes(model, [replace(one, writer=None) for one in drawings], "strokes", "A file")

    assert (found.n, found.over, alone.over) == (30, "writers", "drawings")
    assert (alone.low, alone.high) == wilson_interval(round(alone.accuracy * 30), 30)
    rights = [
        round(10 * measure_strokes(model, make_drawings([writer]), "strokes", "").accuracy)
        for writer in (1, 2, 3)
    ]
    assert found.accuracy == pytest.approx(sum(rights) / 30)
    assert (found.low, found.high) == people_interval(rights, [10] * 3)
    assert found.data != measure_strokes(model, drawings[:-1], "strokes", "").data


def test_a_way_to_disturb_is_the_mean_over_its_levels_and_its_interval_is_over_images(model, dataset):
    usual, shifted = measure_disturbed(model, dataset, "A file", ["shift"])

    assert usual == replace(measure_images(model, dataset, "A file"), opened=usual.opened)
    assert shifted.name == "digits-0.mat, disturbed by shift"
    assert shifted.low < shifted.accuracy < shifted.high
    assert shifted.accuracy < usual.accuracy
    # At most that of a share of 0 or 1 an image, at least that of six levels as six images.
    assert 0.5 / np.sqrt(50 * 6) < shifted.high - shifted.low < 4 * 0.51 / np.sqrt(50)


def test_each_opening_is_noted_and_a_second_one_is_seen_as_second(model, dataset):
    first = measure_images(model, dataset, "A file")
    assert count_openings(model, first) == 1

    noted = record_openings(model, [first])
    second = measure_images(noted, dataset, "A file")
    assert count_openings(noted, second) == 2
    record_openings(noted, [second])

    again = load_model(model.folder)
    assert again.info.openings == (first, second)
    assert again.info == replace(model.info, openings=(first, second))
    for name, weights in model.network.state_dict().items():
        assert (again.network.state_dict()[name] == weights).all()
    card = (model.folder / "README.md").read_text(encoding="utf-8")
    assert f"| `small`: images of digits-0.mat | 50 | {first.accuracy:.2%}" in card
    assert f"2 times, {first.opened[:10]} to {second.opened[:10]} | `{dataset.fingerprint}` |" in card


def test_a_card_that_cannot_be_written_ends_in_a_sentence(model, dataset):
    gone = replace(model, folder=model.folder / "model.json" / "below")

    with pytest.raises(ModelError):
        record_openings(gone, [measure_images(model, dataset, "A file")])


@pytest.fixture
def small_work(monkeypatch):
    """No disturbance, and no mirror that answers."""
    monkeypatch.setattr(benchmark, "measure_disturbed", lambda *asked: measure_disturbed(*asked, []))
    dead = replace(benchmark.MNIST_TEST, mirrors=(find_dead_address(),))
    monkeypatch.setattr(benchmark, "MNIST_TEST", dead)


def test_the_command_measures_what_is_at_hand_and_says_what_is_not(model, tmp_path, small_work):
    strokes = tmp_path / "people.json"
    drawings = [{"strokes": one.strokes, "label": one.label, "writer": one.writer} for one in make_drawings()]
    strokes.write_text(json.dumps(drawings))

    said = call(tmp_path, "benchmark", model.folder, "--strokes", strokes, "--json")

    told = json.loads(said.stdout)
    assert [one["name"] for one in told] == ["strokes of people", "images of MNIST sample"]
    assert {"name", "n", "accuracy", "low", "high", "source"} <= set(told[0])
    assert all(one["low"] <= one["accuracy"] <= one["high"] and one["n_opened"] == 1 for one in told)
    assert "MNIST's official test is left out" in said.stderr
    again = call(tmp_path, "benchmark", model.folder, "--strokes", strokes).stdout
    assert again.count("opened 2 times") == 2


def test_a_model_that_has_learned_from_the_labs_pens_shows_its_card_for_them(model, tmp_path, small_work):
    pens = PenFacts(3, (0.5, 0.75), (WriterFacts(1, 10, 6), WriterFacts(2, 10, 7)))
    info = replace(model.info, recipe_name="robust", pens=pens)
    learned = record_openings(replace(model, info=info), [])

    told = call_json(tmp_path, "benchmark", learned.folder)

    (of_pens,) = [one for one in told if "pens" in one["name"]]
    assert (of_pens["n"], of_pens["accuracy"], of_pens["low"], of_pens["high"]) == (20, 0.65, 0.5, 0.75)
    assert "cross-validation" in of_pens["source"]
    assert "n_opened" not in of_pens


def test_files_of_the_test_that_cannot_be_read_are_refused(model, tmp_path):
    assert "nothing.mat" in call(tmp_path, "benchmark", model.folder, "--test", "nothing.mat", code=2).stderr
