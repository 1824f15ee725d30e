"""Which study a design file asks for: of models it trains (no ``kind``), of installed ones, or of a shared part."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

from sera_core.contracts import BadInput
from sera_core.study.schema import read_as
from sera_core.study.stage import Stage
from sera_core.study.tables import Engine


def run_design(file: Path, stage: Stage, engine: Engine) -> list[dict[str, Any]]:
    """Run the study of a design file, whatever its kind, and return the rows of its result.

    Raises
    ------
    BadInput
        When the design cannot be read or names a kind that there is not.
    """
    kind = kind_of(file)
    if kind == "signs":
        from sera_core.study.describing import SignsDesign, run_signs

        return run_signs(read_as(SignsDesign, file), stage).to_dict("records")
    if kind == "outline":
        from sera_core.study import outlines

        design = read_as(outlines.Design, file)
        return outlines.run(design, file.parent, stage.within("outline")).to_dict("records")
    if kind == "outline-transfer":
        from sera_core.study.transfer import TransferDesign, run_transfer

        return run_transfer(read_as(TransferDesign, file), file.parent, stage.within(kind)).to_dict("records")
    if kind == "asked":
        from sera_core.study.asked import AskedDesign, run_asked

        return run_asked(read_as(AskedDesign, file), file.parent, stage).to_dict("records")
    if kind:
        known = "leave the kind out, or write 'asked', 'signs', 'outline' or 'outline-transfer'"
        raise BadInput("unknown_kind", f"{file} asks for a study of {kind!r}: {known}.")
    from sera_core.study.design import read_design
    from sera_core.study.run import run

    return run(read_design(file), file.parent, stage, engine=engine).to_dict("records")


def kind_of(file: Path) -> str:
    """The ``kind`` of a design; empty for a study of models, and where the file is wrong, which its reader tells."""
    try:
        return str(tomllib.loads(file.read_text(encoding="utf-8")).get("kind", ""))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError):
        return ""
