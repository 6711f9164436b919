"""Nobody is led inside through an address: typed, redirected to, or changing its mind."""

from __future__ import annotations

import http.server
import socket
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest

from core.fetching import Fetched, Fetcher, FetchFailed, FetchRefused, is_public


class Site(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        port = self.server.server_address[1]
        targets = {
            "/gone": (301, "/here"),
            "/for-now": (302, "/here"),
            "/inside": (302, f"http://127.0.0.2:{port}/here"),
            "/metadata": (301, "http://169.254.169.254/latest/meta-data/"),
            "/file": (302, "file:///etc/passwd"),
            "/circle": (302, "/circle"),
        }
        if self.path in targets:
            status, target = targets[self.path]
            self.send_response(status)
            self.send_header("Location", target)
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        if self.path == "/trickle":
            self.send_response(200)
            self.send_header("Content-Length", "1000")
            self.end_headers()
            for _ in range(40):
                self.wfile.write(b"x")
                self.wfile.flush()
                time.sleep(0.05)
            return
        body = b"y" * 5000 if self.path == "/flood" else b"ici"
        self.send_response(404 if self.path == "/missing" else 200)
        self.send_header("Content-Type", "text/plain; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(body)

    def do_HEAD(self) -> None:
        self.do_GET()

    def log_message(self, *_args: Any) -> None:
        pass


@pytest.fixture(scope="module")
def site() -> Iterator[int]:
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Site)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server.server_address[1]
    server.shutdown()
    server.server_close()


def fetch(port: int, path: str, **limits: Any) -> Fetched:
    """Fetch as if 127.0.0.1, and it alone, were the open Internet."""
    fetcher = Fetcher(reach=lambda ip: ip == "127.0.0.1", ports={port, 80}, **limits)
    return fetcher.fetch(f"http://127.0.0.1:{port}{path}")


def test_an_answer_says_where_it_was_found_and_whether_it_moved_for_good(site: int) -> None:
    here = f"http://127.0.0.1:{site}/here"
    assert fetch(site, "/here") == Fetched(200, here, "", "text/plain", b"ici")
    assert fetch(site, "/gone").moved_to == here
    assert fetch(site, "/for-now").moved_to == ""
    assert fetch(site, "/missing").status == 404


@pytest.mark.parametrize("path", ["/inside", "/metadata", "/file"])
def test_a_redirection_inside_is_refused(site: int, path: str) -> None:
    with pytest.raises(FetchRefused):
        fetch(site, path)


@pytest.mark.parametrize(
    ("path", "limits", "code"),
    [
        ("/circle", {}, "loop"),
        ("/flood", {"max_bytes": 1000}, "big"),
        ("/trickle", {"seconds": 0.4}, "slow"),
    ],
)
def test_circles_floods_and_trickles_end(
    site: int, path: str, limits: dict[str, Any], code: str
) -> None:
    with pytest.raises(FetchFailed) as failed:
        fetch(site, path, **limits)
    assert failed.value.code == code


@pytest.mark.parametrize(
    "url",
    [
        "ftp://example.org/x",
        "http://user:secret@example.org/",
        "http://example.org:22/",
        "http:///x",
        "http://[::1/",
        "//example.org/x",
    ],
)
def test_only_plain_web_addresses_are_fetched(url: str) -> None:
    with pytest.raises(FetchRefused):
        Fetcher().fetch(url)


@pytest.mark.parametrize(
    "address",
    ["127.0.0.1", "10.0.0.8", "192.168.1.1", "169.254.169.254", "100.64.0.1", "::1", "0.0.0.1",
     "fd00::1", "fe80::1%eth0", "::ffff:10.0.0.8", "64:ff9b::7f00:1",
     "::7f00:1", "::ffff:0:7f00:1", "64:ff9b:1::7f00:1", "2002:7f00:1::", "224.0.0.1"],
)  # fmt: skip
def test_what_is_inside_is_known_whatever_it_is_wrapped_in(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize(
    "address", ["8.8.8.8", "2a00:1450::5", "::ffff:8.8.8.8", "64:ff9b::808:808"]
)
def test_the_open_internet_is_open(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize("url", ["http://127.0.0.1/", "http://[::1]/", "http://localhost/"])
def test_the_default_refuses_this_machine_by_any_name(url: str) -> None:
    with pytest.raises(FetchRefused) as refused:
        Fetcher().fetch(url)
    assert refused.value.code == "inside"


def test_a_name_is_looked_up_once_and_its_answer_kept(
    site: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Rebinding: the second answer would be the machine inside."""
    answers = iter(["127.0.0.1", "127.0.0.2"])
    asked = []

    def look_up(host: str, port: int, *_args: Any, **_kwargs: Any) -> list[Any]:
        asked.append(host)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (next(answers), port))]

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    fetcher = Fetcher(reach=lambda ip: ip == "127.0.0.1", ports={site})
    assert fetcher.fetch(f"http://rebinds.example:{site}/here").body == b"ici"
    assert asked == ["rebinds.example"]
    with pytest.raises(FetchRefused):
        fetcher.fetch(f"http://rebinds.example:{site}/here")


def test_a_name_that_answers_both_ways_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    both = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (ip, 80)) for ip in ("8.8.8.8", "10.0.0.8")]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_args, **_kwargs: both)
    with pytest.raises(FetchRefused) as refused:
        Fetcher().fetch("http://both.example/")
    assert refused.value.code == "inside"
