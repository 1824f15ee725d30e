"""A running app, a Chromium to look at it with, and what every test of a page waits for and demands."""

from __future__ import annotations

import os
import resource
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest

from sera_core.benchmarks import browser as app
from sera_core.benchmarks.browser import settled as settled
from sera_core.cases.database import URL
from sera_core.classifiers.store import installed

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Locator, Page

SIZES = {"desk": (1440, 900), "phone": (390, 844)}
PROBES = "/_stcore/"  # Streamlit looks for its server below the page's own address first; those misses are its own
MEDIA = "/media/"  # what Streamlit keeps for every session together, and drops when it likes
KEPT_S = 20  # for which the server keeps the session of a closed page


@pytest.fixture(scope="session")
def ready() -> None:
    """For pages that have nothing to show without a network."""
    if not any(status.valid for status in installed()):
        missing("needs an installed model in models/")


@pytest.fixture(params=list(SIZES))
def opened(browser: Browser, request: pytest.FixtureRequest) -> Iterator[Page]:
    """An empty page in each of the sizes.

    In the end its console was silent, nothing stuck out sideways, and nothing was fetched that the server may have
    dropped by then, or may keep when the session is over.
    """
    size = request.param
    width, height = SIZES[size]
    context = browser.new_context(viewport={"width": width, "height": height}, has_touch=size == "phone")
    page, said, kept = context.new_page(), [], []
    page.on("console", lambda m: said.append(m.text) if m.type == "error" and PROBES not in m.location["url"] else None)
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("request", lambda asked: kept.append(asked.url) if urlsplit(asked.url).path.startswith(MEDIA) else None)
    page.set_default_timeout(120_000)
    try:
        yield page
        sideways = page.evaluate("document.documentElement.scrollWidth - innerWidth")
    finally:
        context.close()
    assert said == []
    assert kept == []
    assert sideways <= 0


def says(part: Locator, text: str) -> None:
    """Wait until it does."""
    from playwright.sync_api import expect

    expect(part).to_contain_text(text, timeout=20_000)


def missing(what: str) -> None:
    """A missing browser is a gap at home and a failure where it was promised."""
    if os.environ.get("CI"):
        pytest.fail(what)
    pytest.skip(what)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    if app.chromium() is None:
        missing("needs a Chromium: apt-get install chromium")
    with app.browser() as opened:
        yield opened


@pytest.fixture(scope="session")
def app_log(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the server says."""
    return tmp_path_factory.mktemp("app") / "log.txt"


@pytest.fixture(scope="session")
def database(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Where the server keeps cases."""
    return f"sqlite:///{tmp_path_factory.mktemp('cases') / 'cases.sqlite'}"


@pytest.fixture(scope="session")
def app_url(app_log: Path, database: str) -> Iterator[str]:
    settings = (f"--server.disconnectedSessionTTL={KEPT_S}", "--server.fileWatcherType=none")
    with app.served(app_log, *settings, env=os.environ | {URL: database}, preexec_fn=no_large_file) as url:
        yield url


def no_large_file() -> None:
    """Let the server fail where it would write a file of more than 4 MB: uploads are said to stay in memory."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (2**22, 2**22))
