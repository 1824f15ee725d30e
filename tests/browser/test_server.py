"""What the server does with what it was given: nothing is written, and nothing is kept when the page is closed."""

from __future__ import annotations

import re
import time
import urllib.request
from typing import TYPE_CHECKING

from tests.browser.conftest import KEPT_S

if TYPE_CHECKING:
    from playwright.sync_api import Browser

HELD = re.compile(r'cache_memory_bytes\{cache_type="UploadedFileManager",[^}]*\} (\d+)')


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
    assert held(app_url) >= before + len(sent)
    context.close()
    closed = time.monotonic()
    while held(app_url) > before and time.monotonic() < closed + 4 * KEPT_S:
        time.sleep(1)
    assert held(app_url) <= before
