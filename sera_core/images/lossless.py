"""Lossless and 12-bit JPEG frames, decoded by gdcm: no other decoder here knows these two."""

from __future__ import annotations

from typing import Any

import gdcm
import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import Dataset


def decode_with_gdcm(stream: bytes, dataset: Dataset) -> NDArray[Any]:
    """Stored values of one compressed frame, in the file's own colour model.

    Parameters
    ----------
    stream : bytes
        The compressed frame.
    dataset : Dataset
        With the elements of the image pixel module.

    Returns
    -------
    [H, W] or [H, W, 3]

    Raises
    ------
    ValueError
        When gdcm gives another number of bytes than the file declares.
    """
    samples, allocated = int(dataset.SamplesPerPixel), int(dataset.BitsAllocated)
    shape = (int(dataset.Rows), int(dataset.Columns)) + ((samples,) if samples > 1 else ())
    kind = "i" if dataset.PixelRepresentation else "u"
    # SWIG returns the buffer as str with undecodable bytes as surrogates
    buffer = _image(stream, dataset, samples, allocated).GetBuffer().encode("utf-8", "surrogateescape")
    return np.frombuffer(buffer, f"<{kind}{allocated // 8}").reshape(shape)


def _image(stream: bytes, dataset: Dataset, samples: int, allocated: int) -> Any:
    fragment = gdcm.Fragment()
    fragment.SetByteStringValue(stream)
    fragments = gdcm.SequenceOfFragments.New()
    fragments.AddFragment(fragment)
    element = gdcm.DataElement(gdcm.Tag(0x7FE0, 0x0010))
    element.SetValue(fragments.__ref__())
    image = gdcm.Image()
    image.SetNumberOfDimensions(2)
    image.SetDimensions((int(dataset.Columns), int(dataset.Rows), 1))
    image.SetDataElement(element)
    kind = gdcm.PhotometricInterpretation.GetPIType(str(dataset.PhotometricInterpretation))
    image.SetPhotometricInterpretation(gdcm.PhotometricInterpretation(kind))
    if samples > 1:
        image.SetPlanarConfiguration(0)
    syntax = gdcm.TransferSyntax.GetTSType(str(dataset.file_meta.TransferSyntaxUID))
    image.SetTransferSyntax(gdcm.TransferSyntax(syntax))
    stored = int(dataset.BitsStored)
    image.SetPixelFormat(
        gdcm.PixelFormat(samples, allocated, stored, stored - 1, int(dataset.PixelRepresentation)),
    )
    return image
