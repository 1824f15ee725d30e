"""How progress is told on stderr: lines in a log, one bar on a terminal."""

from __future__ import annotations

import logging
import re
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tqdm import tqdm

LOG = logging.getLogger("sera_core")
LEVELS = ("debug", "info", "warning", "error")
COUNTED = re.compile(r"(\d+)/(\d+)")  # what a line of progress counts by
QUICK = 2.0  # s that a bar waits, so that what is soon done shows none


def say(line: str) -> None:
    """A line of progress."""
    LOG.info(line)


def step(done: int, total: int, what: str) -> None:
    """A step that is only worth a bar, no line."""
    LOG.info(f"{done}/{total} {what}", extra={"bar": True})


class Teller(logging.Handler):
    """Writes to stderr; on a terminal lines that count (``3/20 frames``) move a bar."""

    def __init__(self) -> None:
        super().__init__()
        self._bar: tqdm | None = None

    def emit(self, record: logging.LogRecord) -> None:
        """Called by logging."""
        line = record.getMessage()
        counted = COUNTED.search(line) if sys.stderr.isatty() else None
        if counted:
            self._move(int(counted[1]), int(counted[2]), line)
        elif not getattr(record, "bar", False):
            print(line, file=sys.stderr, flush=True)

    def _move(self, done: int, total: int, line: str) -> None:
        from tqdm import tqdm

        if self._bar is None or self._bar.total != total:
            self.close()
            self._bar = tqdm(total=total, file=sys.stderr, delay=QUICK, leave=False)
        self._bar.set_description(COUNTED.sub("", line, count=1).strip(" ,"), refresh=False)
        self._bar.update(done - self._bar.n)

    def close(self) -> None:
        """Take the bar away."""
        if self._bar is not None:
            self._bar.close()
            self._bar = None
        super().close()
