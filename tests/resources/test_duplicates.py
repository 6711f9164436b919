"""Doubles: proposed without crying wolf, told apart once, merged with all that follows."""

from __future__ import annotations

import random
import time
from functools import partial
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from core import clock
from core.accounts.roles import Role
from core.errors import RuleBroken
from core.journal import SYSTEM
from resources.catalogue import actions, duplicates, history, replacing
from resources.catalogue.duplicates import Entry, compare, normal_url
from resources.catalogue.models import DuplicatePair, Favourite, Relation, Resource, ResourceUse
from resources.curation.models import Review
from resources.exchange.models import PublicRecord
from resources.figures.models import SchoolUse
from tests.factories.accounts import UserFactory
from tests.factories.resources import ResourceFactory
from tests.factories.schools import SchoolFactory
from tests.together import told

pytestmark = pytest.mark.django_db
TEXT = (
    "Les élèves observent les marées du port pendant une semaine, notent la hauteur de l'eau "
    "sur une échelle graduée puis comparent leurs relevés avec le calendrier lunaire affiché."
)


@pytest.fixture
def editor(client: Client) -> Any:
    user = UserFactory(roles=[Role.CATALOGUE_EDITOR])
    client.force_login(user)
    return user


def entry(pk: int, title: str = "", url: str = "", text: str = "", language: str = "fr") -> Entry:
    return Entry.of(pk, url, title or f"Titre sans pareil {pk}", text, language)


def reasons(*rows: Entry) -> set[str]:
    return {reason for found in compare(rows).values() for reason in found.reasons}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("http://www.site.example/a/", "https://site.example/a"),
        ("https://site.example/a?utm_source=x&b=1", "https://site.example/a?b=1"),
        ("https://SITE.example:443/a#haut", "https://site.example/a/index.html"),
    ],
)
def test_addresses_are_compared_without_their_trimmings(one: str, other: str) -> None:
    assert normal_url(one) == normal_url(other) != ""
    assert reasons(entry(1, url=one), entry(2, url=other)) == {"url"}


def test_a_sites_front_page_and_a_series_are_no_doubles() -> None:
    assert normal_url("https://site.example/") == ""
    series = [entry(pk, url="https://site.example/tout") for pk in range(12)]
    assert not compare(series)


@pytest.mark.parametrize(
    ("one", "other", "alike"),
    [
        ("Les marées du port", "Marées du port (Les)", True),
        ("Observer les marées au printemps", "Observer les maréees au printemps", True),
        ("Dictées de la semaine 3", "Dictées de la semaine 4", False),
        ("Problèmes de partage au CM1", "Problèmes de partage au CM2", False),
        ("Les marées du port", "Les volcans d'Auvergne", False),
    ],
)
def test_titles_are_compared_by_their_words(one: str, other: str, alike: bool) -> None:
    assert (reasons(entry(1, one), entry(2, other)) == {"title"}) is alike


def test_texts_are_compared_by_what_they_say_unless_everybody_says_it() -> None:
    near = TEXT.replace("une semaine", "dix jours")
    one, other = (
        entry(1, "Les marées observées", text=TEXT),
        entry(2, "Marées observées", text=near),
    )
    assert "text" in reasons(one, other)
    assert not reasons(one, entry(2, "Observations de marées", text=near, language="en"))
    mould = [entry(pk, f"Sujet numéro {pk}", text=TEXT) for pk in range(60)]
    assert "text" not in reasons(*mould)


def test_twenty_thousand_resources_are_compared_in_seconds() -> None:
    rng = random.Random(4)
    words = [f"mot{n}" for n in range(6000)]
    rows = [
        (pk, f"https://s.example/{pk}", " ".join(rng.choices(words, k=6)),
         " ".join(rng.choices(words, k=45)), "fr")
        for pk in range(20_000)
    ]  # fmt: skip
    rows[19_999] = (19_999, "https://s.example/x", rows[7][2], rows[7][3], "fr")
    began = time.process_time()
    found = compare(Entry.of(*row) for row in rows)
    assert time.process_time() - began < 40
    assert set(found[7, 19_999].reasons) == {"title", "text"}
    assert len(found) < 5


