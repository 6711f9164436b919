"""The resources' pictures: fetched without ever reaching inside, shrunk, served from here.

The picture is the one an editor sent, else the one at the address that the description
gives, else the one that the resource's own page announces to whoever shares it. It is fetched
by a worker (``core.fetching``: public addresses only, at every redirect), opened in a process
with bounds (``core.uploads``), kept in two sizes among the private files, and served by us:
no reader's browser ever asks another site.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import time
from collections.abc import Callable
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urljoin, urlsplit

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from core import clock, documents, journal, queueing, uploads
from core.documents import Document
from core.errors import RuleBroken
from core.fetching import Fetched, Fetcher, FetchFailed, FetchRefused
from core.journal import SYSTEM, Actor
from resources.catalogue import history
from resources.catalogue.models import Cover, Resource

Fetch = Callable[..., Fetched]
KIND = "catalogue.cover"
#: Widest and highest: on a resource's page, in a list.
SIZES = {"large": (640, 640), "small": (240, 240)}
#: How long after each failure in a row to ask again; after the last, once a month.
BACK_OFF = tuple(dt.timedelta(hours=hours) for hours in (1, 6, 24, 72, 168))
_MONTH = dt.timedelta(days=30)
_QUARTER = dt.timedelta(days=91)
_PAUSE = 1.0
#: A page says in its first bytes which picture stands for it.
_HEAD_BYTES = 300_000
_MAX_PICTURE = 8_000_000
_ANNOUNCED = ("og:image:secure_url", "og:image", "og:image:url", "twitter:image")


class _Head(HTMLParser):
    """Finds the picture that a page announces."""

    def __init__(self) -> None:
        super().__init__()
        self.found: dict[str, str] = {}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        facts = {name: value or "" for name, value in attrs}
        if tag == "meta":
            name = (facts.get("property") or facts.get("name", "")).lower()
            if name in _ANNOUNCED and facts.get("content"):
                self.found.setdefault(name, facts["content"].strip())
        elif tag == "link" and facts.get("rel", "").lower() == "image_src":
            self.found.setdefault("image_src", facts.get("href", "").strip())


def announced(page: bytes, address: str) -> str:
    """Return the address of the picture that a page announces, "" when it announces none."""
    head = _Head()
    head.feed(page[:_HEAD_BYTES].decode("utf-8", "replace"))
    wanted = next(
        (head.found[name] for name in (*_ANNOUNCED, "image_src") if name in head.found), ""
    )
    if not wanted:
        return ""
    try:
        found = urljoin(address, wanted)
        return found if urlsplit(found).scheme in {"http", "https"} and len(found) <= 500 else ""
    except ValueError:
        return ""


def want(resource: Resource) -> None:
    """Put a resource's picture in the queue, in the caller's transaction.

    What an editor sent stays. Without any address there is nothing to look for.
    """
    if Cover.objects.filter(resource=resource, own=True).exists():
        return
    if not (resource.url or resource.thumbnail_url):
        Cover.objects.filter(resource=resource).update(next_try_at=None)
        return
    facts = {"state": Cover.State.DUE, "tries": 0, "next_try_at": clock.now(), "problem": ""}
    Cover.objects.update_or_create(resource=resource, defaults=facts)
    if settings.COVER_FETCHES:
        queueing.later("catalogue.fetch_cover", resource.pk)


def enqueue_missing(limit: int = 2_000) -> int:
    """Give a place in the queue to resources that never had one; return how many."""
    missing = Resource.objects.filter(cover__isnull=True, replaced_by__isnull=True)
    missing = missing.exclude(url="", thumbnail_url="").exclude(state=Resource.State.WITHDRAWN)
    made = Cover.objects.bulk_create(
        (
            Cover(resource_id=pk)
            for pk in missing.order_by("pk").values_list("pk", flat=True)[:limit]
        ),
        ignore_conflicts=True,
    )
    return len(made)


def fetch_due(limit: int = 40, *, fetcher: Fetcher | None = None, pause: float = _PAUSE) -> int:
    """Fetch the pictures that are due, longest waiting first; return how many were asked."""
    enqueue_missing()
    due = (
        Cover.objects.filter(next_try_at__lte=clock.now(), own=False)
        .select_related("resource")
        .order_by(F("next_try_at").asc(), "pk")[:limit]
    )
    asked_at: dict[str, float] = {}
    asked = 0
    for cover in due:
        host = urlsplit(cover.resource.thumbnail_url or cover.resource.url).netloc
        rest = asked_at.get(host, float("-inf")) + pause - time.monotonic()
        if rest > 0:
            time.sleep(rest)
        fetch(cover.resource, fetcher=fetcher)
        asked_at[host] = time.monotonic()
        asked += 1
    return asked


def fetch(resource: Resource, *, fetcher: Fetcher | None = None) -> str:
    """Look for a resource's picture, keep it, and return the state of its cover."""
    source, data, problem = _look(resource, fetcher or Fetcher())
    pictures: list[bytes] = []
    if data:
        try:
            pictures = uploads.small_pictures(data, list(SIZES.values()))
        except RuleBroken as broken:
            problem = broken.code
    with transaction.atomic():
        locked = Resource.objects.select_for_update(of=("self",)).get(pk=resource.pk)
        cover = Cover.objects.select_for_update().filter(resource=locked).first()
        if cover is None or cover.own:
            return cover.state if cover else Cover.State.NONE
        if (locked.url, locked.thumbnail_url) != (resource.url, resource.thumbnail_url):
            return str(cover.state)  # the address changed meanwhile: it has its own place in line
        _settle(cover, locked, source, pictures, problem)
    return str(cover.state)


