"""What a table of predictions says of its columns and centres."""

from __future__ import annotations

from typing import Literal

READER = "reader_"  # how the name of a table's column begins that holds a reader's scores
Role = Literal["internal", "external"]
