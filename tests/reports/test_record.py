"""Keys and values of the JSON report."""

from __future__ import annotations

import json
import re
from dataclasses import replace

import pytest

from sera_core.contracts import NOT_A_DEVICE, Box, Diagnosis, Familiarity, Fidelity, GreyImage, ScaledRegion
from sera_core.exam import Exam
from sera_core.reports import exam as reports
from sera_core.reports.record import to_json
from tests.reports.samples import bare, diagnosis, heatmap, opinion, pixels

RELIED_ON = {
    "model", "probability", "probability_at_pretest", "cutoff", "verdict", "familiarity", "fidelity", "roi",
    "mm_per_px", "advice", "warnings",
}  # fmt: skip


def as_json(diagnosis: Diagnosis) -> str:
    return reports.as_json(Exam.of(diagnosis))


def test_keys_that_others_rely_on():
    record = to_json(diagnosis())
    assert set(record) >= RELIED_ON
    assert set(record["advice"]) >= {"guideline", "category", "action", "rule"}
    assert record["roi"] == [180, 110, 220, 160]
    assert record["mm_per_px"] == [0.08, 0.08]
    assert record["verdict"] == "malignant"
    assert record["verdict_words"] == "likely to be read as suspicious"
    assert record["opinions"][1]["verdict_words"] == "unlikely to be read as suspicious"
    assert record["familiarity"] == 62.0
    assert record["advice_basis"] == "descriptors"
    assert record["advice"]["category"] == "K-TIRADS 5"
    assert record["advice"]["action"] == "fna"
    assert record["model_advice"]["action"] == "follow_up"
    assert record["warnings"][0]["code"] == "box_proposed"
    assert record["disclaimer"] == NOT_A_DEVICE


def test_a_range_on_both_sides_of_the_cut_off_is_a_field():
    assert to_json(diagnosis())["range_holds_cutoff"] is False
    assert to_json(diagnosis(low=0.44, high=0.79))["range_holds_cutoff"] is True
    assert (
        to_json(diagnosis(low=0.1, high=0.9, familiarity=Familiarity(30.0, 0.0, 20.0)))["range_holds_cutoff"] is False
    )


def test_a_model_for_other_frames_has_no_verdict():
    other = replace(opinion("beta", 0.63, positive="malignant"), domain="simulated")
    found = to_json(diagnosis(opinions=(opinion("alpha", 0.74), other, opinion("gamma", 0.66, 2.0))))
    said = [(one["verdict"], one["verdict_words"]) for one in found["opinions"]]
    assert said[0] == ("malignant", "likely to be read as suspicious")
    assert said[1] == (None, "answers another question")
    assert said[2][1] == "image too unfamiliar to count"
    assert found["opinions"][1]["probability"] == 0.63


def test_fidelity_is_the_correlation_of_heat_and_fall():
    record = to_json(diagnosis(heatmap=heatmap(Fidelity((0.1, 0.2), (1.0, 2.0), 0.62, 0.01))))
    assert record["fidelity"] == pytest.approx(0.62)
    assert record["fidelity_trusted"] is True
    worse = to_json(diagnosis(heatmap=heatmap(Fidelity((0.1, 0.2), (2.0, 1.0), -0.4, 0.9))))
    assert worse["fidelity"] == pytest.approx(-0.4)
    assert worse["fidelity_trusted"] is False
    assert to_json(diagnosis(heatmap=heatmap(None)))["fidelity"] is None


def test_what_is_unknown_is_null():
    record = to_json(bare())
    assert [record[key] for key in ("fidelity", "heatmap_method", "mm_per_px", "size_mm", "model_advice")] == [None] * 5
    assert record["advice"]["action"] == "unknown"
    assert set(record) == set(to_json(diagnosis()))


def test_scale_of_the_region_not_of_the_frame():
    image = GreyImage(pixels(), regions=(ScaledRegion(Box(100, 50, 400, 300), (0.1, 0.2)),))
    assert to_json(diagnosis(image=image))["mm_per_px"] == [0.1, 0.2]
    assert to_json(diagnosis(image=image, box=Box(0, 0, 120, 120)))["mm_per_px"] is None


def test_text_is_json_and_returns_the_same():
    whole = diagnosis()
    assert json.loads(as_json(whole))["nodules"][0]["diagnosis"] == to_json(whole)
    with pytest.raises(ValueError, match="not JSON compliant"):
        as_json(diagnosis(familiarity=Familiarity(1.0, float("nan"), 2.0)))


def test_no_identity():
    named = diagnosis(image=GreyImage(pixels(), source="DOE^JANE 1970-01-01"))
    assert not re.search("doe|jane|1970", as_json(named), re.IGNORECASE)
