"""Two people of one lab, each with something of everything, named by words that nothing else has."""

import hashlib
from dataclasses import dataclass, replace
from pathlib import Path

from stored_runs import OUTCOME, PLAN, add_run, make_record
from trained import make_dataset, make_model

from mnist_core.data.kept import keep_dataset
from mnist_core.data.kept_sources import keep_sources
from mnist_core.ground.settings import Settings
from mnist_core.network.candidate import Activation, Candidate
from mnist_core.network.recipe import Recipe
from mnist_core.pens.corrections import Source, keep_correction, make_correction
from mnist_core.pens.game import Round
from mnist_core.pens.scores import keep_score, make_score
from mnist_core.store import (
    Database,
    WorkState,
    add_search,
    claim,
    end,
    get_job,
    record,
    request_pause,
    set_tags,
)
from mnist_core.store.people.entering import hash_code, make_token
from mnist_core.store.people.roll import Person, add_person, read_secret
from mnist_core.training.live.live_plan import LivePlan, Rates, Wishes
from mnist_core.training.live.watched import add_training, open_learner
from mnist_ui.who import COOKIE

_LINES = [[[40, 40], [200, 60], [120, 240]]]


@dataclass(frozen=True)
class Somebody:
    """A person with all that is theirs.

    Attributes
    ----------
    word : str
        Part of the name of each of their things, which nobody else knows.
    handle : str
        Part of the names of their model and draft, which others may have heard of.
    cookie : str
        That their browser sends.
    draft : str
        The word of a link that finds their draft.
    """

    person: Person
    settings: Settings
    word: str
    handle: str
    cookie: str
    fingerprint: str
    model: str
    done: str
    paused: str
    training: str
    draft: str

    @property
    def ids(self) -> tuple[str, ...]:
        """What could be sent in a link or by a widget."""
        return (
            self.done,
            self.paused,
            self.training,
            self.model,
            self.fingerprint,
            self.draft,
            self.person.id,
            str(self.settings.models_folder / self.model),
            f"../../{self.person.id}/models/{self.model}",
        )

    def find_words(self, text: str, sent: str = "") -> list[str]:
        """Find what only they know in a text; not what was sent, which may come back."""
        secrets = [self.word, *(one for one in (self.handle, *self.ids[:3]) if one not in sent)]
        return [one for one in secrets if one in text]

    def read(self) -> dict[str, str]:
        """Return what every file of theirs holds, told apart by its hash."""
        roots = (self.settings.folder, *(self.settings.runs_folder / one for one in self.ids[:3]))
        files = [path for root in roots for path in sorted(root.rglob("*")) if path.is_file()]
        return {str(path): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def make_somebody(settings: Settings, store: Database, name: str, word: str, handle: str) -> Somebody:
    """Let somebody open data, search, train live, save a model, draw and play."""
    person = add_person(store, name, name.casefold(), hash_code("engine"))
    places, view = settings.of(person.id), store.of(person.id)
    fingerprint = _keep_data(places, word)
    model = f"{handle}-model"
    make_model(places.models_folder / model, replace(make_dataset(), name=f"{word}-data.mat"))
    done, paused = _search(view, places, word, fingerprint, model)
    training = _train(view, places, word, fingerprint)
    _draw(places, name, word)
    return Somebody(
        person,
        places,
        word,
        handle,
        f"{COOKIE}={make_token(read_secret(store), person)}",
        fingerprint,
        model,
        done,
        paused,
        training,
        _keep_draft(places, handle),
    )


def _keep_data(places: Settings, word: str) -> str:
    dataset = replace(make_dataset(), name=f"{word}-data.mat")
    kept = keep_dataset(dataset, places.datasets_folder, places.pool_folder)
    source = places.folder / "source"
    source.write_text(word, encoding="utf-8")
    keep_sources([(source, source.name)], kept.fingerprint, places.datasets_folder)
    places.last_dataset_path.write_text(kept.fingerprint, encoding="utf-8")
    return kept.fingerprint


def _search(view: Database, places: Settings, word: str, fingerprint: str, model: str) -> tuple[str, str]:
    done = add_search(view, PLAN, f"{word}-data.mat", fingerprint, f"{word} grid")
    claim(view, done)
    epochs = [(one, fold, make_record(1)) for one in range(2) for fold in range(2)]
    record(view, done, epochs, [(one, fold, 0.9) for one, fold, _ in epochs])
    folder = places.runs_folder / done
    folder.mkdir(parents=True)
    (folder / "results.csv").write_text(f"{word},1\n", encoding="utf-8")
    found = {"model": str(places.models_folder / model), "results_csv": str(folder / "results.csv")}
    end(view, done, WorkState.DONE, outcome=vars(replace(OUTCOME, **found)))
    set_tags(view, done, [f"{word} tag"])
    places.logs_folder.mkdir(exist_ok=True)
    (places.logs_folder / f"{done}.log").write_text(word, encoding="utf-8")
    paused = add_run(view, f"{word} waits")
    request_pause(view, paused)
    return done, paused


def _train(view: Database, places: Settings, word: str, fingerprint: str) -> str:
    plan = LivePlan(Candidate(0.01, 12, 8, Activation.TANH), Recipe(batch_size=32))
    data = f"{word}-data.mat"
    training = add_training(view, plan, data, fingerprint, Wishes(2, Rates(0.01)), f"{word} training")
    claim(view, training)
    learner = open_learner(get_job(view, training), places)
    for _ in range(2):
        learner.train_epoch(Rates(0.01))
    learner.keep_state()
    record(view, training, [(0, -1, one) for one in learner.history])
    end(view, training, WorkState.PAUSED, f"{word} rests")
    return training


def _draw(places: Settings, name: str, word: str) -> None:
    for source in (Source.DRAW, Source.GAME):
        drawn = make_correction(_LINES, 7, 1, f"{word}-reader", source)
        keep_correction(drawn, places.corrections_folder)
    keep_score(make_score(name, Round((5,), "robust").play(5, 2.0), places.space), places.scores_folder)


def _keep_draft(places: Settings, handle: str) -> str:
    link = f"{handle}-draft"
    path: Path = places.drafts_folder / f"{hashlib.sha256(link.encode()).hexdigest()[:32]}.json"
    path.parent.mkdir(parents=True)
    path.write_text('{"draw-drawn": []}', encoding="utf-8")
    return link
