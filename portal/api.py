"""The JSON API: every app's router, one error shape."""

from __future__ import annotations

from ninja import NinjaAPI

from classrooms.api import router as classrooms
from enrolment.canteen.api import router as canteen
from enrolment.registration.api import router as registration
from enrolment.schools.api import router as schools
from families.api import router as families
from payments.api import router as payments
from resources.catalogue.api import router as catalogue
from resources.workspace.api import router as workspace

api = NinjaAPI(title="Escale", version="1", urls_namespace="api")
api.add_router("/families", families)
api.add_router("/schools", schools)
api.add_router("/registrations", registration)
api.add_router("/canteen", canteen)
api.add_router("/payments", payments)
api.add_router("/resources", catalogue)
api.add_router("/workspace", workspace)
api.add_router("/classrooms", classrooms)
