"""Retention rules of core's own rows."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from core.retention import Rule, follows, keeps, register
from core.rights.forgetting import forget_users, needed

if TYPE_CHECKING:
    from django.db.models import QuerySet

_CNIL_LOGS = "CNIL, délibération 2021-122 (journalisation) : six mois à un an"


_RGPD = "RGPD, article 5.1.e : pas plus longtemps que nécessaire"


def register_rules() -> None:
    """Register them; models are looked up when a rule runs."""
    _register_rights()
    follows("core.Message", "core.MessageAttachment", "core.Bounce")
    follows(
        "accounts.User",
        "account.EmailAddress",
        "accounts.CivilIdentity",
        "mfa.Authenticator",
        "socialaccount.SocialAccount",
    )
    follows("account.EmailAddress", "account.EmailConfirmation")
    follows("socialaccount.SocialAccount", "socialaccount.SocialToken")
    keeps(
        "Réglages du service, sans donnée personnelle",
        "socialaccount.SocialApp",
        "auth.Group",
        "auth.Permission",
        "contenttypes.ContentType",
        "core.RetentionTerm",
    )
    keeps("Clé d’une purge : le temps de la purge", "core.JournalPurge", "core.PurgeKey")
    keeps(
        "Avec ce qui y renvoie ; chaque nuit, ce à quoi plus rien ne renvoie est effacé "
        "(core.sweep_documents)",
        "core.Document",
    )
    register(
        Rule(
            "journal.reads",
            "core.JournalEntry",
            dt.timedelta(days=365),
            _CNIL_LOGS,
            lambda before: _model("JournalEntry").filter(at__lt=before, verb__startswith="read."),
            _purge_journal,
            age="at",
            what="Consultations de données sensibles au journal",
            floor_days=183,
        ),
        Rule(
            "journal.acts",
            "core.JournalEntry",
            dt.timedelta(days=6 * 365),
            "Preuve des actes jusqu’à la prescription quadriennale, plus deux ans de marge",
            lambda before: _model("JournalEntry").filter(at__lt=before),
            _purge_journal,
            age="at",
            what="Actes au journal",
            floor_days=183,
        ),
        Rule(
            "messages",
            "core.Message",
            dt.timedelta(days=365),
            "Une année scolaire ; ce que le message annonçait reste au dossier",
            lambda before: _model("Message").filter(created_at__lt=before),
            age="created_at",
            what="Messages",
        ),
        Rule(
            "demo.mails",
            "core.DeliveredMail",
            dt.timedelta(days=30),
            "Démonstration seulement",
            lambda before: _model("DeliveredMail").filter(received_at__lt=before),
            age="received_at",
            what="Boîte aux lettres de la démonstration",
        ),
        Rule(
            "api.answers",
            "core.IdempotencyRecord",
            dt.timedelta(days=2),
            "Temps utile aux répétitions d’un partenaire",
            lambda before: _model("IdempotencyRecord").filter(created_at__lt=before),
            age="created_at",
            what="Réponses gardées pour les répétitions d’un partenaire",
        ),
        Rule(
            "forms.tokens",
            "core.OnceUse",
            dt.timedelta(days=2),
            "Temps utile à un double envoi",
            lambda before: _model("OnceUse").filter(created_at__lt=before),
            age="created_at",
            what="Marques de formulaires déjà envoyés",
        ),
        Rule(
            "api.tokens",
            "core.PartnerToken",
            dt.timedelta(days=2 * 365),
            "Preuve des accès donnés, deux ans après leur fin",
            lambda before: _model("PartnerToken").filter(expires_at__lt=before),
            age="expires_at",
            what="Jetons de partenaires expirés",
        ),
        Rule(
            "accounts.unconfirmed",
            "accounts.User",
            dt.timedelta(days=30),
            "RGPD, article 5.1.c : une demande restée sans suite n’a pas à être gardée",
            _unconfirmed,
            forget_users,
            age="created_at",
            what="Comptes jamais confirmés",
        ),
        Rule(
            "posts",
            "accounts.Post",
            dt.timedelta(days=365),
            "Un an après la fin du poste, temps d’un contrôle",
            _ended_posts,
            age="ends_on",
            what="Postes terminés",
        ),
        Rule(
            "known_devices",
            "accounts.KnownDevice",
            dt.timedelta(days=400),
            "Temps de vie du témoin déposé sur l’appareil",
            _forgotten_devices,
            age="last_seen_at",
            what="Appareils d’où l’on s’est connecté",
        ),
        Rule(
            "desk_codes",
            "accounts.DeskCode",
            dt.timedelta(days=183),
            _CNIL_LOGS,
            _old_desk_codes,
            age="expires_at",
            what="Codes remis au guichet",
        ),
        Rule(
            "devices",
            "usersessions.UserSession",
            dt.timedelta(days=183),
            _CNIL_LOGS,
            _old_devices,
            age="created_at",
            what="Appareils connectés",
        ),
        Rule(
            "sessions",
            "sessions.Session",
            dt.timedelta(0),
            "Fin de la session",
            _old_sessions,
            age="expire_date",
            what="Sessions expirées",
        ),
    )


def _register_rights() -> None:
    from core.document_life import drop_files

    register(
        Rule(
            "accounts.dormant",
            "accounts.User",
            dt.timedelta(days=3 * 365),
            "CNIL, référentiels de gestion : trois ans après le dernier contact",
            _dormant,
            forget_users,
            age="last_login",
            what="Comptes que plus rien ne retient, sans connexion depuis",
            order=90,
        ),
        Rule(
            "addresses.choices",
            "core.MessageChoice",
            dt.timedelta(days=3 * 365),
            "CNIL : trois ans après le dernier contact",
            lambda before: _model("MessageChoice").filter(user__isnull=True, changed_at__lt=before),
            age="changed_at",
            what="Choix de messages d’adresses sans compte",
        ),
        Rule(
            "addresses.returns",
            "core.AddressHealth",
            dt.timedelta(days=2 * 365),
            _RGPD,
            lambda before: _model("AddressHealth").filter(last_bounce_at__lt=before),
            age="last_bounce_at",
            what="Adresses e-mail qui renvoyaient nos messages",
        ),
        Rule(
            "rights.exports.files",
            "core.DataExport",
            dt.timedelta(0),
            "Sept jours : le temps de télécharger",
            lambda before: _model("DataExport").filter(
                expires_at__lt=before, document__isnull=False
            ),
            drop_files,
            age="expires_at",
            what="Fichiers des copies de données arrivées à leur terme",
            order=20,
        ),
        Rule(
            "rights.exports",
            "core.DataExport",
            dt.timedelta(days=365),
            "Preuve que la demande a eu sa réponse, un an",
            lambda before: _model("DataExport").filter(requested_at__lt=before),
            age="requested_at",
            what="Mentions de copies de données faites",
            order=21,
        ),
        Rule(
            "rights.requests",
            "core.RightsRequest",
            dt.timedelta(days=6 * 365),
            "Preuve de la réponse : prescription des manquements au RGPD, six ans de marge",
            lambda before: _model("RightsRequest").filter(answered_at__lt=before),
            age="answered_at",
            what="Demandes de correction ou d’effacement, répondues",
        ),
        Rule(
            "accounts.closings",
            "core.AccountClosing",
            dt.timedelta(days=365),
            "Preuve de la demande, un an",
            lambda before: (
                _model("AccountClosing")
                .filter(effective_at__lt=before)
                .exclude(undone_at__isnull=True, done_at__isnull=True)
            ),
            age="effective_at",
            what="Fermetures de compte faites ou annulées",
        ),
        Rule(
            "retention.runs",
            "core.RetentionRun",
            dt.timedelta(days=3 * 365),
            "Preuve de l’application des durées, trois ans",
            lambda before: _model("RetentionRun").filter(started_at__lt=before),
            age="started_at",
            what="Comptes rendus de purge",
        ),
    )


def _dormant(before: dt.datetime) -> QuerySet[Any]:
    """People not seen for years, whom nothing that is kept needs by name."""
    from django.db.models import Q

    from core.accounts.models import Post, User

    seen = Q(last_login__lt=before) | Q(last_login__isnull=True, created_at__lt=before)
    people: QuerySet[Any] = User.objects.filter(seen).exclude(
        family_name="effacé", email__isnull=True, is_active=False
    )
    staff = Post.objects.current().exclude(role__in=["guardian", "pupil"])
    people = people.exclude(pk__in=staff.values("user"))
    return people.exclude(pk__in=needed(before)).exclude(partner_tokens__isnull=False)


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


def _old_sessions(before: dt.datetime) -> QuerySet[Any]:
    from django.contrib.sessions.models import Session

    return Session.objects.filter(expire_date__lt=before)


def _ended_posts(before: dt.datetime) -> QuerySet[Any]:
    from core.accounts.models import Post

    return Post.objects.filter(ends_on__lt=before.date())


def _forgotten_devices(before: dt.datetime) -> QuerySet[Any]:
    from core.accounts.models import KnownDevice

    return KnownDevice.objects.filter(last_seen_at__lt=before)


def _old_desk_codes(before: dt.datetime) -> QuerySet[Any]:
    from core.accounts.models import DeskCode

    return DeskCode.objects.filter(expires_at__lt=before)


def _old_devices(before: dt.datetime) -> QuerySet[Any]:
    from allauth.usersessions.models import UserSession

    rows: QuerySet[Any] = UserSession.objects.filter(created_at__lt=before)
    return rows
