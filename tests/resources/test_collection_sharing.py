"""Collections leave the screen: class spaces, paper, the city's shelf, programs."""

from __future__ import annotations

import io
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from pypdf import PdfReader

from core.accounts.roles import Role
from core.errors import RuleBroken
from core.journal import Actor
from core.outbox import Message
from resources.curation import sheets
from resources.curation.actions import collections, sharing
from resources.curation.models import Collection, CollectionItem, Proposal
from tests.factories.accounts import UserFactory
from tests.factories.resources import PupilAccountFactory, ResourceFactory
from tests.people import sign_in_client

pytestmark = pytest.mark.django_db


@pytest.fixture
def account() -> Any:
    return PupilAccountFactory()


@pytest.fixture
def teacher(account: Any) -> Any:
    found = UserFactory(roles=[(Role.TEACHER, account.class_group.school.uai)])
    account.class_group.teachers.add(found)
    return found


@pytest.fixture
def editor() -> Any:
    return UserFactory(roles=[Role.CATALOGUE_EDITOR])


@pytest.fixture
def week(teacher: Any) -> Collection:
    """A private collection with an introduction, two resources and a note."""
    made = collections.create(
        by=Actor(user=teacher), title="Semaine des fractions", introduction="Du lundi au jeudi."
    )
    for title in ("Le partage", "La bande numérique"):
        collections.add(
            by=Actor(user=teacher),
            collection=made,
            resources=[ResourceFactory(title=title)],
            note=f"Note sur {title}",
        )
    return made


def text_of(response: Any) -> str:
    assert response.status_code == 200
    assert response.headers["Content-Type"] == "application/pdf"
    pages = PdfReader(io.BytesIO(response.content)).pages
    return " ".join(page.extract_text() for page in pages)


def test_a_teacher_shows_a_collection_in_class_and_takes_it_away(
    client: Client, teacher: Any, account: Any, week: Collection
) -> None:
    group = account.class_group
    sign_in_client(client, teacher)
    show = reverse("curation:show", args=[week.public_id])
    here = reverse("curation:collection", args=[week.public_id])
    client.post(show, {"class_groups": [PupilAccountFactory().class_group.pk]})
    assert not week.shares.exists(), "another's class is not among the choices"
    client.post(show, {"class_groups": [group.pk]})
    class_page = client.get(reverse("workspace:class_page", args=[group.pk])).content.decode()
    assert here in class_page
    sign_in_client(client, account.user)
    assert here in client.get(reverse("workspace:my_class")).content.decode()
    html = client.get(here).content.decode()
    assert "Le partage" in html
    assert "Note sur Le partage" in html
    sign_in_client(client, teacher)
    client.post(show, {})
    sign_in_client(client, account.user)
    assert here not in client.get(reverse("workspace:my_class")).content.decode()
    assert client.get(here).status_code == 404


def test_the_sheet_of_codes_leads_to_the_resources_one_may_open(
    client: Client, teacher: Any, week: Collection, monkeypatch: pytest.MonkeyPatch
) -> None:
    hidden = ResourceFactory(title="Retirée")
    collections.add(by=Actor(user=teacher), collection=week, resources=[hidden])
    hidden.state = "withdrawn"
    hidden.save()
    coded: list[str] = []
    draw = sheets.qr_svg
    monkeypatch.setattr(sheets, "qr_svg", lambda text: coded.append(text) or draw(text))
    sign_in_client(client, teacher)
    words = text_of(client.get(reverse("curation:print_codes", args=[week.public_id])))
    shown = [item.resource for item in week.items.select_related("resource")][:2]
    assert coded == [sheets.address_of(found) for found in shown]
    assert all(found.title in words for found in shown)
    assert "CM1" in words
    assert "Retirée" not in words
    words = text_of(client.get(reverse("curation:print_list", args=[week.public_id])))
    assert "Note sur Le partage" in words
    assert sheets.address_of(shown[0]) in words.replace("\n", "")
    stranger = UserFactory(roles=[(Role.TEACHER, "0990001A")])
    sign_in_client(client, stranger)
    for name in ("print_codes", "print_list"):
        assert client.get(reverse(f"curation:{name}", args=[week.public_id])).status_code == 404


