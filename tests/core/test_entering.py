"""People come in by name and code: who tries codes waits, and no name can be taken for another's."""

import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import sqlalchemy as sa

from mnist_core.ground.errors import PersonError
from mnist_core.ground.settings import People, Settings
from mnist_core.store import Database
from mnist_core.store.people.entering import enter, hash_code, make_token, read_token
from mnist_core.store.people.roll import (
    Person,
    add_person,
    find_space,
    get_person,
    list_people,
    read_secret,
)
from mnist_core.store.tables import PEOPLE


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(tmp_path, f"sqlite:///{tmp_path / 'lab.db'}", people=People.NAMES)


@pytest.fixture
def store(settings: Settings) -> Database:
    return Database(settings.database)


def let_pass(store: Database) -> None:
    """Let the time pass for which somebody has to wait."""
    store.write(sa.update(PEOPLE).values(wait_until=0.0))


def test_a_name_is_the_same_person_however_it_is_written(store: Database, settings: Settings) -> None:
    ada = enter(store, settings, "Ada  Lovelace", "engine")

    assert [enter(store, settings, name, "engine").id for name in ("ada lovelace", " ＡＤＡ Lovelace ")] == [
        ada.id
    ] * 2


@pytest.mark.parametrize(
    "name",
    [
        "",
        "   ",
        "a" * 41,
        "Ada\u200b",
        "Ada\u2060",
        "Ada\x00",
        "Ada\u202e",
        "\u3164",
        "Ada\u3164",
        "Ada\ufe0f",
        "A\u034fda",
        "\u2800\u2800",
        "Ad\u0430",  # Cyrillic
        "\u0391da",  # Greek
        "!!!",
        "0123456789abcdef",
        "\ufdfa" * 40,  # eighteen letters each, folded
        "\ud800",
    ],
)
def test_a_name_that_others_cannot_tell_from_one_or_see_is_refused(
    store: Database, settings: Settings, name: str
) -> None:
    enter(store, settings, "Ada", "engine")

    with pytest.raises(PersonError):
        enter(store, settings, name, "engine")
    assert len(list_people(store)) == 1


@pytest.mark.parametrize("name", ["Ада", "Αδα", "王小明", "Zoë", "José-María O'Neil", "Ada 2", "عادة", "2b"])
def test_names_of_all_alphabets_are_names(store: Database, settings: Settings, name: str) -> None:
    assert enter(store, settings, name, "engine").name == name


def test_the_host_is_no_name_that_can_be_had_by_coming_first(store: Database, settings: Settings) -> None:
    hosted = Settings(settings.home, settings.database, people=People.NAMES, hosts=frozenset({"ada"}))

    for name in ("Ada", "ADA", "ａda"):
        with pytest.raises(PersonError, match="looks after"):
            enter(store, hosted, name, "engine")


@pytest.mark.parametrize("word", ["", "wrong", "Right", "right ", "\x00", "ä" * 10_000])
def test_a_new_name_needs_the_code_of_the_class(store: Database, settings: Settings, word: str) -> None:
    closed = Settings(settings.home, settings.database, people=People.NAMES, class_code="right")

    with pytest.raises(PersonError, match="code of the class"):
        enter(store, closed, "Ada", "engine", word)
    enter(store, closed, "Ada", "engine", "right")
    assert enter(store, closed, "Ada", "engine").name == "Ada"


@pytest.mark.parametrize("code", ["", "abc", "a" * 201])
def test_a_code_has_its_length(store: Database, settings: Settings, code: str) -> None:
    with pytest.raises(PersonError, match="4 to 200 signs"):
        enter(store, settings, "Ada", code)


