"""What a page may say of a model's maps: the row of these very weights, on frames of its kind."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from sera_core.contracts import CamMethod
from sera_core.explain import judged as room
from sera_core.files import MODELS
from sera_core.wording.diagnosis import power, worth


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "FILE", tmp_path / "heatmaps.json")


def _row(frames: str, sha256: str, hottest: float, **more: object) -> dict:
    figures = {"n": 50, "hottest": hottest, "hottest_low": hottest - 0.1, "hottest_high": hottest + 0.1, "area": 0.3}
    return {"frames": frames, "sha256": sha256, "map": "HiRes-CAM", **figures, **more}


def test_the_row_of_these_weights_and_this_kind_of_frames_is_told() -> None:
    room.keep([_row("simulated", "aa", 0.8), _row("DDTI", "aa", 0.35), _row("DDTI, seen in training", "bb", 0.6)], [])
    simulated = room.judged("aa", "simulated", CamMethod.HIRESCAM)
    assert simulated is not None
    assert simulated.above_chance
    assert worth(simulated).startswith("Measured on 50 suspicious nodules (simulated)")
    real = room.judged("aa", "real", CamMethod.HIRESCAM)
    assert real is not None
    assert worth(real).startswith("**No better than chance")
    assert "seen in training" in worth(room.judged("bb", "real", CamMethod.HIRESCAM))


def test_other_weights_another_method_or_no_benchmark_have_not_been_measured() -> None:
    assert room.judged("aa", "real", CamMethod.HIRESCAM) is None
    room.keep([_row("DDTI", "aa", 0.8)], [])
    assert room.judged("cc", "real", CamMethod.HIRESCAM) is None
    assert room.judged("aa", "real", CamMethod.GRADCAM) is None
    assert "Nobody has measured" in worth(None)


@pytest.mark.parametrize(
    ("ratio", "placebo_low", "said"),
    [(3.3, 0.52, "it had 3.3 times"), (2.2, 0.52, "**It shows the region"), (3.3, 0.42, "**It shows the region")],
)
def test_a_map_must_beat_a_blob_on_the_sign_and_know_true_foci(ratio: float, placebo_low: float, said: str) -> None:
    pairs = [
        {"sha256": "aa", "map": "HiRes-CAM", "ratio": ratio, "placebo_low": placebo_low, "passes": 0.8},
        {"sha256": "aa", "map": "the evidence itself", "passes": 0.5},
        {"sha256": "aa", "map": "centred Gaussian", "ratio": 2.8, "placebo_low": 0.4},
    ]
    room.keep([_row("simulated", "aa", 0.8)], pairs)
    found = room.judged("aa", "simulated", CamMethod.HIRESCAM)
    assert said in worth(found)
    assert "passed 80% of such maps and 50% of maps drawn" in power(found)


def test_rows_are_kept_to_four_digits_as_the_shipped_file_is_written() -> None:
    room.keep([_row("simulated", "aa", 0.123456)], [{"sha256": "aa", "map": "edges", "ratio": 1.23456, "n": 7}])
    (row,), (pair,) = room.kept()["location"], room.kept()["evidence"]
    assert (row["hottest"], row["n"], pair["ratio"], pair["n"]) == (0.1235, 50, 1.2346, 7)
    shipped = (MODELS / "heatmaps.json").read_bytes()
    room.keep(**json.loads(shipped))
    assert room.FILE.read_bytes() == shipped


def test_rows_written_anew_are_read_anew() -> None:
    room.keep([_row("simulated", "aa", 0.8)], [])
    before = room.kept()
    room.keep([_row("simulated", "aa", 0.3)], [])
    os.utime(room.FILE, ns=(1, 1))
    assert before["location"][0]["hottest"] != room.kept()["location"][0]["hottest"]


def test_without_the_evidence_itself_nobody_knows_what_it_would_pass() -> None:
    pairs = [{"sha256": "aa", "map": name, "ratio": 3.0, "placebo_low": 0.6} for name in ("HiRes-CAM", room.BLOB)]
    room.keep([_row("simulated", "aa", 0.8)], pairs)
    found = room.judged("aa", "simulated", CamMethod.HIRESCAM)
    assert found is not None
    assert found.truth_passes is None
