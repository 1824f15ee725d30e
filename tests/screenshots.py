"""Remakes the README's pictures: ``python -m tests.screenshots``, then look at what changed in pages/screenshots/."""

from __future__ import annotations

import io
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from PIL import Image
from playwright.sync_api import Browser, Page

from sera_core.benchmarks.browser import browser, served, settled
from sera_core.files import ROOT

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
    with TemporaryDirectory() as folder, served(Path(folder) / "log") as url, browser() as chromium:
        for shot in SHOTS:
            write(FOLDER / f"{shot.name}.png", taken(chromium, url, shot))
            print(shot.name)


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
