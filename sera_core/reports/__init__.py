"""A diagnosis to take away: text to copy, JSON, and one page of PDF. None of them carries an identity."""

from sera_core.reports.page import pdf
from sera_core.reports.record import as_json, to_json
from sera_core.reports.text import as_text

__all__ = ["as_json", "as_text", "pdf", "to_json"]
