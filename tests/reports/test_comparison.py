"""The report of a comparison: one file, no network, every number, and words for what was done."""

from __future__ import annotations

import base64
import hashlib
import re

import pytest

from sera_core.evaluate.compare import compare
from sera_core.figures import palette
from sera_core.reports.comparison import Subject, html
from sera_core.wording.comparison import METHODS, name_of
from tests.predicted import made_up, read


def report(**changes: object) -> tuple[str, object]:
    predictions = read(made_up(**changes))  # type: ignore[arg-type]
    raters = (*predictions.models, *predictions.readers)
    subject = Subject(
        title="A <b>study</b>",
        positive="malignant",
        sha256=predictions.key,
        predictions=predictions,
        counted={centre: centre for centre in predictions.centres},
        labels=dict.fromkeys(predictions.centres, ""),
        looks=palette.series(raters),
        names={name: name_of(name) for name in raters},
    )
    found = compare(predictions)
    return html(found, subject), found


@pytest.fixture(scope="module")
def whole() -> tuple[str, object]:
    return report(readers=True, sizes=True)


def test_it_opens_without_network(whole: tuple[str, object]) -> None:
    text = whole[0]
    outside = re.findall(r"<(?:script|link|img)[^>]+(?:src|href)=", text)
    assert outside == []
    assert "Plotly.newPlot" in text


def test_it_holds_every_number_and_every_method(whole: tuple[str, object]) -> None:
    text, found = whole
    for row in found.glance.rows:  # type: ignore[attr-defined]
        assert f"{row.estimate:.3f} ({row.low:.3f} to {row.high:.3f})" in text
    for title, _ in METHODS:
        assert title in text
    assert "sha256" in text
    assert "Not a medical device" in text


def test_long_tables_are_folded_and_the_prevalence_curves_are_in(whole: tuple[str, object]) -> None:
    text, found = whole
    body = text.split("</script></head>")[1]
    assert f"<details><summary>{len(found.rows)} rows</summary>" in body  # type: ignore[attr-defined]
    assert "<details open" not in body
    part = body.split("PPV and NPV if the prevalence were another</h2>")[1].split("<h2>")[0]
    assert part.count("Plotly.newPlot") == 2  # one a centre


def test_names_from_a_file_are_text_and_cases_are_not_named(whole: tuple[str, object]) -> None:
    text = whole[0].split("</script></head>")[1]
    assert "A <b>study</b>" not in text
    assert "A &lt;b&gt;study&lt;/b&gt;" in text
    assert "home-p1" not in text


def test_one_model_at_few_cases_still_gives_a_report() -> None:
    text, _ = report(models=("only",), cases=4)
    assert "None could be computed" in text


@pytest.mark.parametrize(
    ("name", "said"),
    [("vgg16", "vgg16"), ("reader_2", "reader 2"), ("reader_1_ktirads2021", "K-TIRADS 2021, R1")],
)
def test_readers_are_named_in_words(name: str, said: str) -> None:
    assert name_of(name) == said


def test_nothing_is_fetched_and_only_its_own_scripts_run(whole: tuple[str, object]) -> None:
    text = whole[0]
    policy = re.search(r'Content-Security-Policy" content="([^"]+)"', text)
    assert policy is not None
    assert "default-src 'none'" in policy[1]
    assert "unsafe-inline" not in policy[1].split("style-src")[0], "no script but those that are named"
    scripts = re.findall(r"<script\b[^>]*>(.*?)</script>", text, re.DOTALL)
    for script in scripts:
        assert base64.b64encode(hashlib.sha256(script.encode()).digest()).decode() in policy[1]


def test_hostile_names_stay_words() -> None:
    """A model and a centre that would be a tag, an image, the end of a script."""
    table = made_up(models=("</script><script>alert(1)</script>", "<img src=x onerror=alert(1)>"))
    table["centre"] = table["centre"].replace("away", "<b>%{x}</b>")
    predictions = read(table)
    raters = predictions.models
    subject = Subject(
        title="<i>",
        positive="malignant",
        sha256="",
        predictions=predictions,
        counted={centre: centre for centre in predictions.centres},
        labels=dict.fromkeys(predictions.centres, ""),
        looks=palette.series(raters),
        names={name: name for name in raters},
    )
    text = html(compare(predictions), subject)
    body = text.split("</head>")[1]
    assert "alert(1)</script>" not in body
    assert not re.search(r"<(img|b>%|i>)", body)
    assert "%{x}</b>" not in body
