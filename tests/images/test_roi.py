from __future__ import annotations

import hashlib
import json
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from sera_core.contracts import Box, GreyImage, ScaledRegion
from sera_core.images.read import read_image
from sera_core.images.roi import COLUMNS, ROWS, WEIGHTS, best_box, propose_box
from sera_core.images.roi_fit import measure, overlap, soft_box
from tests.images.files import speckle


def image(height: int, width: int) -> GreyImage:
    return GreyImage(speckle(height, width).astype(np.float32) / 255)


def test_best_box_is_the_best_of_all_boxes() -> None:
    rng = np.random.default_rng(3)
    for _ in range(5):
        mask = rng.random((7, 9)).astype(np.float32) ** 3
        best, where = -1.0, None
        for top in range(7):
            for bottom in range(top + 1, 8):
                for left in range(9):
                    for right in range(left + 1, 10):
                        inside = mask[top:bottom, left:right].sum()
                        share = inside / ((bottom - top) * (right - left) + mask.sum() - inside)
                        if share > best:
                            best, where = share, (left, top, right, bottom)
        assert best_box(mask, (0, 0, 9, 7)) == pytest.approx(where)


def test_overlap_by_counting_pixels() -> None:
    rng = np.random.default_rng(0)
    corners = rng.integers(0, 20, (30, 4, 2))
    inclusive = np.array([0, 0, 1, 1])
    boxes = np.sort(corners[:, :2], axis=1).reshape(-1, 4) + inclusive
    others = np.sort(corners[:, 2:], axis=1).reshape(-1, 4) + inclusive
    for box, other, got in zip(boxes, others, overlap(boxes.astype(float), others.astype(float)), strict=True):
        first, second = np.zeros((2, 21, 21), bool)
        first[box[1] : box[3], box[0] : box[2]] = True
        second[other[1] : other[3], other[0] : other[2]] = True
        assert got == pytest.approx((first & second).sum() / (first | second).sum())


def test_soft_box_keeps_the_area() -> None:
    mask = soft_box((33.5, 20.25, 120.0, 90.75), 315, 500)
    assert mask.sum() / (ROWS * COLUMNS) == pytest.approx((120 - 33.5) * (90.75 - 20.25) / (315 * 500))


@pytest.mark.parametrize("size", [(1, 1), (1, 300), (2, 3), (8, 8), (33, 40), (315, 500), (700, 120), (2000, 3000)])
def test_any_size_gets_a_box_inside(size: tuple[int, int]) -> None:
    frame = image(*size) if min(size) > 1 else GreyImage(np.full(size, 0.5, np.float32))
    box = propose_box(frame)
    assert box.clipped(*size) == box


def test_blank_frames_get_a_box() -> None:
    for level in (0.0, 1.0):
        propose_box(GreyImage(np.full((100, 100), level, np.float32)))


def test_the_largest_region_is_searched() -> None:
    small, large = Box(0, 0, 60, 60), Box(150, 80, 200, 150)
    frame = image(315, 500)
    frame = GreyImage(frame.pixels, regions=tuple(ScaledRegion(box, (0.1, 0.1)) for box in (small, large)))
    assert large.contains(propose_box(frame))


def test_panels_are_left_out() -> None:
    screen = np.zeros((768, 1024), np.float32)
    screen[300:600, 500:900] = 0.2 + speckle(300, 400) / 400
    assert Box(495, 295, 410, 310).contains(propose_box(GreyImage(screen)))


def test_fast() -> None:
    frame = image(315, 500)
    propose_box(frame)
    times = []
    for _ in range(10):
        start = time.perf_counter()
        propose_box(frame)
        times.append(time.perf_counter() - start)
    assert np.median(times) < 0.05


def test_no_torch() -> None:
    modules = ", ".join(f"sera_core.images.{name}" for name in ("read", "roi", "dicom", "checks"))
    code = f"import sys, {modules}; print('torch' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


def test_the_card_belongs_to_the_weights() -> None:
    card = json.loads(WEIGHTS.with_suffix(".json").read_text())
    assert card["sha256"] == hashlib.sha256(WEIGHTS.read_bytes()).hexdigest()


def test_figures_on_real_frames(shared_data: Path) -> None:
    """Out of fold, against the best fixed box; the card says the same."""
    figures = measure(shared_data / "ddti")
    card = json.loads(WEIGHTS.with_suffix(".json").read_text())["out_of_fold"]
    assert figures.n == 460
    assert figures.proposal_iou > figures.constant_iou + 0.1
    assert figures.proposal_above_half > figures.constant_above_half + 0.2
    assert figures.proposal_iou == pytest.approx(card["proposal_iou"], abs=0.005)
    assert figures.proposal_above_half == pytest.approx(card["proposal_above_half"], abs=0.01)


def test_whole_frames_from_elsewhere(shared_data: Path) -> None:
    for path in sorted((shared_data / "les3" / "images").iterdir())[::8]:
        frame = read_image(path.read_bytes())
        box = propose_box(frame)
        assert box.clipped(*frame.shape) == box
        assert 0.01 < box.width * box.height / frame.pixels.size < 0.95
