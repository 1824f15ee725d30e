"""Words from files, written where a program reads them again: they come back as words."""

from __future__ import annotations

import io

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from sera_core import escape

HOSTILE = [
    "![i](http://127.0.0.1:9999/c.png)",
    "<img src=x onerror=alert(1)>",
    "[press](javascript:alert(1))",
    "$\\frac{1}{0}$",
    ":red[text] :material/bug_report: :smile:",
    "**bold** _it_ `code` ~~out~~",
    "# heading",
    "- list",
    "1. list",
    "> quote",
    "a | b",
    "&lt;b&gt; &#60;",
    "http://evil.example www.evil.example a@b.example",
    "two\nlines",
    "\\",
]


def words_of(text: str) -> tuple[set[str], str]:
    """Kinds of tokens that a CommonMark parser (with links and tables) finds, and the words it would show."""
    parser = MarkdownIt("commonmark", {"linkify": False}).enable(["table", "strikethrough"])
    kinds, shown = set(), ""
    for block in parser.parse(text):
        kinds.add(block.type)
        for token in block.children or []:
            kinds.add(token.type)
            shown += token.content if token.type in ("text", "text_special") else " "
    return kinds, shown


@pytest.mark.parametrize("name", HOSTILE)
def test_markdown_of_a_name_is_one_paragraph_of_its_words(name: str) -> None:
    kinds, shown = words_of(escape.markdown(name))
    assert kinds <= {"paragraph_open", "inline", "paragraph_close", "text", "text_special"}, name
    assert shown.replace("\N{WORD JOINER}", "") == name.replace("\n", " ")


@settings(max_examples=400, deadline=None)
@given(st.text(st.sampled_from(list("ab 01.)-+=*_`[]()!<>#|~$:&\\{}@^/")), min_size=1, max_size=24))
def test_no_string_of_marks_formats_anything(name: str) -> None:
    kinds, shown = words_of(escape.markdown(name))
    assert kinds <= {"paragraph_open", "inline", "paragraph_close", "text", "text_special"}
    assert shown.replace("\N{WORD JOINER}", "").split() == name.split()


@pytest.mark.parametrize("name", HOSTILE)
def test_a_figure_gets_no_tag_no_template_and_no_formula(name: str) -> None:
    shown = escape.figure(name + "%{x}")
    assert not set("<>$") & set(shown)
    assert "%{" not in shown


@pytest.mark.parametrize("name", ["=1+1", "+cmd", "-2+3", "@SUM(A1)", "\t=1", "\r=1", "＝1+1", "'=1"])
def test_a_formula_is_led_by_an_apostrophe_and_comes_back(name: str) -> None:
    table = pd.DataFrame({"model": [name, "plain"], "p": [-0.5, 0.25], name: ["-0.5", "a-b"]})
    back = pd.read_csv(io.StringIO(escape.csv(table)), dtype=str)
    assert back["model"][0].startswith("'")
    assert back.columns[2].startswith("'")
    assert escape.bare(back["model"][0]) == name.replace("\r", "\n")
    assert back["model"][1] == "plain"
    assert back["p"].tolist() == ["-0.5", "0.25"], "numbers stay numbers"
    assert back.iloc[:, 2].tolist() == ["-0.5", "a-b"]
    assert table["model"][0] == name, "the table itself is not touched"


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=12))
def test_every_cell_comes_back(name: str) -> None:
    assert escape.bare(escape.cell(name)) == name.replace("\r", "\n")
