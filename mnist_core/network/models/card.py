"""The card of a model: what is known of it, in words."""

from statistics import fmean

from mnist_core.network.models.came_from import ChangeFacts, LearnedFacts
from mnist_core.network.models.info import ModelInfo
from mnist_core.network.models.opening import Opening
from mnist_core.network.models.people_card import describe_doubt, describe_pens
from mnist_core.network.models.picture_facts import PictureFacts
from mnist_core.network.recipe import OPTIMIZER_WORDS, Keep, Optimizer, Recipe

_BEHIND = {1: "the hidden layer", 2: "both hidden layers", 3: "all hidden layers"}


def write_card(info: ModelInfo, n_parameters: int, name: str) -> str:
    """Write the card of a model in words, as Markdown."""
    data, candidate = info.data, info.candidate
    if info.imported is not None:
        return _write_imported_card(info, n_parameters, name)
    how, end = _WAYS.get(info.recipe_name.split(",")[0], (_describe_paper, _describe_early_stop))
    return f"""# {name}

A {info.side**2}-{candidate.architecture}-{info.n_classes} perceptron \
({n_parameters:,} parameters), {candidate.activation.value} behind {_BEHIND[len(candidate.hidden)]}, \
{_describe_parent(info)}{how(info)}, \
seed {info.recipe.seed} (recipe `{info.recipe_name}`).

{_describe_test(info)}

{_describe_pictures(info.pictures)}{_describe_learned(info.learned, info.test.n)}\
{_describe_changes(info)}{describe_pens(info.pens, info.trained_as)}{describe_doubt(info)}\
{_describe_openings(info.openings)}\
Data: {data.name}, {data.n_samples:,} images \
(fingerprint `{data.fingerprint}`), \
shuffled with seed {data.split_seed}; {data.n_train:,} to train, {data.n_test:,} held out. {end(info)}

Made on {info.created[:10]} with {", ".join(f"{key} {value}" for key, value in info.versions.items())} by

```
{info.command}
```

| epoch | training loss | validation loss | validation accuracy |
| --- | --- | --- | --- |
{_list_epochs(info)}
"""


def _write_imported_card(info: ModelInfo, n_parameters: int, name: str) -> str:
    """Write the card of a network from elsewhere, of whose training nothing is known."""
    assert info.imported is not None
    candidate = info.candidate
    reasons = "\n".join(f"- {reason}" for reason in info.imported.reasons)
    return f"""# {name}

A {info.side**2}-{candidate.architecture}-{info.n_classes} perceptron ({n_parameters:,} parameters), \
{candidate.activation.value} behind {_BEHIND[len(candidate.hidden)]}, \
{_describe_parent(info)}trained elsewhere: its weights came \
from {info.imported.file}. It reads **{info.test.accuracy:.2%}** of {info.test_words} right; whether it was \
trained on them is not known.

{_describe_learned(info.learned, info.test.n)}{_describe_changes(info)}{describe_doubt(info)}\
How the file was read:

{reasons}

Made on {info.created[:10]} by

```
{info.command}
```
"""


def _describe_test(info: ModelInfo) -> str:
    last = info.tested_as_changed
    if last is None:
        read = f"It reads **{info.test.accuracy:.2%}** of {info.test.n:,} held-out images right."
        return read + _describe_seeds(info)
    return (
        f"It was changed after its training, and reads **{info.test.accuracy:.2%}** of "
        f"{info.test_words} right; before the last changes it read {last.accuracy_before:.2%}."
    )


def _describe_seeds(info: ModelInfo) -> str:
    """Say what chance does: what the same training reads with other seeds, this one among them."""
    if not info.seeds or info.trained_as or info.learned:
        return ""
    shares = (info.test.accuracy, *info.seeds)
    return (
        f" By {len(shares)} seeds, of which this is the first: {fmean(shares):.2%} in the mean, "
        f"{min(shares):.2%} at worst."
    )


def _describe_pictures(pictures: PictureFacts | None) -> str:
    if pictures is None:
        return ""
    fewest, most = min(pictures.counts), max(pictures.counts)
    count = f"{most}" if fewest == most else f"{fewest} to {most}"
    of_them = "These" if most <= pictures.most else f"The {pictures.most} strongest of each"
    return f"""Its pictures are the network: the logit of each digit is a sum over {count} pictures, each \
picture's product with the image, shifted, squared and multiplied by a factor. {of_them} explain the \
logits with an R² of {min(pictures.r2):.4f} at least, and alone \
read **{pictures.accuracy:.2%}** of the same images right.

"""


def _describe_parent(info: ModelInfo) -> str:
    return f"made from `{info.trained_as}`, which was " if info.trained_as else ""


def _describe_changes(info: ModelInfo) -> str:
    """Say what was done to a network after its training, and of whom what follows is."""
    lines = "\n".join(map(_describe_change, info.changes))
    done = f"{lines}\n\n" if lines else ""
    return done + (
        f"What follows is of `{info.trained_as}`, as it was trained:\n\n" if info.trained_as else ""
    )


def _describe_change(change: ChangeFacts) -> str:
    widths = "-".join(map(str, change.unchanged_units))
    steps = ", ".join(f"`{step}`" for step in change.steps)
    return f"- To `{change.made_from}`, a {widths} network, was done: {steps}."


def _describe_paper(info: ModelInfo) -> str:
    return (
        f"trained with {_name_optimizer(info.recipe)}, learning rate {info.candidate.lr:g}, "
        f"batch {info.recipe.batch_size}, "
        f"early stopping after {info.recipe.patience} epochs without a better validation loss"
        f"{_describe_extras(info.recipe)}"
    )


