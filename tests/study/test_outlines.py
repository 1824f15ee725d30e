"""A whole study of the outline on a handful of drawn frames: stages, folds, card; and a design that is wrong."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from sera_core.contracts import BadInput
from sera_core.outline.card import WEIGHTS, load, read_card
from sera_core.outline.unet import UNet
from sera_core.study import outlines
from sera_core.study.outlines import ROWS, Design, run
from sera_core.study.schema import read_as
from sera_core.study.stage import Stage
from sera_core.study.transfer import TransferDesign, run_transfer
from sera_core.train.outline.descent import Course
from sera_core.train.outline.judge import figures, fit_judges, least_confidence, with_confidence
from sera_core.train.outline.views import ddti

SHIPPED = Path(__file__).resolve().parents[2] / "models" / "studies" / "outline" / "design.toml"
PHASE = "phases = [{ shape = [64, 96], steps = 1, batch = 2, rate = 1e-4 }]"
SHARES = "shares = { simulated = 0.4, ddti = 0.3, busi = 0.2, normal = 0.1 }"


def draw(folder: Path, name: str, seed: int, empty: bool = False) -> None:
    generator = np.random.default_rng(seed)
    y, x = np.mgrid[:90, :120]
    inside = ((x - 60) / generator.uniform(15, 30)) ** 2 + ((y - 45) / generator.uniform(10, 20)) ** 2 < 1
    inside &= not empty
    grey = (generator.rayleigh(50, inside.shape) * np.where(inside, 0.4, 1)).clip(0, 255)
    for part, pixels in (("images", grey), ("masks", inside * 255)):
        (folder / part).mkdir(parents=True, exist_ok=True)
        Image.fromarray(pixels.astype(np.uint8)).save(folder / part / name)


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A design and folders laid out as DDTI's and BUSI's."""
    here = tmp_path_factory.mktemp("outline")
    thyroid, breast = [], []
    for k in range(6):
        draw(here / "ddti", f"{k}.png", k)
        thyroid.append(
            {
                "image": f"images/{k}.png",
                "mask": f"masks/{k}.png",
                "patient_group": f"p{k}",
                "fold": k % 5,
                "duplicate": "",
            }
        )
        draw(here / "busi", f"{k}.png", 50 + k, empty=k > 2)
        mask = f"masks/{k}.png" if k <= 2 else ""
        breast.append({"image": f"images/{k}.png", "mask": mask, "duplicate_group": k, "duplicate_across_classes": 0})
    pd.DataFrame(thyroid).to_csv(here / "ddti" / "labels.csv", index=False)
    pd.DataFrame(breast).to_csv(here / "busi" / "labels.csv", index=False)
    (here / "design.toml").write_text(
        f'kind = "outline"\nddti = "{here}/ddti"\nbusi = "{here}/busi"\ntitle = "drawn"\nmost_alarms = 0.1\n'
        "[simulated]\ntrain = 8\ntest = 6\ntrain_seed = 1\ntest_seed = 100\n"
        f'[pretraining]\nwithout = "C"\nseed = 1\n{PHASE}\n'
        f"[folds]\n{SHARES}\nseed = 2\n{PHASE}\n[shipped]\n{SHARES}\nseed = 9\n{PHASE}\n"
    )
    return here


