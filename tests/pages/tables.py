"""What the tests of Compare do on its page."""

from __future__ import annotations

import pandas as pd
from streamlit.testing.v1 import AppTest

KINDS = ("title", "subheader", "markdown", "caption", "warning", "info", "error", "code")


def words(at: AppTest) -> str:
    return " ".join(str(element.value) for kind in KINDS for element in at.get(kind))


def healthy(page: AppTest) -> AppTest:
    assert not page.exception
    assert [error.value for error in page.error] == []
    return page


def upload(page: AppTest, data: bytes, name: str = "mine.csv") -> AppTest:
    page.query_params["from"] = "Own file"
    page.run()
    page.file_uploader[0].upload(name, data)
    return page.run()


def own(page: AppTest, table: pd.DataFrame) -> AppTest:
    return healthy(upload(page, table.to_csv(index=False).encode()))
