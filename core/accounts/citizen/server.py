"""The server's configuration and keys: fetched over TLS, checked, kept for ten minutes."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any, cast
from urllib.parse import urlsplit

import requests
from django.conf import settings
from django.core.cache import cache

from core.accounts.citizen.tokens import TokenRefused

_KEPT_SECONDS = 600
#: An unknown key is asked for again at most this often, whoever sends tokens that name it.
_AGAIN_SECONDS = 30
_LARGEST = 512 * 1024
#: Seconds to connect, and between two bytes.
TIMEOUT = (3, 5)


class ServerUnavailable(Exception):
    """The server does not answer, or not as it should."""


def configured() -> bool:
    """Tell whether this city offers that door at all."""
    return bool(settings.CITIZEN_ISSUER and settings.CITIZEN_CLIENT_ID)


def fetch(url: str, headers: Mapping[str, str] | None = None) -> tuple[str, bytes]:
    """Return the content type and body of an answer of the server; never follows it elsewhere."""
    try:
        with requests.get(
            url, headers=dict(headers or {}), timeout=TIMEOUT, allow_redirects=False, stream=True
        ) as answer:
            body = answer.raw.read(_LARGEST + 1, decode_content=True)
            kind = answer.headers.get("Content-Type", "").partition(";")[0].strip().lower()
            if answer.status_code != 200 or len(body) > _LARGEST:
                raise ServerUnavailable(f"{answer.status_code}")
            return kind, body
    except (requests.RequestException, OSError) as error:
        raise ServerUnavailable(type(error).__name__) from error


def _fetch_json(url: str) -> dict[str, Any]:
    _kind, body = fetch(url)
    try:
        found = json.loads(body)
    except ValueError as error:
        raise ServerUnavailable("json") from error
    if not isinstance(found, dict):
        raise ServerUnavailable("json")
    return found


def _cache_key(what: str) -> str:
    digest = hashlib.sha256(settings.CITIZEN_ISSUER.encode()).hexdigest()[:32]
    return f"citizen:{what}:{digest}"


def _is_sound(url: object) -> bool:
    if not isinstance(url, str):
        return False
    parts = urlsplit(url)
    return parts.scheme == "https" or (settings.DEMO and parts.hostname == "127.0.0.1")


def configuration() -> dict[str, Any]:
    """Return what the server says of itself, once it has named the issuer we were told."""
    kept = cache.get(_cache_key("configuration"))
    if kept is not None:
        return cast("dict[str, Any]", kept)
    issuer: str = settings.CITIZEN_ISSUER
    said = _fetch_json(f"{issuer}/.well-known/openid-configuration")
    if said.get("issuer") != issuer:
        raise ServerUnavailable("issuer")
    for name in ("authorization_endpoint", "token_endpoint", "userinfo_endpoint", "jwks_uri"):
        if not _is_sound(said.get(name)):
            raise ServerUnavailable(name)
    if not _is_sound(said.get("end_session_endpoint")):
        said.pop("end_session_endpoint", None)
    cache.set(_cache_key("configuration"), said, _KEPT_SECONDS)
    return said


def _keys() -> list[dict[str, Any]]:
    found = _fetch_json(configuration()["jwks_uri"]).get("keys")
    keys = [key for key in found if isinstance(key, dict)] if isinstance(found, list) else []
    cache.set(_cache_key("keys"), keys, _KEPT_SECONDS)
    return keys


def key_of(kid: str) -> dict[str, Any]:
    """Return the public key of that name; raises TokenRefused if the server has none.

    Servers change keys: one we don't know makes us ask again, though not at every token.
    """
    kept: list[dict[str, Any]] | None = cache.get(_cache_key("keys"))
    for keys in (kept, None):
        if keys is None:
            if kept is not None and not cache.add(_cache_key("asked"), 1, _AGAIN_SECONDS):
                break
            keys = _keys()  # noqa: PLW2901
        for key in keys:
            if key.get("kid") == kid:
                return key
    raise TokenRefused("key")
