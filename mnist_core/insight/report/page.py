"""The page of a report: one HTML file that needs nothing else."""

from collections.abc import Iterable, Sequence
from html import escape

from mnist_core.insight.evaluation import wilson_interval
from mnist_core.insight.fields.products import receptive_fields
from mnist_core.insight.report.again import GRID_NAME, write_grid, write_search
from mnist_core.insight.report.figures import show_curve, show_fields
from mnist_core.insight.report.report_facts import ReportFacts
from mnist_core.network.architecture import OUTPUT
from mnist_core.network.grid import PAPER_ACCURACY
from mnist_core.network.history import best_epoch
from mnist_core.network.recipe import OPTIMIZER_WORDS, Optimizer

_FIGURE_1 = (("hidden1", 9, "10th unit of hidden layer 1"), ("hidden2", 8, "9th unit of hidden layer 2"))
_MOST_LIKE = 3  # output fields in Figure 3

_STYLE = """
@page { size: A4; margin: 18mm }
body { max-width: 46rem; margin: 2rem auto; padding: 0 1rem; font: 16px/1.5 Georgia, serif; color: #1a1a1a;
  background: #fff }
h1, h2 { line-height: 1.2; break-after: avoid }
table { border-collapse: collapse; margin: 1rem 0; font-size: .9rem }
.table { overflow-x: auto }
th, td { padding: .2rem .6rem; border-bottom: 1px solid #888; text-align: right }
th { text-align: left }
thead { display: table-header-group }
tr, figure { break-inside: avoid }
.winner { font-weight: bold; background: #fff3c4 }
figure { margin: 1.5rem 0 } img { max-width: 100%; height: auto }
pre { white-space: pre-wrap; overflow-wrap: anywhere; background: #f3f3f3; padding: .6rem }
@media print { body { margin: 0; padding: 0; font-size: 11pt } .page { break-before: page } }
"""


def write_page(facts: ReportFacts) -> str:
    """Write the report as HTML.

    Returns
    -------
    str
        With style and pictures inside; all names that users chose are escaped.
    """
    title = escape(f"Report of the search {facts.run.name or facts.run.id}")
    body = "\n".join(part(facts) for part in _PARTS)
    return (
        f'<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n<title>{title}</title>\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<style>{_STYLE}</style>\n</head>\n<body>\n<main>\n<h1>{title}</h1>\n{body}\n</main>\n</body>\n</html>\n"
    )


def _tell_data(facts: ReportFacts) -> str:
    data = facts.model.info.data
    limit = "" if data.limit is None else f" Only {data.limit:,} of them were kept after the shuffle."
    return "<h2>Data</h2>" + _say(
        f"{data.name}: {data.n_samples:,} images (fingerprint {data.fingerprint}).{limit} The split with "
        f"seed {data.split_seed} gives {data.n_train:,} images for training and holds {data.n_test:,} out."
    )


def _tell_network(facts: ReportFacts) -> str:
    info, recipe = facts.model.info, facts.model.info.recipe
    return "<h2>Network</h2>" + _say(
        f"{info.side**2} pixels, {_say_hidden(info.candidate.hidden)} "
        f"units ({info.candidate.activation.label}), {info.n_classes} outputs: "
        f"{facts.model.network.n_parameters:,} parameters. Trained by "
        f"{OPTIMIZER_WORDS[Optimizer(recipe.optimizer)]} with learning rate {info.candidate.lr:g}, "
        f"{recipe.batch_size} images a step, for at most {recipe.max_epochs} epochs with patience "
        f"{recipe.patience}, from seed {recipe.seed}; recipe: {info.recipe_name}."
    )


def _say_hidden(widths: Sequence[int]) -> str:
    return (
        f"hidden layers of {' and '.join(map(str, widths))}"
        if widths[1:]
        else f"a hidden layer of {widths[0]}"
    )


