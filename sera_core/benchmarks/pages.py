"""How fast the Compare page answers, against its aims.

Run without a browser (Streamlit's AppTest): what the server does from the first line of the page to the last. What a
browser then needs to draw is not in these numbers.
"""

from __future__ import annotations

import logging
from functools import cache

from streamlit.testing.v1 import AppTest

from sera_core.benchmarks.comparing import MILLION, MODELS, parquet
from sera_core.benchmarks.timing import Timing, processor, seconds
from sera_core.evaluate.compare import cutoffs
from sera_core.figures.palette import READER, series
from sera_core.files import ROOT
from sera_core.study.shipped import read_study
from sera_core.ui.compare.chosen import Chosen
from sera_core.ui.compare.confusion import show_move
from sera_core.ui.compare.sight import SEEN
from sera_core.ui.compare.source import FIRST

CELLS = 12
REPEATS = 5


def benchmark() -> list[Timing]:
    """The shipped study and a table of a million predictions, once everything was loaded before.

    Returns
    -------
    list of Timing
        Processor seconds: first cells, every cell, a moved cut-off; a large file read and its first cells drawn.
    """
    logging.getLogger("streamlit").setLevel(logging.ERROR)  # it warns of every call without a browser
    return [
        processor("Compare page, first cells, warm", _drawn(set()), 1.5),
        processor("Compare page, every cell, warm", _drawn(set(range(1, CELLS + 1))), 3),
        processor("Compare page, cut-off moved", _moved(), 0.3),
        processor("Compare page, a million predictions sent, first cells", _sent(), 5),
    ]


def _page(seen: set[int]) -> AppTest:
    page = AppTest.from_file(str(ROOT / "app.py"), default_timeout=600)
    page.run()
    page.switch_page("pages/2_Compare_models.py")
    page.query_params["study"] = FIRST
    page.query_params[f"which-{FIRST}"] = "All"
    page.session_state[SEEN] = seen
    return page


def _drawn(seen: set[int]) -> float:
    page = _page(seen).run()
    return seconds(page.run, REPEATS)


def _moved() -> float:
    page = AppTest.from_string(f"from {__name__} import move_alone\nmove_alone()", default_timeout=60).run()
    places = iter(range(10, 10 + REPEATS))

    def move() -> None:
        page.slider[0].set_value(next(places) / 100).run()

    return seconds(move, REPEATS)


def move_alone() -> None:
    """What is drawn again when a cut-off moves."""
    chosen = _chosen()
    show_move(chosen, chosen.predictions.models[0])


@cache
def _chosen() -> Chosen:
    study = read_study(FIRST)
    looks = series(study.predictions.models) | dict.fromkeys(study.predictions.readers, READER)
    return Chosen(study, False, study.predictions, cutoffs(study.predictions, study.cutoffs), looks)


def _sent() -> float:
    half = MILLION // MODELS // 2
    file = parquet(2 * half, {"internal": half, "A": half})
    page = _page(set())
    page.query_params["from"] = "Own file"
    page.run()
    page.file_uploader[0].upload("million.parquet", file)
    return seconds(page.run)
