"""A teacher reads the map and says what is missing; an editor weighs use against cost."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from core import clock
from core.accounts.roles import Role
from resources.catalogue import actions
from resources.figures import counting
from tests.factories.accounts import UserFactory
from tests.factories.resources import PupilAccountFactory, ResourceFactory
from tests.factories.schools import RollEntryFactory
from tests.journeys.browser import assert_accessible


@pytest.mark.django_db(transaction=True)
def test_what_a_class_opens_and_misses_reaches_who_buys(
    live: Any, new_page: Any, sign_in_fast: Any
) -> None:
    bought = ResourceFactory(title="Le labo du calcul", cost="paid", domain_codes=["maths.calcul"])
    pupil = PupilAccountFactory()
    group = pupil.class_group
    for _number in range(5):
        RollEntryFactory(class_group=group)
    teacher = UserFactory(roles=[(Role.TEACHER, group.school.uai)])
    group.teachers.add(teacher)
    for _turn in range(7):
        actions.note_opened(resource=bought, audience="learner", user=pupil.user)
    counting.roll_up()

    phone = new_page("phone")
    sign_in_fast(phone, teacher)
    phone.goto(reverse("figures:curriculum"))
    maths = phone.locator("details", has_text="Mathématiques")
    maths.locator("summary").click()
    expect(maths.get_by_text("1 utilisée").last).to_be_visible()
    assert_accessible(phone)
    maths.get_by_role("button", name="Il manque une ressource : Espace et géométrie").click()
    expect(phone.get_by_text("C’est noté")).to_be_visible()
    phone.get_by_role("link", name="Préciser ou retirer").click()
    phone.get_by_label("Ce qu’il faudrait").fill("Des patrons à plier")
    assert_accessible(phone)
    phone.get_by_role("button", name="Enregistrer").click()
    phone.goto(reverse("figures:classes"))
    expect(phone.get_by_role("link", name="Le labo du calcul")).to_be_visible()
    assert_accessible(phone)

    desktop = new_page("desktop")
    sign_in_fast(desktop, UserFactory(roles=[Role.CATALOGUE_EDITOR]))
    desktop.goto(reverse("figures:gaps"))
    expect(desktop.get_by_text("Des patrons à plier")).to_be_visible()
    assert_accessible(desktop)
    desktop.get_by_role("link", name="Coûts", exact=True).click()
    desktop.get_by_role("link", name="Le labo du calcul").click()
    assert_accessible(desktop)
    expect(desktop.get_by_label("Ressource")).to_have_value(str(bought.pk))
    today = clock.today()
    desktop.get_by_label("Premier jour").fill(today.isoformat())
    desktop.get_by_label("Dernier jour, compris").fill(today.isoformat())
    desktop.get_by_label("Coût pour toute la période").fill("70")
    desktop.get_by_role("button", name="Enregistrer").click()
    line = desktop.get_by_role("row", name="Le labo du calcul").last
    expect(line).to_contain_text("10,00")
    assert_accessible(desktop)
    line.get_by_role("link", name="Le labo du calcul").click()
    expect(desktop.get_by_role("img", name="Ouvertures mois par mois")).to_be_visible()
    assert_accessible(desktop)
