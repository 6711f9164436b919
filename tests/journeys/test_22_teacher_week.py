"""A teacher prepares a week: searches, gathers, gives to a class and a group, follows, prints."""

from __future__ import annotations

import datetime as dt
from io import BytesIO
from types import SimpleNamespace
from typing import Any

import pytest
from django.urls import reverse
from playwright.sync_api import expect
from pypdf import PdfReader

from core import clock
from core.accounts.roles import Role
from resources.assignments.models import Assignment, Progress
from resources.catalogue import indexing
from resources.curation.models import Collection
from tests.factories.accounts import UserFactory
from tests.factories.families import GuardianFactory, GuardianshipFactory
from tests.factories.resources import PupilAccountFactory, ResourceFactory
from tests.factories.schools import ClassGroupFactory, RollEntryFactory
from tests.journeys.browser import assert_accessible

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def school(live: Any, settings: Any, tmp_path: Any) -> SimpleNamespace:
    """A class of four, its teacher, two pupils with accounts, a small catalogue."""
    settings.SEARCH_INDEX_ROOT = tmp_path / "search"
    group = ClassGroupFactory(name="CM1 A")
    group.school_year.starts_on = clock.today() - dt.timedelta(days=60)
    group.school_year.ends_on = clock.today() + dt.timedelta(days=200)
    group.school_year.save()
    teacher = UserFactory(given_name="Claire", roles=[(Role.TEACHER, group.school.uai)])
    group.teachers.add(teacher)
    names = ("Adèle", "Bilal", "Chloé", "Lina")
    entries = {name: RollEntryFactory(class_group=group, child__given_name=name) for name in names}
    parent = GuardianFactory()
    GuardianshipFactory(child=entries["Lina"].child, guardian=parent)
    game = ResourceFactory(title="Le jeu des fractions", keywords=["fractions"])
    guide = ResourceFactory(title="Partager une pizza", keywords=["fractions"])
    bought = ResourceFactory(title="Le labo des fractions", keywords=["fractions"], licence_seats=1)
    assert indexing.refresh() or indexing.engine().ready()
    indexing.engine()._looked_at = float("-inf")
    return SimpleNamespace(
        group=group,
        teacher=teacher,
        entries=entries,
        lina=PupilAccountFactory(entry=entries["Lina"]),
        bilal=PupilAccountFactory(entry=entries["Bilal"]),
        parent=parent.user,
        game=game,
        guide=guide,
        bought=bought,
    )


def search_and_gather(page: Any, school: SimpleNamespace) -> None:
    page.goto(reverse("catalogue:search") + "?q=fractions")
    page.get_by_role("link", name="Le jeu des fractions", exact=True).click()
    assert_accessible(page)
    page.get_by_role("link", name="Ajouter à une collection").click()
    page.get_by_label("Titre de la nouvelle collection").fill("Les fractions de la semaine")
    page.get_by_role("button", name="Ajouter").click()
    page.goto(reverse("catalogue:resource", args=[school.guide.identifier]))
    page.get_by_role("link", name="Ajouter à une collection").click()
    page.get_by_label("Les fractions de la semaine").check()
    page.get_by_role("button", name="Ajouter").click()
    page.goto(reverse("catalogue:resource", args=[school.bought.identifier]))
    expect(page.get_by_text("0 accès pris aujourd’hui sur 1")).to_be_visible()
    assert_accessible(page)


def make_a_group(page: Any, school: SimpleNamespace) -> None:
    page.goto(reverse("assignments:groups", args=[school.group.pk]))
    assert_accessible(page)
    page.get_by_role("link", name="Nouveau groupe").first.click()
    page.get_by_label("Nom du groupe").fill("Les explorateurs")
    page.get_by_label("Lina").check()
    assert_accessible(page)
    page.get_by_role("button", name="Enregistrer").click()
    expect(page.get_by_role("heading", name="Les explorateurs")).to_be_visible()
    assert_accessible(page)


def give_a_collection_to_the_class(page: Any, school: SimpleNamespace, shelf: Any) -> None:
    page.goto(reverse("curation:collection", args=[shelf.public_id]))
    page.get_by_role("link", name="Donner à faire").click()
    expect(page.get_by_label("Le jeu des fractions")).to_be_checked()
    assert_accessible(page)
    page.get_by_label("Consigne").fill("Commence par le jeu.")
    page.get_by_role("button", name="Donner", exact=True).click()
    expect(page.get_by_text("C’est donné").first).to_be_visible()
    expect(page.get_by_role("link", name="Les fractions de la semaine")).to_be_visible()
    assert_accessible(page)


