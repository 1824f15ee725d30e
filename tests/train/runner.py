"""A training run in a process of its own, to be killed or doubled: ``python -m tests.train.runner FOLDER [BATCH]``."""

from __future__ import annotations

import sys
from pathlib import Path

from safetensors.torch import save_file

from sera_core.train.loop import finetune
from sera_core.train.recipes import Recipe
from tests.drawn import NETWORK, PREPARATION, frames

SHORT = Recipe("finetune", epochs=3, batch=7, rate=0.01, frozen_stages=5, averaging=0.8)


def main(folder: Path) -> None:
    fitted = finetune(NETWORK, frames(24), PREPARATION, SHORT, print, keep=folder)
    save_file({name: value.contiguous() for name, value in fitted.parts.state_dict().items()}, folder / "fitted")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
