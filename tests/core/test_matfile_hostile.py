"""Files that are harmed or made to hurt end in one sentence, and hurt nothing."""

import os
import subprocess
import sys
import tempfile
import threading
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO

import numpy as np
import pytest
from digits import ROOT, make_digits, write_mat
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from matfiles import read_here
from scipy.io import savemat

from benchmarks.fuzzing.files import make_files
from benchmarks.fuzzing.hdf5 import write_matlab73
from benchmarks.fuzzing.hostile import make_hostile_files
from benchmarks.fuzzing.matlab import make_header, write_matlab5
from benchmarks.fuzzing.mutations import harm
from benchmarks.fuzzing.octave import write_octave_binary, write_octave_text
from mnist_core.data.files import make_printable, read_file
from mnist_core.data.files.formats import Format
from mnist_core.ground.errors import DataFileError

HOSTILE = make_hostile_files()
N_HARMED = 120
MOST_HOSTILE_MB = 300


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_file_is_refused_in_a_sentence_of_its_own(name):
    content, words = HOSTILE[name]
    with pytest.raises(DataFileError, match="must ") as caught:
        read_here(content)
    assert words in str(caught.value)
    assert str(caught.value).isprintable()


@pytest.mark.skipif(sys.platform != "linux", reason="the memory of processes is read as Linux tells it")
def test_ten_megabytes_that_inflate_without_end_need_little_memory(tmp_path):
    for number, name in enumerate(
        ("10 MB that inflate to 10 GB", "10 MB that say 1 KB and inflate to 10 GB")
    ):
        (tmp_path / f"{number}.mat").write_bytes(HOSTILE[name][0])
    script = (
        "import resource, sys; from pathlib import Path; from mnist_core.data.files import read_file\n"
        "from mnist_core.ground.errors import DataFileError\n"
        "for path in sys.argv[1:]:\n"
        "    try: read_file(Path(path)); sys.exit(3)\n"
        "    except DataFileError: pass\n"
        "own = [line for line in open('/proc/self/status') if line.startswith('VmHWM')][0].split()[1]\n"
        "print(int(own) + resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)"
    )
    command = [sys.executable, "-c", script, *map(str, sorted(tmp_path.glob("*.mat")))]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert int(done.stdout) / 1024 < MOST_HOSTILE_MB


def test_a_process_that_breaks_off_ends_in_a_sentence(tmp_path, monkeypatch):
    (tmp_path / "sitecustomize.py").write_text("import os; os.abort()\n")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    with pytest.raises(DataFileError, match="reading it broke off"):
        read_file(BytesIO(make_header() + bytes(100)), "a.mat")


def test_the_process_that_reads_is_confined():
    script = (
        "import os, resource, socket, sys\n"
        "from mnist_core.data.files.limits import confine; confine(2**20)\n"
        "assert resource.getrlimit(resource.RLIMIT_FSIZE)[1] < 2**27\n"
        "assert resource.getrlimit(resource.RLIMIT_CPU)[1] <= 60\n"
        "assert resource.getrlimit(resource.RLIMIT_NOFILE)[1] <= 16\n"
        "if sys.platform == 'linux':\n"
        "    state = open('/proc/self/status').read()\n"
        "    assert 'NoNewPrivs:\\t1' in state\n"
        "    try: bytearray(2**31); sys.exit(4)\n"
        "    except MemoryError: pass\n"
    )
    subprocess.run([sys.executable, "-c", script], cwd=ROOT, check=True)


@pytest.fixture(scope="module")
def whole_files():
    return make_files(*make_digits(12))


def is_read(content):
    """Say whether a file is read; where not, check that it is refused in a sentence."""
    refusal = None
    try:
        read_here(content)
    except DataFileError as error:
        refusal = str(error)
    assert refusal is None or (refusal.isprintable() and "must " in refusal and refusal.endswith("."))
    return refusal is None


def test_harmed_files_end_in_variables_or_in_a_sentence(whole_files):
    names = sorted(whole_files)
    n_read = 0
    for number in range(N_HARMED):
        content = harm(whole_files[names[number % len(names)]], np.random.default_rng((7, number)))
        n_read += is_read(content)
    assert 0 < n_read < N_HARMED / 2


names = st.from_regex(r"[a-z][a-z0-9_]{0,9}", fullmatch=True)
numbers = st.tuples(st.integers(0, 3), st.integers(0, 4), st.sampled_from(["u1", "i2", "f4", "f8", "b1"]))
arrays = numbers.map(lambda drawn: np.ones(drawn[:2], drawn[2]))
text = st.text(st.characters(codec="ascii", exclude_categories=["Cc"]), min_size=1, max_size=8)
values = st.recursive(
    arrays | text,
    lambda inner: (
        st.lists(inner, min_size=1, max_size=3) | st.dictionaries(names, inner, min_size=1, max_size=3)
    ),
    max_leaves=8,
)


