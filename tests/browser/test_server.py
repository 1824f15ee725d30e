"""What the server does with what it was given: nothing is written, and nothing is kept when the page is closed."""

from __future__ import annotations

import re
import time
import urllib.request
from typing import TYPE_CHECKING

from tests.browser.conftest import KEPT_S
from tests.images.files import encode, speckle
from tests.images.test_privacy import MARKER, files  # noqa: F401 - a fixture

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Browser

HELD = re.compile(r'cache_memory_bytes\{cache_type="UploadedFileManager",[^}]*\} (\d+)')


def test_names_in_a_file_are_on_no_page_and_in_no_line_of_the_log(
    browser: Browser,
    app_url: str,
    app_log: Path,
    files: list[Path],  # noqa: F811
) -> None:
    context = browser.new_context()
    page = context.new_page()
    page.set_default_timeout(120_000)
    for file in files[:2]:  # a whole one, and one that makes the library complain
        page.goto(f"{app_url}/Diagnose?source=Upload")
        page.locator('input[type="file"]').wait_for(state="attached")
        page.locator('input[type="file"]').set_input_files(file)
        page.locator(".st-key-cell-3").get_by_text("No verdict yet").wait_for()  # speckle holds no nodule
        assert MARKER[:8] not in page.content()
    context.close()
    assert MARKER[:8] not in app_log.read_text()


def test_the_browsers_way_back_keeps_the_readers_file(browser: Browser, app_url: str) -> None:
    """The browser comes back without the link's query, and Streamlit then gives a bound control its default."""
    page = browser.new_context().new_page()
    page.set_default_timeout(120_000)
    page.goto(f"{app_url}/Diagnose?source=Upload")
    field = page.locator('input[type="file"]')
    field.wait_for(state="attached")
    field.set_input_files({"name": "patient.png", "mimeType": "image/png", "buffer": encode(speckle(), "PNG")})
    page.locator(".st-key-cell-2").wait_for()
    page.get_by_role("link", name="Learn").first.click()
    page.wait_for_url("**/Learn*")
    page.get_by_role("heading", level=1).wait_for()
    page.go_back()
    page.get_by_text("patient.png is still here.").wait_for()
    page.get_by_text("Sample", exact=True).click()
    page.get_by_role("button", name="Truth").wait_for()
    page.context.close()


def held(app_url: str) -> int:
    """Bytes of uploads that the server says it holds."""
    with urllib.request.urlopen(f"{app_url}/_stcore/metrics?families=cache_memory_bytes", timeout=30) as answer:
        return sum(int(number) for number in HELD.findall(answer.read().decode()))


def test_a_large_upload_is_written_to_no_file_and_forgotten_with_its_session(browser: Browser, app_url: str) -> None:
    before, sent = held(app_url), b"a table without its columns\n" + b"0,1\n" * 1_500_000
    context = browser.new_context()
    page = context.new_page()
    page.set_default_timeout(120_000)
    page.goto(f"{app_url}/Compare_models?from=Own+file")
    field = page.locator('input[type="file"]')
    field.wait_for(state="attached")
    with page.expect_response(lambda answer: "/upload_file/" in answer.url and answer.request.method == "PUT") as put:
        field.set_input_files({"name": "large.csv", "mimeType": "text/csv", "buffer": sent})
    assert put.value.status == 204  # a temporary file of its size would have failed
    page.get_by_text("This table is not used").wait_for()
    assert held(app_url) >= len(sent)  # what earlier pages left may be forgotten by now
    context.close()
    closed = time.monotonic()
    while held(app_url) > before and time.monotonic() < closed + 4 * KEPT_S:
        time.sleep(1)
    assert held(app_url) <= before
