"""The app of reconditioning, wiping, donations, recycling."""

from django.apps import AppConfig


class SecondLifeConfig(AppConfig):
    """Wires it into the fleet's pages."""

    name = "classrooms.secondlife"
    label = "secondlife"
    default_auto_field = "django.db.models.BigAutoField"
