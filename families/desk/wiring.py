"""Registers the agents' side when the app starts."""

from __future__ import annotations

from django.apps import AppConfig
from django.db.models.signals import post_migrate

from families import home
from families.desk import triggers
from families.merging import own_rules, situation_rules


def register(config: AppConfig) -> None:
    """Register queues, rules of merging, and the triggers installed after each migration."""
    home.register_queues()
    own_rules.register()
    situation_rules.register()
    post_migrate.connect(triggers.after_migrate, sender=config, dispatch_uid="families.search")
