"""How true probabilities are, against formulas, simulations and what is known of them."""

from itertools import pairwise

import numpy as np
import pytest
from digits import make_digits

from mnist_core.ground.errors import DataError
from mnist_core.insight.evaluation.calibration import N_BINS, measure_calibration, temper
from mnist_core.insight.evaluation.coverage import find_refusal, find_refusals, list_steps


def make_answers(n: int, seed: int, sharpness: float = 1.0) -> tuple[np.ndarray, np.ndarray]:
    """Make logits whose probabilities are true where the sharpness is 1, and too sure where it is more."""
    rng = np.random.default_rng(seed)
    logits = rng.normal(0, 3, (n, 10))
    chances = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    labels = (chances.cumsum(axis=1) < rng.random((n, 1))).sum(axis=1).clip(0, 9)
    return (sharpness * logits).astype(np.float32), labels.astype(np.int64)


def softmax(logits: np.ndarray) -> np.ndarray:
    powers = np.exp(logits.astype(np.float64))
    return powers / powers.sum(axis=1, keepdims=True)


def average_gaps(logits: np.ndarray, labels: np.ndarray) -> float:
    sure, is_right = softmax(logits).max(axis=1), logits.argmax(axis=1) == labels
    gaps = [
        abs(is_right[is_in].mean() - sure[is_in].mean()) * is_in.mean()
        for is_in in ((sure > low) & (sure <= high) for low, high in pairwise(np.linspace(0, 1, N_BINS + 1)))
        if is_in.any()
    ]
    return sum(gaps)


def test_the_error_is_the_mean_gap_of_the_bins_weighted_by_their_images():
    logits, labels = make_answers(3_000, 0, sharpness=2.0)

    found = measure_calibration(logits, labels)

    assert found.ece == pytest.approx(average_gaps(logits, labels))
    assert sum(one.n for one in found.bins) == found.n == 3_000
    assert found.accuracy == pytest.approx(np.mean(logits.argmax(axis=1) == labels))
    assert all(one.lower <= one.confidence <= one.upper for one in found.bins)
    assert all(one.accuracy_from <= one.accuracy <= one.accuracy_to for one in found.bins)


def test_the_interval_holds_the_error_of_endless_images_about_19_times_in_20():
    true_error = average_gaps(*make_answers(200_000, 99, sharpness=1.5))

    intervals = [measure_calibration(*make_answers(800, seed, sharpness=1.5)).interval for seed in range(20)]

    assert sum(low <= true_error <= high for low, high in intervals) >= 17


def test_the_interval_of_true_probabilities_reaches_0_and_their_error_is_mostly_no_more_than_chance():
    found = [measure_calibration(*make_answers(800, seed)) for seed in range(20)]

    assert sum(one.interval[0] == 0 for one in found) >= 17
    assert sum(one.ece <= one.by_chance for one in found) >= 17


def test_a_temperature_mends_probabilities_that_are_too_sure():
    logits, labels = make_answers(4_000, 1, sharpness=2.0)

    found = temper(logits, labels)

    assert found.temperature == pytest.approx(2.0, rel=0.06)
    assert found.temperatures == pytest.approx((2.0, 2.0), rel=0.1)
    assert found.before.interval[0] > found.before.by_chance
    assert found.after.ece < found.before.ece / 3
    assert found.after.surprise < found.before.surprise
    assert found.after.accuracy == found.before.accuracy


def test_temperatures_are_of_the_logits_also_where_the_model_has_one_of_its_own():
    logits, labels = make_answers(2_000, 3, sharpness=3.0)

    plain, own = temper(logits, labels), temper(logits / np.float32(1.5), labels, own=1.5)

    assert own.temperature == pytest.approx(plain.temperature, rel=1e-3)
    assert own.temperatures == pytest.approx(plain.temperatures, rel=1e-3)
    assert own.before.confidence < plain.before.confidence
    assert own.after.ece == pytest.approx(plain.after.ece, abs=1e-4)


