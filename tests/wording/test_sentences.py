"""A sentence that a person reads stands in the program once."""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
MOST_WORDS = 6  # of a sentence that may stand twice


def test_no_sentence_stands_twice() -> None:
    places: dict[str, list[str]] = defaultdict(list)
    for file in sorted((ROOT / "sera_core").rglob("*.py")):
        for line, text in texts(ast.parse(file.read_text(encoding="utf-8"))):
            for sentence in sentences(text):
                places[sentence].append(f"{file.relative_to(ROOT)}:{line}")
    assert len(places) > 500, "the walk finds hardly a sentence"
    assert {sentence: where for sentence, where in places.items() if len(where) > 1} == {}


def test_the_walk_sees_sentences_of_every_kind() -> None:
    source = '''
def f(x):
    """A docstring of more than six words is no sentence of the page."""
    a = "One sentence of more than six words. Another of " "more than the six words."
    b = f"One SENTENCE of more than {x} six words: and <b>so</b> on."
'''
    found = [one for _, text in texts(ast.parse(source)) for one in sentences(text)]
    assert found == [
        "one sentence of more than six words",
        "another of more than the six words",
        "one sentence of more than six words",
    ]


def texts(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Every literal that is no docstring, with its line; what is put into it counts as nothing."""
    passed_over = set()
    for node in ast.walk(tree):
        body = getattr(node, "body", None)
        if isinstance(body, list) and body and isinstance(body[0], ast.Expr):
            passed_over.add(body[0].value)
        if isinstance(node, ast.JoinedStr):
            passed_over.update(one for one in ast.walk(node) if one is not node)
    for node in ast.walk(tree):
        if node in passed_over:
            continue
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.lineno, node.value
        elif isinstance(node, ast.JoinedStr):
            parts = [one.value if isinstance(one, ast.Constant) else " " for one in node.values]
            yield node.lineno, "".join(map(str, parts))


def sentences(text: str) -> Iterator[str]:
    """The sentences and clauses of a text that are long enough to count, as bare words."""
    for part in re.split(r"[.:;!?](?:\s|$)|\n", re.sub(r"<[^>]*>|%?{[^}]*}", " ", text)):
        words = re.findall(r"[^\W\d_]{2,}", part.lower())
        if len(words) > MOST_WORDS:
            yield " ".join(words)
