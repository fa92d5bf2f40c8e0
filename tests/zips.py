"""ZIPs of pictures, and of other files, that tests make."""

import zipfile
from collections.abc import Iterable, Mapping
from io import BytesIO
from pathlib import Path

import numpy as np
from PIL import Image


def make_picture(pixels: np.ndarray, form: str = "PNG", **options: object) -> bytes:
    """Write the pixels of a picture, uint8 or 0 to 1, in a format of Pillow's."""
    stream = BytesIO()
    values = np.round(pixels * 255).astype(np.uint8) if pixels.dtype.kind == "f" else pixels
    Image.fromarray(values).save(stream, form, **options)
    return stream.getvalue()


def make_zip(files: Mapping[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    stream = BytesIO()
    with zipfile.ZipFile(stream, "w", method) as packed:
        for name, content in files.items():
            packed.writestr(name, content)
    return stream.getvalue()


def name_pictures(
    images: Iterable[np.ndarray], labels: Iterable[object], before: str = ""
) -> dict[str, bytes]:
    """Make a PNG of each image, in a folder of its class."""
    return {
        f"{before}{label}/{number:04}.png": make_picture(image)
        for number, (image, label) in enumerate(zip(images, labels, strict=True))
    }


def write_files(folder: Path, files: Mapping[str, bytes]) -> Path:
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    return folder
