"""Database servers of the tests' own: on the loopback interface, a free port and a folder that is gone afterwards."""

import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

# With everything that ends a value in a connection unless it is quoted.
PASSWORD = 'it\'s "open" \\ sesame'
PATIENCE = 60


@dataclass(frozen=True)
class Server:
    """A running server: the connection to it, as far as its password, and a way to let it execute SQL."""

    kind: str
    connection: str
    execute: Callable[[str], None]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def postgres() -> Iterator[Server]:
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    initdb = str(found[-1]) if found else shutil.which("initdb")
    if initdb is None:
        pytest.skip("PostgreSQL is not installed here")
    programs, port = Path(initdb).parent, free_port()
    with _folder_of("postgres") as (folder, user):
        data, secret = folder / "data", folder / "password"
        secret.write_text(PASSWORD, encoding="utf-8")
        options = ["-A", "scram-sha-256", "--no-sync", "-E", "UTF8", "--locale=C", f"--pwfile={secret}"]
        _run([*user, initdb, "-D", data, "-U", "weft", *options], folder)
        settings = {"listen_addresses": "127.0.0.1", "unix_socket_directories": folder, "fsync": "off"}
        settings |= {"timezone": "America/New_York", "datestyle": "German"}
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        with _process([*user, programs / "postgres", "-D", data, "-p", str(port), *options], folder):
            asked = [programs / "psql", "-h", "127.0.0.1", "-p", str(port), "-U", "weft", "-d", "postgres", "-q"]
            environment = {**os.environ, "PGPASSWORD": PASSWORD, "PGCLIENTENCODING": "UTF8"}

            def execute(statement: str) -> None:
                _run([*asked, "-v", "ON_ERROR_STOP=1"], folder, statement, environment)

            _wait_for(lambda: execute("SELECT 1"))
            target = f"postgres:host=127.0.0.1 port={port} user=weft dbname=postgres password="
            yield Server("postgres", target, execute)


@contextmanager
def mysql() -> Iterator[Server]:
    install, server = shutil.which("mariadb-install-db"), shutil.which("mariadbd")
    client = shutil.which("mariadb")
    if not (install and server and client):
        pytest.skip("MariaDB is not installed here")
    port = free_port()
    with _folder_of("mysql") as (folder, user):
        data, pipe = folder / "data", folder / "socket"
        authentication = "--auth-root-authentication-method=normal"
        _run([*user, install, "--no-defaults", f"--datadir={data}", authentication, "--skip-test-db"], folder)
        options = ["--bind-address=127.0.0.1", f"--pid-file={folder / 'pid'}", "--innodb-flush-log-at-trx-commit=0"]
        zone = ["--default-time-zone=-05:00", "--character-set-server=utf8mb4"]
        started = [server, "--no-defaults", f"--datadir={data}", f"--socket={pipe}", f"--port={port}", *options, *zone]
        with _process([*user, *started], folder):
            asked = [client, "--no-defaults", "-u", "root", f"--socket={pipe}", "--default-character-set=utf8mb4"]
            _wait_for(lambda: _run(asked, folder, "SELECT 1"))
            made = "CREATE DATABASE shop; CREATE USER weft@'127.0.0.1' IDENTIFIED BY '{}'; GRANT ALL ON shop.* TO weft@'127.0.0.1'"
            _run(asked, folder, made.format(PASSWORD.replace("\\", "\\\\").replace("'", "''")))
            target = f"mysql:host=127.0.0.1 port={port} user=weft database=shop password="
            yield Server("mysql", target, lambda statement: _run([*asked, "shop"], folder, statement))


@contextmanager
def _folder_of(owner: str) -> Iterator[tuple[Path, list[str]]]:
    """A folder, and the beginning of commands that run as its owner; servers refuse to run as root."""
    folder = Path(tempfile.mkdtemp(prefix="weft-test-"))
    try:
        if os.geteuid() != 0:
            yield folder, []
        else:
            shutil.chown(folder, owner, owner)
            yield folder, ["setpriv", f"--reuid={owner}", f"--regid={owner}", "--clear-groups"]
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _process(command: list[str | Path], folder: Path) -> Iterator[None]:
    with open(folder / "log", "wb") as log, subprocess.Popen(command, cwd=folder, stdout=log, stderr=log) as process:
        try:
            yield
        finally:
            process.send_signal(signal.SIGINT if "postgres" in str(command) else signal.SIGTERM)
            process.wait(PATIENCE)


def _run(command: list[str | Path], folder: Path, given: str = "", environment: dict[str, str] | None = None) -> None:
    done = subprocess.run(command, cwd=folder, input=given, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


def _wait_for(answer: Callable[[], None]) -> None:
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            return answer()
        except AssertionError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)
