"""The catalogue through its pages: rights in results and counts, favourites, editing."""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Callable
from typing import Any

import pytest
from django.conf import settings as project
from django.test import Client
from django.urls import reverse

from core import clock
from core.accounts.roles import Role
from core.errors import RuleBroken
from core.journal import Actor, JournalEntry
from resources.catalogue import actions, finding, indexing, terms
from resources.catalogue.access import window_of
from resources.catalogue.models import Favourite, Resource, ResourceUse
from resources.search.engine import Ask
from tests.factories.accounts import UserFactory
from tests.factories.resources import PupilAccountFactory, ResourceFactory, vocabularies

pytestmark = pytest.mark.django_db


@pytest.fixture
def teacher() -> Any:
    return UserFactory(roles=[(Role.TEACHER, "0990001A")])


@pytest.fixture
def pupil() -> Any:
    return PupilAccountFactory().user


@pytest.fixture
def editor() -> Any:
    return UserFactory(roles=[Role.CATALOGUE_EDITOR])


@pytest.fixture
def mixed() -> dict[str, Resource]:
    """One resource of each kind that a pupil may or may not see."""
    today = clock.today()
    return {
        "open": ResourceFactory(title="Fractions en pizza"),
        "cm2": ResourceFactory(title="Fractions au CM2", level_codes=["CM2"]),
        "cp": ResourceFactory(title="Fractions au CP", level_codes=["CP"]),
        "teacher": ResourceFactory(title="Enseigner les fractions", audience="teacher"),
        "account": ResourceFactory(title="Fractions en ligne", personal_data_level="high"),
        "later": ResourceFactory(title="Fractions demain", open_from=today + dt.timedelta(1)),
        "over": ResourceFactory(title="Fractions hier", open_to=today - dt.timedelta(1)),
        "last_day": ResourceFactory(title="Fractions ce jour", open_to=today),
        "draft": ResourceFactory(title="Fractions brouillon", state="draft"),
        "withdrawn": ResourceFactory(title="Fractions retirées", state="withdrawn"),
    }


PUPIL_SEES = {"open", "cm2", "last_day"}
TEACHER_SEES = PUPIL_SEES | {"cp", "teacher", "account"}


@pytest.mark.parametrize("degraded", [False, True])
def test_results_counts_and_database_agree_on_rights(
    index: Callable[[], None],
    mixed: dict[str, Resource],
    teacher: Any,
    pupil: Any,
    degraded: bool,
) -> None:
    index()
    if degraded:
        shutil.rmtree(project.SEARCH_INDEX_ROOT)
        indexing._engine.cache_clear()
    for user, names in ((teacher, TEACHER_SEES), (pupil, PUPIL_SEES)):
        window = window_of(user)
        expected = {mixed[name].pk for name in names}
        assert {r.pk for r in Resource.objects.visible_to(user)} == expected
        found = finding.find(Ask("fractions", size=50), window)
        assert found.answer.degraded is degraded
        assert set(found.answer.ids) == {r.pk for r in found.resources} == expected
        assert found.answer.total == len(expected)
        assert sum(found.answer.facets["cost"].values()) == len(expected)
        levels = found.answer.facets["level"]
        assert levels.get("CP", 0) == ("cp" in names)
        narrowed = finding.find(
            Ask("fractions", filters={"level": frozenset({"CM2"})}, size=50), window
        )
        assert narrowed.answer.total == levels["CM2"] == 1


@pytest.mark.parametrize("degraded", [False, True])
def test_a_resource_kept_for_a_school_or_a_class_is_found_there_only(
    index: Callable[[], None], editor: Any, degraded: bool
) -> None:
    account = PupilAccountFactory()
    group = account.class_group
    colleague = UserFactory(roles=[(Role.TEACHER, group.school.uai)])
    stranger = UserFactory(roles=[(Role.TEACHER, "0990001A")])
    everywhere = ResourceFactory(title="Fractions pour tous")
    school = ResourceFactory(title="Fractions de l'école")
    school.schools.set([group.school])
    class_only = ResourceFactory(title="Fractions de la classe")
    class_only.class_groups.set([group])
    index()
    if degraded:
        shutil.rmtree(project.SEARCH_INDEX_ROOT)
        indexing._engine.cache_clear()
    for user, seen in (
        (account.user, {everywhere, school, class_only}),
        (colleague, {everywhere, school}),
        (stranger, {everywhere}),
        (None, {everywhere}),
        (editor, {everywhere, school, class_only}),
    ):
        window = window_of(user)
        assert set(Resource.objects.within(window)) == seen
        found = finding.find(Ask("fractions", size=50), window)
        assert set(found.resources) == seen
        assert found.answer.total == sum(found.answer.facets["cost"].values()) == len(seen)