def test_from_a_design_to_weights_and_card(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[str] = []
    design = read_as(Design, place / "design.toml")
    table = run(design, place, Stage(place / "work", said.append), place / "shipped")
    card = read_card(place / "shipped")
    assert set(card.judges) == {"none", "box", "click"}
    assert "8 simulated frames" in card.trained_on
    assert len(table) == len(card.figures)
    assert {"DDTI", "BUSI"} <= set(table["frames"])
    rows = pd.read_csv(place / ROWS)
    assert set(rows.loc[rows["frames"] == "DDTI", "hint"]) == {"none", "exact box", "box 20 % off", "click"}
    assert len(rows[(rows["frames"] == "DDTI") & (rows["hint"] == "none")]) == 6, "every view is held out once"
    net, _ = load(place / "shipped")
    assert not net.training

    weights = (place / "shipped" / WEIGHTS).read_bytes()
    trained: list[str] = []
    monkeypatch.setattr(outlines, "judged", lambda *_: trained.append("again") or iter(()))
    again = run(design, place, Stage(place / "work", said.append), place / "shipped")
    assert trained == [], "finished stages are kept"
    assert (place / "shipped" / WEIGHTS).read_bytes() == weights
    pd.testing.assert_frame_equal(again, table)


def test_what_a_run_leaves_out_judges_it_and_teaches_it_nothing(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    taught: list[set[str]] = []
    descend = outlines.descend

    def watched(net: UNet, course: Course, *rest: Any) -> UNet:
        pools = [pool for pool, share in zip(course.pools, course.shares, strict=True) if share > 0]
        taught.append({view.frames for pool in pools for view in pool})
        return descend(net, course, *rest)

    monkeypatch.setattr(outlines, "descend", watched)
    recipe = read_as(Design, place / "design.toml").folds
    design = TransferDesign("outline-transfer", place / "design.toml", recipe, ("BUSI", "A"))
    out = place / "transfer"
    out.mkdir()
    table = run_transfer(design, out, Stage(out / "work", lambda _: None))
    assert len(taught) == 4, "a start and a run for each"
    assert all("BUSI" not in frames and "BUSI, normal" not in frames for frames in taught[:2])
    assert all("simulated A" not in frames for frames in taught[2:])
    assert "BUSI" in taught[3]
    rows = pd.read_csv(out / ROWS)
    assert set(rows["frames"]) == {"BUSI, never seen", "BUSI, normal, never seen", "simulated A, never seen"}
    assert set(table["frames"]) == {"BUSI, never seen", "simulated A, never seen"}
    shown = table[(table["frames"] == "BUSI, never seen") & (table["metric"] == "iou")]
    busi = rows[rows["frames"] == "BUSI, never seen"]
    assert shown["estimate"].item() == pytest.approx(busi["iou"].mean(), abs=1e-4)
    assert shown["n"].item() == 3


def test_folds_keep_patients_together_and_follow_the_fixed_ones(place: Path) -> None:
    folds = {view.name: view.fold for view in ddti(place / "ddti")}
    assert [folds[f"images/{k}.png"] for k in range(5)] == [0, 0, 1, 1, 2]


def test_a_wrong_design_is_refused_in_one_sentence(place: Path, tmp_path: Path) -> None:
    text = (place / "design.toml").read_text()
    wrong = tmp_path / "design.toml"
    wrong.write_text(text.replace("most_alarms = 0.1", "most_alarms = 3"))
    with pytest.raises(BadInput, match="most_alarms"):
        read_as(Design, wrong)
    wrong.write_text(text.replace(f'busi = "{place}/busi"', 'busi = "nowhere"'))
    with pytest.raises(BadInput, match="nowhere holds no labels"):
        run(read_as(Design, wrong), tmp_path, Stage(place / "work", lambda _: None), tmp_path)


def test_the_shipped_designs_are_valid() -> None:
    assert read_as(Design, SHIPPED).simulated.train == 1200
    transfer = read_as(TransferDesign, SHIPPED.parents[1] / "outline-transfer" / "design.toml")
    assert read_as(Design, SHIPPED.parents[3] / transfer.of) == read_as(Design, SHIPPED)


def rows_of(hits: np.ndarray, inside: np.ndarray, bare: int) -> pd.DataFrame:
    """Rows whose only telling sign is the mean probability inside."""
    n = len(hits)
    return pd.DataFrame(
        {
            "frames": ["DDTI"] * (n - bare) + ["BUSI, normal"] * bare,
            "view": [str(k) for k in range(n)],
            "group": [str(k) for k in range(n)],
            "fold": np.arange(n) % 3,
            "size": [0.3] * (n - bare) + [np.nan] * bare,
            "hint": "none",
            "dice": hits * 0.8,
            "iou": hits * 0.8,
            "inside": inside,
            "agreement": 0.5,
            "peak": 0.9,
            "apart": 0.0,
            "extent": 0.2,
        }
    )


def test_the_confidence_is_calibrated_and_alarms_are_bounded() -> None:
    generator = np.random.default_rng(0)
    inside = generator.random(3000)
    chance = 1 / (1 + np.exp(-(8 * inside - 4)))
    hits = (generator.random(3000) < chance).astype(float)
    hits[2600:] = 0
    inside[2600:] *= 0.6
    rows = with_confidence(rows_of(hits, inside, 400))
    known = rows[rows["size"].notna()]
    for low in (0.2, 0.4, 0.6, 0.8):
        some = rows[(rows["confidence"] >= low) & (rows["confidence"] < low + 0.2)]
        assert (some["iou"] >= 0.5).mean() == pytest.approx(some["confidence"].mean(), abs=0.08)
    least = least_confidence(rows, 0.1)
    assert (rows.loc[rows["size"].isna(), "confidence"] >= least).mean() <= 0.11
    told = {(one.frames, one.metric): one for one in figures(rows, least)}
    assert told["DDTI", "hit"].estimate == pytest.approx((known["iou"] >= 0.5).mean())
    assert told["DDTI", "hit"].low < told["DDTI", "hit"].estimate < told["DDTI", "hit"].high
    assert told["BUSI, normal", "false alarm"].estimate <= 0.11
    judge = fit_judges(rows)["none"]
    assert judge.weights[0] > 3, "the sign that tells carries the weight"
