"""One nodule by name and value, as the sandbox's sliders and the command line give it; both are refused alike."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, replace
from enum import StrEnum
from pathlib import Path
from typing import Any

import numpy as np

from sera_core.contracts import BadInput, Composition, Focus, Margin
from sera_core.files import whole_file
from sera_core.simulate.case import Anatomy, Case, Nodule, Texture, View
from sera_core.simulate.centres import centre_named
from sera_core.simulate.disk import write_png
from sera_core.simulate.render import Frame, render
from sera_core.simulate.sandbox import NODULE_CONTROLS, SCANNER_CONTROLS, Control, truth_of
from sera_core.simulate.scanner import Scanner

Settings = Mapping[str, str | float]

WORDS: dict[str, type[StrEnum]] = {"composition": Composition, "margin": Margin, "view": View, "texture": Texture}
CONTROLS = {control.field: control for control in (*NODULE_CONTROLS, *SCANNER_CONTROLS)}
CENTRE, SEED = "centre", "seed"
NAMES = (*WORDS, *CONTROLS, CENTRE, SEED)
WHOLE = ("punctate", "comet_tails", "looks", SEED)
DEFAULT_SIZE_MM, DEFAULT_SEED = 18.0, 1


def parse(words: Iterable[str]) -> dict[str, str]:
    """``["composition=solid", "size_mm=12"]`` as settings.

    Raises
    ------
    BadInput
        When a word is no ``name=value``.
    """
    pairs = [word.partition("=") for word in words]
    for name, sign, value in pairs:
        if not (name and sign and value):
            raise BadInput("no_setting", f"{name!r} is no setting: write name=value, for example size_mm=12.")
    return {name: value for name, _, value in pairs}


def case_from(settings: Settings) -> Case:
    """The case these settings describe; what is not named keeps its default.

    Parameters
    ----------
    settings : mapping
        Any of :data:`NAMES`. ``centre`` names the virtual centre whose scanner the other settings change.

    Raises
    ------
    BadInput
        For an unknown name, a value outside its range, or a nodule that cannot exist or does not fit the field.

    Examples
    --------
    >>> case = case_from({"composition": "mixed", "size_mm": 20, "centre": "A", "seed": 3})
    >>> case.nodule.composition.value, case.nodule.size_mm, case.seed
    ('mixed', 20.0, 3)
    """
    unknown = [name for name in settings if name not in NAMES]
    if unknown:
        raise BadInput("unknown_setting", f"There is no setting {unknown[0]!r}: choose from {', '.join(NAMES)}.")
    words = {name: _word(kind, name, settings[name]) for name, kind in WORDS.items() if name in settings}
    values = {name: _number(name, settings[name]) for name in (*CONTROLS, SEED) if name in settings}
    base = centre_named(str(settings.get(CENTRE, "internal"))).scanner
    nodule = replace(Nodule(DEFAULT_SIZE_MM), **_of(Nodule(1), words, values))
    anatomy, scanner = Anatomy(**_of(Anatomy(), words, {})), replace(base, **_of(base, {}, values))
    case = Case(int(values.get(SEED, DEFAULT_SEED)), nodule, anatomy, scanner)
    for name, value in values.items():
        _check_range(name, value)
    return case


def settings_of(case: Case, centre: str = "internal") -> dict[str, str | float]:
    """The settings that :func:`case_from` makes this case of, where its other fields are the defaults."""
    numbers = {name: getattr(case.nodule if name in asdict(case.nodule) else case.scanner, name) for name in CONTROLS}
    nodule, neck = case.nodule, case.anatomy
    words = {"composition": nodule.composition, "margin": nodule.margin, "view": neck.view, "texture": neck.texture}
    return {**{name: word.value for name, word in words.items()}, **numbers, CENTRE: centre, SEED: case.seed}


def write_frame(out: Path, case: Case) -> dict[str, object]:
    """Write ``frame.png``, ``mask.png`` and the truth of one case as ``truth.json``; returns what the last one holds.

    Raises
    ------
    BadInput
        When the folder cannot be written.
    """
    frame = render(case)
    truth = _truth(frame, case)
    write_png(out / "frame.png", np.round(frame.image.pixels * 255).astype(np.uint8))
    write_png(out / "mask.png", frame.mask.astype(np.uint8) * 255)
    with whole_file(out / "truth.json") as part:
        part.write_text(json.dumps(truth, indent=1), encoding="utf-8")
    return {"image": str(out / "frame.png"), **truth}


def _truth(frame: Frame, case: Case) -> dict[str, object]:
    seen = frame.descriptors
    return {
        "simulated": True,
        "seed": case.seed,
        "box": frame.box.as_list(),
        "size_mm": frame.size_mm,
        "mm_per_px": round(case.scanner.mm_per_px, 6),
        "composition": seen.composition.value,
        "echogenicity": seen.echogenicity.value,
        "shape": seen.shape.value,
        "margin": seen.margin.value,
        "foci": [focus.value for focus in Focus if focus in seen.foci],
        "log_likelihood_ratio": round(truth_of(case), 4),
    }


def _of(owner: Nodule | Anatomy | Scanner, words: Settings, values: Mapping[str, float]) -> dict[str, Any]:
    """The settings that are fields of ``owner``."""
    return {name: value for name, value in {**words, **values}.items() if hasattr(owner, name)}


def _word(kind: type[StrEnum], name: str, value: str | float) -> StrEnum:
    if value not in list(kind):
        raise BadInput("unknown_word", f"The {name} {value!r} is not known: choose one of {', '.join(kind)}.")
    return kind(str(value))


def _number(name: str, value: str | float) -> float:
    try:
        number = float(value)
    except ValueError:
        raise BadInput("no_number", f"{name} needs a number, not {value!r}.") from None
    if name not in WHOLE:
        return number
    if not number.is_integer():
        raise BadInput("no_whole_number", f"{name} counts things: give a whole number, not {number:g}.")
    return int(number)


def _check_range(name: str, value: float) -> None:
    control = CONTROLS.get(name) or Control(SEED, 0, 2**31, 1, "Seed")
    if not control.low <= value <= control.high:
        raise BadInput(
            "setting_range", f"{control.label}: {value:g} is out of range, choose {control.low:g} to {control.high:g}."
        )
