"""Every answer a person can get out of the service, and the text inside each."""

from __future__ import annotations

import html
import io
import itertools
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

from django.apps import apps
from django.core.cache import cache
from django.db import models, transaction
from django.test import Client
from django.urls import NoReverseMatch, reverse
from django.utils.http import urlencode
from pypdf import PdfReader

from core import clock
from core.access import may_enter, rule_of
from enrolment.registration.views.steps import STEPS
from portal.api import api
from tests.architecture.addresses import Page, pages

OURS = ("core", "families", "payments", "enrolment", "resources", "classrooms", "portal")
#: Words in an address that no row holds.
WORDS = ("retirer", "delivrer", "refuser", "accepter", "prendre", "xlsx", "pdf", "canteen.meal")
#: Sign-out ends the walk; the street register is public, whoever lives in the street.
LEFT_OUT = {"account_logout", "families:streets"}
#: Parameters that are secrets, kept as hashes only.
HASHED = {"token", "key", "uidb36"}
MOST_ADDRESSES = 400
#: Fields by which a page is asked a question.
ASKED = ("q", "street_query", "etat", "mois", "code")


@dataclass(frozen=True)
class Answer:
    """What came back for one call."""

    call: str
    status: int
    text: str


def known_values() -> dict[str, list[str]]:
    """Return every key, reference, code and UUID in the database, by kind and by name."""
    found: dict[str, set[str]] = {"int": set(), "uuid": set(), "str": set(WORDS)}
    for model in apps.get_models():
        if not model.__module__.startswith(OURS):
            continue
        for row in model._base_manager.order_by("pk")[:12]:
            found["int"].add(str(row.pk))
            for field in model._meta.concrete_fields:
                value = getattr(row, field.attname)
                if isinstance(field, models.UUIDField):
                    found["uuid"].add(str(value))
                elif isinstance(field, models.CharField) and _names_a_row(field) and value:
                    found["str"].add(value)
                    found.setdefault(field.name, set()).add(value)
    today = clock.today()
    found["name"] = set(STEPS)
    found["act"] = set(WORDS)
    found["isoday"] = {today.isoformat()}
    found["year"], found["month"] = {str(today.year)}, {str(today.month)}
    found["start_year"] = {str(clock.school_year_of(today))}
    return {kind: sorted(values) for kind, values in found.items()}


def _names_a_row(field: Any) -> bool:
    looks = field.unique or field.name in ("reference", "uai", "code", "number", "tag", "service")
    return looks and field.max_length <= 40


def addresses(page: Page, known: dict[str, list[str]]) -> list[str]:
    """Return every address of a pattern: each parameter takes every value that may fit."""
    names = list(dict.fromkeys(re.findall(r"<(?:(\w+):)?(\w+)>", page.route)))
    if not names or "\\" in page.route:
        return [page.url]
    choices = []
    for kind, name in names:
        # Secrets are kept as hashes: no value in the database opens a door by itself.
        values = known.get(name) or known.get(kind) or known["str"][:5]
        if name in HASHED:
            values = known["str"][:5]
        if kind == "int" and name not in ("year", "month", "start_year"):
            values = known["int"]
        choices.append(values)
    found = []
    for values in itertools.islice(itertools.product(*choices), MOST_ADDRESSES):
        kwargs = dict(zip([name for _kind, name in names], values, strict=True))
        try:
            found.append(reverse(page.name, kwargs=kwargs))
        except NoReverseMatch:
            continue
    return found


def operations(user: Any, known: dict[str, list[str]]) -> Iterator[tuple[str, str]]:
    """Yield (method, address) of every operation of the API, with every value that may fit.

    An operation shut to the role is shut whatever the key: one try shows it.
    """
    for prefix, router in api._routers:
        for path, view in router.path_operations.items():
            full = "/".join(
                part.strip("/") for part in ("/api/v1", prefix, path) if part.strip("/")
            )
            names = re.findall(r"\{(?:(\w+):)?(\w+)\}", full)
            choices = [
                known.get(kind)
                or known.get("uuid" if name == "public_id" else name)
                or known["str"]
                for kind, name in names
            ]
            urls = []
            for values in itertools.islice(itertools.product(*choices), MOST_ADDRESSES):
                urls.append("/" + full)
                for (_kind, name), value in zip(names, values, strict=True):
                    urls[-1] = re.sub(r"\{(?:\w+:)?" + name + r"\}", value, urls[-1])
            for operation in view.operations:
                entitled = may_enter(user, operation.view_func.access_rule)
                for url, method in itertools.product(
                    urls if entitled else urls[:1], operation.methods
                ):
                    yield method, url


