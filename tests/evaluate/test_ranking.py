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
