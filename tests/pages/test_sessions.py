"""What one session brings stays its own, and stays as long as it: sessions side by side in one server."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from threading import Barrier, Thread

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from sera_core.evaluate.compare import cutoffs
from sera_core.evaluate.results import Cutoff
from sera_core.simulate.render import render
from sera_core.simulate.samples import SAMPLES
from sera_core.study.shipped import Study, read_study, study_names
from sera_core.ui.compare.chosen import shelved
from sera_core.ui.compare.sight import SEEN
from sera_core.ui.shelf import OWN, Shelf, shelf
from tests.pages.desk import SOLID, Png, describe
from tests.pages.desk import upload as upload_image
from tests.pages.tables import healthy, own, upload, words
from tests.predicted import made_up

ROOT = Path(__file__).resolve().parents[2]


def compare_page() -> AppTest:
    """A session of its own, at the top of the Compare page."""
    home = AppTest.from_file(str(ROOT / "app.py"), default_timeout=120)
    home.run()
    page = home.switch_page("pages/2_Compare_models.py")
    page.session_state[SEEN] = set()
    return page


def kept(results: Shelf, study: Study) -> dict[str, Cutoff]:
    """The cut-offs that the page used; it must have used some."""
    return results.ask((shelved(study), "cutoffs", "{}"), lambda: pytest.fail("the page did not ask"))


@pytest.mark.parametrize("name", study_names())
def test_a_table_of_ones_own_changes_no_shipped_study(name: str) -> None:
    file = ROOT / "models" / "studies" / name / "predictions.parquet"
    own_page = healthy(upload(compare_page(), file.read_bytes(), "predictions.parquet"))
    shipped = compare_page()
    shipped.query_params["study"] = name
    healthy(shipped.run())
    study = read_study(name)
    mine = replace(study, name="own", domain="real", models={})
    assert kept(own_page.session_state[OWN], mine) == cutoffs(study.predictions, {})
    assert kept(shelf(own=False), study) == cutoffs(study.predictions, study.cutoffs)


def test_a_table_read_again_as_simulated_is_another_table() -> None:
    page = compare_page()
    table = made_up(("alpha",)).drop(columns="domain")
    own(page, table)
    assert "away (60 malignant, 60 benign)" not in words(page)  # what 1 means in a real table is not known
    page.segmented_control(key="own_kind").set_value("simulated").run()
    assert "away (60 malignant, 60 benign)" in words(healthy(page)).replace("\\", "")


def test_a_table_outlives_a_visit_to_another_page_and_no_other_session_sees_it() -> None:
    page = compare_page()
    own(page, made_up())
    page.switch_page("pages/3_Learn.py").run()
    page.switch_page("pages/2_Compare_models.py")
    page.query_params["from"] = "Own file"
    healthy(page.run())
    assert "mine.csv is still here." in [text.value for text in page.text]
    assert "No table yet" not in words(page)
    other = compare_page()
    other.query_params["from"] = "Own file"
    assert "No table yet" in words(other.run())
    page.button(key="forget-predictions").click().run()
    assert "No table yet" in words(page)


def test_a_case_outlives_a_visit_to_another_page_until_reset(page: AppTest, model: str, png: Png) -> None:
    page.run()
    pixels = render(SAMPLES["papillary"].case).image.pixels
    upload_image(page, "patient.png", png((pixels * 255).round().astype(np.uint8)))
    page.text_input(key="size_mm").set_value("17.0").run()
    describe(page, **SOLID)
    before = page.session_state["diagnosed"]
    page.switch_page("pages/3_Learn.py").run()
    page.switch_page("pages/1_Diagnose.py")
    page.query_params["source"] = "Upload"  # as the browser does
    healthy(page.run())
    after = page.session_state["diagnosed"]
    assert "patient.png is still here." in [text.value for text in page.text]
    assert after.image.key == before.image.key
    assert after.patient == before.patient
    assert after.patient.size_mm == 17
    assert after.patient.seen.descriptors is not None
    other = AppTest.from_file(str(ROOT / "app.py"), default_timeout=120).run().switch_page("pages/1_Diagnose.py")
    other.query_params["source"] = "Upload"  # as after a reload
    assert "No image yet" in words(other.run())
    page.button(key="reset").click().run()
    page.segmented_control(key="source").set_value("upload").run()
    assert "No image yet" in words(page)


def test_a_shelf_works_a_result_out_once_and_holds_no_more_than_it_may() -> None:
    shelf, asked, together = Shelf(10_000), [], Barrier(8)

    def work_out(number: int) -> bytes:
        asked.append(number)
        return bytes([number]) * 3_000

    def ask(number: int) -> None:
        together.wait()
        assert shelf.ask(number, lambda: work_out(number)) == bytes([number]) * 3_000

    threads = [Thread(target=ask, args=(number % 2,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(asked) == [0, 1]
    for number in (2, 0, 3, 0, 4):
        shelf.ask(number, lambda number=number: work_out(number))
    assert shelf.bytes <= 10_000
    assert sorted(asked) == [0, 1, 2, 3, 4]  # 0 was used in between and was never dropped
    with pytest.raises(ZeroDivisionError):
        shelf.ask("fails", lambda: 1 / 0)
    assert shelf.ask("fails", lambda: 1) == 1


@pytest.mark.parametrize("page", ["app.py", "pages/1_Diagnose.py", "pages/2_Compare_models.py", "pages/3_Learn.py"])
def test_a_server_that_knows_its_users_shows_nothing_before_they_sign_in(page: str) -> None:
    at = AppTest.from_file(str(ROOT / page), default_timeout=120)
    at.secrets["auth"] = {"redirect_uri": "http://localhost:8501/oauth2callback", "client_id": "sera"}
    at.run()
    assert not at.exception
    assert [button.label for button in at.button] == ["Sign in"]
    assert not at.subheader
