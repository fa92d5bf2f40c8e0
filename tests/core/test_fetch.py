"""Fetching from a small local server: damaged, dead and cut mirrors, then whole ones."""

import bz2
import hashlib
import io
import zipfile
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

import numpy as np
import pytest
from disks import small_disk
from mirrors import (
    CLASSES,
    DIGITS,
    FILES,
    IMAGES,
    LABELS,
    PIXELS,
    TEST_LABELS,
    Server,
    find_dead_address,
    make_idx,
    make_set,
    serve,
)

from mnist_core.data.dataset import Choices, compute_fingerprint, split_dataset
from mnist_core.data.fetching import CATALOG, Download, fetch_dataset, fetch_files
from mnist_core.data.fetching.mirrors import fetch_file
from mnist_core.ground.errors import FetchError


@pytest.fixture
def server() -> Iterator[Server]:
    with serve() as server:
        yield server


@pytest.fixture
def mirror(server: Server) -> Callable[[str], str]:
    return server.mirror


@pytest.fixture
def dead_mirror() -> str:
    return find_dead_address()


def make_zip(files: dict[str, bytes]) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as packed:
        for name, content in files.items():
            packed.writestr(name, content)
    return file.getvalue()


def list_files(folder: Path) -> set[str]:
    return {path.name for path in folder.rglob("[!.]*") if path.is_file()}


def test_whole_files_become_the_data_set_with_its_own_test_part(tmp_path, mirror):
    dataset = fetch_dataset(make_set("mnist", [mirror("whole")]), tmp_path)
    np.testing.assert_array_equal(dataset.images, DIGITS[0])
    np.testing.assert_array_equal(dataset.labels, DIGITS[1])
    assert split_dataset(dataset).test.tolist() == list(range(250, 300))
    assert dataset.origin.variables[0] == ("train_images", "250 x 28 x 28 uint8")


def test_the_training_images_alone_are_the_data_that_they_were_before(tmp_path, mirror):
    dataset = fetch_dataset(make_set("mnist-60000", [mirror("whole")]), tmp_path)
    pixels = np.true_divide(PIXELS[:250], np.float32(255), dtype=np.float32)
    assert dataset.fingerprint == compute_fingerprint(pixels, CLASSES[:250].astype(np.int64))


def test_garments_have_their_names(tmp_path, mirror):
    dataset = fetch_dataset(make_set("fashion-mnist", [mirror("whole")]), tmp_path)
    assert dataset.class_names[0] == "T-shirt/top"
    assert dataset.class_names[9] == "Ankle boot"
    np.testing.assert_array_equal(dataset.labels, DIGITS[1])
    assert list_files(tmp_path / "fashion-mnist") == set(FILES)


def test_what_is_known_of_a_set_can_be_overruled(tmp_path, mirror):
    known = make_set("kmnist", [mirror("whole")])
    dataset = fetch_dataset(known, tmp_path, choices=Choices(class_names="0,1,2,3,4,5,6,7,8,9", test="none"))
    assert known.choices.class_names is not None
    assert dataset.class_names == tuple("0123456789")
    assert dataset.n_samples == 250


