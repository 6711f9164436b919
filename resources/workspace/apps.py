"""The workspace app."""

from django.apps import AppConfig


class WorkspaceConfig(AppConfig):
    """Wires workspace into the home page and the menu."""

    name = "resources.workspace"
    label = "workspace"
    default_auto_field = "django.db.models.BigAutoField"
