"""Data sets as they are unpacked, drawn small, and the real ones where they are at hand."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from sera_core.contracts import BadInput, Box
from sera_core.train.frames import decode
from sera_core.train.importers import write_manifest
from sera_core.train.importers.ddti import KWAK_RISK
from sera_core.train.importers.rows import outlines_in
from sera_core.train.manifest import Case, load, read_manifest
from tests.drawn import write_picture

SQUARE = '[{"points": [{"x": 20, "y": 30}, {"x": 59, "y": 30}, {"x": 40, "y":\n 69}], "annotation": {}}]'


def imported(kind: str, source: Path, out: Path) -> list[Case]:
    count = write_manifest(kind, source, out / "made" / "cases.csv").cases
    cases = read_manifest(out / "made" / "cases.csv")
    assert len(cases) == count
    assert not list((out / "made").glob(".*.part"))
    return cases


def write_mask(file: Path, box: Box) -> None:
    file.parent.mkdir(exist_ok=True)
    mask = np.zeros((96, 128), np.uint8)
    mask[box.y : box.y + box.height, box.x : box.x + box.width] = 255
    Image.fromarray(mask).save(file)


def write_ddti_xml(folder: Path, name: str, tirads: str, marks: list[tuple[str, str]]) -> None:
    (folder / "xml").mkdir(parents=True, exist_ok=True)
    words = "".join(f"<mark><image>{image}</image><svg>{svg}</svg></mark>" for image, svg in marks)
    (folder / "xml" / f"{name}.xml").write_text(f"<case><tirads>{tirads}</tirads>{words}</case>")
    for image, _ in marks:
        write_picture(folder / "images" / f"{name}_{image}.jpg", 0, int(name))


def test_ddti_as_distributed(tmp_path: Path) -> None:
    source = tmp_path / "ddti"
    write_ddti_xml(source, "1", "4c", [("1", SQUARE), ("2", SQUARE)])
    write_ddti_xml(source, "2", "3", [("1", SQUARE)])
    write_ddti_xml(source, "3", "", [("1", SQUARE)])  # not read
    write_ddti_xml(source, "4", "5", [("1", ""), ("2", "[{]"), ("3", "[]")])  # nothing marked
    write_ddti_xml(source, "5", " 4A ", [("1", SQUARE)])
    (source / "images" / "2_1.jpg").unlink()  # named, but not there
    cases = imported("ddti", source, tmp_path)
    assert [(c.case_id, c.patient_id, c.label) for c in cases] == [
        ("DDTI/1_1.jpg", "DDTI/1", 1),
        ("DDTI/1_2.jpg", "DDTI/1", 1),
        ("DDTI/5_1.jpg", "DDTI/5", 0),
    ]
    assert cases[0].box == Box(20, 30, 40, 40)
    assert [c.target for c in cases] == [KWAK_RISK["4c"], KWAK_RISK["4c"], KWAK_RISK["4a"]]
    assert {c.split for c in cases} == {"train"}
    assert load(cases[0])[1] == Box(20, 30, 40, 40)


def test_an_xml_that_is_none_is_named(tmp_path: Path) -> None:
    write_ddti_xml(tmp_path / "ddti", "1", "4c", [("1", SQUARE)])
    (tmp_path / "ddti" / "xml" / "7.xml").write_text("<case><mark>")
    with pytest.raises(BadInput, match=r"7\.xml is not valid XML"):
        write_manifest("ddti", tmp_path / "ddti", tmp_path / "cases.csv")
    assert not (tmp_path / "cases.csv").exists()


def test_ddti_cropped_keeps_its_folds_and_leaves_out_what_was_not_read(tmp_path: Path) -> None:
    source = tmp_path / "ddti"
    rows = ["image,mask,tirads,patient_group,fold,duplicate"]
    for k, (tirads, fold, duplicate) in enumerate(
        [("4c", "0", "0"), ("2", "1", "0"), ("5", "2", "1"), ("4b", "", "0"), ("", "3", "0"), ("4b", "4.0", "0")]
    ):
        write_picture(source / "images" / f"{k}.png", k % 2, k)
        write_mask(source / "masks" / f"{k}.png", Box(10 + k, 20, 30, 40))
        rows.append(f"images/{k}.png,masks/{k}.png,{tirads},p{k},{fold},{duplicate}")
    (source / "labels.csv").write_text("\n".join(rows))
    cases = imported("ddti", source, tmp_path)
    assert [(c.case_id, c.label, c.split, c.box) for c in cases] == [
        ("DDTI/0.png", 1, "0", Box(10, 20, 30, 40)),
        ("DDTI/1.png", 0, "1", Box(11, 20, 30, 40)),
        ("DDTI/5.png", 0, "4", Box(15, 20, 30, 40)),
    ]
    (source / "masks" / "1.png").unlink()
    with pytest.raises(BadInput, match=r"1\.png cannot be read"):
        write_manifest("ddti", source, tmp_path / "cases.csv")


def test_busi_leaves_out_normal_frames_and_contradictions(tmp_path: Path) -> None:
    source = tmp_path / "busi"
    rows = ["image,mask,label,duplicate_group,duplicate_across_classes"]
    for k, (label, across) in enumerate([("benign", 0), ("malignant", 0), ("normal", 0), ("benign", 1)]):
        write_picture(source / "images" / f"{k}.png", k % 2, k)
        write_mask(source / "masks" / f"{k}.png", Box(10, 20, 30, 40))
        rows.append(f"images/{k}.png,masks/{k}.png,{label},g{k},{across}")
    (source / "labels.csv").write_text("\n".join(rows))
    assert [(c.label, c.patient_id) for c in imported("busi", source, tmp_path)] == [(0, "BUSI/g0"), (1, "BUSI/g1")]


def test_les3_is_for_external_testing_only(tmp_path: Path) -> None:
    source = tmp_path / "les3"
    write_picture(source / "images" / "a.png", 0, 0)
    text = "image,label,centre,duplicate_group\nimages/a.png,malignant,LES3-A,9\n"
    (source / "labels.csv").write_text(text)
    (case,) = imported("les3", source, tmp_path)
    assert (case.label, case.split, case.patient_id, case.box) == (1, "external", "LES3-A/9", None)


def test_class_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = tmp_path / "Clinic"
    for seed, name in enumerate(("benign/1.png", "Malignant/1.png", "Malignant/deep/2.PNG", "other/3.png")):
        write_picture(source / name, 0, seed)
    (source / "benign" / "notes.txt").write_text("not an image")
    expected = [("Clinic/1.png", 1, True), ("Clinic/2.PNG", 1, True), ("Clinic/1.png", 0, True)]
    cases = imported("folders", source, tmp_path)
    found = [(f"{c.centre}/{c.image.name}", c.label, c.image.is_file()) for c in cases]
    assert sorted(found) == sorted(expected)
    assert len({c.case_id for c in cases}) == 3
    monkeypatch.chdir(source)
    assert {c.centre for c in imported("folders", Path(), tmp_path)} == {"Clinic"}, "'.' has a name too"


@pytest.mark.parametrize(
    ("prepare", "kind", "sentence"),
    [
        (lambda folder: folder, "tn9k", "There is no importer 'tn9k': choose one of ddti, "),
        (lambda folder: folder / "absent", "ddti", "give the folder the data set was unpacked to"),
        (lambda folder: folder, "busi", "There is no labels.csv and no benign/ in .*: give the folder"),
        (lambda folder: folder, "folders", "No labelled image was found .* reads pictures in benign/ and malignant/"),
    ],
)
def test_what_is_no_data_set_is_refused(
    tmp_path: Path, prepare: Callable[[Path], Path], kind: str, sentence: str
) -> None:
    with pytest.raises(BadInput, match=sentence):
        write_manifest(kind, prepare(tmp_path), tmp_path / "cases.csv")
    assert not (tmp_path / "cases.csv").exists()


def test_missing_columns_are_named(tmp_path: Path) -> None:
    (tmp_path / "labels.csv").write_text("image,label\n")
    with pytest.raises(BadInput, match="lacks the columns mask, duplicate_group, duplicate_across_classes"):
        write_manifest("busi", tmp_path, tmp_path / "cases.csv")


def test_box_of_a_mask_is_its_extent(tmp_path: Path) -> None:
    write_mask(tmp_path / "mask.png", Box(7, 11, 1, 60))
    (part,) = outlines_in(tmp_path / "mask.png", tmp_path / "mask.png")
    assert Box.around(part) == Box(7, 11, 1, 60)
    Image.fromarray(np.zeros((9, 9), np.uint8)).save(tmp_path / "black.png")
    with pytest.raises(BadInput, match="marks nothing"):
        outlines_in(tmp_path / "black.png", tmp_path / "black.png")


def test_a_nodule_in_two_views_has_the_box_of_the_larger_one(tmp_path: Path) -> None:
    """The box around both would hold what lies between two pictures, and hardly any nodule."""
    source = tmp_path / "ddti"
    write_picture(source / "images" / "1.png", 0, 0)
    mask = np.zeros((96, 128), np.uint8)
    mask[20:50, 5:35] = mask[30:70, 70:110] = 255
    mask[90, 120] = 255  # a slip of the hand is no outline
    (source / "masks").mkdir()
    Image.fromarray(mask).save(source / "masks" / "1.png")
    columns = "image,mask,tirads,patient_group,fold,duplicate"
    (source / "labels.csv").write_text(f"{columns}\nimages/1.png,masks/1.png,4c,p1,0,0\n")
    found = write_manifest("ddti", source, tmp_path / "cases.csv")
    (frame,), _ = decode(read_manifest(tmp_path / "cases.csv"))
    assert frame.box == Box(70, 30, 40, 40)
    np.testing.assert_array_equal(frame.mask, np.pad(mask[30:70, 70:110] > 0, ((30, 26), (70, 18))))
    other = replace(frame, box=Box(0, 15, 40, 40)).mask
    np.testing.assert_array_equal(other, np.pad(mask[20:50, 5:35] > 0, ((20, 46), (5, 93))))
    assert found.tally.several == ["1.png"]


@pytest.mark.parametrize(
    ("kind", "cases", "positive", "centres"),
    [
        ("ddti", 342, 111, {"DDTI"}),
        ("busi", 631, 204, {"BUSI"}),
        ("les3", 480, 251, {"LES3-A", "LES3-B"}),
    ],
)
def test_the_real_data_sets(
    shared_data: Path, tmp_path: Path, kind: str, cases: int, positive: int, centres: set[str]
) -> None:
    found = imported(kind, shared_data / kind, tmp_path)
    assert (len(found), sum(c.label for c in found)) == (cases, positive)
    assert {c.centre for c in found} == centres
    assert all(c.image.is_file() for c in found)
    if kind == "ddti":
        assert {c.split for c in found} == {"0", "1", "2", "3", "4"}
    if kind == "les3":
        assert {c.split for c in found} == {"external"}


def test_ddti_as_distributed_agrees_with_its_own_table(shared_data: Path, tmp_path: Path) -> None:
    """The table beside the XML files was made by others: same categories, case by case."""
    import pandas as pd

    table = pd.read_csv(shared_data / "ddti_xml" / "labels.csv", dtype=str).set_index("file")["tirads"]
    for case in imported("ddti", shared_data / "ddti_xml", tmp_path):
        category = table[f"images/{case.image.name}"]
        assert case.target == KWAK_RISK[category]
        assert case.label == (category in {"4c", "5"})


def test_arrows_bound_nothing_and_of_several_outlines_the_largest_is_the_case(tmp_path: Path) -> None:
    source = tmp_path / "ddti"
    arrow = '{"points": [{"x": 0, "y": 0}, {"x": 90, "y": 90}], "regionType": "arrow"}'
    one = '{"points": [{"x": 20, "y": 30}, {"x": 59, "y": 69}], "regionType": "freehand"}'
    other = '{"points": [{"x": 70, "y": 30}, {"x": 79, "y": 39}], "regionType": "freehand"}'
    write_ddti_xml(source, "1", "4c", [("1", f"[{arrow}, {one}]"), ("2", f"[{one}, {other}]"), ("3", f"[{arrow}]")])
    write_ddti_xml(source, "2", "", [("1", f"[{one}]")])
    found = write_manifest("ddti", source, tmp_path / "cases.csv")
    boxes = [case.box for case in read_manifest(tmp_path / "cases.csv")]
    assert boxes == [Box(20, 30, 40, 40), Box(20, 30, 40, 40)]
    assert found.tally.several == ["1_2.jpg"]
    assert found.tally.left_out == {"no outline can be read": ["1_3.jpg"], "no category": ["2_1.jpg"]}
    assert Image.open(tmp_path / "cases.png").size == (1280, 128)


def test_busi_as_published(tmp_path: Path) -> None:
    source = tmp_path / "busi"
    for seed, name in enumerate(
        ("benign/benign (1)", "malignant/malignant (1)", "normal/normal (1)", "benign/benign (2)")
    ):
        write_picture(source / f"{name}.png", 0, seed)
    for name in ("benign/benign (1)_mask", "malignant/malignant (1)_mask", "normal/normal (1)_mask"):
        write_mask(source / f"{name}.png", Box(10, 20, 30, 40))
    write_mask(source / "benign" / "benign (1)_mask_1.png", Box(50, 20, 10, 10))
    (source / "benign" / "._benign (1).png").write_bytes(b"no picture")
    found = write_manifest("busi", source, tmp_path / "cases.csv")
    cases = read_manifest(tmp_path / "cases.csv")
    assert [(c.image.name, c.label, c.box) for c in cases] == [
        ("benign (1).png", 0, Box(10, 20, 30, 40)),
        ("malignant (1).png", 1, Box(10, 20, 30, 40)),
    ]
    assert found.tally.several == ["benign (1).png"]
    assert {reason: len(files) for reason, files in found.tally.left_out.items()} == {
        "a macOS side file, no picture": 1,
        "no mask": 1,
        "normal: no lesion": 1,
    }


def test_masks_of_0_and_1_and_of_a_palette_are_right_and_another_size_is_refused(tmp_path: Path) -> None:
    marks = np.zeros((96, 128), np.uint8)
    marks[20:60, 10:40] = 1
    Image.fromarray(marks).save(tmp_path / "ones.png")
    palette = Image.fromarray(marks, "P")
    palette.putpalette([0, 0, 0, 40, 0, 0] + [0] * 762)
    palette.save(tmp_path / "palette.png")
    Image.fromarray(marks.astype(bool)).save(tmp_path / "bits.png")
    write_picture(tmp_path / "frame.png", 0, 0)
    for name in ("ones", "palette", "bits"):
        (part,) = outlines_in(tmp_path / f"{name}.png", tmp_path / "frame.png")
        assert Box.around(part) == Box(10, 20, 30, 40), name
    Image.fromarray(marks[::2, ::2] * 255).save(tmp_path / "half.png")
    with pytest.raises(BadInput, match="64 x 48 pixels, its picture 128 x 96"):
        outlines_in(tmp_path / "half.png", tmp_path / "frame.png")


def test_patients_of_class_folders_are_found_or_loudly_not(tmp_path: Path) -> None:
    source = tmp_path / "Clinic"
    for seed, name in enumerate(("TRUE/103_1.png", "TRUE/103_2.png", "False/7_1.png")):
        write_picture(source / name, 0, seed)
    found = write_manifest("folders", source, tmp_path / "cases.csv", r"/(\d+)_")
    assert (found.cases, found.patients, found.tally.remarks) == (3, 2, [])
    cases = read_manifest(tmp_path / "cases.csv")
    assert sorted((c.patient_id, c.label) for c in cases) == [("Clinic/103", 1), ("Clinic/103", 1), ("Clinic/7", 0)]
    alone = write_manifest("folders", source, tmp_path / "cases.csv")
    assert "patient of its own" in alone.tally.remarks[0]
    for wrong in ("(", "nobody"):
        with pytest.raises(BadInput, match="--patient"):
            write_manifest("folders", source, tmp_path / "cases.csv", wrong)


def test_masks_and_what_cannot_be_read_are_no_cases(tmp_path: Path) -> None:
    source = tmp_path / "Clinic"
    for seed, name in enumerate(("benign/1", "benign/2_mask", "malignant/3", "malignant/4")):
        write_picture(source / f"{name}.png", 0, seed)
    for name in ("benign/1_mask", "benign/1_mask_2", "malignant/3_MASK"):
        write_mask(source / f"{name}.png", Box(10, 20, 30, 40))
    (source / "benign" / "text.jpg").write_text("no picture")
    (source / "malignant" / "empty.png").touch()
    found = write_manifest("folders", source, tmp_path / "cases.csv")
    names = [case.image.name for case in read_manifest(tmp_path / "cases.csv")]
    assert names == ["1.png", "2_mask.png", "3.png", "4.png"], "2_mask.png has no picture beside it: it is one"
    assert found.tally.left_out == {
        "the mask of another picture": ["1_mask.png", "1_mask_2.png", "3_MASK.png"],
        "cannot be used (the file is not a picture or DICOM image that is read)": ["benign/text.jpg"],
        "cannot be used (the file is empty)": ["malignant/empty.png"],
    }


def test_of_exact_copies_one_is_a_case_and_none_where_their_labels_differ(tmp_path: Path) -> None:
    source = tmp_path / "Clinic"
    for seed, name in ((0, "benign/1.png"), (0, "malignant/2.bmp"), (1, "benign/3.png"), (1, "benign/4.tif")):
        write_picture(source / name, 0, seed)
    found = write_manifest("folders", source, tmp_path / "cases.csv")
    assert [case.image.name for case in read_manifest(tmp_path / "cases.csv")] == ["3.png"]
    assert found.tally.left_out == {
        "labelled differently in an exact copy": ["benign/1.png", "malignant/2.bmp"],
        "an exact copy of another picture": ["benign/4.tif"],
    }
    assert "Every image has the label 0: nothing can be trained on one class." in found.tally.remarks
    (source / "benign" / "3.png").unlink()
    (source / "benign" / "4.tif").write_bytes(b"II*\0")
    with pytest.raises(BadInput, match=r"left out: .*in an exact copy: 2"):
        write_manifest("folders", source, tmp_path / "cases.csv")


def test_a_picture_that_its_table_names_is_named_where_it_cannot_be_read(tmp_path: Path) -> None:
    write_mask(tmp_path / "masks" / "1.png", Box(10, 20, 30, 40))
    (tmp_path / "1.png").write_text("no picture")
    with pytest.raises(BadInput, match=r"The picture .*1\.png cannot be read"):
        outlines_in(tmp_path / "masks" / "1.png", tmp_path / "1.png")
