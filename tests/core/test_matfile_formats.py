"""What each format's files hold is what they were made of."""

from io import BytesIO
from pathlib import Path

import h5py
import numpy as np
import pytest
import scipy.io
from digits import make_digits
from matfiles import read_here
from scipy.io import loadmat, savemat
from scipy.sparse import csc_array, issparse

from benchmarks.fuzzing.files import make_files, make_layouts
from benchmarks.fuzzing.hdf5 import write_matlab73, write_value
from benchmarks.fuzzing.matlab import make_element, make_header, make_matrix, write_matlab4, write_matlab5
from benchmarks.fuzzing.octave import write_octave_binary, write_octave_text
from mnist_core.data.files import read_file
from mnist_core.ground.errors import DataFileError
from mnist_core.ground.variables import Cells, Opaque, Structs

WRITERS = {
    "MATLAB 5": write_matlab5,
    "MATLAB 5, big-endian": lambda variables: write_matlab5(variables, ">"),
    "MATLAB 7": lambda variables: write_matlab5(variables, is_compressed=True),
    "MATLAB 7, big-endian": lambda variables: write_matlab5(variables, ">", is_compressed=True),
    "MATLAB 7.3": write_matlab73,
    "MATLAB 7.3, plain": lambda variables: write_matlab73(variables, is_compressed=False),
    "Octave text": write_octave_text,
    "Octave binary": write_octave_binary,
    "Octave binary, big-endian": lambda variables: write_octave_binary(variables, ">"),
}
each_writer = pytest.mark.parametrize("write", WRITERS.values(), ids=WRITERS.keys())
INTEGERS = ["int8", "uint8", "int16", "uint16", "int32", "uint32", "int64", "uint64"]
SCIPYS_FILES = sorted((Path(scipy.io.__file__).parent / "matlab" / "tests" / "data").glob("*.mat"))


def assert_same(read, given):
    """Check a value as it is read against what was written; the kind of number may be a wider one."""
    if isinstance(given, dict):
        assert read.keys() == given.keys()
        for key, value in given.items():
            assert_same(read[key], value)
    elif isinstance(given, list):
        assert isinstance(read, Cells)
        assert read.shape == (1, len(given))
        for item, value in zip(read.items, given, strict=True):
            assert_same(item, value)
    elif isinstance(given, str):
        assert read == given
    else:
        assert isinstance(read, np.ndarray)
        assert read.dtype.isnative
        np.testing.assert_array_equal(read, np.atleast_2d(given))


@each_writer
@pytest.mark.parametrize("layout", ["paper", "structs", "cells", "logical"])
def test_every_format_gives_back_what_was_written(write, layout):
    variables = make_layouts(*make_digits(6))[layout]
    assert_same(read_here(write(variables)), variables)


@each_writer
def test_arrays_of_three_axes_keep_matlabs_order(write):
    cube = np.arange(24, dtype=np.uint8).reshape(2, 3, 4)
    read = read_here(write({"cube": cube}))["cube"]
    assert read.dtype == np.uint8
    np.testing.assert_array_equal(read, cube)


@each_writer
@pytest.mark.parametrize("kind", INTEGERS)
def test_whole_numbers_keep_their_kind_to_the_last_bit(write, kind):
    ends = np.iinfo(kind)
    far = min(ends.max, 2**53)  # the tests' Octave text is written through doubles
    given = np.array([[max(ends.min, -(2**53)), 0, far]], kind)
    read = read_here(write({"a": given}))["a"]
    assert read.dtype == np.dtype(kind)
    np.testing.assert_array_equal(read, given)


@each_writer
def test_logicals_are_true_or_false(write):
    read = read_here(write({"a": np.array([[True, False, True]])}))["a"]
    assert read.dtype == bool
    np.testing.assert_array_equal(read, [[True, False, True]])


@each_writer
def test_nan_and_infinity_stay(write):
    given = np.array([[np.nan, np.inf, -np.inf, 0.0]])
    np.testing.assert_array_equal(read_here(write({"a": given}))["a"], given)


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("kind", ["f8", "f4", "i4", "i2", "u2", "u1"])
def test_matlab_4_is_read_in_either_order_of_bytes(order, kind):
    given = np.arange(6).reshape(2, 3).astype(kind)
    read = read_here(write_matlab4({"a": given, "b": given.T}, order))
    assert read["a"].dtype == np.dtype(kind)
    np.testing.assert_array_equal(read["a"], given)
    np.testing.assert_array_equal(read["b"], given.T)


