"""Nodules worked out by hand from the published tables, guideline by guideline."""

from __future__ import annotations

import pytest

from sera_core.contracts import Guideline
from sera_core.guidelines import assess
from tests.guidelines.nodules import nodule

# nodule, size in mm, points, category, action
ACR = [
    ("cystic anechoic", 60, 0, "TR1", "none"),
    ("spongiform isoechoic", 60, 0, "TR1", "none"),
    ("spongiform hypoechoic tall irregular punctate", 30, 0, "TR1", "none"),  # no points added to spongiform
    ("cystic anechoic macrocalcification", 30, 0, "TR1", "none"),  # flow chart: straight to TR1, never a total of 1
    ("mixed isoechoic", 60, 2, "TR2", "none"),
    ("mixed isoechoic comet_tail", 60, 2, "TR2", "none"),
    ("mixed hypoechoic", 14.9, 3, "TR3", "none"),
    ("solid isoechoic", 15, 3, "TR3", "follow_up"),
    ("solid hyperechoic ill_defined", 24.9, 3, "TR3", "follow_up"),
    ("solid isoechoic", 25, 3, "TR3", "fna"),
    ("solid hypoechoic", 9.9, 4, "TR4", "none"),
    ("solid hypoechoic", 10, 4, "TR4", "follow_up"),
    ("solid isoechoic punctate", 14, 6, "TR4", "follow_up"),  # published example, Ultrasonography PMC8446497 Fig. 4A
    ("mixed hypoechoic punctate", 12, 6, "TR4", "follow_up"),  # the same, Fig. 4B
    ("solid hypoechoic irregular", 15, 6, "TR4", "fna"),
    ("solid hypoechoic tall punctate", 11, 10, "TR5", "fna"),  # published example, World J Radiol 2022;14:19 Fig. 1
    ("solid isoechoic tall", 17, 6, "TR4", "fna"),  # Fig. 2 there, with 1 point for isoechoic
    ("solid very_hypoechoic lobulated", 4.9, 7, "TR5", "none"),
    ("solid very_hypoechoic lobulated", 5, 7, "TR5", "follow_up"),
    ("solid hypoechoic extrathyroidal", 10, 7, "TR5", "fna"),
    ("solid isoechoic macrocalcification rim punctate", 10, 9, "TR5", "fna"),  # foci add up: 1 + 2 + 3
    ("mixed isoechoic macrocalcification rim", 12, 5, "TR4", "follow_up"),  # the worst focus alone would be 4
    ("solid very_hypoechoic tall extrathyroidal macrocalcification rim punctate", 10, 17, "TR5", "fna"),
]
K2021 = [
    ("cystic anechoic", 40, None, "K-TIRADS 2", "follow_up"),
    ("spongiform isoechoic", 40, None, "K-TIRADS 2", "follow_up"),
    ("mixed isoechoic comet_tail", 40, None, "K-TIRADS 2", "follow_up"),
    ("mixed isoechoic comet_tail punctate", 40, None, "K-TIRADS 2", "follow_up"),  # stays 2 in 2021
    ("spongiform isoechoic irregular", 40, None, "K-TIRADS 2", "follow_up"),
    ("spongiform hypoechoic", 21, None, "K-TIRADS 3", "fna"),
    ("solid isoechoic", 20, None, "K-TIRADS 3", "follow_up"),  # >2.0 cm, not >=
    ("solid isoechoic", 20.1, None, "K-TIRADS 3", "fna"),
    ("mixed hypoechoic", 21, None, "K-TIRADS 3", "fna"),
    ("solid hypoechoic", 15, None, "K-TIRADS 4", "follow_up"),  # >1.0-1.5 cm, without a risk factor >1.5
    ("solid hypoechoic", 15.1, None, "K-TIRADS 4", "fna"),
    ("solid isoechoic punctate", 14, None, "K-TIRADS 4", "follow_up"),  # PMC8446497 Fig. 4A
    ("mixed hypoechoic punctate", 12, None, "K-TIRADS 4", "follow_up"),  # PMC8446497 Fig. 4B: never 5 when mixed
    ("solid isoechoic tall irregular punctate", 16, None, "K-TIRADS 4", "fna"),
    ("solid hypoechoic punctate", 10, None, "K-TIRADS 5", "follow_up"),  # >1.0 cm
    ("solid hypoechoic tall", 10.1, None, "K-TIRADS 5", "fna"),
    ("solid very_hypoechoic lobulated", 11, None, "K-TIRADS 5", "fna"),
    ("solid hypoechoic extrathyroidal", 5, None, "K-TIRADS 5", "follow_up"),
    ("solid hypoechoic extrathyroidal", 5.1, None, "K-TIRADS 5", "fna"),  # considered, because it extends
    ("solid hypoechoic macrocalcification rim ill_defined", 16, None, "K-TIRADS 4", "fna"),  # none of the three
]
K2016 = [
    ("cystic anechoic", 40, None, "K-TIRADS 2", "follow_up"),
    ("spongiform isoechoic", 19.9, None, "K-TIRADS 2", "follow_up"),
    ("spongiform isoechoic", 20, None, "K-TIRADS 2", "fna"),
    ("mixed isoechoic comet_tail", 20, None, "K-TIRADS 2", "fna"),
    ("mixed isoechoic comet_tail punctate", 10, None, "K-TIRADS 4", "fna"),  # raised to 4 in 2016
    ("spongiform isoechoic irregular", 9.9, None, "K-TIRADS 4", "follow_up"),
    ("solid isoechoic", 14.9, None, "K-TIRADS 3", "follow_up"),
    ("solid isoechoic", 15, None, "K-TIRADS 3", "fna"),
    ("mixed hypoechoic", 15, None, "K-TIRADS 3", "fna"),
    ("solid hypoechoic", 9.9, None, "K-TIRADS 4", "follow_up"),
    ("solid hypoechoic", 10, None, "K-TIRADS 4", "fna"),
    ("solid isoechoic punctate", 14, None, "K-TIRADS 4", "fna"),
    ("solid hypoechoic punctate", 9.9, None, "K-TIRADS 5", "follow_up"),  # >0.5 cm selectively
    ("solid hypoechoic punctate", 10, None, "K-TIRADS 5", "fna"),
]
EU = [
    ("cystic anechoic", 60, None, "EU-TIRADS 2", "none"),  # some calculators say 1
    ("cystic anechoic comet_tail", 60, None, "EU-TIRADS 2", "none"),
    ("spongiform isoechoic", 60, None, "EU-TIRADS 2", "none"),
    ("solid isoechoic", 20, None, "EU-TIRADS 3", "none"),  # >20 mm
    ("solid isoechoic", 20.1, None, "EU-TIRADS 3", "fna"),
    ("mixed hyperechoic macrocalcification", 21, None, "EU-TIRADS 3", "fna"),
    ("mixed hypoechoic", 15, None, "EU-TIRADS 4", "none"),  # any hypoechoic solid tissue
    ("cystic hypoechoic", 16, None, "EU-TIRADS 4", "fna"),  # almost cystic, with hypoechoic tissue
    ("solid hypoechoic", 15.1, None, "EU-TIRADS 4", "fna"),
    ("solid very_hypoechoic", 10.1, None, "EU-TIRADS 5", "fna"),
    ("mixed very_hypoechoic", 11, None, "EU-TIRADS 4", "none"),  # marked counts in solid nodules
    ("solid isoechoic punctate", 14, None, "EU-TIRADS 5", "fna"),  # PMC8446497 Fig. 4A
    ("mixed hypoechoic punctate", 12, None, "EU-TIRADS 5", "fna"),  # PMC8446497 Fig. 4B
    ("solid isoechoic tall", 10, None, "EU-TIRADS 5", "follow_up"),  # >10 mm; below, surveillance or patient's choice
    ("solid isoechoic irregular", 11, None, "EU-TIRADS 5", "fna"),
]
ATA = [
    ("cystic anechoic", 60, None, "benign", "none"),
    ("spongiform isoechoic", 19.9, None, "very low suspicion", "none"),
    ("spongiform isoechoic", 20, None, "very low suspicion", "fna"),
    ("mixed isoechoic", 15, None, "low suspicion", "fna"),
    ("solid isoechoic", 14.9, None, "low suspicion", "none"),
    ("solid hyperechoic", 15, None, "low suspicion", "fna"),
    ("solid hypoechoic", 9.9, None, "intermediate suspicion", "none"),
    ("solid hypoechoic", 10, None, "intermediate suspicion", "fna"),
    ("solid hypoechoic rim", 10, None, "intermediate suspicion", "fna"),  # the rim alone does not count
    ("solid hypoechoic lobulated", 10, None, "high suspicion", "fna"),
    ("mixed hypoechoic punctate", 12, None, "high suspicion", "fna"),  # PMC8446497 Fig. 4B
    ("solid very_hypoechoic tall", 9.9, None, "high suspicion", "none"),
    ("solid hypoechoic extrathyroidal", 10, None, "high suspicion", "fna"),
    ("solid isoechoic punctate", 14, None, "unclassified", "unknown"),  # PMC8446497 Fig. 4A
    ("mixed hyperechoic irregular", 30, None, "unclassified", "unknown"),
]
KWAK = [
    ("cystic anechoic", 15, 0, "TI-RADS 3", "unknown"),
    ("spongiform isoechoic", 15, 0, "TI-RADS 3", "unknown"),
    ("mixed isoechoic", 15, 0, "TI-RADS 3", "unknown"),
    ("solid isoechoic", 15, 1, "TI-RADS 4a", "unknown"),
    ("mixed hypoechoic", 15, 1, "TI-RADS 4a", "unknown"),
    ("solid hypoechoic", 15, 2, "TI-RADS 4b", "unknown"),
    ("solid very_hypoechoic", 15, 2, "TI-RADS 4b", "unknown"),  # marked is the same feature
    ("solid hypoechoic lobulated", 15, 3, "TI-RADS 4c", "unknown"),
    ("solid hypoechoic irregular punctate", 15, 4, "TI-RADS 4c", "unknown"),
    ("solid hypoechoic irregular punctate tall", 15, 5, "TI-RADS 5", "unknown"),
    ("solid hypoechoic macrocalcification rim ill_defined", 15, 2, "TI-RADS 4b", "unknown"),
]
KIM = [
    ("solid isoechoic", 15, None, "negative", "unknown"),
    ("solid hypoechoic", 15, None, "negative", "unknown"),  # only marked counts
    ("solid very_hypoechoic", 15, None, "positive", "unknown"),
    ("solid isoechoic punctate", 15, None, "positive", "unknown"),
    ("solid isoechoic lobulated", 15, None, "positive", "unknown"),
    ("solid isoechoic irregular", 15, None, "positive", "unknown"),
    ("solid isoechoic tall", 15, None, "positive", "unknown"),
    ("solid hypoechoic macrocalcification rim", 15, None, "negative", "unknown"),
    ("solid isoechoic ill_defined comet_tail", 15, None, "negative", "unknown"),
]
CASES = [
    (guideline, *case)
    for guideline, cases in (
        (Guideline.ACR2017, ACR),
        (Guideline.KTIRADS2021, K2021),
        (Guideline.KTIRADS2016, K2016),
        (Guideline.EU2017, EU),
        (Guideline.ATA2015, ATA),
        (Guideline.KWAK2011, KWAK),
        (Guideline.KIM2002, KIM),
    )
    for case in cases
]


