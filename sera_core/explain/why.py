"""One heatmap from what the diagnosis already has in hand; its fidelity costs many predictions and is asked apart."""

from __future__ import annotations

from dataclasses import dataclass

from sera_core.contracts import CamMethod, Grey, Heatmap
from sera_core.explain.cam import Trace, raw_maps, scale
from sera_core.explain.merge import merged
from sera_core.explain.occlusion import occlusion_map
from sera_core.explain.perturb import Predict
from sera_core.images.prepare import Crop


@dataclass(frozen=True, eq=False)
class Asked:
    """What a network is asked to explain.

    Attributes
    ----------
    views : tuple of Crop
        The region itself first.
    traced : Trace
        Of these views; in hand from the prediction.
    target : int
        Whose log-odds: 0 or 1, the class shown.
    """

    views: tuple[Crop, ...]
    traced: Trace
    target: int

    def map(self, method: CamMethod) -> Grey:
        """Heatmap ``[h, w]``, 0 ... 1, by one of :data:`~sera_core.explain.cam.CAM_METHODS`."""
        raws = raw_maps(method, self.traced, self.target)
        return merged([*raws], [view.box for view in self.views], self.views[0].pixels.shape)


def explain(
    method: CamMethod,
    crop: Crop,
    predict: Predict,
    asked: Asked | None = None,
) -> Heatmap:
    """Heatmap of the class shown; how far to trust it is asked by :func:`~sera_core.explain.fidelity.fidelity`.

    Parameters
    ----------
    method : CamMethod
    crop : Crop
        What the model saw, and where it lies on the frame.
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
        values = scale(occlusion_map(predict, crop.pixels), crop.pixels.shape)
    elif asked is not None:
        values = asked.map(method)
    else:
        raise ValueError(f"{method} needs a network's activations: use {CamMethod.OCCLUSION} for this model")
    return Heatmap(method, values, crop.pixels, crop.box)
