"""Operating on a network: each step against plain NumPy and torch, curves, and the model that is saved."""

import json
from dataclasses import replace

import numpy as np
import pytest
import torch
from commands import call, call_json
from trained import make_dataset, make_model

from mnist_core.ground.errors import ModelError
from mnist_core.insight.evaluation import evaluate, predict
from mnist_core.insight.fields.probe import choose_probe
from mnist_core.insight.operate.bench import Bench
from mnist_core.insight.operate.curve import CurvePoint, count_needed, find_curve
from mnist_core.insight.operate.operated_model import keep_operated
from mnist_core.insight.operate.operations import Prune, Round, Scale, Swap, SwitchOff, SwitchOn, apply_all
from mnist_core.insight.operate.orders import Order, rank_by_loss, rank_stepwise
from mnist_core.insight.operate.plain_weights import Weights
from mnist_core.insight.operate.written_steps import parse_operation
from mnist_core.network.architecture import MLP
from mnist_core.network.candidate import Activation
from mnist_core.network.models import load_model, save_model
from mnist_core.network.models.info import PenFacts, WriterFacts

STEPS = (
    SwitchOff("hidden1", (3, 7)),
    SwitchOn("hidden2", (0,)),
    Scale("hidden2", 4, -0.5),
    Swap("hidden1", 0, 11),
    Prune("hidden2", 5, Order.MAGNITUDE),
    Round(4),
)


@pytest.fixture(scope="module")
def model(dataset, tmp_path_factory):
    return make_model(tmp_path_factory.mktemp("models") / "small", dataset, n_steps=6)


@pytest.fixture(scope="module")
def bench(model, dataset):
    return open_bench(model, dataset)


def open_bench(model, dataset):
    return Bench(model.network, choose_probe(model.info.data, dataset))


def logits_of(bench, *steps):
    weights = apply_all(steps, bench).settle()
    columns = bench.test.images.reshape(bench.n, -1)
    return weights.finish(np.asarray(torch_activate(weights, weights.first_sums(columns))))


def torch_activate(weights, sums):
    function = {"tanh": torch.tanh, "relu": torch.relu, "sigmoid": torch.sigmoid}[weights.activation.value]
    return function(torch.from_numpy(sums)).numpy()


@pytest.mark.parametrize("activation", list(Activation))
def test_before_anything_is_done_the_bench_reads_what_the_network_reads(tmp_path, dataset, activation):
    made = make_model(tmp_path / "other", dataset, activation, n_steps=4)
    bench = open_bench(made, dataset)

    expected = evaluate(made.network, bench.test.images, bench.test.labels)

    np.testing.assert_allclose(bench.before.probabilities, expected.probabilities, atol=1e-5)
    np.testing.assert_array_equal(bench.before.confusion, expected.confusion)


def test_a_unit_that_is_off_passes_on_its_mean_over_other_images(bench, model, dataset):
    probe = choose_probe(model.info.data, dataset)
    network, unit = model.network, 3

    def run(images, held=None):
        hidden = torch.tanh(network.hidden1(torch.tensor(images).flatten(1)))
        if held is not None:
            hidden[:, unit] = held
        return hidden, network.output(torch.tanh(network.hidden2(hidden)))

    with torch.no_grad():
        mean = run(probe.fit.images)[0][:, unit].mean()
        expected = run(bench.test.images, held=mean)[1]

    np.testing.assert_allclose(logits_of(bench, SwitchOff("hidden1", (unit,))), expected, atol=1e-4)


def test_a_unit_that_is_switched_on_again_leaves_no_trace(bench):
    again = apply_all([SwitchOff("hidden1", (3, 7)), SwitchOn("hidden1", (7, 3))], bench)

    np.testing.assert_array_equal(bench.read(again).probabilities, bench.before.probabilities)


def test_the_order_in_which_units_are_switched_off_and_scaled_does_not_matter(bench):
    steps = [SwitchOff("hidden1", (2,)), SwitchOff("hidden2", (5,)), Scale("hidden1", 2, 3.0)]

    np.testing.assert_allclose(logits_of(bench, *steps), logits_of(bench, *steps[::-1]), atol=1e-5)


def test_scaling_multiplies_what_a_unit_passes_on(bench):
    scaled = apply_all([Scale("hidden2", 4, 0.5)], bench)

    expected = bench.original.matrices[2].copy()
    expected[:, 4] *= 0.5
    np.testing.assert_array_equal(scaled.matrices[2], expected)
    assert scaled.matrices[1] is bench.original.matrices[1]


