"""Retention rules of core's own rows."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from core.retention import Rule, register

if TYPE_CHECKING:
    from django.db.models import QuerySet

_CNIL_LOGS = "CNIL, délibération 2021-122 (journalisation) : six mois à un an"


def register_rules() -> None:
    """Register them; models are looked up when a rule runs."""
    register(
        Rule(
            "journal.reads",
            "core.JournalEntry",
            dt.timedelta(days=365),
            _CNIL_LOGS,
            lambda before: _model("JournalEntry").filter(at__lt=before, verb__startswith="read."),
            _purge_journal,
        ),
        Rule(
            "journal.acts",
            "core.JournalEntry",
            dt.timedelta(days=6 * 365),
            "Preuve des actes jusqu’à la prescription quadriennale, plus deux ans de marge",
            lambda before: _model("JournalEntry").filter(at__lt=before),
            _purge_journal,
        ),
        Rule(
            "messages",
            "core.Message",
            dt.timedelta(days=365),
            "Une année scolaire ; ce que le message annonçait reste au dossier",
            lambda before: _model("Message").filter(created_at__lt=before),
        ),
        Rule(
            "demo.mails",
            "core.DeliveredMail",
            dt.timedelta(days=30),
            "Démonstration seulement",
            lambda before: _model("DeliveredMail").filter(received_at__lt=before),
        ),
        Rule(
            "api.answers",
            "core.IdempotencyRecord",
            dt.timedelta(days=2),
            "Temps utile aux répétitions d’un partenaire",
            lambda before: _model("IdempotencyRecord").filter(created_at__lt=before),
        ),
        Rule(
            "forms.tokens",
            "core.OnceUse",
            dt.timedelta(days=2),
            "Temps utile à un double envoi",
            lambda before: _model("OnceUse").filter(created_at__lt=before),
        ),
        Rule(
            "api.tokens",
            "core.PartnerToken",
            dt.timedelta(days=2 * 365),
            "Preuve des accès donnés, deux ans après leur fin",
            lambda before: _model("PartnerToken").filter(expires_at__lt=before),
        ),
        Rule(
            "accounts.unconfirmed",
            "accounts.User",
            dt.timedelta(days=30),
            "RGPD, article 5.1.c : une demande restée sans suite n’a pas à être gardée",
            _unconfirmed,
            _forget_people,
        ),
        Rule(
            "posts",
            "accounts.Post",
            dt.timedelta(days=365),
            "Un an après la fin du poste, temps d’un contrôle",
            _ended_posts,
        ),
        Rule(
            "desk_codes",
            "accounts.DeskCode",
            dt.timedelta(days=183),
            _CNIL_LOGS,
            _old_desk_codes,
        ),
        Rule(
            "devices",
            "usersessions.UserSession",
            dt.timedelta(days=183),
            _CNIL_LOGS,
            _old_devices,
        ),
        Rule(
            "sessions",
            "sessions.Session",
            dt.timedelta(0),
            "Fin de la session",
            _old_sessions,
        ),
    )


def _model(name: str) -> QuerySet[Any]:
    from core import models

    found: QuerySet[Any] = getattr(models, name).objects.all()
    return found


def _purge_journal(rows: QuerySet[Any]) -> int:
    from core import journal

    return journal.purge(rows)


def _unconfirmed(before: dt.datetime) -> QuerySet[Any]:
    """People who asked for an account and never followed the link."""
    from allauth.account.models import EmailAddress

    from core.accounts.models import User

    addresses = EmailAddress.objects.order_by()
    people: QuerySet[Any] = User.objects.filter(
        created_at__lt=before,
        last_login__isnull=True,
        is_active=True,
        pk__in=addresses.filter(verified=False).values("user"),
    )
    return people.exclude(pk__in=addresses.filter(verified=True).values("user"))


def _forget_people(rows: QuerySet[Any]) -> int:
    """Take away what names them; the row stays, for the journal refers to it."""
    from allauth.account.models import EmailAddress
    from django.contrib.auth.hashers import make_password

    ids = list(rows.order_by("pk").values_list("pk", flat=True))
    EmailAddress.objects.filter(user__in=ids).delete()
    nobody = {
        "email": None,
        "given_name": "Compte",
        "family_name": "effacé",
        "is_active": False,
        "password": make_password(None),
    }
    return int(rows.model._base_manager.filter(pk__in=ids).update(**nobody))


def _old_sessions(before: dt.datetime) -> QuerySet[Any]:
    from django.contrib.sessions.models import Session

    return Session.objects.filter(expire_date__lt=before)


def _ended_posts(before: dt.datetime) -> QuerySet[Any]:
    from core.accounts.models import Post

    return Post.objects.filter(ends_on__lt=before.date())


def _old_desk_codes(before: dt.datetime) -> QuerySet[Any]:
    from core.accounts.models import DeskCode

    return DeskCode.objects.filter(expires_at__lt=before)


def _old_devices(before: dt.datetime) -> QuerySet[Any]:
    from allauth.usersessions.models import UserSession

    rows: QuerySet[Any] = UserSession.objects.filter(created_at__lt=before)
    return rows
