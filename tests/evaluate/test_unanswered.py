"""Cases without an answer: counted, and put back in by hand."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from sera_core.contracts import BadInput
from sera_core.evaluate.cells.unanswered import flow_table, flows, unanswered
from sera_core.evaluate.compare import compare, cutoffs
from tests.predicted import made_up, read


def test_refusals_and_missing_rows_are_counted_apart_and_the_wrong_answer_is_put_in() -> None:
    table = made_up(("alpha", "beta"), cases=40)
    away = table["centre"] == "away"
    refused = away & (table["model"] == "alpha") & table["case_id"].isin([f"away/{k}" for k in range(5)])
    missing = away & (table["model"] == "alpha") & table["case_id"].isin(["away/7", "away/9"])
    table.loc[refused, "probability"] = np.nan
    left = read(table[~missing])
    assert [notice.code for notice in left.notices] == ["unanswered"]
    flow = {(one.centre, one.model): one for one in flows(left)}
    one = flow["away", "alpha"]
    assert (one.cases, one.answered, one.refused, one.not_asked) == ((20, 20), (16, 17), (2, 3), (2, 0))
    assert flow["away", "beta"].answered == (20, 20)
    assert flow_table(tuple(flow.values()))["refused"].tolist() == ["0 / 0", "0 / 0", "2 / 3", "0 / 0"]
    found = {(row.metric, row.model): row for row in unanswered(left, cutoffs(left))}
    assert len(found) == 2 * 9
    here = table[away & (table["model"] == "alpha")].copy()
    for ending, gone in (
        ("worst_case", refused | missing),
        ("refused_wrong", refused),
        ("common_cases", refused & missing),
    ):
        rows = here[~missing.loc[here.index]] if ending != "worst_case" else here
        if ending == "common_cases":
            rows = rows[~refused.loc[rows.index]]
        score = rows["probability"].where(~gone.loc[rows.index], np.where(rows["label"] == 1, -1, 2))
        assert found[f"auc_{ending}", "alpha"].estimate == pytest.approx(roc_auc_score(rows["label"], score))
        called = score >= cutoffs(left)["alpha"].value
        shown = found[f"sensitivity_{ending}", "alpha"]
        assert shown.estimate == pytest.approx(called[rows["label"] == 1].mean())
        assert shown.n == (rows["label"] == 1).sum()
        assert found[f"specificity_{ending}", "alpha"].estimate == pytest.approx(1 - called[rows["label"] == 0].mean())
    assert found["auc_worst_case", "alpha"].estimate < found["auc_common_cases", "alpha"].estimate
    assert any(row.metric == "auc_worst_case" for row in compare(left).rows)


def test_a_table_with_every_answer_has_nothing_to_tell_and_one_without_any_is_refused() -> None:
    table = made_up(("alpha",), cases=20)
    assert unanswered(read(table), cutoffs(read(table))) == ()
    with pytest.raises(BadInput, match="No row of the table has a probability"):
        read(table.assign(probability=""))
    with pytest.raises(BadInput, match="no probability between 0 and 1"):
        read(table.assign(probability="n/a"))
