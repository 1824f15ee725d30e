"""From stored levels to grey: slopes, windows, tables and what is shown inverted."""

from __future__ import annotations

import numpy as np
import pytest
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence
from pydicom.uid import (
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
)

from sera_core.images.dicom import read_dicom
from tests.images.files import (
    dataset,
    save,
)
from tests.images.grey import DEEP, GREY, levels


def test_monochrome1_is_inverted() -> None:
    np.testing.assert_allclose(levels(save(dataset(GREY, "MONOCHROME1"))), 1 - GREY / 255, atol=1e-6)


def test_signed_levels_are_stretched() -> None:
    decoded = read_dicom(save(dataset(GREY.astype(np.int16) * 4 - 300)))
    np.testing.assert_allclose(decoded.grey, GREY / 255, atol=1e-6)
    assert [notice.code for notice in decoded.notices] == ["stretched"]


def test_windows() -> None:
    """The worked formulas of PS3.3 C.11.2.1.2, spelled out pixel by pixel."""
    data = dataset(DEEP, bits=12)
    data.RescaleSlope, data.RescaleIntercept = 2, -1000
    data.WindowCenter, data.WindowWidth = [2500, 1], [3000, 2]
    values = DEEP.astype(float) * 2 - 1000
    low, high = 2500 - 0.5 - (3000 - 1) / 2, 2500 - 0.5 + (3000 - 1) / 2
    expected = np.where(values <= low, 0, np.where(values > high, 1, (values - 2499.5) / 2999 + 0.5))
    np.testing.assert_allclose(levels(save(data)), expected, atol=1e-6)
    data.VOILUTFunction = "LINEAR_EXACT"
    np.testing.assert_allclose(levels(save(data)), np.clip((values - 2500) / 3000 + 0.5, 0, 1), atol=1e-6)
    data.VOILUTFunction = "SIGMOID"
    np.testing.assert_allclose(levels(save(data)), 1 / (1 + np.exp(-4 * (values - 2500) / 3000)), atol=1e-6)
    data.VOILUTFunction, data.WindowWidth = "LINEAR", [0, 0]  # impossible: ignored
    np.testing.assert_allclose(levels(save(data)), DEEP / 4095, atol=1e-6)


def test_voi_table() -> None:
    data = dataset(GREY)
    table = Dataset()
    table.LUTDescriptor = [256, 0, 16]
    table["LUTDescriptor"].VR = "US"
    curve = (np.arange(256) ** 2 * 65535 // 255**2).astype("<u2")
    table.LUTData = curve.tobytes()
    table["LUTData"].VR = "OW"
    data.VOILUTSequence = Sequence([table])
    np.testing.assert_allclose(levels(save(data)), curve[GREY] / 65535, atol=1e-6)


def group(**sequences: Dataset) -> Dataset:
    made = Dataset()
    for name, item in sequences.items():
        setattr(made, f"{name}Sequence", Sequence([item]))
    return made


def window(centre: float, width: float) -> Dataset:
    item = Dataset()
    item.WindowCenter, item.WindowWidth = centre, width
    return item


def rescale(slope: float, intercept: float) -> Dataset:
    item = Dataset()
    item.RescaleSlope, item.RescaleIntercept, item.RescaleType = slope, intercept, "US"
    return item


@pytest.mark.parametrize("syntax", [ImplicitVRLittleEndian, ExplicitVRLittleEndian])
def test_windows_of_enhanced_files(syntax: str) -> None:
    """A window and a slope shared by all frames, and one a frame."""
    frames = np.stack([DEEP, DEEP[::-1]])
    data = dataset(frames, bits=12, frames=2)
    shared = group(FrameVOILUT=window(1500.5, 2001), PixelValueTransformation=rescale(1, 0))
    data.SharedFunctionalGroupsSequence = Sequence([shared])
    for number in range(2):
        expected = np.clip((frames[number].astype(float) - 1500) / 2000 + 0.5, 0, 1)
        np.testing.assert_allclose(levels(save(data, syntax), number), expected, atol=1e-6)
    data.SharedFunctionalGroupsSequence = Sequence([Dataset()])
    data.PerFrameFunctionalGroupsSequence = Sequence(
        [
            group(FrameVOILUT=window(1000.5, 1001 + number), PixelValueTransformation=rescale(2, 0))
            for number in range(2)
        ]
    )
    for number in range(2):
        expected = np.clip((frames[number] * 2.0 - 1000) / (1000 + number) + 0.5, 0, 1)
        np.testing.assert_allclose(levels(save(data, syntax), number), expected, atol=1e-6)


@pytest.mark.parametrize(
    ("photometric", "shape", "inverted"),
    [
        ("MONOCHROME2", "IDENTITY", False),
        ("MONOCHROME2", "INVERSE", True),
        ("MONOCHROME1", "INVERSE", True),
        ("MONOCHROME1", None, True),
    ],
)
def test_presentation_shape(photometric: str, shape: str | None, inverted: bool) -> None:
    data = dataset(GREY, photometric)
    if shape:
        data.PresentationLUTShape = shape
    np.testing.assert_allclose(levels(save(data)), 1 - GREY / 255 if inverted else GREY / 255, atol=1e-6)


def test_a_falling_slope_inverts() -> None:
    data = dataset(GREY)
    data.RescaleSlope, data.RescaleIntercept = -1, 255
    np.testing.assert_allclose(levels(save(data)), 1 - GREY / 255, atol=1e-6)


@pytest.mark.parametrize(
    ("name", "right", "wrong"),
    [
        ("WindowCenter", b"128.5 ", b"127,5 "),
        ("WindowWidth", b"200.25", b"a wide"),
        ("RescaleSlope", b"1.0001", b"1,0001"),
    ],
)
def test_a_window_that_cannot_be_read_costs_no_image(name: str, right: bytes, wrong: bytes) -> None:
    data = dataset(GREY)
    data.WindowCenter, data.WindowWidth, data.RescaleSlope, data.RescaleIntercept = 128, 200, 1, 0
    setattr(data, name, right.decode().strip())
    file = save(data)
    assert file.count(right) == 1
    decoded = read_dicom(file.replace(right, wrong))
    np.testing.assert_allclose(decoded.grey, GREY / 255, atol=1e-6)
    assert [notice.code for notice in decoded.notices] == ["window_unreadable"]
    assert read_dicom(file).notices == ()


def test_a_broken_table_costs_no_image() -> None:
    data = dataset(GREY)
    data.VOILUTSequence = Sequence([Dataset()])
    decoded = read_dicom(save(data))
    np.testing.assert_allclose(decoded.grey, GREY / 255, atol=1e-6)
    assert [notice.code for notice in decoded.notices] == ["window_unreadable"]
