"""The sentences of an exam: when and how it was looked at, where a nodule lies, how large it is, what became of it."""

from __future__ import annotations

from collections import Counter
from dataclasses import astuple
from datetime import date

from sera_core.exam.record import BETHESDA, Exam, Nodule, Pathology, Plane, View
from sera_core.exam.size import Size

PLANE = {
    Plane.TRANSVERSE: "transverse",
    Plane.LONGITUDINAL: "longitudinal",
    Plane.OTHER: "in another plane",
    None: "plane not named",
}


def day(of: date | None) -> str:
    """The date of an exam."""
    return f"{of:%d %B %Y}" if of else "not given"


def technique(exam: Exam) -> str:
    """How it was looked at: frames by plane and by kind of file."""
    every = [view for nodule in exam.nodules for view in nodule.views]
    planes = Counter(PLANE[view.plane] for view in every)
    kinds = sorted({view.diagnosis.image.source for view in every if view.diagnosis.image.source in KINDS})
    alone = len(every) == 1
    told = ", ".join(plane if alone else f"{number} {plane}" for plane, number in planes.items())
    still = "one still frame" if alone else f"{len(every)} still frames"
    return f"Grey-scale ultrasound, {still} ({told}{'; ' if kinds else ''}{', '.join(kinds)})"


KINDS = ("DICOM", "PNG", "JPEG", "TIFF", "BMP", "WebP", "HEIC", "AVIF", "simulated")  # never what a file might say


def place(nodule: Nodule) -> str:
    """Side and pole; empty where neither is known."""
    side = {None: "", "isthmus": "isthmus"}.get(nodule.side, f"{nodule.side} lobe")
    pole = {None: "", "middle": "middle third"}.get(nodule.pole, f"{nodule.pole} pole")
    return ", ".join(part for part in (side, pole) if part).capitalize()


def diameters(nodule: Nodule) -> str:
    """Three diameters and the volume, as far as they are known, and whose they are."""
    size = nodule.size
    if not size.known:
        return ""
    named = zip(("length", "height", "width"), astuple(size), astuple(nodule.typed), strict=True)
    told = [
        f"{name} {value:g} mm ({'outline' if typed is None else 'reader'})"
        for name, value, typed in named
        if value is not None
    ]
    return f"{', '.join(told)}{_volume(size)}".capitalize()


def _volume(size: Size) -> str:
    volume = size.volume_ml
    return "; not all three are known, so no volume" if volume is None else f"; volume {volume:.2f} ml"


def views(nodule: Nodule) -> str:
    """What each view says by itself; empty where there is one."""
    if len(nodule.views) == 1:
        return ""
    return "; ".join(_view(view) for view in nodule.views) + ". Together: the mean of the logits."


def _view(view: View) -> str:
    reading = view.diagnosis.reading
    said = "no answer" if reading.familiarity.refused else f"{100 * reading.probability:.0f}%"
    return f"{PLANE[view.plane]} {said}{f' ({reading.model})' if reading.asked else ''}"


def pathology(known: Pathology) -> str:
    """What became known later; empty where nothing did."""
    cytology = f"cytology Bethesda {BETHESDA[known.bethesda]}" if known.bethesda else ""
    histology = f"histology {known.histology}" if known.histology else ""
    said = ", ".join(part for part in (cytology, histology) if part)
    return said[:1].upper() + said[1:]  # Bethesda's categories keep their capitals