def test_of_two_thousand_wrong_codes_at_once_six_are_looked_at(store: Database, settings: Settings) -> None:
    enter(store, settings, "Ada", "engine")

    def try_code(number: int) -> str:
        try:
            enter(store, settings, "Ada", f"wrong-{number}")
        except PersonError as error:
            return "not the code" if "not the code" in str(error) else "wait"
        return "in"

    with ThreadPoolExecutor(8) as pool:
        said = list(pool.map(try_code, range(2000)))

    assert "in" not in said
    assert said.count("not the code") == 6
    with pytest.raises(PersonError, match="wrong too often: wait 1"):
        enter(store, settings, "Ada", "engine")
    let_pass(store)
    assert enter(store, settings, "Ada", "engine").name == "Ada"


def test_who_waits_keeps_nobody_from_writing(store: Database, settings: Settings) -> None:
    enter(store, settings, "Ada", "engine")
    for number in range(6):
        with pytest.raises(PersonError):
            enter(store, settings, "Ada", f"wrong-{number}")

    begin = time.monotonic()
    with store.writing(), pytest.raises(PersonError, match="too often"):
        enter(store, settings, "Ada", "engine")
    assert time.monotonic() - begin < 5  # a lock is waited for thirty seconds


def test_each_more_wrong_code_makes_the_wait_longer_and_the_right_one_forgives(
    store: Database, settings: Settings
) -> None:
    ada = enter(store, settings, "Ada", "engine")
    waits = []
    for number in range(14):
        with pytest.raises(PersonError):
            enter(store, settings, "Ada", f"wrong-{number}")
        with store.reading() as connection:
            until = connection.execute(sa.select(PEOPLE.c.wait_until)).scalar_one()
        waits.append(max(0, round(until - time.time())))
        let_pass(store)

    assert waits[:5] == [0] * 5
    assert [round(one / 15) for one in waits[5:10]] == [1, 2, 4, 8, 16]
    assert max(waits) == 600
    enter(store, settings, "Ada", "engine")
    with pytest.raises(PersonError, match="not the code"):
        enter(store, settings, "Ada", "wrong again")
    assert get_person(store, ada.id) is not None


def test_what_is_kept_of_a_code_is_a_hash_with_salt(store: Database, settings: Settings) -> None:
    hashes = [enter(store, settings, name, "engine").code_hash for name in ("Ada", "Bo")]

    assert all(one is not None and one.startswith("$argon2id$") and "engine" not in one for one in hashes)
    assert hashes[0] != hashes[1]


def test_who_has_no_code_does_not_come_in_by_one(store: Database, settings: Settings) -> None:
    add_person(store, "Ada", "ada")  # as by a login

    for code in ("", "None", "engine"):
        with pytest.raises(PersonError):
            enter(store, settings, "Ada", code)


def test_a_token_is_of_one_person_one_code_and_one_lab(store: Database, settings: Settings) -> None:
    ada = enter(store, settings, "Ada", "engine")
    bo = enter(store, settings, "Bo", "bicycle")
    secret = read_secret(store)

    def find(person_id: str) -> Person | None:
        return get_person(store, person_id)

    assert read_token(secret, make_token(secret, ada), find) == ada
    assert read_token("another", make_token(secret, ada), find) is None
    mixed = ".".join([make_token(secret, bo).split(".")[0], *make_token(secret, ada).split(".")[1:]])
    assert read_token(secret, mixed, find) is None
    store.write(sa.delete(PEOPLE).where(PEOPLE.c.id == ada.id))
    assert read_token(secret, make_token(secret, ada), find) is None


def test_the_secret_is_the_same_for_all_who_ask_at_once(settings: Settings, store: Database) -> None:
    with ThreadPoolExecutor(8) as pool:
        found = set(pool.map(lambda _: read_secret(store), range(32)))

    assert len(found) == 1
    assert len(found.pop()) >= 64


def test_an_id_names_its_space_even_where_somebody_is_called_so(store: Database, settings: Settings) -> None:
    ada = add_person(store, "Ada", "ada", hash_code("engine"))
    add_person(store, ada.id, ada.id, hash_code("snake"))

    assert find_space(store, settings, ada.id) == ada.id
