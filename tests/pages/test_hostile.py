"""A table whose names would be pictures, formulas and tags: the Compare page shows them as words."""

from __future__ import annotations

from streamlit.testing.v1 import AppTest

from sera_core.ui.compare.sight import SEEN
from tests.predicted import made_up

CENTRE, MODEL = "C ![i](http://127.0.0.1:9999/c.png)", "=1+1 :red[x] $y$"


def test_names_reach_the_page_as_words(home: AppTest) -> None:
    home.run()
    page = home.switch_page("pages/2_Compare_models.py")
    page.session_state[SEEN] = set(range(1, 13))
    page.query_params["from"] = "Own file"
    page.run()
    table = made_up(models=(MODEL, "plain"))
    table["centre"] = table["centre"].replace("away", CENTRE)
    page.file_uploader[0].upload("mine.csv", table.to_csv(index=False).encode())
    page.run()
    assert not page.exception
    shown = [str(e.value) for kind in ("markdown", "caption", "info", "warning") for e in page.get(kind)]
    assert any(r"C !\[i\]" in text for text in shown), "the centre is named"
    assert not [text for text in shown if "![i]" in text or ":red[x]" in text or " $y$" in text]
