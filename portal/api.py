"""The JSON API: every app's router, one error shape, one way in."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from ninja import NinjaAPI

from classrooms.api import router as classrooms
from classrooms.audits.api import router as fleet_audits
from classrooms.lending.api import router as fleet_transfers
from classrooms.season.api import router as fleet_season
from classrooms.secondlife.api import router as fleet_second_life
from classrooms.stock.api import router as fleet_stock
from core.access import ANYONE, rule_for_foreign
from core.api import FairUse, PartnerAuth, PersonAuth, close_unruled, describe_scopes
from core.apidocs import Pages
from core.faults import answer_problems
from enrolment.canteen.api import router as canteen
from enrolment.registration.api import router as registration
from enrolment.schools.api import router as schools
from families.api import router as families
from payments.api import router as payments
from resources.assignments.api import router as assignments
from resources.catalogue.api import router as catalogue
from resources.curation.api import router as collections
from resources.workspace.api import router as workspace

api = NinjaAPI(
    title="Escale",
    version="1",
    urls_namespace="api",
    auth=[PartnerAuth(), PersonAuth()],
    throttle=[FairUse()],
    docs=Pages(),
    description=(
        "Les services de l’école et de la famille, pour les logiciels partenaires. "
        "Présentez votre jeton dans l’en-tête Authorization: Bearer."
    ),
)
answer_problems(api)
api.add_router("/families", families, tags=["families"])
api.add_router("/schools", schools, tags=["schools"])
api.add_router("/registrations", registration, tags=["registrations"])
api.add_router("/canteen", canteen, tags=["canteen"])
api.add_router("/payments", payments, tags=["payments"])
api.add_router("/resources", catalogue, tags=["resources"])
api.add_router("/collections", collections, tags=["collections"])
api.add_router("/workspace", workspace, tags=["workspace"])
api.add_router("/assignments", assignments, tags=["assignments"])
api.add_router("/fleet-audits", fleet_audits, tags=["fleet-audits"])
api.add_router("/fleet-transfers", fleet_transfers, tags=["fleet-transfers"])
api.add_router("/fleet-stock", fleet_stock, tags=["fleet-stock"])
api.add_router("/fleet-second-life", fleet_second_life, tags=["fleet-second-life"])
api.add_router("/fleet-season", fleet_season, tags=["fleet-season"])
api.add_router("/classrooms", classrooms, tags=["classrooms"])
close_unruled(api)
describe_scopes(
    {
        "addresses:read": _("Chercher une rue du registre de la ville"),
        "assignments:read": _("Lire le travail donné aux classes"),
        "catalogue:read": _("Lire le catalogue des ressources"),
        "certificates:read": _("Vérifier un certificat d’inscription"),
        "collections:read": _("Lire les collections de ressources de la Ville"),
        "collections:write": _("Tenir à jour les collections de ressources de la Ville"),
        "fleet:read": _("Lire le parc informatique"),
        "fleet:write": _("Tenir à jour le parc informatique"),
        "kitchen-orders:read": _("Lire les commandes des cuisines"),
        "ledger:read": _("Lire les écritures comptables"),
        "menus:read": _("Lire les menus"),
        "registrations:read": _("Lire les demandes d’inscription"),
        "registrations:write": _("Déposer des demandes d’inscription"),
        "schools:read": _("Lire les écoles et leurs classes"),
    }
)
# Each operation carries its own rule and enforces it (core.api.allow_api).
rule_for_foreign("api:", ANYONE)
