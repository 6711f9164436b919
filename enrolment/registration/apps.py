"""The registration app."""

from django.apps import AppConfig


class RegistrationConfig(AppConfig):
    """Wires registration into the home page and the menu."""

    name = "enrolment.registration"
    label = "registration"
    default_auto_field = "django.db.models.BigAutoField"
