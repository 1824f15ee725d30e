"""Every file that the pages offer, asked for with a table and an image of the reader's own."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd
import pytest
from sklearn.metrics import roc_auc_score

from tests.browser.conftest import settled
from tests.browser.test_compare import cell, near
from tests.browser.test_diagnose import choose_file, frame_png  # noqa: F401 - a fixture
from tests.predicted import made_up

if TYPE_CHECKING:
    from playwright.sync_api import Page

OFFERED = '[class*="st-key-download-"] button'
VIEWS = {5: ("Two centres", "With the reader", "No worse than"), 10: ("Which ones", "What each adds", "Features")}
desk = pytest.mark.parametrize("opened", ["desk"], indirect=True)


def taken(page: Page, files: dict[str, bytes]) -> dict[str, bytes]:
    """Press every button that offers a file not yet taken, and keep what came by the button's key."""
    for button in page.locator(OFFERED).all():
        words = button.locator('xpath=ancestor::*[contains(@class, "st-key-")][1]').get_attribute("class") or ""
        key = next(word for word in words.split() if word.startswith("st-key-"))
        if key not in files:
            with page.expect_download(timeout=120_000) as saved:
                button.click()
            files[key] = saved.value.path().read_bytes()
    return files


@desk
def test_a_table_of_ones_own_gives_every_file_of_compare(opened: Page, app_url: str, tmp_path: Path) -> None:
    opened.goto(f"{app_url}/Compare_models?from=Own+file")
    opened.locator('input[type="file"]').wait_for(state="attached", timeout=120_000)
    files = taken(opened, {})  # the template, before there is a table
    table = made_up(("alpha", "beta"), readers=True, sizes=True)
    sent = {"name": "mine.csv", "mimeType": "text/csv", "buffer": table.to_csv(index=False).encode()}
    opened.locator('input[type="file"]').set_input_files(sent)
    cell(opened, 12).wait_for(timeout=180_000)
    for number in range(2, 12):
        near(opened, number)
    opened.get_by_text("Partial AUC for").click()
    settled(opened)
    taken(opened, files)
    for number, views in VIEWS.items():
        for view in views:
            near(opened, number).get_by_text(view, exact=True).first.click()
            settled(opened)
            taken(opened, files)
    assert len(files) >= 20
    assert all(files.values())
    numbers = pd.read_csv(io.BytesIO(files["st-key-all-numbers"]))
    got = numbers.query("metric == 'auc' and model == 'alpha' and centre == 'away' and subgroup.isna()")
    away = table.query("model == 'alpha' and centre == 'away'")
    assert got["estimate"].iloc[0] == pytest.approx(roc_auc_score(away["label"], away["probability"]), abs=1e-9)
    assert b"mine.csv" in files["st-key-report"]
    for key, content in files.items():
        if key.endswith("-csv"):
            assert len(pd.read_csv(io.BytesIO(content)).columns) > 1, key
    read_as_a_file(opened, files["st-key-report"], tmp_path / "report.html")


def read_as_a_file(opened: Page, report: bytes, file: Path) -> None:
    """Under its own policy every figure of a report is drawn, nothing is refused and nothing is fetched."""
    file.write_bytes(report)
    page, said, asked = opened.context.new_page(), [], []
    page.on("console", lambda message: said.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("request", lambda request: asked.append(request.url))
    page.goto(file.as_uri())
    figures = report.split(b"</script></head>")[1].count(b"Plotly.newPlot")
    page.wait_for_function(
        "n => document.querySelectorAll('.js-plotly-plot .xy, .js-plotly-plot .table').length >= n", arg=figures
    )
    assert figures >= 5
    assert said == []
    assert [url for url in asked if not url.startswith(("file:", "data:", "blob:"))] == []
    page.close()


@desk
def test_an_image_of_ones_own_gives_every_file_of_diagnose(
    opened: Page,
    app_url: str,
    ready: None,
    frame_png: bytes,  # noqa: F811
) -> None:
    opened.goto(f"{app_url}/Diagnose")
    opened.locator(".st-key-cell-7").wait_for(timeout=120_000)
    choose_file(opened, "frame.png", frame_png)
    opened.locator(".st-key-pdf").wait_for(timeout=60_000)
    files = taken(opened, {})
    assert set(files) >= {"st-key-pdf", "st-key-json", "st-key-opinions-csv", "st-key-fidelity-csv"}
    assert files["st-key-pdf"].startswith(b"%PDF-")
    told = json.loads(files["st-key-json"])["nodules"][0]["diagnosis"]
    rows = pd.read_csv(io.BytesIO(files["st-key-opinions-csv"]))
    mine = rows.set_index("model").loc[told["model"], "probability"]
    assert mine == pytest.approx(told["probability"], abs=1e-6)
    taken(opened, {})  # and again
