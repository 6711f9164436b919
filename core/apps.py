"""What every app stands on."""

from django.apps import AppConfig


class CoreConfig(AppConfig):
    """Core: journal, outbox, documents."""

    name = "core"
    default_auto_field = "django.db.models.BigAutoField"
