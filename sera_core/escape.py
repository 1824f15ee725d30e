"""Words from people's files are data: written so that no letter of them formats, links, fetches or computes anything.

One function for each place where words are read again by a program: Markdown (the pages), a figure (Plotly renders
some HTML), HTML (the report) and CSV (a spreadsheet computes what begins like a formula).
"""

from __future__ import annotations

import html as _html
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

_MARKS = re.compile(r"([\\`*_{}\[\]<>#|~$:&@])")
_BLOCK = re.compile(r"^(\s*)([-+=]|\d+(?=[.)]))")  # begins a list, a line below a heading, or a number of a list
_LINK = re.compile(r"\bwww(?=\.)", re.IGNORECASE)
_FORMULA = re.compile(r"^'*[=+\-@\t\r\n\N{FULLWIDTH EQUALS SIGN}\N{FULLWIDTH PLUS SIGN}\N{FULLWIDTH COMMERCIAL AT}]")


def markdown(text: str) -> str:
    r"""Words for Streamlit's Markdown, on one line.

    >>> print(markdown("C ![i](http://x.org)"))
    C !\[i\](http\://x.org)
    """
    line = _BLOCK.sub(_led, _MARKS.sub(r"\\\1", " ".join(text.split("\n"))))
    return _LINK.sub(lambda found: found.group()[:2] + "\N{WORD JOINER}" + found.group()[2:], line)


def _led(found: re.Match[str]) -> str:
    """The first sign of a line, no longer the first of a block."""
    blanks, sign = found.groups()
    return f"{blanks}\\{sign}" if not sign.isdigit() else f"{blanks}\N{WORD JOINER}{sign}"


def figure(text: str) -> str:
    """Words for a label, a legend or a hover text of Plotly: no tag, no number of the trace, no formula.

    >>> figure("<b>%{x}")
    '&lt;b&gt;&#37;{x}'
    """
    return _html.escape(text, quote=False).replace("%{", "&#37;{").replace("$", "&#36;")


def html(text: str) -> str:
    """Words for an HTML document, within an element or a quoted attribute."""
    return _html.escape(text)


def csv(table: pd.DataFrame) -> str:
    """A table as CSV that a spreadsheet only shows: see :func:`cells`."""
    return cells(table).to_csv(index=False)


def cells(table: pd.DataFrame) -> pd.DataFrame:
    """The same table with every word of it as :func:`cell` gives it, headers too; :func:`bare` undoes it."""

    from pandas.api.types import is_numeric_dtype

    def shown(value: object) -> object:
        return cell(value) if isinstance(value, str) else value

    safe = table.rename(columns=shown)
    for place, kind in enumerate(table.dtypes):
        if not is_numeric_dtype(kind):
            safe.isetitem(place, safe.iloc[:, place].map(shown))
    return safe


def cell(text: str) -> str:
    """A cell's words, led by an apostrophe where a spreadsheet would take them for a formula; numbers stay.

    >>> cell("=1+1"), cell("-0.5"), cell("Seoul")
    ("'=1+1", '-0.5', 'Seoul')
    """
    text = text.replace("\r", "\n")  # which a CSV writer quotes
    return f"'{text}" if _FORMULA.match(text) and not _is_number(text) else text


def bare(text: str) -> str:
    """The words of a cell without the apostrophe that :func:`cell` put before them."""
    return text[1:] if text.startswith("'") and _FORMULA.match(text) else text


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True
