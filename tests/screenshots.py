"""Remakes the README's pictures: ``python -m tests.screenshots``, then look at what changed in pages/screenshots/."""

from __future__ import annotations

import io
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

from tests.browser.conftest import FLAGS, NAMES, ROOT, settled, wait_for

FOLDER = ROOT / "pages" / "screenshots"
DESK, COLUMN, GLANCE, PHONE = (1440, 900), (740, 1500), (740, 900), (390, 844)


@dataclass(frozen=True)
class Shot:
    """One picture: which page in which window, and what stands at its top (empty: the page's own top)."""

    name: str
    link: str
    window: tuple[int, int]
    top: str = ""


SHOTS = (
    Shot("diagnose_desk", "Diagnose", DESK),
    Shot("diagnose_phone", "Diagnose", PHONE),
    Shot("compare_glance", "Compare_models", GLANCE, "#cell-2"),
    Shot("learn_convolution", "Learn?chapter=5", COLUMN),
)


def main() -> None:
    """Take every picture."""
    path = next(found for name in NAMES if (found := shutil.which(name)))
    with served() as url, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        for shot in SHOTS:
            write(FOLDER / f"{shot.name}.png", taken(browser, url, shot))
            print(shot.name)
        browser.close()


@contextmanager
def served() -> Iterator[str]:
    """The app, at its address."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "sera_core", "app", "--", "--server.headless=true", f"--server.port={port}"]
    with TemporaryDirectory() as folder, (Path(folder) / "log").open("w") as log:
        server = subprocess.Popen(command, cwd=ROOT, stdout=log, stderr=subprocess.STDOUT)
        try:
            wait_for(f"http://localhost:{port}", server, Path(folder) / "log")
            yield f"http://localhost:{port}"
        finally:
            server.terminate()
            server.wait(timeout=60)


def taken(browser: Browser, url: str, shot: Shot) -> bytes:
    """The picture, once the page has drawn everything."""
    width, height = shot.window
    page = browser.new_page(viewport={"width": width, "height": height})
    page.set_default_timeout(180_000)
    page.goto(f"{url}/{shot.link}")
    page.get_by_role("heading", level=1).first.wait_for()
    drawn(page)
    if shot.top:
        page.locator(shot.top).evaluate("heading => heading.scrollIntoView()")
    page.wait_for_timeout(3000)  # figures draw themselves
    drawn(page)
    picture = page.screenshot()
    page.close()
    return picture


def drawn(page: Page) -> None:
    """Wait until the script has run and no part of the page is a grey bar."""
    settled(page)
    page.wait_for_function("!document.querySelector('[data-testid=stSkeleton]')")


def write(file: Path, picture: bytes) -> None:
    """As a small file: 256 colours."""
    Image.open(io.BytesIO(picture)).convert("RGB").quantize(256).save(file, optimize=True)


if __name__ == "__main__":
    main()
