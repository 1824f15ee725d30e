"""Results kept for the next draw, bounded by their bytes; asked for twice at once, they are worked out once."""

from __future__ import annotations

import pickle
from collections import OrderedDict
from collections.abc import Callable, Hashable
from threading import Lock
from typing import Any, TypeVar

import streamlit as st

Answer = TypeVar("Answer")
EVERYBODY_S_BYTES, OWN_BYTES = 300_000_000, 200_000_000
OWN = "own_results"  # where a session keeps what was made of what it brought


class Shelf:
    """The results used last, as many as fit; safe to use from several sessions.

    Parameters
    ----------
    most_bytes : int
        What the results may weigh together, pickled. One that is heavier by itself is kept alone.
    """

    def __init__(self, most_bytes: int) -> None:
        self._most_bytes = most_bytes
        self._kept: OrderedDict[Hashable, tuple[Any, int]] = OrderedDict()
        self._gates: dict[Hashable, Lock] = {}
        self._lock = Lock()
        self.bytes = 0

    def ask(self, key: Hashable, work_out: Callable[[], Answer]) -> Answer:
        """The result of this key: the kept one, which must not be changed, or else a new one."""
        with self._lock:
            if key in self._kept:
                return self._take(key)
            gate = self._gates.setdefault(key, Lock())
        with gate:
            with self._lock:
                if key in self._kept:  # somebody else has just worked it out
                    return self._take(key)
            try:
                answer = work_out()
                weight = len(pickle.dumps(answer, pickle.HIGHEST_PROTOCOL))
                with self._lock:
                    self._put(key, answer, weight)
            finally:
                with self._lock:
                    self._gates.pop(key, None)
            return answer

    def known(self, key: Hashable) -> Any:
        """The kept result of this key, which must not be changed; None where there is none."""
        with self._lock:
            return self._take(key) if key in self._kept else None

    def put(self, key: Hashable, answer: object) -> None:
        """Keep a result that is known already, in place of one of the same key."""
        weight = len(pickle.dumps(answer, pickle.HIGHEST_PROTOCOL))
        with self._lock:
            _, lighter = self._kept.pop(key, (None, 0))
            self.bytes -= lighter
            self._put(key, answer, weight)

    def _take(self, key: Hashable) -> Any:
        self._kept.move_to_end(key)
        return self._kept[key][0]

    def _put(self, key: Hashable, answer: object, weight: int) -> None:
        self._kept[key] = (answer, weight)
        self.bytes += weight
        while self.bytes > self._most_bytes and len(self._kept) > 1:
            _, (_, lighter) = self._kept.popitem(last=False)
            self.bytes -= lighter


def shelf(own: bool) -> Shelf:
    """Where results lie: those of the reader's own image or file end with the session, all others serve everybody."""
    if not own:
        return _for_all()
    kept: Shelf = st.session_state.setdefault(OWN, Shelf(OWN_BYTES))
    return kept


@st.cache_resource(show_spinner=False)
def _for_all() -> Shelf:
    return Shelf(EVERYBODY_S_BYTES)
