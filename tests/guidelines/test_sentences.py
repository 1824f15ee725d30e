"""What is told of a nodule, whole: the features that were counted, and the rule to its last word."""

from __future__ import annotations

import pytest

from sera_core.contracts import BadInput, Description, Guideline
from sera_core.guidelines import (
    advise_from_probability,
    assess,
    check_pretest,
    parse_description,
    parse_descriptors,
    prevalence_adjusted,
    undescribed,
)
from tests.guidelines.nodules import nodule

TOLD = [  # guideline, nodule of 8 mm, features counted, rule
    (
        Guideline.KWAK2011,
        "mixed isoechoic",
        (),
        "TI-RADS 3. At any size: the paper gives no size for FNA. 0 of 5 features counted. Mixed is not "
        "counted as solid, because the word does not say how much of it is solid. The paper's risk of this "
        "category is not confirmed and left out. The paper studied nodules of 10 mm or more.",
    ),
    (
        Guideline.KWAK2011,
        "solid very_hypoechoic lobulated",
        ("solid", "hypoechogenicity", "lobulated margin"),
        "TI-RADS 4c, published risk 44.4-72.4%. At any size: the paper gives no size for FNA. 3 of 5 features"
        " counted. The paper studied nodules of 10 mm or more.",
    ),
    (
        Guideline.KWAK2011,
        "cystic anechoic punctate",
        ("punctate echogenic foci",),
        "TI-RADS 4a, published risk 3.3%. At any size: the paper gives no size for FNA. 1 of 5 features "
        "counted. Suspicious features were described as well (punctate echogenic foci): look again whether it"
        " is a pure cyst. The paper studied nodules of 10 mm or more.",
    ),
    (
        Guideline.KIM2002,
        "mixed very_hypoechoic tall",
        ("taller than wide", "marked hypoechogenicity"),
        "Positive. At any size: the paper gives no size for FNA. The paper studied solid nodules only.",
    ),
    (
        Guideline.KIM2002,
        "solid hypoechoic",
        (),
        "Negative. At any size: the paper gives no size for FNA.",
    ),
    (
        Guideline.ACR2017,
        "solid very_hypoechoic extrathyroidal rim",
        (
            "Solid (2)",
            "Very hypoechoic (3)",
            "Wider than tall (0)",
            "Extrathyroidal extension (3)",
            "Rim calcification (2)",
        ),
        "TR5, published risk >=20%, 35% observed. At 8 mm (from 5 to under 10 mm): follow-up ultrasound every"
        " year for up to 5 years; at 5-9 mm the chart points to the discussion of papillary microcarcinoma, "
        "where FNA is a decision shared with the patient. From 10 mm: FNA. Definite extension beyond the "
        "gland counts as malignant until proven otherwise.",
    ),
    (
        Guideline.ACR2017,
        "spongiform isoechoic punctate",
        ("Spongiform (0)",),
        "TR1, published risk <=2%, 0.3% observed. At any size: no FNA and no follow-up. A spongiform nodule "
        "gets 0 points, whatever else is seen. Suspicious features were described as well (punctate echogenic"
        " foci): look again whether it is really spongiform.",
    ),
    (
        Guideline.ACR2017,
        "cystic anechoic macrocalcification",
        ("Cystic (0)",),
        "TR1, published risk <=2%, 0.3% observed. At any size: no FNA and no follow-up. A cystic nodule gets "
        "0 points, whatever else is seen.",
    ),
    (
        Guideline.KTIRADS2021,
        "spongiform isoechoic irregular",
        ("irregular margin",),
        "K-TIRADS 2, published risk <3%. At any size: no routine FNA; follow-up ultrasound after 2-5 years, "
        "depending on size. Pattern: an iso- or hyperechoic spongiform nodule. Suspicious features were "
        "described as well (irregular margin): look again whether it is an iso- or hyperechoic spongiform "
        "nodule.",
    ),
    (
        Guideline.KTIRADS2021,
        "solid isoechoic extrathyroidal",
        ("extrathyroidal extension",),
        "K-TIRADS 4, published risk 10-40%. At 8 mm (up to 10 mm): follow-up ultrasound at 1, 3 and 5 years, "
        "then every 3-5 years; FNA already above 10 mm with a special risk factor. Above 15 mm: FNA. "
        "Extrathyroidal extension is counted as an irregular margin. Biopsy at any size if a nodal metastasis"
        " or another sign of poor prognosis is suspected.",
    ),
    (
        Guideline.KTIRADS2016,
        "mixed isoechoic comet_tail punctate",
        ("punctate echogenic foci",),
        "K-TIRADS 4, published risk 15-50%. At 8 mm (under 10 mm): follow-up ultrasound at 1, 3 and 5 years, "
        "then every 3-5 years (dates of the 2021 edition). From 10 mm: FNA. Raised from 2: a partially cystic"
        " nodule with comet tails with a suspicious feature.",
    ),
    (
        Guideline.KTIRADS2016,
        "solid hypoechoic tall",
        ("taller than wide",),
        "K-TIRADS 5, published risk >60%. At 8 mm (above 5 to under 10 mm): follow-up ultrasound every 6 "
        "months for 1-2 years, then every year (dates of the 2021 edition); FNA is selective at this size. "
        "From 10 mm: FNA.",
    ),
    (
        Guideline.EU2017,
        "mixed very_hypoechoic extrathyroidal",
        ("extrathyroidal extension",),
        "EU-TIRADS 5, published risk 26-87%. At 8 mm (up to 10 mm): active surveillance, or FNA if the "
        "patient prefers it, as long as no lymph node is abnormal. Above 10 mm: FNA. Extrathyroidal extension"
        " is counted as an irregular margin.",
    ),
    (
        Guideline.EU2017,
        "solid isoechoic tall",
        ("taller than wide",),
        "EU-TIRADS 5, published risk 26-87%. At 8 mm (up to 10 mm): active surveillance, or FNA if the "
        "patient prefers it, as long as no lymph node is abnormal. Above 10 mm: FNA.",
    ),
    (
        Guideline.EU2017,
        "cystic hypoechoic",
        ("hypoechoic solid tissue",),
        "EU-TIRADS 4, published risk 6-17%. At 8 mm (up to 15 mm): no FNA at this size; the guideline sets no"
        " date for a new scan in this category. Above 15 mm: FNA.",
    ),
    (
        Guideline.ATA2015,
        "solid isoechoic punctate",
        ("punctate echogenic foci",),
        "Unclassified. At any size: the guideline has no pattern for this nodule, and so no size for FNA. "
        "Iso- or hyperechoic with a suspicious feature is not described; of 44 such nodules in 454, 4 were "
        "malignant (9.1%; AJNR 42:559, Table 2).",
    ),
    (
        Guideline.ATA2015,
        "solid hypoechoic rim",
        (),
        "Intermediate suspicion, published risk 10-20%. At 8 mm (under 10 mm): no FNA at this size; the "
        "guideline's follow-up dates apply after a benign aspirate, so this is no all-clear. From 10 mm: FNA."
        " Rim calcification alone is not counted: the guideline asks for small extrusive soft tissue beside "
        "it; look for it on the image.",
    ),
    (
        Guideline.ATA2015,
        "mixed hypoechoic extrathyroidal punctate",
        ("punctate echogenic foci", "extrathyroidal extension"),
        "High suspicion, published risk >70-90%. At 8 mm (under 10 mm): no FNA at this size; the guideline's "
        "follow-up dates apply after a benign aspirate, so this is no all-clear. From 10 mm: FNA.",
    ),
    (
        Guideline.ATA2015,
        "spongiform isoechoic lobulated",
        ("lobulated margin",),
        "Unclassified. At any size: the guideline has no pattern for this nodule, and so no size for FNA. "
        "Iso- or hyperechoic with a suspicious feature is not described; of 44 such nodules in 454, 4 were "
        "malignant (9.1%; AJNR 42:559, Table 2).",
    ),
    (
        Guideline.EU2017,
        "cystic anechoic punctate",
        (),
        "EU-TIRADS 2, published risk ~0%. At any size: no FNA, unless for relief (therapeutic). Suspicious "
        "features were described as well (punctate echogenic foci): look again whether it is a pure cyst.",
    ),
    (
        Guideline.EU2017,
        "spongiform isoechoic punctate",
        (),
        "EU-TIRADS 2, published risk ~0%. At any size: no FNA, unless for relief (therapeutic). Suspicious "
        "features were described as well (punctate echogenic foci): look again whether it is entirely "
        "spongiform.",
    ),
    (
        Guideline.ATA2015,
        "cystic anechoic punctate",
        ("punctate echogenic foci",),
        "Benign, published risk <1%. At any size: no FNA. Suspicious features were described as well "
        "(punctate echogenic foci): look again whether it is purely cystic.",
    ),
    (
        Guideline.ATA2015,
        "mixed hypoechoic rim",
        (),
        "Low suspicion, published risk 5-10%. At 8 mm (under 15 mm): no FNA at this size; the guideline's "
        "follow-up dates apply after a benign aspirate, so this is no all-clear. From 15 mm: FNA. Low holds "
        "for an eccentric solid area, which the descriptors cannot say; otherwise the nodule is of very low "
        "suspicion (<3%, FNA is considered from 20 mm). Rim calcification alone is not counted: the guideline"
        " asks for small extrusive soft tissue beside it; look for it on the image.",
    ),
    (
        Guideline.KTIRADS2016,
        "spongiform isoechoic",
        (),
        "K-TIRADS 2, published risk <3%. At 8 mm (under 20 mm): follow-up ultrasound after 2-5 years, "
        "depending on size (dates of the 2021 edition). From 20 mm: FNA. Pattern: an iso- or hyperechoic "
        "spongiform nodule.",
    ),
    (
        Guideline.EU2017,
        "solid very_hypoechoic",
        ("marked hypoechogenicity",),
        "EU-TIRADS 5, published risk 26-87%. At 8 mm (up to 10 mm): active surveillance, or FNA if the "
        "patient prefers it, as long as no lymph node is abnormal. Above 10 mm: FNA.",
    ),
    (
        Guideline.KTIRADS2016,
        "cystic anechoic irregular punctate",
        ("punctate echogenic foci", "irregular margin"),
        "K-TIRADS 4, published risk 15-50%. At 8 mm (under 10 mm): follow-up ultrasound at 1, 3 and 5 years, "
        "then every 3-5 years (dates of the 2021 edition). From 10 mm: FNA. Raised from 2: a pure cyst with a"
        " suspicious feature.",
    ),
    (
        Guideline.KTIRADS2016,
        "solid isoechoic extrathyroidal",
        ("extrathyroidal extension",),
        "K-TIRADS 4, published risk 15-50%. At 8 mm (under 10 mm): follow-up ultrasound at 1, 3 and 5 years, "
        "then every 3-5 years (dates of the 2021 edition). From 10 mm: FNA. Extrathyroidal extension is "
        "counted as an irregular margin. Biopsy at any size if a nodal metastasis or another sign of poor "
        "prognosis is suspected.",
    ),
    (
        Guideline.KTIRADS2021,
        "spongiform isoechoic irregular punctate",
        ("punctate echogenic foci", "irregular margin"),
        "K-TIRADS 2, published risk <3%. At any size: no routine FNA; follow-up ultrasound after 2-5 years, "
        "depending on size. Pattern: an iso- or hyperechoic spongiform nodule. Suspicious features were "
        "described as well (punctate echogenic foci, irregular margin): look again whether it is an iso- or "
        "hyperechoic spongiform nodule.",
    ),
]


