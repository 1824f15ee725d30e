"""Words in, descriptors out; refusals name the allowed words."""

from __future__ import annotations

import doctest
import math
from typing import Any

import pytest

from sera_core.contracts import (
    Action,
    BadInput,
    Composition,
    Descriptors,
    Echogenicity,
    Focus,
    Guideline,
    Margin,
    Shape,
)
from sera_core.guidelines import advice, assess, assess_all, descriptors, parse_descriptors
from sera_core.wording.labels import LABELS
from tests.guidelines.nodules import POSSIBLE, nodule

WORDS: dict[str, Any] = {
    "composition": "solid",
    "echogenicity": "hypoechoic",
    "shape": "taller_than_wide",
    "margin": "irregular",
    "foci": ["punctate", "rim"],
}


def test_parse_reads_every_possible_nodule_back() -> None:
    for d in POSSIBLE:
        foci = [focus.value for focus in d.foci] or ["none"]
        words = (d.composition.value, d.echogenicity.value, d.shape.value, d.margin.value)
        read = parse_descriptors(**dict(zip(WORDS, words, strict=False)), foci=foci)
        assert read == d


def test_parse_does_not_mind_case_blanks_and_hyphens() -> None:
    read = parse_descriptors(**{**WORDS, "composition": " Solid ", "shape": "Taller-than wide", "foci": "PUNCTATE"})
    assert read == Descriptors(
        Composition.SOLID,
        Echogenicity.HYPOECHOIC,
        Shape.TALLER_THAN_WIDE,
        Margin.IRREGULAR,
        frozenset({Focus.PUNCTATE}),
    )


@pytest.mark.parametrize("foci", [[], ["none"], ["none", "none"], "none"])
def test_no_focus_is_an_empty_set(foci: Any) -> None:
    assert parse_descriptors(**{**WORDS, "foci": foci}).foci == frozenset()


@pytest.mark.parametrize(
    ("row", "word", "code", "named"),
    [
        ("composition", "liquid", "unknown_composition", "cystic, spongiform, mixed, solid"),
        ("echogenicity", "dark", "unknown_echogenicity", "anechoic, hyperechoic, isoechoic, hypoechoic"),
        ("shape", "round", "unknown_shape", "wider_than_tall, taller_than_wide"),
        ("margin", "", "unknown_margin", "smooth, ill_defined, lobulated, irregular, extrathyroidal"),
        ("margin", None, "unknown_margin", "smooth"),
        ("foci", ["stars"], "unknown_foci", "none, comet_tail, macrocalcification, rim, punctate"),
        ("foci", ["none", "rim"], "none_with_foci", "give 'none' alone"),
        ("echogenicity", "anechoic", "anechoic_not_cystic", "choose composition cystic"),
    ],
)
def test_refusal_names_what_is_allowed(row: str, word: Any, code: str, named: str) -> None:
    with pytest.raises(BadInput) as refused:
        parse_descriptors(**{**WORDS, row: word})
    assert refused.value.code == code
    assert named in refused.value.message


@pytest.mark.parametrize("size_mm", [0, -3, 0.9, math.nan, math.inf, 150.1])
def test_impossible_size_is_refused(size_mm: float) -> None:
    with pytest.raises(BadInput, match="millimetres, from 1 to 150") as refused:
        assess_all(nodule("solid hypoechoic"), size_mm)
    assert refused.value.code == "bad_size"


def test_largest_possible_size_is_answered() -> None:
    assert assess(Guideline.ACR2017, nodule("solid isoechoic"), 150).action is Action.FNA


def test_every_word_has_a_plain_label() -> None:
    kinds = (Composition, Echogenicity, Shape, Margin, Focus, Guideline, Action)
    words = [word for kind in kinds for word in kind]
    assert len(LABELS) == len(words)  # equal texts of two enums would share a key
    for word in words:
        assert LABELS[word].word
        assert LABELS[word].meaning.endswith(".")


@pytest.mark.parametrize("module", [advice, descriptors])
def test_examples_in_the_docstrings(module: Any) -> None:
    result = doctest.testmod(module)
    assert result.attempted > 0
    assert result.failed == 0


@pytest.mark.parametrize(
    ("shape", "foci", "found"),
    [
        ("wider_than_tall", ["none"], ()),
        ("taller_than_wide", ["none"], ("taller than wide",)),
        ("wider_than_tall", ["punctate"], ("punctate echogenic foci",)),
        ("wider_than_tall", ["rim"], ()),
    ],
)
def test_the_suspicious_features_in_words(shape: str, foci: list[str], found: tuple[str, ...]) -> None:
    seen = parse_descriptors(composition="solid", echogenicity="isoechoic", shape=shape, margin="smooth", foci=foci)
    assert descriptors.suspicious_features(seen) == found
