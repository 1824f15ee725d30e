"""What the case log holds, in the words of the command line."""

from __future__ import annotations

import json

from sera_core.wording.command_line import Result
from sera_core.wording.probability import percent


def listed(found: Result) -> str:
    """One line a nodule."""
    return "\n".join(listed_one(entry) for entry in found) or "No case is saved."


def listed_one(entry: Result) -> str:
    """The nodules of one case, a line each."""
    head = f"{entry['case'][:8]}  {entry['code'] or '-':12} {entry['day'] or '-':10}"
    return "\n".join(f"{head}  {_nodule(one)}" for one in entry["nodules"])


def _nodule(one: Result) -> str:
    size = "size unknown" if one["size_mm"] is None else f"{one['size_mm']:g} mm"
    parts = [
        f"nodule {one['nodule']}",
        size,
        f"{one['category']}, {one['action']}",
        f"{_answer(one)} by {one['model']}",
    ]
    if one["bethesda"]:
        parts.append(f"Bethesda {one['bethesda']}")
    if one["histology"]:
        parts.append(f"histology {one['histology']}")
    return " · ".join(parts)


def _answer(one: Result) -> str:
    return "no answer" if one["probability"] is None else percent(one["probability"])


def shown(found: Result) -> str:
    """The whole record."""
    return json.dumps(found, indent=2, ensure_ascii=False)


def exported(found: Result) -> str:
    """How many cases stand in which file."""
    return f"{found['cases']} cases in {found['file']}"


def deleted(found: Result) -> str:
    """Which case is gone."""
    return f"case {found['case']} is deleted"


def tabled(found: Result) -> str:
    """How many rows stand in which table."""
    return f"{found['rows']} rows in {found['predictions']}"