def test_the_database_has_the_last_word(
    index: Callable[[], None], mixed: dict[str, Resource], pupil: Any
) -> None:
    index()
    Resource.objects.filter(pk=mixed["open"].pk).update(state="withdrawn")
    found = finding.find(Ask("pizza"), window_of(pupil))
    assert mixed["open"].pk not in {r.pk for r in found.resources}


def test_somebody_without_a_post_here_finds_nothing(
    index: Callable[[], None], mixed: dict[str, Resource], client: Client
) -> None:
    index()
    parent = UserFactory(roles=[Role.GUARDIAN])
    assert finding.find(Ask("fractions"), window_of(parent)).answer.total == 0
    client.force_login(parent)
    assert client.get(reverse("catalogue:search")).status_code == 403


def test_a_pupil_opens_only_what_is_found(
    client: Client, mixed: dict[str, Resource], pupil: Any, index: Callable[[], None]
) -> None:
    index()
    client.force_login(pupil)
    for name, resource in mixed.items():
        wanted = 200 if name in PUPIL_SEES else 404
        page = reverse("catalogue:resource", args=[resource.identifier])
        assert client.get(page).status_code == wanted, name
        opened = client.post(reverse("catalogue:open", args=[resource.identifier]))
        assert opened.status_code == (302 if wanted == 200 else 404)
    assert ResourceUse.objects.count() == len(PUPIL_SEES)


def test_the_search_page_understands_words_and_costs_few_queries(
    client: Client, teacher: Any, index: Callable[[], None], django_assert_max_num_queries: Any
) -> None:
    for number in range(30):
        ResourceFactory(title=f"Fractions numéro {number}", cost="free" if number % 2 else "paid")
    index()
    client.force_login(teacher)
    url = reverse("catalogue:search")
    client.get(url)
    with django_assert_max_num_queries(16):
        page = client.get(url, {"q": "fractions CM1 jeu gratuit"})
    html = page.content.decode()
    assert page.context["answer"].total == 15
    assert [chip.label for chip in page.context["filters"]] == ["CM1", "Jeu éducatif", "Gratuit"]
    assert "<mark>Fractions</mark>" in html
    assert "15 ressources" in html
    part = client.get(
        url, {"q": "fractions"}, headers={"HX-Request": "true", "HX-Target": "resultats"}
    ).content.decode()
    assert "<html" not in part
    assert "30 ressources" in part


def test_pages_beyond_the_last_and_nonsense_are_answered(
    client: Client, teacher: Any, index: Callable[[], None]
) -> None:
    ResourceFactory(title="Fractions")
    index()
    client.force_login(teacher)
    for query in ("page=99", "page=abc", "page=-1", "tri=zzz", "niveau=ZZ", "cout=free'"):
        assert client.get(f"{reverse('catalogue:search')}?{query}").status_code == 200
    assert client.get(reverse("catalogue:search") + "?page=99").context["page_obj"].number == 1


def test_a_narrower_domain_replaces_its_wider_one(
    client: Client, teacher: Any, index: Callable[[], None]
) -> None:
    ResourceFactory(domain_codes=["maths.nombres"])
    ResourceFactory(domain_codes=["maths.calcul"])
    index()
    client.force_login(teacher)
    page = client.get(reverse("catalogue:search") + "?domaine=maths&domaine=maths.calcul")
    assert page.context["answer"].total == 1


def test_a_favourite_is_kept_once_and_only_ones_own_are_listed(
    client: Client, teacher: Any, pupil: Any
) -> None:
    resource = ResourceFactory(title="À garder")
    url = reverse("catalogue:favourite", args=[resource.identifier])
    client.force_login(teacher)
    for _ in range(2):
        assert client.post(url, {"kept": "1"}).status_code == 302
    assert Favourite.objects.filter(user=teacher).count() == 1
    assert "À garder" in client.get(reverse("catalogue:favourites")).content.decode()
    client.force_login(pupil)
    assert "À garder" not in client.get(reverse("catalogue:favourites")).content.decode()
    client.force_login(teacher)
    client.post(url, {"kept": "0"})
    assert not Favourite.objects.exists()


def test_opening_elsewhere_goes_through_a_notice(
    client: Client, teacher: Any, settings: Any
) -> None:
    settings.DEMO = False
    resource = ResourceFactory(url="https://ailleurs.example/jeu")
    client.force_login(teacher)
    answer = client.post(reverse("catalogue:open", args=[resource.identifier]), follow=True)
    assert answer.redirect_chain[-1][0] == reverse("catalogue:leaving", args=[resource.identifier])
    html = answer.content.decode()
    assert "https://ailleurs.example/jeu" in html
    assert 'rel="noopener noreferrer' in html
    assert Resource.objects.get().opened_count == 1