def test_swapping_the_outgoing_weights_twice_changes_nothing_and_once_does(bench):
    once = apply_all([Swap("hidden1", 1, 2)], bench)
    twice = apply_all([Swap("hidden1", 1, 2)] * 2, bench)

    assert not np.allclose(bench.read(once).probabilities, bench.before.probabilities, atol=1e-3)
    np.testing.assert_array_equal(twice.matrices[1], bench.original.matrices[1])


def test_units_whose_both_sides_are_swapped_read_as_before(bench):
    swapped = apply_all([Swap("hidden2", 1, 2)], bench)
    order = [0, 2, 1, 3, 4, 5, 6, 7]
    matrices = (swapped.matrices[0], swapped.matrices[1][order], swapped.matrices[2])
    both = type(swapped)(
        swapped.activation,
        matrices,
        (swapped.biases[0], swapped.biases[1][order], swapped.biases[2]),
        swapped.held,
    )

    np.testing.assert_allclose(bench.read(both).probabilities, bench.before.probabilities, atol=1e-6)


@pytest.mark.parametrize("bits", [2, 3, 4, 8])
def test_rounded_weights_are_multiples_of_one_step_within_half_of_it(bench, bits):
    rounded = apply_all([Round(bits)], bench)

    for before, after in zip(bench.original.matrices, rounded.matrices, strict=True):
        step = np.abs(before).max() / (2 ** (bits - 1) - 1)
        np.testing.assert_allclose(after / step, np.round(after / step), atol=1e-3)
        assert np.abs(before - after).max() <= step / 2 * 1.001
        assert len(np.unique(np.round(after / step))) <= 2**bits - 1
    np.testing.assert_array_equal(rounded.biases[0], bench.original.biases[0])


def test_pruning_keeps_the_best_of_the_units_that_are_on(bench):
    best = int(bench.rank("hidden1", Order.MAGNITUDE)[0])

    pruned = apply_all([SwitchOff("hidden1", (best,)), Prune("hidden1", 4, Order.MAGNITUDE)], bench)

    kept = set(np.flatnonzero(pruned.is_on("hidden1")))
    assert kept == set(bench.rank("hidden1", Order.MAGNITUDE)[1:5])


def test_importance_ranks_first_the_unit_without_which_the_loss_is_highest(bench, model, dataset):
    fit = choose_probe(model.info.data, dataset).fit
    losses = [
        -np.log(
            bench.read_images(apply_all([SwitchOff("hidden2", (unit,))], bench), fit.images)[
                np.arange(len(fit.labels)), fit.labels
            ]
        ).mean()
        for unit in range(8)
    ]

    assert bench.rank("hidden2", Order.IMPORTANCE)[0] == np.argmax(losses)


@pytest.mark.parametrize("steps", [STEPS, STEPS[:1], STEPS[4:], (Round(2),)])
def test_the_network_of_the_result_reads_what_the_bench_said(bench, steps):
    weights = apply_all(steps, bench)

    found = predict(weights.to_network(), bench.test.images)

    np.testing.assert_allclose(found, bench.read(weights).probabilities, atol=1e-5)


def test_a_layer_without_any_unit_left_keeps_one_that_says_nothing(bench):
    network = apply_all([SwitchOff("hidden2", tuple(range(8)))], bench).to_network()

    assert network.hidden2.out_features == 1
    assert np.ptp(predict(network, bench.test.images), axis=0).max() < 1e-6


def test_what_is_computed_last_for_other_incoming_weights_is_not_taken_for_others(bench):
    few, many = (apply_all([Round(bits)], bench) for bits in (2, 8))

    first, other, again = (bench.read(weights).probabilities for weights in (few, many, few))

    np.testing.assert_array_equal(first, again)
    assert not np.array_equal(first, other)


@pytest.mark.parametrize("step", STEPS, ids=lambda step: step.name)
def test_a_step_is_read_again_from_its_words(step):
    assert parse_operation(step.name, step.text) == step


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("off", "hidden4:1"),
        ("off", "hidden1"),
        ("off", "hidden1:x"),
        ("scale", "hidden1:1"),
        ("scale", "hidden1:1=nan"),
        ("scale", "hidden1:1,2=3"),
        ("swap", "hidden1:1"),
        ("prune", "hidden1=4:beauty"),
        ("bits", "four"),
        ("paint", "hidden1:1"),
    ],
)
def test_words_that_are_no_step_are_refused_with_an_example(name, text):
    with pytest.raises(ModelError, match=r"as |must be one of off"):
        parse_operation(name, text)


@pytest.mark.parametrize(
    "step",
    [
        SwitchOff("hidden1", (12,)),
        Scale("hidden2", 8, 1.0),
        Prune("hidden1", 0),
        Prune("hidden1", 13),
        Round(1),
    ],
)
def test_a_step_beyond_the_network_is_refused(bench, step):
    with pytest.raises(ModelError, match=r"choose|keep 1 to"):
        apply_all([step], bench)


