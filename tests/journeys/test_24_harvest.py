"""Step 24: an editor reads another city's catalogue, looks at what came, and accepts it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from core.accounts.roles import Role
from resources.catalogue.models import Resource
from resources.exchange.formats.markup import parse
from tests.factories.accounts import UserFactory
from tests.factories.resources import vocabularies
from tests.journeys.browser import assert_accessible
from tests.resources.oai_server import OtherCity

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def city(live: Any, settings: Any) -> Iterator[OtherCity]:
    server = OtherCity()
    settings.HARVEST_INSIDE = [server.host]
    settings.HARVEST_OUTSIDE = True
    vocabularies()
    yield server
    server.stop()


def add_source(page: Any, city: OtherCity) -> None:
    page.goto(reverse("exchange:sources"))
    assert_accessible(page)
    page.get_by_role("link", name="Ajouter une source").first.click()
    assert_accessible(page)
    page.get_by_label("Nom", exact=True).fill("Autre-Ville")
    page.get_by_label("Adresse OAI-PMH").fill("http://127.0.0.1:9/oai/")
    page.get_by_role("button", name="Enregistrer et tester").click()
    expect(page.get_by_text("n’est pas de celles que l’on interroge").first).to_be_visible()
    assert_accessible(page)
    page.get_by_role("link", name="Modifier").click()
    page.get_by_label("Adresse OAI-PMH").fill(city.url)
    page.get_by_role("button", name="Enregistrer et tester").click()
    expect(page.get_by_text("La source répond, et donne ce format.").first).to_be_visible()
    expect(page.get_by_text("Escale · Autre-Ville")).to_be_visible()


def test_an_editor_harvests_another_city_and_accepts_what_it_gives(
    city: OtherCity, new_page: Any, sign_in_fast: Any
) -> None:
    page = new_page("desktop")
    sign_in_fast(page, UserFactory(roles=[Role.CATALOGUE_EDITOR]))
    add_source(page, city)
    page.get_by_role("button", name="Moissonner maintenant").click()
    expect(page.get_by_text("Rien n’est encore enregistré.")).to_be_visible()
    assert not Resource.objects.exists()
    expect(page.get_by_role("row").filter(has_text="Les marées du port")).to_have_count(1)
    assert_accessible(page)
    page.get_by_role("button", name="Enregistrer 5 notices").click()
    expect(page.get_by_text("Terminée").first).to_be_visible()
    assert_accessible(page)
    page.get_by_role("link", name="Voir les ressources proposées").click()
    expect(page.get_by_role("link", name="Les marées du port")).to_have_count(1)
    page.get_by_role("link", name="Les marées du port").click()
    page.get_by_role("button", name="Valider", exact=True).click()
    assert Resource.objects.get(title="Les marées du port").state == "validated"

    city.tell("rename", "ville-1", "Les marées d’équinoxe")
    page.goto(reverse("exchange:sources"))
    page.get_by_role("link", name="Autre-Ville").click()
    page.get_by_role("button", name="Moissonner maintenant").click()
    expect(page.get_by_text("Terminée").first).to_be_visible()
    phone = new_page("phone")
    sign_in_fast(phone, UserFactory(roles=[Role.CATALOGUE_EDITOR]))
    phone.goto(reverse("exchange:sources"))
    assert_accessible(phone)
    phone.get_by_role("link", name="Autre-Ville").click()
    phone.get_by_role("link", name="Modifications à examiner 1").click()
    expect(phone.get_by_text("Les marées d’équinoxe").first).to_be_visible()
    assert_accessible(phone)
    phone.get_by_role("button", name="Accepter les modifications choisies").click()
    expect(phone.get_by_text("1 notice traitée.").first).to_be_visible()
    assert Resource.objects.filter(title="Les marées d’équinoxe", state="validated").exists()

    page.goto(reverse("catalogue:manage"))
    page.get_by_text("Exporter ces 5 ressources").click()
    assert_accessible(page)
    with page.expect_download() as download:
        page.get_by_role("link", name="ScoLOMFR (LOM XML)").click()
    assert len(list(parse(download.value.path().read_bytes()))) == 5