def _tell_grid(facts: ReportFacts) -> str:
    ties = sum(one.is_tied for one in facts.ranked if one.rank > 1)
    rows = [
        [
            f"{one.candidate}{' (winner)' if one.rank == 1 else ''}",
            f"{one.mean:.2%}",
            f"{one.std:.2%}",
            "yes" if one.is_tied else "no",
        ]
        for one in facts.ranked
    ]
    head = ["Candidate", "Mean accuracy", "Standard deviation", "Within one standard error"]
    plan = facts.run.plan
    drawn = f", drawn by the strategy {plan.strategy.value}" if plan.strategy.draws else ""
    words = f"{len(rows)} candidates{drawn}, {_say_folds(plan.cv, ties)}"
    return (
        '<h2 class="page">Grid</h2>'
        + _say(words)
        + _table("The grid, best first", head, rows, marks_first=True)
    )


def _say_folds(n: int, ties: int) -> str:
    if n == 1:
        return "each measured once, on a fifth of the training images, so that no standard error is known."
    return (
        f"each in {n}-fold cross-validation. {ties} other than the winner came within one standard error "
        "of it."
    )


def _tell_importance(facts: ReportFacts) -> str:
    found = facts.importance
    if found.reason:
        return "<h2>What mattered</h2>" + _say(found.reason)
    rows = [
        [effect.name, "cannot be told", ""]
        if effect.share is None
        else [effect.name, f"{effect.share:.1%}", f"{effect.low:.1%} to {effect.high:.1%}"]
        for effect in found.effects
    ]
    words = (
        f"{found.say_counted()} Two axes together explain what goes beyond each alone. Where the interval "
        "holds 0, the effect may be chance."
    )
    head = ["Axis", "Share", "95 % interval"]
    return "<h2>What mattered</h2>" + _say(words) + _table("Importance of the axes", head, rows)


def _tell_training(facts: ReportFacts) -> str:
    history = facts.model.info.history
    if not history:
        return "<h2>Learning curve</h2>" + _say("The model has no history of its training.")
    words = (
        f"The winner, retrained on all training images, ended after {len(history)} epochs; its validation "
        f"loss was lowest in epoch {best_epoch(history)}. The weights are those of epoch "
        f"{facts.model.info.kept_epoch}, the {facts.model.info.recipe.keep}."
    )
    return '<h2 class="page">Learning curve</h2>' + show_curve(history, words)


def _tell_test(facts: ReportFacts) -> str:
    test, names = facts.model.info.test, facts.model.info.class_names
    low, high = wilson_interval(sum(row[i] for i, row in enumerate(test.confusion)), test.n)
    # A class without images has no row; one that is not guessed either has no column.
    guessed = [place for place, column in enumerate(zip(*test.confusion, strict=True)) if any(column)]
    shown = [place for place in range(len(names)) if place in guessed or any(test.confusion[place])]
    rows = [
        [names[place], *(str(test.confusion[place][guess]) for guess in shown)]
        for place in shown
        if any(test.confusion[place])
    ]
    words = (
        f"The retrained winner reads {test.accuracy:.2%} of {test.n:,} held-out images (95 % interval "
        f"{low:.2%} to {high:.2%}, Wilson's). The paper reports {PAPER_ACCURACY:.2%} on 10,000 of MNIST."
    )
    table = _table(
        "Confusion: a row a true class, a column a guess",
        ["True class", *(names[place] for place in shown)],
        rows,
    )
    return "<h2>Test accuracy</h2>" + _say(words) + table


def _show_all(facts: ReportFacts) -> str:
    return '<h2 class="page">Fields</h2>' + _show_hidden(facts) + _show_outputs(facts) + _show_like(facts)


def _show_hidden(facts: ReportFacts) -> str:
    shown = ""
    for layer, unit, words in _FIGURE_1:
        if layer not in facts.model.network.layer_names:
            shown += _say(f"Figure 1: there is no {words}, as the network has one hidden layer.")
            continue
        fields = receptive_fields(facts.model.network, layer)
        if unit < len(fields):
            shown += show_fields(fields[unit : unit + 1], [f"unit {unit}"], f"Figure 1: {words}.")
        else:
            shown += _say(f"Figure 1: there is no {words}, as the layer has {len(fields)}.")
    return shown


