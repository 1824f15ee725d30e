"""The model card: written, read back, and refused field by field."""

from __future__ import annotations

import json
from collections.abc import Callable
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
    ],
)
def test_a_card_that_does_not_fit_names_the_field(tmp_path: Path, spoil: Callable[[Any], Any], field: str) -> None:
    card = json.loads(json.dumps(CARD.as_dict()))
    spoil(card)
    (tmp_path / CARD_FILE).write_text(json.dumps(card))
    with pytest.raises(BadInput, match=field):
        read_card(tmp_path)


@pytest.mark.parametrize("data", [b"", b"{", b"[]", b"\xff\xfe\x00", b"null"])
def test_what_is_no_card_is_refused_in_a_sentence(tmp_path: Path, data: bytes) -> None:
    (tmp_path / CARD_FILE).write_bytes(data)
    with pytest.raises(BadInput, match=f"{tmp_path.name}/{CARD_FILE} is not valid at the file") as refusal:
        read_card(tmp_path)
    assert "\n" not in refusal.value.message


def test_a_missing_card_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"has no card\.json"):
        read_card(tmp_path)
