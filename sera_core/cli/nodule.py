"""Verbs about one nodule: diagnose, outline, measure, tirads."""

from __future__ import annotations

import argparse
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from sera_core.cli.exam import add_exam, exam_of, taken_away
from sera_core.cli.verb import Verb, content_of, ending
from sera_core.contracts import (
    ROWS,
    BadInput,
    Box,
    CamMethod,
    Composition,
    Echogenicity,
    Focus,
    GreyImage,
    Guideline,
    Margin,
    Outline,
    Patient,
    Shape,
)
from sera_core.files import whole_file
from sera_core.wording import command_line
from sera_core.wording import diagnosis as words
from sera_core.wording.command_line import Result

FRAME = "frame of a multi-frame file, from 0 (default: the first that can be used)"


def diagnose(options: argparse.Namespace) -> Result:
    """One nodule: probability, verdict, heatmap, measured signs, proposed words and advice."""
    from sera_core.diagnosis import Request, diagnose
    from sera_core.guidelines import parse_description
    from sera_core.reports.record import to_json

    data = content_of(options.image)
    image = _read(data, options.image, options.frame)
    box = Box(*options.roi) if options.roi else None
    request = Request(box, options.model, CamMethod(options.method), _pane(image, options.pane))
    seen = parse_description(**{row: getattr(options, row) for row in ROWS})
    patient = Patient(options.size_mm, Guideline(options.guideline), options.pretest, seen)
    diagnosis = diagnose(image, request, patient, ask_all=options.opinions)
    if options.heatmap:
        _write_heatmap(diagnosis, options.heatmap)
    return to_json(diagnosis) | taken_away(exam_of(diagnosis, options), data, options)


