"""The schools app."""

from django.apps import AppConfig


class SchoolsConfig(AppConfig):
    """Wires schools into the home page and the menu."""

    name = "enrolment.schools"
    label = "schools"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Let school staff see the children of their rolls."""
        from enrolment.schools.access import child_reach
        from families.access import register_child_reach

        register_child_reach(child_reach)
