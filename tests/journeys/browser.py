"""Driving Debian's chromium: the browser, its pages, and what every page must be."""

from __future__ import annotations

import os
import re
import shutil
import time
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.staticfiles import finders
from django.urls import reverse

from tests.people import give_second_factor, session_facts

FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
]
SIZES = {
    "desktop": {"viewport": {"width": 1280, "height": 900}},
    "tablet": {"viewport": {"width": 768, "height": 1024}, "has_touch": True},
    "phone": {
        "viewport": {"width": 390, "height": 844},
        "has_touch": True,
        "is_mobile": True,
        "device_scale_factor": 2,
    },
}
#: Given to people who have no password of their own in a test.
PASSWORD = "un-mot-de-passe-de-test"


def chromium_path() -> str | None:
    """Return where chromium is: ``CHROMIUM``, or the one on the path."""
    named = os.environ.get("CHROMIUM")
    if named:
        return named if Path(named).exists() else None
    return shutil.which("chromium") or shutil.which("chromium-browser")


def chromium_required() -> bool:
    """Tell whether its absence is an error and not a reason to skip."""
    return os.environ.get("CI") == "true" or os.environ.get("REQUIRE_CHROMIUM") == "1"


@dataclass
class Complaints:
    """What the browser had to say about the pages it was shown."""

    base_url: str
    found: list[str] = field(default_factory=list)

    def listen(self, context: Any) -> None:
        """Hear script errors, refused content, missing assets and calls to third parties."""
        context.on("weberror", lambda error: self.found.append(f"script error: {error.error}"))
        context.on("console", self._console)
        context.on("request", self._request)
        context.on("response", self._response)

    def _console(self, message: Any) -> None:
        if message.type in ("error", "warning") and "Content Security Policy" in message.text:
            self.found.append(message.text)

    def _request(self, request: Any) -> None:
        if not re.match(r"(https?://(localhost|127\.0\.0\.1)[:/]|data:|blob:|about:)", request.url):
            self.found.append(f"left this machine: {request.url}")

    def _response(self, response: Any) -> None:
        asset = response.request.resource_type in ("stylesheet", "script", "image", "font")
        if response.status >= 500 or (asset and response.status >= 400):
            self.found.append(f"{response.status} on {response.url}")


_FACTS = """() => ({
    headings: document.querySelectorAll('h1').length,
    language: document.documentElement.lang,
    title: document.title.trim(),
    width: document.documentElement.scrollWidth,
})"""


def _examinable(page: Any) -> Any:
    """Return a page on which axe can run: a twin whose own scripts stay unrun, if they are off."""
    if page.context.scripts_on:
        return page
    if getattr(page, "twin", None) is None:
        # At rest: a notice half faded in has half its contrast.
        context = page.context.browser.new_context(
            viewport=page.viewport_size, locale="fr-FR", reduced_motion="reduce"
        )
        page.twin = context.new_page()
        page.on("close", lambda _page: context.close())
    body, headers = page.content(), {"Content-Security-Policy": "script-src 'none'"}
    address = page.url if page.url.startswith("http") else "http://localhost/"
    page.twin.unroute_all()
    page.twin.route(
        address, lambda r: r.fulfill(body=body, headers=headers, content_type="text/html")
    )
    page.twin.goto(address)
    return page.twin


def _examine(page: Any) -> tuple[Any, dict[str, Any]]:
    """Return what axe and the page say, once the page has come to rest.

    A click may still be taking the page elsewhere: what was asked of the page that goes away
    fails with its document, and is asked again of the one that comes.
    """
    from axe_playwright_python.sync_playwright import Axe
    from playwright.sync_api import Error, expect

    for last in (False, False, True):
        try:
            page.wait_for_load_state("load")
            expect(page.locator(".htmx-request, .htmx-settling")).to_have_count(0)
            shown = _examinable(page)
            results = Axe().run(shown, options={"resultTypes": ["violations"]})
            return results, shown.evaluate(_FACTS)
        except Error as left:
            if last or not re.search("documentElement|context was destroyed|navigat", str(left)):
                raise
    raise AssertionError("the page never came to rest")  # pragma: no cover


@cache
def _drawings_of(path: str) -> frozenset[str]:
    """Return the names of the drawings in one of our files, asked for by its address."""
    name = re.sub(r"\.[0-9a-f]{12}\.", ".", path.removeprefix(settings.STATIC_URL))
    found = finders.find(name)
    return frozenset(re.findall(r'id="([^"]+)"', Path(found).read_text()) if found else ())


