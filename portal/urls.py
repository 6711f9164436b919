"""Every address of the service; each app owns its own below a French prefix."""

from django.urls import include, path

from portal import views
from portal.api import api

urlpatterns = [
    path("", views.home, name="home"),
    path("", include("core.urls")),
    path("compte/", include("allauth.urls")),
    path("famille/", include("families.urls")),
    path("ecoles/", include("enrolment.schools.urls")),
    path("inscriptions/", include("enrolment.registration.urls")),
    path("cantine/", include("enrolment.canteen.urls")),
    path("factures/", include("payments.urls")),
    path("ressources/", include("resources.catalogue.urls")),
    path("classe/", include("resources.workspace.urls")),
    path("parc/", include("classrooms.urls")),
    path("api/v1/", api.urls),
]

handler400 = "core.faults.bad_request"
handler403 = "core.faults.forbidden"
handler404 = "core.faults.not_found"
handler500 = "core.faults.fault"
