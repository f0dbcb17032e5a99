"""A throwaway PostgreSQL for a command: ``python -m tests.postgres -- pytest tests/live``.

It uses the system's binaries, listens on a Unix socket in a folder of its own, and is gone afterwards. The command
finds it by ``HEADWAY_DATABASE_URL``. Exit code 77 says that there are no binaries.
"""

import contextlib
import os
import pwd
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

ABSENT = 77
QUICK = ("fsync=off", "full_page_writes=off", "synchronous_commit=off")
"""Nobody needs a test database after a power cut."""


def binaries() -> Path | None:
    """The folder with ``initdb`` and ``pg_ctl``, the newest version first; None where PostgreSQL is not installed."""
    on_path = shutil.which("initdb")
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=_version, reverse=True)
    candidates = [*folders, *([Path(on_path).resolve().parent] if on_path else [])]
    return next((each for each in candidates if (each / "initdb").exists() and (each / "pg_ctl").exists()), None)


@contextlib.contextmanager
def cluster(*options: str) -> Iterator[str]:
    """A running server with an empty database; gives its address for ``HEADWAY_DATABASE_URL``.

    Raises:
        FileNotFoundError: PostgreSQL is not installed.
    """
    programs = binaries()
    if programs is None:
        raise FileNotFoundError("No PostgreSQL binaries: install the package postgresql")
    home = Path(tempfile.mkdtemp(prefix="headway-pg-"))
    owner = _owner(home)
    data, log = home / "data", home / "log"
    settings = (f"unix_socket_directories={home}", "listen_addresses=", "max_connections=200", *options)
    try:
        _run(owner, programs / "initdb", "-D", data, "-U", owner, "-A", "trust", "-E", "UTF8", "--no-sync")
        started = " ".join(f"-c {each}" for each in settings)
        _run(owner, programs / "pg_ctl", "-D", data, "-l", log, "-o", started, "-w", "start")
        try:
            _run(owner, programs / "createdb", "-h", home, "-U", owner, "headway")
            yield f"postgresql://{owner}@{quote(str(home), safe='')}/headway"
        finally:
            _run(owner, programs / "pg_ctl", "-D", data, "-m", "immediate", "-w", "stop")
    finally:
        shutil.rmtree(home, ignore_errors=True)


def _version(folder: Path) -> int:
    digits = folder.parent.name
    return int(digits) if digits.isdigit() else 0


def _owner(home: Path) -> str:
    """Who runs the server: ourselves, but PostgreSQL refuses to be run by root."""
    if os.geteuid() != 0:
        return pwd.getpwuid(os.geteuid()).pw_name
    shutil.chown(home, "postgres")
    return "postgres"


def _run(owner: str, program: Path, *arguments: str | Path) -> None:
    command = [str(program), *(str(each) for each in arguments)]
    done = subprocess.run(
        command,
        user=owner if os.geteuid() == 0 else None,
        stdin=subprocess.DEVNULL,
        # pg_ctl leaves the server behind with our pipe open: a file is read where a pipe would be waited for.
        stdout=(output := tempfile.TemporaryFile()),  # noqa: SIM115 - closed with the process
        stderr=subprocess.STDOUT,
        cwd="/",
        check=False,
    )
    if done.returncode:
        output.seek(0)
        raise RuntimeError(f"{program.name} failed:\n{output.read().decode()}")


def main(arguments: list[str]) -> int:
    """Run the command that follows ``--`` with a server of its own; gives its exit code."""
    command = arguments[1:] if arguments[:1] == ["--"] else arguments
    if binaries() is None:
        print("NO POSTGRESQL: install the package postgresql to run this on PostgreSQL too", file=sys.stderr)
        return ABSENT
    with cluster(*QUICK) as address:
        return subprocess.run(command, env={**os.environ, "HEADWAY_DATABASE_URL": address}, check=False).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
