"""``python -m families.quotient_sandbox --port 8310``: a stand-in of API Particulier.

Answers ``/v3/dss/quotient_familial/identite`` as the real one does: token, recipient, twenty
calls a second a token and a thousand a minute an address, the same shapes of errors. Families
of the name ABSENT have no file, those named INCONNU are not recognised; all others have the
quotient that ``/sandbox/files`` gave them, or one drawn from their name. ``/sandbox/faults``
asks for trouble: ``down`` answers 503, ``drop`` hangs up, ``garbage`` and ``slow`` a while.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import threading
import time
import unicodedata
import zlib
from collections import defaultdict, deque
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from typing import Any
from urllib.parse import parse_qs, urlsplit

from core.standins import LocalServer, Quiet, serve

PATH = "/v3/dss/quotient_familial/identite"
PER_SECOND, PER_MINUTE = 20, 1000
_REQUIRED = ("nomNaissance", "prenoms[]", "sexeEtatCivil", "codeCogInseePaysNaissance")
_FRANCE = "99100"


def _plain(text: str) -> str:
    letters = unicodedata.normalize("NFKD", text)
    return "".join(c for c in letters if not unicodedata.combining(c)).upper().strip()


@dataclass
class Books:
    """What the stand-in knows and how it was asked to behave; shared by its threads."""

    token: str
    lock: threading.Lock = field(default_factory=threading.Lock)
    files: dict[str, int] = field(default_factory=dict)
    faults: dict[str, float] = field(default_factory=dict)
    calls: dict[str, deque[float]] = field(default_factory=lambda: defaultdict(deque))
    #: How often it was called, by the status answered.
    answered: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    per_second: int = PER_SECOND

    def take_fault(self, name: str) -> bool:
        """Use up one of the faults asked for."""
        with self.lock:
            left = self.faults.get(name, 0)
            if left < 1:
                return False
            self.faults[name] = left - 1
            return True

    def wait(self, who: str, most: int, span: float) -> float:
        """Count a call; return how long to wait if it is one too many."""
        now = time.monotonic()
        with self.lock:
            seen = self.calls[who]
            while seen and seen[0] <= now - span:
                seen.popleft()
            if len(seen) >= most:
                return span - (now - seen[0]) if seen else span
            seen.append(now)
            return 0.0

    def quotient_of(self, name: str, given: str) -> int:
        """Return the quotient on file, or one that the name always gives."""
        key = f"{_plain(name)} {_plain(given)}"
        with self.lock:
            return self.files.get(key, 180 + zlib.crc32(key.encode()) % 1700)


class Server(LocalServer):
    """A server, and what it remembers."""

    def __init__(self, port: int, token: str) -> None:
        super().__init__(port, Handler)
        self.books = Books(token)


def error(code: str, title: str, detail: str, provider: str = "CNAV") -> dict[str, Any]:
    """Return an error in the shape of API Particulier."""
    line = {"code": code, "title": title, "detail": detail, "meta": {"provider": provider}}
    return {"errors": [line]}


class Handler(Quiet, BaseHTTPRequestHandler):
    """One request."""

    server: Server

    def do_GET(self) -> None:
        """Answer a GET."""
        url = urlsplit(self.path)
        if url.path == PATH:
            self._quotient(parse_qs(url.query))
        elif url.path == "/healthz":
            self._json(200, {"ok": True})
        elif url.path == "/sandbox/state":
            with self.server.books.lock:
                state = {"answered": dict(self.server.books.answered)}
            self._json(200, state)
        else:
            self._json(404, error("00404", "Introuvable", "Cette adresse n'existe pas."))

    def do_POST(self) -> None:
        """Take what the panel asks: files, faults, reset."""
        size = min(int(self.headers.get("Content-Length") or 0), 100_000)
        values = json.loads(self.rfile.read(size) or b"{}")
        books = self.server.books
        with books.lock:
            if self.path == "/sandbox/files":
                books.files.update({_plain(k): int(v) for k, v in values.items()})
            elif self.path == "/sandbox/faults":
                books.per_second = int(values.pop("per_second", books.per_second))
                books.faults.update({k: float(v) for k, v in values.items()})
            elif self.path == "/sandbox/reset":
                books.files.clear()
                books.faults.clear()
                books.calls.clear()
                books.answered.clear()
                books.per_second = PER_SECOND
        self._json(200, {})

    def _quotient(self, query: dict[str, list[str]]) -> None:
        books = self.server.books
        bearer = self.headers.get("Authorization", "")
        if bearer != f"Bearer {books.token}":
            self._answer(401, error("00101", "Privilèges insuffisants", "Jeton inconnu."))
            return
        wait = books.wait(bearer, books.per_second, 1.0) or books.wait(
            self.client_address[0], PER_MINUTE, 60.0
        )
        if wait:
            detail = "Vous avez effectué trop de requêtes."
            self._answer(429, error("00429", "Trop de requêtes", detail), retry=wait)
            return
        if books.take_fault("drop"):
            self.close_connection = True
            self.connection.close()
            return
        if books.take_fault("slow"):
            time.sleep(1.2)
        if books.take_fault("down"):
            detail = "La CNAV ne répond pas."
            self._answer(503, error("10001", "Fournisseur de données indisponible", detail))
            return
        if books.take_fault("garbage"):
            self._answer(200, {"data": {"quotient_familial": None}})
            return
        self._answer(*self._found(query))

    def _found(self, query: dict[str, list[str]]) -> tuple[int, dict[str, Any]]:
        said = {name: values[0] for name, values in query.items()}
        missing = [name for name in _REQUIRED if not said.get(name)]
        born_here = said.get("codeCogInseePaysNaissance") == _FRANCE
        named = said.get("nomCommuneNaissance") and said.get("codeCogInseeDepartementNaissance")
        if born_here and not (named or said.get("codeCogInseeCommuneNaissance")):
            missing.append("codeCogInseeCommuneNaissance")
        recipient = said.get("recipient", "")
        if missing or len(recipient) != 14 or not recipient.isdigit():
            detail = f"Un ou plusieurs paramètres manquent : {', '.join(missing) or 'recipient'}."
            return 422, error("00366", "Entité non traitable", detail)
        name = _plain(said["nomNaissance"])
        if name == "INCONNU":
            detail = "L'identité n'a pas été reconnue."
            return 422, error("10366", "Identité non reconnue", detail)
        if name == "ABSENT":
            detail = "Le dossier allocataire n'a pas été trouvé auprès de la CNAF."
            return 404, error("23003", "Dossier allocataire absent CNAF", detail, "CNAF")
        today = time.localtime()
        given = said["prenoms[]"]
        data = {
            "allocataires": [
                {
                    "nom_naissance": name,
                    "nom_usage": None,
                    "prenoms": " ".join(query["prenoms[]"]).upper(),
                    "sexe": said["sexeEtatCivil"],
                }
            ],
            "enfants": [],
            "quotient_familial": {
                "fournisseur": "CNAF",
                "valeur": self.server.books.quotient_of(name, given),
                "annee": today.tm_year,
                "mois": today.tm_mon,
                "annee_calcul": today.tm_year,
                "mois_calcul": today.tm_mon,
            },
        }
        return 200, {"data": data, "links": {}, "meta": {}}

    def _answer(self, status: int, body: dict[str, Any], retry: float = 0.0) -> None:
        with self.server.books.lock:
            self.server.books.answered[str(status)] += 1
        self._json(status, body, retry)

    def _json(self, status: int, body: dict[str, Any], retry: float = 0.0) -> None:
        raw = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(raw)))
        if retry:
            self.send_header("Retry-After", str(max(1, round(retry))))
        self.end_headers()
        self.wfile.write(raw)


def main() -> int:
    """Start, say where, serve until told to stop; returns the exit status."""
    parser = argparse.ArgumentParser(prog="families.quotient_sandbox", description=__doc__)
    parser.add_argument("--port", type=int, default=8310)
    options = parser.parse_args()
    token = os.environ.get("QUOTIENT_API_TOKEN", "") or "demo"
    return serve("CAF", options.port, lambda: Server(options.port, token))


if __name__ == "__main__":
    sys.exit(main())
