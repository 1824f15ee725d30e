"""Files made for the tests: one speckled frame, written in every format and syntax."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import numpy as np
import pydicom
from numpy.typing import NDArray
from PIL import Image
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.encaps import encapsulate
from pydicom.pixels import convert_color_space
from pydicom.uid import ExplicitVRLittleEndian, UltrasoundImageStorage, generate_uid
from scipy import ndimage

SECRETS = {
    "PatientName": "Hong^Gildong",
    "PatientID": "KR-778899",
    "PatientBirthDate": "19591231",
    "AccessionNumber": "ACC424242",
    "InstitutionName": "Nowhere General",
    "ReferringPhysicianName": "Kim^Doctor",
    "StudyDescription": "Thyroid of Gildong",
    "PatientComments": "lives at 7 Secret Lane",
}


def speckle(height: int = 96, width: int = 128, seed: int = 0) -> NDArray[np.uint8]:
    """A smooth random frame that uses all grey levels."""
    noise = ndimage.gaussian_filter(np.random.default_rng(seed).random((height, width)), 1.5)
    return ((noise - noise.min()) / np.ptp(noise) * 255).round().astype(np.uint8)


def grey_rgb(height: int = 96, width: int = 128) -> NDArray[np.uint8]:
    return np.repeat(speckle(height, width)[..., None], 3, axis=2)


def coloured(height: int = 96, width: int = 128) -> NDArray[np.uint8]:
    """Three unrelated channels."""
    return np.stack([speckle(height, width, seed) for seed in range(3)], axis=-1)


def encode(pixels: NDArray[Any] | Image.Image, kind: str, **options: Any) -> bytes:
    image = pixels if isinstance(pixels, Image.Image) else Image.fromarray(pixels)
    file = io.BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


def dataset(pixels: NDArray[Any], photometric: str | None = None, bits: int | None = None, frames: int = 1) -> Dataset:
    """An uncompressed ultrasound image, [H, W], [H, W, 3], or with frames in front, full of identity tags."""
    colour = pixels.shape[-1] == 3
    data = Dataset()
    data.file_meta = FileMetaDataset()
    data.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    data.file_meta.MediaStorageSOPClassUID = data.SOPClassUID = UltrasoundImageStorage
    data.file_meta.MediaStorageSOPInstanceUID = data.SOPInstanceUID = generate_uid()
    for name, value in SECRETS.items():
        setattr(data, name, value)
    data.Modality = "US"
    data.Rows, data.Columns = pixels.shape[1 if frames > 1 else 0 :][:2]
    if frames > 1:
        data.NumberOfFrames = frames
    data.SamplesPerPixel = 3 if colour else 1
    data.PhotometricInterpretation = photometric or ("RGB" if colour else "MONOCHROME2")
    data.BitsAllocated = pixels.dtype.itemsize * 8
    data.BitsStored = bits or data.BitsAllocated
    data.HighBit = data.BitsStored - 1
    data.PixelRepresentation = int(np.issubdtype(pixels.dtype, np.signedinteger))
    if colour:
        data.PlanarConfiguration = 0
    data.PixelData = pixels.tobytes()
    return data


def region(box: tuple[int, int, int, int], delta_cm: float, **changes: Any) -> Dataset:
    """An ultrasound region with both axes in centimetres; ``box`` is left, top, right and bottom, all inclusive."""
    item = Dataset()
    item.RegionSpatialFormat, item.RegionDataType, item.RegionFlags = 1, 1, 0
    item.RegionLocationMinX0, item.RegionLocationMinY0, item.RegionLocationMaxX1, item.RegionLocationMaxY1 = box
    item.PhysicalUnitsXDirection = item.PhysicalUnitsYDirection = 3
    item.PhysicalDeltaX, item.PhysicalDeltaY = delta_cm, -delta_cm
    for name, value in changes.items():
        if value is None:
            delattr(item, name)
        else:
            setattr(item, name, value)
    return item


def save(data: Dataset, syntax: str | None = None) -> bytes:
    if syntax is not None:
        data.file_meta.TransferSyntaxUID = pydicom.uid.UID(syntax)
    file = io.BytesIO()
    pydicom.dcmwrite(file, data, enforce_file_format=True)
    return file.getvalue()


def encapsulated(data: Dataset, streams: list[bytes], syntax: str) -> bytes:
    data.PixelData = encapsulate(streams)
    data["PixelData"].VR = "OB"
    data["PixelData"].is_undefined_length = True
    return save(data, syntax)


def with_gdcm(data: Dataset, syntax: str, folder: Path) -> bytes:
    """The same image compressed by gdcm."""
    import gdcm

    before, after = folder / "before.dcm", folder / "after.dcm"
    before.write_bytes(save(data))
    reader = gdcm.ImageReader()
    reader.SetFileName(str(before))
    assert reader.Read()
    change = gdcm.ImageChangeTransferSyntax()
    change.SetTransferSyntax(gdcm.TransferSyntax(gdcm.TransferSyntax.GetTSType(syntax)))
    change.SetInput(reader.GetImage())
    assert change.Change()
    writer = gdcm.ImageWriter()
    writer.SetFileName(str(after))
    writer.SetFile(reader.GetFile())
    writer.SetImage(change.GetOutput())
    assert writer.Write()
    return after.read_bytes()


def as_ycbcr(rgb: NDArray[np.uint8]) -> NDArray[np.uint8]:
    return convert_color_space(rgb, "RGB", "YBR_FULL")


def luminance(rgb: NDArray[Any]) -> NDArray[np.float64]:
    """ITU-R BT.601, 0 ... 255."""
    return rgb.astype(float) @ [0.299, 0.587, 0.114]
