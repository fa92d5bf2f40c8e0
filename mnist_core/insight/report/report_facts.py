"""What a report tells: a finished run, its saved model, and how far its pictures may be trusted."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from mnist_core.data.dataset import Dataset
from mnist_core.data.kept import open_dataset
from mnist_core.data.layouts import read_or_sample
from mnist_core.ground.errors import DataError, RunError
from mnist_core.ground.settings import Settings
from mnist_core.insight.evaluation.match import match_labels
from mnist_core.insight.fields.fidelity import Fidelity
from mnist_core.insight.fields.likeness import Likeness, average_digits, digit_likeness
from mnist_core.insight.fields.probe import Probe, choose_probe
from mnist_core.insight.fields.products import receptive_fields
from mnist_core.insight.fields.views import PRODUCT, find_view
from mnist_core.insight.importance import Importance, measure_run
from mnist_core.network.architecture import OUTPUT
from mnist_core.network.candidate import Candidate
from mnist_core.network.models import Model, load_model
from mnist_core.network.racing import Drop
from mnist_core.store import Database, FitRow, WorkRow, get_search, read_epochs, read_fits
from mnist_core.store.drops import find_drops, list_unmeasured
from mnist_core.store.people.publishing import find_datasets_folder, find_winner
from mnist_core.store.ranking import RankedCandidate, rank_candidates


@dataclass(frozen=True, eq=False)
class Trust:
    """How far the products of weights may be trusted.

    Attributes
    ----------
    words : str
        Which images it was measured on.
    is_own : bool
        Whether they are of the run's own data set.
    fidelity : dict of str to Fidelity
        Of each layer, by its name.
    likeness : Likeness or None
        Of the output fields; None where the images lack a class.
    """

    words: str
    is_own: bool
    fidelity: dict[str, Fidelity]
    likeness: Likeness | None


@dataclass(frozen=True, eq=False)
class ReportFacts:
    """All that a report tells of a run.

    Attributes
    ----------
    run : WorkRow
        The run.
    model : Model
        Its winner.
    ranked : list of RankedCandidate
        The candidates that it measured, the best first.
    dropped : list of (Candidate, Drop, Candidate)
        Those that its race dropped, why, and behind whom they were.
    importance : Importance
        How much each axis mattered.
    trust : Trust or None
        None where no images with the model's classes are at hand.
    """

    run: WorkRow
    model: Model
    ranked: list[RankedCandidate]
    dropped: list[tuple[Candidate, Drop, Candidate]]
    importance: Importance
    trust: Trust | None


def gather_facts(store: Database, run_id: str, settings: Settings) -> ReportFacts:
    """Gather what a report of a finished run tells.

    Parameters
    ----------
    store : Database
        Has the run.
    run_id : str
        Which run.
    settings : Settings
        Where data sets and models are kept; of a run whose own data set is not there, the built-in sample is
        looked at.

    Raises
    ------
    RunError
        If there is no such run, or it has not found a winner, or that is gone.
    ModelError
        If the winner's folder is damaged.
    """
    run = get_search(store, run_id)
    folder = find_winner(settings, run)
    if folder is None:
        raise RunError(
            f"A report needs a finished run, but {run.id} is {run.state.value} and has no model: "
            "let it end, or resume it."
        )
    if not folder.is_dir():
        raise RunError(
            f"A report needs its winner's model, but {folder.name} of {run.id} is gone: search again, "
            f"or put the folder back as {folder}."
        )
    model, fits = load_model(folder), read_fits(store, run.id)
    return ReportFacts(
        run,
        model,
        rank_candidates(run.plan, fits),
        _find_dropped(store, run, fits),
        measure_run(run.plan, fits),
        _find_trust(model, run, find_datasets_folder(settings, run.fingerprint)),
    )


def _find_dropped(
    store: Database, run: WorkRow, fits: Sequence[FitRow]
) -> list[tuple[Candidate, Drop, Candidate]]:
    if not (numbers := list_unmeasured(run.plan, fits)):
        return []
    candidates, drops = run.plan.candidates(), find_drops(run.plan, fits, read_epochs(store, run.id))
    return [
        (candidates[number], drop, candidates[drop.behind])
        for number in numbers
        if (drop := drops.get(number)) is not None
    ]


def _find_trust(model: Model, run: WorkRow, datasets: Path) -> Trust | None:
    try:
        dataset = _open_data(run.fingerprint, datasets)
        probe = _choose_images(model, dataset)
    except DataError:  # images of other classes tell nothing of this model
        return None
    view = find_view(PRODUCT)
    fidelity = {layer: view.measure(model.network, layer, probe) for layer in model.network.layer_names}
    is_own = dataset.fingerprint == run.fingerprint
    return Trust(probe.words, is_own, fidelity, _find_likeness(model, probe))


def _open_data(fingerprint: str, datasets: Path) -> Dataset:
    try:
        return open_dataset(fingerprint, datasets)
    except DataError:
        return read_or_sample()


def _choose_images(model: Model, dataset: Dataset) -> Probe:
    labels = match_labels(dataset, model.info.class_names)
    return choose_probe(
        model.info.data,
        dataset,
        side=model.info.side,
        labels=labels,
        is_trained=model.find_trained(dataset),
    )


def _find_likeness(model: Model, probe: Probe) -> Likeness | None:
    try:
        digits = average_digits(probe.test.images, probe.test.labels, model.info.n_classes)
    except DataError:  # images that lack a class cannot tell
        return None
    return digit_likeness(receptive_fields(model.network, OUTPUT), digits, is_output=True)
