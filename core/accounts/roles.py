"""The posts that exist. A person may hold several."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class Role(models.TextChoices):
    """What a person is here to do. Codes are stable: they are stored and used by the API."""

    GUARDIAN = "guardian", _("Parent ou responsable")
    PUPIL = "pupil", _("Élève")
    HELPER = "helper", _("Aidant·e mandaté·e")
    TEACHER = "teacher", _("Enseignant·e")
    HEAD_TEACHER = "head_teacher", _("Directeur ou directrice d’école")
    ENROLMENT_AGENT = "enrolment_agent", _("Agent des inscriptions")
    CANTEEN_MANAGER = "canteen_manager", _("Responsable de la restauration")
    REVENUE_OFFICER = "revenue_officer", _("Régisseur")
    IT_TECHNICIAN = "it_technician", _("Technicien informatique")
    IT_MANAGER = "it_manager", _("Responsable du parc informatique")
    CATALOGUE_EDITOR = "catalogue_editor", _("Documentaliste")
    ADMINISTRATOR = "administrator", _("Administrateur")


#: People who work for the city and its schools.
STAFF_ROLES = frozenset(set(Role) - {Role.GUARDIAN, Role.PUPIL, Role.HELPER})
#: People who see other people's data: a second factor is required of them.
PROTECTED_ROLES = STAFF_ROLES | {Role.HELPER}


class ScopeKind(models.TextChoices):
    """How far a post reaches."""

    SELF = "self", _("Soi-même")
    SCHOOL = "school", _("Une école")
    SERVICE = "service", _("Un service")
    CITY = "city", _("Toute la ville")
