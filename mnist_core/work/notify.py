"""Tells users who are away that a run has ended: by webhook, e-mail, or whatever Apprise can reach."""

import logging

from mnist_core.ground.extras import extra
from mnist_core.ground.settings import Settings
from mnist_core.store import WorkRow, WorkState

_LOG = logging.getLogger("mnist_lab.notify")
_SIGNS = {
    WorkState.DONE: "✓",
    WorkState.FAILED: "✕",
    WorkState.INTERRUPTED: "!",
    WorkState.PAUSED: "‖",
}
_KINDS = {WorkState.DONE: "success", WorkState.FAILED: "failure"}


def notify_end(run: WorkRow, settings: Settings) -> None:
    """Tell all addresses of `MNIST_LAB_NOTIFY` that a run is done, failed, or has stopped before its end.

    A run that goes on, waits for the next worker or was cancelled is no news. What goes wrong is
    logged and changes nothing for the run. Takes some seconds where an address does not answer.

    Parameters
    ----------
    run : WorkRow
        As the store has it now.
    settings : Settings
        Names the addresses; with none nothing happens.

    References
    ----------
    The form of addresses: https://github.com/caronc/apprise/wiki
    """
    if not settings.notify or run.state not in _SIGNS or run.is_waiting:
        return
    try:
        _send(run, settings.notify)
    except Exception as error:  # whatever a service or its library does, the run's end stands
        _LOG.warning("nobody could be told of run %s: %r", run.id, error)


def _send(run: WorkRow, addresses: str) -> None:
    with extra("notify", "MNIST_LAB_NOTIFY"):
        import apprise  # noqa: PLC0415 - only who asks to be told needs it

    told = apprise.Apprise()
    if not told.add(addresses):
        _LOG.warning("MNIST_LAB_NOTIFY needs addresses such as json://host/path, but one of them is none")
    if len(told) and not told.notify(
        title=_say_title(run), body=_say_body(run), notify_type=_KINDS.get(run.state, "warning")
    ):
        names = ", ".join(told.urls(privacy=True))
        _LOG.warning("not all of %s took the news of run %s", names, run.id)


def _say_title(run: WorkRow) -> str:
    score = f", {run.found.best_score:.1%}" if run.found else ""
    return f"{_SIGNS[run.state]} {run.name}: {run.state}{score}"


def _say_body(run: WorkRow) -> str:
    facts = [
        f"Run {run.id} on {run.dataset_name}: {run.say_fits()}, "
        f"{run.n_epochs:,} epochs, {run.seconds / 60:.1f} minutes."
    ]
    if run.found is None:
        facts.append(f"{run.message.rstrip('.')}.")
    else:
        outcome = run.found
        facts.append(
            f"Winner: {outcome.candidate}, mean accuracy {outcome.best_score:.2%}; retrained it reads "
            f"{outcome.test_accuracy:.2%} of the held-out images."
        )
    return "\n".join(facts)
