"""The catalogue app."""

from django.apps import AppConfig


class CatalogueConfig(AppConfig):
    """Wires catalogue into the home page and the menu."""

    name = "resources.catalogue"
    label = "catalogue"
    default_auto_field = "django.db.models.BigAutoField"
