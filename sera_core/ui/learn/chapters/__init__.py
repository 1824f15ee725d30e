"""The chapters of the course in its order; none imports another."""

from __future__ import annotations

from sera_core.ui.learn.chapters import (
    activation,
    calibration,
    convolution,
    decision,
    dense,
    gradcam,
    imaging,
    learning,
    margin,
    network,
    pooling,
    prevalence,
    sandbox,
    scanners,
    tasks,
    texture,
)

COURSE = (
    imaging.CHAPTER,
    tasks.CHAPTER,
    texture.CHAPTER,
    margin.CHAPTER,
    convolution.CHAPTER,
    activation.CHAPTER,
    pooling.CHAPTER,
    dense.CHAPTER,
    network.CHAPTER,
    learning.CHAPTER,
    decision.CHAPTER,
    gradcam.CHAPTER,
    sandbox.CHAPTER,
    calibration.CHAPTER,
    prevalence.CHAPTER,
    scanners.CHAPTER,
)
CHAPTERS = {chapter.number: chapter for chapter in COURSE}
