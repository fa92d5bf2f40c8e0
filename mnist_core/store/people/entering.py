"""How people come in: by a name and a code, tried a few times at most, and a token that knows them again."""

import re
import time
import unicodedata
from collections.abc import Callable
from hmac import compare_digest

import sqlalchemy as sa
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError
from itsdangerous import BadData, URLSafeTimedSerializer

from mnist_core.ground.errors import PersonError
from mnist_core.ground.settings import Settings, fold_name
from mnist_core.store import Database
from mnist_core.store.people.roll import Person, add_person, change_person, check_name, find_person
from mnist_core.store.tables import PEOPLE

FEWEST_SIGNS, MOST_SIGNS = 4, 200
"""Of a code."""

TOKEN_DAYS = 30
"""How long a browser is known again."""

MOST_FOLDED = 200
"""Letters of a folded name: a sign may become eighteen of them."""

_FREE_TRIES = 5  # wrong codes in a row before one has to wait
_FIRST_WAIT_S, _LONGEST_WAIT_S = 15.0, 600.0
# Signs that count as printed, though nobody sees them: two names that differ by them alone look the same.
_UNSEEN = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2800\u3164\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef]"
)
_ALIKE = ("CYRILLIC", "GREEK", "LATIN")  # scripts with letters that look like another's
_ID = re.compile("[0-9a-f]{16}")
_N_END = 12  # signs of a code's hash that a token carries: a new code makes old tokens worthless
# The least that OWASP's password storage sheet asks of argon2id: 19 MiB, two passes, one lane. Thirty people
# come in within a minute on two cores.
_HASHER = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)


def enter(store: Database, settings: Settings, name: str, code: str, class_code: str = "") -> Person:
    """Let somebody in by name and code; a name that is new gets a space, and the code from then on.

    Parameters
    ----------
    store : Database
        Of the whole lab.
    settings : Settings
        Say who the host is, and what a new name needs.
    name, code : str
        As typed.
    class_code : str
        What a new name needs where the settings have one.

    Raises
    ------
    PersonError
        If the code is wrong, was wrong too often, is too short, or the name cannot be had.
    """
    name = check_name(name)
    person = find_person(store, fold_name(name))
    if person is None:
        return _begin(store, settings, name, code, class_code)
    _count_try(store, person)
    if person.code_hash is None or not _is_right(person.code_hash, code):
        raise PersonError(f"That is not the code of {person.name}: type it again, or choose another name.")
    store.write(sa.update(PEOPLE).where(PEOPLE.c.id == person.id).values(n_wrong=0, wait_until=0.0))
    return person


def hash_code(code: str) -> str:
    """Hash a code by argon2id.

    Raises
    ------
    PersonError
        If it is too short or too long.
    """
    if not FEWEST_SIGNS <= len(code) <= MOST_SIGNS:
        raise PersonError(
            f"A code needs {FEWEST_SIGNS} to {MOST_SIGNS} signs, but has {len(code)}: choose another."
        )
    return _HASHER.hash(code)


def set_code(store: Database, person_id: str, code: str) -> None:
    """Give somebody a new code: it may be tried at once, and no browser is known by the old one any more.

    Raises
    ------
    PersonError
        If it is too short or too long.
    """
    change_person(store, person_id, code_hash=hash_code(code), n_wrong=0, wait_until=0.0)


def make_token(secret: str, person: Person) -> str:
    """Make the signed token that a browser keeps, of signs that every proxy leaves as they are."""
    return _signer(secret).dumps([person.id, (person.code_hash or "")[-_N_END:]])


def read_token(secret: str, token: str, find: Callable[[str], Person | None]) -> Person | None:
    """Return who a token is of; None where it is forged or too old, or they have a new code or are gone.

    Parameters
    ----------
    secret : str
        It was signed with.
    token : str
        As the browser sent it.
    find : callable
        Finds a person by id.
    """
    try:
        person_id, end = _signer(secret).loads(token, max_age=TOKEN_DAYS * 86_400)
    except (BadData, ValueError, TypeError):
        return None
    person = find(person_id)
    return person if person is not None and (person.code_hash or "")[-_N_END:] == end else None


def _begin(store: Database, settings: Settings, name: str, code: str, class_code: str) -> Person:
    key = fold_name(name)
    _check_new_name(name)
    if key in settings.hosts:
        raise PersonError(
            f"{name} looks after this lab, so the first code is set beside it: on the server, "
            f"`python -m mnist_core people code {name}`."
        )
    if not compare_digest(settings.class_code.encode(), class_code.encode() * bool(settings.class_code)):
        raise PersonError("A new name needs the code of the class: ask who looks after the lab for it.")
    return add_person(store, name, key, hash_code(code))


def _check_new_name(name: str) -> None:
    """Refuse names that others would take for somebody else's."""
    scripts = {unicodedata.name(sign, "").partition(" ")[0] for sign in name if sign.isalpha()}
    if len(fold_name(name)) > MOST_FOLDED:
        raise PersonError("A name of such letters is too long to be kept: type a shorter one.")
    if _UNSEEN.search(name) or not any(sign.isalnum() for sign in name):
        raise PersonError("A name needs a letter or digit, and no signs that nobody sees: type another.")
    if len(scripts.intersection(_ALIKE)) > 1:
        raise PersonError("A name's letters must be of one alphabet, as others look alike: type another.")
    if _ID.fullmatch(name):
        raise PersonError("A name of 16 such signs looks like an id of the lab: type another.")


def _count_try(store: Database, person: Person) -> None:
    """Count a try as a wrong one before it is looked at: many at once are counted one by one."""
    now = time.time()
    row = sa.select(PEOPLE.c.n_wrong, PEOPLE.c.wait_until).where(PEOPLE.c.id == person.id)
    with store.reading() as connection:  # first: who has to wait keeps nobody from writing
        _, until = connection.execute(row).one()
    if until > now:
        raise _must_wait(person, until - now)
    with store.writing() as connection:
        n_wrong, until = connection.execute(row.with_for_update()).one()
        if until <= now:
            n_late = n_wrong - _FREE_TRIES
            wait = 0.0 if n_late < 0 else min(_FIRST_WAIT_S * 2.0 ** min(n_late, 16), _LONGEST_WAIT_S)
            values = {"n_wrong": n_wrong + 1, "wait_until": now + wait}
            connection.execute(sa.update(PEOPLE).where(PEOPLE.c.id == person.id).values(values))
            return
    raise _must_wait(person, until - now)


def _must_wait(person: Person, seconds: float) -> PersonError:
    return PersonError(
        f"The code of {person.name} was wrong too often: wait {max(round(seconds), 1)} s, or ask who "
        "looks after the lab for a new one."
    )


def _is_right(code_hash: str, code: str) -> bool:
    try:
        return _HASHER.verify(code_hash, code[:MOST_SIGNS])
    except (VerifyMismatchError, InvalidHashError):
        return False


def _signer(secret: str) -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(secret, salt="mnist-lab-person")
