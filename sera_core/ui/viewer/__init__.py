"""One component for everything about a picture."""

from __future__ import annotations

from sera_core.ui.viewer.later import send_film, send_heat
from sera_core.ui.viewer.viewer import Hands, Points, Tool, viewer

__all__ = ["Hands", "Points", "Tool", "send_film", "send_heat", "viewer"]
