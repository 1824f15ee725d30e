"""The whole comparison to take away."""

from __future__ import annotations

import streamlit as st

from sera_core import escape
from sera_core.evaluate.compare import compare
from sera_core.evaluate.percentre import per_centre
from sera_core.evaluate.results import frame
from sera_core.figures.paper import ONE_COLUMN, TWO_COLUMNS
from sera_core.reports.checklists import TITLES, Checklist, as_markdown
from sera_core.reports.comparison import Subject, html
from sera_core.reports.notebook import KIND, Table, comparison_notebook
from sera_core.reports.plates import archive
from sera_core.reports.sheets import FORMS
from sera_core.ui.cell import show_code
from sera_core.ui.chart import PICTURES
from sera_core.ui.compare.chosen import Chosen, remember
from sera_core.ui.compare.contents import Place, open_place
from sera_core.ui.download import Download, offer

DRAWN = (Place.GLANCE, Place.ROC, Place.CONFUSION, Place.TRUST, Place.USE, Place.AGREEMENT)
COUNTED = (Place.DIFFERENCE, Place.SUBGROUPS)
TABLES = {".csv": "CSV", ".xlsx": "Excel", ".tex": "LaTeX", ".md": "Markdown"}
LEFT_OUT = (Place.COMBINE, Place.PUBLISHED)


def offer_comparison(chosen: Chosen) -> None:
    """Draw the cell."""
    cell = open_place(
        Place.REPORT,
        f"The figures of {_cells(DRAWN)} for the models and centres of cell {Place.SOURCE}, all their numbers and "
        f"those of {_cells(COUNTED)}, and the methods in words, in one file that opens without network; or the numbers "
        f"alone. {_cells(LEFT_OUT).capitalize()} are not in it.",
    )
    with cell.controls:
        offer(*_whole(chosen))
        width = st.segmented_control(
            "Width of the figures for print (mm)",
            [ONE_COLUMN, TWO_COLUMNS],
            format_func="{:.0f}".format,
            default=TWO_COLUMNS,
            required=True,
            key="print-width",
        )
        offer(_plates(chosen, width or TWO_COLUMNS))
        offer(*(_table(chosen, ending, label) for ending, label in TABLES.items()))
        st.caption("Reporting checklists, filled in as far as the report answers them:")
        offer(*(_checklist(chosen, which, title) for which, title in TITLES.items()))
        st.segmented_control(
            "The cameras above the figures save",
            PICTURES,
            format_func=str.upper,
            default=PICTURES[0],
            required=True,
            key="pictures",
            bind="query-params",
        )
    with cell.result:
        show_code(compare, html)


def _whole(chosen: Chosen) -> tuple[Download, ...]:
    """The whole comparison to read, to calculate with and to run again."""
    study = chosen.study
    name = f"comparison-{study.name}"

    def report() -> str:
        return html(remember(chosen, compare, chosen.cutoffs), subject_of(chosen))

    def rows() -> str:
        return escape.csv(frame(remember(chosen, compare, chosen.cutoffs).rows))

    def notebook() -> str:
        table = Table("" if chosen.own else study.name, study.title, study.domain)
        return comparison_notebook(table, chosen.predictions)

    return (
        Download("Report (HTML)", ":material/description:", f"{name}.html", "text/html", report, "report", "primary"),
        Download("All numbers (CSV)", ":material/table:", f"{name}.csv", "text/csv", rows, "all-numbers"),
        Download("Notebook", ":material/book_2:", f"{name}.ipynb", KIND, notebook, "notebook"),
    )


def _plates(chosen: Chosen, width_mm: float) -> Download:
    """The figures for print, all of one width."""

    def write() -> bytes:
        found = remember(chosen, compare, chosen.cutoffs)
        return archive(chosen.predictions, found, chosen.looks, chosen.names, width_mm)

    name = f"figures-{chosen.study.name}-{width_mm:.0f}mm.zip"
    return Download("Figures for print (ZIP)", ":material/imagesmode:", name, "application/zip", write, "plates")


def _table(chosen: Chosen, ending: str, label: str) -> Download:
    """The per-centre table in one of its forms."""

    def write() -> bytes:
        return FORMS[ending](per_centre(chosen.predictions, remember(chosen, compare, chosen.cutoffs)))

    name = f"per-centre-{chosen.study.name}{ending}"
    return Download(f"Per centre ({label})", ":material/table_view:", name, "text/plain", write, f"per-centre{ending}")


def _checklist(chosen: Chosen, which: Checklist, title: str) -> Download:
    """A checklist with the section of the report that answers each item."""

    def write() -> bytes:
        return as_markdown(which, chosen.predictions, remember(chosen, compare, chosen.cutoffs))

    name = f"{which}-{chosen.study.name}.md"
    return Download(title, ":material/checklist:", name, "text/markdown", write, f"checklist-{which}")


def _cells(places: tuple[Place, ...]) -> str:
    *others, last = map(str, places)
    return f"cells {', '.join(others)} and {last}"


def subject_of(chosen: Chosen) -> Subject:
    """What the report says about where the numbers come from."""
    return Subject(
        title=chosen.study.title,
        positive=chosen.study.positive,
        sha256=chosen.study.predictions.key,
        predictions=chosen.predictions,
        counted=chosen.counts,
        labels={centre: chosen.labels_at(centre) for centre in chosen.predictions.centres},
        looks=chosen.looks,
        names=chosen.names,
    )
