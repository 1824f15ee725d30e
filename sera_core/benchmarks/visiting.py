"""The first visit to a fresh server, to be run as a process of its own: the Diagnose page with its first verdict.

Without a browser (Streamlit's AppTest): all that the server imports, loads and computes until the page stands.
"""

from __future__ import annotations

from pathlib import Path

from streamlit.testing.v1 import AppTest

ROOT = Path(__file__).resolve().parents[2]


def visit() -> AppTest:
    """Open the Diagnose page, and nothing else."""
    page = AppTest.from_file(str(ROOT / "app.py"), default_timeout=600)
    page.switch_page("pages/1_Diagnose.py").run()
    return page


if __name__ == "__main__":
    visit()
