"""The model card: written, read back, and refused field by field."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from sera_core.classifiers.card import CARD_FILE, read_card, write_card
from sera_core.contracts import BadInput
from tests.classifiers.models import CARD


def test_round_trip(tmp_path: Path) -> None:
    write_card(tmp_path, CARD)
    assert read_card(tmp_path) == CARD
    assert [file.name for file in tmp_path.iterdir()] == [CARD_FILE]
    assert json.loads((tmp_path / CARD_FILE).read_text()) == json.loads(json.dumps(CARD.as_dict()))


@pytest.mark.parametrize(
    ("spoil", "field"),
    [
        (lambda card: card.pop("cutoff"), "at cutoff"),
        (lambda card: card.update(kind="forest"), "at kind"),
        (lambda card: card.update(colour="red"), "at colour"),
        (lambda card: card["calibration"].pop("slope"), "at calibration.slope"),
        (lambda card: card["calibration"].update(slope=None), "at calibration.slope"),
        (lambda card: card["preparation"].update(framing="round"), "at preparation.framing"),
        (lambda card: card["training"][0].update(images="many"), "at training.0.images"),
        (lambda card: card["results"][0].update(role="elsewhere"), "at results.0.role"),
        (lambda card: card.update(files={"weights": 3}), "at files.weights"),
        (lambda card: card.update(files={"weights": "abc"}), "at files.weights"),
        (lambda card: card["cutoff"].update(value=math.nan), "at cutoff.value"),
        (lambda card: card["cutoff"].update(low=math.nan), "at cutoff.low"),
        (lambda card: card["cutoff"].update(low=0.7), "at cutoff: value must lie between low and high"),
        (lambda card: card["cutoff"].update(low=0.7, high=0.3), "at cutoff: value must lie between low and high"),
        (lambda card: card["cutoff"].update(high=1.5), "at cutoff.high"),
        (lambda card: card["cutoff"].update(low=-0.1), "at cutoff.low"),
        (lambda card: card["calibration"].update(slope=0), "at calibration.slope"),
        (lambda card: card["calibration"].update(slope=-1), "at calibration.slope"),
        (lambda card: card["calibration"].update(slope=math.inf), "at calibration.slope"),
        (lambda card: card["calibration"].update(intercept=1e308), "at calibration.intercept"),
        (lambda card: card.update(familiarity_limit=math.nan), "at familiarity_limit"),
        (lambda card: card.update(familiarity_limit=1e308), "at familiarity_limit"),
        (lambda card: card.update(familiarity_limit=-1), "at familiarity_limit"),
        (lambda card: card["preparation"].update(input_px=100000), "at preparation.input_px"),
        (lambda card: card["preparation"].update(input_px=0), "at preparation.input_px"),
        (lambda card: card["preparation"].update(input_px=-5), "at preparation.input_px"),
        (lambda card: card["preparation"].update(padding=0), "at preparation.padding"),
        (lambda card: card["preparation"].update(padding=math.inf), "at preparation.padding"),
        (lambda card: card["preparation"].update(std=0), "at preparation.std"),
        (lambda card: card["preparation"].update(mean=[0.5, math.nan, 0.5]), "at preparation.mean"),
        (lambda card: card["results"][0].update(auc=1.5), "at results.0.auc"),
        (lambda card: card["results"][0].update(low=0.9), "at results.0: auc must lie between low and high"),
        (lambda card: card["results"][0].update(malignant=-1), "at results.0.malignant"),
        (lambda card: card["training"][0].update(images=-1), "at training.0.images"),
        (lambda card: card["training"][0].update(images=25), "at training.0: malignant and benign images must add up"),
        (lambda card: card["training"][0].update(patients=25), "at training.0: "),
        (lambda card: card["recipe"].update(rate=math.nan), "at recipe.rate"),
    ],
)
def test_a_card_that_does_not_fit_names_the_field(tmp_path: Path, spoil: Callable[[Any], Any], field: str) -> None:
    card = json.loads(json.dumps(CARD.as_dict()))
    spoil(card)
    (tmp_path / CARD_FILE).write_text(json.dumps(card))
    with pytest.raises(BadInput, match=field):
        read_card(tmp_path)


def test_a_card_that_could_not_be_read_is_not_written(tmp_path: Path) -> None:
    for wrong in (
        replace(CARD, familiarity_limit=math.nan),
        replace(CARD, calibration=replace(CARD.calibration, slope=0.0)),
        replace(CARD, preparation=replace(CARD.preparation, input_px=0)),
    ):
        with pytest.raises(BadInput, match="is not valid at"):
            write_card(tmp_path, wrong)
    with pytest.raises(ValueError, match="value must lie between low and high"):
        replace(CARD.cutoff, value=math.nan)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("data", [b"", b"{", b"[]", b"\xff\xfe\x00", b"null"])
def test_what_is_no_card_is_refused_in_a_sentence(tmp_path: Path, data: bytes) -> None:
    (tmp_path / CARD_FILE).write_bytes(data)
    with pytest.raises(BadInput, match=f"{tmp_path.name}/{CARD_FILE} is not valid at the file") as refusal:
        read_card(tmp_path)
    assert "\n" not in refusal.value.message


def test_a_missing_card_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"has no card\.json"):
        read_card(tmp_path)
