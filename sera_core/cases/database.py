"""The database behind the case log: one SQLite file of the user's, or any that ``SERA_DATABASE_URL`` names.

SQLite keeps a write-ahead log (WAL), so that readers and a writer do not wait for each other, syncs it at every commit,
so that what was acknowledged outlives the process and the power, and overwrites with zeros what is deleted.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import platformdirs
from sqlalchemy import Connection, Engine, create_engine, event, make_url, text
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError

from sera_core.contracts import BadInput
from sera_core.files import writing

URL = "SERA_DATABASE_URL"
FILE = "cases.sqlite"
WAIT_SECONDS = 30
_ONE_AT_A_TIME = 7236  # names the lock under which a server's tables are brought up to date


def address() -> str:
    """Where the cases lie: the environment's URL, or a file in the user's data directory."""
    return os.environ.get(URL) or f"sqlite:///{Path(platformdirs.user_data_dir('sera', False)) / FILE}"


@cache
def engine(url: str) -> Engine:
    """The engine of an address, its tables brought up to date; one a process.

    Raises
    ------
    BadInput
        When there is no database there, or its tables are of a newer version of the program.
    """
    try:
        parsed = make_url(url)
        if parsed.get_backend_name() == "sqlite" and parsed.database:
            file = Path(parsed.database)
            with writing(file):
                file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
                file.touch(mode=0o600)  # SQLite's own log beside it takes the same rights
        made = create_engine(parsed, connect_args=_arguments(parsed.get_backend_name()))
    except (ArgumentError, NoSuchModuleError, ImportError) as error:
        raise BadInput(
            "database_url", f"{URL} names no database that can be used ({type(error).__name__}): see the README."
        ) from error
    if made.dialect.name == "sqlite":
        event.listen(made, "connect", _prepare)
        event.listen(made, "begin", _begin)
    with as_bad_input(), writer(made).begin() as connection:
        _upgrade(connection)
    return made


def writer(of: Engine) -> Engine:
    """The same engine for a transaction that writes: it waits for its turn at the start, not in the middle."""
    return of.execution_options(writes=True)


@contextmanager
def as_bad_input() -> Iterator[None]:
    """Turn what a database says against a request into one sentence."""
    try:
        yield
    except DBAPIError as error:
        raise BadInput(
            "database",
            f"The case log cannot be used ({str(error.orig).strip()}): see that its database is there and writable.",
        ) from error


def wipe(of: Engine) -> None:
    """Leave nothing of deleted rows in SQLite's write-ahead log; a server cleans up by its own rules."""
    if of.dialect.name == "sqlite":
        with of.connect() as connection:
            connection.connection.driver_connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")  # type: ignore[union-attr]


def _arguments(backend: str) -> dict[str, Any]:
    return {"timeout": WAIT_SECONDS} if backend == "sqlite" else {}


def _prepare(connection: Any, _record: object) -> None:
    """A new connection to SQLite; transactions are begun by :func:`_begin`, not by the driver."""
    connection.isolation_level = None
    for setting in ("journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON", "secure_delete = ON"):
        connection.execute(f"PRAGMA {setting}")


def _begin(connection: Connection) -> None:
    writes = connection.get_execution_options().get("writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _upgrade(connection: Connection) -> None:
    from alembic import command
    from alembic.config import Config
    from alembic.util import CommandError

    if connection.dialect.name == "postgresql":
        connection.execute(text(f"SELECT pg_advisory_xact_lock({_ONE_AT_A_TIME})"))
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations").replace("%", "%%"))
    config.attributes["connection"] = connection
    try:
        command.upgrade(config, "head")
    except CommandError as error:
        raise BadInput(
            "newer_log", "The case log was written by a newer version of this program: update the program."
        ) from error
