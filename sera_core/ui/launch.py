"""The server of the pages, started from wherever the package lies."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NoReturn

from streamlit.web.cli import main

from sera_core.files import ROOT
from sera_core.ui.server import warm_up


def serve(settings: Sequence[str] = ()) -> NoReturn:
    """Serve the pages until the process is ended.

    Parameters
    ----------
    settings : sequence of str
        Of Streamlit, as after ``streamlit run``: ``["--server.port", "8502"]``. Without them those of the
        ``.streamlit/config.toml`` beside the pages hold.
    """
    warm_up()
    main(["run", str(ROOT / "app.py"), *settings], prog_name="streamlit")
    raise SystemExit
