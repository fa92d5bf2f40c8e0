"""What a Bayesian search tries next, by what it has measured.

Each batch depends on the plan and on the scores before it alone, not on the time or the machine: a search
that was killed asks again and is answered the same.
"""

import hashlib
from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from mnist_core.ground.extras import extra
from mnist_core.network.candidate import Candidate
from mnist_core.network.draws import choose_candidate, draw_candidates
from mnist_core.network.grid import Axis
from mnist_core.network.plan import SearchPlan
from mnist_core.network.ranges import Range

if TYPE_CHECKING:
    from optuna import Study, Trial
    from optuna.distributions import BaseDistribution

FIRST_BATCH, BATCH = 10, 5
"""Candidates of the first batch, which is drawn at random, and of each that follows."""

_MOST_TRIES = 20  # for one that was not tried before; then it is drawn at random


def propose(plan: SearchPlan, scores: Sequence[float]) -> tuple[Candidate, ...]:
    """Propose the next batch of candidates; none where as many as planned were drawn.

    Parameters
    ----------
    plan : SearchPlan
        With the candidates that were drawn so far.
    scores : sequence of float
        The mean accuracy of each of them.

    References
    ----------
    Bergstra, Bardenet, Bengio and Kégl, "Algorithms for Hyper-Parameter Optimization" (2011), the
    tree-structured Parzen estimator; Optuna's, with its liar for those that are asked for together.
    """
    n_known, n_trials = len(plan.drawn), plan.n_trials or 0
    if n_known == 0:
        return draw_candidates(plan.grid, min(FIRST_BATCH, n_trials), plan.recipe.seed)
    study = _make_study(plan, scores)
    # Those that a search at random would draw stand by for proposals that come again.
    spare = draw_candidates(plan.grid, n_trials, plan.recipe.seed)
    found = list(plan.drawn)
    for _ in range(min(BATCH, n_trials - n_known)):
        found.append(_ask(study, plan, found) or next(one for one in spare if one not in found))
    return tuple(found[n_known:])


def _make_study(plan: SearchPlan, scores: Sequence[float]) -> "Study":
    with extra("bayes", "The strategy bayes"):
        import optuna  # noqa: PLC0415 - takes a third of a second, and no other search needs it

    optuna.logging.set_verbosity(optuna.logging.WARNING)
    words = f"{plan.recipe.seed} {len(plan.drawn)}"
    seed = int.from_bytes(hashlib.sha256(words.encode()).digest()[:4])
    sampler = optuna.samplers.TPESampler(n_startup_trials=0, seed=seed)
    study = optuna.create_study(direction="maximize", sampler=sampler)
    for candidate, score in zip(plan.drawn, scores, strict=True):
        params, distributions = _describe(plan, candidate)
        study.add_trial(optuna.create_trial(params=params, distributions=distributions, value=score))
    return study


def _ask(study: "Study", plan: SearchPlan, known: Sequence[Candidate]) -> Candidate | None:
    """Ask for a candidate that is not known; None where none comes."""
    for _ in range(_MOST_TRIES):
        trial = study.ask()
        candidate = choose_candidate(plan.grid, partial(_suggest, trial))
        if candidate not in known:
            return candidate
    return None


def _suggest(trial: "Trial", name: str, several: Axis) -> Any:
    if not isinstance(several, Range):
        values = _sort(several)
        if _is_numeric(values):
            return values[trial.suggest_int(name, 0, len(values) - 1)]
        return values[trial.suggest_categorical(name, range(len(values)))]
    if several.is_whole:
        step = {} if several.log else {"step": several.step}
        return trial.suggest_int(name, int(several.low), _find_end(several), log=several.log, **step)
    return several.tidy(trial.suggest_float(name, several.low, several.high, log=several.log))


def _describe(plan: SearchPlan, candidate: Candidate) -> tuple[dict[str, Any], dict[str, "BaseDistribution"]]:
    """Describe a candidate by what would have been suggested."""
    params: dict[str, Any] = {}
    distributions: dict[str, BaseDistribution] = {}

    def choose(name: str, several: Axis) -> Any:
        value = _find(candidate, name, several)
        params[name] = value if isinstance(several, Range) else _sort(several).index(value)
        distributions[name] = _make_distribution(several)
        return value

    assert choose_candidate(plan.grid, choose) == candidate
    return params, distributions


def _make_distribution(several: Axis) -> "BaseDistribution":
    from optuna.distributions import (  # noqa: PLC0415
        CategoricalDistribution,
        FloatDistribution,
        IntDistribution,
    )

    if not isinstance(several, Range):
        n = len(several)
        return IntDistribution(0, n - 1) if _is_numeric(several) else CategoricalDistribution(range(n))
    if several.is_whole:
        step = 1 if several.log else several.step
        return IntDistribution(int(several.low), _find_end(several), log=several.log, step=step)
    return FloatDistribution(several.low, several.high, log=several.log)


def _find_end(several: Range) -> int:
    """Find the last whole number of a range, which its steps may not end at."""
    whole = several.list_values()
    return int(several.high) if whole is None else whole[-1]


def _sort(several: Sequence[Any]) -> list[Any]:
    return sorted(several) if _is_numeric(several) else list(several)


def _is_numeric(several: Sequence[Any]) -> bool:
    return not isinstance(several[0], str | tuple)


def _find(candidate: Candidate, name: str, several: Axis) -> Any:
    """Find what of a candidate was chosen under a name."""
    if name == "hidden":
        assert not isinstance(several, Range)
        return next(widths for widths in several if _fits(candidate.hidden, widths))
    if " of " in name:
        return candidate.hidden[int(name.removeprefix("hidden").split()[0]) - 1]
    value = candidate.params()[name]
    return value if isinstance(several, Range) else several[several.index(value)]


def _fits(hidden: Sequence[int], widths: Sequence[int | Range]) -> bool:
    return len(hidden) == len(widths) and all(
        width == one
        if not isinstance(width, Range)
        else width.low <= one <= width.high and (one - width.low) % width.step == 0
        for one, width in zip(hidden, widths, strict=True)
    )
