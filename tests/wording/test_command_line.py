"""How the command line tells the result of a study."""

from __future__ import annotations

from sera_core.wording.command_line import study


def test_a_study_of_models_has_a_line_a_model_and_centre() -> None:
    row = {"model": "lite0", "centre": "A", "role": "external", "auc": 0.71, "low": 0.6, "high": 0.8}
    assert study([row]).split() == ["lite0", "A", "external", "0.710", "(0.600-0.800)"]


def test_a_study_of_a_shared_part_is_told_under_the_names_of_its_columns() -> None:
    row = {"frames": "DDTI", "hint": "none", "metric": "dice", "estimate": 0.7241, "n": 627}
    head, line = study([row]).splitlines()
    assert head.split() == list(row)
    assert line.split() == ["DDTI", "none", "dice", "0.724", "627"]