def _show_outputs(facts: ReportFacts) -> str:
    fields, names = receptive_fields(facts.model.network, OUTPUT), facts.model.info.class_names
    return show_fields(fields, names, "Figure 2: the fields of the output units, a product of all weights.")


def _show_like(facts: ReportFacts) -> str:
    likeness = facts.trust.likeness if facts.trust else None
    if likeness is None or likeness.own is None:
        return _say(
            "Figure 3: no images of every class are at hand to tell which fields look like their class."
        )
    fields, names = receptive_fields(facts.model.network, OUTPUT), facts.model.info.class_names
    most = (-likeness.own).argsort(kind="stable")[:_MOST_LIKE]
    titles = [f"{names[unit]}: {likeness.own[unit]:.2f}" for unit in most]
    caption = (
        "Figure 3: the output fields most like their class, with their correlation with its centred mean "
        f"image. The nearest mean reads {int(likeness.reads_own.sum())} of all {len(fields)} fields "
        "as their own."
    )
    return show_fields(fields[most], titles, caption)


def _tell_trust(facts: ReportFacts) -> str:
    head = '<h2 class="page">What the products leave out</h2>'
    if facts.trust is None:
        return head + _say(
            "No images with the classes of this model are at hand, so it could not be measured."
        )
    other = "" if facts.trust.is_own else " The run's own data set is not what they are of."
    rows = [
        [layer, f"{found.mean:.2f}", f"{found.worst:.2f}"] for layer, found in facts.trust.fidelity.items()
    ]
    alone = facts.trust.fidelity[OUTPUT].figures["accuracy_alone"]
    words = (
        "The fields are products of weights, without activations. The table says how much of what a unit "
        f"really sums up they explain (R²), on {facts.trust.words}.{other} The output fields alone read "
        f"{alone:.2%} of these images."
    )
    return head + _say(words) + _table("R² of the products", ["Layer", "Mean", "Worst unit"], rows)


def _tell_again(facts: ReportFacts) -> str:
    info = facts.model.info
    rows = [[name, number] for name, number in info.versions.items()]
    plan, grid = facts.run.plan, write_grid(facts.run.plan)
    commands = "\n".join(
        [
            write_search(plan, info),
            f"python -m mnist_core report {facts.run.id} --out report.html",
            "",
            "# the winner alone",
            info.command,
        ]
    )
    head = f"<h2>To do it again</h2><pre>{escape(commands)}</pre>"
    if grid is not None:
        head += _say(f"{GRID_NAME} holds the grid:") + f"<pre>{escape(grid)}</pre>"
    return head + _table("Versions that trained it", ["Part", "Version"], rows)


_PARTS = (
    _tell_data,
    _tell_network,
    _tell_grid,
    _tell_importance,
    _tell_training,
    _tell_test,
    _show_all,
    _tell_trust,
    _tell_again,
)


def _say(words: str) -> str:
    return f"<p>{escape(words)}</p>"


def _table(
    caption: str, head: Sequence[str], rows: Iterable[Sequence[str]], *, marks_first: bool = False
) -> str:
    titles = "".join(f'<th scope="col">{escape(title)}</th>' for title in head)
    lines = ""
    for place, (first, *rest) in enumerate(rows):
        mark = ' class="winner"' if marks_first and place == 0 else ""
        cells = "".join(f"<td>{escape(cell)}</td>" for cell in rest)
        lines += f'<tr{mark}><th scope="row">{escape(first)}</th>{cells}</tr>\n'
    return (
        f'<div class="table" tabindex="0" role="region" aria-label="{escape(caption)}">'
        f"<table><caption>{escape(caption)}</caption><thead><tr>{titles}</tr></thead>"
        f"<tbody>{lines}</tbody></table></div>"
    )
