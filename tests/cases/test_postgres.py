"""The same log on a PostgreSQL server, started for the test from Debian's package."""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from tempfile import mkdtemp

import pytest

from sera_core.cases.log import Log
from sera_core.contracts import BadInput
from sera_core.exam import Pathology
from tests.cases.killed import left, run
from tests.cases.test_log import assert_same
from tests.exam.samples import exam

SERVER = sorted(Path("/usr/lib/postgresql").glob("*/bin"))


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    if not SERVER:
        assert not os.environ.get("CI"), "PostgreSQL is missing"
        pytest.skip("needs PostgreSQL (apt-get install postgresql)")
    folder = Path(mkdtemp(prefix="pg-"))
    who = {}
    if os.geteuid() == 0:  # which PostgreSQL refuses
        who = {"user": "postgres", "group": "postgres"}
        os.chown(folder, pwd.getpwnam("postgres").pw_uid, pwd.getpwnam("postgres").pw_gid)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]

    def control(name: str, *arguments: str) -> None:
        command = [SERVER[-1] / name, *arguments]
        subprocess.run(command, check=True, cwd=folder, stdout=subprocess.DEVNULL, timeout=60, **who)

    control("initdb", "-D", "data", "-U", "sera", "-A", "trust", "--no-sync", "-E", "UTF8")
    options = f"-p {port} -k {folder} -c listen_addresses=127.0.0.1"
    control("pg_ctl", "-D", "data", "-l", "log", "-w", "-o", options, "start")
    try:
        yield f"postgresql+psycopg://sera@127.0.0.1:{port}/postgres"
    finally:
        control("pg_ctl", "-D", "data", "-m", "immediate", "stop")
        shutil.rmtree(folder)


def test_a_case_lives_on_a_server_as_in_a_file(server: str) -> None:
    log, other = Log("her", server), Log("his", server)
    saved = exam(code="한국 %_")
    case = log.save(saved)
    assert_same(saved, log.open(case))
    log.set_pathology(case, 1, Pathology(6))
    (entry,) = log.find("국 %", pathology=True)
    assert (entry.id, entry.nodules[0].pathology) == (case, Pathology(6))
    assert log.save(replace(saved, nodules=saved.nodules * 2), case) == case
    assert len(log.open(case).nodules) == 2
    assert other.find() == ()
    with pytest.raises(BadInput, match="no case"):
        other.delete(case)
    log.delete(case)
    assert log.find() == ()


def test_savers_that_are_killed_lose_nothing_there_either(server: str) -> None:
    acknowledged, killed = run(server, 6)
    assert killed >= 2
    lost, torn, number = left(server, acknowledged)
    assert (lost, torn) == (set(), [])
    assert number >= len(acknowledged) >= 6


def test_a_server_that_does_not_answer_is_told_in_a_sentence() -> None:
    with pytest.raises(BadInput, match="The case log cannot be used"):
        Log(url="postgresql+psycopg://sera@127.0.0.1:1/postgres")
