"""Names and words of the tables that go out, and how the cells of one that comes in are read."""

from __future__ import annotations

import math
from dataclasses import fields

import numpy as np
import pandas as pd
import pytest

from sera_core.evaluate.combinations import by_number, marginal_gain
from sera_core.evaluate.compare import compare
from sera_core.evaluate.percentre import per_centre, printed
from sera_core.evaluate.published import LEE, STATED, audit, finding, fits, lee
from sera_core.evaluate.results import Cutoff, Row, cutoff_fields, frame
from sera_core.evaluate.strata import strata
from sera_core.evaluate.table import read_predictions, template
from tests.evaluate.rows import CUTOFFS, READERS, alone, table
from tests.predicted import made_up, read

MEASURES = (
    *("auc", "sensitivity", "specificity", "accuracy", "ppv", "npv", "f1", "lr_positive", "lr_negative"),
    *("brier", "calibration_slope", "calibration_intercept"),
)


def test_the_table_of_a_paper() -> None:
    found = table()
    chosen = CUTOFFS | {"alpha": Cutoff(0.45, 0.4, 0.5, "chosen", ("home",))}
    whole = compare(found, chosen)
    told = per_centre(found, whole)
    columns = ["centre", "domain", "model", "role", "n", "positive", "negative", "TP", "FN", "FP", "TN"]
    columns += ["cutoff", "cutoff_low", "cutoff_high", "cutoff_source"]
    columns += [f"{metric}{end}" for metric in MEASURES for end in ("", "_low", "_high")]
    assert list(told.columns) == columns
    places = [(centre, model) for centre in ("home", "away") for model in ("alpha", "beta", *READERS)]
    assert list(zip(told["centre"], told["model"], strict=True)) == places
    shown = printed(told)
    words = [metric.replace("_", " ") for metric in MEASURES]
    assert list(shown.columns) == [*columns[:11], "cut-off", "source of cut-off", *words]
    for (_, line), (_, said) in zip(told.iterrows(), shown.iterrows(), strict=True):
        label, score, _ = alone(found, line["centre"], line["model"])
        cut = chosen[line["model"]]
        called = score >= cut.value
        counted = [(called & (label == 1)), (~called & (label == 1)), (called & (label == 0)), (~called & (label == 0))]
        assert [line[name] for name in ("TP", "FN", "FP", "TN")] == [part.sum() for part in counted]
        assert (line["n"], line["positive"], line["negative"]) == (len(label), label.sum(), (label == 0).sum())
        kind = "reader" if line["model"] in READERS else {"home": "internal", "away": "external"}[line["centre"]]
        assert (line["domain"], line["role"]) == ("simulated", kind)
        ends = line[["cutoff", "cutoff_low", "cutoff_high"]].tolist()
        np.testing.assert_array_equal(ends, [cut.value, cut.low, cut.high])
        here = " (this centre)" if (line["centre"], line["model"]) == ("home", "alpha") else ""
        assert line["cutoff_source"] == said["source of cut-off"] == cut.method + here
        bounds = "" if math.isnan(cut.low) else " (0.400–0.500)"
        assert said["cut-off"] == f"{cut.value:.3f}{bounds}"
        rows = {
            row.metric: row
            for row in whole.rows
            if (row.centre, row.model, row.subgroup, row.versus) == (line["centre"], line["model"], "", "")
        }
        for metric, word in zip(MEASURES, words, strict=True):
            if metric not in rows:  # a reader has no probability
                assert np.isnan(line[[metric, f"{metric}_low", f"{metric}_high"]].to_numpy(float)).all()
                assert said[word] == "–"
                continue
            row = rows[metric]
            assert (line[metric], line[f"{metric}_low"], line[f"{metric}_high"]) == (row.estimate, row.low, row.high)
            assert said[word] == f"{row.estimate:.3f} ({row.low:.3f}–{row.high:.3f})"


def test_a_bound_is_printed_only_beside_the_other() -> None:
    table_of_one = per_centre(table(), compare(table(), CUTOFFS)).iloc[:1].copy()
    table_of_one[["auc", "auc_low", "auc_high"]] = [0.75, np.nan, 0.9]
    table_of_one[["ppv", "ppv_low", "ppv_high"]] = [0.5, 0.25, np.nan]
    shown = printed(table_of_one).iloc[0]
    assert (shown["auc"], shown["ppv"]) == ("0.750", "0.500")


