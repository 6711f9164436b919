"""What core itself holds about a person: account, messages, documents, requests, acts."""

from __future__ import annotations

from collections.abc import Iterator

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from allauth.usersessions.models import UserSession
from django.utils.translation import gettext_lazy as _

from core.accounts.models import CivilIdentity, DeskCode, KnownDevice, Post, User
from core.documents import Document
from core.journal import JournalEntry
from core.messaging.kinds import kind_of
from core.messaging.models import AddressHealth, MessageChoice
from core.outbox import Message
from core.rights.models import AccountClosing, DataExport, RightsRequest
from core.rights.registry import Section, not_collected, register_collector, tell


def account(user: User) -> Iterator[Section]:
    """Tell the account, and how one signs in."""
    ways = Authenticator.objects.filter(user=user).order_by("pk")
    entries = tell(
        [user],
        lambda row: row.get_full_name(),
        ("given_name", _("Prénom")),
        ("family_name", _("Nom")),
        ("email", _("Adresse e-mail")),
        ("identifier", _("Identifiant"), "shown_identifier"),
        ("language", _("Langue")),
        ("created_at", _("Compte ouvert le")),
        ("last_login", _("Dernière connexion")),
        ("second_steps", _("Deuxième étape"), lambda _u: [w.get_type_display() for w in ways]),
    )
    entries += tell(
        EmailAddress.objects.filter(user=user).order_by("pk"),
        lambda row: row.email,
        ("email", _("Adresse e-mail")),
        ("verified", _("Confirmée")),
    )
    entries += tell(
        AddressHealth.objects.filter(address=(user.email or "").lower()),
        lambda row: row.address,
        ("hard_bounces", _("Messages revenus")),
        ("failing_since", _("N’arrivent plus depuis")),
    )
    entries += tell(
        CivilIdentity.objects.filter(user=user),
        lambda row: f"{row.given_names} {row.family_name}",
        ("given_names", _("Prénoms")),
        ("family_name", _("Nom de naissance")),
        ("preferred_name", _("Nom d’usage")),
        ("gender", _("Genre")),
        ("birth_date", _("Date de naissance")),
        ("birthplace", _("Commune de naissance (code)")),
        ("birthcountry", _("Pays de naissance (code)")),
        ("source", _("Source")),
        ("verified_at", _("Vérifié le")),
    )
    entries += tell(
        SocialAccount.objects.filter(user=user).order_by("pk"),
        lambda row: row.provider,
        ("provider", _("Service de connexion")),
        ("uid", _("Identifiant donné par ce service")),
        ("last_login", _("Dernière connexion")),
    )
    yield Section(
        "compte",
        _("Votre compte"),
        _("Pour vous connecter et vous reconnaître."),
        _("Tant que le compte sert, puis trois ans."),
        entries,
        order=10,
    )
    yield Section(
        "appareils",
        _("Appareils connectés"),
        _("Pour protéger votre compte."),
        _("Jusqu’à la déconnexion, six mois au plus."),
        tell(
            UserSession.objects.filter(user=user).order_by("-created_at"),
            lambda row: row.created_at.date(),
            ("created_at", _("Depuis")),
            ("last_seen_at", _("Vu la dernière fois")),
            ("ip", _("Adresse réseau")),
            ("user_agent", _("Navigateur")),
        )
        + tell(
            KnownDevice.objects.filter(user=user).order_by("-last_seen_at"),
            lambda _row: _("Navigateur déjà utilisé"),
            ("first_seen_at", _("La première fois")),
            ("last_seen_at", _("La dernière fois")),
        )
        + tell(
            DeskCode.objects.filter(user=user).order_by("-created_at"),
            lambda row: row.get_purpose_display(),
            ("created_at", _("Code remis le")),
            ("identity_seen", _("Pièce vue")),
            ("used_at", _("Utilisé le")),
        ),
        order=11,
    )
    yield Section(
        "postes",
        _("Vos rôles"),
        _("Pour savoir ce que vous pouvez voir et faire."),
        _("Un an après leur fin."),
        tell(
            Post.objects.filter(user=user).order_by("starts_on", "pk"),
            lambda row: row.get_role_display(),
            ("scope", _("Lieu"), "scope_ref"),
            ("starts_on", _("Depuis")),
            ("ends_on", _("Jusqu’au")),
        ),
        order=12,
    )


