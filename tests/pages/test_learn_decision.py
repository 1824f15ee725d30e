"""Chapter 11 without a browser."""

from __future__ import annotations

from streamlit.testing.v1 import AppTest

from sera_core.evaluate.proportion import counts
from sera_core.lessons import decision
from sera_core.lessons.bank import load_bank
from tests.pages.conftest import chapter_at, shown


def chapter(learn: AppTest, **link: str) -> AppTest:
    return chapter_at(learn, 11, **link)


def test_the_counts_are_those_of_the_cut_off_in_the_link(learn: AppTest) -> None:
    page = chapter(learn, decision_layers="Lite0 stage 5", decision_cut="40")
    bank = load_bank()
    layer = bank.layers["Lite0 stage 5"]
    tp, fn, fp, tn = counts(bank.labels, decision.judge("SVM", layer, bank.labels, layer[0]).probabilities, 0.4)
    assert shown(page)["Sensitivity"] == f"{tp / (tp + fn):.1%}"
    assert shown(page)["Specificity"] == f"{tn / (tn + fp):.1%}"
    assert f"{{{tp}+{tn}}}" in page.latex[0].value


def test_the_button_brings_the_largest_index(learn: AppTest) -> None:
    page = chapter(learn, decision_layers="Lite0 stage 5", decision_cut="90")
    before = float(shown(page)["Youden's J"])
    page.button(key="decision_youden").click().run()
    assert not page.exception
    assert float(shown(page)["Youden's J"]) > before
    assert page.slider(key="decision_cut").value != 90


def test_no_whole_percent_has_a_larger_index_than_the_best() -> None:
    bank = load_bank()
    layer = bank.layers["Lite0 stage 5"]
    found = decision.judge("SVM", layer, bank.labels, layer[0]).probabilities

    def index(percent: int) -> float:
        tp, fn, fp, tn = counts(bank.labels, found, percent / 100)
        return tp / (tp + fn) + tn / (tn + fp) - 1

    best = decision.best_percent(found, bank.labels)
    assert index(best) == max(map(index, range(101)))
    assert all(index(lower) < index(best) for lower in range(best))


def test_no_layer_is_refused_in_words(learn: AppTest) -> None:
    page = chapter(learn, decision_layers="Lite0 stage 5")
    page.button_group(key="decision_layers").set_value([]).run()
    assert any("No layer is chosen" in warning.value for warning in page.warning)
