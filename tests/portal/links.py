"""Following every kind of link, as one person, from home on."""

from __future__ import annotations

import re
from html import unescape
from urllib.parse import urljoin, urlsplit

from django.core.cache import cache
from django.test import Client
from django.urls import Resolver404, resolve

from core.accounts.models import User
from tests.people import sign_in_client

_LINK = re.compile(r'<a\b[^>]*\bhref="([^"#]+)')
#: Neither looked at nor followed: files that are always there, and the way out.
_LEFT = ("/static/", "/compte/deconnexion/")


def follow(person: User, at_most: int = 2) -> tuple[int, list[str]]:
    """Open what is linked, some pages of each kind; return how many, and what goes wrong.

    A link goes wrong when it leads nowhere, or to a refusal or a fault.
    """
    client = Client(raise_request_exception=False)
    sign_in_client(client, person)
    coming, known, kinds, wrong = [("/", "")], {"/"}, dict[str, int](), list[str]()
    opened = 0
    for url, origin in coming:
        try:
            kind = resolve(urlsplit(url).path).view_name
        except Resolver404:
            wrong.append(f"{origin} leads to {url}, nowhere")
            continue
        kinds[kind] = kinds.get(kind, 0) + 1
        if kinds[kind] > at_most:
            continue
        cache.clear()
        opened += 1
        response = client.get(url)
        if response.status_code >= 400:
            wrong.append(f"{origin} leads to {url}, {response.status_code}")
        found = [response["Location"]] if response.status_code in (301, 302) else []
        if response.status_code == 200 and "html" in response["Content-Type"]:
            found = [unescape(link) for link in _LINK.findall(response.text)]
        for link in found:
            parts = urlsplit(urljoin(f"http://testserver{url}", link))
            path = parts.path + (f"?{parts.query}" if parts.query else "")
            if parts.netloc == "testserver" and path not in known and not path.startswith(_LEFT):
                known.add(path)
                coming.append((path, url))
    return opened, wrong
