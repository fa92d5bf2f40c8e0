"""What each section of a report tells of a run."""

from collections.abc import Sequence

from mnist_core.insight.evaluation import wilson_interval
from mnist_core.insight.report.again import GRID_NAME, write_grid, write_search
from mnist_core.insight.report.figures import show_curve
from mnist_core.insight.report.hand_in import CURVE, PAPER_FIGURES, SECTIONS, HandIn
from mnist_core.insight.report.report_facts import ReportFacts
from mnist_core.insight.report.report_parts import Code, Note, Part, Section, Table, Words
from mnist_core.insight.report.shown_fields import show_all_fields
from mnist_core.network.architecture import OUTPUT
from mnist_core.network.grid import PAPER_ACCURACY
from mnist_core.network.history import best_epoch
from mnist_core.network.plan import Strategy
from mnist_core.network.recipe import OPTIMIZER_WORDS, Optimizer
from mnist_core.store.finishing import list_to_finish
from mnist_core.store.ranking import RankedCandidate


def make_sections(facts: ReportFacts, handed: HandIn) -> list[Section]:
    """Make the sections of a run, with the figures and notes of its hand-in; an empty one is left out."""
    figures = handed.figures
    parts: dict[str, Sequence[Part]] = {
        "data": _tell_data(facts),
        "network": _tell_network(facts),
        "grid": _tell_grid(facts),
        "importance": _tell_importance(facts),
        "training": _tell_training(facts, CURVE in figures),
        "test": _tell_test(facts),
        "fields": show_all_fields(facts, figures),
        "trust": _tell_trust(facts),
        "again": _tell_again(facts, figures),
    }
    notes = {name: [Note(said)] for name in SECTIONS if (said := handed.find_notes(facts.run.id, name))}
    told = {name: [*parts[name], *notes.get(name, [])] for name in SECTIONS}
    return [Section(title, told[name]) for name, title in SECTIONS.items() if told[name]]


def _tell_data(facts: ReportFacts) -> list[Part]:
    data = facts.model.info.data
    limit = "" if data.limit is None else f" Only {data.limit:,} of them were kept after the shuffle."
    words = (
        f"{data.name}: {data.n_samples:,} images (fingerprint {data.fingerprint}).{limit} The split with "
        f"seed {data.split_seed} gives {data.n_train:,} images for training and holds {data.n_test:,} out."
    )
    return [Words(words)]


def _tell_network(facts: ReportFacts) -> list[Part]:
    info, recipe = facts.model.info, facts.model.info.recipe
    words = (
        f"{info.side**2} pixels, {_say_hidden(info.candidate.hidden)} "
        f"units ({info.candidate.activation.label}), {info.n_classes} outputs: "
        f"{facts.model.network.n_parameters:,} parameters. Trained by "
        f"{OPTIMIZER_WORDS[Optimizer(recipe.optimizer)]} with learning rate {info.candidate.lr:g}, "
        f"{recipe.batch_size} images a step, for at most {recipe.max_epochs} epochs with patience "
        f"{recipe.patience}, from seed {recipe.seed}; recipe: {info.recipe_name}."
    )
    return [Words(words)]


def _say_hidden(widths: Sequence[int]) -> str:
    *first, last = map(str, widths)
    return f"hidden layers of {', '.join(first)} and {last}" if first else f"a hidden layer of {last}"


def _tell_grid(facts: ReportFacts) -> list[Part]:
    plan, ranked, dropped = facts.run.plan, facts.ranked, facts.dropped
    drawn = f", drawn by the strategy {plan.strategy.value}" if plan.strategy.draws else ""
    words = f"{plan.say_size()}{drawn}, {_say_folds(plan.cv, ranked)}"
    if plan.strategy is Strategy.RACE:
        words += f" They raced: {len(dropped) or 'none'} fell behind and had no further epochs."
        if finished := list_to_finish(facts.run):
            words += f" Trained to their end nevertheless, by hand: {len(finished)}."
    # A single fold has no deviation, and no tie can be told by it.
    n_columns = 2 if plan.cv == 1 else 4
    head = ["Candidate", "Mean accuracy", "Standard deviation", "Within one standard error"]
    rows = [_describe_candidate(one)[:n_columns] for one in ranked]
    parts: list[Part] = [
        Words(words),
        Table("The grid, best first", "grid", head[:n_columns], rows, marks_first=True),
    ]
    if dropped:
        lost = [[str(one), str(drop.n_epochs), str(behind)] for one, drop, behind in dropped]
        titles = ["Candidate", "After epochs", "Behind"]
        parts += [Table("Dropped from the race", "dropped", titles, lost)]
    return parts


def _describe_candidate(one: RankedCandidate) -> list[str]:
    words = f"{one.candidate}{' (winner)' if one.rank == 1 else ''}"
    return [words, f"{one.mean:.2%}", f"{one.std:.2%}", "yes" if one.is_tied else "no"]


def _say_folds(n: int, ranked: Sequence[RankedCandidate]) -> str:
    if n == 1:
        return "each measured once, on a fifth of the training images, so that no standard error is known."
    ties = sum(one.is_tied for one in ranked if one.rank > 1) or "None"
    return (
        f"each in {n}-fold cross-validation. {ties} other than the winner came within one standard error "
        "of it."
    )


def _tell_importance(facts: ReportFacts) -> list[Part]:
    found = facts.importance
    if found.reason:
        return [Words(found.reason)]
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
    return [Words(words), Table("Importance of the axes", "importance", head, rows)]


def _tell_training(facts: ReportFacts, shows_curve: bool) -> list[Part]:
    history = facts.model.info.history
    if not history:
        return [Words("The model has no history of its training.")]
    words = (
        f"The winner, retrained on all training images, ended after {len(history)} epochs; its validation "
        f"loss was lowest in epoch {best_epoch(history)}. The weights are those of epoch "
        f"{facts.model.info.kept_epoch}, the {facts.model.info.recipe.keep}."
    )
    return [show_curve(history, words) if shows_curve else Words(words)]


def _tell_test(facts: ReportFacts) -> list[Part]:
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
    head = ["True class", *(names[place] for place in shown)]
    return [Words(words), Table("Confusion: a row a true class, a column a guess", "confusion", head, rows)]


def _tell_trust(facts: ReportFacts) -> list[Part]:
    if facts.trust is None:
        return [Words("No images with the classes of this model are at hand, so it could not be measured.")]
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
    head = ["Layer", "Mean", "Worst unit"]
    return [Words(words), Table("R² of the products", "fidelity", head, rows)]


def _tell_again(facts: ReportFacts, figures: Sequence[str]) -> list[Part]:
    info, plan = facts.model.info, facts.run.plan
    asked = "" if tuple(figures) == PAPER_FIGURES else f" --figures {' '.join(figures)}"
    commands = "\n".join(
        [
            write_search(plan, info),
            f"python -m mnist_core report {facts.run.id} --out report.html{asked}",
            "",
            "# the winner alone",
            info.command,
        ]
    )
    parts: list[Part] = [Code(commands)]
    if (grid := write_grid(plan)) is not None:
        parts += [Words(f"{GRID_NAME} holds the grid:"), Code(grid)]
    rows = [[name, number] for name, number in info.versions.items()]
    return [*parts, Table("Versions that trained it", "versions", ["Part", "Version"], rows)]
