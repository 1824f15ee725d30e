"""How long a reader waits, in Chromium: from an act (a file given, a box let go) until its answer is on the screen.

The server is started for it; the first line is that of one that has just begun to load its models. A frame whose answer
does not come within the deadline is left out and said.
"""

from __future__ import annotations

import io
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from statistics import median
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

from sera_core.benchmarks.browser import opened, settled
from sera_core.benchmarks.timing import Timing
from sera_core.simulate.case import Pathology
from sera_core.simulate.centres import CENTRES
from sera_core.simulate.cohort import draw
from sera_core.simulate.render import render

if TYPE_CHECKING:
    from playwright.sync_api import FilePayload, Page

FRAMES = 7
DEADLINE_S = 30
PAGE_S = 60  # for a page and a cold server
# Notes when verdict and map first differ from what they were, in seconds since now.
WATCH = """() => {
  const verdict = () => document.querySelector('.st-key-glance h4')?.innerText
  const hosts = () => [...document.querySelectorAll('.st-key-viewer [data-testid=stBidiComponentIsolated]')]
  const map = () => hosts().map(host => host.shadowRoot?.querySelector('.heat')).find(Boolean)?.getAttribute('href')
  const figure = () => document.querySelector('.js-plotly-plot .main-svg') && 'drawn'
  const shown = { verdict, map, figure }
  const before = Object.fromEntries(Object.entries(shown).map(([name, now]) => [name, now()]))
  const start = performance.now()
  const seen = (window.seen = {})
  const look = () => {
    for (const [name, now] of Object.entries(shown)) {
      if (!(name in seen) && now() && now() !== before[name]) seen[name] = (performance.now() - start) / 1000
    }
    if (window.seen === seen && Object.keys(seen).length < 3) requestAnimationFrame(look)
  }
  look()
}"""


def benchmark(frames: int = FRAMES) -> list[Timing]:
    """Seconds by the clock, medians.

    Parameters
    ----------
    frames : int
        Of the simulator; on each a box is drawn too.

    Raises
    ------
    BadInput
        Without a browser.
    """
    with opened(PAGE_S) as (page, url):
        start = time.perf_counter()
        page.goto(f"{url}/Diagnose")
        page.locator(".st-key-glance h4").wait_for()
        lines = _line("cold server, page to verdict", 4, [time.perf_counter() - start])
        settled(page)
        given, drawn = zip(*(_frame(page, seed) for seed in range(frames)), strict=True)
        for act, answers in (("file given", given), ("box drawn", drawn)):
            for what, aim in (("verdict", 0.5), ("map", 0.7)):
                lines += _line(f"{act} to {what}", aim, [answer.get(what) for answer in answers])
        compare = [_opened(page, "Compare models") for _ in range(frames)]
    return lines + _line("Compare models, link to first figure", 0.6, compare)


def _frame(page: Page, seed: int) -> tuple[dict[str, float], dict[str, float]]:
    """Give a frame, then draw a box around its middle: when verdict and map came."""
    page.get_by_text("Upload", exact=True).first.click()
    settled(page)
    file: FilePayload = {"name": "frame.png", "mimeType": "image/png", "buffer": _png(seed)}
    given = _answered(page, lambda: page.locator("input[type=file]").set_input_files([file]), "verdict", "map")
    settled(page)
    svg = page.locator("svg[data-tool]").bounding_box()
    assert svg is not None
    x, y, width, height = (svg[side] for side in ("x", "y", "width", "height"))
    page.mouse.move(x + 0.3 * width, y + 0.3 * height)
    page.mouse.down()
    page.mouse.move(x + 0.5 * width, y + 0.5 * height, steps=4)
    page.mouse.move(x + 0.65 * width, y + 0.6 * height)
    drawn = _answered(page, page.mouse.up, "verdict", "map")
    settled(page)
    page.get_by_role("button", name="Reset").click()
    settled(page)
    return given, drawn


def _answered(page: Page, act: Callable[[], None], *wanted: str) -> dict[str, float]:
    """Seconds from the act to each part of its answer, as far as it came.

    The last one wanted is waited for; the others, where they come in the same words as before, are not seen to come.
    """
    from playwright.sync_api import TimeoutError as Late

    page.evaluate(WATCH)
    act()
    *others, last = wanted
    try:
        page.wait_for_function("last => last in window.seen", arg=last, timeout=DEADLINE_S * 1000)
    except Late:
        print(f"no {last} within {DEADLINE_S} s: not taken", file=sys.stderr, flush=True)
    with suppress(Late):
        page.wait_for_function("all => all.every(one => one in window.seen)", arg=others, timeout=2000)
    seen: dict[str, float] = page.evaluate("window.seen")
    return seen


def _opened(page: Page, title: str) -> float | None:
    """Open a page by its link, from Home."""
    page.get_by_role("link", name="Home").first.click()
    settled(page)
    link = page.get_by_role("link", name=title).first
    answer = _answered(page, link.click, "figure").get("figure")
    settled(page)
    return answer


def _line(name: str, aim: float, taken: Sequence[float | None]) -> list[Timing]:
    known = [one for one in taken if one is not None]
    if not known:
        return []
    value = median(known)
    return [Timing(name=f"{name} (n = {len(known)})", value=value, unit="s", versus=f"{aim:g} s", ratio=value / aim)]


def _png(seed: int) -> bytes:
    """A frame as a clinic's screenshot."""
    grey = render(draw(CENTRES["internal"], Pathology.MALIGNANT, seed)).image.pixels
    buffer = io.BytesIO()
    Image.fromarray((grey * 255).round().astype(np.uint8)).save(buffer, format="PNG")
    return buffer.getvalue()
