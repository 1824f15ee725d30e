"""What the running server is told once: no upload touches the disk, a closed page's memory is given back in time, and
the models are loaded before anybody asks for them.

Streamlit keeps the session of a closed page for a while (``server.disconnectedSessionTTL``), so that a phone that lost
its network comes back to its case. What is past that time it lets go only when another page is opened or closed, which
may be the next morning.
"""

from __future__ import annotations

import asyncio
import ctypes
import gc
import sys
from collections.abc import Callable
from contextlib import suppress
from functools import cache
from threading import Thread

import streamlit as st
from starlette.formparsers import MultiPartParser
from streamlit.runtime import Runtime
from streamlit.runtime.app_session import AppSession

from sera_core.contracts import BadInput
from sera_core.diagnosis import warm

ARENA_MAX, ARENAS = -8, 2  # M_ARENA_MAX of malloc.h, and how many
SWEEPS = 4  # in the time for which a closed page's session is kept


@st.cache_resource(show_spinner=False)
def keep_house() -> None:
    """Called by every page, done once, and before any page can take an upload."""
    _few_arenas()
    largest = st.get_option("server.maxUploadSize") * 2**20
    MultiPartParser.spool_max_size = 2 * largest  # beyond its own 1 MB it would write an upload to a temporary file
    if Runtime.exists() and type(server := Runtime.instance()) is Runtime:  # a test's stand-in serves nobody
        loop = server._get_async_objs().eventloop  # the sessions are that thread's; nobody else may touch them
        asyncio.run_coroutine_threadsafe(_sweep(server), loop)
        warm_up()


@cache
def warm_up() -> None:
    """Load the models before anybody asks, once and beside everything else, so that a first verdict need not wait."""
    Thread(target=_warm, name="warm", daemon=True).start()


def _warm() -> None:
    with suppress(BadInput):  # no model is installed: the page says so
        warm()


async def _sweep(server: Runtime) -> None:
    pause = st.get_option("server.disconnectedSessionTTL") / SWEEPS
    here: dict[str, AppSession] = {}
    while True:
        await asyncio.sleep(pause)
        # asking for them drops those that are past their time
        now = {one.session.id: one.session for one in server._session_mgr.list_sessions()}
        over = here.keys() - now.keys()
        for name in over:
            _empty(here.pop(name))
        here = now
        if over:
            await asyncio.to_thread(_give_back)


def _empty(session: AppSession) -> None:
    """Take everything from a session that is over: the server's own loop still names the last one it served."""
    session.shutdown()
    session.session_state.clear()
    session._fragment_storage.clear()


def _give_back() -> None:
    """Free what no session holds any more, and hand it to the system where its C library can."""
    gc.collect()  # what a session held refers to itself in circles
    if (trim := _of_the_c_library("malloc_trim")) is not None:
        trim(0)


def _few_arenas() -> None:
    """Let glibc's threads share two heaps, before a session begins any.

    By default each session's threads fill heaps of their own, up to eight a core, and keep most of what is freed.
    """
    if (set_option := _of_the_c_library("mallopt")) is not None:
        set_option(ARENA_MAX, ARENAS)


def _of_the_c_library(name: str) -> Callable[..., int] | None:
    return getattr(ctypes.CDLL(None), name, None) if sys.platform == "linux" else None