def pair_of(one: Resource, other: Resource) -> DuplicatePair:
    first, second = sorted([one, other], key=lambda row: row.pk)
    return DuplicatePair.objects.create(first=first, second=second, reasons=["url"], score=80)


def test_a_pair_is_one_row_in_order_and_what_was_told_apart_stays_so(
    client: Client, editor: Any
) -> None:
    one = ResourceFactory(url="https://site.example/a", title="Marées")
    two = ResourceFactory(url="http://www.site.example/a/", title="Marées")
    duplicates.scan()
    pair = DuplicatePair.objects.get()
    assert (pair.first_id, pair.second_id) == (one.pk, two.pk)
    assert set(pair.reasons) == {"title", "url"}
    for first, second in ((one, two), (two, one)):
        with pytest.raises(IntegrityError), transaction.atomic():
            DuplicatePair.objects.create(first=first, second=second)
    client.post(reverse("catalogue:duplicate_decide", args=[pair.pk]), {"do": "apart"})
    duplicates.scan()
    pair.refresh_from_db()
    assert pair.state == "apart"
    assert not DuplicatePair.objects.filter(state="open").exists()
    third = ResourceFactory(url="https://site.example/a", title="Marées")
    Relation.objects.create(resource=third, other=one, kind="part")
    duplicates.scan()
    assert {p.second_id for p in DuplicatePair.objects.filter(state="open")} == {third.pk}
    Resource.objects.filter(pk=third.pk).update(url="", title="Tout autre chose")
    duplicates.scan()
    assert not DuplicatePair.objects.filter(state="open").exists()


def test_what_pointed_at_the_one_points_at_the_other_and_its_address_leads_on(
    client: Client, editor: Any
) -> None:
    teacher = UserFactory(roles=[(Role.TEACHER, "0990001A")])
    colleague = UserFactory(roles=[(Role.TEACHER, "0990001A")])
    kept = ResourceFactory(title="Marées", rights="", opened_count=3)
    gone = ResourceFactory(
        title="Les marées", rights="© Port", opened_count=2, external_identifier="ext:1"
    )
    third, older = ResourceFactory(), ResourceFactory(state="withdrawn", replaced_by=gone)
    for user, resource in ((teacher, kept), (teacher, gone), (colleague, gone)):
        Favourite.objects.create(user=user, resource=resource)
    day = clock.today()
    for resource, audience, count in (
        (kept, "learner", 3),
        (gone, "learner", 2),
        (gone, "teacher", 1),
    ):
        ResourceUse.objects.create(resource=resource, day=day, audience=audience, count=count)
    Relation.objects.create(resource=gone, other=third, kind="part")
    Relation.objects.create(resource=kept, other=third, kind="part")
    Relation.objects.create(resource=third, other=gone, kind="replaces")
    Relation.objects.create(resource=kept, other=gone, kind="replaces")
    pair = pair_of(kept, gone)
    page = client.get(reverse("catalogue:duplicate", args=[pair.pk]))
    assert {row["change"].name for row in page.context["rows"]} >= {"title", "rights"}
    done = client.post(
        reverse("catalogue:duplicate_decide", args=[pair.pk]),
        {"do": "first", "first_seen": "0", "second_seen": "0", "take": ["rights"]},
    )
    assert done.headers["Location"] == reverse("catalogue:edit", args=[kept.identifier])
    kept.refresh_from_db()
    gone.refresh_from_db()
    assert (kept.title, kept.rights, kept.external_identifier) == ("Marées", "© Port", "ext:1")
    assert (gone.state, gone.replaced_by_id, kept.opened_count) == ("withdrawn", kept.pk, 5)
    assert set(Favourite.objects.filter(resource=kept).values_list("user", flat=True)) == {
        teacher.pk,
        colleague.pk,
    }
    assert not Favourite.objects.filter(resource=gone).exists()
    assert dict(ResourceUse.objects.filter(resource=kept).values_list("audience", "count")) == {
        "learner": 5,
        "teacher": 1,
    }
    assert set(Relation.objects.values_list("resource", "other", "kind")) == {
        (kept.pk, third.pk, "part"),
        (third.pk, kept.pk, "replaces"),
    }
    older.refresh_from_db()
    assert older.replaced_by_id == kept.pk, "old addresses lead straight on"
    heir = reverse("catalogue:resource", args=[kept.identifier])
    for reader in (teacher, editor):
        client.force_login(reader)
        for row in (gone, older):
            answer = client.get(reverse("catalogue:resource", args=[row.identifier]))
            assert (answer.status_code, answer.headers["Location"]) == (301, heir)
            told = client.get(f"/api/v1/resources/{row.identifier}").json()
            assert told["identifier"] == kept.identifier
    with pytest.raises(RuleBroken) as refused:
        actions.move_resource(by=SYSTEM, resource=gone, to="validated")
    assert refused.value.code == "replaced"


