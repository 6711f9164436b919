"""The classrooms app."""

from django.apps import AppConfig


class ClassroomsConfig(AppConfig):
    """Wires classrooms into the home page and the menu."""

    name = "classrooms"
    label = "classrooms"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register home cards and menu entries."""
        from classrooms import collected, home, retained, telling
        from classrooms.panels import register_tabs
        from classrooms.photos import PHOTO, reads_photo
        from core.document_kinds import register_document_kinds
        from core.documents import register_document_reader
        from core.home import register_cards, register_nav
        from core.messaging.kinds import register_kinds

        register_cards(home.cards)
        register_kinds(*telling.KINDS)
        retained.register_rules()
        collected.register()
        register_document_kinds(PHOTO)
        register_document_reader(reads_photo)
        register_nav(*home.NAV)
        register_tabs(*home.TABS)