@pytest.mark.parametrize(("guideline", "text", "size_mm", "points", "category", "action"), CASES)
def test_hand_checked_case(
    guideline: Guideline, text: str, size_mm: float, points: int | None, category: str, action: str
) -> None:
    advice = assess(guideline, nodule(text), size_mm)
    assert (advice.category, advice.points, advice.action.value) == (category, points, action)


@pytest.mark.parametrize(
    ("guideline", "text", "risk"),
    [
        (Guideline.ACR2017, "solid hypoechoic tall", ">=20%, 35% observed"),
        (Guideline.KTIRADS2021, "solid hypoechoic tall", ">60%"),
        (Guideline.KTIRADS2021, "solid hypoechoic", "10-40%"),
        (Guideline.KTIRADS2016, "solid hypoechoic", "15-50%"),
        (Guideline.KTIRADS2016, "cystic anechoic", "<1%"),
        (Guideline.EU2017, "solid hypoechoic", "6-17%"),
        (Guideline.ATA2015, "solid hypoechoic tall", ">70-90%"),
        (Guideline.ATA2015, "solid isoechoic tall", ""),
        (Guideline.KWAK2011, "solid hypoechoic", "9.2%"),
        (Guideline.KWAK2011, "mixed isoechoic", ""),
        (Guideline.KIM2002, "solid isoechoic tall", ""),
    ],
)
def test_risk_is_the_published_one(guideline: Guideline, text: str, risk: str) -> None:
    assert assess(guideline, nodule(text), 14).risk == risk