def test_a_blank_domain_is_that_of_the_others() -> None:
    rows = made_up(("alpha",), 6).assign(domain=None)
    rows.loc[rows["centre"] == "away", "domain"] = "Real"
    found = read_predictions(rows.to_csv(index=False).encode(), domain="simulated")
    assert found.domains == {"home": "simulated", "away": "real"}


def test_rows_become_a_table_with_a_column_for_each_of_their_parts() -> None:
    row = Row("auc", 0.8, 0.7, 0.9, 12, "by hand", "X", "m", "size", "k", 0.01, 0.02)
    told = frame([row])
    assert list(told.columns) == [field.name for field in fields(Row)]
    assert told.iloc[0].tolist() == ["auc", 0.8, 0.7, 0.9, 12, "by hand", "X", "m", "size", "k", 0.01, 0.02]
    assert list(frame([]).columns) == list(told.columns)


def test_a_cut_off_goes_to_json_without_what_is_not_known() -> None:
    nan = float("nan")
    assert cutoff_fields(Cutoff(0.4, nan, nan, "chosen", ("X",))) == {
        "value": 0.4,
        "low": None,
        "high": None,
        "source": "chosen",
        "chosen_at": ("X",),
    }
    told = cutoff_fields(Cutoff(0.4, 0.3, 0.6, "given"))
    assert (told["low"], told["high"], told["chosen_at"]) == (0.3, 0.6, ())


def test_what_networks_add_has_a_line_for_each_letter_and_classifier() -> None:
    joined = pd.DataFrame(
        {
            "networks": ["A", "O", "AO", "A"],
            "classifier": ["SVM"] * 3 + ["RF"],
            "accuracy_pct": [80.0, 82.0, 85.0, 70.0],
        }
    )
    told = marginal_gain(joined, {"A": "one", "O": "other"})
    assert list(told.columns) == ["network", "classifier", "pairs", "gain", "lowest", "highest"]
    nan = float("nan")
    wanted = [("A", "SVM", 1, 3.0), ("O", "SVM", 1, 5.0), ("A", "RF", 0, nan), ("O", "RF", 0, nan)]
    for row, (*names, gain) in zip(told.to_numpy().tolist(), wanted, strict=True):
        assert row[:3] == list(names)
        np.testing.assert_array_equal(row[3:], [gain] * 3)
    counted = by_number(joined, {"A": "one", "O": "other"})
    assert list(counted.columns) == ["number", "classifier", "combinations", "mean", "lowest", "highest"]
    assert counted.to_numpy().tolist() == [
        [1, "RF", 1, 70.0, 70.0, 70.0],
        [1, "SVM", 2, 81.0, 80.0, 82.0],
        [2, "SVM", 1, 85.0, 85.0, 85.0],
    ]


def test_the_audited_rows_carry_the_names_and_kinds_of_the_printed_tables() -> None:
    rows = audit()
    kinds = {"readers_and_cnns": "kind", "concatenation": "classifier"}
    for name in ("readers_and_cnns", "concatenation", "ensemble"):
        own, source = rows[rows["table"] == name], lee(name)
        kind = source[kinds[name]].tolist() if name in kinds else ["ensemble"] * len(source)
        assert own["kind"].tolist() == kind
        assert own["name"].tolist() == source["name" if name == "readers_and_cnns" else "networks"].tolist()
        assert own["sensitivity"].tolist() == source["sensitivity_pct"].tolist()
    source, own = lee("features"), rows[rows["table"] == "features"]
    wanted = []
    for state, words in (("frozen", "without fine-tuning"), ("finetuned", "fine-tuned")):
        for _, line in source.iterrows():
            if not line[[f"{state}_{part}_pct" for part in ("accuracy", "sensitivity", "specificity")]].isna().all():
                wanted.append((f"{line['network']} {line['layer']}, {words}", line["classifier"]))
    assert list(zip(own["name"], own["kind"], strict=True)) == wanted
    assert list(dict.fromkeys(rows["table"])) == list(LEE)