def _undrawn(page: Any) -> list[str]:
    """Return drawings that the page shows and no file holds: they leave a hole."""
    used = page.eval_on_selector_all(
        "svg use", "all => [...new Set(all.map(one => one.getAttribute('href')))]"
    )
    return [
        address
        for address in used
        if (parts := urlsplit(address)).path and parts.fragment not in _drawings_of(parts.path)
    ]


def assert_accessible(page: Any) -> None:
    """Fail unless axe finds nothing, and the page stands: one h1, a language, no side scroll."""
    results, facts = _examine(page)
    lines = []
    for violation in results.response["violations"]:
        lines.append(f"{violation['id']} ({violation['impact']}): {violation['help']}")
        for node in violation["nodes"][:8]:
            summary = node.get("failureSummary", "").replace("\n", "\n      ")
            lines.append(f"    {node['html'][:200]}\n      {summary}")
    if facts["headings"] != 1:
        lines.append(f"the page has {facts['headings']} h1, it needs one")
    if not facts["language"] or not facts["title"]:
        lines.append("the page lacks a language or a title")
    # Not window.innerWidth: a phone zooms out to show a page that is too wide.
    if (wider := facts["width"] - page.viewport_size["width"]) > 1:
        lines.append(f"the page scrolls sideways by {wider} px")
    lines += [f"no such drawing: {address}" for address in _undrawn(page)]
    assert not lines, f"{page.url} is not accessible:\n" + "\n".join(lines)


def totp_code(secret: str) -> str:
    """Return the code an authenticator application shows now."""
    from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value

    return format_hotp_value(hotp_value(secret, int(time.time()) // 30))


def prepare_account(user: Any, password: str | None = None) -> str:
    """Make ``user`` able to sign in through the pages; return the password.

    Confirms the address, gives a password to who has none, and a TOTP device to agents.
    """
    from allauth.account.models import EmailAddress
    from allauth.mfa.models import Authenticator
    from allauth.mfa.totp.internal.auth import TOTP
    from django.core.cache import cache

    wanted = password or PASSWORD
    if not user.check_password(wanted):
        user.set_password(wanted)
        user.save(update_fields=["password"])
    if user.email:
        EmailAddress.objects.update_or_create(
            user=user, email=user.email, defaults={"verified": True, "primary": True}
        )
    give_second_factor(user)
    devices = Authenticator.objects.filter(user=user, type=Authenticator.Type.TOTP)
    for device in devices.order_by("pk"):
        # A code serves once; the second sign-in of a test may fall in the same half-minute.
        cache.delete(TOTP(device)._get_used_cache_key(totp_code(secret_of(device))))
    return wanted


def secret_of(device: Any) -> str:
    """Return the secret of a stored TOTP device."""
    from allauth.mfa.utils import decrypt

    return str(decrypt(device.data["secret"]))


def sign_in(page: Any, user: Any, password: str | None = None) -> None:
    """Sign in through the real pages, second factor included, and land on the home page."""
    from allauth.mfa.models import Authenticator

    password = prepare_account(user, password)
    page.goto(reverse("account_login"))
    page.fill("input[name=login]", user.email)
    page.fill("input[name=password]", password)
    page.locator("form:has(input[name=password]) button[type=submit]").first.click()
    page.wait_for_load_state()
    code = page.locator("input[name=code]")
    if code.count():
        device = Authenticator.objects.get(user=user, type=Authenticator.Type.TOTP)
        code.fill(totp_code(secret_of(device)))
        page.locator("form:has(input[name=code]) button[type=submit]").first.click()
        page.wait_for_load_state()
    assert reverse("account_login") not in page.url, f"{user.email} could not sign in"


def sign_in_fast(page: Any, user: Any) -> None:
    """Sign in by putting a session in the browser: for journeys that are about other pages."""
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
    from django.contrib.sessions.backends.db import SessionStore

    prepare_account(user)
    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.update(session_facts(user))
    session.create()
    page.context.add_cookies(
        [
            {
                "name": settings.SESSION_COOKIE_NAME,
                "value": session.session_key,
                "url": page.context.escale_url,
                "httpOnly": True,
            }
        ]
    )
