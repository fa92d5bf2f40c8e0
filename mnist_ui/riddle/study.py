"""The study behind the Riddle page, read and summed up once for all tabs."""

from mnist_core.ground.settings import SHIPPED_MODELS
from mnist_core.insight.fields.likeness import average_digits, score_fields
from mnist_core.network.models import Model
from mnist_core.training.riddle.answer import Summary, list_levels
from mnist_core.training.riddle.result import Result, read_result
from mnist_ui.cached.once import once
from mnist_ui.cached.opened_models import open_model, open_sample, read_fields


@once()
def read_builtin() -> tuple[Result, list[Summary]]:
    """Read the study that comes with the lab, and sum it up."""
    result = read_result()
    return result, list_levels(result.rows)


def score_shipped(name: str) -> float:
    """Score how much the output fields of a shipped model look like digits."""
    return _score(open_model(SHIPPED_MODELS / name))


@once(most=4)
def _score(model: Model) -> float:
    sample = open_sample()
    # One shuffle, as the chance is not asked for here; all of them take seconds.
    digits = average_digits(sample.images, sample.labels, shuffles=1)
    return score_fields(read_fields(model, "output"), digits).score
