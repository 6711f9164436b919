"""What allauth leaves open about passkeys and about giving proof again."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from allauth.account.views import ReauthenticateView
from allauth.mfa.adapter import get_adapter
from allauth.mfa.base.views import ReauthenticateView as ReauthenticateCodeView
from allauth.mfa.webauthn.views import ReauthenticateWebAuthnView, RemoveWebAuthnView
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect


class RemovePasskeyView(RemoveWebAuthnView):  # type: ignore[misc]
    """Refuses to take an agent's last second factor away, as is done for applications."""

    def form_valid(self, form: Any) -> HttpResponse:
        """Ask the adapter first."""
        adapter = get_adapter()
        if not adapter.can_delete_authenticator(self.get_object()):
            messages.error(self.request, str(adapter.error_messages["cannot_delete_authenticator"]))
            return redirect("mfa_index")
        response: HttpResponse = super().form_valid(form)
        return response


def or_elsewhere(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """Lead somebody who has no such proof to give to the page of second steps, not to a 403."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        try:
            return view(request, *args, **kwargs)
        except PermissionDenied:
            return redirect("mfa_index")

    return guarded


reauthenticate = or_elsewhere(ReauthenticateView.as_view())
reauthenticate_code = or_elsewhere(ReauthenticateCodeView.as_view())
reauthenticate_key = or_elsewhere(ReauthenticateWebAuthnView.as_view())


def remove(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Remove one's own passkey."""
    response: HttpResponseBase = RemovePasskeyView.as_view()(request, pk=pk)
    return response
