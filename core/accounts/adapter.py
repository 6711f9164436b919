"""How django-allauth meets our house: the outbox, our people, our journal."""

from __future__ import annotations

import io
import time
from typing import Any
from urllib.parse import urlencode

import segno
from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.flows.login import get_authentication_records
from allauth.account.internal.flows.reauthentication import get_reauthentication_flows
from allauth.core import context
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from core import clock, codes, outbox
from core.accounts import secrets
from core.accounts.citizen import server
from core.accounts.models import User
from core.net import client_ip


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Accounts of people who sign in by e-mail."""

    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "email_password_mismatch": _(
            "L’adresse e-mail, l’identifiant ou le mot de passe ne convient pas. "
            "Vérifiez-les et réessayez."
        ),
        "enter_current_password": _("Le mot de passe actuel ne convient pas."),
        "incorrect_password": _("Ce mot de passe ne convient pas."),
        "incorrect_code": _("Ce code ne convient pas, ou n’est plus valable. Prenez le suivant."),
        "too_many_login_attempts": _(
            "Trop d’essais. Attendez quelques minutes, ou changez de mot de passe."
        ),
        "rate_limited": _("Trop de demandes. Attendez quelques minutes."),
    }

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Queue one of allauth's mails; what lets its reader in is wiped once sent."""
        user = context.get("user")
        reader = user if isinstance(user, User) else None
        language = (reader.language if reader else translation.get_language()) or "fr"
        words = {
            "city_name": settings.CITY_NAME,
            "service_name": settings.SERVICE_NAME,
            "public_url": settings.PUBLIC_URL,
            "email": email,
            "reader": reader,
            **context,
        }
        with translation.override(language):
            subject = outbox.plain(f"{template_prefix}_subject.txt", words)
            body = outbox.plain(f"{template_prefix}_message.txt", words)
            signature = outbox.plain("messages/_signature.txt", words)
        outbox.queue_words(
            kind=template_prefix.replace("/email/", "."),
            to=reader,
            address=email,
            subject=subject,
            body=f"{body.strip()}\n\n{signature.strip()}\n",
            language=language,
            secret=not context.get("is_notice"),
        )

    def send_notification_mail(
        self,
        template_prefix: str,
        user: User,
        context: dict[str, Any] | None = None,
        email: str | None = None,
    ) -> None:
        """Tell the owner of a change, also one without a sign-in address."""
        words = {"timestamp": clock.now(), "user": user, "is_notice": True, **(context or {})}
        if email and template_prefix == "account/email/email_changed":
            from core.accounts.actions.addresses import refusal_link

            words["refuse_link"] = refusal_link(user, email)
        self.send_mail(template_prefix, email or user.email or "", words)

    def save_user(
        self,
        request: HttpRequest,
        user: User,
        form: BaseForm,
        commit: bool = True,  # noqa: FBT001, FBT002
    ) -> User:
        """Save somebody who has just signed up as a parent."""
        from core.accounts import actions

        user.given_name = form.cleaned_data["given_name"]
        user.family_name = form.cleaned_data["family_name"]
        user.language = translation.get_language() or settings.LANGUAGE_CODE
        with transaction.atomic():
            super().save_user(request, user, form, commit=commit)
            if commit:
                actions.welcome_guardian(user=user)
        return user

    def is_reauthentication_required(self, *, app: str) -> bool:
        """Ask for proof again unless somebody has just signed in or given one."""
        request = context.request
        records = get_authentication_records(request, request.user)
        latest = max((record["at"] for record in records), default=0)
        if time.time() - latest <= settings.ACCOUNT_REAUTHENTICATION_TIMEOUT:
            return False
        if not get_reauthentication_flows(request.user) and server.configured():
            # Neither password nor second factor: the citizen account is asked once more.
            query = urlencode({"next": request.get_full_path()})
            raise ImmediateHttpResponse(redirect(f"{reverse('citizen_confirm')}?{query}"))
        return True

    def post_login(self, request: HttpRequest, user: User, **kwargs: Any) -> HttpResponse:
        """Remember the device; tell the owner of one never seen before."""
        from core.accounts.actions import devices

        response: HttpResponse = super().post_login(request, user, **kwargs)
        token = devices.notice_device(
            user=user,
            token=request.COOKIES.get(devices.COOKIE, ""),
            user_agent=request.headers.get("User-Agent", ""),
        )
        response.set_cookie(
            devices.COOKIE,
            token,
            max_age=devices.COOKIE_SECONDS,
            secure=bool(settings.SESSION_COOKIE_SECURE),
            httponly=True,
            samesite="Lax",
        )
        return response

    def get_client_ip(self, request: HttpRequest) -> str:
        """Return the caller's address behind the proxies we know."""
        return client_ip(request)

    def get_login_stages(self) -> list[str]:
        """Ask nobody without an address to confirm one."""
        ours = {
            "allauth.account.stages.EmailVerificationStage": "core.accounts.stages.AddressStage"
        }
        return [ours.get(stage, stage) for stage in super().get_login_stages()]

    def _get_login_attempts_cache_key(self, request: HttpRequest, **credentials: Any) -> str:
        """Count tries on the account, whichever of its names is typed."""
        email, identifier = credentials.get("email"), credentials.get("username")
        known = User.objects.filter(
            Q(email=email.strip().lower())
            if email
            else Q(identifier=codes.normal(identifier or ""))
        )
        pk = known.values_list("pk", flat=True).first()
        if pk is not None:
            return f"account:{pk}"
        key: str = super()._get_login_attempts_cache_key(request, **credentials)
        return key

    def reauthenticate(self, user: User, password: str) -> bool:
        """Check the password of somebody signed in, who may have no address."""
        if user.email or not user.identifier:
            return bool(super().reauthenticate(user, password))
        found = self.authenticate(context.request, username=user.identifier, password=password)
        return found is not None and found.pk == user.pk

    def populate_username(self, request: HttpRequest, user: User) -> None:
        """Do nothing: nobody has a user name here."""


class SecondFactorAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    """Second factors: encrypted secrets; agents always keep one."""

    error_messages = {
        **DefaultMFAAdapter.error_messages,
        "incorrect_code": AccountAdapter.error_messages["incorrect_code"],
        "unverified_email": _(
            "Une adresse e-mail attend d’être confirmée. Suivez le lien que nous y avons envoyé, "
            "ou annulez ce changement à la page « Mon adresse e-mail »."
        ),
        "cannot_delete_authenticator": _(
            "Votre poste demande une deuxième étape : ajoutez-en une autre avant d’ôter celle-ci."
        ),
    }

    def encrypt(self, text: str) -> str:
        """Seal a secret before it is stored."""
        return secrets.encrypt(text)

    def decrypt(self, encrypted_text: str) -> str:
        """Open a stored secret."""
        return secrets.decrypt(encrypted_text)

    def can_delete_authenticator(self, authenticator: Authenticator) -> bool:
        """Refuse to remove an agent's last second factor."""
        user: User = authenticator.user
        if not user.is_staff_member:
            return True
        others = Authenticator.objects.filter(
            user=user, type__in=[Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN]
        ).exclude(pk=authenticator.pk)
        return bool(others.exists())

    def build_totp_svg(self, url: str) -> str:
        """Draw the QR code on white with its margin: a dark page must not swallow it."""
        out = io.BytesIO()
        segno.make(url, error="m").save(
            out, kind="svg", border=4, light="white", scale=8, omitsize=True, xmldecl=False
        )
        return out.getvalue().decode()

    def _get_site_name(self) -> str:
        return f"{settings.SERVICE_NAME} · {settings.CITY_NAME}"
