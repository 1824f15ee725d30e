"""The notebooks run from top to bottom, and come to the numbers of the page they were taken from."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import nbformat
import numpy as np
import pytest
from nbclient import NotebookClient
from streamlit.testing.v1 import AppTest

from sera_core.contracts import Box, CamMethod, Description, Patient
from sera_core.diagnosis import Request, diagnose
from sera_core.evaluate.compare import compare
from sera_core.evaluate.table import read_predictions, template
from sera_core.lessons.pooling import TALK, pool
from sera_core.lessons.window import Window
from sera_core.reports import literal
from sera_core.reports.notebook import Table, comparison_notebook, diagnosis_notebook, lesson_notebook
from sera_core.reports.record import to_json
from sera_core.simulate import SAMPLES, render
from tests.drawn import BOX

ROOT = Path(__file__).resolve().parents[2]


def executed(notebook: str, folder: Path) -> Iterator[str]:
    """The text of every result, in order."""
    book = nbformat.reads(notebook, as_version=4)
    (folder / "beside").touch()
    NotebookClient(book, timeout=120, resources={"metadata": {"path": str(folder)}}).execute()
    for cell in book.cells:
        for output in cell.get("outputs", ()):
            if output.output_type == "execute_result":
                yield output.data["text/plain"]


@pytest.fixture(autouse=True)
def package_at_hand(monkeypatch: pytest.MonkeyPatch) -> None:
    """The kernel starts elsewhere and must find the package, as one that was installed."""
    monkeypatch.setenv("PYTHONPATH", str(ROOT))


def test_a_diagnosis(tmp_path: Path) -> None:
    frame = render(SAMPLES["papillary"].case)
    found = diagnose(frame.image, Request(frame.box), Patient(size_mm=14.0, seen=Description.of(frame.descriptors)))
    *_, record = executed(diagnosis_notebook(found), tmp_path)
    told, expected = ast.literal_eval(record), to_json(found)
    assert {key: told[key] for key in expected if key != "warnings"} == {
        key: expected[key] for key in expected if key != "warnings"
    }


def test_a_comparison_of_the_reader_s_own_table(tmp_path: Path) -> None:
    data = template().to_csv(index=False).encode()
    (tmp_path / "어느 표.csv").write_bytes(data)
    predictions = read_predictions(data)
    notebook = comparison_notebook(Table("", "어느 표.csv", "real"), predictions)
    count, *_ = (text for text in executed(notebook, tmp_path) if text.isdecimal())
    assert int(count) == len(compare(predictions).rows)


def test_a_chapter_gives_the_numbers_it_shows(tmp_path: Path) -> None:
    home = AppTest.from_file(str(ROOT / "app.py"), default_timeout=120).run()
    learn = home.switch_page("pages/3_Learn.py")
    learn.query_params["chapter"] = "7"
    learn.query_params["pooling_stride"] = "1"
    learn.run()
    learn.button(key="notebook-pooling").click().run()
    assert not learn.exception
    assert not learn.error
    (answer,) = executed(lesson_notebook("Pooling", [partial(pool, TALK, Window(2, 1), "max")]), tmp_path)
    found = eval(answer, {"array": np.array, "float32": np.float32})
    assert {metric.label: metric.value for metric in learn.metric}["Output"] == " × ".join(map(str, found.shape))
    np.testing.assert_array_equal(found, [[6, 7, 8], [6, 7, 8], [3, 3, 4]])


@pytest.mark.parametrize(
    "value",
    [
        3,
        -0.25,
        None,
        "갑상선 'q\"",
        Box(1, 2, 3, 4),
        CamMethod.GRADCAM,
        (1,),
        (1, (2.5, "x")),
        [],
        {"a": Window(3, 2)},
        frozenset([1, 2]),
        Patient(size_mm=3.0),
        np.arange(6, dtype=np.float32).reshape(2, 3),
        np.linspace(0, 1, 5000).reshape(50, 100),
        np.array([1.0, np.inf]),
        float("inf"),
    ],
    ids=str,
)
def test_a_literal_gives_the_value_again(value: object) -> None:
    scope: dict[str, object] = {}
    exec("\n".join([*literal.imports(value), f"again = {literal.literal(value)}"]), scope)
    np.testing.assert_array_equal(scope["again"], value) if isinstance(value, np.ndarray) else None
    assert isinstance(value, np.ndarray) or scope["again"] == value


def test_a_chapter_s_calls_run(tmp_path: Path) -> None:
    book = nbformat.reads(lesson_notebook("Any", [partial(Box, 1, 2, width=3, height=BOX.height)]), as_version=4)
    assert f"Box(1, 2, width=3, height={BOX.height})" in book.cells[2].source
