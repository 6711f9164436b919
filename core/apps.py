"""What every app stands on."""

from django.apps import AppConfig


class CoreConfig(AppConfig):
    """Core: journal, outbox, documents."""

    name = "core"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register what core offers to the home pages and to the nightly purge."""
        from core import homecards, retained
        from core.messaging import kinds
        from core.rights import collected, core_erasure

        retained.register_rules()
        homecards.register()
        kinds.register_own()
        collected.register()
        core_erasure.register()
