"""The structured report: Comprehensive SR after TID 1500, a group of measurements a view and one a nodule."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from highdicom.sr import (
    AlgorithmIdentification,
    DeviceObserverIdentifyingAttributes,
    FindingSite,
    ImageRegion,
    Measurement,
    MeasurementReport,
    MeasurementsAndQualitativeEvaluations,
    ObservationContext,
    ObserverContext,
    PlanarROIMeasurementsAndQualitativeEvaluations,
    QualitativeEvaluation,
    SourceImageForMeasurementGroup,
    SourceImageForRegion,
    TrackingIdentifier,
)
from highdicom.uid import UID
from pydicom.dataset import Dataset
from pydicom.sr.codedict import codes

from sera_core import __version__
from sera_core.contracts import ROWS, Diagnosis
from sera_core.exam import Exam, Nodule, Planned, Size, View, growth, plan
from sera_core.reports.dicom.codes import (
    DEPTH,
    LENGTH,
    ML,
    MM,
    NODULE,
    PERCENT,
    ROW,
    SITE,
    TITLE,
    ULTRASOUND,
    VOLUME,
    WIDTH,
    own,
)
from sera_core.wording import diagnosis as words
from sera_core.wording import signs
from sera_core.wording.labels import LABELS

Group = PlanarROIMeasurementsAndQualitativeEvaluations | MeasurementsAndQualitativeEvaluations


def report(exam: Exam, frames: Sequence[Sequence[Dataset]], device: str) -> MeasurementReport:
    """The content of the report.

    Parameters
    ----------
    exam : Exam
    frames : sequence of sequences of Dataset
        Of each nodule, the image that each view refers to.
    device : str
        UID of the observing program.
    """
    observer = ObserverContext(
        codes.DCM.Device,
        DeviceObserverIdentifyingAttributes(UID(device), "SERA", "SERA", f"SERA {__version__}"),
    )
    groups = [
        group
        for nodule, planned, images in zip(exam.nodules, plan(exam), frames, strict=True)
        for group in _groups(nodule, planned, images)
    ]
    every = [image for images in frames for image in images]
    return MeasurementReport(
        ObservationContext(observer_device_context=observer), ULTRASOUND, groups, TITLE, referenced_images=every
    )


def _groups(nodule: Nodule, planned: Planned, images: Sequence[Dataset]) -> Iterator[Group]:
    tracked = TrackingIdentifier(UID(), f"Nodule {planned.number}")
    place = [FindingSite(SITE[nodule.side])] if nodule.side else None
    yield MeasurementsAndQualitativeEvaluations(
        tracked,
        finding_type=NODULE,
        algorithm_id=_algorithm(planned.diagnosis),
        finding_sites=place,
        measurements=[*_sizes(nodule.size), *_answer(planned.diagnosis)],
        qualitative_evaluations=[*_descriptors(planned.diagnosis), *_conclusion(nodule, planned)],
        source_images=[SourceImageForMeasurementGroup.from_source_image(image) for image in images],
    )
    for view, image in zip(nodule.views, images, strict=True):
        if not view.diagnosis.reading.asked:
            continue  # it has no region
        yield PlanarROIMeasurementsAndQualitativeEvaluations(
            tracked,
            referenced_region=_region(view, image),
            finding_type=NODULE,
            algorithm_id=_algorithm(view.diagnosis),
            finding_sites=place,
            measurements=[*_sizes(view.size), *_answer(view.diagnosis)],
            qualitative_evaluations=_plane(view),
        )


def _region(view: View, image: Dataset) -> ImageRegion:
    """The outline, or the box where there is none, in pixels of the referenced image."""
    reading = view.diagnosis.reading
    if reading.outline is not None:
        corners = np.asarray(reading.outline.polygon)
    else:
        x, y, width, height = reading.box.as_list()
        corners = np.asarray([(x, y), (x + width, y), (x + width, y + height), (x, y + height)], float)
    corners = np.clip(corners, 0, view.diagnosis.image.shape[::-1])
    return ImageRegion("POLYLINE", np.vstack([corners, corners[:1]]), SourceImageForRegion.from_source_image(image))


def _algorithm(found: Diagnosis) -> AlgorithmIdentification | None:
    reading = found.reading
    if not reading.asked:
        return None
    return AlgorithmIdentification(
        reading.model_title[:64],
        f"SERA {__version__}",
        [f"model {reading.model}", f"weights sha256 {reading.model_sha256}", "derived by artificial intelligence"],
    )


def _sizes(size: Size) -> Iterator[Measurement]:
    known = ((LENGTH, size.length_mm, MM), (DEPTH, size.height_mm, MM), (WIDTH, size.width_mm, MM))
    for name, value, unit in (*known, (VOLUME, size.volume_ml, ML)):
        if value is not None:
            yield Measurement(name, round(value, 3), unit)


def _answer(found: Diagnosis) -> Iterator[Measurement]:
    """The network's probability with its range and cut-off; nothing where it refuses the image."""
    reading = found.reading
    if reading.familiarity.refused:
        return
    numbers = {
        "PROBABILITY": ("AI: probability", reading.probability),
        "PROBABILITY-LOW": ("AI: probability, least over views", reading.low),
        "PROBABILITY-HIGH": ("AI: probability, greatest over views", reading.high),
        "CUTOFF": ("AI: cut-off", reading.cutoff),
    }
    for code, (meaning, value) in numbers.items():
        yield Measurement(own(code, meaning), round(100 * value, 2), PERCENT)


def _descriptors(found: Diagnosis) -> Iterator[QualitativeEvaluation]:
    """Each word with who says it; several foci are several evaluations."""
    for row in ROWS:
        if getattr(found.description, row) is None:
            continue
        program = row in found.proposed
        name = own(f"{row}-{'AI' if program else 'READER'}", f"{ROW[row]}, {'proposed by AI' if program else 'reader'}")
        said = getattr(found.description, row)
        parts = sorted(said) if row == "foci" else [said]
        for part in parts:
            yield QualitativeEvaluation(name, own(part.value, LABELS[part].word))
        if not parts:
            yield QualitativeEvaluation(name, own("NO-FOCI", signs.row_words(found.description, row)))


def _conclusion(nodule: Nodule, planned: Planned) -> Iterator[QualitativeEvaluation]:
    """Verdict, category, action, growth."""
    reading, advice = planned.diagnosis.reading, planned.advice
    said = {
        "AI-FINDING": ("AI: finding", reading.verdict.value, words.headline(reading)),
        "CATEGORY": (f"Category, {LABELS[advice.guideline].word}", advice.category, advice.category),
        "ACTION": ("Advice", advice.action.value, LABELS[advice.action].word),
    }
    if doubt := words.steadiness(reading):
        said["STEADINESS"] = ("AI: steadiness of the finding", "TURNS", doubt)
    if reading.asked:
        said["POSITIVE"] = ("AI: what the probability is of", "TARGET", reading.positive)
    for code, (meaning, value, word) in said.items():
        yield QualitativeEvaluation(own(code, meaning), own(value, word))
    if (found := growth(nodule, advice.guideline)) is not None:
        known = {True: "significant", False: "none", None: "unknown"}[found.significant]
        yield QualitativeEvaluation(own("GROWTH", "Growth since the earlier exam"), own(known, known))


def _plane(view: View) -> list[QualitativeEvaluation]:
    if view.plane is None:
        return []
    return [QualitativeEvaluation(own("PLANE", "Imaging plane"), own(view.plane.value, view.plane.value))]
