"""The Venn diagram of errors, against counts made by a loop."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest

from sera_core.evaluate.compare import cutoffs, errors
from sera_core.figures.palette import series
from sera_core.figures.venn import error_venn
from tests.predicted import made_up, read

TABLE = read(made_up(readers=True))
RATERS = (*TABLE.models, *TABLE.readers)
LOOKS, NAMES = series(RATERS), {name: f"<{name}>" for name in RATERS}


@pytest.mark.parametrize("raters", [("alpha", "beta"), ("alpha", "gamma", "reader_1_acr2017")])
def test_every_part_holds_the_cases_that_exactly_these_get_wrong(raters: tuple[str, ...]) -> None:
    found = errors(TABLE, "away", frozen := cutoffs(TABLE), raters)
    figure = error_venn(found, LOOKS, NAMES)
    view = TABLE.at("away")
    wrong = np.stack([(view.score(r) >= frozen[r].value) != (view.label == 1) for r in raters])
    expected = {
        who: sum(tuple(case) == who for case in wrong.T.tolist()) for who in product((False, True), repeat=len(raters))
    }
    numbers, labels = figure.data
    said = [int(text.strip("</b>")) for text in numbers.text]
    assert sorted(said) == sorted(count for who, count in expected.items() if any(who))
    assert f"<b>{expected[(True,) * len(raters)]}</b>" == numbers.text[-1]
    for text, misses in zip(labels.text, wrong.sum(axis=1), strict=True):
        assert text.endswith(f"({misses})")
        assert text.startswith("&lt;")  # names come from people's files


@pytest.mark.parametrize("count", [2, 3])
def test_every_number_stands_in_its_own_part_of_the_circles(count: int) -> None:
    raters = RATERS[:count]
    figure = error_venn(errors(TABLE, "away", cutoffs(TABLE), raters), LOOKS, NAMES)
    middles = [((s.x0 + s.x1) / 2, (s.y0 + s.y1) / 2, (s.x1 - s.x0) / 2) for s in figure.layout.shapes]
    numbers = figure.data[0]
    covered = [
        tuple(np.hypot(x - a, y - b) < r for a, b, r in middles) for x, y in zip(numbers.x, numbers.y, strict=True)
    ]
    assert len(set(covered)) == 2**count - 1
    for inside, said in zip(covered, numbers.hovertemplate, strict=True):
        told = all(inside) or all((NAMES[r].strip("<>") in said) == i for r, i in zip(raters, inside, strict=True))
        assert told
        assert ("all of them" in said) == all(inside)


def test_one_or_four_raters_are_no_venn() -> None:
    for raters in (RATERS[:1], RATERS[:4]):
        with pytest.raises(ValueError, match="two or three"):
            error_venn(errors(TABLE, "away", cutoffs(TABLE), raters), LOOKS, NAMES)
