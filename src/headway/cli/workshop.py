"""Where one job is done: a process of its own, forked from one that has Django loaded and no connection open.

Importing this module loads Django and every kind of job; the fork server does it once, so that a job begins in
milliseconds.
"""

import os
import threading
from importlib import import_module
from multiprocessing import connection as pipes
from multiprocessing import parent_process

from headway.cli import prepare

prepare()

from headway.features.apps import load_jobs  # noqa: E402 - Django has to be there first
from headway.kit import logs  # noqa: E402
from headway.kit.settings import settings  # noqa: E402
from headway.store.jobs import carry_out  # noqa: E402

load_jobs()


def do(job_id: int, modules: tuple[str, ...]) -> None:
    """Do one job, then end; ``modules`` register further kinds."""
    # A group of its own, so that whatever the job starts can be ended along with it.
    os.setsid()
    threading.Thread(target=_end_with_parent, name="watch-parent", daemon=True).start()
    ours = settings()
    logs.configure(ours.log_level, ours.log_format)
    for module in modules:
        import_module(module)
    carry_out(job_id)


def _end_with_parent() -> None:
    parent = parent_process()
    if parent is not None:
        pipes.wait([parent.sentinel])
        os.killpg(0, 9)
