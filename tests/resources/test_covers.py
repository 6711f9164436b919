"""Pictures of resources: fetched from a real server, never from inside, served by us."""

from __future__ import annotations

import http.server
import io
import socket
import threading
import zlib
from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from PIL import Image

from core import clock
from core.accounts.roles import Role
from core.errors import RuleBroken
from core.fetching import Fetcher
from core.journal import SYSTEM
from resources.catalogue import covers
from resources.catalogue.models import Cover, Resource
from tests.factories.accounts import UserFactory
from tests.factories.resources import PupilAccountFactory, ResourceFactory

pytestmark = pytest.mark.django_db


def picture(kind: str = "PNG", size: tuple[int, int] = (900, 600)) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, (20, 90, 140)).save(out, kind)
    return out.getvalue()


def bomb() -> bytes:
    """Return a small PNG that says it has 900 million pixels."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        body = kind + data
        return len(data).to_bytes(4, "big") + body + zlib.crc32(body).to_bytes(4, "big")

    header = (30_000).to_bytes(4, "big") * 2 + bytes([8, 2, 0, 0, 0])
    rows = zlib.compress(b"\0" * 100_000)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")
    )


class Site(http.server.BaseHTTPRequestHandler):
    asked: list[str] = []

    def do_GET(self) -> None:
        port = self.server.server_address[1]
        Site.asked.append(self.path)
        heads = {
            "/page": '<meta property="og:image" content="/a.webp">',
            "/twitter": "<meta name='twitter:image' content='/a.png'>",
            "/nothing": "<title>Rien</title>",
            "/inside": f'<meta property="og:image" content="http://127.0.0.2:{port}/a.png">',
            "/metadata": '<meta property="og:image" content="http://169.254.169.254/a.png">',
            "/file": '<meta property="og:image" content="file:///etc/passwd">',
            "/hops": '<meta property="og:image" content="/hop">',
            "/rebinds": f'<meta property="og:image" content="http://rebinds.example:{port}/a.png">',
            "/bomb-page": '<meta property="og:image" content="/bomb.png">',
            "/lies": '<meta property="og:image" content="/lies.png">',
            "/pixel": '<meta property="og:image" content="/pixel.png">',
        }
        files = {
            "/a.webp": ("image/webp", picture("WEBP")),
            "/a.png": ("image/png", picture()),
            "/a.gif": ("image/gif", picture("GIF")),
            "/bomb.png": ("image/png", bomb()),
            "/lies.png": ("image/png", b"<svg onload='alert(1)'>" * 50),
            "/pixel.png": ("image/png", picture(size=(1, 1))),
        }
        if self.path == "/hop":
            self.send_response(302)
            self.send_header("Location", f"http://127.0.0.2:{port}/a.png")
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        if self.path in heads:
            kind, body = "text/html", f"<html><head>{heads[self.path]}</head></html>".encode()
        elif self.path in files:
            kind, body = files[self.path]
        else:
            self.send_response(404)
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_args: Any) -> None:
        pass


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Site)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server.server_address[1]
    server.shutdown()
    server.server_close()


def fetcher(port: int) -> Fetcher:
    """Return a fetcher for which 127.0.0.1, and it alone, is the open Internet."""
    return Fetcher(reach=lambda ip: ip == "127.0.0.1", ports={port, 80})


def linked(port: int, path: str, **facts: Any) -> Resource:
    resource = ResourceFactory(url=f"http://127.0.0.1:{port}{path}", **facts)
    covers.want(resource)
    return resource


def fetched(port: int, path: str, **facts: Any) -> Cover:
    resource = linked(port, path, **facts)
    covers.fetch(resource, fetcher=fetcher(port))
    return Cover.objects.get(resource=resource)


@pytest.mark.parametrize("path", ["/page", "/twitter", "/a.gif"])
def test_the_picture_a_page_announces_is_shrunk_and_kept_here(port: int, path: str) -> None:
    cover = fetched(port, path)
    assert (cover.state, cover.problem, cover.tries) == ("ready", "", 0)
    for document, side in ((cover.large, 640), (cover.small, 240)):
        assert document is not None
        with Image.open(io.BytesIO(document.read_bytes())) as kept:
            assert (kept.format, max(kept.size)) == ("WEBP", side)
    resource = Resource.objects.get(pk=cover.resource_id)
    assert len(resource.thumbnail_digest) == 16
    assert resource.thumbnail_id == cover.large_id


def test_an_address_given_by_the_description_comes_first(port: int) -> None:
    Site.asked.clear()
    own = f"http://127.0.0.1:{port}/a.png"
    assert fetched(port, "/page", thumbnail_url=own).source_url == own
    assert Site.asked == ["/a.png"]


@pytest.mark.parametrize(
    ("path", "problem"),
    [
        ("/inside", "inside"),
        ("/metadata", "inside"),
        ("/hops", "inside"),
        ("/bomb-page", "file_pixels"),
        ("/lies", "file_picture"),
        ("/pixel", "file_small"),
        ("/gone", "answer"),
    ],
)
def test_what_leads_inside_or_is_no_picture_leaves_the_drawing(
    port: int, path: str, problem: str
) -> None:
    cover = fetched(port, path)
    assert (cover.state, cover.problem, cover.tries) == ("failed", problem, 1)
    assert cover.next_try_at is not None
    assert cover.next_try_at > clock.now()
    assert Resource.objects.get(pk=cover.resource_id).thumbnail_digest == ""


@pytest.mark.parametrize("path", ["/nothing", "/file"])
def test_a_page_without_a_picture_is_no_failure(port: int, path: str) -> None:
    assert fetched(port, path).state == "none"


def test_a_name_that_changes_its_mind_between_page_and_picture_is_refused(
    port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = socket.getaddrinfo

    def look_up(host: str, where: int, *args: Any, **kwargs: Any) -> list[Any]:
        if host == "rebinds.example":
            return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.2", where))]
        return real(host, where, *args, **kwargs)

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    assert fetched(port, "/rebinds").problem == "inside"


def test_this_machine_is_inside_for_whom_nobody_told_otherwise(port: int) -> None:
    resource = linked(port, "/page")
    covers.fetch(resource, fetcher=Fetcher(ports={port, 80}))
    assert Cover.objects.get().problem == "inside"


def test_the_queue_asks_more_and_more_rarely_and_once(port: int) -> None:
    resource = linked(port, "/gone")
    waits = []
    now = clock.now()
    for _ in range(7):
        with time_machine.travel(now, tick=False):
            assert covers.fetch_due(fetcher=fetcher(port), pause=0) == 1
            assert covers.fetch_due(fetcher=fetcher(port), pause=0) == 0
            due = Cover.objects.get(resource=resource).next_try_at
            assert due is not None
            waits.append(round((due - now).total_seconds() / 3600))
            now = due
    assert waits == [1, 6, 24, 72, 168, 720, 720]


def test_resources_that_never_had_a_place_in_line_get_one(port: int) -> None:
    ResourceFactory(url=f"http://127.0.0.1:{port}/page")
    ResourceFactory(url="")
    assert covers.enqueue_missing() == 1
    assert covers.enqueue_missing() == 0


def test_an_address_changed_while_it_was_asked_keeps_nothing_of_the_old(port: int) -> None:
    resource = linked(port, "/page")
    Resource.objects.filter(pk=resource.pk).update(url="https://ailleurs.example/")
    assert covers.fetch(resource, fetcher=fetcher(port)) == "due"
    assert Resource.objects.get().thumbnail_digest == ""


def test_an_editors_picture_stands_and_says_what_is_on_it(client: Client, port: int) -> None:
    editor = UserFactory(roles=[Role.CATALOGUE_EDITOR])
    client.force_login(editor)
    resource = linked(port, "/page")
    url = reverse("catalogue:cover_send", args=[resource.identifier])
    upload = SimpleUploadedFile("photo.jpg", picture("JPEG"), "image/jpeg")
    client.post(url, {"file": upload, "alt": ""})
    assert not Cover.objects.get().own, "without words it is refused"
    upload.seek(0)
    client.post(url, {"file": upload, "alt": "Un phare au soir"})
    cover = Cover.objects.get()
    assert (cover.own, cover.next_try_at, cover.state) == (True, None, "ready")
    covers.fetch(resource, fetcher=fetcher(port))
    cover.refresh_from_db()
    assert cover.own
    page = client.get(reverse("catalogue:resource", args=[resource.identifier])).content.decode()
    assert 'alt="Un phare au soir"' in page
    assert f"/fiche/{resource.identifier}/image/large.webp" in page
    with pytest.raises(RuleBroken):
        covers.send_own(
            by=SYSTEM,
            resource=resource,
            upload=SimpleUploadedFile("x.png", b"not a picture"),
            alt="Rien",
        )
    client.post(url, {"do": "drop"})
    resource.refresh_from_db()
    assert resource.thumbnail_digest == ""
    assert Cover.objects.get().state == "due", "the page's own picture is looked for again"


def test_a_picture_is_served_to_whom_the_resource_is_and_kept_by_the_browser(
    client: Client, port: int
) -> None:
    cover = fetched(port, "/page", audience="teacher")
    resource = Resource.objects.get(pk=cover.resource_id)
    url = reverse("catalogue:cover", args=[resource.identifier, "small"])
    client.force_login(PupilAccountFactory().user)
    assert client.get(url).status_code == 404
    client.force_login(UserFactory(roles=[(Role.TEACHER, "0990001A")]))
    answer = client.get(url)
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "image/webp")
    assert "private" in answer.headers["Cache-Control"]
    again = client.get(url, headers={"If-None-Match": answer.headers["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert client.get(url.replace("small", "huge")).status_code == 404


def test_the_demo_asks_nobody(settings: Any, committed: Any) -> None:
    from resources.catalogue import tasks

    settings.COVER_FETCHES = False
    with committed():
        covers.want(ResourceFactory(url="https://invente.example/"))
    assert tasks.fetch_covers() == 0
    assert Cover.objects.get().checked_at is None