def give_one_to_the_group(page: Any, school: SimpleNamespace) -> None:
    page.goto(reverse("catalogue:resource", args=[school.bought.identifier]))
    page.get_by_role("link", name="Donner à faire").click()
    expect(page.get_by_role("group", name="Élèves")).to_be_hidden()
    page.get_by_label("Des élèves choisis").check()
    expect(page.get_by_label("Chloé")).to_be_visible()
    assert_accessible(page)
    page.get_by_label("Les explorateurs").check()
    due = page.get_by_label("À faire pour le")
    wanted = due.input_value()
    due.fill((clock.today() - dt.timedelta(days=14)).isoformat())
    page.get_by_role("button", name="Donner", exact=True).click()
    expect(page.get_by_role("alert").first).to_be_visible()
    assert_accessible(page)
    due.fill(wanted)
    page.get_by_role("button", name="Donner", exact=True).click()
    expect(page.get_by_role("link", name="Le labo des fractions")).to_be_visible()


def do_what_is_given(page: Any, school: SimpleNamespace) -> None:
    page.goto(reverse("workspace:my_class"))
    assert_accessible(page)
    cards = page.locator(".todo-card")
    expect(cards).to_have_count(3)
    card = cards.filter(has_text="Le labo des fractions")
    expect(card.get_by_role("button", name="J’ai fini")).to_have_count(0)
    card.get_by_role("button", name="Le labo des fractions").click()
    expect(page.get_by_role("heading", level=1, name="Le labo des fractions")).to_be_visible()
    assert_accessible(page)
    page.get_by_role("button", name="J’ai fini").click()
    page.wait_for_url("**" + reverse("workspace:my_class"))
    expect(card.get_by_text("Fini !")).to_be_visible()
    card.get_by_role("button", name="Pas encore fini").click()
    card.get_by_role("button", name="J’ai fini").click()
    expect(card.get_by_text("Fini !")).to_be_visible()
    assert_accessible(page)


def follow_and_print(page: Any, school: SimpleNamespace) -> None:
    page.goto(reverse("assignments:week"))
    page.get_by_role("link", name="Le labo des fractions").click()
    row = page.get_by_role("row", name="Lina")
    expect(row.get_by_text("Terminé", exact=True)).to_be_visible()
    expect(page.get_by_role("row", name="Bilal")).to_have_count(0)
    assert_accessible(page)
    page.get_by_role("link", name="Ma semaine").last.click()
    page.get_by_role("link", name="Les fractions de la semaine").click()
    waiting = page.locator(".notice--warning")
    expect(waiting).to_contain_text("Bilal")
    assert_accessible(page)
    page.goto(reverse("assignments:week"))
    answer = page.request.get(page.get_by_role("link", name="Imprimer").get_attribute("href"))
    text = " ".join(PdfReader(BytesIO(answer.body())).pages[0].extract_text().split())
    assert "Les fractions de la semaine" in text
    assert "Les explorateurs" in text
    page.goto(reverse("assignments:copy"))
    assert_accessible(page)
    page.goto(reverse("workspace:class_page", args=[school.group.pk]))
    expect(page.get_by_role("heading", name="Le travail de la semaine")).to_be_visible()
    assert_accessible(page)


def regret(page: Any, school: SimpleNamespace, pupil: Any) -> None:
    row = Assignment.objects.get(title="Les fractions de la semaine")
    page.goto(reverse("assignments:follow", args=[row.public_id]))
    page.get_by_role("button", name="Retirer ce travail").click()
    expect(page.get_by_role("link", name="Les fractions de la semaine")).to_have_count(0)
    pupil.goto(reverse("workspace:my_class"))
    expect(pupil.locator(".todo-card")).to_have_count(1)
    page.get_by_text("1 travail retiré").click()
    assert_accessible(page)
    page.get_by_role("button", name="Remettre").click()
    expect(page.get_by_role("link", name="Les fractions de la semaine")).to_be_visible()


def test_a_week_is_prepared_done_followed_and_printed(
    school: SimpleNamespace, desktop: Any, new_page: Any, sign_in_fast: Any
) -> None:
    sign_in_fast(desktop, school.teacher)
    search_and_gather(desktop, school)
    shelf = Collection.objects.get()
    make_a_group(desktop, school)
    give_a_collection_to_the_class(desktop, school, shelf)
    give_one_to_the_group(desktop, school)
    # Read on the first day: the week that is prepared may be the one to come.
    first = Assignment.objects.order_by("starts_on").first()
    assert first is not None
    Assignment.objects.update(starts_on=min(first.starts_on, clock.today()))
    tablet = new_page("phone")
    sign_in_fast(tablet, school.lina.user)
    do_what_is_given(tablet, school)
    assert Progress.objects.get().child == school.lina.child
    follow_and_print(desktop, school)
    regret(desktop, school, tablet)
    parent = new_page("phone")
    sign_in_fast(parent, school.parent)
    parent.goto(reverse("assignments:children"))
    expect(parent.get_by_role("heading", name="Le labo des fractions")).to_be_visible()
    expect(parent.get_by_text("Terminé", exact=True)).to_be_visible()
    assert_accessible(parent)
    editor = new_page("desktop")
    sign_in_fast(editor, UserFactory(roles=[Role.CATALOGUE_EDITOR]))
    editor.goto(reverse("assignments:licences"))
    expect(editor.get_by_role("row", name="Le labo des fractions")).to_be_visible()
    assert_accessible(editor)
