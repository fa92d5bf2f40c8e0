"""What people have that cannot be opened, told by how it begins, and how each is saved otherwise."""

import codecs
import re

_PICTURE = (
    "the Draw page reads one picture; to make a data set, pack a folder of pictures for each class as ZIP"
)
_SOUND = "only images of digits are read here"
_UNPACK = "unpack it, and open what was in it, or its folder"
_SAVE = 'numpy.savez("digits.npz", images=images, labels=labels)'
_PICKLE = f"opening it would run what is in it; open it where you trust it, in Python, and save {_SAVE}"
_NETWORK = "it holds no images: choose the file of the images"
_CSV = "save its sheet as CSV"
_USUAL = "choose another, or save it as one of these"

_KINDS = (
    (rb"\x89PNG", "a PNG picture", _PICTURE),
    (rb"\xff\xd8\xff", "a JPEG picture", _PICTURE),
    (rb"GIF8", "a GIF picture", _PICTURE),
    (rb"BM.{4}\x00{4}", "a BMP picture", _PICTURE),
    (rb"II\*\x00|MM\x00\*", "a TIFF picture", _PICTURE),
    (rb"RIFF.{4}WEBP", "a WebP picture", _PICTURE),
    (rb".{4}ftyp(hei|hev|mif|avif)", "a HEIC or AVIF picture", _PICTURE),
    (rb"RIFF.{4}WAVE", "a sound (WAV)", _SOUND),
    (rb"ID3|\xff[\xfb\xf3\xf2]", "a sound (MP3)", _SOUND),
    (rb"fLaC", "a sound (FLAC)", _SOUND),
    (rb"OggS", "a sound (Ogg)", _SOUND),
    (rb"FORM.{4}AIF|\.snd|MThd", "a sound (AIFF, AU or MIDI)", _SOUND),
    (rb"RIFF.{4}AVI |.{4}ftyp|\x1aE\xdf\xa3", "a film", "save its frames as pictures, a folder a class"),
    (rb"%PDF", "a PDF document", "save its pictures as PNG, a folder a class"),
    (rb"7z\xbc\xaf\x27\x1c", "a 7-Zip archive", _UNPACK),
    (rb"Rar!", "a RAR archive", _UNPACK),
    (rb".{257}ustar", "a tar archive", _UNPACK),
    (rb"\x28\xb5\x2f\xfd|\x04\x22\x4d\x18", "a file in Zstandard or LZ4", _UNPACK),
    (rb"\x80\x02\x8a\x0al\xfc\x9cF\xf9", "a torch file", f"in Python, torch.load it and save {_SAVE}"),
    (rb"\x80[\x02-\x05].{0,200}joblib", "a joblib file, which is a pickle", _PICKLE),
    (rb"\x80[\x02-\x05]|\((lp|dp)\d|c(numpy|copy_reg|__builtin__)", "a Python pickle", _PICKLE),
    (rb"\x78[\x01\x9c\xda]|ZF0x", "a compressed stream, such as joblib's", _PICKLE),
    (
        rb".{6}\x00\x00\{\"",
        "a safetensors file",
        f"in Python, read it by safetensors.numpy.load_file and save {_SAVE}",
    ),
    (rb"\x08[\x01-\x0f][\x12:].{0,20}(pytorch|keras|tf2onnx|skl2onnx|onnx)", "a network (ONNX)", _NETWORK),
    (rb"(?:TFL3|.{4}TFL3)", "a network (TensorFlow Lite)", _NETWORK),
    (
        rb".{4}\x00{4}.{4}\x0a",
        "a TFRecord file",
        f"in Python, read it by tf.data.TFRecordDataset and save {_SAVE}",
    ),
    (
        rb"RD[AX][23]\n|X\n\x00\x00\x00[\x02\x03]",
        "an R file",
        'in R, write.csv(data, "digits.csv", row.names = FALSE)',
    ),
    (rb"\$FL[23]", "an SPSS file", _CSV),
    (rb"<stata_dta>", "a Stata file", _CSV),
    (rb"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an old Office document (.xls, .doc)", _CSV),
    (
        rb"ARROW1|FEA1",
        "an Arrow or Feather table",
        'in Python, pandas.read_feather it and to_parquet("digits.parquet")',
    ),
    (rb"PARE", "an encrypted Parquet file", "save it once more without a key"),
    (rb"SQLite format 3", "an SQLite database", "export its table as CSV"),
    (
        rb"version https://git-lfs",
        "a Git LFS pointer, which only names the file",
        "fetch it with git lfs pull",
    ),
)


def is_foreign(head: bytes) -> bool:
    """Say whether a file begins as one of a kind that cannot be opened."""
    return any(re.match(beginning, head, re.DOTALL) for beginning, _, _ in _KINDS)


def describe_foreign(head: bytes) -> str:
    """Say what a file of no known format seems to be, and what to do, by how it begins."""
    for beginning, kind, cure in _KINDS:
        if re.match(beginning, head, re.DOTALL):
            return f"{kind}: {cure}"
    return f"{_guess_text(head)}: {_USUAL}"


def _guess_text(head: bytes) -> str:
    try:
        # A letter may be cut in two where the head ends.
        text = codecs.getincrementaldecoder("utf-8")().decode(head)
    except UnicodeDecodeError:
        return "a file of another kind"
    if "\x00" in text:
        return "a file of another kind"
    start = text.lstrip("\ufeff \r\n\t").lower()
    if start.startswith(("<!doctype html", "<html")):
        return "a web page"
    if start.startswith(("{", "[")):
        return "a JSON file"
    is_table = all(re.search(r"[,;\t]", line) for line in text.splitlines()[:2])
    return "a table of words" if is_table else "a text file"
