"""The sheet of a chapter, read back from its PDF."""

from __future__ import annotations

import io

import pypdf

from sera_core.contracts import NOT_A_DEVICE
from sera_core.reports.handout import Handout, pdf

SHEET = Handout(
    "7  Pooling",
    ("A window slides over each map.", "갑상선"),
    "How many percent of the weights?",
    ("a third", "half"),
    ("One.", "Two.", "Three."),
    "Deep learning › Pooling layer",
    "https://sera.example/Learn?chapter=7&pooling_size=3&depth=mathematics",
)


def test_a_sheet_says_everything_but_the_answer_and_links_to_the_setting() -> None:
    (page,) = pypdf.PdfReader(io.BytesIO(pdf(SHEET))).pages
    said = page.extract_text()
    for words in (SHEET.title, *SHEET.sentences, SHEET.guess, *SHEET.choices, *SHEET.keep, SHEET.place, NOT_A_DEVICE):
        assert words in said, words
    links = [one.get_object().get("/A", {}).get("/URI") for one in page["/Annots"]]
    assert SHEET.link in links