def test_an_editor_describes_validates_and_withdraws(
    client: Client, editor: Any, django_capture_on_commit_callbacks: Any
) -> None:
    vocabularies()
    client.force_login(editor)
    facts = {
        "title": "Le jeu des parts",
        "description": "On partage.",
        "keyword_list": "parts, fractions, parts",
        "levels": ["CM1"],
        "domains": ["maths.nombres"],
        "audience": "both",
        "language": "fr",
        "cost": "free",
        "personal_data_level": "none",
        "quality": "3",
        "contributors-TOTAL_FORMS": "1",
        "contributors-INITIAL_FORMS": "0",
        "contributors-0-role": "publisher",
        "contributors-0-name": "Éditions du Môle",
    }
    for name in ("relations", "openings"):
        facts |= {f"{name}-TOTAL_FORMS": "0", f"{name}-INITIAL_FORMS": "0"}
    made = client.post(reverse("catalogue:create"), facts)
    resource = Resource.objects.get()
    assert made.headers["Location"] == reverse("catalogue:edit", args=[resource.identifier])
    assert resource.state == "draft"
    assert resource.keywords == ["parts", "fractions"]
    move = reverse("catalogue:move", args=[resource.identifier])
    client.post(move, {"to": "validated"})
    resource.refresh_from_db()
    assert resource.state == "draft", "the licence is still missing"
    edit = reverse("catalogue:edit", args=[resource.identifier])
    client.post(edit, {**facts, "licence": "cc-by", "base": "1"})
    version = terms.current_version()
    client.post(move, {"to": "validated"})
    resource.refresh_from_db()
    assert resource.state == "validated"
    assert terms.current_version() == version + 1
    client.post(move, {"to": "withdrawn", "reason": ""})
    resource.refresh_from_db()
    assert resource.state == "validated", "withdrawing says why"
    client.post(move, {"to": "withdrawn", "reason": "Lien mort"})
    resource.refresh_from_db()
    assert resource.state == "withdrawn"
    verbs = set(
        JournalEntry.objects.filter(subject_id=str(resource.pk)).values_list("verb", flat=True)
    )
    assert {"resource.create", "resource.edit", "resource.validated"} <= verbs
    assert "Lien mort" in client.get(edit).content.decode()


def test_a_change_makes_the_index_stale_and_the_task_freshens_it(
    index: Callable[[], None], editor: Any, teacher: Any
) -> None:
    resource = ResourceFactory(title="Ancien titre")
    index()
    actions.save_resource(
        by=Actor(user=editor),
        resource=resource,
        facts={"title": "Nouveau titre"},
        levels=resource.levels.all(),
        domains=resource.domains.all(),
    )
    assert indexing.refresh()
    assert not indexing.refresh()
    indexing.engine()._looked_at = float("-inf")
    assert finding.find(Ask("nouveau"), window_of(teacher)).answer.exact == 1
    assert finding.find(Ask("ancien", literal=True), window_of(teacher)).answer.exact == 0


def test_a_validated_resource_keeps_what_it_must_state(editor: Any) -> None:
    resource = ResourceFactory()
    with pytest.raises(RuleBroken) as refused:
        actions.save_resource(
            by=Actor(user=editor),
            resource=resource,
            facts={"description": ""},
            levels=resource.levels.all(),
            domains=resource.domains.all(),
        )
    assert (refused.value.code, refused.value.field) == ("incomplete", "description")


def test_the_api_answers_people_by_their_rights(
    client: Client, index: Callable[[], None], mixed: dict[str, Resource], teacher: Any, pupil: Any
) -> None:
    index()
    client.force_login(teacher)
    body = client.get("/api/v1/resources/", {"q": "fractions CM1 jeu"}).json()
    assert {word["facet"] for word in body["understood"]} == {"level", "type"}
    assert body["total"] == len(body["items"]) == 4
    client.force_login(pupil)
    body = client.get("/api/v1/resources/", {"q": "fractions"}).json()
    assert body["total"] == len(PUPIL_SEES)
    hidden = mixed["teacher"].identifier
    assert client.get(f"/api/v1/resources/{hidden}").status_code == 404
    shown = client.get(f"/api/v1/resources/{mixed['open'].identifier}").json()
    assert (shown["levels"], shown["domains"]) == (["CM1"], ["maths.nombres"])
    client.logout()
    assert client.get("/api/v1/resources/").status_code == 401
