"""DICOM files as a whole: their frames, their names, other machines, and files that mean harm."""

from __future__ import annotations

import dataclasses
import io
import tracemalloc

import numpy as np
import pydicom
import pytest
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence
from pydicom.uid import (
    HTJ2K,
    CTImageStorage,
    EnhancedMRImageStorage,
    ExplicitVRLittleEndian,
    JPEGLSLossless,
    NuclearMedicineImageStorage,
    RLELossless,
    SegmentationStorage,
    UltrasoundImageStorage,
)

from sera_core.contracts import BadInput
from sera_core.images.dicom import read_dicom
from sera_core.images.read import read_image
from tests.images.files import (
    SECRETS,
    dataset,
    encapsulated,
    grey_rgb,
    save,
    speckle,
)
from tests.images.grey import GREY, levels


@pytest.mark.parametrize("syntax", [ExplicitVRLittleEndian, RLELossless, JPEGLSLossless])
def test_each_frame_of_a_loop(syntax: str) -> None:
    frames = np.stack([speckle(seed=seed) for seed in range(4)])
    data = dataset(frames, frames=4)
    if syntax != ExplicitVRLittleEndian:
        data.compress(syntax, frames, generate_instance_uid=False)
    file = save(data)
    for number in range(4):
        read = read_image(file, number)
        assert (read.frame, read.frames, read.source) == (number, 4, "DICOM")
        np.testing.assert_allclose(read.pixels * 255, frames[number], atol=1e-4)
    for number in (4, -1):
        with pytest.raises(BadInput, match="has 4 frames") as refusal:
            read_image(file, number)
        assert refusal.value.code == "no_such_frame"


@pytest.mark.parametrize(("frames", "dark", "opened"), [(6, 2, 2), (60, 3, 5), (60, 11, 15), (2, 1, 1)])
def test_a_loop_that_begins_in_the_dark_opens_where_there_is_a_picture(frames: int, dark: int, opened: int) -> None:
    loop = np.stack([speckle(40, 50, seed=seed) for seed in range(frames)])
    loop[:dark] = 0
    file = save(dataset(loop, frames=frames))
    image = read_image(file)
    assert (image.frame, image.frames) == (opened, frames)
    np.testing.assert_allclose(image.pixels * 255, loop[opened], atol=1e-4)
    told = {notice.code: notice.message for notice in image.warnings}
    assert told["later_frame"] == f"The first frame cannot be used; this is frame {opened + 1} of {frames}."
    with pytest.raises(BadInput) as refusal:
        read_image(file, 0)
    assert refusal.value.code == "blank", "the frame that was asked for is not exchanged"


def test_a_loop_that_begins_in_colour_opens_where_it_is_grey() -> None:
    loop = np.zeros((3, 300, 400, 3), np.uint8) + grey_rgb(300, 400)
    loop[0, 100:200, 100:300] = 200, 30, 30
    image = read_image(save(dataset(loop, frames=3)))
    assert image.frame == 1
    assert "later_frame" in [notice.code for notice in image.warnings]


def test_a_loop_without_a_picture_is_refused_for_its_first_frame() -> None:
    loop = np.zeros((3, 300, 400, 3), np.uint8)
    loop[1:] = 200, 30, 30
    with pytest.raises(BadInput) as refusal:
        read_image(save(dataset(loop, frames=3)))
    assert refusal.value.code == "blank"


def test_one_frame_of_a_long_loop_costs_one_frame() -> None:
    frames = np.zeros((200, 300, 400, 3), np.uint8) + grey_rgb(300, 400)
    file = save(dataset(frames, frames=200))  # 72 MB
    tracemalloc.start()
    read_dicom(file, 150)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 2.2 * len(file)  # the file's own copies, not 200 decoded frames (another 288 MB)


def secret_words() -> list[str]:
    return [word for value in SECRETS.values() for word in (value, *value.replace("^", " ").split()) if len(word) > 3]


def test_identity_never_leaves_the_reader() -> None:
    file = save(dataset(GREY))
    assert SECRETS["PatientID"].encode() in file
    read, decoded = read_image(file), read_dicom(file)
    shown = repr(read) + repr(dataclasses.asdict(read)) + repr(decoded) + repr(dataclasses.asdict(decoded))
    for word in secret_words():
        assert word not in shown