@pytest.mark.parametrize("layer", ["hidden1", "hidden2"])
def test_stepwise_takes_out_first_what_importance_takes_out_first(bench, layer):
    stepwise, importance = (bench.rank(layer, order) for order in (Order.STEPWISE, Order.IMPORTANCE))

    assert stepwise[-1] == importance[-1]
    assert sorted(stepwise) == list(range(len(importance)))


def test_stepwise_keeps_one_of_two_twins_longer_than_importance_does():
    # two units tell 0 from 1, both the same; a third knows the rare 2
    labels = np.repeat(np.arange(3), (95, 95, 10)).astype(np.int64)
    first = np.eye(3, dtype=np.float32)[labels] @ np.array([[1, 0], [-1, 0], [0, 1]], dtype=np.float32)
    matrices = (
        np.zeros((2, 4), dtype=np.float32),
        np.array([[3, 0], [3, 0], [0, 3]], dtype=np.float32),
        np.array([[4, 4, 0], [-4, -4, 0], [0, 0, 8]], dtype=np.float32),
    )
    biases = (np.zeros(2, np.float32), np.zeros(3, np.float32), np.array([0, 0, -2], np.float32))
    on = (np.full(2, np.nan, np.float32), np.full(3, np.nan, np.float32))
    weights = Weights(Activation.TANH, matrices, biases, on)
    means = weights.carry(first, "hidden1", "hidden2").mean(axis=0)

    importance = rank_by_loss(weights, "hidden2", means, first, labels)
    stepwise = rank_stepwise(weights, "hidden2", means, first, labels)

    assert importance[0] == 2
    assert stepwise[1] == 2


def test_wide_layers_are_ranked_stepwise_by_several_at_once(dataset, model):
    torch.manual_seed(0)
    wide = Bench(MLP(200, 8, Activation.RELU).eval(), choose_probe(model.info.data, dataset))

    assert sorted(wide.rank("hidden1", Order.STEPWISE)) == list(range(200))


def test_a_curve_begins_with_no_unit_and_ends_with_what_the_whole_network_reads(bench):
    points = find_curve(bench, "hidden2")

    for order in Order:
        curve = [point for point in points if point.order == order]
        assert [point.kept for point in curve] == list(range(9))
        assert curve[-1].accuracy == pytest.approx(bench.before.accuracy)
        assert all(point.accuracy_from < point.accuracy + 1e-9 for point in curve)
        assert all(point.accuracy < point.accuracy_to + 1e-9 for point in curve)
    last = [point for point in points if point.order == Order.RANDOM][-1]
    assert last.accuracy_from == last.accuracy_to


def test_the_units_needed_are_those_from_which_on_no_point_is_lost():
    shares = {0: 0.1, 1: 0.965, 2: 0.8, 3: 0.962, 4: 0.97}
    points = [CurvePoint("hidden1", "random", kept, share, share, share) for kept, share in shares.items()]

    assert count_needed(points, Order.RANDOM) == 3


def test_a_saved_result_is_a_smaller_model_with_its_history(bench, model, tmp_path):
    steps = [Prune("hidden1", 5), SwitchOff("hidden2", (1,)), Round(8)]

    saved = keep_operated(model, steps, bench, tmp_path / "less", "digits.mat")

    again = load_model(saved.folder)
    assert (again.info.candidate.hidden1, again.info.candidate.hidden2) == (5, 7)
    assert again.network.hidden1.weight.shape == (5, 784)
    assert again.info.test.accuracy == bench.read(apply_all(steps, bench)).accuracy
    (change,) = again.info.changes
    assert (change.made_from, change.unchanged_units) == ("small", (12, 8))
    assert change.steps == ("--prune hidden1=5:importance", "--off hidden2:1", "--bits 8")
    assert again.info.command == (
        "python -m mnist_core operate small --data digits.mat --prune hidden1=5:importance --off hidden2:1 "
        "--bits 8 --out models/less"
    )
    card = (saved.folder / "README.md").read_text()
    assert "To `small`, a 12-8 network, was done: `--prune hidden1=5:importance`" in card
    assert f"before the last changes it read {bench.before.accuracy:.2%}" in card


def test_a_result_that_is_operated_on_again_keeps_both_histories(bench, model, dataset, tmp_path):
    once = keep_operated(model, [Prune("hidden1", 5)], bench, tmp_path / "once")

    twice = keep_operated(once, [Round(6)], open_bench(once, dataset), tmp_path / "twice")

    assert [change.made_from for change in twice.info.changes] == ["small", "once"]