@pytest.mark.parametrize(
    ("guideline", "text", "size_mm", "words"),
    [
        (Guideline.ACR2017, "solid hypoechoic tall", 7, "decision shared with the patient"),
        (Guideline.ACR2017, "spongiform isoechoic punctate", 7, "look again whether it is really spongiform"),
        (Guideline.ACR2017, "solid hypoechoic extrathyroidal", 7, "malignant until proven otherwise"),
        (Guideline.KTIRADS2021, "solid hypoechoic", 12, ">1.0-1.5 cm"),
        (Guideline.KTIRADS2021, "solid hypoechoic", 10, "already above 10 mm with a special risk factor"),
        (Guideline.KTIRADS2021, "solid hypoechoic tall", 8, "FNA is considered at this size only with extension"),
        (Guideline.KTIRADS2016, "solid hypoechoic tall", 8, "selective"),
        (Guideline.EU2017, "solid isoechoic tall", 8, "active surveillance"),
        (Guideline.ATA2015, "solid hypoechoic rim", 8, "small extrusive soft tissue"),
        (Guideline.ATA2015, "mixed isoechoic", 16, "eccentric"),
        (Guideline.ATA2015, "spongiform isoechoic", 21, "observation is also reasonable"),
        (Guideline.ATA2015, "solid isoechoic punctate", 14, "no pattern"),
        (Guideline.KWAK2011, "solid hypoechoic", 14, "no size for FNA"),
        (Guideline.KIM2002, "mixed hypoechoic", 14, "solid nodules only"),
    ],
)
def test_rule_states_the_caveat(guideline: Guideline, text: str, size_mm: float, words: str) -> None:
    assert words in assess(guideline, nodule(text), size_mm).rule


