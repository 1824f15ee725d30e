"""Words in English and Korean: on hover where they stand, behind a button, and as a page."""

from __future__ import annotations

from streamlit.testing.v1 import AppTest

from sera_core.ui.learn.chapters import CHAPTERS
from sera_core.ui.learn.glossary import WORDS, explained


def test_every_word_has_its_korean_and_one_sentence_and_every_chapter_its_words() -> None:
    assert len({word.english.lower() for word in WORDS}) == len(WORDS)
    for word in WORDS:
        assert any("\uac00" <= sign <= "\ud7a3" for sign in word.korean)
        assert word.plain.endswith(".")
        assert "<" not in word.plain
    for number in CHAPTERS:
        assert any(number in word.chapters for word in WORDS)


def test_a_word_is_explained_once_and_not_within_another() -> None:
    said = explained("The learning rate is no kernel; kernels of a kernel trick, hyperkernels.")
    assert said.count("<abbr") == 3
    assert ">learning rate</abbr>" in said
    assert ">kernel trick</abbr>" in said
    assert "hyperkernels" in said
    assert "학습률" in said


def test_the_page_lists_all_and_finds_by_either_language(learn: AppTest) -> None:
    learn.query_params["chapter"] = "glossary"
    learn.run()
    assert not learn.exception
    assert not learn.warning
    assert len(learn.table[0].value) == len(WORDS)
    learn.text_input(key="glossary_find").set_value("민감도").run()
    assert list(learn.table[0].value["English"]) == ["sensitivity"]
    learn.text_input(key="glossary_find").set_value("zebra").run()
    assert "zebra" in learn.info[0].value