def test_an_archive_is_fetched_once_for_the_sets_that_lie_in_it(tmp_path, mirror, server):
    turned = PIXELS.swapaxes(1, 2)
    letters = [make_idx(turned[:250]), make_idx(np.arange(250, dtype=np.uint8) % 26 + 1)]
    letters += [make_idx(turned[250:]), make_idx(np.arange(50, dtype=np.uint8) % 26 + 1)]
    digits = [make_idx(turned[:250]), FILES[LABELS], make_idx(turned[250:]), FILES[TEST_LABELS]]
    members = {
        part.member: content
        for kind, contents in (("letters", letters), ("digits", digits))
        for part, content in zip(CATALOG[f"emnist-{kind}"].parts, contents, strict=True)
    }
    server.files["gzip.zip"] = make_zip(members)

    letters_set, digits_set = (
        fetch_dataset(make_set(f"emnist-{kind}", [mirror("whole")], server.files), tmp_path)
        for kind in ("letters", "digits")
    )

    assert server.asked == ["/whole/gzip.zip"]
    assert letters_set.class_names == tuple("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
    assert letters_set.labels[:27].tolist() == [*range(26), 0]
    for dataset in (letters_set, digits_set):
        np.testing.assert_array_equal(dataset.images, DIGITS[0])
        assert dataset.test_part.tolist() == list(range(250, 300))


def test_digits_of_libsvm_are_counted_from_one_and_run_from_minus_one(tmp_path, mirror, server):
    pixels = PIXELS[:, 6:22, 6:22].reshape(300, 256) / 127.5 - 1
    lines = [
        f"{label + 1} " + " ".join(f"{place}:{value:.6g}" for place, value in enumerate(row, start=1))
        for label, row in zip(CLASSES, pixels, strict=True)
    ]
    server.files["usps.bz2"] = bz2.compress("\n".join(lines[:250]).encode())
    server.files["usps.t.bz2"] = bz2.compress("\n".join(lines[250:]).encode())

    dataset = fetch_dataset(make_set("usps", [mirror("whole")], server.files), tmp_path)

    assert dataset.side == 16
    np.testing.assert_array_equal(dataset.labels, CLASSES)
    np.testing.assert_allclose(dataset.images, PIXELS[:, 6:22, 6:22] / 255, atol=1e-5)
    assert dataset.test_part.tolist() == list(range(250, 300))


@pytest.mark.parametrize("kind", ["other", "cut", "absent"])
def test_the_next_mirror_is_asked_when_one_fails(tmp_path, mirror, kind):
    dataset = fetch_dataset(make_set("mnist", [mirror(kind), mirror("whole")]), tmp_path)
    assert dataset.n_samples == 300


def test_the_next_mirror_is_asked_when_one_is_dead(tmp_path, mirror, dead_mirror):
    dataset = fetch_dataset(make_set("mnist", [dead_mirror, mirror("whole")]), tmp_path)
    assert dataset.n_samples == 300


@pytest.mark.parametrize(
    ("kind", "reason"), [("other", "gave other bytes"), ("cut", "broke off"), ("absent", "answered 404")]
)
def test_one_sentence_says_what_each_mirror_did(tmp_path, mirror, kind, reason):
    with pytest.raises(
        FetchError, match=rf"needs a mirror that gives {TEST_LABELS} whole, but 127\.0\.0\.1:\d+ {reason}:"
    ):
        fetch_dataset(make_set("mnist", [mirror(kind)]), tmp_path)


@pytest.mark.parametrize(
    ("n", "words"), [(1, "its one public mirror could not"), (2, "none of 2 public mirrors could")]
)
def test_without_a_network_the_sentence_says_what_needs_none(tmp_path, dead_mirror, n, words):
    with pytest.raises(FetchError, match=rf"Fetching KMNIST .* {words} be reached: .* built-in sample"):
        fetch_dataset(make_set("kmnist", [dead_mirror] * n), tmp_path)


def make_long(server: Server) -> Download:
    """Give the server a file of several pieces."""
    server.files["long"] = np.random.default_rng(0).bytes(600_000)
    return Download("long", hashlib.sha256(server.files["long"]).hexdigest())


def test_what_broke_off_goes_on_where_it_was(tmp_path, mirror, server):
    long = make_long(server)
    path = fetch_file("A set", long, [mirror("cut"), mirror("whole")], tmp_path)
    (_, rest) = server.asked
    assert 200_000 < int(rest.removeprefix("/whole/long+")) <= 300_000
    assert path.read_bytes() == server.files["long"]
    assert list_files(tmp_path) == {"long"}


def test_a_fetch_goes_on_where_the_last_one_broke_off(tmp_path, mirror, server):
    long = make_long(server)
    with pytest.raises(FetchError, match="broke off"):
        fetch_file("A set", long, [mirror("cut")], tmp_path)
    fetch_file("A set", long, [mirror("whole")], tmp_path)
    assert server.asked[-1].startswith("/whole/long+")


@pytest.mark.parametrize("n_bytes", [20, 10**6])
def test_the_rest_of_another_file_is_not_gone_on_with(tmp_path, mirror, n_bytes):
    (tmp_path / f"{IMAGES}.part").write_bytes(b"x" * n_bytes)
    fetch_files(make_set("mnist-60000", [mirror("whole")]), tmp_path)
    assert list_files(tmp_path) == {LABELS, IMAGES}


def test_other_bytes_leave_nothing_behind(tmp_path, mirror):
    with pytest.raises(FetchError):
        fetch_files(make_set("mnist", [mirror("other")]), tmp_path)
    assert list_files(tmp_path) == set()


def test_a_second_fetch_asks_nobody(tmp_path, mirror, server, dead_mirror):
    fetch_files(make_set("mnist", [mirror("whole")]), tmp_path)
    dataset = fetch_dataset(make_set("mnist", [dead_mirror]), tmp_path)
    assert dataset.n_samples == 300
    assert sorted(server.asked) == sorted(f"/whole/{name}" for name in FILES)


def test_two_who_fetch_at_once_share_one_download(tmp_path, mirror, server):
    one = make_set("mnist", [mirror("whole")])
    with ThreadPoolExecutor(2) as people:
        list(people.map(lambda _: fetch_files(one, tmp_path), range(2)))
    assert sorted(server.asked) == sorted(f"/whole/{name}" for name in FILES)


def test_a_file_that_was_harmed_since_is_fetched_again(tmp_path, mirror):
    one = make_set("mnist", [mirror("whole")])
    fetch_files(one, tmp_path)
    (tmp_path / IMAGES).write_bytes(b"harmed")
    assert fetch_dataset(one, tmp_path).n_samples == 300


def test_progress_ends_at_the_size_of_each_file(tmp_path, mirror):
    told: list[tuple[str, int, int]] = []
    fetch_files(make_set("mnist", [mirror("whole")]), tmp_path, lambda *step: told.append(step))
    assert {name: (done, of) for name, done, of in told} == {
        name: (len(content), len(content)) for name, content in FILES.items()
    }
    assert all(done <= of for _, done, of in told)


def test_a_folder_that_cannot_be_written_is_named(tmp_path, mirror):
    (tmp_path / "taken").write_text("a file where the folder should be")
    with pytest.raises(FetchError, match="needs room in"):
        fetch_files(make_set("mnist", [mirror("whole")]), tmp_path / "taken")


def test_a_disk_without_room_is_told_before_anything_is_asked(tmp_path, mirror, server):
    one = make_set("mnist", [mirror("whole")])
    huge = replace(one, downloads=(replace(one.downloads[0], n_bytes=10**18),))
    with pytest.raises(
        FetchError, match=r"needs 1,000,000,000,000 MB of room in .*, but only [\d,]+ MB are free"
    ):
        fetch_files(huge, tmp_path)
    assert server.asked == []


def test_a_disk_that_was_full_meanwhile_is_left_as_it_was(tmp_path, mirror, server):
    server.files[LABELS] = b"x" * 2_000_000
    one = make_set("mnist-60000", [mirror("whole")], server.files)
    unsized = replace(one, downloads=(replace(one.downloads[0], n_bytes=None),))
    with small_disk(tmp_path / "disk"):
        with pytest.raises(FetchError, match="needs room in"):
            fetch_files(unsized, tmp_path / "disk")
        assert list_files(tmp_path / "disk") == set()


@pytest.mark.parametrize("one", list(CATALOG.values()), ids=list(CATALOG))
def test_each_set_of_the_catalog_is_complete(one):
    assert CATALOG[one.name] is one
    assert all(len(download.sha256) == 64 for download in one.downloads)
    assert {part.download for part in one.parts} == {download.name for download in one.downloads}
    assert all(urlsplit(mirror).hostname and mirror.endswith("/") for mirror in one.mirrors)
    assert one.mirrors[0].startswith("https://")
    assert one.licence.endswith(".")
    assert one.words.endswith(".")
