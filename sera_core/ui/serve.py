"""The server of the pages, started from wherever the package lies."""

from __future__ import annotations

import ctypes
import sys
from collections.abc import Sequence
from typing import NoReturn

from streamlit.web.cli import main

from sera_core.files import ROOT

ARENA_MAX, ARENAS = -8, 2  # M_ARENA_MAX of malloc.h, and how many


def serve(settings: Sequence[str] = ()) -> NoReturn:
    """Serve the pages until the process is ended.

    Parameters
    ----------
    settings : sequence of str
        Of Streamlit, as after ``streamlit run``: ``["--server.port", "8502"]``. Without them those of the
        ``.streamlit/config.toml`` beside the pages hold.
    """
    _few_arenas()
    main(["run", str(ROOT / "app.py"), *settings], prog_name="streamlit")
    raise SystemExit


def _few_arenas() -> None:
    """Let glibc's threads share two heaps, before any thread begins.

    By default each session's threads fill heaps of their own, up to eight a core, and keep most of what is freed.
    """
    set_option = getattr(ctypes.CDLL(None), "mallopt", None) if sys.platform == "linux" else None
    if set_option is not None:
        set_option(ARENA_MAX, ARENAS)
