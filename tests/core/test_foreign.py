"""What people have that cannot be opened is called what it is, with the way to save it otherwise."""

import gzip
import io
import pickle
import struct
import wave
import zlib

import numpy as np
import pytest
from matfiles import read_here
from scipy.io import savemat
from zips import make_picture

from mnist_core.data.layouts import understand
from mnist_core.ground.errors import DataFileError

RNG = np.random.default_rng(0)


def write_sound() -> bytes:
    stream = io.BytesIO()
    with wave.open(stream, "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(8000)
        sound.writeframes(RNG.integers(-9, 9, 800, np.int16).tobytes())
    return stream.getvalue()


def write_safetensors() -> bytes:
    head = b'{"w":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}'
    return struct.pack("<Q", len(head)) + head + bytes(4)


ARRAYS = {"images": np.zeros((3, 4)), "labels": [1, 2, 3]}
KINDS = {
    "a picture": (make_picture(np.zeros((9, 9), np.uint8)), "a PNG picture: the Draw page reads one picture"),
    "a WAV": (write_sound(), r"a sound \(WAV\)"),
    "an MP3": (b"ID3\x04" + bytes(99), r"a sound \(MP3\)"),
    "a FLAC": (b"fLaC\x00\x00\x00\x22" + bytes(99), r"a sound \(FLAC\)"),
    "an OGG": (b"OggS\x00\x02" + bytes(99), r"a sound \(Ogg\)"),
    "a film": (b"\x00\x00\x00\x20ftypisom" + bytes(99), "a film"),
    "a HEIC": (b"\x00\x00\x00\x20ftypheic" + bytes(99), "a HEIC or AVIF picture"),
    "a pickle": (pickle.dumps(ARRAYS), r"a Python pickle: .* save numpy\.savez\("),
    "an old pickle": (pickle.dumps([1], protocol=0), "a Python pickle"),
    "a pickle in gzip": (gzip.compress(pickle.dumps(ARRAYS)), "a Python pickle"),
    "joblib's": (b"\x80\x04\x95\x8c\x13joblib.numpy_pickle" + bytes(99), "a joblib file"),
    "joblib's, compressed": (zlib.compress(pickle.dumps(ARRAYS)), "a compressed stream, such as joblib"),
    "an old torch file": (
        b"\x80\x02\x8a\nl\xfc\x9cF\xf9 j\xa8P\x19." + bytes(99),
        r"a torch file: .* torch\.load",
    ),
    "safetensors": (write_safetensors(), "a safetensors file"),
    "TFRecord": (struct.pack("<QI", 120, 77) + b"\x0a\x76" + bytes(130), "a TFRecord file"),
    "ONNX": (b"\x08\x08\x12\x07pytorch\x1a\x03" + bytes(99), r"a network \(ONNX\): it holds no images"),
    "RData": (gzip.compress(b"RDX3\nX\n\x00\x00\x00\x03" + bytes(99)), r"an R file: in R, write\.csv"),
    "RDS": (gzip.compress(b"X\n\x00\x00\x00\x03" + bytes(99)), "an R file"),
    "SPSS": (b"$FL2@(#) IBM SPSS" + bytes(99), "an SPSS file: save its sheet as CSV"),
    "Excel of old": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(99), "an old Office document"),
    "tar in gzip": (
        gzip.compress(b"a".ljust(257, b"\x00") + b"ustar\x0000" + bytes(99)),
        "a tar archive: unpack",
    ),
    "a pointer": (b"version https://git-lfs.github.com/spec/v1\noid", "a Git LFS pointer, .* git lfs pull"),
}


@pytest.mark.parametrize("name", KINDS)
def test_what_cannot_be_opened_is_called_what_it_is(name):
    content, words = KINDS[name]
    with pytest.raises(DataFileError, match=f"seems to be {words}") as caught:
        read_here(content)
    assert str(caught.value).endswith(".")


SOUNDS = {
    "handel": {"y": RNG.normal(size=(900, 1)), "Fs": 8192.0},
    "two channels": {"data": RNG.normal(size=(901, 2)), "fs": 44100, "nbits": 16},
    "a struct": {"rec": {"audio": RNG.integers(-99, 99, (900, 1)).astype(np.int16), "rate": 8000}},
}


@pytest.mark.parametrize("form", ["4", "5"])
@pytest.mark.parametrize("name", SOUNDS)
def test_a_sound_in_a_mat_file_is_read_and_is_no_set_of_images(name, form):
    if form == "4" and name == "a struct":
        pytest.skip("MATLAB 4 has no structs")
    stream = io.BytesIO()
    savemat(stream, SOUNDS[name], format=form)
    found = understand(read_here(stream.getvalue()), "sound.mat")
    assert found.dataset is None
    assert "damaged" not in found.problem