def test_what_belongs_to_the_parent_is_said_as_the_parents(bench, dataset, tmp_path):
    pens = PenFacts(3, (0.5, 0.9), (WriterFacts(1, 4, 3), WriterFacts(2, 6, 6)))
    info = replace(make_model(tmp_path / "one", dataset).info, pens=pens, temperature=1.5)
    parent = save_model(apply_all([], bench).to_network(), info, tmp_path / "taught")

    once = keep_operated(parent, [Prune("hidden1", 5)], bench, tmp_path / "once")
    twice = keep_operated(once, [Round(6)], open_bench(once, dataset), tmp_path / "twice")

    assert parent.info.trained_as == ""
    assert (once.info.trained_as, twice.info.trained_as) == ("taught", "taught")
    for saved in (once, twice):
        card = (saved.folder / "README.md").read_text()
        before, after = card.split("What follows is of `taught`, as it was trained:")
        assert "pen" not in before
        assert "`taught` reads **90.00%** of 10 digits" in after
        assert "The network in this folder" not in card
        assert "made from `taught`, which was trained with Adam" in card
    assert "It reads **90.00%** of 10 digits" in (parent.folder / "README.md").read_text()


def test_of_a_changed_model_of_an_earlier_version_the_first_parent_is_the_one_that_was_trained(
    bench, model, dataset, tmp_path
):
    once = keep_operated(model, [Prune("hidden1", 5)], bench, tmp_path / "once")
    twice = keep_operated(once, [Round(6)], open_bench(once, dataset), tmp_path / "twice")
    values = json.loads((twice.folder / "model.json").read_text())
    del values["trained_as"]
    (twice.folder / "model.json").write_text(json.dumps(values))

    assert load_model(twice.folder).info.trained_as == "small"


def test_a_model_that_was_never_changed_says_nothing_of_changes(model):
    again = save_model(model.network, model.info, model.folder)

    assert again.info.changes == ()
    assert "changed after" not in (model.folder / "README.md").read_text()


def test_a_result_that_was_measured_on_images_that_may_have_been_seen_has_no_test_of_its_own(model, tmp_path):
    bench = open_bench(model, make_dataset(120, seed=4))

    saved = keep_operated(model, [Round(6)], bench, tmp_path / "less")

    assert not load_model(saved.folder).info.test.is_unseen
    words = "20 images of digits-4.mat that the model may have been trained on"
    assert saved.info.changes[0].measured_on == words
    assert "held-out images of digits-4" not in (saved.folder / "README.md").read_text()


def test_of_a_changed_model_of_an_earlier_version_it_is_not_known_what_it_was_measured_on(
    bench, model, tmp_path
):
    saved = keep_operated(model, [Round(6)], bench, tmp_path / "less")
    values = json.loads((saved.folder / "model.json").read_text())
    del values["test"]["is_unseen"]
    (saved.folder / "model.json").write_text(json.dumps(values))

    assert saved.info.test.is_unseen
    assert not load_model(saved.folder).info.test.is_unseen


def test_a_result_does_not_replace_the_model_that_it_is_made_from(bench, model):
    with pytest.raises(ModelError, match="choose another name"):
        keep_operated(model, [Round(4)], bench, model.folder)


def test_the_command_operates_measures_and_saves(tmp_path):
    words = ["operate", "paper", "--off", "hidden1:3", "--prune", "hidden1=40", "--order", "magnitude"]

    found = call_json(tmp_path, *words, "--bits", 6, "--out", tmp_path / "less")

    assert found["steps"] == ["--off hidden1:3", "--prune hidden1=40:magnitude", "--bits 6"]
    assert found["units_left"] == {"hidden1": 40, "hidden2": 24}
    assert found["difference"] == pytest.approx(found["after"]["accuracy"] - found["before"]["accuracy"])
    assert load_model(tmp_path / "less").info.test.accuracy == found["after"]["accuracy"]
    assert "points (95 %" in call(tmp_path, *words).stdout


def test_the_command_draws_the_curve_as_a_table(tmp_path, model, dataset):
    small = make_model(tmp_path / "small", dataset, n_steps=6)

    found = call_json(tmp_path, "operate", small.folder, "--curve", "--csv", tmp_path / "curve.csv")

    assert set(found["needed"]["hidden1"]) == {"importance", "stepwise", "magnitude", "random"}
    assert len((tmp_path / "curve.csv").read_text().splitlines()) == len(found["curve"]) + 1


@pytest.mark.parametrize("words", [[], ["--off", "hidden1:99"], ["--off", "hidden9:1"], ["--bits", "0"]])
def test_a_call_that_cannot_be_carried_out_is_refused_in_one_line(tmp_path, words):
    assert call(tmp_path, "operate", "paper", *words, code=2).stderr.count("\n") == 1
