"""A4 paper with head and foot, for everything that is printed.

The font is DejaVu Sans, which matplotlib brings along under a free licence: fpdf2's own fonts know Latin-1
only, so they have neither a minus sign nor an en dash. What DejaVu lacks (Korean, Japanese, Chinese) is printed with
Nanum Gothic, which koreanize-matplotlib brings along under the SIL Open Font License, and what that lacks as a box.
"""

from __future__ import annotations

import logging
from datetime import datetime
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from fpdf import FPDF

from sera_core import __version__
from sera_core.contracts import NOT_A_DEVICE
from sera_core.figures.palette import ACCENT

if TYPE_CHECKING:
    from fpdf.fonts import TTFFont

LEFT, WIDE = 16.0, 178.0  # millimetres: left margin, and width of what is printed
INK, FAINT = "#1B1F22", "#5B6468"
FONT, REST = "DejaVu", "Nanum"
MISSING = "\N{WHITE SQUARE}"


class Page(FPDF):
    """A4 with head and foot.

    Parameters
    ----------
    title : str
        Stands in the head.
    made : datetime
        Printed as the date.
    """

    def __init__(self, title: str, made: datetime) -> None:
        super().__init__(format="A4")
        self.head, self.made = title, made
        self.set_creation_date(made)
        self.set_title(f"SERA: {title}")
        self.set_subject(NOT_A_DEVICE)
        self.set_lang("en")
        self.set_margins(LEFT, 14, LEFT)
        self.c_margin = 0  # text begins where pictures and lines begin
        self.set_auto_page_break(True, margin=19)
        self.known = self._add_fonts()

    def _add_fonts(self) -> set[int]:
        import matplotlib

        folder = Path(matplotlib.get_data_path()) / "fonts" / "ttf"
        self.add_font(FONT, "", folder / "DejaVuSans.ttf")
        self.add_font(FONT, "B", folder / "DejaVuSans-Bold.ttf")
        return self._letters(FONT)

    def _letters(self, font: str) -> set[int]:
        regular: TTFFont = self.fonts[font.lower()]  # type: ignore[assignment]
        return set(regular.ttfont.getBestCmap())

    def _know_more(self) -> None:
        """Add the second font, which is large, when the first letter needs it."""
        logging.getLogger("fontTools.subset").setLevel(logging.ERROR)  # it names tables that no page needs
        (folder,) = find_spec("koreanize_matplotlib").submodule_search_locations  # type: ignore[union-attr,misc]
        self.add_font(REST, "", Path(folder) / "fonts" / "NanumGothic.ttf")
        self.set_fallback_fonts([REST], exact_match=False)
        self.known |= self._letters(REST)

    def pen(self, size: float, colour: str = INK, bold: bool = False) -> None:
        """Size in points and colour of what is written next."""
        self.set_font(FONT, "B" if bold else "", size)
        self.set_text_color(colour)

    def write_at(self, x: float, y: float, text: str, width: float, align: str = "L", high: float = 4.2) -> float:
        """Write wrapped text and return the y below it."""
        if REST.lower() not in self.fonts and any(ord(letter) not in self.known for letter in text):
            self._know_more()
        self.set_xy(x, y)
        shown = "".join(letter if ord(letter) in self.known else MISSING for letter in text)
        self.multi_cell(width, high, shown, align=align, new_x="LEFT", new_y="NEXT")
        return self.get_y()

    def header(self) -> None:
        """Name of the program and date."""
        self.pen(13, ACCENT, bold=True)
        self.write_at(LEFT, 11, "SERA", 30, high=6)
        self.pen(9, FAINT)
        self.write_at(LEFT + 18, 11.4, self.head, 110, high=6)
        self.write_at(LEFT + WIDE - 70, 11.4, f"{self.made:%d %B %Y}", 70, align="R", high=6)
        self.set_draw_color(ACCENT)
        self.set_line_width(0.4)
        self.line(LEFT, 18.5, LEFT + WIDE, 18.5)
        self.set_y(22)

    def footer(self) -> None:
        """What this is not, on every page."""
        self.pen(7.5, FAINT, bold=True)
        self.write_at(LEFT, 283, NOT_A_DEVICE, 130)
        self.pen(7.5, FAINT)
        self.write_at(LEFT + 128, 283, f"SERA {__version__}, page {self.page_no()}", WIDE - 128, align="R")
