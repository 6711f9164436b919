"""Whatever points at a person, a child or a household is told to that person, or says why not."""

from django.apps import apps
from django.db.models import ForeignKey, OneToOneField

from core.rights import registry

PEOPLE = {"accounts.User", "families.Guardian", "families.Child", "families.Household"}


def pointing():
    found = {}
    for model in apps.get_models():
        targets = {
            field.related_model._meta.label
            for field in model._meta.get_fields()
            if isinstance(field, ForeignKey | OneToOneField)
        }
        if targets & PEOPLE or model._meta.label in PEOPLE:
            found[model._meta.label] = targets & PEOPLE
    return found


def told():
    return {label for collector in registry.collectors() for label in collector.models}


def test_every_model_that_points_at_a_person_is_told_or_says_why_not():
    missing = set(pointing()) - told() - set(registry.reasons())
    assert not missing, (
        f"{sorted(missing)}: add them to a collector in the app's collected.py, or say "
        "not_collected(<why>, …) there: they would be missing from « Mes données »"
    )


def test_nothing_is_both_told_and_kept_back():
    assert not told() & set(registry.reasons())
    known = {model._meta.label for model in apps.get_models()}
    assert told() | set(registry.reasons()) <= known
    assert all(len(reason) > 20 for reason in registry.reasons().values())
