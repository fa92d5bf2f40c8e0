"""A whole search: the grid, the winner's retraining, its measure, its folder."""

import traceback
from contextlib import closing, nullcontext
from dataclasses import replace

from distributed import Client

from mnist_core.data.dataset import Dataset, Split
from mnist_core.data.kept import find_images, open_dataset
from mnist_core.ground.errors import LabError, RunStoppedError, judge
from mnist_core.network.history import REFIT_FOLD
from mnist_core.network.plan import Engine, SearchPlan, Strategy
from mnist_core.search.check import check_plan
from mnist_core.search.checkpoints import Checkpoints
from mnist_core.search.cluster import connect
from mnist_core.search.conductor import GivesWay
from mnist_core.search.fast import make_fast_engine
from mnist_core.search.messages import WAITING, Ending, Phase, Records
from mnist_core.search.order import SearchOrder
from mnist_core.search.results import SearchEngine, write_results
from mnist_core.search.rounds import Source
from mnist_core.training.one_network import train_model


def try_order(order: SearchOrder, client: Client | None, gives_way: GivesWay) -> int:
    """Carry out an order, tell why where that fails, and return the exit code of its process."""
    try:
        with nullcontext(client) if order.plan.cluster is None else connect(order.plan.cluster) as crew:
            search(order, crew, gives_way)
    except RunStoppedError as error:
        order.sender.send(Ending(WAITING, str(error)))
    except Exception as error:
        if not isinstance(error, LabError):
            traceback.print_exc()
        order.sender.send(Ending(*judge(error)))
        return 1
    return 0


def search(order: SearchOrder, client: Client | None, gives_way: GivesWay) -> None:
    """Search the grid, retrain the winner on all training images, measure, save and check it.

    Raises
    ------
    RunStoppedError
        If it has given way to other work.
    LabError
        If the data or the plan do not allow it.
    """
    dataset = open_dataset(order.fingerprint, order.datasets_folder)
    plan = order.plan.fit_classes(dataset.n_classes)
    split = check_plan(plan, dataset)
    with closing(_make_engine(order, plan, dataset, split, client, gives_way)) as engine:
        order.sender.send(Phase("races the grid" if plan.strategy is Strategy.RACE else "searches the grid"))
        found = engine.search()
        write_results(found, order.results_csv)
        best = found.best
        words = f"retrains the winner, {best}, on all {len(split.train):,} training images"
        order.sender.send(Phase(words))
        trained = train_model(
            dataset,
            split,
            plan.limit,
            replace(best, settings=()),
            plan.recipe.of(best),
            order.model_folder,
            train=lambda *_: engine.train(found.best_index),
        )
    accuracy = trained.model.info.test.accuracy
    order.sender.send(Records(scores=[(found.best_index, REFIT_FOLD, accuracy)]))
    outcome = {
        "best": plan.grid.params(best),
        "best_score": found.best_score,
        "test_accuracy": accuracy,
        "model": str(order.model_folder),
        "results_csv": str(order.results_csv),
        "is_identical": trained.is_identical,
    }
    order.sender.send(Ending("done", outcome=outcome))


def _make_engine(
    order: SearchOrder,
    plan: SearchPlan,
    dataset: Dataset,
    split: Split,
    client: Client | None,
    gives_way: GivesWay,
) -> SearchEngine:
    labels = dataset.labels[split.train]
    if plan.engine is Engine.SKLEARN:
        from mnist_core.search.reference import ReferenceEngine  # noqa: PLC0415 - loads skorch

        return ReferenceEngine(plan, dataset.images[split.train], labels, order.sender, order.temp_folder)
    images_path = find_images(order.fingerprint, order.datasets_folder)
    source = (
        Source(images_path, labels, split.train)
        if plan.cluster is None
        else Source(dataset.images[split.train], labels)  # other machines do not see this disk
    )
    checkpoints = Checkpoints(order.checkpoint_folder)
    return make_fast_engine(
        source, plan, checkpoints, order.sender.send, client, gives_way, finish=order.finish
    )
