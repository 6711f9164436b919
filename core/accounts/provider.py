"""allauth's OpenID Connect, narrowed to a server of the FranceConnect kind.

What is added: a nonce tied to the state, PKCE, the level of assurance, one signature
algorithm, the signed userinfo, the issuer named in the answer, and the identity token kept
for the logout. What is taken away: scopes and parameters chosen by the address, keys fetched
at every sign-in, claims stored beside the link.
"""

from __future__ import annotations

import secrets
from typing import Any

from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialApp, SocialLogin, SocialToken
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from allauth.socialaccount.providers.oauth2.views import OAuth2CallbackView
from allauth.socialaccount.providers.openid_connect.provider import OpenIDConnectProvider
from allauth.socialaccount.providers.openid_connect.views import OpenIDConnectOAuth2Adapter
from django.conf import settings
from django.http import HttpRequest, HttpResponseBase
from django.urls import reverse

from core.accounts.actions.citizens import PROVIDER, Citizen
from core.accounts.citizen import civil, server, tokens

SCOPES = (
    "openid",
    "given_name",
    "family_name",
    "birthdate",
    "gender",
    "birthplace",
    "birthcountry",
    "email",
    "preferred_username",
)


class CitizenAdapter(OpenIDConnectOAuth2Adapter):  # type: ignore[misc]
    """Talks to the server for one sign-in."""

    #: The nonce sent with this sign-in; the callback view sets it from the state.
    nonce = ""

    @property
    def openid_config(self) -> dict[str, Any]:
        """Return what the server says of itself."""
        try:
            return server.configuration()
        except server.ServerUnavailable as error:
            raise OAuth2Error("configuration") from error

    def get_callback_url(self, request: HttpRequest, app: SocialApp) -> str:
        """Return our public address, whatever name the request came by."""
        return f"{settings.PUBLIC_URL}{reverse('citizen_callback')}"

    def complete_login(
        self, request: HttpRequest, app: SocialApp, token: SocialToken, **kwargs: Any
    ) -> SocialLogin:
        """Check both signed answers, then say who this is."""
        raw = kwargs["response"].get("id_token")
        try:
            citizen = self._citizen(raw, token.token, app.client_id)
        except tokens.TokenRefused as refused:
            raise OAuth2Error(refused.code) from refused
        except civil.IncompleteIdentity as hole:
            raise OAuth2Error("identity") from hole
        except server.ServerUnavailable as down:
            raise OAuth2Error("unavailable") from down
        login = self.get_provider().sociallogin_from_response(request, {"sub": citizen.subject})
        login.citizen = citizen
        login.id_token = raw
        return login

    def _citizen(self, id_token: object, access_token: str, client_id: str) -> Citizen:
        expected: dict[str, Any] = {
            "key_of": server.key_of,
            "issuer": settings.CITIZEN_ISSUER,
            "audience": client_id,
        }
        subject = tokens.read_id_token(id_token, nonce=self.nonce, **expected)["sub"]
        kind, body = server.fetch(
            self.openid_config["userinfo_endpoint"], {"Authorization": f"Bearer {access_token}"}
        )
        if kind != "application/jwt":
            raise tokens.TokenRefused("unsigned")
        claims = tokens.read_userinfo(body.decode("ascii", "replace"), subject=subject, **expected)
        return Citizen(subject, civil.civil_status(claims), civil.email_of(claims))


class CitizenProvider(OpenIDConnectProvider):  # type: ignore[misc]
    """The one server this city trusts."""

    id = PROVIDER
    name = "Citizen account"
    oauth2_adapter_class = CitizenAdapter
    pkce_enabled_default = True

    def get_login_url(self, request: HttpRequest, **kwargs: Any) -> str:
        """Return where the button leads."""
        return reverse("citizen_login")

    def get_callback_url(self) -> str:
        """Return where the server leads back to."""
        return reverse("citizen_callback")

    def get_pkce_params(self) -> dict[str, Any]:
        """Send a challenge to a server that offers it; strict ones refuse what they don't know."""
        if "S256" not in server.configuration().get("code_challenge_methods_supported", ()):
            return {}
        params: dict[str, Any] = super().get_pkce_params()
        return params

    def get_scope_from_request(self, request: HttpRequest) -> list[str]:
        """Ask for what we need; an address cannot ask for more."""
        return list(SCOPES)

    def get_auth_params_from_request(self, request: HttpRequest, action: str) -> dict[str, str]:
        """The same for parameters."""
        return {"acr_values": "eidas1"}

    def redirect(
        self,
        request: HttpRequest,
        process: str,
        next_url: str | None = None,
        data: Any = None,
        **kwargs: Any,
    ) -> HttpResponseBase:
        """Lead to the server with a nonce that only this state remembers."""
        nonce = secrets.token_urlsafe(32)
        params = {**(kwargs.pop("auth_params", None) or {}), "nonce": nonce}
        response: HttpResponseBase = super().redirect(
            request, process, next_url, data, auth_params=params, nonce=nonce, **kwargs
        )
        return response

    def extract_extra_data(self, data: dict[str, Any]) -> dict[str, Any]:
        """Keep nothing beside the link: the civil status has its own, narrower place."""
        return {}


class CallbackView(OAuth2CallbackView):  # type: ignore[misc]
    """Where the server leads back to."""

    adapter: CitizenAdapter

    def _get_state(self, request: HttpRequest, provider: Any) -> tuple[Any, Any]:
        state, response = super()._get_state(request, provider)
        if state is not None:
            self.adapter.nonce = str(state.get("nonce") or "")
            said = request.GET.get("iss")
            if said is not None and said != settings.CITIZEN_ISSUER:
                # RFC 9207: an answer of another server, taken for ours.
                raise_to_page(request, provider, "issuer")
        return state, response


def raise_to_page(request: HttpRequest, provider: Any, code: str) -> None:
    """End the sign-in with the page that says it did not work."""
    SocialAdapter(request).on_authentication_error(request, provider, exception=OAuth2Error(code))


class SocialAdapter(DefaultSocialAccountAdapter):  # type: ignore[misc]
    """Where allauth asks us: the one server of the settings, who may enter, what failed."""

    def list_apps(
        self, request: HttpRequest, provider: str | None = None, client_id: str | None = None
    ) -> list[SocialApp]:
        """Return the server of the settings; none of the database."""
        if not server.configured() or provider not in (None, PROVIDER):
            return []
        app = SocialApp(
            provider=PROVIDER,
            provider_id=PROVIDER,
            name=settings.CITIZEN_LABEL,
            client_id=settings.CITIZEN_CLIENT_ID,
            secret=settings.CITIZEN_CLIENT_SECRET,
            settings={
                "server_url": settings.CITIZEN_ISSUER,
                "token_auth_method": "client_secret_post",
            },
        )
        return [app] if client_id in (None, app.client_id) else []

    def generate_state_param(self, state: dict[str, Any]) -> str:
        """Return 43 characters: such servers want 32 at least."""
        return secrets.token_urlsafe(32)

    def on_authentication_error(
        self,
        request: HttpRequest,
        provider: Any,
        error: Any = None,
        exception: Exception | None = None,
        extra_context: dict[str, Any] | None = None,
    ) -> None:
        """Show our page, which tells a person nothing a forger could use."""
        from core.accounts.views.citizen import failed

        failed(request, error, exception)

    def pre_social_login(self, request: HttpRequest, sociallogin: SocialLogin) -> None:
        """Decide who this is, before allauth looks any further."""
        from core.accounts.views.citizen import received

        received(request, sociallogin)


provider_classes = [CitizenProvider]
