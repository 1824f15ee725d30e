"""One nodule: from an image to a probability, a heatmap and advice about needle aspiration."""

from __future__ import annotations

from sera_core.ui.diagnose.desk import open_desk
from sera_core.ui.diagnose.examination import examine
from sera_core.ui.diagnose.image import choose_image
from sera_core.ui.page import open_page

with open_page("Diagnose", wide=True):
    desk = open_desk()
    with desk.source:
        picture = choose_image()
    if picture is not None:
        examine(picture, desk)
