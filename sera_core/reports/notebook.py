"""What a page shows as a Jupyter notebook that computes it again: the same functions, the settings filled in."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from sera_core import __version__
from sera_core.contracts import NOT_A_DEVICE, Diagnosis, Domain, GreyImage
from sera_core.diagnosis import advise, read
from sera_core.evaluate.compare import compare
from sera_core.evaluate.predictions import Predictions
from sera_core.explain.why import explain
from sera_core.reports.literal import call, import_of, imports, literal
from sera_core.simulate.render import render
from sera_core.simulate.samples import SAMPLES

KIND = "application/x-ipynb+json"
NEEDS = f"It needs SERA {__version__} where it runs: `pip install` its wheel, or open it from a checkout."
TABLES = {
    "At a glance": "found.glance.rows",
    "At the cut-offs": "[row for one in found.confusions for row in one.rows]",
    "Differences": "found.differences",
    "Calibration": "[row for one in found.calibrations for row in one.rows]",
    "Needles spared": "found.usefulness",
    "Agreement": "found.agreement",
    "Subgroups": "found.subgroups",
    "All numbers": "found.rows",
}


@dataclass(frozen=True)
class Table:
    """Where a comparison's predictions come from.

    Attributes
    ----------
    study : str
        Name of a shipped study; empty for the reader's own file.
    file : str
        Name of the reader's own file.
    domain : {"real", "simulated"}
    """

    study: str
    file: str
    domain: Domain


def diagnosis_notebook(diagnosis: Diagnosis) -> str:
    """The reading of one nodule, its heatmap and the advice; the image itself is not in it.

    Returns
    -------
    str
        A notebook that reads the image beside it, or renders the simulated sample, and refuses any other image.
    """
    reading, patient = diagnosis.reading, diagnosis.patient
    method = reading.heatmap.method if reading.heatmap else None
    words = "\n".join(
        [
            *imports(reading.box, patient, method),
            "from sera_core.contracts import Patient",
            "from sera_core.diagnosis import Request, diagnose",
            "from sera_core.exam import Exam",
            "from sera_core.reports.text import as_text",
            "",
            f"request = Request({literal(reading.box)}, {literal(reading.model)}, {literal(method)})",
            f"patient = {literal(patient)}",
            "diagnosis = diagnose(image, request, patient)",
            "print(as_text(Exam.of(diagnosis)))",
        ]
    )
    heat = (
        "from PIL import Image\n"
        "from sera_core.explain.overlay import on_frame\n\n"
        "Image.fromarray(on_frame(image.pixels, diagnosis.reading.heatmap))"
    )
    record = "from sera_core.reports.record import to_json\n\nto_json(diagnosis)"
    cells = [_Code(_image(diagnosis.image)), "## Verdict and advice", _Code(words)]
    cells += ["## Heatmap", _Code(heat)] if method else []
    return _written("One nodule", [*cells, "## Every number", _Code(record), *_sources(read, explain, advise)])


def comparison_notebook(table: Table, predictions: Predictions) -> str:
    """Every number of a comparison by its cell, and two of its figures; the reader's own file is not in it.

    Parameters
    ----------
    table : Table
    predictions : Predictions
        The chosen models and centres of that table.
    """
    if table.study:
        source = (
            f"from sera_core.study.shipped import read_study\n\nstudy = read_study({literal(table.study)})\n"
            "whole, known = study.predictions, study.cutoffs"
        )
    else:
        source = (
            "from pathlib import Path\nfrom sera_core.evaluate.table import read_predictions\n\n"
            f"FILE = Path({literal(table.file)})  # put the table beside this notebook\n"
            f"whole, known = read_predictions(FILE.read_bytes(), FILE.name, {literal(table.domain)}), {{}}"
        )
    chosen = f"predictions = whole.select({literal(list(predictions.models))}, {literal(list(predictions.centres))})"
    check = f'assert whole.key == {literal(predictions.key)}, "this is another table"'
    ask = (
        "from sera_core.evaluate.compare import compare\nfrom sera_core.evaluate.results import frame\n\n"
        "found = compare(predictions, known)\nlen(found.rows)"
    )
    tables = [part for title, rows in TABLES.items() for part in (f"## {title}", _Code(f"frame({rows})"))]
    cells = [_Code(f"{source}\n{check}\n{chosen}"), _Code(ask), "## ROC", _Code(_ROC), *tables]
    return _written("Where does a model hold?", [*cells, *_sources(compare)])


def lesson_notebook(title: str, calls: Sequence[partial]) -> str:
    """What a chapter computed.

    Parameters
    ----------
    title : str
    calls : sequence of partial
        The functions that ran, with the arguments that the controls gave them.
    """
    cells = ["It holds the numbers that were computed with: those of your own image too, where you brought one."]
    for bound in calls:
        needed = sorted({import_of(bound.func), *imports(*bound.args, bound.keywords)})
        cells.append(_Code("\n".join(needed) + f"\n\n{call(bound)}"))
    return _written(title, [*cells, *_sources(*(bound.func for bound in calls))])


class _Code(str):
    """A cell that runs; every other text is a cell of words."""


_ROC = """\
from sera_core.evaluate.compare import roc_lines
from sera_core.evaluate.ranking import ranked
from sera_core.figures.palette import READER, series
from sera_core.figures.roc import roc_panel
from sera_core.wording.comparison import name_of

looks = series(ranked(whole)) | dict.fromkeys(whole.readers, READER)
names = {name: name_of(name) for name in (*predictions.models, *predictions.readers)}
for centre in predictions.centres:
    if lines := roc_lines(predictions, centre, found.cutoffs):
        roc_panel(lines, looks, names).update_layout(title=centre).show()"""


def _image(image: GreyImage) -> str:
    sample = next((name for name in SAMPLES if _is_sample(image, name)), None)
    if sample:
        source = (
            f"from sera_core.simulate import SAMPLES, render\n\nimage = render(SAMPLES[{literal(sample)}].case).image"
        )
    else:
        source = (
            "from pathlib import Path\nfrom sera_core.images.read import read_image\n\n"
            'FILE = Path("image")  # put the file beside this notebook, and write its name here\n'
            f"image = read_image(FILE.read_bytes(), {image.frame})"
        )
    lines = [
        "from dataclasses import replace",
        *imports(image.regions),
        source,
        f'assert image.key == {literal(image.key)}, "this is another image"',
        f"image = replace(image, mm_per_px={literal(image.mm_per_px)}, regions={literal(image.regions)})",
    ]
    return "\n".join(lines)


def _is_sample(image: GreyImage, name: str) -> bool:
    return image.simulated and render(SAMPLES[name].case).image.key == image.key


def _sources(*functions: Callable[..., Any]) -> list[str]:
    """The code that ran, as the page shows it."""
    plain = dict.fromkeys(inspect.unwrap(function) for function in functions)
    return ["## The code that ran", *(f"```python\n{inspect.getsource(function)}```" for function in plain)]


def _written(title: str, cells: Iterable[str]) -> str:
    made = [new_markdown_cell(f"# {title}\n\n{NEEDS} {NOT_A_DEVICE}")]
    made += [new_code_cell(cell) if isinstance(cell, _Code) else new_markdown_cell(cell) for cell in cells]
    for number, cell in enumerate(made):
        cell["id"] = f"cell-{number}"  # the same page gives the same file
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    notebook = new_notebook(cells=made, metadata={"kernelspec": kernel})
    nbformat.validate(notebook)
    return nbformat.writes(notebook)
