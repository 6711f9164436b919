"""The classrooms app."""

from django.apps import AppConfig


class ClassroomsConfig(AppConfig):
    """Wires classrooms into the home page and the menu."""

    name = "classrooms"
    label = "classrooms"
    default_auto_field = "django.db.models.BigAutoField"
