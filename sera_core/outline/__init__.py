"""The nodule's outline on a frame, with a confidence; inside a box or around a click where there is one."""

from __future__ import annotations

from sera_core.outline.drawn import drawn
from sera_core.outline.look import Hint
from sera_core.outline.panes import panes
from sera_core.outline.propose import propose, within, without_callipers

__all__ = ["Hint", "drawn", "panes", "propose", "within", "without_callipers"]
