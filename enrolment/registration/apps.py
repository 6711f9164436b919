"""The registration app."""

from django.apps import AppConfig


class RegistrationConfig(AppConfig):
    """Wires registration into the home page, the menu, private files and children's cards."""

    name = "enrolment.registration"
    label = "registration"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register what awaits people, who may open proofs, when an identity is official."""
        from core import acting
        from core.document_kinds import register_document_kinds, register_document_uses
        from core.documents import register_document_reader
        from core.home import register_cards, register_nav
        from core.messaging.kinds import register_kinds
        from enrolment.registration import (
            collected,
            desk,
            home,
            merging,
            papers,
            queries,
            retained,
            telling,
            traced,
        )
        from enrolment.registration.access import has_certificate, reads_document, reads_paper
        from enrolment.registration.actions.papers import replace_document
        from families.access import register_identity_lock
        from families.actions.objections import register_too_late
        from families.child_facts import register_child_facts

        register_cards(home.cards)
        register_nav(*home.NAV)
        register_document_reader(reads_document)
        register_document_reader(reads_paper)
        register_kinds(*telling.KINDS)
        register_document_kinds(*papers.kinds())
        register_document_uses("registration", papers.uses, replace_document)
        retained.register_rules()
        collected.register()
        traced.register()
        register_identity_lock(has_certificate)
        register_child_facts(home.child_facts)
        register_too_late(queries.too_late)
        acting.open_pages(acting.Scope.APPLICATIONS, *home.HELPED_PAGES)
        acting.open_documents(
            acting.Scope.APPLICATIONS,
            "registration.proof",
            "registration.paper",
            *(kind.code for kind in papers.kinds()),
        )
        acting.for_agents("registration:paper")
        acting.describe_acts(home.HELPED_ACTS)
        merging.register()
        desk.register()