def _name_optimizer(recipe: Recipe) -> str:
    return OPTIMIZER_WORDS[Optimizer(recipe.optimizer)]


def _describe_extras(recipe: Recipe) -> str:
    """Say what a recipe has that the paper's has not."""
    amounts = {
        f"weight decay {recipe.weight_decay:g}": recipe.weight_decay,
        f"input dropout {recipe.input_dropout:g}": recipe.input_dropout,
        f"input noise {recipe.input_noise:g}": recipe.input_noise,
        f"momentum {recipe.momentum:g}": recipe.momentum,
    }
    own = ", each digit with hidden units of its own" if recipe.own_units else ""
    return "".join(f", {words}" for words, amount in amounts.items() if amount) + own


def _describe_robust(info: ModelInfo) -> str:
    styles = " in many styles" if "styles" in info.recipe_name else ""
    pens = "" if info.pens is None else f" and drawn digits{styles}"
    return (
        f"trained with Muon and Adam on distorted images{pens} to answer as convolutional teachers do, "
        f"learning rate of Adam up to {info.candidate.lr:g}, batch {info.recipe.batch_size}"
    )


def _describe_early_stop(info: ModelInfo) -> str:
    last = info.history[-1].epoch
    if info.recipe.keep == Keep.BEST:
        most = ", the most that were allowed" if last == info.recipe.max_epochs else ""
        return (
            f"Training ended after {last} epochs{most}; the weights are those of epoch {info.kept_epoch}, "
            "the best by its validation loss."
        )
    if last == info.recipe.max_epochs:
        return f"Training ended after {last} epochs, the most that were allowed, with the last weights."
    return f"Training ended after {last} epochs with the last weights, as skorch's early stopping does."


def _describe_end(info: ModelInfo) -> str:
    return (
        f"One in {info.recipe.inner_folds} of those to train was for validation. Each of the "
        f"{info.history[-1].epoch} epochs showed other distorted copies; the training loss is the "
        f"divergence from the teachers' softened answers. Temperature: {info.temperature:.3f}{_whose(info)}."
    )


def _whose(info: ModelInfo) -> str:
    return f", fitted to the answers of `{info.trained_as}`" if info.trained_as else ""


def _describe_live(info: ModelInfo) -> str:
    return (
        f"trained with {_name_optimizer(info.recipe)} while its user watched, "
        f"learning rate {info.candidate.lr:g} at first, "
        f"batch {info.recipe.batch_size}{_describe_extras(info.recipe)}"
    )


def _describe_live_end(info: ModelInfo) -> str:
    return (
        f"It was saved after epoch {info.history[-1].epoch}; the changes of learning rate and weight decay "
        "on the way are in the command below, which trains the same weights."
    )


def _describe_exact_end(info: ModelInfo) -> str:
    return (
        "It began with nearly twice as many units of each digit; when early stopping ended that, the "
        "strongest eigenpictures of each digit were kept, and trained on with a fifth of the learning rate "
        f"until it ended that too, after {info.history[-1].epoch} epochs in all."
    )


_WAYS = {
    "robust": (_describe_robust, _describe_end),
    "live": (_describe_live, _describe_live_end),
    "exact": (_describe_paper, _describe_exact_end),
}
"""How a network was trained, and how that ended, by the first word of its recipe's name."""


def _describe_learned(learned: LearnedFacts | None, n_test: int) -> str:
    if learned is None:
        return ""
    unseen = (
        ""
        if learned.n_right_unseen is None
        else f", and {learned.n_right_unseen} of them copies that had learned only the other ones"
    )
    share = learned.n_test_right_before / (learned.n_test or n_test)
    return f"""A copy of `{learned.model}` learned **{learned.n} digits** of a person's hand. Before, \
`{learned.model}` read {learned.n_right_before} of them right{unseen}; of \
{learned.measured_on or "the held-out images"} it read {share:.2%}. The copy was reminded \
of what it knew by images that it was trained on and by pen digits of other writers: "Pen-Based Recognition \
of Handwritten Digits" by E. Alpaydin and F. Alimoglu, UCI Machine Learning Repository, CC BY 4.0.

"""


def _describe_openings(openings: tuple[Opening, ...]) -> str:
    """List what the model was measured on by `benchmark`, and how often: to choose by a test spends it."""
    if not openings:
        return ""
    of_data: dict[tuple[str, str, str], list[Opening]] = {}
    for opening in openings:
        of_data.setdefault((opening.model, opening.name, opening.data), []).append(opening)
    rows = "\n".join(map(_describe_opened, of_data.values()))
    return f"""Measured by the command `benchmark`, which notes each time that it opens data for a \
model:

| what | n | reads right (95 %) | opened | data |
| --- | --- | --- | --- | --- |
{rows}

"""


def _describe_opened(times: list[Opening]) -> str:
    first, last, n = times[0], times[-1], len(times)
    when = last.opened[:10] if n == 1 else f"{n} times, {first.opened[:10]} to {last.opened[:10]}"
    return (
        f"| `{last.model}`: {last.name} | {last.n:,} | {last.accuracy:.2%} ({last.low:.2%} to "
        f"{last.high:.2%}, over {last.over}) | {when} | `{last.data}` |"
    )


def _list_epochs(info: ModelInfo) -> str:
    return "\n".join(
        f"| {r.epoch} | {r.train_loss:.4f} | {r.valid_loss:.4f} | {r.valid_accuracy:.4f} |"
        for r in info.history
    )
