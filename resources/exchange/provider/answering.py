"""The six verbs answered, each in a fixed number of queries."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from email.utils import parseaddr
from itertools import islice
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.db.models import Min, Q, QuerySet
from django.urls import reverse

from core import clock
from resources.catalogue.models import Term
from resources.exchange.formats import dc, lom
from resources.exchange.formats.markup import DECLARATION, element, tag, text
from resources.exchange.models import PublicRecord, PublicRecordSet
from resources.exchange.notices import Notice, notice_of
from resources.exchange.provider import protocol, publishing
from resources.exchange.provider.protocol import OaiError, Place, Question

NAMESPACE = "http://www.openarchives.org/OAI/2.0/"
_ROOT = {
    "xmlns": NAMESPACE,
    "xmlns:xsi": "http://www.w3.org/2001/XMLSchema-instance",
    "xsi:schemaLocation": f"{NAMESPACE} http://www.openarchives.org/OAI/2.0/OAI-PMH.xsd",
}
_IDENTIFIER = "http://www.openarchives.org/OAI/2.0/oai-identifier"
_WRITERS: dict[str, Callable[[Notice], str]] = {"oai_dc": dc.write, "lom": lom.write}
_FORMATS = {"oai_dc": (dc.SCHEMA, dc.NAMESPACE), "lom": (lom.SCHEMA, lom.NAMESPACE)}
_DOMAIN = re.compile(r"[a-zA-Z][a-zA-Z0-9\-]*(\.[a-zA-Z][a-zA-Z0-9\-]*)+")
_ADDRESS = re.compile(r"\S+@(\S+\.)+\S+")
#: Headers, or sets, on a page.
HEADERS = 500


def repository() -> str:
    """Return the name under which our identifiers stand: a domain name that stays the same."""
    host = settings.OAI_REPOSITORY or urlsplit(settings.PUBLIC_URL).hostname or ""
    return host if _DOMAIN.fullmatch(host) else "escale.example"


def base_url() -> str:
    """Return the address of the repository."""
    return f"{settings.PUBLIC_URL}{reverse('exchange:oai')}"


def answer(pairs: Iterable[tuple[str, list[str]]]) -> str:
    """Return the whole XML answer to the arguments of a request."""
    attributes: dict[str, str] = {}
    try:
        question = protocol.question_of(pairs)
        attributes = {"verb": question.verb, **question.arguments}
        body = element(question.verb, _VERBS[question.verb](question))
    except OaiError as error:
        if error.code not in {"badVerb", "badArgument"} and not attributes:
            verb, arguments = protocol.verb_of(pairs)
            attributes = {"verb": verb, **arguments}
        body = tag("error", text(error.message), code=error.code)
    asked = element("request", text(base_url()), attributes)
    date = tag("responseDate", protocol.stamp_of(clock.now()))
    return DECLARATION + element("OAI-PMH", date + asked + body, _ROOT)


def _identifier(record: PublicRecord) -> str:
    return f"oai:{repository()}:{record.identifier}"


def _record(identifier: str) -> PublicRecord:
    local = identifier.removeprefix(f"oai:{repository()}:")
    found = PublicRecord.objects.filter(identifier=local).prefetch_related("sets").first()
    if found is None or local == identifier:
        raise OaiError("idDoesNotExist", "No record goes by this identifier.")
    return found


def _header(record: PublicRecord, *, deleted: bool) -> str:
    inside = (
        tag("identifier", text(_identifier(record))),
        tag("datestamp", protocol.stamp_of(record.datestamp)),
        *(tag("setSpec", text(line.spec)) for line in record.sets.all()),
    )
    return tag("header", *inside, status="deleted") if deleted else tag("header", *inside)


def _with_notice(record: PublicRecord, resource: Any, prefix: str) -> str:
    """Return a record: a header alone when the resource is open no longer."""
    if resource is None:
        return tag("record", _header(record, deleted=True))
    notice = _WRITERS[prefix](notice_of(resource))
    return tag("record", _header(record, deleted=False), tag("metadata", notice))


def _identify(_question: Question) -> str:
    earliest = PublicRecord.objects.aggregate(first=Min("datestamp"))["first"]
    scheme = (
        tag("scheme", "oai"),
        tag("repositoryIdentifier", repository()),
        tag("delimiter", ":"),
        tag("sampleIdentifier", f"oai:{repository()}:pm-00001"),
    )
    described = {
        "xmlns": _IDENTIFIER,
        "xsi:schemaLocation": f"{_IDENTIFIER} {_IDENTIFIER}.xsd",
    }
    address = parseaddr(settings.OAI_ADMIN_EMAIL or settings.DEFAULT_FROM_EMAIL)[1]
    return "".join(
        (
            tag("repositoryName", text(f"{settings.SERVICE_NAME} · {settings.CITY_NAME}")),
            tag("baseURL", text(base_url())),
            tag("protocolVersion", "2.0"),
            tag(
                "adminEmail",
                text(address if _ADDRESS.fullmatch(address) else f"catalogue@{repository()}"),
            ),
            tag(
                "earliestDatestamp",
                protocol.stamp_of(earliest) if earliest else "2000-01-01T00:00:00Z",
            ),
            tag("deletedRecord", "persistent"),
            tag("granularity", "YYYY-MM-DDThh:mm:ssZ"),
            tag("description", element("oai-identifier", "".join(scheme), described)),
        )
    )


def _list_formats(question: Question) -> str:
    if "identifier" in question.arguments:
        _record(question.arguments["identifier"])
    return "".join(
        tag(
            "metadataFormat",
            tag("metadataPrefix", prefix),
            tag("schema", schema),
            tag("metadataNamespace", namespace),
        )
        for prefix, (schema, namespace) in _FORMATS.items()
    )


def _list_sets(question: Question) -> str:
    place = question.place or Place("ListSets")
    specs = PublicRecordSet.objects.order_by("spec").values_list("spec", flat=True).distinct()
    rows = list(specs[place.cursor : place.cursor + HEADERS + 1])
    if not rows:
        raise OaiError("noSetHierarchy", "No set yet: nothing is published.")
    total = place.total or specs.count()
    names = _set_names()
    body = "".join(
        tag("set", tag("setSpec", text(spec)), tag("setName", text(names.get(spec, spec))))
        for spec in rows[:HEADERS]
    )
    after = protocol.moved(place, stamp="", key=0, given=HEADERS, total=total)
    return body + _token(place, after if len(rows) > HEADERS else None, total, question)


def _set_names() -> dict[str, str]:
    names = {"level": "Niveaux", "domain": "Domaines", "type": "Types pédagogiques"}
    roots = {"level": "level", "domain": "domain", "pedagogical_type": "type"}
    terms = Term.objects.filter(vocabulary__in=roots).order_by("vocabulary", "code")
    for vocabulary, code, label in terms.values_list("vocabulary", "code", "label"):
        names[publishing.spec_of(roots[vocabulary], code)] = label
    return names


def _get_record(question: Question) -> str:
    record = _record(question.arguments["identifier"])
    resource = publishing.visible([record]).get(record.resource_id or 0)
    return _with_notice(record, resource, question.arguments["metadataPrefix"])


def _asked(place: Place) -> QuerySet[PublicRecord]:
    found = PublicRecord.objects.filter(datestamp__lte=protocol.instant_of(place.until))
    if place.since:
        found = found.filter(datestamp__gte=protocol.instant_of(place.since))
    if place.spec:
        members = PublicRecordSet.objects.filter(spec=place.spec)
        found = found.filter(pk__in=members.order_by().values("record"))
    return found


def _page(place: Place, size: int) -> tuple[list[PublicRecord], Place | None, int]:
    """Return a page of records, the place after it if there is more, and how many in all."""
    asked = _asked(place)
    total = place.total or asked.count()
    if place.after_stamp:
        stamp = protocol.instant_of(place.after_stamp)
        asked = asked.filter(Q(datestamp__gt=stamp) | Q(datestamp=stamp, pk__gt=place.after_key))
    rows = list(asked.order_by("datestamp", "pk").prefetch_related("sets")[: size + 1])
    if not rows and not place.after_stamp:
        raise OaiError("noRecordsMatch", "Nothing there for these dates, set and format.")
    shown = list(islice(rows, size))
    if len(rows) <= size:
        return shown, None, total
    last = shown[-1]
    after = protocol.moved(
        place,
        stamp=protocol.stamp_of(last.datestamp),
        key=last.pk,
        given=len(shown),
        total=total,
    )
    return shown, after, total


def _token(place: Place, after: Place | None, total: int, question: Question) -> str:
    """Return the token of the next page; an empty one ends a list that came in several."""
    if after is None and not question.resumed:
        return ""
    facts = {"completeListSize": str(total), "cursor": str(place.cursor)}
    if after is None:
        return element("resumptionToken", "", facts)
    facts["expirationDate"] = protocol.stamp_of(clock.now() + protocol.TOKEN_LIFE)
    return element("resumptionToken", text(after.token()), facts)


def _list_identifiers(question: Question) -> str:
    place = question.place or Place(question.verb)
    rows, after, total = _page(place, HEADERS)
    open_now = publishing.still_open(rows)
    body = "".join(_header(row, deleted=row.resource_id not in open_now) for row in rows)
    return body + _token(place, after, total, question)


def _list_records(question: Question) -> str:
    place = question.place or Place(question.verb)
    rows, after, total = _page(place, settings.OAI_PAGE_SIZE)
    resources = publishing.visible(rows)
    body = "".join(
        _with_notice(row, resources.get(row.resource_id or 0), place.prefix) for row in rows
    )
    return body + _token(place, after, total, question)


_VERBS: dict[str, Callable[[Question], str]] = {
    "Identify": _identify,
    "ListMetadataFormats": _list_formats,
    "ListSets": _list_sets,
    "GetRecord": _get_record,
    "ListIdentifiers": _list_identifiers,
    "ListRecords": _list_records,
}