def test_each_half_is_judged_at_the_temperature_of_the_other():
    logits, labels = make_answers(2_000, 2)
    is_first = np.random.default_rng(7).permutation(2_000) < 1_000
    logits[is_first] *= 3  # only the first half is too sure

    first, second = temper(logits, labels, seed=7).temperatures

    assert first == pytest.approx(3.0, rel=0.1)
    assert second == pytest.approx(1.0, rel=0.1)


def test_one_image_cannot_be_halved():
    with pytest.raises(DataError, match="at least 2 images, but there are 1"):
        temper(*make_answers(1, 0))


def test_the_curve_answers_the_surest_first_and_all_in_the_end():
    logits, labels = make_answers(1_000, 3)
    sure, is_right = softmax(logits).max(axis=1), logits.argmax(axis=1) == labels

    steps = list_steps(logits, labels)

    order = np.argsort(-sure)
    for step in (steps[0], steps[249], steps[-1]):
        assert step.accuracy == pytest.approx(is_right[order[: step.n]].mean())
        assert step.floor == pytest.approx(sure[order[step.n - 1]])
        assert step.coverage == step.n / 1_000
    assert (len(steps), steps[-1].coverage) == (500, 1.0)
    assert steps[0].accuracy > steps[-1].accuracy


def test_a_small_set_has_a_step_an_image():
    logits, labels = make_answers(7, 3)

    assert [step.n for step in list_steps(logits, labels)] == [1, 2, 3, 4, 5, 6, 7]


def test_what_is_answered_is_right_in_the_share_that_was_asked_for():
    logits, labels = make_answers(20_000, 4)

    for share in (0.95, 0.98):
        found = find_refusal(logits, labels, share)

        assert found.accuracy == pytest.approx(share, abs=0.01)
        assert found.accuracy_interval[0] <= share <= found.accuracy_interval[1]
        assert found.refused_interval[0] < found.refused < found.refused_interval[1]
        assert 0 < found.refused < 1


def test_more_must_be_refused_to_be_right_more_often():
    refused = [one.refused for one in find_refusals(*make_answers(20_000, 5))]

    assert refused == sorted(refused)
    assert refused[0] < refused[-1]


def test_doubt_that_rounding_would_hide_still_tells_images_apart():
    # both probabilities are 1 as float64 has them, and the second alone is wrong
    logits = np.array([[0, 60], [0, 45]] * 20, np.float32)
    labels = np.array([1, 0] * 20)

    found = find_refusal(logits, labels, 1.0)

    assert (found.n_answered, found.n_right) == (20, 20)


def test_where_no_floor_suffices_all_is_refused():
    logits, _ = make_answers(200, 6)
    found = find_refusal(logits, (logits.argmax(axis=1) + 1) % 10, 0.9)

    assert (found.n_answered, found.floor, found.accuracy, found.accuracy_interval) == (0, None, None, None)
    assert found.refused == 1


@pytest.mark.parametrize("share", [0.0, 1.5, -1.0])
def test_a_share_that_is_none_is_refused(share):
    with pytest.raises(DataError, match="above 0 and at most 1"):
        find_refusal(*make_answers(10, 0), share)


def test_images_of_one_draw_are_the_same_and_named(tmp_path):
    from trained import make_dataset, make_model

    from mnist_core.insight.evaluation.part import take_examples

    dataset = make_dataset(600)
    model = make_model(tmp_path / "small", dataset)

    drawn, again, other = (take_examples(model, dataset, most=40, seed=seed) for seed in (1, 1, 2))

    np.testing.assert_array_equal(drawn.part.indices, again.part.indices)
    assert set(drawn.part.indices) != set(other.part.indices)
    assert set(drawn.part.indices) <= set(take_examples(model, dataset).part.indices)
    np.testing.assert_array_equal(drawn.labels, dataset.labels[drawn.part.indices])
    assert drawn.part.words.startswith("40 images, drawn with seed 1, of these: The 100 images")
    assert make_digits(40)[0].shape == drawn.images.shape
    with pytest.raises(DataError, match="at least 2 images"):
        take_examples(model, dataset, most=1)
