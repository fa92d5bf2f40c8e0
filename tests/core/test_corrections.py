"""Drawings whose digit was told: kept whole, found again, written and read as strokes."""

import json
import math
from dataclasses import replace

import pytest

from mnist_core.ground.errors import CorrectionError, DrawingError, EmptyDrawingError
from mnist_core.pens import parse_strokes
from mnist_core.pens.corrections import (
    Source,
    delete_corrections,
    export_corrections,
    import_corrections,
    keep_correction,
    list_corrections,
    make_correction,
    read_correction,
)

SEVEN = [[(0, 0), (60, 0), (25, 100)]]
ONE = [[(3.14159, 0), (3, 90)]]


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "corrections"


def keep(folder, strokes=SEVEN, label=7, read=1, **more):
    correction = make_correction(strokes, label, read, "robust", **more)
    keep_correction(correction, folder)
    return correction


def test_what_is_kept_is_listed_again_the_oldest_first(folder):
    first = replace(make_correction(SEVEN, 7, 1, "robust"), time="2026-01-01T10:00:00.000+00:00")
    keep_correction(first, folder)
    second = keep(folder, ONE, 1, None, source=Source.GAME, seconds=1.5)

    assert list_corrections(folder) == [first, second]
    assert (second.read, second.source, second.seconds) == (None, Source.GAME, 1.5)


def test_a_folder_that_is_not_there_holds_none(folder):
    assert list_corrections(folder) == []


def test_the_same_strokes_are_kept_once_with_the_digit_that_was_told_last(folder):
    keep(folder, label=7)
    keep(folder, label=1)

    (kept,) = list_corrections(folder)
    assert kept.label == 1


def test_only_what_was_read_as_another_digit_is_fooled():
    assert make_correction(SEVEN, 7, 1, "robust").is_fooled
    assert not make_correction(SEVEN, 7, 7, "robust").is_fooled
    assert not make_correction(SEVEN, 7, None, None).is_fooled


def test_corrections_are_deleted_by_name_and_no_path_leads_out_of_the_folder(folder, tmp_path):
    one, two = keep(folder), keep(folder, ONE, 1, 7)
    (tmp_path / "other.json").write_text("{}")

    assert delete_corrections([one.name, "unknown", "../other"], folder) == 1
    assert list_corrections(folder) == [two]
    assert (tmp_path / "other.json").exists()


def test_an_export_is_a_strokes_document_and_comes_back_as_it_was(folder):
    kept = [keep(folder), keep(folder, ONE, 1, 7, source=Source.GAME, seconds=2.0)]

    document = json.loads(export_corrections(kept))

    assert [drawing.label for drawing in parse_strokes(document)] == [7, 1]
    assert import_corrections(document) == kept


def test_strokes_of_others_with_labels_are_imported_and_those_without_left_out():
    strokes = [[[0, 0], [60, 0], [25, 100]]]

    (found,) = import_corrections([{"strokes": strokes, "label": 7}, {"strokes": strokes}])

    assert (found.label, found.read, found.source) == (7, None, Source.FILE)
    with pytest.raises(CorrectionError, match="no drawing has a"):
        import_corrections([{"strokes": strokes, "label": 12}])


def test_a_damaged_file_is_named_with_what_to_do(folder):
    keep(folder)
    (folder / "broken.json").write_text('{"label": 3')

    with pytest.raises(CorrectionError, match=r"broken\.json must hold one drawing.*delete that file"):
        list_corrections(folder)


def test_one_is_read_by_its_name_whatever_lies_beside_it(folder):
    kept = keep(folder)
    (folder / "broken.json").write_text('{"label": 3')

    assert read_correction(kept.name, folder) == kept
    assert read_correction("0123456789abcdef", folder) is None


def test_a_kill_while_writing_leaves_what_was_kept_and_nothing_that_is_listed(folder):
    kept = keep(folder)
    (folder / ".half.json-x").write_text('{"label"')

    assert list_corrections(folder) == [kept]


def test_a_folder_that_cannot_be_written_is_told_in_a_sentence(tmp_path):
    (tmp_path / "file").write_text("")

    with pytest.raises(CorrectionError, match="cannot be written"):
        keep(tmp_path / "file" / "corrections")


@pytest.mark.parametrize(("strokes", "error"), [([], EmptyDrawingError), ([[(math.nan, 1)]], DrawingError)])
def test_a_drawing_without_ink_or_with_nan_is_refused(strokes, error):
    with pytest.raises(error):
        make_correction(strokes, 7, 1, "robust")


def test_who_drew_is_kept_where_it_was_told_and_files_without_are_read_as_before(folder):
    told = keep(folder, writer="Ada")
    untold = keep(folder, ONE, 1)

    assert {one.label: one.writer for one in list_corrections(folder)} == {7: "Ada", 1: None}
    assert "writer" not in json.loads(export_corrections([untold]))[0]
    assert import_corrections(json.loads(export_corrections([told]))) == [told]
