import pandas as pd
import pytest

from sera_core.contracts import BadInput
from sera_core.evaluate.combinations import by_number, marginal_gain, members, subset

OURS = {"E": "Lite0", "V": "VGG16", "Vx": "VGG16 of another trunk"}
TABLE = pd.DataFrame(
    {"networks": ["E", "V", "EV", "EVx", "E+V+Vx"], "accuracy_pct": [80.0, 82.0, 85.0, 84.0, 88.0]}
    | {"sensitivity_pct": 80.0, "specificity_pct": 80.0}
)


def test_a_study_s_own_letters_are_read_longest_first() -> None:
    assert members("EVx", OURS) == {"E", "Vx"}
    assert members("E+V+Vx", OURS) == {"E", "V", "Vx"}
    with pytest.raises(BadInput):
        members("EVx")  # the paper has no such letters


def test_tables_with_own_letters_are_counted() -> None:
    assert list(subset(TABLE, {"E", "Vx"}, OURS)["accuracy_pct"]) == [84.0]
    assert list(by_number(TABLE, OURS)["number"]) == [1, 2, 3]
    gains = marginal_gain(TABLE, OURS).set_index("network")
    assert gains.loc["V", "gain"] == pytest.approx(((85 - 80) + (88 - 84)) / 2)
