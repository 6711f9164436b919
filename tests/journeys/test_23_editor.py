"""Step 23: an editor takes in a flawed table, completes, publishes, mends in bulk, merges."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from core.accounts.roles import Role
from resources.catalogue import duplicates
from resources.catalogue.models import BulkEdit, Favourite, Resource
from tests.factories.accounts import UserFactory
from tests.factories.resources import ResourceFactory, vocabularies
from tests.journeys.browser import assert_accessible

pytestmark = pytest.mark.django_db(transaction=True)

TABLE = """id;titre;description;langue;type;niveaux;domaines;editeur;licence;url
port:1;Les marées du vieux port;;fr;exercice;CM1|CM2;sciences;Port;CC-BY;https://port.example/marees
port:2;Le phare au microscope;On observe la lentille du phare.;fr;exercice;CM1;optique navale;Port;CC-BY;https://port.example/phare
port:3;Sans niveau connu;On lit.;français courant;jeu;terminale;francais;Port;CC-BY;
port:4;Cartes marines;On lit une carte du port.;fr;exercice;CM2;geographie;Port;CC-BY;https://port.example/cartes
port:4;Cartes marines;On lit une carte du port.;fr;exercice;CM2;geographie;Port;CC-BY;https://port.example/cartes
"""


def bring_in(page: Any) -> None:
    page.goto(reverse("catalogue:manage"))
    assert_accessible(page)
    page.get_by_role("link", name="Importer un tableau").click()
    page.locator("input[name=supplier]").fill("Éditeur du port")
    page.set_input_files(
        "input[type=file]",
        {"name": "port.csv", "mimeType": "text/csv", "buffer": TABLE.encode()},
    )
    page.get_by_role("button", name="Lire le tableau").click()
    assert_accessible(page)
    expect(page.get_by_text("« optique navale » n’est pas connu.")).to_be_visible()
    expect(page.get_by_text("Le même identifiant").first).to_be_visible()
    page.get_by_label("« optique navale »").select_option(label="La matière et l'énergie")
    page.get_by_label("« terminale »").select_option(label="Ne pas en tenir compte")
    page.get_by_role("button", name="Retenir et essayer de nouveau").first.click()
    page.get_by_role("button", name="Enregistrer 2 lignes").click()
    expect(page.get_by_text("Tout est enregistré.")).to_be_visible()
    assert_accessible(page)


def complete_and_publish(page: Any) -> None:
    """Complete the notice without a description, propose it, send it back, publish it."""
    page.goto(reverse("catalogue:manage") + "?etat=draft&manque=description")
    page.get_by_role("link", name="Les marées du vieux port").click()
    assert_accessible(page)
    expect(page.get_by_text("il manque : la description")).to_be_visible()
    page.locator("#id_size_bytes").fill("lourd")
    page.get_by_role("button", name="Enregistrer et proposer").click()
    expect(page.get_by_role("alert").get_by_text("12,5 Mo")).to_be_visible()
    assert_accessible(page)
    page.locator("#id_size_bytes").fill("3 Mo")
    page.locator("#id_description").fill("On relève la hauteur de l’eau pendant une semaine.")
    page.locator("#id_contributors-1-name").fill("Ada Mistral")
    page.get_by_role("button", name="Ajouter des lignes").first.click()
    expect(page.locator("#id_contributors-1-name")).to_have_value("Ada Mistral")
    page.locator("#id_contributors-3-name").fill("Bo Garel")
    page.get_by_role("button", name="Enregistrer et proposer").click()
    expect(page.get_by_text("Proposée").first).to_be_visible()
    page.get_by_role("link", name="Aperçu élève").click()
    expect(page.get_by_text("elle n’est pas validée")).to_be_visible()
    assert_accessible(page)
    page.get_by_role("link", name="Revenir à la fiche").click()
    page.get_by_role("button", name="Valider", exact=True).click()
    expect(page.get_by_text("Validée").first).to_be_visible()
    page.locator("#id_description").fill("On relève la hauteur de l’eau pendant dix jours.")
    page.get_by_role("button", name="Enregistrer", exact=True).click()
    page.get_by_role("link", name="Toutes les versions").click()
    assert_accessible(page)
    expect(page.locator("del", has_text="une semaine").first).to_be_visible()
    expect(page.locator("ins", has_text="dix jours").first).to_be_visible()
    page.get_by_role("link", name="Revenir à la version 2").click()
    assert_accessible(page)


def two_at_once(page: Any, other: Any) -> None:
    """Two editors write on one notice: the second is shown what changed."""
    url = reverse("catalogue:edit", args=["port-2"])
    page.goto(url)
    other.goto(url)
    other.locator("#id_title").fill("Le phare et sa lentille")
    other.get_by_role("button", name="Enregistrer le brouillon").click()
    expect(other.get_by_text("La ressource est enregistrée.").first).to_be_visible()
    page.locator("#id_rights").fill("© Capitainerie")
    page.get_by_role("button", name="Enregistrer le brouillon").click()
    expect(page.get_by_text("a changé pendant que vous écriviez")).to_be_visible()
    expect(page.locator("#id_title")).to_have_value("Le phare et sa lentille")
    expect(page.locator("#id_rights")).to_have_value("© Capitainerie")
    assert_accessible(page)
    page.get_by_role("button", name="Enregistrer le brouillon").click()
    expect(page.get_by_text("La ressource est enregistrée.").first).to_be_visible()


def mend_in_bulk(page: Any) -> None:
    page.goto(reverse("catalogue:manage"))
    page.get_by_role("button", name="Modifier les 4 ressources").click()
    assert_accessible(page)
    page.get_by_role("group", name="Ajouter des niveaux").get_by_label("CE2").check()
    page.get_by_label("Ajouter des mots-clés").fill("port, mer")
    page.get_by_label("Coût").select_option(label="Payant, pris en charge par la Ville")
    page.get_by_label("Pourquoi ce changement").fill("Marché renouvelé")
    page.get_by_role("button", name="Voir l’aperçu").click()
    expect(page.get_by_text("Rien n’est encore enregistré.")).to_be_visible()
    expect(page.locator("ins", has_text="port").first).to_be_visible()
    assert_accessible(page)
    assert not Resource.objects.filter(cost="paid").exists()
    page.get_by_role("button", name="Enregistrer 4 changements").click()
    expect(page.get_by_text("4 ressources modifiées.")).to_be_visible()
    assert_accessible(page)
    page.get_by_role("button", name="Voir l’aperçu d’une annulation").click()
    expect(page.get_by_role("heading", name="Aperçu de l’annulation")).to_be_visible()
    page.get_by_role("button", name="Ne rien changer").click()
    page.get_by_role("link", name="Modifications en masse").click()
    assert_accessible(page)
    assert BulkEdit.objects.filter(state="applied").count() == 1


def merge(page: Any, teacher: Any) -> None:
    page.goto(reverse("catalogue:duplicates"))
    assert_accessible(page)
    page.get_by_role("link", name="Comparer").first.click()
    assert_accessible(page)
    page.get_by_label("Reprendre de l’autre : Droits").check()
    page.get_by_role("button", name="Garder celle-ci, remplacer l’autre").first.click()
    expect(page.get_by_text("l’ancienne adresse mène à").first).to_be_visible()
    gone = Resource.objects.get(identifier="pm-b")
    page.goto(reverse("catalogue:resource", args=["pm-b"]))
    expect(page.get_by_role("heading", level=1, name="La lampe du phare")).to_be_visible()
    assert gone.replaced_by is not None
    assert gone.replaced_by.rights == "© Phares"
    assert Favourite.objects.get(user=teacher).resource_id == gone.replaced_by_id


def test_a_flawed_table_becomes_published_resources_mended_and_merged(
    live: Any, new_page: Any, sign_in_fast: Any, settings: Any, tmp_path: Any
) -> None:
    settings.SEARCH_INDEX_ROOT = tmp_path / "search"
    vocabularies()
    teacher = UserFactory(roles=[(Role.TEACHER, "0990001A")])
    ResourceFactory(
        identifier="pm-a", title="La lampe du phare", url="https://phare.example/lampe",
        description="On démonte une lampe.",
    )  # fmt: skip
    twin = ResourceFactory(
        identifier="pm-b", title="Lampe du phare (la)", url="http://www.phare.example/lampe/",
        description="On remonte une lampe.", rights="© Phares",
    )  # fmt: skip
    Favourite.objects.create(user=teacher, resource=twin)
    page = new_page("desktop")
    sign_in_fast(page, UserFactory(roles=[Role.CATALOGUE_EDITOR], given_name="Paul"))
    bring_in(page)
    complete_and_publish(page)
    other = new_page("desktop", java_script_enabled=False)
    sign_in_fast(other, UserFactory(roles=[Role.CATALOGUE_EDITOR], given_name="Colette"))
    two_at_once(page, other)
    mend_in_bulk(page)
    duplicates.scan()
    merge(page, teacher)