@pytest.mark.parametrize("form", ["4", "5"])
def test_sparse_matrices_come_as_full_ones_and_text_as_text(form):
    stream = BytesIO()
    savemat(stream, {"a": csc_array(np.eye(3)), "t": "seven", "rows": ["ab ", "cde"]}, format=form)
    read = read_here(stream.getvalue())
    np.testing.assert_array_equal(read["a"], np.eye(3))
    assert read["t"] == "seven"
    np.testing.assert_array_equal(read["rows"], ["ab ", "cde"])


def test_a_sparse_matrix_of_matlab_7_3_comes_as_a_full_one():
    matrix = csc_array([[0.0, 2.0, 0.0], [3.0, 0.0, 0.0]])

    def fill(file):
        group = file.create_group("a")
        group.attrs["MATLAB_sparse"] = np.uint64(2)
        for name, part in (("data", matrix.data), ("ir", matrix.indices), ("jc", matrix.indptr)):
            group[name] = part

    np.testing.assert_array_equal(read_here(write_hdf5(fill))["a"], matrix.toarray())


def write_hdf5(fill) -> bytes:
    stream = BytesIO()
    with h5py.File(stream, "w") as file:
        fill(file)
    return stream.getvalue()


def test_a_struct_array_of_matlab_7_3_is_one_with_an_item_an_element():
    def fill(file):
        kept = file.create_group("#refs#")
        group = file.create_group("s")
        for name in ("images", "label"):
            for number in range(2):
                write_value(kept, f"{name}{number}", np.full((2, 2), number))
            references = [[kept[f"{name}{number}"].ref] for number in range(2)]
            group[name] = np.array(references, h5py.ref_dtype)

    structs = read_here(write_hdf5(fill))["s"]
    assert isinstance(structs, Structs)
    assert structs.shape == (1, 2)
    assert [item["label"][0, 0] for item in structs.items] == [0, 1]


def test_empty_values_of_matlab_7_3_have_the_shape_that_stands_in_them():
    def fill(file):
        for name, kind in (("numbers", "uint8"), ("text", "char"), ("cells", "cell"), ("truths", "logical")):
            file[name] = np.array([0, 3], np.uint64)
            file[name].attrs["MATLAB_class"] = np.bytes_(kind)
            file[name].attrs["MATLAB_empty"] = np.uint8(1)

    read = read_here(write_hdf5(fill))
    assert read["numbers"].shape == (0, 3)
    assert read["numbers"].dtype == np.uint8
    assert read["text"] == ""
    assert read["truths"].dtype == bool


@pytest.mark.parametrize("n", [1, 3])
def test_a_struct_of_matlab_7_3_without_fields_is_empty_and_not_damaged(n):
    def fill(file):
        write_value(file, "images", np.full((2, 2), 7))
        file["options"] = np.array([1, n], np.uint64)
        file["options"].attrs["MATLAB_class"] = np.bytes_("struct")
        file["options"].attrs["MATLAB_empty"] = np.uint8(1)

    read = read_here(write_hdf5(fill))
    np.testing.assert_array_equal(read["images"], np.full((2, 2), 7))
    bare = [read["options"]] if n == 1 else list(read["options"].items)
    assert bare == [{}] * n


def test_a_variable_that_h5py_cannot_read_is_left_alone_beside_others():
    def fill(file):
        write_value(file, "images", np.full((2, 2), 7))
        group = file.create_group("sparse")
        group.attrs["MATLAB_sparse"] = np.bytes_("no number")

    read = read_here(write_hdf5(fill))
    np.testing.assert_array_equal(read["images"], np.full((2, 2), 7))
    assert read["sparse"] == Opaque("a variable that cannot be read")
    with pytest.raises(DataFileError, match="h5py can read none of its variables"):
        read_here(write_hdf5(lambda file: file.create_group("s").attrs.update({"MATLAB_sparse": b"no"})))


