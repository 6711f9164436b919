"""Every address of the service; each app owns its own below a French prefix."""

from django.urls import include, path

from portal.api import api
from portal.views import choices, home, pages, styleguide

urlpatterns = [
    path("", home, name="home"),
    path("langue/", choices.set_language, name="set_language"),
    path("apparence/", choices.set_theme, name="set_theme"),
    path("aide/", pages.help_page, name="help"),
    path("accessibilite/", pages.accessibility, name="accessibility"),
    path("mentions-legales/", pages.legal, name="legal"),
    path("donnees-personnelles/", pages.privacy, name="privacy"),
    path("demo/", pages.demo_people, name="demo_people"),
    path("site.webmanifest", pages.webmanifest, name="webmanifest"),
    path("styleguide/", styleguide.styleguide, name="styleguide"),
    path("", include("core.urls")),
    path("compte/", include("core.accounts.urls")),
    path("famille/", include("families.urls")),
    path("ecoles/", include("enrolment.schools.urls")),
    path("inscriptions/", include("enrolment.registration.urls")),
    path("cantine/", include("enrolment.canteen.urls")),
    path("factures/", include("payments.urls")),
    path("ressources/", include("resources.curation.urls")),
    path("ressources/", include("resources.figures.urls")),
    path("ressources/", include("resources.catalogue.urls")),
    path("classe/", include("resources.workspace.urls")),
    path("semaine/", include("resources.assignments.urls")),
    path("parc/controles/", include("classrooms.audits.urls")),
    path("parc/prets/", include("classrooms.lending.urls")),
    path("parc/stock/", include("classrooms.stock.urls")),
    path("parc/atelier/", include("classrooms.workshop.urls")),
    path("parc/prevoir/", include("classrooms.planning.urls")),
    path("parc/seconde-vie/", include("classrooms.secondlife.urls")),
    path("parc/rentree/", include("classrooms.season.urls")),
    path("parc/", include("classrooms.urls")),
    path("", include("resources.exchange.urls")),
    path("api/v1/", api.urls),
]

handler400 = "core.faults.bad_request"
handler403 = "core.faults.forbidden"
handler404 = "core.faults.not_found"
handler429 = "core.faults.too_many"  # allauth asks for it
handler500 = "core.faults.fault"
