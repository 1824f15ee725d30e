"""How long a click on "next chapter" takes in the course, in Chromium, and how evenly its sliding window glides.

The click: until the chapter's script ended. The server is started for it; the first round through the course is cold
(models are loaded, nodules drawn), the second is warm. The window of the convolution chapter: the time from one drawn
frame to the next while it plays.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sera_core.benchmarks.browser import opened, settled
from sera_core.benchmarks.timing import Timing
from sera_core.ui.learn.chapters import CHAPTERS

if TYPE_CHECKING:
    from playwright.sync_api import Page

DEADLINE_S = 120
PLAYED, FRAMES = 5, 180  # the chapter whose window plays, and how many frames of it are timed
FRAME_MS = 1000 / 60
AIM_S = {"cold": 5.0, "warm": 0.5}
# Notes in seconds since now when the chapter is there and nothing runs any more.
WATCH = """number => {
  const start = performance.now()
  window.settled = null
  const look = () => {
    const app = document.querySelector('[data-testid=stApp]')
    const there = document.querySelector(`.st-key-chapter-${number}`)
    if (there && app.dataset.testScriptState === 'notRunning') window.settled = (performance.now() - start) / 1000
    else requestAnimationFrame(look)
  }
  look()
}"""

INTERVALS = """frames => new Promise((done) => {
  const times = []
  const look = (now) => { times.push(now); times.length <= frames ? requestAnimationFrame(look) : done(times) }
  requestAnimationFrame(look)
})"""


def benchmark() -> list[Timing]:
    """Seconds by the clock from a click to a settled chapter, cold and warm; milliseconds between frames.

    Raises
    ------
    BadInput
        Without a browser.
    """
    with opened(DEADLINE_S) as (page, url):
        return [line for round_ in AIM_S for line in _through(page, url, round_)] + _gliding(page, url)


def _through(page: Page, url: str, round_: str) -> list[Timing]:
    """The course from its beginning to its end."""
    first, *others = CHAPTERS
    page.goto(f"{url}/Learn?chapter={first}")
    page.locator(f".st-key-chapter-{first}").wait_for()
    settled(page)
    return [_turned(page, number, round_) for number in others]


def _turned(page: Page, number: int, round_: str) -> Timing:
    """Turn to the next chapter."""
    button = page.locator(".st-key-head-next button:visible")
    page.evaluate(WATCH, number)
    button.click()
    page.wait_for_function("window.settled !== null")
    taken = float(page.evaluate("window.settled"))
    settled(page)
    aim = AIM_S[round_]
    name = f"chapter {number}, {CHAPTERS[number].title}, {round_}"
    return Timing(name=name, value=taken, unit="s", versus=f"{aim:g} s", ratio=taken / aim)


def _gliding(page: Page, url: str) -> list[Timing]:
    """Play the window, and time the frames that the browser draws meanwhile."""
    page.goto(f"{url}/Learn?chapter={PLAYED}")
    play = page.locator("[data-do=play]")
    play.click()
    settled(page)
    times = page.evaluate(INTERVALS, FRAMES)
    play.click()
    lines = []
    for name, share in (("median", 50), ("95th percentile", 95)):
        taken = float(np.percentile(np.diff(times), share))
        line = Timing(name=f"chapter {PLAYED}, frame to frame while the window plays, {name}", value=taken, unit="ms",
                      versus=f"{FRAME_MS:.1f} ms", ratio=taken / FRAME_MS)  # fmt: skip
        lines.append(line)
    return lines
