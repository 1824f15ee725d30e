"""The running app, and a Chromium to look at it with."""

from __future__ import annotations

import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from sera_core.contracts import BadInput
from sera_core.files import ROOT

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]
NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")
DESK = (1440, 900)  # px
STARTED_S = 60.0  # within which a server answers
NO_BROWSER = "A browser is needed: pip install playwright, and a Chromium (for example apt-get install -y chromium)."


def chromium() -> str | None:
    """Where a Chromium lies on this machine."""
    return next((found for name in NAMES if (found := shutil.which(name))), None)


@contextmanager
def browser() -> Iterator[Browser]:
    """A Chromium.

    Raises
    ------
    BadInput
        Where there is none, or nothing to drive it with.
    """
    path = chromium()
    try:
        from playwright.sync_api import sync_playwright
    except ImportError as error:
        raise BadInput("no_browser", NO_BROWSER) from error
    if path is None:
        raise BadInput("no_browser", NO_BROWSER)
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield opened
        opened.close()


@contextmanager
def opened(deadline_s: float) -> Iterator[tuple[Page, str]]:
    """An empty page of a desk's width, and the address of the running app.

    Parameters
    ----------
    deadline_s : float
        Seconds within which anything that is waited for must come.

    Raises
    ------
    BadInput
        Without a browser.
    """
    with browser() as chromium, TemporaryDirectory() as folder, served(Path(folder) / "log") as url:
        page = chromium.new_page(viewport={"width": DESK[0], "height": DESK[1]})
        page.set_default_timeout(deadline_s * 1000)
        yield page, url


@contextmanager
def served(log: Path, *settings: str, **process: Any) -> Iterator[str]:
    """The app, at its address, in a process of its own.

    Parameters
    ----------
    log : Path
        Where it says what it says.
    *settings : str
        Of Streamlit, beside the port.
    **process
        Further arguments of :class:`subprocess.Popen`.
    """
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    own = ["--server.headless=true", f"--server.port={port}", *settings]
    with log.open("w") as out:
        command = [sys.executable, "-m", "sera_core", "app", "--", *own]
        server = subprocess.Popen(command, cwd=ROOT, stdout=out, stderr=subprocess.STDOUT, **process)
    try:
        wait_for(f"http://localhost:{port}", server, log)
        yield f"http://localhost:{port}"
    finally:
        server.terminate()
        try:
            server.wait(timeout=20)
        except subprocess.TimeoutExpired:  # a busy machine: it has nothing left to save
            server.kill()


def wait_for(url: str, server: subprocess.Popen[bytes], log: Path) -> None:
    """Wait until the server answers.

    Raises
    ------
    RuntimeError
        With what it said, when it does not.
    """
    end = time.monotonic() + STARTED_S
    while time.monotonic() < end and server.poll() is None:
        try:
            with urllib.request.urlopen(f"{url}/_stcore/health", timeout=2) as answer:
                if answer.status == 200:
                    return
        except OSError:
            time.sleep(0.1)
    raise RuntimeError(f"the app did not start:\n{log.read_text()}")


def settled(page: Page) -> None:
    """Wait until the page's script has run to its end."""
    page.wait_for_timeout(400)
    page.locator('[data-testid="stApp"][data-test-script-state="notRunning"]').wait_for(timeout=60_000)