def test_an_accepted_proposal_puts_a_copy_on_the_citys_shelf(
    client: Client, teacher: Any, editor: Any, week: Collection
) -> None:
    reserved = ResourceFactory(title="Celle de l’école")
    school = PupilAccountFactory().class_group.school
    reserved.schools.set([school])
    CollectionItem.objects.create(collection=week, resource=reserved, position=9)
    sign_in_client(client, teacher)
    client.post(reverse("curation:propose", args=[week.public_id]), {"message": "Testée deux ans"})
    proposal = Proposal.objects.get()
    with pytest.raises(RuleBroken) as refused:
        sharing.propose(by=Actor(user=teacher), collection=week)
    assert refused.value.code == "waiting"
    page = reverse("curation:proposal", args=[proposal.pk])
    assert client.get(page).status_code == 403
    sign_in_client(client, editor)
    shown = client.get(page)
    assert "Testée deux ans" in shown.content.decode()
    version = shown.context["collection"].version
    first = week.items.order_by("position").first()
    assert first is not None
    collections.annotate(by=Actor(user=teacher), collection=week, item=first, note="Autre chose")
    client.post(page, {"do": "accept", "version": version})
    proposal.refresh_from_db()
    assert proposal.state == "waiting", "what was not read is not published"
    client.post(page, {"do": "accept", "version": client.get(page).context["collection"].version})
    city = Collection.objects.of_city().get()
    titles = [item.resource.title for item in city.items.select_related("resource")]
    assert titles == ["Le partage", "La bande numérique"], "nothing reserved is published"
    assert (city.owner, city.based_on) == (None, week)
    assert Message.objects.get(kind="collection_published").recipient == teacher
    week.refresh_from_db()
    assert (week.owner, week.reach) == (teacher, "private")
    stranger = UserFactory(roles=[(Role.TEACHER, "0990001A")])
    sign_in_client(client, stranger)
    html = client.get(reverse("curation:collection", args=[city.public_id])).content.decode()
    assert "Autre chose" in html
    assert teacher.family_name not in html
    collections.edit(
        by=Actor(user=teacher),
        collection=week,
        title="Semaine revue",
        introduction="Mieux.",
        reach="private",
    )
    again = sharing.propose(by=Actor(user=teacher), collection=week)
    week.refresh_from_db()
    assert sharing.accept(by=Actor(user=editor), proposal=again, version=week.version) == city
    city.refresh_from_db()
    assert city.title == "Semaine revue"


def test_a_declined_proposal_says_why_and_an_empty_one_is_not_made(
    client: Client, teacher: Any, editor: Any, week: Collection
) -> None:
    empty = collections.create(by=Actor(user=teacher), title="Vide", introduction="Rien encore")
    with pytest.raises(RuleBroken) as refused:
        sharing.propose(by=Actor(user=teacher), collection=empty)
    assert refused.value.code == "empty"
    proposal = sharing.propose(by=Actor(user=teacher), collection=week)
    sign_in_client(client, editor)
    page = reverse("curation:proposal", args=[proposal.pk])
    client.post(page, {"do": "decline", "reason": ""})
    proposal.refresh_from_db()
    assert proposal.state == "waiting"
    client.post(page, {"do": "decline", "reason": "Il existe déjà la même."})
    sign_in_client(client, teacher)
    html = client.get(reverse("curation:collection", args=[week.public_id])).content.decode()
    assert "Il existe déjà la même." in html
    back = sharing.propose(by=Actor(user=teacher), collection=week)
    client.post(reverse("curation:take_back", args=[week.public_id]))
    back.refresh_from_db()
    assert back.state == "withdrawn"
    assert client.get(page).status_code == 403
