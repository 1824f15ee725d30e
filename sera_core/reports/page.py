"""An exam on paper, as PDF: a nodule seen once on one page of A4 (two where many models or warnings need it)."""

from __future__ import annotations

from datetime import UTC, datetime

from PIL import Image

from sera_core.contracts import Diagnosis, Verdict
from sera_core.exam import Exam, Planned, plan
from sera_core.explain.overlay import colours
from sera_core.figures.palette import ACCENT, UNSURE, VERDICT
from sera_core.reports.paper import FAINT, INK, LEFT, WIDE, Page
from sera_core.reports.pictures import Picture, heated, plain
from sera_core.reports.text import Rows, closing, exam_rows, nodule_sections
from sera_core.wording import diagnosis as words
from sera_core.wording.probability import percent

PICTURE_WIDE, PICTURE_HIGH = 86.0, 51.0
HEADING_WIDE = 29.0
HEADLINE_SIZES = (15, 14, 13, 12)  # points
PAPER = "#FFFFFF"


def pdf(exam: Exam, made: datetime | None = None) -> bytes:
    """The report as a PDF file.

    Parameters
    ----------
    exam : Exam
    made : datetime, optional
        Printed as the date of the report; now, when left out.

    Returns
    -------
    bytes
        Images, numbers, model with version and hash, advice with its rule, limits. No identity: neither names,
        nor file names, nor the margins of the frame, where machines write them.
    """
    made = made or datetime.now(UTC)
    page = Page("Thyroid nodules on ultrasound", made)
    planned = plan(exam)
    page.add_page()
    for nodule, one in zip(exam.nodules, planned, strict=True):
        if one.number > 1:
            page.add_page()
        _verdict(page, one)
        for view in nodule.views:
            _pictures(page, view.diagnosis)
        if one.number == 1:
            _rows(page, exam_rows(exam))
        for title, rows in nodule_sections(nodule, one, len(planned)).items():
            _section(page, title, rows)
    for title, rows in closing(planned).items():
        _section(page, title, rows)
    return bytes(page.output())


def _verdict(page: Page, planned: Planned) -> None:
    top, diagnosis = page.get_y(), planned.diagnosis
    headline = words.headline(diagnosis.reading)
    for size in HEADLINE_SIZES:  # the largest in one line; the smallest may take more
        page.pen(size, VERDICT[diagnosis.reading.verdict], bold=True)
        if page.get_string_width(headline) < 90:
            break
    below = page.write_at(LEFT + 4.5, top, headline, 90, high=7)
    page.pen(9.5, INK)
    if doubt := words.steadiness(diagnosis.reading):
        below = page.write_at(LEFT + 4.5, below + 1.2, doubt, 90, high=4.4)
    action = words.advice(planned.advice)
    bottom = max(page.write_at(LEFT + 4.5, below + 1.2, f"Advice: {action}", 90, high=4.4), top + 17)
    page.set_fill_color(VERDICT[diagnosis.reading.verdict])
    page.rect(LEFT, top, 1.6, bottom - top, style="F")
    if not diagnosis.reading.familiarity.refused:
        _bar(page, diagnosis, LEFT + 100, top + 6.5, 74)
    page.set_y(bottom + 4)


def _bar(page: Page, diagnosis: Diagnosis, x: float, y: float, wide: float) -> None:
    """The probability on a bar from 0 to 100 %, with the three zones around the cut-off."""
    reading = diagnosis.reading
    low, high, high_mm = reading.cutoff_low, reading.cutoff_high, 4.5
    zones = ((0.0, low, Verdict.BENIGN), (low, high, Verdict.INDETERMINATE), (high, 1.0, Verdict.MALIGNANT))
    for start, end, verdict in zones:
        shown = Verdict.INDETERMINATE if reading.familiarity.fringe else verdict  # the bar has sides, but no answer
        page.set_fill_color(_tint(VERDICT[shown]))
        page.rect(x + start * wide, y, (end - start) * wide, high_mm, style="F")
    page.set_draw_color(UNSURE)
    page.set_line_width(0.3)
    page.line(x + reading.cutoff * wide, y - 0.8, x + reading.cutoff * wide, y + high_mm + 0.8)
    spot = x + reading.probability * wide
    page.set_draw_color(VERDICT[reading.verdict])
    page.set_line_width(0.6)
    page.line(x + reading.low * wide, y + high_mm / 2, x + reading.high * wide, y + high_mm / 2)
    page.set_fill_color(VERDICT[reading.verdict])
    page.set_draw_color(PAPER)
    page.set_line_width(0.3)
    page.circle(spot, y + high_mm / 2, 2.1, style="DF")
    page.pen(9.5, INK, bold=True)
    label = min(max(spot, x + 6), x + wide - 8)  # at both ends of the bar the number stays on the page
    page.write_at(label - 15, y - 5.6, percent(reading.probability), 30, align="C")
    page.pen(7, FAINT)
    page.write_at(x - 5, y + 5.4, "0%", 10, align="C")
    page.write_at(x + wide - 5, y + 5.4, "100%", 10, align="C")
    cutoff = min(max(reading.cutoff, 0.2), 0.8)
    page.write_at(x + cutoff * wide - 20, y + 5.4, f"cut-off {percent(reading.cutoff)}", 40, align="C")


