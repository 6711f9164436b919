"""A mother and whoever helps her: the town they live in, and what their browsers do."""

from __future__ import annotations

import io

from django.test import Client
from django.urls import reverse
from PIL import Image

from core.accounts.roles import Role
from core.outbox import Message
from tests.factories.accounts import UserFactory
from tests.factories.assisted import helper
from tests.factories.registration import build_town
from tests.people import sign_in_client

PASSWORD = "trois-petits-chats-gris"


def helped_town():
    """A school, a mother with a password, a child, a helper."""
    town = build_town()
    user = UserFactory(roles=[Role.GUARDIAN], password=PASSWORD)
    town.mother = town.parent(given_name="Samira", family_name="Benali", user=user)
    town.amel = town.child(town.mother, given_name="Amel")
    town.helper = helper()
    return town


def browser(user):
    client = Client()
    sign_in_client(client, user)
    return client


def text(response):
    return response.content.decode().replace("\u00a0", " ")


def kinds(user):
    return list(
        Message.objects.filter(recipient=user).order_by("pk").values_list("kind", flat=True)
    )


def begin(client, mandate):
    return client.post(reverse("families:helping_begin", args=[mandate.public_id]))


def paper():
    out = io.BytesIO()
    Image.new("RGB", (600, 400), "#e7d9b0").save(out, "JPEG")
    out.seek(0)
    out.name = "mandat.jpg"
    return out
