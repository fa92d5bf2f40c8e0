"""Files are written whole or not at all."""

import pytest

from mnist_core.replacing import replace_file


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
