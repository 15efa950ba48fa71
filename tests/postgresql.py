"""A PostgreSQL server of this session's own, and a database of each test's own in it.

`postgresql_url` is the address of a new, empty database. The server listens on a socket in a
directory that nobody else may enter, and on no network. It is given up where no server programs
are installed: such tests skip.
"""

import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Any

import psycopg
import pytest

PROGRAMS = "/usr/lib/postgresql"
USER = "postgres"
START_SECONDS = 60


class PostgresqlServer:
    """A server whose data lie in a directory; it can be stopped, killed and started again.

    Parameters
    ----------
    programs
        Directory of `initdb` and `postgres`.
    directory
        An empty directory with a short path; the data and the socket go there.
    """

    def __init__(self, programs: Path, directory: Path) -> None:
        self.programs, self.directory = programs, directory
        self.process: subprocess.Popen[bytes] | None = None
        if os.geteuid() == 0:
            shutil.chown(directory, USER, USER)
        self._run("initdb", "--auth=trust", "--no-sync", "-E", "UTF8", "-U", USER, "-D", self.data)

    @property
    def data(self) -> Path:
        """Directory of the server's data."""
        return self.directory / "data"

    def url(self, database: str) -> str:
        """Address of a database, as SQLAlchemy takes it."""
        return f"postgresql+psycopg://{USER}@/{database}?host={self.directory}"

    def connect(self, database: str = "postgres") -> "psycopg.Connection[Any]":
        """A connection that commits each statement."""
        return psycopg.connect(
            host=str(self.directory), user=USER, dbname=database, autocommit=True
        )

    def start(self) -> None:
        """Start the server; it accepts connections afterwards."""
        with (self.directory / "log").open("ab") as log:
            self.process = subprocess.Popen(
                [
                    self.programs / "postgres",
                    *("-D", self.data),
                    *("-k", self.directory),
                    *("-c", "listen_addresses="),
                    *("-c", "fsync=off"),  # a killed server loses nothing: the machine runs on
                    *("-c", "max_connections=200"),
                ],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                cwd=self.directory,
                **_identity(),
            )
        deadline = time.monotonic() + START_SECONDS
        while True:
            try:
                return self.connect().close()
            except psycopg.OperationalError:
                if self.process.poll() is not None or time.monotonic() > deadline:
                    raise
                time.sleep(0.05)

    def stop(self, how: signal.Signals = signal.SIGINT) -> None:
        """Stop the server and wait for it.

        SIGINT ends every session in good order; SIGQUIT ends them at once, and the next start
        recovers what was committed.
        """
        if self.process is not None:
            self.process.send_signal(how)
            self.process.wait(START_SECONDS)
            self.process = None

    def _run(self, program: str, *words: object) -> None:
        done = subprocess.run(
            [self.programs / program, *map(str, words)],
            capture_output=True,
            text=True,
            cwd=self.directory,
            check=False,
            **_identity(),
        )
        if done.returncode:
            raise RuntimeError(f"{program} failed: {done.stderr}")


def _identity() -> dict[str, Any]:
    """Whose process it is: PostgreSQL refuses to run as root."""
    return {"user": USER, "group": USER, "extra_groups": []} if os.geteuid() == 0 else {}


def server_programs() -> Path | None:
    """Directory of PostgreSQL's server programs: on the path, else Debian's newest."""
    found = shutil.which("initdb")
    if found:
        return Path(found).resolve().parent
    versions = [path.parent for path in Path(PROGRAMS).glob("*/bin/initdb")]
    return max(versions, key=lambda path: float(path.parent.name), default=None)


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[PostgresqlServer]:
    """A running server, for the whole session."""
    programs = server_programs()
    if programs is None:
        pytest.skip(
            f"no PostgreSQL server: initdb is neither on the path nor in {PROGRAMS}/*/bin; "
            "install postgresql"
        )
    directory = Path(tempfile.mkdtemp(prefix="duecast-pg-"))
    server = PostgresqlServer(programs, directory)
    try:
        server.start()
        yield server
    finally:
        server.stop(signal.SIGQUIT)
        shutil.rmtree(directory)


_NUMBERS = count(1)


@pytest.fixture
def postgresql_url(postgresql_server: PostgresqlServer) -> Iterator[str]:
    """Address of a new, empty database, which is dropped after the test."""
    name = f"test_{next(_NUMBERS)}"
    with postgresql_server.connect() as connection:
        connection.execute(f"CREATE DATABASE {name}".encode())
    yield postgresql_server.url(name)
    with postgresql_server.connect() as connection:
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Address of a new, empty database: a test that asks for it runs once on each kind."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'duecast.db'}"
    url: str = request.getfixturevalue("postgresql_url")
    return url
