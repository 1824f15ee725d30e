"""The same nodule in the other plane: the probe turned by a quarter over it.

Depth (front to back) is what both planes share. The diameter that the first one did not show is drawn, its median as
long as the one that was seen (log-SD 0.2, assumed: no source here gives it). Everything that another cut shows afresh
(border, foci, tissue, speckle) is drawn anew by the same findings, so that the two pictures know of the pathology what
the findings know, and no more.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from sera_core.simulate.case import LARGEST_MM, SMALLEST_MM, Case, View

OTHER = {View.TRANSVERSE: View.LONGITUDINAL, View.LONGITUDINAL: View.TRANSVERSE}
SPREAD = 0.2  # of the log of one diameter over the other
FLATTEST, TALLEST = 0.4, 2.0  # height over width that can be drawn


def other_plane(case: Case) -> Case:
    """The case as the other plane shows it; a bystander beside the nodule is not in that plane.

    Parameters
    ----------
    case : Case

    Returns
    -------
    Case
        Of the same patient, before the same scanner; drawn alike every time.
    """
    words = np.random.SeedSequence([case.seed, 6]).generate_state(1, np.uint64)
    seed = int(words[0] >> np.uint64(1))
    generator = np.random.Generator(np.random.SFC64(seed))
    old, height = case.nodule, case.nodule.height_mm
    most = min(height / FLATTEST, LARGEST_MM, case.scanner.aperture_mm - 2)
    least = max(height / TALLEST, SMALLEST_MM if height < SMALLEST_MM else 0)
    across = float(np.clip(old.width_mm * np.exp(SPREAD * generator.standard_normal()), least, most))
    size = max(across, height)
    nodule = replace(
        old,
        size_mm=size,
        ratio=height / across,
        macro_mm=min(old.macro_mm, 0.6 * size),
        along=float(generator.uniform(-1, 1)),
    )
    turned = replace(case.anatomy, view=OTHER[case.anatomy.view])
    return replace(case, seed=seed, nodule=nodule, anatomy=turned, second=None)
