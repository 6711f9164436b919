"""The street that is saved is the one last meant, with or without scripts."""

from __future__ import annotations

import pytest

from families.forms.address import AddressForm
from families.streets import find_streets
from tests.factories.families import StreetFactory

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("typed", ["rue des tisserans", "Tisseran", "rue de tiserands"])
def test_a_misspelt_street_is_found_by_its_own_words(typed: str) -> None:
    StreetFactory(name="Rue des Tisserands")
    for other in ("Rue des Voiliers", "Avenue des Pins", "Rue de la Caisserie"):
        StreetFactory(name=other)
    assert [street.name for street in find_streets(typed)] == ["Rue des Tisserands"]


def form(**answers: str) -> AddressForm:
    return AddressForm({"number": "12", **answers})


def test_a_street_chosen_in_the_list_is_kept() -> None:
    street = StreetFactory(name="Rue des Voiliers")
    StreetFactory(name="Rue des Voiliers-Blancs")
    asked = form(street_query="voiliers", street=street.code)
    assert asked.is_valid()
    assert asked.found == street


def test_another_name_typed_since_undoes_the_choice() -> None:
    old = StreetFactory(name="Rue des Tamaris")
    StreetFactory(name="Rue des Figuiers")
    asked = form(street_query="figuie", street=old.code)
    assert not asked.is_valid()
    assert "street_query" in asked.errors
    assert asked.chosen == ""
    assert [street.name for street in asked.candidates] == ["Rue des Figuiers"]


def test_a_whole_name_needs_no_choice() -> None:
    old = StreetFactory(name="Rue des Tamaris")
    new = StreetFactory(name="Rue des Figuiers")
    asked = form(street_query="rue des figuiers", street=old.code)
    assert asked.is_valid()
    assert asked.found == new
