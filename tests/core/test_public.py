"""What a script imports from `mnist_core`."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from digits import ROOT
from PIL import Image

import mnist_core

STUB = Path(mnist_core.__file__).with_name("__init__.pyi")


def test_every_name_is_there_and_documented():
    for name in mnist_core.__all__:
        found = getattr(mnist_core, name)
        assert isinstance(found, str | Path | tuple) or found.__doc__, name


def test_the_reference_has_every_name():
    page = (ROOT / "docs" / "reference.md").read_text(encoding="utf-8")
    homes = re.findall(r"^::: (\S+)$", page, re.MULTILINE)

    assert sorted(home.rpartition(".")[2] for home in homes) == mnist_core.__all__


def test_types_are_told_of_the_same_names_from_the_same_modules():
    told = {
        alias.name: f"mnist_core.{node.module}"
        for node in ast.parse(STUB.read_text(encoding="utf-8")).body
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }
    assert sorted(told) == mnist_core.__all__
    for name, module in told.items():
        assert getattr(sys.modules[module], name) is getattr(mnist_core, name)


def test_nothing_is_loaded_before_it_is_used():
    script = (
        "import sys, mnist_core; print([one for one in ('torch', 'numpy', 'sklearn') if one in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_another_name_is_refused_as_python_does_it():
    with pytest.raises(AttributeError, match="has no attribute 'grid_search'"):
        _ = mnist_core.grid_search


def test_paths_may_be_words(tmp_path):
    sample, model = str(mnist_core.SAMPLE_PATH), mnist_core.SHIPPED_MODELS / "paper"
    picture = tmp_path / "seven.png"
    Image.fromarray(np.pad(np.full((20, 3), 255, np.uint8), 40)).save(picture)

    dataset = mnist_core.read_dataset(sample)
    loaded = mnist_core.load_model(str(model))
    saved = mnist_core.save_model(loaded.network, loaded.info, str(tmp_path / "copy"))

    assert dataset.fingerprint == mnist_core.read_dataset([sample]).fingerprint
    assert mnist_core.read_file(sample).keys() == mnist_core.read_file(mnist_core.SAMPLE_PATH).keys()
    assert saved.folder == tmp_path / "copy"
    assert np.array_equal(mnist_core.read_picture(str(picture)), mnist_core.read_picture(picture))
