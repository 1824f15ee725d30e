"""Two spellings of one name, and two names."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sera_core.names import identity, same, tidy, unify


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("DDTI", "DDTI "),
        ("DDTI", " ddti"),
        ("DDTI", "ＤＤＴＩ"),
        ("DDTI", "DDTI\u200b"),
        ("Seoul National", "seoul  national"),
        ("Seoul National", "Seoul\u00a0National"),
        ("부산", "\u1107\u116e\u1109\u1161\u11ab"),  # composed and decomposed
        ("Zürich", "ZU\u0308RICH"),
        ("Groß", "GROSS"),
        ("=1+1", "'=1+1"),
        ("a", "\ufeffa\n"),
    ],
)
def test_spellings_of_one_name(first: str, second: str) -> None:
    assert same(first, second)


@pytest.mark.parametrize(("first", "second"), [("A1", "A 1"), ("a", "b"), ("부산", "서울"), ("x-1", "x_1"), ("é", "e")])
def test_two_names(first: str, second: str) -> None:
    assert not same(first, second)


def test_the_first_spelling_is_shown_and_the_others_are_told() -> None:
    found = unify(["Seoul ", "Busan", "SEOUL", "Seoul", "busan"])
    assert found.shown == ("Seoul", "Busan")
    assert found.places == (0, 1, 0, 0, 1)
    (notice,) = found.notices("centres")
    assert notice.message == "Spellings of centres taken as one name: Seoul ('SEOUL'), Busan ('busan')."
    assert unify(["a", "b", "a"]).notices("centres") == ()


@settings(max_examples=500, deadline=None)
@given(st.text(max_size=10))
def test_tidying_twice_changes_nothing_and_keeps_who_is_who(name: str) -> None:
    assert tidy(tidy(name)) == tidy(name)
    assert identity(tidy(name)) == identity(name)


@pytest.mark.parametrize("spelling", ["DDTI", "DDTI ", " ddti", "ＤＤＴＩ"])
def test_training_frames_never_pass_as_external(spelling: str) -> None:
    from pathlib import Path
    from types import SimpleNamespace

    from sera_core.predict import is_home, may_have_seen
    from sera_core.train.manifest import Case

    card = SimpleNamespace(training=(SimpleNamespace(name="DDTI"),))
    case = Case("x", Path("x.png"), 0, 0.0, "p", spelling, "0", None)
    assert is_home(card, spelling)
    assert may_have_seen(card, case)
