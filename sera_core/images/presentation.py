"""Stored DICOM values to the grey levels of a monitor.

Follows DICOM PS3.3 C.7.6.3 (palette, MONOCHROME1), C.11.1 (modality LUT) and C.11.2 (VOI LUT).
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from pydicom.dataset import Dataset
from pydicom.pixels import apply_color_lut, apply_modality_lut, apply_voi

from sera_core.contracts import BadInput, Grey, Notice
from sera_core.images.decoded import from_colour, from_levels

_UNREAD_WINDOW = Notice(
    "window_unreadable",
    "The file's brightness window or table cannot be read; its grey levels are shown without it.",
)
SAVE_PLAIN = "save the frame as greyscale, RGB or PNG"


def present(dataset: Dataset, values: NDArray[Any]) -> tuple[Grey, NDArray[np.uint8] | None, tuple[Notice, ...]]:
    """Stored values as a person would see them on a monitor.

    Parameters
    ----------
    dataset : Dataset
        With the elements of the image pixel, palette, modality LUT and VOI LUT modules.
    values : [H, W] or [H, W, 3]
        Stored values of one frame; colours already RGB.

    Returns
    -------
    grey : float32 [H, W], 0 ... 1
    thumbnail : uint8 [h, w, 3] or None
        A small copy in colour; None for grey frames.
    notices : tuple of Notice

    Raises
    ------
    BadInput
        ``unsupported`` for other colour models, ``not_finite``.
    """
    kind = str(dataset.PhotometricInterpretation)
    if kind == "PALETTE COLOR":
        return _present_palette(dataset, values)
    if kind in ("MONOCHROME1", "MONOCHROME2"):
        grey, notices = _present_grey(dataset, values)
        inverted = kind == "MONOCHROME1" or dataset.get("PresentationLUTShape") == "INVERSE"  # C.11.6.1.2: one turn
        return (1 - grey if inverted else grey), None, notices
    if kind in ("RGB", "YBR_FULL", "YBR_FULL_422", "YBR_ICT", "YBR_RCT"):
        bits = int(dataset.BitsStored)
        values = values if bits == 8 else (values.astype(np.float32) * (255 / (2**bits - 1))).round()
        return *from_colour(Image.fromarray(values.astype(np.uint8))), ()
    raise BadInput("unsupported", f"The colour model of this DICOM file is not read: {SAVE_PLAIN}.")


def _present_palette(dataset: Dataset, values: NDArray[Any]) -> tuple[Grey, NDArray[np.uint8], tuple[Notice, ...]]:
    if "RedPaletteColorLookupTableData" not in dataset:  # segmented tables can expand ten-thousandfold
        raise BadInput("unsupported", f"Segmented palettes are not read: {SAVE_PLAIN}.")
    rgb = apply_color_lut(values, dataset)
    if rgb.dtype.itemsize == 2 and rgb.max() > 255:  # some devices write 8-bit entries into 16-bit tables
        rgb = rgb >> 8
    return *from_colour(Image.fromarray(rgb.astype(np.uint8))), ()


def _present_grey(dataset: Dataset, values: NDArray[Any]) -> tuple[Grey, tuple[Notice, ...]]:
    """Modality LUT, then the first VOI LUT or window; without one, or with one that is broken, the bits in use."""
    try:
        return _through_tables(dataset, values)
    except (BadInput, MemoryError):
        raise
    except Exception:  # pydicom converts numbers and tables when it is asked
        grey, notices = _by_bits(dataset, values)
        return grey, (*notices, _UNREAD_WINDOW)


def _through_tables(dataset: Dataset, values: NDArray[Any]) -> tuple[Grey, tuple[Notice, ...]]:
    if "VOILUTSequence" in dataset:
        table = apply_voi(apply_modality_lut(values, dataset), dataset)
        bits = int(dataset.VOILUTSequence[0].LUTDescriptor[2])
        return table.astype(np.float32) / np.float32(2**bits - 1), ()
    window = _window(dataset)
    if window is not None:
        return _windowed(apply_modality_lut(values, dataset).astype(np.float32), *window), ()
    if "ModalityLUTSequence" in dataset:
        return from_levels(apply_modality_lut(values, dataset))
    grey, notices = _by_bits(dataset, values)
    falling = "RescaleSlope" in dataset and float(dataset.RescaleSlope) < 0
    return (1 - grey if falling else grey), notices


def _by_bits(dataset: Dataset, values: NDArray[Any]) -> tuple[Grey, tuple[Notice, ...]]:
    return from_levels(values, int(dataset.get("BitsStored", 0)))


def _window(dataset: Dataset) -> tuple[float, float, str] | None:
    """First window as (centre, width, function); None when there is none or its width is impossible."""
    if dataset.get("WindowCenter") is None or dataset.get("WindowWidth") is None:
        return None
    centre, width = (float(np.atleast_1d(dataset[name].value)[0]) for name in ("WindowCenter", "WindowWidth"))
    function = str(dataset.get("VOILUTFunction") or "LINEAR")
    usable = width > 1 if function == "LINEAR" else width > 0
    return (centre, width, function) if usable and np.isfinite([centre, width]).all() else None


def _windowed(values: Grey, centre: float, width: float, function: str) -> Grey:
    """The window functions of PS3.3 C.11.2.1.2 and C.11.2.1.3, to 0 ... 1."""
    if function == "SIGMOID":
        return 1 / (1 + np.exp(np.clip(-4 * (values - centre) / width, -80, 80)))
    if function == "LINEAR_EXACT":
        return np.clip((values - centre) / width + np.float32(0.5), 0, 1)
    return np.clip((values - (centre - 0.5)) / (width - 1) + np.float32(0.5), 0, 1)
