"""Checklists: every number of the statements stands once, and what is said to be answered is in the report."""

from __future__ import annotations

import re
from typing import get_args

import pytest

from sera_core.cli import main
from sera_core.evaluate.compare import compare
from sera_core.reports.checklists import ITEMS, NOT_REPORTED, SECTIONS, Checklist, as_markdown, checklist
from tests.predicted import made_up, read
from tests.reports.test_comparison import report


def numbers(last: int, parts: dict[int, str]) -> list[str]:
    return [f"{k}{part}" for k in range(1, last + 1) for part in parts.get(k, [""])]


TRIPOD = {3: "abc", 5: "ab", 6: "abc", 8: "abc", 9: "abc", 12: "abcdefg", 18: "abcdef", 20: "abc", 23: "ab", 27: "abc"}


def test_every_item_of_the_statements_stands_once() -> None:
    table = read(made_up())
    found = compare(table)
    assert checklist("tripod-ai", table, found)["item"].tolist() == numbers(27, TRIPOD)
    assert len(numbers(27, TRIPOD)) == 52
    assert checklist("claim-2024", table, found)["item"].tolist() == numbers(44, {})
    stard = checklist("stard-ai", table, found)["item"]
    assert stard[stard != "AI"].tolist() == numbers(30, {10: "ab", 12: "ab", 13: "ab", 21: "ab"})


def test_what_is_answered_is_a_section_of_the_report_and_depends_on_the_table() -> None:
    alone = read(made_up(models=("alpha",)).query("centre == 'home'"))
    rich = read(made_up(readers=True, sizes=True))
    full, every = report(readers=True, sizes=True)
    part = compare(alone)
    for which in get_args(Checklist):
        few, many = checklist(which, alone, part), checklist(which, rich, every)  # type: ignore[arg-type]
        assert (few["answered"] != NOT_REPORTED).sum() < (many["answered"] != NOT_REPORTED).sum() < len(many)
        for said in set(many["answered"]) - {NOT_REPORTED}:
            section = re.split(r"[,:] ", said.removeprefix("report, "))[0]
            assert section.startswith("its first lines") or f">{section}" in full, said
        keys = {line.split("|")[2].strip() for line in ITEMS[which].strip().splitlines()}
        assert keys - {""} <= set(SECTIONS)
        assert as_markdown(which, rich, every).decode().count("\n|") == len(many) + 2


@pytest.mark.parametrize("which", get_args(Checklist))
def test_the_command_line_writes_it(which: str, tmp_path, capsys: pytest.CaptureFixture[str]) -> None:  # type: ignore[no-untyped-def]
    file = tmp_path / "mine.csv"
    made_up(("alpha",), cases=20).to_csv(file, index=False)
    out = tmp_path / "list.md"
    assert main(["evaluate", str(file), "--checklist", which, str(out)]) == 0
    assert NOT_REPORTED in out.read_text(encoding="utf-8")
    assert main(["evaluate", str(file), "--checklist", "other", str(out)]) == 2
    assert "tripod-ai" in capsys.readouterr().err
