"""What the networks are asked about one image."""

from __future__ import annotations

from dataclasses import dataclass

from sera_core.contracts import Box, CamMethod

AUTO = "auto"


@dataclass(frozen=True)
class Request:
    """What the networks are asked about one image.

    Attributes
    ----------
    box : Box or None
        Region of interest; None takes the proposed one.
    model : str
        Id of an installed model, or ``"auto"``: of the models that answer for their kind of image, the one
        most familiar with this image.
    method : CamMethod or None
        Heatmap method; None makes no heatmap.
    pane : Box or None
        Where to look for the nodule on a frame with several panes; None: wherever it is most confidently found.
    """

    box: Box | None = None
    model: str = AUTO
    method: CamMethod | None = CamMethod.HIRESCAM
    pane: Box | None = None
