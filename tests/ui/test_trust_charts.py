"""Charts of how far models can be trusted: valid, and with axes that show what there is to see."""

import numpy as np
import pandas as pd
import pytest

from mnist_core.insight.evaluation.calibration import temper
from mnist_core.insight.evaluation.coverage import find_refusals, list_steps
from mnist_core.insight.evaluation.disturbances import DISTURBANCES
from mnist_core.training.retraining.learning_curve import Trial, sum_up
from mnist_ui.results.learning_curve_chart import draw_growth
from mnist_ui.results.trust_charts import draw_coverage, draw_reliability, draw_robustness, table_bins


def make_answers(sharpness: float) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(0)
    labels = rng.integers(0, 10, 400)
    logits = rng.normal(0, 1, (400, 10)) + sharpness * np.eye(10)[labels]
    return logits.astype(np.float32), labels


def find_first_coverage(sharpness: float) -> float:
    logits, labels = make_answers(sharpness)
    chart = draw_coverage(list_steps(logits, labels), list(find_refusals(logits, labels))).to_dict()
    domains = [
        layer["encoding"]["x"]["scale"]["domain"]
        for layer in chart["layer"]
        if "scale" in layer["encoding"].get("x", {})
    ]
    assert {tuple(domain) for domain in domains} == {(domains[0][0], 1.0)}
    return domains[0][0]


def test_the_reliability_diagram_has_a_dot_a_bin_before_and_after():
    found = temper(*make_answers(3.0))

    assert len(table_bins(found)) == len(found.before.bins) + len(found.after.bins)
    assert len(draw_reliability(found).to_dict()["layer"]) == 3


@pytest.mark.parametrize(("sharpness", "first"), [(30.0, 0.9), (0.0, 0.0)])
def test_the_coverage_begins_a_little_below_what_is_asked_for(sharpness, first):
    assert find_first_coverage(sharpness) == first


def test_the_level_that_changes_nothing_is_marked():
    rows = pd.DataFrame(
        {
            "model": "one",
            "level": [0.5, 1.0],
            "accuracy": [0.5, 0.9],
            "accuracy_from": [0.4, 0.8],
            "accuracy_to": [0.6, 1.0],
        }
    )

    chart = draw_robustness(rows, DISTURBANCES["scale"], ["one"]).to_dict()

    assert [{"level": 1.0}] in chart["datasets"].values()


def test_the_learning_curve_has_a_tick_a_size():
    trials = [Trial(size, 0, 100, 80, 3) for size in (100, 200)]

    chart = draw_growth(sum_up(trials), trials).to_dict()

    assert chart["layer"][0]["encoding"]["x"]["axis"]["values"] == [100, 200]
