"""The exchange app."""

from __future__ import annotations

from django.apps import AppConfig


class ExchangeConfig(AppConfig):
    """Wires exchanges with other catalogues into the catalogue's pages and imports."""

    name = "resources.exchange"
    label = "exchange"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register menu entries, forms of export, files that can be imported, retention."""
        from resources.exchange import collected, retained, wiring

        wiring.register()
        retained.register_rules()
        collected.register()
