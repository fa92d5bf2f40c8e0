"""Files that are no backups, newer ones, damaged ones, and such as were made to do harm: all stays."""

import json
import random
import shutil
import sqlite3
import stat
from collections.abc import Callable
from contextlib import closing
from hashlib import sha256
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZIP_LZMA, ZipFile, ZipInfo

import pytest
from labs import fill_lab, read_home

from mnist_core.ground.errors import BackupError
from mnist_core.ground.settings import Settings
from mnist_core.store import Database, list_work
from mnist_core.store.backup import check_backup, restore_backup, write_backup

Members = dict[str, bytes]
DAMAGED = "must be a whole backup of the lab, but is damaged or none"


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """Make a backup; who changes it changes a copy."""
    folder = tmp_path_factory.mktemp("whole")
    settings = Settings(home=folder / "lab", database=f"sqlite:///{folder / 'lab' / 'lab.db'}")
    with closing(Database(settings.database)) as store:
        fill_lab(settings, store)
        write_backup(folder / "lab.zip", settings, store)
    return folder / "lab.zip"


@pytest.fixture
def refuses(settings, lab_store):
    """Return what checks that a file is refused, checked or restored, and all stays."""
    (settings.home / "models").mkdir()
    (settings.home / "models" / "mine").write_text("mine")

    def refuse(path: Path, words: str) -> None:
        for restore in (
            lambda: check_backup(path),
            lambda: restore_backup(path, settings, lab_store, replaces=True),
        ):
            with pytest.raises(BackupError, match=words) as refused:
                restore()
            assert "\n" not in str(refused.value)
            assert str(refused.value).startswith(str(path))
        assert read_home(settings.home).keys() == {"models/mine"}
        assert list_work(lab_store) == []
        assert {one.name for one in settings.home.iterdir()} <= {
            "models",
            "lab.db",
            "lab.db-wal",
            "lab.db-shm",
        }

    return refuse


def change(whole: Path, path: Path, alter: Callable[[Members, dict], None]) -> Path:
    """Write a backup with other members and another manifest, whose marks fit its members."""
    with ZipFile(whole) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    manifest = json.loads(members.pop("manifest.json"))
    alter(members, manifest)
    for name, data in members.items():
        mark = {"size": len(data), "sha256": sha256(data).hexdigest(), "mtime_ns": 0}
        if name == "lab.db":
            manifest["store"] = mark
        elif name.startswith("home/"):
            manifest["files"].setdefault(name.removeprefix("home/"), mark)
    with ZipFile(path, "w", ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
        archive.writestr("manifest.json", json.dumps(manifest))
    return path


def alter_store(data: bytes, folder: Path, *statements: str) -> bytes:
    path = folder / "altered.db"
    path.write_bytes(data)
    with closing(sqlite3.connect(path)) as connection:
        for statement in statements:
            connection.execute(statement)
        connection.commit()
    return path.read_bytes()


def test_a_file_that_is_changed_to_what_it_was_is_restored(whole, tmp_path):
    check_backup(change(whole, tmp_path / "lab.zip", lambda *_: None))


@pytest.mark.parametrize("data", [b"", b"nothing", b"PK\x05\x06" + bytes(18), bytes(5000)])
def test_what_is_no_backup_is_refused(refuses, tmp_path, data):
    (tmp_path / "lab.zip").write_bytes(data)
    refuses(tmp_path / "lab.zip", DAMAGED)


def test_a_file_that_is_not_there_is_refused(refuses, tmp_path):
    refuses(tmp_path / "lab.zip", "must be a file that backup wrote, but there is none")


@pytest.mark.parametrize("share", [0.01, 0.5, 0.9, 0.999])
def test_a_file_that_was_cut_off_is_refused(whole, refuses, tmp_path, share):
    data = whole.read_bytes()
    (tmp_path / "lab.zip").write_bytes(data[: int(share * len(data))])
    refuses(tmp_path / "lab.zip", DAMAGED)


def test_a_file_of_which_a_byte_has_changed_is_refused_or_gives_the_same(whole, tmp_path):
    rng = random.Random(0)
    data, folder = whole.read_bytes(), whole.parent / "lab"
    n_refused = 0
    places = [rng.randrange(len(data)) for _ in range(60)]
    places += [len(data) - 1 - rng.randrange(3000) for _ in range(60)]  # what names the members is at the end
    for number, place in enumerate(places):
        path, home = tmp_path / "lab.zip", tmp_path / str(number)
        path.write_bytes(data[:place] + bytes([data[place] ^ (1 << rng.randrange(8))]) + data[place + 1 :])
        lab = Settings(home=home, database=f"sqlite:///{home / 'lab.db'}")
        with closing(Database(lab.database)) as store:
            try:
                restore_backup(path, lab, store)
            except BackupError:
                n_refused += 1
                assert read_home(home) == {}
            else:
                assert read_home(home) == read_home(folder)
        shutil.rmtree(home)
    assert n_refused > len(places) // 2


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"format": 2}, r"it is newer than this lab: of format 2 .*; update the lab\.$"),
        ({"revision": "0999"}, r"it is newer than this lab: of format 1 and revision 0999, .*update the lab"),
        ({"format": 0}, DAMAGED),
        ({"format": "1"}, DAMAGED),
        ({"revision": "000"}, DAMAGED),
        ({"links": []}, DAMAGED),
        ({"contents": {"n_dragons": 1}}, DAMAGED),
    ],
)
def test_a_backup_of_another_age_is_refused(whole, refuses, tmp_path, values, words):
    refuses(change(whole, tmp_path / "lab.zip", lambda _, manifest: manifest.update(values)), words)


