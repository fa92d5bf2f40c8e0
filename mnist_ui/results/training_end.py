"""How the training of a model ended, in words."""

from mnist_core.insight.evaluation.people import people_interval
from mnist_core.network.history import best_epoch
from mnist_core.network.models.info import ModelInfo
from mnist_core.network.recipe import Keep


def describe_end(info: ModelInfo) -> str:
    """Say when training ended, why, and whose weights were kept."""
    if info.recipe_name.startswith("robust"):
        return _describe_robust_end(info)
    best, last, recipe = best_epoch(info.history), info.history[-1].epoch, info.recipe
    found = f"Validation loss was best at epoch {best}"
    if info.recipe_name.startswith("live"):
        return f"{found}; the model was saved after epoch {last}, with the weights of that epoch."
    if recipe.keep == Keep.BEST:
        most = ", the most that was allowed" if last == recipe.max_epochs else ""
        return (
            f"{found}; training ended at epoch {last}{most}. The weights are those of epoch "
            f"{info.kept_epoch}, the last that early stopping counted as better than all before it: its "
            "recipe keeps the best."
        )
    if last in (best, recipe.max_epochs):
        most = ", the most that was allowed" if last == recipe.max_epochs else ""
        return (
            f"{found}; training ended at epoch {last}{most}. The weights are those of that epoch, the last."
        )
    return (
        f"{found}; early stopping ended training at epoch {last}, after {recipe.patience} epochs in a row "
        f"without a better one. The weights are those of epoch {last}, the last, not of the best: that is "
        "what skorch's early stopping does by default, and the paper's recipe with it."
    )


def _describe_robust_end(info: ModelInfo) -> str:
    end = (
        f"Each of the {info.history[-1].epoch} epochs showed other distorted copies of the images, and the "
        "weights are those of the last. The training loss is the divergence from the answers of larger "
        "networks."
    )
    if info.pens is None:
        return end
    n_right, n = zip(*((one.n_right, one.n) for one in info.pens.writers), strict=True)
    low, high = people_interval(n_right, n)  # an earlier version kept the interval of the digits
    return (
        f"{end} Of {info.pens.n:,} pen digits of {len(info.pens.writers)} writers, each read by a network "
        f"trained without that writer, {info.pens.accuracy:.2%} are read right (95 %, over "
        f"writers: {low:.2%} to {high:.2%})."
    )
