from __future__ import annotations

from pathlib import Path

import pytest
from pydicom.uid import JPEGLosslessSV1

from sera_core.contracts import BadInput
from sera_core.images.apart import DecoderFailed, FrameLayout, decode_apart
from sera_core.images.read import read_image
from tests.images.files import dataset, speckle, with_gdcm

LAYOUT = FrameLayout(str(JPEGLosslessSV1), 96, 128, 1, 8, 8, 0, "MONOCHROME2")


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    return with_gdcm(dataset(speckle()), JPEGLosslessSV1, tmp_path_factory.mktemp("gdcm"))


def stream_of(file: bytes) -> bytes:
    return file[file.index(b"\xff\xd8\xff\xc3") :]


def test_decodes(file: bytes) -> None:
    assert decode_apart(stream_of(file), LAYOUT) == speckle().tobytes()


def test_a_crash_of_the_decoder_is_a_refusal(file: bytes) -> None:
    """Without its Huffman table this frame makes gdcm abort the process it runs in."""
    broken = file.replace(b"\xff\xc4", b"\xff\x00", 1)
    with pytest.raises(DecoderFailed) as failure:
        decode_apart(stream_of(broken), LAYOUT)
    assert "SIG" in str(failure.value.__cause__)
    with pytest.raises(BadInput, match="This DICOM file is incomplete or damaged") as refusal:
        read_image(broken)
    assert refusal.value.code == "damaged"


@pytest.mark.parametrize("place", [6, 18])
def test_segmentation_faults_are_refusals(file: bytes, place: int) -> None:
    """Another precision, another table class: gdcm writes where it should not."""
    start = file.index(b"\xff\xd8\xff\xc3")
    for value in (2, 17, 32, 255):
        broken = bytearray(file)
        broken[start + place] = value
        try:
            read_image(bytes(broken))
        except BadInput as refusal:
            assert refusal.code == "damaged"  # noqa: PT017 - either outcome is right, a crash is not


def test_the_child_sees_only_its_frame(tmp_path: Path) -> None:
    with pytest.raises(DecoderFailed):
        decode_apart(b"", LAYOUT)
    with pytest.raises(DecoderFailed):
        decode_apart(b"\xff\xd8" + bytes(1000), LAYOUT)
