"""Every model goes one day, goes with another, or says why it stays."""

from django.apps import apps
from django.db.models import ForeignKey, OneToOneField

from core import retention


def test_every_model_has_a_rule_follows_another_or_says_why_it_stays():
    ruled = {rule.model for rule in retention.rules()}
    known = {model._meta.label for model in apps.get_models()}
    follows, kept = set(retention.followers()), set(retention.kept())
    missing = known - ruled - follows - kept
    assert not missing, (
        f"{sorted(missing)}: in the app's retained.py, register a Rule, or say "
        "follows(<model it belongs to>, …) or keeps(<why>, …); and add its row to "
        "docs/rules/retention.md"
    )
    assert (follows | kept) <= known, "names of models that are no more"
    assert not follows & kept


def test_what_goes_with_another_does_belong_to_it():
    for label, parent in retention.followers().items():
        targets = {
            field.related_model._meta.label
            for field in apps.get_model(label)._meta.get_fields()
            if isinstance(field, ForeignKey | OneToOneField)
        }
        assert parent in targets, f"{label}: {parent}"
        assert parent in retention.followers() or parent in {r.model for r in retention.rules()}


def test_every_rule_says_what_goes_and_on_what_ground():
    for rule in retention.rules():
        assert rule.what, rule.name
        assert len(rule.source) > 15, rule.name
        assert rule.keep.days >= rule.floor_days, rule.name
        field = apps.get_model(rule.model)
        assert not rule.age or field._meta.get_field(rule.age), rule.name


def test_a_rule_runs_before_the_rules_whose_rows_it_points_to():
    """Rows that refer to others go first: a night must not need a second one."""
    order = {}
    for place, rule in enumerate(retention.rules()):
        if rule.erase is None:
            order[rule.model] = place
    for label, place in order.items():
        for field in apps.get_model(label)._meta.get_fields():
            protects = isinstance(field, ForeignKey) and field.remote_field.on_delete.__name__ == (
                "PROTECT"
            )
            if protects and field.related_model._meta.label in order:
                target = field.related_model._meta.label
                assert place < order[target] or label == target, f"{label} after {target}"