class Walker:
    """One person calling everything; what they write is undone."""

    def __init__(self, client: Client, user: Any) -> None:
        self.client, self.user = client, user
        client.raise_request_exception = False

    def call(
        self, method: str, url: str, data: str = "", kind: str = "", *, brief: bool = False
    ) -> Answer:
        """Call once, and keep nothing of it; ``brief`` asks for errors as a program does."""
        cache.clear()
        cookies = self.client.cookies.copy()
        options: dict[str, Any] = {"content_type": kind} if kind else {}
        if brief:
            options["headers"] = {"Accept": "application/json"}
        with transaction.atomic():
            response = self.client.generic(method, url, data, **options)
            text = text_of(response)
            transaction.set_rollback(True)
        self.client.cookies = cookies
        return Answer(f"{method} {url}", response.status_code, text)

    def everything(self, *, writing: bool = True) -> Iterator[Answer]:
        """Yield the answer to every page and operation with every id there is.

        Without ``writing`` nothing is sent, and pages named by a number are left alone.
        """
        known = known_values()
        form = "application/x-www-form-urlencoded"
        for page in pages():
            if page.name in LEFT_OUT or ("<int:pk>" in page.route and not writing):
                continue
            rule = rule_of(page.callback, page.name) or frozenset()
            # A door shut to the role is shut whatever the key: one try shows it.
            keys = addresses(page, known) if may_enter(self.user, rule) else [page.url]
            only_sent = False
            for url in keys:
                if not only_sent:
                    # What is not there is said alike for every key: short words come faster.
                    answer = self.call("GET", url, brief=url != keys[0])
                    yield answer
                    only_sent = answer.status == 405
                if writing and (only_sent or answer.status not in (403, 404)):
                    yield self.call("POST", url, "x=1", form)
        for method, url in operations(self.user, known):
            if method != "GET" and not writing:
                continue
            yield self.call(method, url, "" if method == "GET" else "{}", "application/json")

    def searches(self, words: list[str]) -> Iterator[tuple[str, Answer]]:
        """Yield, with what was asked, the answers of every page to a question put to it."""
        for page in pages():
            if page.name in LEFT_OUT or "<" in page.route:
                continue
            blank = self.call("GET", page.url)
            if blank.status != 200 or not re.search(rf'name="({"|".join(ASKED)})"', blank.text):
                continue
            for word in words:
                query = urlencode(dict.fromkeys(ASKED, word))
                yield word, self.call("GET", f"{page.url}?{query}")


def text_of(response: Any) -> str:
    """Return all there is to read in an answer: headers, and the words of any kind of file."""
    body = b"".join(response) if response.streaming else response.content
    # A page may well be as many bytes long as a secret number says.
    headers = "\n".join(
        f"{name}: {value}" for name, value in response.items() if name != "Content-Length"
    )
    return f"{unquote(headers)}\n{read(body)}"


def read(body: bytes) -> str:
    """Return the text of a page, a PDF, a workbook or an archive."""
    if body[:5] == b"%PDF-":
        pdf = PdfReader(io.BytesIO(body))
        lines = [page.extract_text() for page in pdf.pages]
        return "\n".join([*lines, str(pdf.metadata), *pdf.attachments])
    if body[:2] == b"PK":
        with zipfile.ZipFile(io.BytesIO(body)) as archive:
            inside = [f"{name}\n{read(archive.read(name))}" for name in archive.namelist()]
        return "\n".join(inside)
    text = body.decode(errors="replace")
    if "\\u" in text[:2_000_000] and text.lstrip()[:1] in ("{", "["):
        text = text.encode().decode("unicode_escape", errors="replace") + text
    return html.unescape(text)


def leaks(text: str, secrets: dict[str, str]) -> list[str]:
    """Return which secrets a text holds, whatever its spaces and case."""
    flat = re.sub(r"\s+", " ", text.replace("\u00a0", " ").replace("\u202f", " ")).casefold()
    squeezed = flat.replace(" ", "").replace(".", "")
    found = []
    for what, secret in secrets.items():
        wanted = secret.casefold()
        if wanted.isdigit():
            if re.search(rf"(?<![\w-]){wanted}(?![\w-])", flat):
                found.append(what)
        elif wanted in flat or (
            re.fullmatch(r"[\d ]+", wanted) and wanted.replace(" ", "") in squeezed
        ):
            found.append(what)
    return found