def test_selective_fna_of_2016_begins_above_5_mm() -> None:
    seen = nodule("solid hypoechoic tall")
    assert "selective" in assess(Guideline.KTIRADS2016, seen, 5.1).rule
    assert "selective" not in assess(Guideline.KTIRADS2016, seen, 5).rule


@pytest.mark.parametrize(
    ("guideline", "text", "limits"),
    [
        (Guideline.ACR2017, "solid hypoechoic", ["From 15 mm: FNA", "from 10 to under 15 mm", "under 10 mm"]),
        (Guideline.KTIRADS2021, "solid hypoechoic tall", ["Above 10 mm: FNA", "above 5 up to 10 mm", "up to 5 mm"]),
        (Guideline.KTIRADS2016, "solid isoechoic", ["From 15 mm: FNA", "under 15 mm"]),
        (Guideline.EU2017, "solid isoechoic", ["Above 20 mm: FNA", "up to 20 mm"]),
        (Guideline.ATA2015, "solid isoechoic", ["From 15 mm: FNA", "under 15 mm"]),
        (Guideline.ACR2017, "cystic anechoic", ["No size was given; at any size: no FNA"]),
    ],
)
def test_without_a_size_the_rule_says_what_it_would_need(guideline: Guideline, text: str, limits: list[str]) -> None:
    advice = assess(guideline, nodule(text), None)
    assert advice.action.value == "unknown"
    assert all(limit in advice.rule for limit in limits), advice.rule
