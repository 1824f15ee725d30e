"""How the command line tells the result of a study."""

from __future__ import annotations

from sera_core.wording.command_line import benchmark, study


def test_a_study_of_models_has_a_line_a_model_and_centre() -> None:
    row = {"model": "lite0", "centre": "A", "role": "external", "auc": 0.71, "low": 0.6, "high": 0.8}
    assert study([row]).split() == ["lite0", "A", "external", "0.710", "(0.600-0.800)"]


def test_a_study_of_a_shared_part_is_told_under_the_names_of_its_columns() -> None:
    row = {"frames": "DDTI", "hint": "none", "metric": "dice", "estimate": 0.7241, "n": 627}
    head, line = study([row]).splitlines()
    assert head.split() == list(row)
    assert line.split() == ["DDTI", "none", "dice", "0.724", "627"]


def test_tries_and_networks_of_a_benchmark_stand_in_a_table_each() -> None:
    tried = {"try": "as drawn", "against": "BUSI", "auc": 0.98765}
    asked = {"model": "lite0-simulated", "frames": "as exported", "estimate": 0.9}
    above, below = benchmark([tried, asked]).split("\n\n")
    assert [line.split() for line in above.splitlines()] == [
        ["try", "against", "auc"],
        ["as", "drawn", "BUSI", "0.988"],
    ]
    assert "as exported" in below
    assert "lite0-simulated" in below