def test_a_per_cent_fits_to_within_half_of_one() -> None:
    """One of eight is 12.5 %, which is printed as 12 or 13; the accuracy follows from the counts."""
    for share in (12.0, 12.5, 13.0):
        assert fits(100 * 101 / 208, share, 50.0, 8, 200)
        assert fits(100 * 101 / 208, 50.0, share, 200, 8)
    assert not fits(100 * 101 / 208, 11.9, 50.0, 8, 200)
    assert not fits(100 * 101 / 208, 50.0, 11.9, 200, 8)
    assert not fits(100 * 101 / 208 + 0.06, 12.5, 50.0, 8, 200)


def test_a_finding_counts_only_what_fits_one_mix_alone() -> None:
    rows = pd.DataFrame(
        {
            "table": ["readers_and_cnns"] * 5 + ["ensemble", "readers_and_cnns"],
            "name": ["a", "b", "c", "d", "e", "f", "g"],
            "kind": ["reader", "CNN", "reader", "reader", "CNN", "ensemble", "reader"],
            "fits_stated": [False, True, True, False, True, True, True],
            "fits_turned": [True, False, True, False, True, False, False],
            "complete": [True, True, True, False, True, True, True],
        }
    )
    told = finding(rows)
    assert (told.rows, told.complete, told.fit_stated) == (7, 6, 5)
    assert (told.networks_fit_stated, told.readers_fit_turned) == (("b",), ("a",))
    assert told.readings[0].startswith(
        "The radiologists' sensitivity and specificity were computed with benign as the "
    )
    assert told.readings[1].startswith("The radiologists read a test set of another mix (100 malignant and 50 benign)")
    assert told.consequence.endswith("The table cannot carry 'network better than radiologist'.")
    assert STATED == (50, 100)


def test_the_template_is_what_a_newcomer_sees() -> None:
    told = template()
    assert list(told.columns) == [
        *("case_id", "patient_id", "centre", "role", "label", "model", "probability", "size_mm", "reader_ktirads2021"),
        *("composition", "echogenicity", "shape", "margin", "foci", "domain"),
    ]
    for column, numbers in (("case_id", 4), ("patient_id", 4), ("centre", 2), ("role", 2), ("model", 1)):
        assert told[column].nunique() == numbers
        assert all(word == word.lower() for word in told[column])
    assert all(case.startswith(centre) for case, centre in zip(told["case_id"], told["centre"], strict=True))
    found = read(told)
    assert (found.models, found.domains) == (("my-network",), {"clinic-1": "real", "clinic-2": "real"})
    assert found.cases["foci"].tolist() == ["punctate"] * 4


def test_columns_that_nobody_asked_for_divide_the_cases() -> None:
    rows = made_up(("alpha", "beta"), 12)
    number = rows["case_id"].str.split("/").str[1].astype(int)
    rows["sex"] = np.where(number % 3 == 0, "f", "m")
    rows["age"] = [f"{value},5" for value in 20 + 3 * number]  # decimal commas
    rows["note"] = "the same"
    rows.loc[(rows["model"] == "alpha") & (number == 1), "sex"] = None  # told in beta's row
    found = read(rows).cases.set_index("case_id")
    assert "note" not in found
    low, high = np.quantile(20.5 + 3 * np.arange(12).repeat(2), [1 / 3, 2 / 3])
    for case, row in rows[rows["model"] == "beta"].set_index("case_id").iterrows():
        assert found.loc[case, "sex"] == row["sex"]
        age = float(row["age"].replace(",", "."))
        group = f"< {low:g}" if age < low else f"> {high:g}" if age > high else f"{low:g} to {high:g}"
        assert found.loc[case, "age"] == group


def test_thirds_keep_their_places_and_their_ends_are_in_the_middle() -> None:
    ages = pd.Series(["10", "20", "30", "40", "50", "60", "70", None], index=[9, 3, 5, 1, 7, 2, 8, 4])
    told = strata(ages)
    assert told is not None
    assert told.index.tolist() == ages.index.tolist()
    assert told.tolist()[:7] == ["< 30", "< 30", "30 to 50", "30 to 50", "30 to 50", "> 50", "> 50"]
    assert pd.isna(told[4])


def test_a_decimal_comma_is_a_number_and_a_word_with_one_is_none() -> None:
    rows = made_up(("alpha",), 8).assign(size_mm="12,5")
    assert read(rows).cases["size_mm"].tolist() == [12.5] * 16
    rows.loc[2, "size_mm"] = "12,5,1"
    with pytest.raises(Exception, match=r"has a size_mm that is no number \(column size_mm: '12,5,1'\)"):
        read(rows)