def test_a_store_that_is_newer_than_it_says_is_refused(whole, refuses, tmp_path):
    def alter(members, _):
        mark = "UPDATE alembic_version SET version_num = '0999'"
        members["lab.db"] = alter_store(members["lab.db"], tmp_path, mark)

    refuses(change(whole, tmp_path / "lab.zip", alter), "of revision 0999, made by a newer lab")


@pytest.mark.parametrize(
    "name",
    [
        "../evil",
        "models/../../evil",
        "/etc/evil",
        "models//evil",
        "models/./evil",
        "models\\..\\evil",
        ".streamlit/config.toml",
        "models/.evil",
        "lab.db",
        "lab.db-wal",
        "logs/evil",
        "worker.lock",
        "models/mine/model.json/evil",
        "models/mine/",
        "",
    ],
)
def test_a_member_that_would_lead_elsewhere_is_refused(whole, refuses, tmp_path, name):
    path = change(whole, tmp_path / "lab.zip", lambda members, _: members.update({f"home/{name}": b"evil"}))
    refuses(path, DAMAGED)
    assert not list(tmp_path.rglob("evil"))


@pytest.mark.parametrize(
    ("name", "other"),
    [("../evil", "last_dataset"), ("evil", "../../etc/passwd"), ("evil", "/etc/passwd"), ("evil", "lab.db")],
)
def test_a_link_that_would_lead_elsewhere_is_refused(whole, refuses, tmp_path, name, other):
    refuses(
        change(whole, tmp_path / "lab.zip", lambda _, manifest: manifest["links"].update({name: other})),
        DAMAGED,
    )


@pytest.mark.parametrize("kind", [stat.S_IFLNK, stat.S_IFCHR, stat.S_IFIFO, stat.S_ISUID | stat.S_IFREG])
def test_whatever_a_member_says_that_it_is_a_plain_file_comes_of_it(
    whole, settings, lab_store, tmp_path, kind
):
    changed = change(whole, tmp_path / "changed.zip", lambda members, _: members.update({"home/a": b"/etc"}))
    with ZipFile(changed) as archive, ZipFile(tmp_path / "lab.zip", "w") as other:
        for name in archive.namelist():
            info = ZipInfo(name)
            info.external_attr = (kind | 0o777) << 16
            other.writestr(info, archive.read(name))

    restore_backup(tmp_path / "lab.zip", settings, lab_store)

    mode = (settings.home / "a").lstat().st_mode
    assert (stat.S_ISREG(mode), mode & (stat.S_ISUID | 0o111)) == (True, 0)


