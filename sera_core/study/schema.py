"""A study's design file as frozen dataclasses: one reader for every kind of study."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import TypeVar

from pydantic import ConfigDict, TypeAdapter, ValidationError

from sera_core.contracts import BadInput

STRICT = ConfigDict(extra="forbid")  # an entry that nobody reads is a mistake
OWN_WORDS = {  # where pydantic speaks of Python
    "unexpected_keyword_argument": "there is no entry of this name",
    "missing": "this entry is missing",
    "too_short": "this list is empty or too short",
}
Design = TypeVar("Design")


def read_as(schema: type[Design], file: Path) -> Design:
    """The file's entries as ``schema``.

    Raises
    ------
    BadInput
        When the file is missing, no TOML, or an entry is missing, unknown or of the wrong kind; the message names it.
    """
    if not file.is_file():
        raise BadInput("no_design", f"There is no design file {file}: check the path.")
    try:
        return TypeAdapter(schema).validate_python(tomllib.loads(file.read_text(encoding="utf-8")))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BadInput("bad_design", f"{file.name} is not valid TOML: {error}.") from error
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        what = OWN_WORDS.get(first["type"], first["msg"])
        raise BadInput("bad_design", f"{file.name} is not valid at {where}: {what}.") from error
