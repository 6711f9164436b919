"""What no service outside the demo may start with."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from typing import Any

import environ
from django.core.exceptions import ImproperlyConfigured


def database_at(url: str) -> dict[str, Any]:
    """Return Django's settings for a database address; one we can't read has no ENGINE.

    django-environ would warn with the whole address, password included.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found: dict[str, Any] = environ.Env.db_url_config(url)
    return found


def refuse_insecure(
    *,
    secret_key: str,
    allowed_hosts: Sequence[str],
    public_url: str,
    database: Mapping[str, Any],
    stripe_api_base: str,
    citizen: tuple[str, str, str] = ("", "", ""),
) -> None:
    """Raise ImproperlyConfigured, with a sentence that says what to set, at the first fault."""
    faults = (
        (
            len(secret_key) < 50 or secret_key.startswith("demo-only-"),
            "SECRET_KEY est trop faible : donnez au moins 50 caractères tirés au hasard.",
        ),
        (
            "*" in allowed_hosts,
            "ALLOWED_HOSTS accepte n'importe quel nom : retirez-en l'étoile.",
        ),
        (
            not public_url.startswith("https://"),
            "PUBLIC_URL doit commencer par https:// : le service porte des données d'enfants.",
        ),
        (
            not database.get("ENGINE") or not database.get("NAME"),
            "DATABASE_URL ne se lit pas : écrivez par exemple postgres://compte:secret@serveur/base.",
        ),
        (
            not stripe_api_base.startswith("https://"),
            "STRIPE_API_BASE mène à un bac à sable : retirez ce réglage hors démonstration.",
        ),
        (
            any(citizen) and not (all(citizen) and citizen[0].startswith("https://")),
            "CITIZEN_ISSUER (en https), CITIZEN_CLIENT_ID et CITIZEN_CLIENT_SECRET vont ensemble.",
        ),
    )
    for wrong, sentence in faults:
        if wrong:
            raise ImproperlyConfigured(sentence)