@pytest.mark.parametrize("name", ["home/last_dataset", "lab.db", "manifest.json"])
def test_a_backup_that_lacks_a_member_is_refused(whole, refuses, tmp_path, name):
    with ZipFile(whole) as archive, ZipFile(tmp_path / "lab.zip", "w") as other:
        for member in archive.namelist():
            if member != name:
                other.writestr(member, archive.read(member))
    refuses(tmp_path / "lab.zip", DAMAGED)


def test_a_backup_that_has_a_member_twice_is_refused(whole, refuses, tmp_path):
    shutil.copy(whole, tmp_path / "lab.zip")
    with ZipFile(tmp_path / "lab.zip", "a") as archive, pytest.warns(UserWarning, match="Duplicate name"):
        archive.writestr("home/last_dataset", b"other")
    refuses(tmp_path / "lab.zip", DAMAGED)


def test_a_member_that_is_packed_in_another_way_is_refused(whole, refuses, tmp_path):
    with ZipFile(whole) as archive, ZipFile(tmp_path / "lab.zip", "w", ZIP_LZMA) as other:
        for member in archive.namelist():
            other.writestr(member, archive.read(member))
    refuses(tmp_path / "lab.zip", "packed in another way")


def test_a_member_that_has_other_bytes_than_the_manifest_says_is_refused(whole, refuses, tmp_path):
    def alter(members, manifest):
        members["home/last_dataset"] = bytes(len(members["home/last_dataset"]))

    refuses(change(whole, tmp_path / "lab.zip", alter), "home/last_dataset has other bytes")


def test_a_backup_that_needs_more_room_than_there_is_is_refused(whole, settings, lab_store, tmp_path):
    def alter(_, manifest):
        manifest["files"]["last_dataset"]["size"] = 2**60

    path = change(whole, tmp_path / "lab.zip", alter)
    with pytest.raises(BackupError, match=r"it needs [\d,]+ MB of room in .*; make room there\.$"):
        restore_backup(path, settings, lab_store)


@pytest.mark.parametrize(
    "statement",
    [
        "CREATE TRIGGER evil AFTER INSERT ON runs BEGIN DELETE FROM people; END",
        "CREATE VIEW evil AS SELECT * FROM people",
        "CREATE TABLE evil (a TEXT)",
        "UPDATE runs SET id = '../../evil' WHERE name = 'done'",
        "UPDATE runs SET id = '.' WHERE name = 'done'",
        "UPDATE runs SET fingerprint = '/etc'",
        "UPDATE runs SET space = '..'",
        "UPDATE runs SET state = 'evil'",
        "UPDATE runs SET plan = 'no JSON'",
        "UPDATE runs SET space = x'00'",
        "UPDATE runs SET created = 'now'",
        "UPDATE runs SET name = 'a' || char(0)",
        "UPDATE people SET limits = '['",
        "DROP TABLE epochs",
    ],
)
def test_a_store_that_would_do_harm_is_refused(whole, refuses, tmp_path, statement):
    def alter(members, _):
        members["lab.db"] = alter_store(members["lab.db"], tmp_path, statement)

    refuses(change(whole, tmp_path / "lab.zip", alter), "damaged or none|must hold a store")


def test_a_store_that_is_no_database_is_refused(whole, refuses, tmp_path):
    def alter(members, _):
        members["lab.db"] = bytes(8192)

    refuses(change(whole, tmp_path / "lab.zip", alter), DAMAGED)
