"""Asking our own repository as a harvester does, its answers held against the schemas."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element

import xmlschema
from django.test import Client
from django.urls import reverse

from resources.exchange.formats.markup import parse

OAI = "{http://www.openarchives.org/OAI/2.0/}"
LOM = "{http://ltsc.ieee.org/xsd/LOM}"
DC = "{http://purl.org/dc/elements/1.1/}"


@cache
def schema() -> xmlschema.XMLSchema:
    """Our own writing of the protocol's and the profiles' structure (``schemas/``)."""
    return xmlschema.XMLSchema(Path(__file__).parent / "schemas" / "oai-pmh.xsd")


def ask(
    client: Client | None = None, *, post: bool = False, valid: bool = True, **given: Any
) -> Element:
    """Return the answer's root, after the schema has accepted it; ``from_`` gives ``from``."""
    arguments = {name.rstrip("_"): value for name, value in given.items()}
    call = Client().post if post else Client().get
    answer = call(reverse("exchange:oai"), arguments)
    assert answer.status_code == 200, answer.content
    assert answer["Content-Type"] == "text/xml; charset=utf-8"
    if valid:
        schema().validate(answer.content.decode())
    return parse(answer.content)


def error(**given: Any) -> str:
    """Return the code of the error that a question meets."""
    found = ask(**given).find(f"{OAI}error")
    assert found is not None
    return found.get("code", "")


def headers(root: Element) -> list[tuple[str, bool]]:
    """Return the local identifiers in order, and whether each is deleted."""
    return [
        (node.findtext(f"{OAI}identifier", "").rpartition(":")[2], node.get("status") == "deleted")
        for node in root.iter(f"{OAI}header")
    ]


def token(root: Element) -> Element | None:
    return next(root.iter(f"{OAI}resumptionToken"), None)


def every_page(verb: str = "ListRecords", prefix: str = "oai_dc", **given: Any) -> list[Any]:
    """Follow the tokens to the end; return all headers."""
    root = ask(verb=verb, metadataPrefix=prefix, **given)
    found = headers(root)
    while (node := token(root)) is not None and node.text:
        root = ask(verb=verb, resumptionToken=node.text)
        found += headers(root)
    return found
