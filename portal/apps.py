"""The portal: home pages, settings, templates."""

from django.apps import AppConfig


class PortalConfig(AppConfig):
    """Portal: what ties the apps together."""

    name = "portal"
    default_auto_field = "django.db.models.BigAutoField"