def test_what_other_apps_keep_of_a_resource_follows_too() -> None:
    kept, gone = ResourceFactory(), ResourceFactory()
    school = SchoolFactory()
    month = clock.today().replace(day=1)
    for resource, openings in ((kept, 4), (gone, 3)):
        SchoolUse.objects.create(
            school=school, month=month, level="CM1", resource=resource, reader="teacher",
            openings=openings,
        )  # fmt: skip
        PublicRecord.objects.create(
            identifier=resource.identifier, resource=resource, datestamp=clock.now()
        )
    both, one = (UserFactory(roles=[(Role.TEACHER, school.uai)]) for _ in range(2))
    for resource, author, stars in ((kept, both, 5), (gone, both, 1), (gone, one, 3)):
        Review.objects.create(resource=resource, author=author, stars=stars, role="teacher")
    replacing.replace(by=SYSTEM, pair=pair_of(kept, gone), kept=kept, gone=gone, seen=(0, 0))
    assert SchoolUse.objects.get().openings == 7
    kept.refresh_from_db()
    assert (kept.rating_stars, kept.rating_count) == (8, 2)
    assert PublicRecord.objects.get(resource=gone).identifier == gone.identifier


def test_an_heir_that_one_may_not_see_is_not_betrayed(client: Client) -> None:
    heir = ResourceFactory(audience="teacher", state="draft")
    gone = ResourceFactory(state="withdrawn", replaced_by=heir)
    client.force_login(UserFactory(roles=[(Role.TEACHER, "0990001A")]))
    assert client.get(reverse("catalogue:resource", args=[gone.identifier])).status_code == 404


def test_a_merge_is_refused_when_either_changed_since_it_was_shown() -> None:
    kept, gone = ResourceFactory(), ResourceFactory()
    pair = pair_of(kept, gone)
    actions.move_resource(by=SYSTEM, resource=gone, to="draft")
    with pytest.raises(history.Stale):
        replacing.replace(by=SYSTEM, pair=pair, kept=kept, gone=gone, seen=(0, 0))


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_two_editors_merging_both_ways_make_one_heir() -> None:
    one, two = ResourceFactory(), ResourceFactory()
    pair = pair_of(one, two)

    def merge(kept: Resource, gone: Resource) -> str:
        replacing.replace(by=SYSTEM, pair=pair, kept=kept, gone=gone, seen=(0, 0))
        return "merged"

    outcomes = told(partial(merge, one, two), partial(merge, two, one))
    assert sorted(outcomes) == ["changed", "merged"]
    assert Resource.objects.filter(replaced_by__isnull=False).count() == 1


def test_every_reference_to_a_resource_follows_or_is_known_to_stay() -> None:
    """Whatever another app points at a resource is moved by the general rule."""
    names = set(replacing.references())
    assert {"catalogue.Favourite.resource", "catalogue.Relation.other"} <= names
    assert not any("Resource_levels" in name for name in names)
    assert set(replacing._followers) <= names, "rules for references that are no more"


def test_the_pages_cost_the_same_for_many_pairs(
    client: Client, editor: Any, django_assert_max_num_queries: Any
) -> None:
    rows = [ResourceFactory() for _ in range(12)]
    for number in range(0, 12, 2):
        pair_of(rows[number], rows[number + 1])
    with django_assert_max_num_queries(14):
        client.get(reverse("catalogue:duplicates"))
