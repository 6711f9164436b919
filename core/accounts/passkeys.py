"""What allauth leaves open about passkeys."""

from __future__ import annotations

from typing import Any

from allauth.mfa.adapter import get_adapter
from allauth.mfa.webauthn.views import RemoveWebAuthnView
from django.contrib import messages
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


def remove(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Remove one's own passkey."""
    response: HttpResponseBase = RemovePasskeyView.as_view()(request, pk=pk)
    return response