def test_identity_is_not_in_refusals(recwarn: pytest.WarningsRecorder, caplog: pytest.LogCaptureFixture) -> None:
    data = dataset(GREY)
    data.NumberOfFrames = 31415926
    file = save(data)
    quoted = file.replace(b"31415926", b"Gildong!")  # pydicom's own error would quote it
    for broken in (file[:400], file[:700], file[:-100], quoted):
        with pytest.raises(BadInput) as refusal:
            read_image(broken)
        shown = str(refusal.value) + str(refusal.value.__cause__) + caplog.text
        shown += "".join(str(warning.message) for warning in recwarn)
        assert not any(word in shown for word in secret_words())
        assert refusal.value.__context__ is None or refusal.value.__suppress_context__


def test_files_without_preamble() -> None:
    data = dataset(GREY)
    del data.file_meta
    data.remove_private_tags()
    file = io.BytesIO()
    pydicom.dcmwrite(file, data, implicit_vr=True, little_endian=True)
    np.testing.assert_allclose(levels(file.getvalue()), GREY / 255, atol=1e-6)
    read = read_image(file.getvalue())
    assert read.source == "DICOM"


@pytest.mark.parametrize(
    ("modality", "storage", "word"),
    [
        ("CT", UltrasoundImageStorage, "computed tomography"),
        ("MR", UltrasoundImageStorage, "magnetic resonance"),
        ("NM", UltrasoundImageStorage, "nuclear medicine"),
        ("SEG", UltrasoundImageStorage, "segmentation"),
        ("PT", UltrasoundImageStorage, "positron emission"),
        ("", CTImageStorage, "computed tomography"),
        ("OT", EnhancedMRImageStorage, "magnetic resonance"),
        ("", NuclearMedicineImageStorage, "nuclear medicine"),
        ("", SegmentationStorage, "segmentation"),
    ],
)
def test_other_machines_are_named(modality: str, storage: str, word: str) -> None:
    data = dataset(GREY)
    data.Modality, data.SOPClassUID = modality, storage
    with pytest.raises(BadInput, match=word) as refusal:
        read_image(save(data))
    assert refusal.value.code == "modality"


@pytest.mark.parametrize("modality", ["US", "OT", "SC", "XC", "", "Hong^Gildong"])
def test_frames_of_no_other_machine_pass(modality: str) -> None:
    data = dataset(GREY)
    data.Modality = modality
    assert read_image(save(data)).shape == GREY.shape


@pytest.mark.parametrize("endless", [False, True])
def test_a_hundred_thousand_empty_regions_are_not_walked(endless: bool) -> None:
    data = dataset(GREY)
    data.SequenceOfUltrasoundRegions = Sequence([Dataset() for _ in range(100_000)])
    data["SequenceOfUltrasoundRegions"].is_undefined_length = endless
    with pytest.raises(BadInput, match="more than 20,000 items") as refusal:
        read_image(save(data))
    assert refusal.value.code == "too_many_parts"


def test_deep_nesting_is_a_refusal() -> None:
    """15,000 sequences, each in the one before."""
    opening = b"\x18\x00\x11\x60SQ\0\0\xff\xff\xff\xff\xfe\xff\x00\xe0\xff\xff\xff\xff"
    file = save(dataset(GREY))
    at = file.index(b"\x28\x00\x02\x00US")
    with pytest.raises(BadInput, match="incomplete or damaged"):
        read_image(file[:at] + opening * 15_000 + file[at:])


@pytest.mark.parametrize("root", [b"1.2.840.10008", b"1.2.999.10008"])
def test_valid_files_that_are_not_read_are_not_called_damaged(root: bytes) -> None:
    """High-throughput JPEG 2000, and a syntax of nobody's."""
    file = encapsulated(dataset(GREY), [b"\xff\x4f\xff\x51" + bytes(100)], HTJ2K)
    syntax = str(HTJ2K).encode()
    with pytest.raises(BadInput, match="compressed in a way that is not read") as refusal:
        read_image(file.replace(syntax, root + syntax[13:]))
    assert refusal.value.code == "unsupported"


def test_a_loop_without_end_is_not_believed() -> None:
    data = dataset(GREY)
    data.NumberOfFrames = 2**31 - 1
    with pytest.raises(BadInput, match="more than 20,000 frames") as refusal:
        read_image(save(data))
    assert refusal.value.code == "too_many_parts"
    data.NumberOfFrames = -3
    assert read_image(save(data)).frames == 1
