"""What this app adds to others: menu, links, files that can be imported, document kinds."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from core.accounts.roles import Role
from core.document_kinds import Kind, register_document_kinds
from core.home import NavItem, register_cards, register_nav
from resources.catalogue.extending import (
    Alternate,
    Link,
    register_alternates,
    register_exports,
    register_tools,
)


def register() -> None:
    """Register them all; called from ``AppConfig.ready``, once the models are there."""
    from resources.catalogue.importing.runs import register_reader
    from resources.catalogue.replacing import stays
    from resources.exchange.formats import files, jsonld
    from resources.exchange.home import cards

    register_reader(files.read)
    register_exports(
        *(
            Link(form.label, "exchange:export", kwargs={"form": form.code})
            for form in files.FORMS.values()
        )
    )
    register_tools(Link(_("Moissonner d’autres catalogues"), "exchange:sources", "globe"))
    register_alternates(
        Alternate(jsonld.CONTENT_TYPE, "exchange:notice_jsonld", _("Notice LRMI (JSON-LD)")),
        Alternate("application/xml", "exchange:notice_lom", _("Notice ScoLOMFR (XML)")),
    )
    register_document_kinds(Kind("exchange.export", _("Liste de ressources")))
    register_cards(cards)
    # A record's identifier is never given to another resource: harvesters are told it went.
    stays("exchange.PublicRecord.resource")
    editors = frozenset({Role.CATALOGUE_EDITOR, Role.ADMINISTRATOR})
    register_nav(NavItem(_("Moissons"), "exchange:sources", editors, "globe", 62))
