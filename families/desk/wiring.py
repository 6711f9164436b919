"""Registers the agents' side when the app starts."""

from __future__ import annotations

from django.apps import AppConfig
from django.db.models.signals import post_migrate

from families import home
from families.desk import triggers


def register(config: AppConfig) -> None:
    """Register queues, and the triggers that are put in place after each migration."""
    home.register_queues()
    post_migrate.connect(triggers.after_migrate, sender=config, dispatch_uid="families.search")