@pytest.mark.parametrize(("guideline", "text", "features", "rule"), TOLD)
def test_features_and_rule_are_told_to_the_last_word(
    guideline: Guideline, text: str, features: tuple[str, ...], rule: str
) -> None:
    advice = assess(guideline, nodule(text), 8)
    assert advice.features == features
    assert advice.rule == rule


def test_nothing_described_is_told_with_and_without_a_size() -> None:
    because = (
        "any size: a category comes from composition, echogenicity, shape, margin and foci: describe the nodule. "
        "The model's probability is none of cancer, so no category is drawn from it."
    )
    found = undescribed(Guideline.EU2017, 12)
    assert (found.category, found.risk, found.points, found.action) == ("unclassified", "", None, "unknown")
    assert found.rule == f"Unclassified. At {because}"
    assert undescribed(Guideline.EU2017, None).rule == f"Unclassified. No size was given; at {because}"
    with pytest.raises(BadInput, match="millimetres, from 1 to 150"):
        undescribed(Guideline.EU2017, 0)


def test_a_yes_or_no_has_no_place_for_a_probability() -> None:
    assert advise_from_probability(Guideline.KIM2002, 0.3, 12).rule == (
        "Unclassified. At any size: the publication answers yes or no and gives no risk per category, "
        "so a probability has no place in it."
    )


