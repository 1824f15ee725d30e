"""What the tests of Diagnose do on its page, and the files that they bring."""

from __future__ import annotations

import io
import re
from collections.abc import Callable

import numpy as np
from streamlit.testing.v1 import AppTest

from sera_core.wording.labels import NO_FOCUS

Png = Callable[[np.ndarray], bytes]
RNG = np.random.default_rng(5)


def words(at: AppTest) -> str:
    kinds = ("title", "subheader", "markdown", "caption", "warning", "info", "error", "code")
    said = " ".join(str(element.value) for kind in kinds for element in at.get(kind))
    return re.sub("</?abbr[^>]*>", "", said)  # explained words read like others


def upload(page: AppTest, name: str, data: bytes) -> AppTest:
    page.run()
    page.segmented_control(key="source").set_value("upload").run()
    page.file_uploader[0].upload(name, data)
    page.run()
    assert not page.exception
    return page


def describe(page: AppTest, **seen: str) -> AppTest:
    from sera_core.contracts import Composition, Echogenicity, Margin, Shape

    kinds = {"composition": Composition, "echogenicity": Echogenicity, "shape": Shape, "margin": Margin}
    for key, kind in kinds.items():
        page.pills(key=key).set_value(kind(seen[key]))
    page.pills(key="foci").set_value([NO_FOCUS]).run()
    if [button for button in page.button if button.key == "confirm"]:
        page.button(key="confirm").click().run()
    return page


SOLID = {
    "composition": "solid",
    "echogenicity": "hypoechoic",
    "shape": "taller_than_wide",
    "margin": "irregular",
}


def frame() -> np.ndarray:
    """Grey speckle with a dark nodule: an image that the reader accepts."""
    rows, columns = np.mgrid[0:240, 0:320]
    level = np.where((rows - 120) ** 2 + (columns - 160) ** 2 < 45**2, 55, 120)
    return np.clip(level + RNG.normal(0, 22, level.shape), 1, 250).astype(np.uint8)


FRAME = frame()


def loop(frames: int = 3, blank: int | None = None) -> bytes:
    """A short ultrasound loop as DICOM, 0.1 mm a pixel, with a patient's name in its header; one frame may be black."""
    import pydicom
    from pydicom.dataset import Dataset, FileMetaDataset
    from pydicom.uid import ExplicitVRLittleEndian, generate_uid

    levels = [0 if i == blank else 0.6 + 0.2 * i for i in range(frames)]
    pixels = np.stack([np.clip(FRAME * level, 0, 255).astype(np.uint8) for level in levels])
    meta = FileMetaDataset()
    meta.TransferSyntaxUID = ExplicitVRLittleEndian
    meta.MediaStorageSOPClassUID = "1.2.840.10008.5.1.4.1.1.3.1"
    meta.MediaStorageSOPInstanceUID = generate_uid()
    data = Dataset()
    data.file_meta = meta
    data.SOPClassUID, data.SOPInstanceUID = meta.MediaStorageSOPClassUID, meta.MediaStorageSOPInstanceUID
    data.PatientName, data.PatientID, data.Modality = "Secret^Person", "ID-4711", "US"
    data.NumberOfFrames, data.Rows, data.Columns = pixels.shape
    data.SamplesPerPixel, data.PhotometricInterpretation = 1, "MONOCHROME2"
    data.BitsAllocated = data.BitsStored = 8
    data.HighBit, data.PixelRepresentation = 7, 0
    region = Dataset()
    region.RegionSpatialFormat, region.RegionDataType, region.RegionFlags = 1, 1, 0
    region.RegionLocationMinX0, region.RegionLocationMinY0 = 0, 0
    region.RegionLocationMaxX1, region.RegionLocationMaxY1 = pixels.shape[2] - 1, pixels.shape[1] - 1
    region.PhysicalUnitsXDirection = region.PhysicalUnitsYDirection = 3
    region.PhysicalDeltaX = region.PhysicalDeltaY = 0.01
    data.SequenceOfUltrasoundRegions = [region]
    data.PixelData = pixels.tobytes()
    buffer = io.BytesIO()
    pydicom.dcmwrite(buffer, data, enforce_file_format=True)
    return buffer.getvalue()
