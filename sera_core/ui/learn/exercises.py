"""An open exercise for each chapter; its answer is computed, and checked on the page."""

from __future__ import annotations

import math

import numpy as np

from sera_core.contracts import Box
from sera_core.lessons.dense import softmax
from sera_core.lessons.glcm import HARALICK, four_directions, properties
from sera_core.lessons.window import Window
from sera_core.simulate.scanner import SOUND_MM_PER_US
from sera_core.ui.learn.question import Exercise

_SUM = np.sum(list(four_directions(HARALICK, 2).values()), axis=0)


def _apart(levels: int) -> int:
    """Pairs in the sum of the four matrices whose levels are so far apart."""
    return int(np.trace(_SUM, levels) + np.trace(_SUM, -levels))


EXERCISES: dict[str, Exercise] = {
    "imaging": Exercise(
        "Sound goes 1.54 mm in a microsecond. An echo comes back 52 microseconds after the pulse. How deep lies "
        "what sent it back?",
        "mm",
        52 * SOUND_MM_PER_US / 2,
        0.6,
        "52 · 1.54, halved: half of the way is the way back.",
    ),
    "tasks": Exercise(
        "A nodule's box is 20 wide and 10 high. Yours begins at the same corner and is 30 wide and 10 high. How much "
        "do they overlap?",
        "percent",
        100 * Box(0, 0, 20, 10).overlap(Box(0, 0, 30, 10)),
        1,
        "Shared 200, together 300.",
    ),
    "texture": Exercise(
        "Take the small picture of the step 'By hand', and the sum of its four matrices. Square the difference of "
        "the two levels of each pair, and take the mean over all pairs: what is this contrast?",
        "(no unit)",
        properties(_SUM)["contrast"],
        0.01,
        f"{_SUM.sum()} pairs are counted. {_apart(1)} differ by 1 and {_apart(2)} by 2: "
        f"({_apart(1)} · 1 + {_apart(2)} · 4) / {_SUM.sum()}.",
    ),
    "margin": Exercise(
        "Between two points, benign at (1, 1) and malignant at (4, 5), lies the border with the widest street. How "
        "wide is "
        "the street?",
        "units of length",
        math.hypot(4 - 1, 5 - 1),
        0.01,
        "Both points hold it, so it is as wide as they are apart: the root of 3 · 3 + 4 · 4.",
    ),
    "convolution": Exercise(
        "A kernel of 5 × 5 goes over 16 × 16 cells, one cell at a time. How many cells of padding on each side keep "
        "the map at 16 × 16?",
        "cells",
        next(padding for padding in range(9) if Window(5, 1, padding).places(16) == 16),
        0,
        "16 + 2 · 2 − 5 + 1 = 16.",
    ),
    "activation": Exercise(
        "The sigmoid is nowhere steeper than 1/4. A signal of 1000 goes back through three of them. How much is left "
        "at most?",
        "are left",
        1000 * 0.25**3,
        0.5,
        "1000 / 4 / 4 / 4.",
    ),
    "pooling": Exercise(
        "AlexNet pools maps of 55 × 55 with a window of 3 × 3 and a stride of 2. How many cells a side are left?",
        "cells",
        Window(3, 2).places(55),
        0,
        "(55 − 3) / 2 + 1.",
    ),
    "dense": Exercise(
        "The score for malignant is 2, that for benign 0. Softmax raises e = 2.718 to each score, and divides by "
        "the sum. "
        "What share does malignant get?",
        "percent",
        100 * float(softmax([0.0, 2.0])[1]),
        1,
        "e² / (e² + 1), and e² is about 7.4.",
    ),
    "network": Exercise(
        "AlexNet's first convolution has 96 kernels of 11 × 11 for each of 3 colours, and one number to add for each "
        "kernel. How many numbers does it learn?",
        "numbers",
        96 * (11 * 11 * 3 + 1),
        0,
        "96 · (11 · 11 · 3 + 1). The table of the chapter has it.",
    ),
    "learning": Exercise(
        "A weight stands at 0.5, the slope of the error there is 2, and the learning rate 0.1. Where does it stand "
        "after one step, with no memory of steps before (momentum)?",
        "is the weight",
        0.5 - 0.1 * 2,
        0.001,
        "0.5 − 0.1 · 2: against the slope.",
    ),
    "decision": Exercise(
        "Of 100 malignant nodules 90 are alarmed, of 200 benign ones 30. What is the specificity?",
        "percent",
        100 * (200 - 30) / 200,
        0.5,
        "170 of 200 benign ones are left in peace. The malignant ones have no say in it.",
    ),
    "gradcam": Exercise(
        "A crop of 224 × 224 pixels is read by a layer whose cells lie 16 pixels apart. How many cells has its map?",
        "cells",
        (224 // 16) ** 2,
        0,
        "14 a side. That is all the places that such a heatmap can tell apart.",
    ),
    "sandbox": Exercise(
        "Half of all nodules are malignant, and a finding is four times as frequent in malignant ones. A nodule shows "
        "it. How likely is it malignant?",
        "percent",
        100 * 4 / 5,
        0.5,
        "Odds of 1 to 1 become 4 to 1: four of five.",
    ),
    "calibration": Exercise(
        "A network gives 30 nodules 10 % each and 20 others 40 % each, and keeps its promise. How many of the 50 are "
        "malignant?",
        "nodules",
        30 * 0.1 + 20 * 0.4,
        0.5,
        "3 of the first and 8 of the second.",
    ),
    "prevalence": Exercise(
        "Sensitivity 90 %, specificity 80 %, and 10 of 100 patients have a malignant nodule. How many of 100 alarms "
        "are right?",
        "of 100",
        100 * 0.1 * 0.9 / (0.1 * 0.9 + 0.9 * 0.2),
        0.7,
        "9 right alarms, 18 false ones.",
    ),
    "scanners": Exercise(
        "Abroad there are 4 malignant and 5 benign nodules. In 17 of all pairs of one and one the malignant nodule "
        "has the higher number. What is the AUC?",
        "AUC",
        17 / (4 * 5),
        0.001,
        "17 of 20 pairs.",
    ),
}