def messages(user: User) -> Iterator[Section]:
    """Tell what was written to somebody, and what they chose to be told."""
    mine = Message.objects.visible_to(user).readable().order_by("-created_at", "-pk")
    yield Section(
        "messages",
        _("Messages reçus"),
        _("Pour vous prévenir de ce qui vous concerne."),
        _("Un an."),
        tell(
            mine,
            lambda row: row.subject,
            ("created_at", _("Écrit le")),
            ("channel", _("Par")),
            ("address", _("À l’adresse")),
            ("state", _("État")),
            ("read_at", _("Lu ici le")),
            ("body", _("Texte")),
        ),
        order=80,
    )
    yield Section(
        "choix",
        _("Vos choix de messages"),
        _("Pour ne vous écrire que ce que vous voulez."),
        _("Avec le compte."),
        tell(
            MessageChoice.objects.filter(user=user).order_by("kind"),
            lambda row: kind_of(row.kind).label,
            ("kind", _("Message"), lambda row: kind_of(row.kind).label),
            ("email", _("Par e-mail")),
            ("sms", _("Par SMS")),
        ),
        order=81,
    )


def documents(user: User) -> Iterator[Section]:
    """Tell the files that somebody sent or owns; other sections bring those they refer to."""
    own = Document.objects.owned_by(user).order_by("-created_at", "-pk")
    yield Section(
        "documents",
        _("Vos documents"),
        _("Pour vérifier vos demandes."),
        _("Avec la demande qu’ils accompagnent, treize mois au plus s’ils resservent."),
        tell(
            own,
            lambda row: row.filename,
            ("created_at", _("Envoyé le")),
            ("content_type", _("Type de fichier")),
            ("size", _("Taille, en octets")),
            ("expires_on", _("Valable jusqu’au")),
        ),
        list(own),
        order=70,
    )


def rights(user: User) -> Iterator[Section]:
    """Tell what was asked about one's data."""
    entries = tell(
        RightsRequest.objects.filter(user=user).order_by("-asked_at"),
        lambda row: row.get_kind_display(),
        ("asked_at", _("Demandé le")),
        ("words", _("Votre demande")),
        ("state", _("État")),
        ("due_on", _("Réponse avant le")),
        ("answered_at", _("Répondu le")),
        ("answer", _("Réponse")),
    )
    entries += tell(
        DataExport.objects.filter(user=user).order_by("-requested_at"),
        lambda _row: _("Copie de vos données"),
        ("requested_at", _("Demandée le")),
        ("state", _("État")),
        ("expires_at", _("Gardée jusqu’au")),
    )
    entries += tell(
        AccountClosing.objects.filter(user=user).order_by("-asked_at"),
        lambda _row: _("Fermeture du compte"),
        ("asked_at", _("Demandée le")),
        ("effective_at", _("Prévue le")),
        ("undone_at", _("Annulée le")),
    )
    yield Section(
        "demandes",
        _("Vos demandes sur vos données"),
        _("Pour y répondre, et pouvoir le prouver."),
        _("Six ans après la réponse."),
        entries,
        order=90,
    )


def acts(user: User) -> Iterator[Section]:
    """Tell one's own acts as the journal holds them: codes and dates."""
    found = JournalEntry.objects.filter(actor=user).order_by("-at", "-pk")
    yield Section(
        "actes",
        _("Vos actes au journal"),
        _("Pour prouver qui a fait quoi, et vous protéger."),
        _("Six ans ; les consultations, un an."),
        tell(
            found,
            lambda row: row.verb,
            ("at", _("Quand")),
            ("verb", _("Acte")),
            ("subject", _("Sur"), lambda row: f"{row.subject_type} {row.subject_id}"),
            ("via", _("Par")),
        ),
        order=91,
    )


def register() -> None:
    """Register them; called from ``AppConfig.ready``."""
    register_collector(
        "core.account",
        account,
        "accounts.User",
        "accounts.Post",
        "accounts.DeskCode",
        "accounts.KnownDevice",
        "accounts.CivilIdentity",
        "account.EmailAddress",
        "mfa.Authenticator",
        "socialaccount.SocialAccount",
        "usersessions.UserSession",
    )
    register_collector("core.messages", messages, "core.Message", "core.MessageChoice")
    register_collector("core.documents", documents, "core.Document")
    register_collector(
        "core.rights", rights, "core.RightsRequest", "core.DataExport", "core.AccountClosing"
    )
    register_collector("core.acts", acts, "core.JournalEntry")
    not_collected(
        "Ne nomme qu’un agent qui décide pour la ville ; son acte est au journal.",
        "core.RetentionTerm",
        "core.RetentionRun",
    )
    not_collected("Compte technique d’un partenaire, pas d’une personne.", "core.PartnerToken")
