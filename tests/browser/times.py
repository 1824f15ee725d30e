"""How long a reader waits, in Chromium: ``python -m tests.browser.times``, medians over some frames of the simulator.

Each time runs from the act (a file is given, a box is let go) until the answer is on the screen. The server is this
repository's own, started for it; the first line is that of a server that has just begun to load its models.
"""

from __future__ import annotations

import io
import shutil
import time
from collections.abc import Callable
from statistics import median

import numpy as np
from PIL import Image
from playwright.sync_api import Page, sync_playwright

from sera_core.simulate.case import Pathology
from sera_core.simulate.centres import CENTRES
from sera_core.simulate.cohort import draw
from sera_core.simulate.render import render
from tests.browser.conftest import FLAGS, NAMES, settled
from tests.screenshots import served

FRAMES = 5
VERDICT = "document.querySelector('.st-key-glance h4')?.innerText"
AIMS = {"cold server": 4.0, "upload to verdict": 0.5, "upload to map": 0.7, "moved box to verdict": 0.5, "Compare": 0.6}


def main() -> None:
    """Print a line a figure: name, seconds, aim."""
    path = next(found for name in NAMES if (found := shutil.which(name)))
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        with served() as url:
            page = browser.new_page(viewport={"width": 1440, "height": 900})
            page.set_default_timeout(180_000)
            start = time.perf_counter()
            page.goto(f"{url}/Diagnose")
            page.wait_for_function(VERDICT)
            told("cold server", [time.perf_counter() - start])
            settled(page)
            diagnosed(page)
            told("Compare", [opened(page, f"{url}/Compare_models") for _ in range(FRAMES)])
        browser.close()


def diagnosed(page: Page) -> None:
    """Upload frames, and move the box on each."""
    verdicts, maps, moves = [], [], []
    page.get_by_text("Upload", exact=True).first.click()
    settled(page)
    for seed in range(FRAMES):
        before = heat(page)
        field = page.locator("input[type=file]")
        start = time.perf_counter()
        field.set_input_files({"name": "frame.png", "mimeType": "image/png", "buffer": frame(seed)})
        maps.append(until(lambda before=before: heat(page) not in (before, ""), start))
        verdicts.append(until(lambda: bool(page.evaluate(VERDICT)), start))
        settled(page)
        moves.append(moved(page))
        page.get_by_role("button", name="Reset").click()
        settled(page)
        page.get_by_text("Upload", exact=True).first.click()
        settled(page)
    told("upload to verdict", verdicts)
    told("upload to map", maps)
    told("moved box to verdict", moves)


def moved(page: Page) -> float:
    """Move the box with a key; its answer is there with a new map."""
    before = heat(page)
    page.locator("[data-grip=box]").focus()
    page.keyboard.press("ArrowRight")
    page.wait_for_timeout(380)  # the keys' own pause of 400 ms is no work
    start = time.perf_counter()
    taken = until(lambda: heat(page) not in (before, ""), start)
    settled(page)
    return taken


def heat(page: Page) -> str:
    """The map that is on the screen."""
    image = page.locator("svg[data-tool] image.heat")
    return (image.get_attribute("href") or "")[-200:] if image.count() else ""


def opened(page: Page, url: str) -> float:
    """Seconds until the first figure of a page is drawn."""
    page.goto("about:blank")
    start = time.perf_counter()
    page.goto(url)
    page.locator(".js-plotly-plot").first.wait_for()
    return time.perf_counter() - start


def until(done: Callable[[], bool], start: float) -> float:
    while not done():
        time.sleep(0.01)
    return time.perf_counter() - start


def told(name: str, taken: list[float]) -> None:
    print(f"{name}: {median(taken):.2f} s (aim {AIMS[name]:g} s, n = {len(taken)})", flush=True)


def frame(seed: int) -> bytes:
    """A frame as a clinic's screenshot."""
    grey = render(draw(CENTRES["internal"], Pathology.MALIGNANT, seed)).image.pixels
    buffer = io.BytesIO()
    Image.fromarray((grey * 255).round().astype(np.uint8)).save(buffer, format="PNG")
    return buffer.getvalue()


if __name__ == "__main__":
    main()
