"""The models that come with the project: whole, as their cards say, and as good as their studies' predictions."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from sera_core.classifiers.store import CardStatus, installed, load
from sera_core.contracts import Box, Patient
from sera_core.diagnosis import Request, diagnose, read, who_answers
from sera_core.evaluate.roc import auc
from sera_core.evaluate.spread import clusters
from sera_core.files import MODELS
from sera_core.images.read import read_image
from sera_core.simulate.render import render
from sera_core.simulate.samples import SAMPLES

SHIPPED = installed()
pytestmark = pytest.mark.skipif(not SHIPPED, reason="needs models in the folder models/: train or copy some")


def predictions_of(model: str) -> pd.DataFrame:
    """Rows of a model in the predictions of the studies that come with the project."""
    tables = [pd.read_parquet(file) for file in sorted((MODELS / "studies").glob("*/predictions.parquet"))]
    rows = [table[table["model"] == model] for table in tables]
    return pd.concat(rows) if rows else pd.DataFrame()


@pytest.mark.parametrize("status", SHIPPED, ids=lambda status: status.id)
def test_card_and_files_are_in_order(status: CardStatus) -> None:
    assert status.valid, status.problem
    assert load(status.id).card == status.card


@pytest.mark.parametrize("status", SHIPPED, ids=lambda status: status.id)
def test_results_on_the_card_are_those_of_the_predictions(status: CardStatus) -> None:
    assert status.card is not None
    rows = predictions_of(status.id)
    assert len(rows), "no study of the project holds predictions of this model"
    for result in status.card.results:
        chosen = rows[(rows["centre"] == result.centre) & (rows["role"] == result.role)]
        found = auc(chosen["label"], chosen["probability"], patients=clusters(chosen["patient_id"]))
        assert (result.auc, result.low, result.high) == pytest.approx((found.value, found.low, found.high), abs=1e-9)
        assert (result.malignant, result.benign) == (found.positives, found.negatives)


def test_one_default_for_each_kind_of_frames() -> None:
    defaults = [status.card.domain for status in SHIPPED if status.card and status.card.default]
    assert len(defaults) == len(set(defaults))


def test_a_real_frame_is_diagnosed(shared_data: Path) -> None:
    frame = sorted((shared_data / "ddti" / "images").iterdir())[0]
    found = diagnose(read_image(frame.read_bytes()), patient=Patient(size_mm=14.0))
    assert 0 <= found.reading.probability <= 1
    assert found.reading.heatmap is not None
    assert found.reading.heatmap.fidelity is not None
    assert found.advice.rule


def test_a_clinics_frame_is_never_answered_by_a_model_of_simulated_frames(shared_data: Path) -> None:
    """The first of these lies nearest to the simulator's."""
    frames = [
        shared_data / "les3" / "images" / "mixed_train_malin_141.jpg",
        *sorted((shared_data / "busi" / "images").iterdir())[::58],
    ]
    answering = set()
    for path in frames:
        image = read_image(path.read_bytes())
        height, width = image.shape
        answering.add(who_answers(image, Box(width // 4, height // 4, width // 2, height // 2)))
    assert {load(model).card.domain for model in answering} == {"real"}


def test_a_frame_of_the_simulator_is_answered_by_a_model_of_its_kind() -> None:
    frame = render(next(iter(SAMPLES.values())).case)
    assert load(who_answers(frame.image, frame.box)).card.domain == "simulated"


def test_on_every_sample_of_the_app_the_hottest_point_lies_in_the_nodule() -> None:
    for sample in SAMPLES.values():
        frame = render(sample.case)
        heatmap = read(frame.image, Request(frame.box), find=lambda image, hint, pane: None).heatmap
        assert heatmap is not None
        row, column = np.unravel_index(np.argmax(heatmap.values), heatmap.crop.shape)
        place, scale = heatmap.crop_box, heatmap.crop_box.width / heatmap.crop.shape[1]
        assert frame.mask[int(place.y + (row + 0.5) * scale), int(place.x + (column + 0.5) * scale)], sample.name
