"""What the last setting changed: the network's answer, both truths, and the picture."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import streamlit as st
from scipy.special import expit

from sera_core.contracts import Box, Diagnosis, Grey
from sera_core.simulate.case import Case
from sera_core.simulate.render import Frame
from sera_core.simulate.sandbox import truth_of
from sera_core.simulate.visible import unseen, visible_truth

KEPT = "sandbox_kept"  # the last two nodules of this session


@dataclass(frozen=True)
class Truth:
    """ln likelihood ratios of a case as built and as visible, and the signs its picture cannot show."""

    built: float
    visible: float
    unseen: frozenset[str]

    @staticmethod
    @st.cache_data(max_entries=64, show_spinner="Looking for what the picture can show")
    def of(case: Case) -> Truth:
        """Of a case, remembered."""
        return Truth(truth_of(case), visible_truth(case), unseen(case))


@dataclass(frozen=True)
class Numbers:
    """Probabilities (0 ... 1) of one nodule: the network's (None where it refuses), and the truth's."""

    network: float | None
    built: float
    visible: float


@dataclass(frozen=True, eq=False)
class Kept:
    """One nodule as it stood on the bench."""

    case: Case
    pixels: Grey
    numbers: Numbers


@dataclass(frozen=True, eq=False)
class Change:
    """From the nodule before to the one on the bench.

    Attributes
    ----------
    now, then : Numbers
    before, after : float32 [H, W]
        The two pictures.
    box : Box
        Of the nodule on the bench.
    """

    now: Numbers
    then: Numbers
    before: Grey
    after: Grey
    box: Box

    @property
    def any(self) -> bool:
        """Whether there was a nodule before."""
        return self.before is not self.after

    @property
    def share(self) -> float:
        """Part of the frame that is not as it was (0 ... 1)."""
        return float(np.mean(self.before != self.after))

    @property
    def inside(self) -> float:
        """Mean change in the nodule's box, in grey levels of 255."""
        box = self.box
        part = (slice(box.y, box.y + box.height), slice(box.x, box.x + box.width))
        return float(np.abs(self.after[part] - self.before[part]).mean() * 255)


def changed(case: Case, frame: Frame, diagnosis: Diagnosis | None) -> Change:
    """What changed against the nodule before; keeps both for the next look."""
    truth = Truth.of(case)
    network = diagnosis.reading.probability if diagnosis and diagnosis.reading.answered else None
    now = Kept(case, frame.image.pixels, Numbers(network, float(expit(truth.built)), float(expit(truth.visible))))
    kept: list[Kept] = st.session_state.get(KEPT, [])
    if not kept or kept[-1].case != case:
        kept = [*kept[-1:], now]
        st.session_state[KEPT] = kept
    return Change(now.numbers, kept[0].numbers, kept[0].pixels, kept[-1].pixels, frame.box)
