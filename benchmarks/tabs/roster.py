"""Who is in a class, and what each has there from before, under words that nobody else may read."""

import re
import shutil
from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np

from mnist_core.data.dataset import make_dataset
from mnist_core.data.kept import keep_dataset
from mnist_core.data.layouts import read_dataset
from mnist_core.data.sample import SAMPLE_PATH
from mnist_core.ground.settings import SHIPPED_MODELS, Settings, fold_name
from mnist_core.store import Database
from mnist_core.store.people.entering import hash_code
from mnist_core.store.people.roll import add_person

_CODE = "a code of all"
_MARK = "planted"
_WORD = re.compile(rb"planted([0-9a-f]{8})")
_N_IMAGES = 200


@dataclass(frozen=True)
class Pupil:
    """Somebody of a class.

    Attributes
    ----------
    number : int
        Seeds what they do.
    name, code : str
        They enter by.
    space : str
        The id of their space.
    word : str
        In the name of everything that is theirs, the own one included.
    """

    number: int
    name: str
    code: str
    space: str
    word: str

    @property
    def model(self) -> str:
        """Name the model that they have from before."""
        return f"{self.word}-model"

    def find_strangers(self, data: bytes) -> set[str]:
        """Find the words of others in what was sent to this person; their ids too."""
        own = self.word.removeprefix(_MARK).encode()
        return {_MARK + word.decode() for word in _WORD.findall(data) if word != own}


def make_class(settings: Settings, n_pupils: int, seed: int = 0) -> list[Pupil]:
    """Give people a space each, with a data set and a model of their own in it."""
    rng, sample = np.random.default_rng(seed), read_dataset(SAMPLE_PATH)
    settings.make_home()
    store, hashed = Database(settings.database), hash_code(_CODE)
    pupils = []
    for number in range(n_pupils):
        word = f"{_MARK}{rng.bytes(4).hex()}"
        name = f"{word} {number}"
        space = add_person(store, name, fold_name(name), hashed).id
        places = settings.of(space)
        chosen = np.sort(rng.choice(sample.n_samples, _N_IMAGES, replace=False))
        images = np.ascontiguousarray(sample.images[chosen])
        own = make_dataset(f"{word}-data", images, sample.labels[chosen], replace(sample.origin))
        keep_dataset(own, places.datasets_folder, places.pool_folder)
        shutil.copytree(SHIPPED_MODELS / "paper", places.models_folder / f"{word}-model")
        pupils.append(Pupil(number, name, _CODE, space, word))
    store.close()
    return pupils


def name_words(words: Iterable[str]) -> str:
    """Name some words, a few of them if they are many."""
    return ", ".join(sorted(words)[:3])
