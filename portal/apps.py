"""The portal: home pages, settings, templates."""

from django.apps import AppConfig


class PortalConfig(AppConfig):
    """Portal: what ties the apps together."""

    name = "portal"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Load every app's tasks, so that they can be queued by name from any process."""
        from portal.celery import app

        app.autodiscover_tasks(force=True)
