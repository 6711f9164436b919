"""Search through its pages: chips, reasons, pages of one version, and what must not show."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from core.accounts.roles import Role
from resources.catalogue import actions, finding, indexing
from resources.catalogue.access import window_of
from resources.catalogue.models import Favourite, Resource
from resources.search.engine import Ask
from tests.factories.accounts import UserFactory
from tests.factories.resources import PupilAccountFactory, ResourceFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def teacher() -> Any:
    return UserFactory(roles=[(Role.TEACHER, "0990001A")])


def text_of(page: Any) -> str:
    return " ".join(page.content.decode().replace("\u00a0", " ").replace("\u202f", " ").split())


def test_a_chip_offers_the_word_instead_and_what_is_left_out_is_a_chip(
    client: Client, teacher: Any, index: Callable[[], None]
) -> None:
    ResourceFactory(title="Le jeu de l'oie", pedagogical_type=None)
    ResourceFactory(title="Une oie dans le roman du roi", pedagogical_type=None)
    ResourceFactory(title="Une oie blanche")
    index()
    client.force_login(teacher)
    url = reverse("catalogue:search")
    page = client.get(url, {"q": "oie jeu sauf roi", "niveau": "CM1"})
    chips = {chip.label.replace("\u00a0", " "): chip for chip in page.context["filters"]}
    assert set(chips) == {"Jeu éducatif", "sans « roi »", "CM1"}
    assert "chercher plutôt le mot « jeu »" in text_of(page)
    worded = client.get(url + chips["Jeu éducatif"].as_word)
    assert worded.context["resources"][0].title == "Le jeu de l'oie"
    assert 'name="mot" value="jeu"' in text_of(worded), "kept when a filter is ticked"
    freed = client.get(url + chips["sans « roi »"].without)
    assert freed.context["answer"].avoided == ()
    assert freed.context["ask"].filters["level"] == {"CM1"}


def test_reasons_are_given_on_request_to_teachers_and_to_nobody_for_hidden_resources(
    client: Client, teacher: Any, index: Callable[[], None]
) -> None:
    colleague = UserFactory(roles=[(Role.TEACHER, "0990001A")])
    shown = ResourceFactory(title="Les volcans d'Auvergne", quality=4)
    ResourceFactory(title="Les volcans de Sicile")
    hidden = ResourceFactory(title="Volcans de l'autre école", state="withdrawn")
    Favourite.objects.create(user=colleague, resource=shown)
    index()
    client.force_login(teacher)
    page = client.get(reverse("catalogue:search"), {"q": "volcan"})
    assert page.context["resources"][0].pk == shown.pk
    why = reverse("catalogue:why", args=[shown.identifier])
    assert f"{why}?q=volcan" in text_of(page)
    whole = text_of(client.get(why, {"q": "volcan"}))
    for words in ("« volcan » : dans le titre.", "dans votre école. <", "Qualité : 4 sur 5."):
        assert words in whole
    assert "+ 12 %" in whole
    part = client.get(why, {"q": "volcan"}, headers={"HX-Request": "true"})
    assert "<html" not in text_of(part)
    assert "ne répond plus" in text_of(client.get(why, {"q": "fractions"}))
    unseen = reverse("catalogue:why", args=[hidden.identifier])
    assert client.get(unseen, {"q": "volcan"}).status_code == 404
    client.force_login(PupilAccountFactory().user)
    assert client.get(why, {"q": "volcan"}).status_code == 403


def test_the_next_page_is_of_the_version_the_first_was(
    client: Client, teacher: Any, index: Callable[[], None]
) -> None:
    for number in range(30):
        ResourceFactory(title=f"Fractions {number:02d}")
    index()
    client.force_login(teacher)
    url = reverse("catalogue:search")
    first = client.get(url, {"q": "fractions"})
    edition = first.context["answer"].edition
    assert f"etat={edition}&amp;page=2" in first.content.decode()
    for number in range(30, 40):
        ResourceFactory(title=f"Fractions {number:02d}", quality=5)
    index()
    indexing.engine()._looked_at = float("-inf")
    second = client.get(url, {"q": "fractions", "page": "2", "etat": edition})
    seen = [r.pk for page in (first, second) for r in page.context["resources"]]
    assert len(set(seen)) == len(seen) == 30
    assert client.get(url, {"q": "fractions"}).context["answer"].total == 40


def test_did_you_mean_is_offered_where_a_record_holds_the_slip(
    client: Client, teacher: Any, index: Callable[[], None]
) -> None:
    ResourceFactory(title="La multiplicaton")
    for number in range(12):
        ResourceFactory(title=f"La multiplication {number}")
    index()
    client.force_login(teacher)
    page = text_of(client.get(reverse("catalogue:search"), {"q": "multiplicaton"}))
    assert '<a href="?q=multiplication"><strong>multiplication</strong></a>' in page
    again = text_of(client.get(reverse("catalogue:search"), {"q": "multiplication"}))
    assert "Vouliez-vous dire" not in again


def test_a_word_of_a_restricted_resource_surfaces_through_no_door(
    client: Client, index: Callable[[], None]
) -> None:
    """The title's rare word: not in results, counts, suggestions, corrections, related, API."""
    account = PupilAccountFactory()
    secret = "Xylophanerie"
    hidden = {
        "teachers": ResourceFactory(title=f"{secret} fractions un", audience="teacher"),
        "other school": ResourceFactory(title=f"{secret} fractions deux"),
        "draft": ResourceFactory(title=f"{secret} fractions trois", state="draft"),
        "too young": ResourceFactory(title=f"{secret} fractions quatre", level_codes=["PS"]),
    }
    other = PupilAccountFactory().class_group
    hidden["other school"].schools.set([other.school])
    shown = ResourceFactory(title="Fractions et partages")
    index()
    window = window_of(account.user)
    client.force_login(account.user)
    url = reverse("catalogue:search")
    asked = (secret, secret[:5], "xylofanerie", "fractions", "xylophanerie -partages", "")
    for words in asked:
        found = finding.find(Ask(words, size=50), window)
        assert set(found.answer.ids) <= {shown.pk}, words
        assert all(n <= 1 for values in found.answer.facets.values() for n in values.values())
        assert "PS" not in found.answer.facets["level"]
        assert secret.lower() not in found.answer.corrected.lower()
        assert finding.better(Ask(words), window) == ""
        page = text_of(client.get(url, {"q": words}))
        spoken = words.lower()
        if not spoken.startswith("xylo"):
            assert "xylo" not in page.lower(), words
        assert "audience" not in found.answer.facets
    for words in ("xyl", "fra", secret):
        offered = client.get(reverse("catalogue:suggest"), {"q": words}).json()["suggestions"]
        assert not [title for title in offered if secret in title]
    assert finding.related(shown, window) == []
    assert finding.explain(Ask("fractions"), hidden["draft"], window) is None
    body = client.get("/api/v1/resources/", {"q": "fractions"}).json()
    assert body["total"] == 1
    assert secret not in str(body)