def _look(resource: Resource, fetcher: Fetcher) -> tuple[str, bytes, str]:
    """Return where a picture was found, its bytes, and what went wrong."""
    try:
        source = resource.thumbnail_url
        if not source:
            page = fetcher.fetch(resource.url)
            if page.status >= 400:
                return "", b"", "answer"
            if page.content_type.startswith("image/"):
                return page.url, page.body, ""
            source = announced(page.body, page.url) if "html" in page.content_type else ""
        if not source:
            return "", b"", ""
        picture = _wider(fetcher).fetch(source)
    except (FetchFailed, FetchRefused) as stopped:
        return "", b"", stopped.code
    if picture.status >= 400:
        return source, b"", "answer"
    return source, picture.body, "" if picture.body else "empty"


def _wider(fetcher: Fetcher) -> Fetcher:
    return Fetcher(
        reach=fetcher.reach, ports=fetcher.ports, max_bytes=_MAX_PICTURE, seconds=fetcher.seconds
    )


def _settle(
    cover: Cover, resource: Resource, source: str, pictures: list[bytes], problem: str
) -> None:
    now = clock.now()
    cover.checked_at, cover.problem = now, problem[:20]
    if pictures:
        _keep(cover, resource, pictures, by=SYSTEM)
        cover.source_url, cover.tries = source[:500], 0
        cover.next_try_at = now + _QUARTER
    elif problem:
        cover.tries = min(cover.tries + 1, 100)
        wait = BACK_OFF[cover.tries - 1] if cover.tries <= len(BACK_OFF) else _MONTH
        cover.next_try_at = now + wait
        if not resource.thumbnail_digest:
            cover.state = Cover.State.FAILED
    else:
        cover.next_try_at = now + _QUARTER
        if not resource.thumbnail_digest:
            cover.state = Cover.State.NONE
    cover.save()


def _keep(cover: Cover, resource: Resource, pictures: list[bytes], *, by: Actor) -> None:
    """Write the sizes and point the resource at them; the former ones are swept by night."""
    digest = hashlib.sha256(b"".join(pictures)).hexdigest()[:16]
    cover.state = Cover.State.READY
    if digest == resource.thumbnail_digest and cover.large_id:
        return
    kept: dict[str, Document] = {}
    for name, data in zip(SIZES, pictures, strict=True):
        kept[name] = documents.store_bytes(
            data,
            by=by,
            kind=KIND,
            filename=f"{resource.identifier}-{name}.webp",
            content_type=uploads.WEBP,
        )
    cover.large, cover.small = kept["large"], kept["small"]
    Resource.objects.filter(pk=resource.pk).update(thumbnail=kept["large"], thumbnail_digest=digest)


def send_own(*, by: Actor, resource: Resource, upload: UploadedFile[Any], alt: str) -> Cover:
    """Keep a picture that an editor sends, with the words that stand for it.

    Raises RuleBroken when the file is no picture, too big, damaged, or without words.
    """
    if not alt.strip():
        raise RuleBroken(
            "alt", _("Décrivez l’image en quelques mots, pour qui ne la voit pas."), "alt"
        )
    data = upload.read(_MAX_PICTURE + 1)
    if len(data) > _MAX_PICTURE:
        raise RuleBroken(
            "file_too_big", _("Ce fichier dépasse 8 Mo. Choisissez une image plus légère."), "file"
        )
    pictures = uploads.small_pictures(data, list(SIZES.values()))
    with transaction.atomic(), history.tracked([resource.pk], by=by, verb="cover"):
        locked = Resource.objects.select_for_update(of=("self",)).get(pk=resource.pk)
        cover, _created = Cover.objects.get_or_create(resource=locked)
        _keep(cover, locked, pictures, by=by)
        cover.own, cover.next_try_at, cover.problem, cover.tries = True, None, "", 0
        cover.checked_at, cover.source_url = clock.now(), ""
        cover.save()
        Resource.objects.filter(pk=locked.pk).update(
            thumbnail_alt=alt.strip()[:200], updated_at=clock.now()
        )
        journal.record(by, "resource.cover", locked)
    return cover


def drop(*, by: Actor, resource: Resource) -> None:
    """Take a picture away; the one of the resource's page is looked for again."""
    with transaction.atomic(), history.tracked([resource.pk], by=by, verb="cover"):
        locked = Resource.objects.select_for_update(of=("self",)).get(pk=resource.pk)
        Cover.objects.filter(resource=locked).delete()
        Resource.objects.filter(pk=locked.pk).update(
            thumbnail=None, thumbnail_digest="", thumbnail_alt="", updated_at=clock.now()
        )
        journal.record(by, "resource.cover_drop", locked)
        want(locked)