@pytest.mark.parametrize("n", [1, 3, 4])
def test_a_small_sparse_matrix_of_truths_at_the_end_of_a_file_is_read(n):
    numbers = np.arange(n, dtype="<i4").tobytes(), np.arange(n + 1, dtype="<i4").tobytes()
    inside = make_element(6, bytes((5, 2, 0, 0)) + n.to_bytes(4, "little"))
    inside += make_element(5, np.array([n, n], "<i4").tobytes()) + make_element(1, b"m")
    for part in numbers:
        inside += make_element(5, part)
    small = (2 | n << 16).to_bytes(4, "little") + bytes([1] * n).ljust(4, b"\0")  # a tag that holds its bytes
    read = read_here(make_header() + make_element(14, inside + small))
    np.testing.assert_array_equal(read["m"], np.eye(n, dtype=bool))


def test_a_value_of_a_class_that_is_unknown_is_named_and_left_alone():
    inside = make_element(6, b"\x63" + bytes(7)) + make_element(5, np.array([1, 1], "<i4").tobytes())
    content = make_header() + make_element(14, inside + make_element(1, b"odd") + make_element(9, bytes(8)))
    assert read_here(content) == {"odd": Opaque("a value of class 99, which is unknown")}


def test_complex_numbers_are_read_for_the_layouts_to_judge():
    stream = BytesIO()
    savemat(stream, {"a": np.array([[1 + 2j, 3]])})
    np.testing.assert_array_equal(read_here(stream.getvalue())["a"], [[1 + 2j, 3]])
    plain = write_hdf5(lambda file: file.create_dataset("a", data=np.array([[1 + 2j], [3]])))
    np.testing.assert_array_equal(read_here(plain)["a"], [[1 + 2j, 3]])


@pytest.mark.parametrize(
    ("name", "kind"), [("string", "a string object"), ("containers.Map", "an object of class containers.Map")]
)
def test_objects_of_matlab_are_named_and_left_alone(name, kind):
    inside = make_element(6, b"\x11" + bytes(7))  # class 17, opaque
    for words in (b"labels", b"MCOS", name.encode()):
        inside += make_element(1, words)
    content = make_header() + make_element(14, inside + make_element(14, b""))
    assert read_here(content) == {"labels": Opaque(kind)}


def test_objects_of_matlab_7_3_are_named_and_left_alone():
    def fill(file):
        for name, kind in (("t", "table"), ("f", "function_handle"), ("d", "datetime")):
            file[name] = np.zeros((1, 6), np.uint32)
            file[name].attrs["MATLAB_class"] = np.bytes_(kind)
            file[name].attrs["MATLAB_object_decode"] = np.int32(3)

    read = read_here(write_hdf5(fill))
    assert read["t"] == Opaque("a table")
    assert read["f"] == Opaque("a function handle")
    assert read["d"] == Opaque("an object of class datetime")


@pytest.mark.parametrize("order", ["<", ">"])
def test_an_object_of_an_old_class_is_read_as_the_struct_that_it_is_stored_as(order):
    fields = {"data": np.arange(6.0).reshape(2, 3), "lablist": "ab", "nlab": np.array([[1], [2]])}
    whole = make_matrix(fields, order, b"a")
    kind, name = whole.index(b"\2" if order == "<" else b"\0\0\0\2"), make_element(1, b"a", order)
    behind = whole.index(name) + len(name)
    place = kind if order == "<" else kind + 3
    inside = whole[8:place] + b"\3" + whole[place + 1 : behind] + make_element(1, b"prdataset", order)
    read = read_here(make_header(order) + make_element(14, inside + whole[behind:], order))
    assert_same(read, {"a": fields})


def test_an_object_of_an_old_class_of_matlab_7_3_is_read_as_a_struct():
    def fill(file):
        group = file.create_group("a")
        group.attrs["MATLAB_class"] = np.bytes_("prdataset")
        group.attrs["MATLAB_object_decode"] = np.int32(2)
        write_value(group, "data", np.full((2, 2), 7))

    assert_same(read_here(write_hdf5(fill)), {"a": {"data": np.full((2, 2), 7)}})


def test_a_function_of_octave_is_named_and_left_alone_with_what_it_has_captured():
    text = (
        b"# Created by Octave 7.3.0\n# name: f\n# type: function handle\n@<anonymous>\n@(x) x + k\n"
        b"# length: 1\n"
        b"# name: k\n# type: scalar\n5\n\n\n\n\n\n# name: after\n# type: scalar\n7\n\n\n"
    )
    read = read_here(text)
    assert read["f"] == Opaque("a function handle")
    assert list(read) == ["f", "after"]
    assert read["after"][0, 0] == 7


