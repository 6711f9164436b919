"""The citizen stand-in as a real process, and a person who goes through its pages."""

from __future__ import annotations

import json
import re
from typing import Any
from urllib.parse import urlencode, urlsplit

import requests
from django.urls import reverse

from core.accounts import actions as accounts
from core.accounts.actions.citizens import Citizen
from core.accounts.citizen import civil
from core.accounts.models import User
from core.accounts.roles import Role
from tests.factories.accounts import UserFactory
from tests.standin import StandIn


class CitizenServer(StandIn):
    """A running stand-in."""

    def __init__(self) -> None:
        super().__init__("core.accounts.sandbox", "--back", "http://")

    @property
    def issuer(self) -> str:
        return f"{self.url}/api/v2"

    def misbehave(self, *faults: str) -> None:
        answer = requests.post(f"{self.url}/sandbox/faults", data=json.dumps(faults), timeout=5)
        assert answer.status_code == 200, answer.text

    def turn_key(self) -> None:
        requests.post(f"{self.url}/sandbox/turn-key", timeout=5)

    def state(self) -> dict[str, Any]:
        return requests.get(f"{self.url}/sandbox/state", timeout=5).json()

    def answer(self, address: str, sub: str) -> str:
        """Open the page one was led to, choose who to be, and return where it leads."""
        page = requests.get(address, timeout=5)
        assert page.status_code == 200, page.text
        asked = re.search(r'name="request" value="([^"]+)"', page.text)
        assert asked is not None
        chosen = requests.post(
            f"{self.url}/choose",
            data=urlencode({"request": asked[1], "sub": sub}),
            timeout=5,
            allow_redirects=False,
        )
        return chosen.headers["Location"]

    def come_back(self, client: Any, person: Any, **form: str) -> Any:
        """Press the button, be that person there, and follow the way back."""
        return client.get(self.way_back(client, person, **form))

    def way_back(self, client: Any, person: Any, **form: str) -> str:
        led = client.post(reverse("citizen_login"), form)
        assert led.status_code == 302, led.content.decode()[:2000]
        back = urlsplit(self.answer(led["Location"], person.sub if person else ""))
        return f"{back.path}?{back.query}"


def open_door(settings: Any, server: CitizenServer) -> None:
    """Point the service at a stand-in."""
    settings.CITIZEN_ISSUER = server.issuer
    settings.CITIZEN_CLIENT_ID = "escale-demo"
    settings.CITIZEN_CLIENT_SECRET = "escale-demo-secret"


def citizen(person: Any) -> Citizen:
    """Return who the server would vouch for."""
    return Citizen(person.sub, civil.civil_status(person.claims()), person.email)


def parent(**fields: Any) -> User:
    """Return a parent with an identifier."""
    user: User = UserFactory(roles=[Role.GUARDIAN], **fields)
    accounts.give_identifier(user)
    return user


def signed_in_as(client: Any) -> User | None:
    """Return who a client is signed in as."""
    return User.objects.filter(pk=client.session.get("_auth_user_id")).first()
