"""Files are written whole or not at all."""

import os
import resource
from contextlib import contextmanager
from io import BytesIO
from threading import Thread

import numpy as np
import pytest
from trained import make_dataset

from mnist_core.cli.table import write_csv
from mnist_core.data.kept import keep_dataset
from mnist_core.data.kept_sources import find_sources, keep_sources
from mnist_core.data.layouts import save_dataset
from mnist_core.ground.errors import DataError, StorageError
from mnist_core.ground.replacing import replace_file
from mnist_core.training.riddle.result import Study, save_result


def write_half(path):
    with replace_file(path) as file:
        file.write(b"half")
        raise KeyboardInterrupt


def test_readers_see_the_old_file_until_the_new_one_is_whole(tmp_path):
    path = tmp_path / "kept.json"
    path.write_bytes(b"old")

    with replace_file(path) as file:
        file.write(b"new")
        assert path.read_bytes() == b"old"

    assert path.read_bytes() == b"new"
    assert [one.name for one in tmp_path.iterdir()] == ["kept.json"]


def test_what_fails_leaves_the_old_file_and_nothing_else(tmp_path):
    path = tmp_path / "kept.json"
    path.write_bytes(b"old")

    with pytest.raises(KeyboardInterrupt):
        write_half(path)

    assert path.read_bytes() == b"old"
    assert [one.name for one in tmp_path.iterdir()] == ["kept.json"]


def test_a_file_needs_a_folder_that_exists(tmp_path):
    with pytest.raises(FileNotFoundError), replace_file(tmp_path / "none" / "kept.json"):
        pass


@contextmanager
def full_after(n_bytes):
    """Let the disk be full for each file after some bytes."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (n_bytes, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def write_table(path):
    write_csv(path / "kept", [{"digit": 7}] * 5_000)


def write_dataset(path):
    (path / "kept").replace(path / "kept.npz")
    try:
        save_dataset(make_dataset(), path / "kept.npz")
    finally:
        (path / "kept.npz").replace(path / "kept")


def write_study(path):
    pictures = {("noise", "0"): np.random.default_rng(0).random((10, 28, 28), np.float32)}
    (path / "kept").replace(path / "fields.npz")
    try:
        save_result(Study([], pictures, {}), {}, path)
    finally:
        (path / "networks.csv").unlink()
        (path / "fields.npz").replace(path / "kept")


@pytest.mark.parametrize("write", [write_table, write_dataset, write_study])
def test_a_full_disk_leaves_what_was_there_and_nothing_half(tmp_path, write):
    (tmp_path / "kept").write_text("old")

    with full_after(2_000), pytest.raises(StorageError, match=r"cannot be written \(File too large\)"):
        write(tmp_path)

    assert [(one.name, one.read_text()) for one in tmp_path.iterdir()] == [("kept", "old")]


def test_a_link_stays_a_link_and_a_pipe_gets_what_is_written(tmp_path):
    (tmp_path / "link").symlink_to(tmp_path / "aim")
    os.mkfifo(tmp_path / "pipe")
    read = []
    reader = Thread(target=lambda: read.append((tmp_path / "pipe").read_bytes()))
    reader.start()

    for name in ("link", "pipe"):
        with replace_file(tmp_path / name) as file:
            file.write(b"new")
    reader.join()

    assert ((tmp_path / "link").is_symlink(), (tmp_path / "aim").read_bytes()) == (True, b"new")
    assert ((tmp_path / "pipe").is_fifo(), read) == (True, [b"new"])


def test_a_source_that_finds_no_room_leaves_the_one_that_was_kept(tmp_path):
    dataset = keep_dataset(make_dataset(), tmp_path / "datasets")
    source = tmp_path / "digits.mat"
    source.write_bytes(b"old")
    keep_sources([(source, source.name)], dataset.fingerprint, tmp_path / "datasets")
    source.write_bytes(bytes(9_000))
    names = sorted(path.name for path in (tmp_path / "datasets" / dataset.fingerprint).iterdir())

    with full_after(2_000), pytest.raises(DataError, match="needs room"):
        keep_sources([(source, source.name)], dataset.fingerprint, tmp_path / "datasets")

    kept = tmp_path / "datasets" / dataset.fingerprint
    assert (kept / "source.mat").read_bytes() == b"old"
    assert sorted(path.name for path in kept.iterdir()) == names


def test_several_sources_are_kept_with_their_names_and_one_takes_their_place(tmp_path):
    folder = tmp_path / "datasets"
    dataset = keep_dataset(make_dataset(), folder)
    one, other = BytesIO(b"images"), BytesIO(b"labels")

    for _ in range(2):
        keep_sources([(one, "a.mat"), (other, "../b.mat")], dataset.fingerprint, folder)
        found = find_sources(dataset.fingerprint, folder)
        assert [(path.read_bytes(), name) for path, name in found] == [
            (b"images", "a.mat"),
            (b"labels", "../b.mat"),
        ]
        assert len(list((folder / dataset.fingerprint).glob("source*"))) == 3

    keep_sources([(one, "a.mat")], dataset.fingerprint, folder)
    (path, name) = find_sources(dataset.fingerprint, folder)[0]
    assert (path.name, name, path.read_bytes()) == ("source.mat", dataset.name, b"images")
    assert len(list((folder / dataset.fingerprint).glob("source*"))) == 1


def test_of_several_sources_one_that_finds_no_room_leaves_those_that_were_kept(tmp_path):
    folder = tmp_path / "datasets"
    dataset = keep_dataset(make_dataset(), folder)
    keep_sources([(BytesIO(b"old"), "a.mat"), (BytesIO(b"er"), "b.mat")], dataset.fingerprint, folder)

    with full_after(2_000), pytest.raises(DataError, match="needs room"):
        keep_sources([(BytesIO(b"new"), "a"), (BytesIO(bytes(9_000)), "b")], dataset.fingerprint, folder)

    found = find_sources(dataset.fingerprint, folder)
    assert [(path.read_bytes(), name) for path, name in found] == [(b"old", "a.mat"), (b"er", "b.mat")]
