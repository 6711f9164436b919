"""The app of counting what is really there: labels, scans, audits of carts, campaigns."""

from django.apps import AppConfig


class AuditsConfig(AppConfig):
    """Wires it into the fleet's pages."""

    name = "classrooms.audits"
    label = "audits"
    default_auto_field = "django.db.models.BigAutoField"
