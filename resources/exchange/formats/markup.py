"""XML out, as text: escaped, without what XML cannot hold. In: without what could harm."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from xml.etree.ElementTree import Element, ParseError, TreeBuilder
from xml.sax.saxutils import escape, quoteattr

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import DefusedXMLParser

#: What XML 1.0 cannot hold, even escaped.
_FORBIDDEN = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>\n'
#: Limits of a document from elsewhere.
MAX_ELEMENTS = 400_000
MAX_DEPTH = 60


def text(value: object) -> str:
    """Return a value as the content of an element."""
    return escape(_FORBIDDEN.sub("", str(value)))


def tag(name: str, *inside: str, **attributes: str) -> str:
    """Return an element around ready markup; nothing at all when it would be empty.

    Names of attributes are Python's: ``xml_lang`` gives ``xml:lang``.
    """
    content = "".join(inside)
    if not content and not attributes:
        return ""
    return element(name, content, {k.replace("_", ":"): v for k, v in attributes.items()})


def element(name: str, content: str, attributes: Mapping[str, str] | None = None) -> str:
    """Return an element, empty or not."""
    given = "".join(
        f" {key}={quoteattr(_FORBIDDEN.sub('', value))}"
        for key, value in (attributes or {}).items()
    )
    return f"<{name}{given}>{content}</{name}>" if content else f"<{name}{given}/>"


class BadXml(Exception):
    """The document is not XML, or is not XML that we read."""


class _Guarded(TreeBuilder):
    """Builds a tree no larger and no deeper than a list of notices has any reason to be."""

    def __init__(self) -> None:
        super().__init__()
        self.elements = self.depth = 0

    def start(self, tag: Any, attrs: Any, /) -> Element:
        self.elements += 1
        self.depth += 1
        if self.elements > MAX_ELEMENTS or self.depth > MAX_DEPTH:
            raise BadXml("too much of it")
        return super().start(tag, attrs)

    def end(self, tag: str, /) -> Element:
        self.depth -= 1
        return super().end(tag)


def parse(data: bytes) -> Element:
    """Return the root of a document without DTD, entities or outside references.

    Raises BadXml.
    """
    parser = DefusedXMLParser(target=_Guarded(), forbid_dtd=True)
    try:
        parser.feed(data)
        root = parser.close()
    except (ParseError, DefusedXmlException, ValueError, LookupError) as error:
        raise BadXml(type(error).__name__) from error
    if not isinstance(root, Element):
        raise BadXml("no document")
    return root


def name_of(node: Element) -> str:
    """Return the name of an element without its namespace."""
    return str(node.tag).rpartition("}")[2]


def content(node: Element | None) -> str:
    """Return the text of an element, trimmed."""
    return (node.text or "").strip() if node is not None else ""