@settings(max_examples=8, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
@given(variables=st.dictionaries(names, values, min_size=1, max_size=3))
@pytest.mark.parametrize("write", [write_matlab5, write_matlab73, write_octave_binary, write_octave_text])
def test_any_structure_is_read_with_every_name(write, variables):
    read = read_here(write(variables))
    assert read.keys() == variables.keys()
    for name, value in variables.items():
        if isinstance(value, dict):
            assert read[name].keys() == value.keys()


@settings(max_examples=40, deadline=None, derandomize=True)
@given(tail=st.binary(max_size=200), start=st.sampled_from(sorted(Format, key=lambda form: form.name)))
def test_any_bytes_behind_a_good_beginning_end_in_variables_or_in_a_sentence(tail, start):
    beginnings = {
        Format.MATLAB4: bytes(20),
        Format.MATLAB5: write_matlab5({}),
        Format.HDF5: b"\x89HDF\r\n\x1a\n",
        Format.OCTAVE_TEXT: b"# Created by Octave 7.3.0\n",
        Format.OCTAVE_BINARY: b"Octave-1-L\x01",
        Format.IDX: b"\x00\x00\x08\x03",
        Format.NPY: b"\x93NUMPY\x01\x00",
        Format.JSON: b'[{"strokes": [[[0, 0], [9, 9]]]}',
        Format.GZIP: b"\x1f\x8b\x08\x00",
        Format.BZIP2: b"BZh91AY&SY",
        Format.XZ: b"\xfd7zXZ\x00",
        Format.ZIP: b"PK\x03\x04",
        Format.PARQUET: b"PAR1",
        Format.SPARSE_ROWS: b"5 1:0.5\n",
        Format.TABLE: b"label,pixel0\n5,0\n",
        Format.SAFETENSORS: b'\x10\x00\x00\x00\x00\x00\x00\x00{"__metadata__":{',
        Format.ONNX: b"\x08\x08\x12\x03lab",
    }
    is_read(beginnings[start] + tail)


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("../../etc/passwd", "../../etc/passwd"),
        ("a\u202egnp.mat", "a gnp.mat"),
        ("two\nlines\x1b[31m.mat", "two lines [31m.mat"),
        ("x" * 300 + ".mat", "x" * 39 + "…" + "x" * 36 + ".mat"),
        ("\u200f", "the file"),
    ],
)
def test_a_name_is_only_ever_text_made_fit_for_a_line(name, shown, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert make_printable(name) == shown
    with pytest.raises(DataFileError) as caught:
        read_file(BytesIO(b""), name)
    assert str(caught.value).startswith(f"{shown} must be a .mat")
    assert list(tmp_path.iterdir()) == []


def test_nothing_of_a_failed_read_stays_on_disk(tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "temp"))
    (tmp_path / "temp").mkdir()
    with pytest.raises(DataFileError):
        read_file(BytesIO(HOSTILE["10 MB that say 1 KB and inflate to 10 GB"][0]), "a.mat")
    assert list((tmp_path / "temp").iterdir()) == []


def test_the_same_file_is_read_by_many_at_once(tmp_path):
    path = write_mat(tmp_path / "a.mat", *make_digits(50))
    given = read_here(path.read_bytes())["input_images"]
    with ThreadPoolExecutor(4) as pool:
        uploads = [BytesIO(path.read_bytes()) for _ in range(4)]
        for read in pool.map(read_file, uploads, ["a.mat"] * 4):
            np.testing.assert_array_equal(read["input_images"], given)
    assert threading.active_count() < 20


def test_arrays_are_the_callers_own_to_change(tmp_path):
    path = write_mat(tmp_path / "a.mat", *make_digits(10))
    first, second = read_file(path), read_file(path)
    first["input_images"][:] = 7
    assert second["input_images"].max() <= 1


def test_a_pipe_is_refused_and_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "a.mat")
    with pytest.raises(DataFileError, match=r"a\.mat must be a \.mat.*, but cannot be opened"):
        read_file(tmp_path / "a.mat")


@pytest.mark.parametrize("name", ["cells 1,000 deep", "HDF5 that leads to another file", "4 GB in 200 bytes"])
def test_inspect_refuses_a_hostile_file_in_one_line(tmp_path, name):
    (tmp_path / "bad.mat").write_bytes(HOSTILE[name][0])
    command = [sys.executable, "-m", "mnist_core", "inspect", str(tmp_path / "bad.mat")]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert done.stdout == ""
    assert len(done.stderr.splitlines()) == 1
    assert "bad.mat must" in done.stderr
    assert HOSTILE[name][1] in done.stderr


def test_a_file_that_is_cut_anywhere_is_refused():
    stream = BytesIO()
    savemat(stream, {"s": {"a": np.eye(3), "t": "seven"}, "b": np.ones((4, 4))}, do_compression=True)
    whole = stream.getvalue()
    for end in range(0, len(whole) - 1, 9):
        with pytest.raises(DataFileError):
            read_here(whole[:end])
