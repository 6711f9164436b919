"""Asking a repository, within bounds of time, size and reach.

Whatever it answers is foreign: no DTD, no entity, no more elements than a list of notices
has, and no address inside our network unless the settings name it (``HARVEST_INSIDE``).
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from urllib.parse import urlencode, urlsplit
from xml.etree.ElementTree import Element

from django.conf import settings
from django.utils.translation import gettext as _

from core import clock
from core.fetching import Fetched, Fetcher, FetchFailed, FetchRefused
from resources.exchange.formats.markup import BadXml, content, name_of, parse

#: Bytes of one answer, and seconds to give it in.
MAX_BYTES = 12_000_000
SECONDS = 60.0
#: The same while an editor waits.
QUICK = 10.0
#: Ports on which repositories are found.
PORTS = frozenset({80, 443, 8000, 8080, 8443})
#: Rests that a repository may ask for, in seconds: what it does not say, and the longest.
REST, LONGEST_REST = 60, 3600
NAMESPACE = "http://www.openarchives.org/OAI/2.0/"

Fetch = Callable[[str], Fetched]


class HarvestProblem(Exception):
    """The repository did not answer as it should; ``message`` is for the editor.

    ``passing`` says that it may be better later, in ``rest`` seconds; ``code`` is the
    protocol's own when the repository gave one.
    """

    def __init__(self, message: str, *, code: str = "", rest: int = 0) -> None:
        super().__init__(message)
        self.message = message
        self.code = code
        self.rest = rest

    @property
    def passing(self) -> bool:
        """Tell whether trying again makes sense."""
        return self.rest > 0


@dataclass
class Item:
    """One record of a page."""

    identifier: str
    datestamp: str
    deleted: bool
    metadata: Element | None


@dataclass
class Page:
    """Records in order, and where the next page begins ("" at the end)."""

    items: list[Item] = field(default_factory=list)
    token: str = ""
    announced: int | None = None
    answered_at: dt.datetime | None = None


def fetch(url: str, seconds: float = SECONDS) -> Fetched:
    """Fetch from the open Internet, or from an address inside that the settings allow."""
    host = urlsplit(url).netloc
    if host in settings.HARVEST_INSIDE:
        port = urlsplit(url).port or 80
        inside = Fetcher(
            reach=lambda _ip: True,
            ports={port},
            max_bytes=MAX_BYTES,
            seconds=seconds,
            redirects=0,
        )
        return inside.fetch(url)
    if not settings.HARVEST_OUTSIDE:
        raise HarvestProblem(
            _("Ici, seules les adresses de ce service sont interrogées : c’est une démonstration.")
        )
    return Fetcher(ports=PORTS, max_bytes=MAX_BYTES, seconds=seconds).fetch(url)


def fetch_quickly(url: str) -> Fetched:
    """Fetch while somebody waits for the page."""
    return fetch(url, QUICK)


def ask(url: str, arguments: Mapping[str, str], get: Fetch = fetch) -> Element:
    """Return the root of the answer to a request. Raises HarvestProblem."""
    address = f"{url}{'&' if '?' in url else '?'}{urlencode(arguments)}"
    try:
        answer = get(address)
    except FetchRefused as refused:
        raise HarvestProblem(
            _("Cette adresse n’est pas de celles que l’on interroge.")
        ) from refused
    except FetchFailed as failed:
        big = failed.code == "big"
        message = _("La réponse est trop longue.") if big else _("Le serveur ne répond pas.")
        raise HarvestProblem(message, rest=0 if big else REST) from failed
    if answer.status in {429, 502, 503, 504}:
        raise HarvestProblem(
            _("Le serveur demande de revenir plus tard."), rest=_rest(answer.retry_after)
        )
    if answer.status != 200:
        raise HarvestProblem(
            _("Le serveur répond par une erreur (%(status)s).") % {"status": answer.status}
        )
    try:
        root = parse(answer.body)
    except BadXml as bad:
        raise HarvestProblem(_("La réponse n’est pas un document XML sûr.")) from bad
    if str(root.tag) != f"{{{NAMESPACE}}}OAI-PMH":
        raise HarvestProblem(_("La réponse n’est pas celle d’un serveur OAI-PMH."))
    for node in root:
        if name_of(node) == "error":
            code = node.get("code", "")[:40]
            raise HarvestProblem(
                _("Le serveur refuse : %(code)s, %(text)s")
                % {"code": code, "text": content(node)[:150]},
                code=code,
            )
    return root


def _rest(header: str) -> int:
    """Return the rest asked for, in seconds: a number or a date, within reason."""
    seconds = REST
    if re.fullmatch(r"\d{1,6}", header.strip()):
        seconds = int(header)
    elif header:
        try:
            seconds = int((parsedate_to_datetime(header) - clock.now()).total_seconds())
        except (ValueError, TypeError):
            seconds = REST
    return max(1, min(seconds, LONGEST_REST))


def _under(root: Element, name: str) -> list[Element]:
    """Return the children of the answer's body of a verb."""
    return [child for node in root if name_of(node) == name for child in node]


def _one(node: Element, name: str) -> Element | None:
    return next((child for child in node if name_of(child) == name), None)


def identify(url: str, get: Fetch = fetch) -> dict[str, str]:
    """Return what a repository says of itself. Raises HarvestProblem."""
    told = _under(ask(url, {"verb": "Identify"}, get), "Identify")
    wanted = {"repositoryName", "earliestDatestamp", "deletedRecord", "granularity", "baseURL"}
    found = {name_of(node): content(node)[:200] for node in told if name_of(node) in wanted}
    described = [node for part in told if name_of(part) == "description" for node in part.iter()]
    for node in described:
        if name_of(node) == "repositoryIdentifier":
            found["repositoryIdentifier"] = content(node)[:200]
    return found


def formats(url: str, get: Fetch = fetch) -> list[str]:
    """Return the metadata prefixes a repository gives. Raises HarvestProblem."""
    told = _under(ask(url, {"verb": "ListMetadataFormats"}, get), "ListMetadataFormats")
    return [content(_one(node, "metadataPrefix"))[:40] for node in told][:50]


def list_records(url: str, arguments: Mapping[str, str], get: Fetch = fetch) -> Page:
    """Return one page of records. Raises HarvestProblem."""
    try:
        root = ask(url, {"verb": "ListRecords", **arguments}, get)
    except HarvestProblem as problem:
        if problem.code == "noRecordsMatch":
            return Page(answered_at=clock.now())
        raise
    page = Page(answered_at=_answered_at(root))
    for node in _under(root, "ListRecords"):
        if name_of(node) == "record":
            if (item := _item(node)) is not None:
                page.items.append(item)
        elif name_of(node) == "resumptionToken":
            page.token = content(node)
            size = node.get("completeListSize", "")
            page.announced = int(size) if re.fullmatch(r"\d{1,9}", size) else None
    return page


def _answered_at(root: Element) -> dt.datetime | None:
    written = content(_one(root, "responseDate"))
    try:
        instant = dt.datetime.fromisoformat(written)
    except ValueError:
        return None
    return instant if instant.tzinfo else instant.replace(tzinfo=dt.UTC)


def _item(node: Element) -> Item | None:
    header, metadata = _one(node, "header"), _one(node, "metadata")
    if header is None:
        return None
    identifier = content(_one(header, "identifier"))[:500]
    inside = next(iter(metadata), None) if metadata is not None else None
    deleted = header.get("status") == "deleted"
    if not identifier:
        return None
    return Item(identifier, content(_one(header, "datestamp"))[:30], deleted, inside)