def _add_diagnose(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("image", type=Path)
    parser.add_argument("--roi", type=int, nargs=4, metavar=("X", "Y", "W", "H"), help="region in pixels")
    parser.add_argument("--size-mm", type=float, help="largest dimension of the nodule")
    parser.add_argument("--model", default="auto")
    parser.add_argument("--guideline", default=Guideline.KTIRADS2021.value, choices=[g.value for g in Guideline])
    parser.add_argument("--pretest", type=float, default=0.2, help="share of malignant nodules expected (0 ... 1)")
    parser.add_argument("--frame", type=int, help=FRAME)
    parser.add_argument("--method", default=CamMethod.HIRESCAM.value, choices=[m.value for m in CamMethod])
    parser.add_argument("--heatmap", type=ending(".png"), metavar="OUT.png")
    parser.add_argument("--opinions", action="store_true", help="ask every other installed model too")
    _add_pane(parser)
    _add_rows(parser, required=False, foci=None)
    add_exam(parser)


def outline(options: argparse.Namespace) -> Result:
    """Where the nodule is: an outline with its confidence, or that none was found."""
    from sera_core.diagnosis import outlined
    from sera_core.outline import panes

    image = _read(content_of(options.image), options.image, options.frame)
    found = outlined(image, Box(*options.roi) if options.roi else None, _pane(image, options.pane))
    if options.mask and found is not None:
        _write_mask(found.mask, options.mask)
    told = {"found": found is not None, "panes": [pane.as_list() for pane in panes(image)]}
    if found is None:
        return told
    return {
        **told,
        "box": found.box.as_list(),
        "confidence": found.confidence,
        "source": found.source,
        "area_px": int(found.mask.sum()),
        "polygon": found.polygon,
    }


def _add_outline(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("image", type=Path)
    parser.add_argument("--roi", type=int, nargs=4, metavar=("X", "Y", "W", "H"), help="a box to outline the nodule in")
    parser.add_argument("--frame", type=int, help=FRAME)
    parser.add_argument("--mask", type=ending(".png"), metavar="OUT.png", help="the outline as a picture, white inside")
    _add_pane(parser)


def measure(options: argparse.Namespace) -> Result:
    """What is measured and proposed on a nodule; with the longitudinal view too, three diameters and the volume."""
    from sera_core.reports.record import outline_of, proposed_of, signs_of
    from sera_core.signs.describe import measured
    from sera_core.signs.volume import diameters_in

    views = [_outlined(options.image, options.roi, options.mm_per_px)]
    if options.longitudinal:
        views.append(_outlined(options.longitudinal, options.longitudinal_roi, options.mm_per_px))
    image, found = views[0]
    told = measured(image, found)
    result = {
        "outline": outline_of(found),
        "signs": signs_of(told) if told else None,
        "proposed": proposed_of(told) if told else None,
        "size_mm": told.size_mm if told else None,
    }
    if len(views) > 1:
        three = diameters_in(*views)
        result |= {"diameters_mm": asdict(three), "volume_ml": three.volume_ml}
    return result


def _add_measure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("image", type=Path, help="the transverse view")
    parser.add_argument("--roi", type=int, nargs=4, metavar=("X", "Y", "W", "H"), help="a box around the nodule")
    parser.add_argument("--longitudinal", type=Path, metavar="IMAGE", help="the longitudinal view")
    parser.add_argument("--longitudinal-roi", type=int, nargs=4, metavar=("X", "Y", "W", "H"), help="a box there")
    parser.add_argument("--mm-per-px", type=float, metavar="MM", help="the scale of both, instead of the files' own")


def tirads(options: argparse.Namespace) -> Result:
    """What every guideline says about the descriptors a reader saw."""
    from sera_core.guidelines import assess_all, parse_descriptors

    seen = parse_descriptors(
        composition=options.composition,
        echogenicity=options.echogenicity,
        shape=options.shape,
        margin=options.margin,
        foci=options.foci,
    )
    keys = ("category", "points", "risk", "action", "rule", "source")
    advice = assess_all(seen, options.size_mm)
    return {str(guideline): {key: asdict(said)[key] for key in keys} for guideline, said in advice.items()}


def _add_tirads(parser: argparse.ArgumentParser) -> None:
    _add_rows(parser, required=True, foci=["none"])
    parser.add_argument("--size-mm", type=float)


def _add_rows(parser: argparse.ArgumentParser, required: bool, foci: list[str] | None) -> None:
    single = {"composition": Composition, "echogenicity": Echogenicity, "shape": Shape, "margin": Margin}
    for name, choices in single.items():
        parser.add_argument(f"--{name}", required=required, choices=[choice.value for choice in choices])
    every = ["none", *(focus.value for focus in Focus)]
    parser.add_argument("--foci", nargs="+", default=foci, choices=every)


def _add_pane(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--pane", type=int, metavar="N", help="which picture of a split screen, 1 is the leftmost")


def _pane(image: GreyImage, number: int | None) -> Box | None:
    if number is None:
        return None
    from sera_core.outline import panes

    shown = panes(image)
    if not 1 <= number <= len(shown):
        raise BadInput("no_such_pane", f"There is no picture {number} on this frame: it shows {len(shown)}.")
    return shown[number - 1]


def _read(data: bytes, file: Path, frame: int | None = None) -> GreyImage:
    """One frame of a file; a refusal names the file."""
    from sera_core.images.read import read_image

    try:
        return read_image(data, frame)
    except BadInput as refusal:
        raise BadInput(refusal.code, f"{file.name}: {refusal.message}") from refusal


def _outlined(file: Path, roi: list[int] | None, mm_per_px: float | None) -> tuple[GreyImage, Outline]:
    """A frame and the nodule on it."""
    from sera_core.diagnosis import outlined
    from sera_core.images.scale import typed

    image = _read(content_of(file), file)
    if mm_per_px is not None:
        image = replace(image, mm_per_px=typed(mm_per_px, image), regions=())
    found = outlined(image, Box(*roi) if roi else None)
    if found is None:
        raise BadInput("no_nodule", f"No nodule was found on {file.name}: give a box around it (--roi X Y W H).")
    return image, found


def _write_heatmap(diagnosis: Any, file: Path) -> None:
    from sera_core.explain.overlay import overlay, png

    heatmap = diagnosis.reading.heatmap
    if heatmap is None:
        raise BadInput(
            "no_heatmap", f"There is no heatmap to write: {words.why(diagnosis.reading)} Leave --heatmap out."
        )
    with whole_file(file) as part:
        part.write_bytes(png(overlay(heatmap.crop, heatmap.values)))


def _write_mask(mask: Any, file: Path) -> None:
    from PIL import Image

    with whole_file(file) as part:
        Image.fromarray(mask).save(part, "PNG")


VERBS = (
    Verb("diagnose", diagnose, command_line.diagnosis, _add_diagnose),
    Verb("outline", outline, command_line.outline, _add_outline),
    Verb("measure", measure, command_line.measured, _add_measure),
    Verb("tirads", tirads, command_line.tirads, _add_tirads),
)
