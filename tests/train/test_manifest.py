"""The manifest: every refusal names the row or the patients, and identities are kept apart."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from sera_core.contracts import BadInput, Box
from sera_core.outline import without_callipers
from sera_core.train.frames import decode
from sera_core.train.manifest import load, read_manifest
from tests.drawn import write_centre, write_picture

HEAD = "image,label,patient_id,centre,split"
GOOD = "a.png,0,p1,A,0\nb.png,1,p2,A,1\n"


def manifest(folder: Path, text: str) -> Path:
    file = folder / "cases.csv"
    file.write_text(text)
    return file


def test_a_good_manifest(tmp_path: Path) -> None:
    file = manifest(
        tmp_path,
        f"{HEAD},soft_label,x,y,width,height\ndeep/a.png,0,007,A,train,0.25,1,2,30,40\nb.png,1.0,NA,A,1,,,,,\n",
    )
    first, second = read_manifest(file)
    assert (first.case_id, first.patient_id, first.split) == ("A/a.png", "A/007", "train")
    assert (first.label, first.target, first.box) == (0, 0.25, Box(1, 2, 30, 40))
    assert first.image == tmp_path / "deep" / "a.png"
    assert (second.patient_id, second.label, second.target, second.box) == ("A/NA", 1, 1.0, None)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "cases.csv is empty: it needs a header and at least one row"),
        ('image,label\n"a', "row 2 has 1 columns"),
        ("image,label\na,0\n", r"lacks the columns patient_id, centre, split"),
        (f"{HEAD}\n", "has no rows"),
        (
            f"{HEAD}\n{GOOD}c.png,2,p3,A,0\n",
            r"Row 4 of cases.csv has a label other than 0 or 1 ?\(column label: '2'\): mend",
        ),
        (f"{HEAD}\n{GOOD}c.png,yes,p3,A,0\n", "Row 4 of cases.csv has a label other than 0 or 1"),
        (f"{HEAD}\n{GOOD}c.png,,p3,A,0\n", "Row 4 of cases.csv has no label"),
        (f"{HEAD}\na.png,0,,A,0\n", "Row 2 of cases.csv has no patient_id"),
        (f"{HEAD}\n{GOOD},1,p3,A,0\n", "Row 4 of cases.csv has no image"),
        (f"{HEAD}\na.png,0,p1,,0\n", "Row 2 of cases.csv has no centre"),
        (f"{HEAD}\na.png,0,p1,A,\n", "Row 2 of cases.csv has no split"),
        (
            f"{HEAD}\n{GOOD}a.png,1,p3,A,0\n",
            "Row 4 of cases.csv has an image that stands in an earlier row too .column image: 'a.png'",
        ),
        (f"{HEAD},soft_label\na.png,0,p1,A,0,1.5\n", r"Row 2 of .* outside 0 ... 1 \(column soft_label: '1.5'\)"),
        (f"{HEAD},soft_label\na.png,0,p1,A,0,often\n", "Row 2 of cases.csv has a soft_label outside 0 ... 1"),
        (
            f"{HEAD},x,y,width,height\na.png,0,p1,A,0,1,2,3,\n",
            "Row 2 of cases.csv has a region that is not four numbers",
        ),
        (f"{HEAD},x\na.png,0,p1,A,0,1\n", "Row 2 of cases.csv has a region that is not four numbers"),
        (
            f"{HEAD},x,y,width,height\na.png,0,p1,A,0,1,2,left,4\n",
            r"Row 2 of .* not four numbers \(column width: 'left'\)",
        ),
        (f"{HEAD},x,y,width,height\na.png,0,p1,A,0,1,2,inf,4\n", "Row 2 of cases.csv has a region that is not four"),
        (f"{HEAD},x,y,width,height\na.png,0,p1,A,0,1,2,0,4\n", r"Row 2 of .* an empty region \(column width: '0'\)"),
    ],
)
def test_what_is_wrong_is_said_with_the_row(tmp_path: Path, text: str, sentence: str) -> None:
    with pytest.raises(BadInput, match=sentence) as refusal:
        read_manifest(manifest(tmp_path, text))
    assert "\n" not in refusal.value.message
    assert ": " in refusal.value.message or refusal.value.code == "manifest_columns"


def test_bytes_that_are_no_text_are_refused(tmp_path: Path) -> None:
    (tmp_path / "cases.csv").write_bytes(b"\x89PNG\r\n\x1a\n\xff\xfe\x00")
    with pytest.raises(BadInput, match="is not a CSV table"):
        read_manifest(tmp_path / "cases.csv")


def test_a_missing_manifest_names_the_command_that_makes_one(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="python -m sera_core import"):
        read_manifest(tmp_path / "absent.csv")


def test_a_patient_in_two_splits_is_named(tmp_path: Path) -> None:
    rows = "a.png,0,p1,A,0\nb.png,0,p1,A,1\nc.png,1,p2,A,0\nd.png,1,p3,A,0\ne.png,1,p3,A,2\n"
    with pytest.raises(BadInput, match=r"2 patients are in more than one split \(A/p1, A/p3\)"):
        read_manifest(manifest(tmp_path, f"{HEAD}\n{rows}"))
    with pytest.raises(BadInput, match=r"1 patient is in more than one split \(A/p1\)"):
        read_manifest(manifest(tmp_path, f"{HEAD}\n{rows[:30]}"))


def test_twelve_leaking_patients_are_counted_and_ten_shown(tmp_path: Path) -> None:
    rows = "".join(f"{k}{split}.png,0,p{k:02},A,{split}\n" for k in range(12) for split in (0, 1))
    with pytest.raises(BadInput, match=r"12 patients .*A/p09 \.\.\.\)"):
        read_manifest(manifest(tmp_path, f"{HEAD}\n{rows}"))


def test_two_centres_may_number_their_patients_alike(tmp_path: Path) -> None:
    file = manifest(tmp_path, f"{HEAD}\na.png,0,1,A,0\nb.png,1,1,B,external\n")
    assert [case.patient_id for case in read_manifest(file)] == ["A/1", "B/1"]


def test_images_of_one_name_in_two_folders_are_two_cases(tmp_path: Path) -> None:
    file = manifest(tmp_path, f"{HEAD}\nbenign/1.png,0,p1,A,0\nmalignant/1.png,1,p2,A,1\n2.png,1,p3,A,1\n")
    assert [case.case_id for case in read_manifest(file)] == ["A/benign/1.png", "A/malignant/1.png", "A/2.png"]


def test_frames_are_read_with_their_box_or_whole(tmp_path: Path) -> None:
    write_picture(tmp_path / "a.png", 1, 0)
    rows = "a.png,1,p1,A,0,100,50,60,90\n"
    (case,) = read_manifest(manifest(tmp_path, f"{HEAD},x,y,width,height\n{rows}"))
    pixels, box = load(case)
    assert (pixels.shape, pixels.dtype) == ((96, 128), np.float32)
    assert box == Box(100, 50, 28, 46), "clipped to the frame"
    (whole,) = read_manifest(manifest(tmp_path, f"{HEAD}\na.png,1,p1,A,0\n"))
    assert load(whole)[1] == Box(0, 0, 128, 96)


def test_frames_that_cannot_be_read_are_told_and_left_out(tmp_path: Path) -> None:
    cases = read_manifest(write_centre(tmp_path, "A", 6, "train", seed=0))
    (tmp_path / "A_1.png").unlink()
    (tmp_path / "A_3.png").write_bytes(b"not an image")
    (tmp_path / "A_4.png").write_bytes((tmp_path / "A_4.png").read_bytes()[:200])
    assert [case.row for case in cases] == [2, 3, 4, 5, 6, 7]
    frames, problems = decode(cases)
    assert [frame.case.case_id for frame in frames] == ["A/A_0.png", "A/A_2.png", "A/A_5.png"]
    assert [problem.split(" of its manifest: ")[0] for problem in problems] == [
        f"A/A_{k}.png was left out: row {k + 2}" for k in (1, 3, 4)
    ]


def test_frames_take_a_byte_a_pixel_and_give_the_same_numbers_as_before(tmp_path: Path) -> None:
    from PIL import Image

    (case,) = read_manifest(write_centre(tmp_path, "A", 1, "train", seed=0))
    (frame,), _ = decode([case])
    assert frame.levels.dtype == np.uint8
    assert frame.pixels.dtype == np.float32
    np.testing.assert_array_equal(frame.pixels, load(case)[0])
    deep = np.random.default_rng(0).integers(0, 2**16, (64, 64), dtype=np.uint16)
    Image.fromarray(deep).save(tmp_path / "A_0.png")
    (frame,), _ = decode([case])
    assert frame.levels.dtype == np.float32, "16 bits do not fit a byte"
    np.testing.assert_array_equal(frame.pixels, without_callipers(load(case)[0]))


def test_a_region_on_a_picture_that_is_shrunk_is_refused(tmp_path: Path) -> None:
    """Its numbers count the pixels of the file, not those that are read."""
    blocks = np.kron(np.eye(51, dtype=np.uint8) * 255, np.ones((100, 100), np.uint8))
    Image.fromarray(blocks).save(tmp_path / "a.png")
    (case,) = read_manifest(manifest(tmp_path, f"{HEAD},x,y,width,height\na.png,0,p1,A,0,1,2,300,400\n"))
    with pytest.raises(BadInput, match="Row 2: the picture is too large for its region") as refusal:
        load(case)
    assert refusal.value.code == "shrunk"


def test_names_in_several_spellings_are_one_name(tmp_path: Path) -> None:
    """A blank after a centre's name once made training frames those of another hospital."""
    text = f"{HEAD}\na.png,malignant,p1,DDTI,Train\nb.png,FALSE,P1 ,ddti ,train\nc.png,1,p1,Seoul,external\n"
    cases = read_manifest(manifest(tmp_path, text))
    assert [(c.centre, c.patient_id, c.label, c.split) for c in cases] == [
        ("DDTI", "DDTI/p1", 1, "train"),
        ("DDTI", "DDTI/p1", 0, "train"),
        ("Seoul", "Seoul/p1", 1, "external"),
    ]


def test_one_patient_in_two_spellings_and_two_splits_leaks(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="more than one split"):
        read_manifest(manifest(tmp_path, f"{HEAD}\na.png,0,p1,A,train\nb.png,0,P1 ,a,test\n"))


def test_rows_are_counted_with_blank_lines(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"Row 5 of cases\.csv has a label"):
        read_manifest(manifest(tmp_path, f"{HEAD}\na.png,0,p1,A,0\n\n,,,,\nb.png,ill,p2,A,0\n"))
