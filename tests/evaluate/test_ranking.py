import pandas as pd

from sera_core.evaluate.ranking import ranked
from tests.predicted import made_up, read


def test_the_internal_centre_ranks_and_the_external_one_does_not() -> None:
    table = made_up()
    assert ranked(read(table)) == ("alpha", "beta", "gamma")
    outside = (table["centre"] == "away") & (table["model"] == "alpha")
    table.loc[outside, "probability"] = 1 - table.loc[outside, "probability"]
    assert ranked(read(table))[0] == "alpha"
    inside = (table["centre"] == "home") & (table["model"] == "alpha")
    table.loc[inside, "probability"] = 1 - table.loc[inside, "probability"]
    assert ranked(read(table))[-1] == "alpha"


def test_a_model_that_was_tuned_nowhere_comes_last_in_the_table_s_order() -> None:
    table = made_up()
    table.loc[table["model"] != "gamma", "role"] = "external"
    assert ranked(read(table)) == ("gamma", "alpha", "beta")


def test_one_class_ranks_nobody() -> None:
    table = made_up()
    assert ranked(read(table[table["label"] == 1])) == ("alpha", "beta", "gamma")


def test_several_internal_centres_count_by_their_mean() -> None:
    """alpha: AUC 1 at one home and 0.5 at the other; beta: 0.8 at both. The best single centre decides nothing."""
    at = {"alpha": (1.0, 0.5), "beta": (0.8, 0.8)}
    rows = []
    for model, areas in at.items():
        for centre, area in zip(("one", "two"), areas, strict=True):
            below = round(10 * (1 - area))  # so many of ten malignant cases stand below all ten benign ones
            scores = [0.5] * 10 + [0.1] * below + [0.9] * (10 - below)
            for k, score in enumerate(scores):
                case = {"case_id": f"{centre}/{k}", "patient_id": f"{centre}-{k}", "centre": centre, "role": "internal"}
                rows.append({**case, "label": int(k >= 10), "model": model, "probability": score})
    assert ranked(read(pd.DataFrame(rows))) == ("beta", "alpha")
