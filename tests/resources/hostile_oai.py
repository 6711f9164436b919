"""A repository that misbehaves, as a process of its own: one way of it under each path.

``python -m tests.resources.hostile_oai`` prints its address. ``/count`` tells how often each
path was asked; ``/forget`` empties the counts.
"""

from __future__ import annotations

import http.server
import json
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit
from urllib.request import urlopen

HEAD = '<OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/"><responseDate>2026-03-01T10:00:00Z</responseDate><request>x</request>'
asked: Counter[str] = Counter()


class Hostile:
    """The running process."""

    def __init__(self) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.resources.hostile_oai"],
            cwd=Path(__file__).resolve().parents[2],
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self.process.stdout is not None
        self.url = self.process.stdout.readline().strip()
        self.host = self.url.split("/")[2]

    def counts(self) -> dict[str, int]:
        with urlopen(f"{self.url}/count", timeout=5) as answer:  # noqa: S310
            found: dict[str, int] = json.load(answer)
        return found

    def forget(self) -> None:
        urlopen(f"{self.url}/forget", timeout=5).close()  # noqa: S310

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(timeout=10)
        if self.process.stdout is not None:
            self.process.stdout.close()


def record(key: str, title: str = "", *, level: str = "CM1", deleted: bool = False) -> str:
    """Return a record in Dublin Core."""
    status = ' status="deleted"' if deleted else ""
    header = (
        f"<header{status}><identifier>{key}</identifier><datestamp>2026-03-01</datestamp></header>"
    )
    if deleted:
        return f"<record>{header}</record>"
    return (
        f'<record>{header}<metadata><dc xmlns="http://www.openarchives.org/OAI/2.0/oai_dc/" '
        f'xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>{title or key}</dc:title>'
        f"<dc:type>{level}</dc:type><dc:identifier>https://h.example/{key}</dc:identifier>"
        "</dc></metadata></record>"
    )


def listed(*records: str, token: str = "") -> str:
    following = f"<resumptionToken>{token}</resumptionToken>" if token else ""
    return f"{HEAD}<ListRecords>{''.join(records)}{following}</ListRecords></OAI-PMH>"


def error(code: str) -> str:
    return f'{HEAD}<error code="{code}">no</error></OAI-PMH>'


def pages(token: str) -> str:
    """Three honest pages: x1 to x6."""
    page = int(token or 1)
    rows = [record(f"x{n}", level="exercice") for n in (page * 2 - 1, page * 2)]
    return listed(*rows, token=str(page + 1) if page < 3 else "")


def forgets(token: str) -> str:
    """Lose the token of the second page once, then be honest."""
    return error("badResumptionToken") if token and asked["/forgets#list"] == 2 else pages(token)


def shrinks(token: str) -> str:
    """Show six notices the first time, five afterwards, with nothing said of the sixth."""
    first = asked["/shrinks#list"] <= 1
    return listed(*(record(f"s{n}", level="exercice") for n in range(1, 7 if first else 6)))


def vanishes(token: str) -> str:
    """Show ten notices the first time, one afterwards."""
    first = asked["/vanishes#list"] <= 1
    return listed(*(record(f"v{n}", level="exercice") for n in range(1, 11 if first else 2)))


def comes_and_goes(token: str) -> str:
    """Show a notice, then its deletion, then the notice again."""
    turn = asked["/comes_and_goes#list"]
    return listed(record("c1", level="exercice", deleted=turn == 2), record("c2", level="exercice"))


BEHAVIOURS: dict[str, Callable[[str], str]] = {
    "pages": pages,
    "forgets": forgets,
    "shrinks": shrinks,
    "vanishes": vanishes,
    "comes_and_goes": comes_and_goes,
    "circle": lambda token: listed(record("a", level="exercice"), token="again"),
    "empty": lambda token: listed(token=str(int(token or 0) + 1)),
    "lost": lambda token: error("badResumptionToken") if token else pages(""),
    "bomb": lambda _t: '<!DOCTYPE a [<!ENTITY a "aaaa">]>' + listed(record("&a;")),
    "broken": lambda _t: listed(record("a"))[:-20],
    "page": lambda _t: "<html><body>Bonjour</body></html>",
    "thief": lambda _t: listed(record("pm-precious", "Volé", level="exercice")),
    "words": lambda _t: listed(
        record("w1", level="danse"), record("w2", level="danse"), record("w3", level="exercice")
    ),
    "odd": lambda _t: listed(
        record("o1", level="exercice"),
        "<record><header><identifier>o2</identifier></header></record>",
        "<record/>",
        record("o1", "Le dernier mot", level="exercice"),
        record("o3", "x" * 300, level="exercice"),
    ),
    "nothing": lambda _t: error("noRecordsMatch"),
}


class Handler(http.server.BaseHTTPRequestHandler):
    """Answers after the path, whatever the verb."""

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        if parts.path == "/count":
            self.answer(json.dumps(asked))
            return
        if parts.path == "/forget":
            asked.clear()
            self.answer("")
            return
        verb, name = query.get("verb", ""), parts.path.strip("/")
        asked[parts.path] += 1
        if verb == "Identify":
            body = f"{HEAD}<Identify><repositoryName>{name}</repositoryName>"
            body += "<deletedRecord>no</deletedRecord><granularity>YYYY-MM-DD</granularity>"
            self.answer(body + "</Identify></OAI-PMH>")
        elif verb == "ListMetadataFormats":
            one = "<metadataFormat><metadataPrefix>oai_dc</metadataPrefix></metadataFormat>"
            self.answer(f"{HEAD}<ListMetadataFormats>{one}</ListMetadataFormats></OAI-PMH>")
        else:
            self.list_records(name, query)

    def list_records(self, name: str, query: dict[str, str]) -> None:
        key = f"/{name}#list"
        asked[key] += 1
        asked[f"/{name}?{query.get('resumptionToken', query.get('from', ''))}"] += 1
        if name == "busy" and asked[key] in {1, 3}:
            self.answer("", status=503, retry_after="7")
        elif name == "down":
            self.answer("", status=503)
        elif name == "gone":
            self.answer("", status=404)
        elif name == "flood":
            self.answer(listed(record("f", "y" * 13_000_000)))
        elif name == "inside":
            self.send_response(302)
            self.send_header("Location", "http://127.0.0.1:1/")
            self.send_header("Content-Length", "0")
            self.end_headers()
        else:
            way = pages if name == "busy" else BEHAVIOURS[name]
            self.answer(way(query.get("resumptionToken", "")))

    def answer(self, body: str, *, status: int = 200, retry_after: str = "") -> None:
        data = body.encode()
        self.send_response(status)
        if retry_after:
            self.send_header("Retry-After", retry_after)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_args: Any) -> None:
        pass


if __name__ == "__main__":
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    print(f"http://127.0.0.1:{server.server_address[1]}", flush=True)
    server.serve_forever()