@pytest.mark.parametrize(
    ("kind", "lines", "given"),
    [
        ("complex matrix", "# rows: 1\n# columns: 2\n (1,2) (3,-4)", [[1 + 2j, 3 - 4j]]),
        ("double_range", "# base, limit, increment\n0 0.3 0.1", [[0, 0.1, 0.2, 0.3]]),
        ("sparse matrix", "# nnz: 2\n# rows: 2\n# columns: 3\n1 1 5\n2 3 6", [[5, 0, 0], [0, 0, 6]]),
        ("diagonal matrix", "# rows: 2\n# columns: 3\n4\n5", [[4, 0, 0], [0, 5, 0]]),
        ("permutation matrix", "# size: 3\n# orient: c\n2\n1\n3", [[0, 1, 0], [1, 0, 0], [0, 0, 1]]),
        ("float scalar", "2.5", [[2.5]]),
        ("matrix", "# rows: 1\n# columns: 2\n NA -Inf", [[np.nan, -np.inf]]),
        ("global scalar", "3", [[3]]),
        ("matrix", "# rows: 0\n# columns: 3", np.zeros((0, 3))),
    ],
)
def test_octaves_special_matrices_come_as_full_ones(kind, lines, given):
    text = (
        f"# Created by Octave 7.3.0\n# name: a\n# type: {kind}\n{lines}\n\n\n# name: b\n# type: bool\n1\n\n\n"
    )
    read = read_here(text.encode())
    np.testing.assert_allclose(read["a"], given)
    assert read["b"][0, 0]


def turn_from_scipy(value):
    """Turn what SciPy reads to what we read."""
    if issparse(value):
        return value.toarray()
    if not isinstance(value, np.ndarray) or value.dtype.kind not in "OVU":
        return value
    if value.dtype.kind == "U":
        rows = [str(row) for row in value.ravel()]
        return "".join(rows) if len(rows) < 2 else np.array(rows)
    items = list(value.ravel(order="F"))
    if value.dtype.names:
        structs = [{name: turn_from_scipy(item[name]) for name in value.dtype.names} for item in items]
        return structs[0] if len(structs) == 1 else Structs(value.shape, tuple(structs))
    return Cells(value.shape, tuple(turn_from_scipy(item) for item in items))


def is_same(read, given):
    if isinstance(given, np.ndarray):
        return isinstance(read, np.ndarray) and np.array_equal(read, given)
    if isinstance(given, dict):
        return read.keys() == given.keys() and all(is_same(read[key], given[key]) for key in given)
    if isinstance(given, Cells | Structs):
        pairs = zip(read.items, given.items, strict=True)
        return read.shape == given.shape and all(is_same(*pair) for pair in pairs)
    return read == given


@pytest.mark.skipif(not SCIPYS_FILES, reason="this SciPy came without its test files")
@pytest.mark.filterwarnings("ignore")
def test_files_that_matlab_itself_wrote_are_read_as_scipy_reads_them():
    n_same = 0
    for path in SCIPYS_FILES:
        if any(word in path.name for word in ("func", "object", "sqr", "parabola", "nasty", "empty_struct")):
            continue  # left alone on purpose
        try:
            given = {name: value for name, value in loadmat(path).items() if not name.startswith("__")}
        except Exception:
            continue  # broken on purpose, or HDF5
        read = read_here(path.read_bytes())
        for name, value in given.items():
            assert is_same(read[name], turn_from_scipy(value)), f"{name} of {path.name}"
        n_same += 1
    assert n_same > 60


@pytest.mark.parametrize(
    "name", ["structs, MATLAB 7", "cells, MATLAB 7.3", "sparse, MATLAB 4", "one_hot, Octave text"]
)
def test_the_confined_process_reads_what_is_read_without_it(tmp_path, name):
    content = make_files(*make_digits(10))[name]
    (tmp_path / "a.mat").write_bytes(content)
    for read in (read_file(tmp_path / "a.mat"), read_file(BytesIO(content), "a.mat")):
        assert is_same(read, read_here(content))