@pytest.mark.parametrize("share", [0, 1, -0.1, float("nan")])
def test_an_impossible_share_is_named(share: float) -> None:
    rest = f" of {share:g} cannot be used: give a share between 0 and 1, such as 0.2 for 20%."
    with pytest.raises(BadInput) as refused:
        check_pretest(share)
    assert (refused.value.code, refused.value.message) == ("bad_prevalence", f"A pre-test risk{rest}")
    with pytest.raises(BadInput) as refused:
        prevalence_adjusted(0.5, 0.2, share)
    assert refused.value.message == f"A prior{rest}"


def test_fluid_with_tissue_in_it_is_refused_with_both_ways_out() -> None:
    with pytest.raises(BadInput) as refused:
        assess(Guideline.ACR2017, nodule("solid anechoic"), 8)
    assert refused.value.message == (
        "A solid nodule cannot be anechoic, because anechoic means fluid without tissue: "
        "choose composition cystic, or give the echogenicity of the solid part."
    )


def test_rows_that_nothing_is_said_of_stay_open() -> None:
    assert parse_description() == Description()


@pytest.mark.parametrize(
    ("row", "word", "said"),
    [("composition", "liquid", "liquid"), ("foci", ["stars"], "stars"), ("foci", ["none", "rim"], "Foci none, rim")],
)
def test_the_word_that_is_refused_is_told(row: str, word: str | list[str], said: str) -> None:
    words = {"composition": "solid", "echogenicity": "hypoechoic", "shape": "wider_than_tall", "margin": "smooth"}
    with pytest.raises(BadInput, match=said):
        parse_descriptors(**{**words, row: word})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("guideline", "probability", "category"),
    [
        (Guideline.ACR2017, 0.05, "TR4 (5-20%, 9.1% observed)"),
        (Guideline.EU2017, 0.06, "EU-TIRADS 4 (6-17%)"),
        (Guideline.EU2017, 0.26, "EU-TIRADS 5 (26-87%)"),
        (Guideline.KWAK2011, 0.092, "TI-RADS 4b (9.2%)"),
    ],
)
def test_the_lower_end_of_a_published_range_belongs_to_it(
    guideline: Guideline, probability: float, category: str
) -> None:
    assert f"falls into {category}." in advise_from_probability(guideline, probability, 12).rule
