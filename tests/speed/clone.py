"""From a fresh clone to the first page, as the README says."""

import os
import signal
import socket
import subprocess
import tempfile
import urllib.request
from pathlib import Path
from time import perf_counter, sleep

from tests.live.installation import ROOT
from tests.speed.figures import Figure

PATIENCE = 300


def measure() -> list[Figure]:
    """Seconds of ``git clone`` and ``make run`` until the sign-in page is there. Uses the package index."""
    with tempfile.TemporaryDirectory(prefix="headway-clone-") as folder:
        place, port = Path(folder) / "headway", _free_port()
        began = perf_counter()
        subprocess.run(["git", "clone", "--quiet", str(ROOT), str(place)], check=True)
        hidden = ("HEADWAY_", "VIRTUAL_ENV", "DJANGO_", "PYTHON")
        env = {name: value for name, value in os.environ.items() if not name.startswith(hidden)}
        with (Path(folder) / "log").open("wb") as log:
            run = subprocess.Popen(
                ["make", "run"],
                cwd=place,
                env={**env, "HEADWAY_PORT": str(port)},
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
            try:
                _wait_for_page(f"http://127.0.0.1:{port}/accounts/login/", run)
                spent = perf_counter() - began
            except RuntimeError as error:
                raise RuntimeError(f"{error}\n{(Path(folder) / 'log').read_text()[-3000:]}") from None
            finally:
                os.killpg(run.pid, signal.SIGTERM)
                run.wait(timeout=20)
        return [Figure(name="from clone to first page", value=spent, unit="s", aim=120)]


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _wait_for_page(address: str, run: "subprocess.Popen[bytes]") -> None:
    began = perf_counter()
    while perf_counter() - began < PATIENCE:
        if run.poll() is not None:
            raise RuntimeError(f"`make run` ended with {run.returncode}")
        try:
            with urllib.request.urlopen(address, timeout=5) as answer:  # noqa: S310 - our own address
                if answer.status == 200:
                    return
        except OSError:
            sleep(0.2)
    raise RuntimeError(f"No page within {PATIENCE} seconds")
