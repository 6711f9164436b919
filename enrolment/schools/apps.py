"""The schools app."""

from django.apps import AppConfig


class SchoolsConfig(AppConfig):
    """Wires schools into the home page and the menu."""

    name = "enrolment.schools"
    label = "schools"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Let school staff see the children of their rolls; fill menu and children's cards."""
        from core.home import register_nav
        from core.scopes import register_places, register_scope_names
        from enrolment.schools import collected, erasure, home, merging, retained
        from enrolment.schools.access import (
            attending,
            child_reach,
            end_of_stay,
            on_a_roll,
            roll_reach,
        )
        from families.access import register_child_reach, register_identity_lock
        from families.access.care import register_roll_reach
        from families.actions.health import register_end_of_stay
        from families.actions.moves import register_attendance
        from families.child_facts import register_child_facts

        register_child_reach(child_reach)
        register_roll_reach(roll_reach)
        register_scope_names(home.school_names)
        register_places("school", home.school_places)
        register_identity_lock(on_a_roll)
        register_attendance(attending)
        register_end_of_stay(end_of_stay)
        register_child_facts(home.child_facts)
        register_nav(*home.NAV)
        retained.register_rules()
        merging.register()
        collected.register()
        erasure.register()