def test_what_was_just_withdrawn_is_suggested_no_more_however_old_the_index(
    client: Client, teacher: Any, index: Callable[[], None]
) -> None:
    gone, stays = ResourceFactory(title="Xylophone perdu"), ResourceFactory(title="Xylophone gardé")
    index()
    Resource.objects.filter(pk=gone.pk).update(state="withdrawn")
    client.force_login(teacher)
    offered = client.get(reverse("catalogue:suggest"), {"q": "xylo"}).json()["suggestions"]
    assert offered == [stays.title]


def test_related_falls_back_on_the_domain_without_an_index(
    teacher: Any, settings: Any, tmp_path: Any
) -> None:
    settings.SEARCH_INDEX_ROOT = tmp_path / "none"
    one = ResourceFactory(domain_codes=["maths.nombres", "maths.calcul"])
    near = ResourceFactory(domain_codes=["maths.calcul", "maths.nombres"])
    ResourceFactory(domain_codes=["emc.ensemble"])
    window = window_of(teacher)
    assert finding.related_ids(one, window, 4) == [near.pk]
    assert finding.related(one, window) == [near]


def test_opening_a_resource_often_is_seen_after_the_nightly_rebuild(
    index: Callable[[], None], teacher: Any
) -> None:
    from resources.catalogue import tasks

    first, second = ResourceFactory(title="Les volcans"), ResourceFactory(title="Les volcans")
    index()
    for _ in range(3):
        actions.note_opened(resource=second, audience="teacher")
    assert finding.find(Ask("volcans"), window_of(teacher)).answer.ids == (first.pk, second.pk)
    assert tasks.verify_index()
    indexing.engine()._looked_at = float("-inf")
    assert finding.find(Ask("volcans"), window_of(teacher)).answer.ids == (second.pk, first.pk)
