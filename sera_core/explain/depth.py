"""The same network asked at another depth: how deep a map is read decides whether it still knows the place."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sera_core.classifiers.cnn import Classifier, for_each_class
from sera_core.contracts import Grey
from sera_core.explain.cam import Trace, trace
from sera_core.images.prepare import normalise
from sera_core.nets.split import run, stages

if TYPE_CHECKING:
    from torch import nn

END = 99  # more stages than any body has


def traced_at(classifier: Classifier, parts: nn.ModuleDict, depth: int, crop: Grey) -> Trace:
    """The trace of a crop ``[h, w]``, or of several ``[N, h, w]``, with the body cut behind its first ``depth`` stages.

    Parameters
    ----------
    classifier : Classifier
        Whose preparation is used.
    parts : nn.ModuleDict
        Its own, or the same network with other weights.
    depth : int
        1 ...; :data:`END` for the end of the body.
    crop : float32 [..., h, w]
    """
    from torch import nn

    early, late = stages(parts, depth)
    activations = run(early, normalise(crop.reshape(-1, *crop.shape[-2:]), classifier.card.preparation))
    return trace(activations, nn.Sequential(late, parts["pool"], for_each_class(parts["last"])))
