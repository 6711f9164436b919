"""Our own repository as a process of its own, over a database of its own: another city's.

``python -m tests.resources.oai_server`` prints its address, then obeys lines on its standard
input (``rename ID TITLE``, ``withdraw ID``, ``add ID TITLE``), answering ``ok`` to each.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import threading
from pathlib import Path
from socketserver import ThreadingMixIn
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

ROOT = Path(__file__).resolve().parents[2]
#: What it holds when it starts, by identifier.
TITLES = {
    "ville-1": "Les marées du port",
    "ville-2": "Fractions et gâteaux",
    "ville-3": "Le chant des baleines",
    "ville-4": "Compter jusqu’à cent",
    "ville-5": "Écrire une carte postale",
}


class OtherCity:
    """The running process."""

    def __init__(self) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.resources.oai_server"],
            cwd=ROOT,
            env={**os.environ, "DJANGO_SETTINGS_MODULE": "portal.settings"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.url = self._hear()
        self.host = self.url.split("/")[2]

    def _hear(self) -> str:
        assert self.process.stdout is not None
        told = self.process.stdout.readline().strip()
        assert told, "the other city's server did not start"
        return told

    def tell(self, *words: str) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(" ".join(words) + "\n")
        self.process.stdin.flush()
        assert self._hear() == "ok"

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(timeout=10)
        for pipe in (self.process.stdin, self.process.stdout):
            if pipe is not None:
                pipe.close()


class _Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True


class _Quiet(WSGIRequestHandler):
    def log_message(self, *_args: Any) -> None:
        pass


def _prepare(folder: str) -> None:
    """Point the settings at an empty database of this process and make its tables."""
    os.environ.update(
        {
            "DEMO": "1",
            "VAR_DIR": folder,
            "DATABASE_URL": f"sqlite:///{folder}/other.sqlite3",
            "CELERY_BROKER_URL": "memory://",
            "OAI_REPOSITORY": "autre-ville.example",
            "OAI_PAGE_SIZE": "2",
            "OAI_REQUESTS_PER_MINUTE": "100000",
            "CITY_NAME": "Autre-Ville",
        }
    )
    import django

    django.setup()
    from django.apps import apps
    from django.db import connection

    with connection.schema_editor() as editor:
        for model in apps.get_models():
            editor.create_model(model)


def _publish() -> None:
    from resources.catalogue import indexing
    from resources.exchange.provider import publishing

    indexing.changed()
    publishing.refresh()


def _obey(line: str) -> None:
    from core import clock
    from resources.catalogue.models import Resource
    from tests.factories.resources import ResourceFactory

    verb, identifier, *rest = line.split(" ", 2)
    found = Resource.objects.filter(identifier=identifier)
    if verb == "rename":
        found.update(title=rest[0], updated_at=clock.now())
    elif verb == "withdraw":
        found.update(state="withdrawn", updated_at=clock.now())
    elif verb == "add":
        ResourceFactory(identifier=identifier, title=rest[0], keywords=["port"])
    _publish()


def main() -> None:
    """Serve until the parent goes away."""
    with tempfile.TemporaryDirectory() as folder:
        _prepare(folder)
        from django.conf import settings
        from django.core.wsgi import get_wsgi_application

        for identifier, title in TITLES.items():
            _obey(f"add {identifier} {title}")
        server = make_server("127.0.0.1", 0, get_wsgi_application(), _Server, _Quiet)
        settings.PUBLIC_URL = f"http://127.0.0.1:{server.server_port}"
        settings.ALLOWED_HOSTS = ["*"]
        threading.Thread(target=server.serve_forever, daemon=True).start()
        print(f"{settings.PUBLIC_URL}/oai/", flush=True)
        for line in sys.stdin:
            _obey(line.rstrip("\n"))
            print("ok", flush=True)


if __name__ == "__main__":
    main()
