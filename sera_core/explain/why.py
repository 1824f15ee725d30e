"""One heatmap with its fidelity, from what the diagnosis already has in hand."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from sera_core.contracts import Box, CamMethod, Grey, Heatmap
from sera_core.explain.cam import Trace, heatmap, scale
from sera_core.explain.fidelity import fidelity
from sera_core.explain.occlusion import occlusion_map
from sera_core.explain.perturb import Predict
from sera_core.explain.steady import steady_map


@dataclass(frozen=True, eq=False)
class Asked:
    """What a network is asked to explain.

    Attributes
    ----------
    trace : callable
        From a crop ``[h, w]`` to the network's trace.
    traced : Trace
        That of the crop in hand, which the prediction came from.
    target : int
        Which logit: that of the class shown.
    steady : bool
        Whether the map is the mean over several views.
    """

    trace: Callable[[Grey], Trace]
    traced: Trace
    target: int
    steady: bool = False

    def map(self, method: CamMethod, crop: Grey) -> Grey:
        """Heatmap ``[h, w]``, 0 ... 1, by one of :data:`~sera_core.explain.cam.CAM_METHODS`."""
        if self.steady:
            return steady_map(lambda view: heatmap(method, self.trace(view), self.target, view.shape), crop)
        return heatmap(method, self.traced, self.target, crop.shape)


def explain(
    method: CamMethod,
    crop: Grey,
    crop_box: Box,
    predict: Predict,
    asked: Asked | None = None,
) -> Heatmap:
    """Heatmap of the class shown, and how far to trust it.

    Parameters
    ----------
    method : CamMethod
    crop : float32 [h, w]
        What the model saw, 0 ... 1.
    crop_box : Box
        Where the crop lies on the frame.
    predict : callable
        From crops ``[N, h, w]`` to the probability ``[N]`` of the class shown.
    asked : Asked or None
        None: a model without gradients, which only :attr:`CamMethod.OCCLUSION` can explain.

    Returns
    -------
    Heatmap

    Raises
    ------
    ValueError
        When the method needs a network and there is none.
    """
    if method is CamMethod.OCCLUSION:
        values = scale(occlusion_map(predict, crop), crop.shape)
    elif asked is not None:
        values = asked.map(method, crop)
    else:
        raise ValueError(f"{method} needs a network's activations: use {CamMethod.OCCLUSION} for this model")
    trust = fidelity(predict, crop, values)
    steady = asked is not None and asked.steady and method is not CamMethod.OCCLUSION
    return Heatmap(method, values, crop, crop_box, trust, steady)