def _tint(colour: str) -> tuple[int, int, int]:
    """The colour at a quarter of its strength on white."""
    red, green, blue = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
    return tuple(round(255 - (255 - level) * 0.25) for level in (red, green, blue))  # type: ignore[return-value]


def _pictures(page: Page, diagnosis: Diagnosis) -> None:
    if page.get_y() > 205:
        page.add_page()
    top, right = page.get_y(), LEFT + WIDE - PICTURE_WIDE
    if not diagnosis.reading.asked:
        page.pen(8, FAINT)
        page.set_y(page.write_at(LEFT, top, words.NO_PICTURE, WIDE) + 3)
        return
    bottom = _picture(page, plain(diagnosis), LEFT, top, _said(diagnosis))
    hot = heated(diagnosis)
    if hot is None or diagnosis.reading.heatmap is None:
        page.pen(8.5, FAINT)
        page.write_at(right, top + 4, words.why(diagnosis.reading), PICTURE_WIDE)
    else:
        bottom = _picture(page, hot, right, top, words.caption(diagnosis.reading.heatmap))
        _heat_scale(page, LEFT + WIDE, bottom - 2.1)
    page.set_y(bottom + 3)


def _said(diagnosis: Diagnosis) -> str:
    return f"Region of interest{' and outline' if diagnosis.reading.outline else ''} on the frame"


def _picture(page: Page, picture: Picture, x: float, top: float, caption: str) -> float:
    """One picture with its region, scale bar and caption; returns the y below it."""
    height, width = picture.rgb.shape[:2]
    zoom = min(PICTURE_WIDE / width, PICTURE_HIGH / height)
    wide, high = width * zoom, height * zoom
    page.image(Image.fromarray(picture.rgb), x, top, wide, high, alt_text=caption)
    page.set_draw_color(PAPER)
    page.set_line_width(0.35)
    page.set_dash_pattern(dash=1.4, gap=1.0)
    page.rect(x + picture.left * wide, top + picture.top * high, picture.width * wide, picture.height * high)
    page.set_dash_pattern()
    if len(picture.border) > 2:
        page.set_draw_color(ACCENT)
        page.set_line_width(0.4)
        page.polygon([(x + right * wide, top + down * high) for right, down in picture.border])
    if picture.mm_wide is not None:
        _scale_bar(page, x + 2.5, top + high - 3, wide / picture.mm_wide)
    page.pen(8, FAINT)
    return page.write_at(x, top + high + 1, caption, PICTURE_WIDE)


def _scale_bar(page: Page, x: float, y: float, paper_mm: float) -> None:
    """A bar of 5 mm of tissue; ``paper_mm`` is how long one of them is on paper."""
    page.set_draw_color(PAPER)
    page.set_line_width(0.7)
    page.line(x, y, x + 5 * paper_mm, y)
    page.pen(7, PAPER, bold=True)
    page.write_at(x - 1, y - 4.4, "5 mm", 20, high=3.5)


def _heat_scale(page: Page, right: float, y: float) -> None:
    """The colours from cold to hot, centred on height ``y`` and ending at ``right``."""
    page.pen(7, FAINT)
    page.write_at(right - 5, y - 2.1, "hot", 5, align="R")
    steps, wide = colours()[::16], 1.1
    left = right - 6 - wide * len(steps)
    for i, (red, green, blue) in enumerate(steps):
        page.set_fill_color(int(red), int(green), int(blue))
        page.rect(left + i * wide, y - 1.1, wide + 0.05, 2.2, style="F")
    page.write_at(left - 11, y - 2.1, "cold", 10, align="R")


def _section(page: Page, title: str, rows: Rows) -> None:
    if page.get_y() > 262:
        page.add_page()
    page.pen(9.5, ACCENT, bold=True)
    page.write_at(LEFT, page.get_y() + 1.6, title, WIDE, high=5)
    _rows(page, rows)


def _rows(page: Page, rows: Rows) -> None:
    y, previous = page.get_y(), ""
    for heading, sentence in rows:
        if y > 272:
            page.add_page()
            y = page.get_y()
        page.pen(8, FAINT)
        page.write_at(LEFT, y, "" if heading == previous else heading, HEADING_WIDE)
        page.pen(8, INK)
        y = page.write_at(LEFT + HEADING_WIDE, y, sentence, WIDE - HEADING_WIDE) + 0.2
        previous = heading
    page.set_y(y)
