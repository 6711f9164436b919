"""The people one can be in the demo: one list for the seed, the demo page and the console."""

from __future__ import annotations

from dataclasses import dataclass

from core.accounts.roles import Role

DEMO_DOMAIN = "demo.port-mistral.example"


@dataclass(frozen=True)
class DemoPerson:
    """Somebody to sign in as. ``story`` says in one sentence what to look at."""

    key: str
    role: Role
    given_name: str
    family_name: str
    story: str

    @property
    def email(self) -> str:
        """Sign-in address."""
        local = f"{self.given_name}.{self.family_name}".lower()
        return f"{local.translate(str.maketrans('éèêïô', 'eeeio'))}@{DEMO_DOMAIN}"


DEMO_PEOPLE = (
    DemoPerson(
        "parent",
        Role.GUARDIAN,
        "Nadia",
        "Benali",
        "Deux enfants, une facture à payer.",
    ),
    DemoPerson(
        "coparent",
        Role.GUARDIAN,
        "Thomas",
        "Roussel",
        "Séparé de Nadia, une semaine sur deux.",
    ),
    DemoPerson(
        "teacher",
        Role.TEACHER,
        "Claire",
        "Fontaine",
        "Enseigne en CM1 : comptes des élèves, ressources.",
    ),
    DemoPerson(
        "head_teacher",
        Role.HEAD_TEACHER,
        "Marc",
        "Oliveri",
        "Admet les enfants, compose les classes.",
    ),
    DemoPerson(
        "enrolment_agent",
        Role.ENROLMENT_AGENT,
        "Sophie",
        "Martel",
        "Instruit les demandes d'inscription.",
    ),
    DemoPerson(
        "helper",
        Role.HELPER,
        "Yasmine",
        "Cohen",
        "Aide des familles qui lui ont signé un mandat.",
    ),
    DemoPerson(
        "canteen_manager",
        Role.CANTEEN_MANAGER,
        "Karim",
        "Haddad",
        "Commande les repas, suit le pointage.",
    ),
    DemoPerson(
        "revenue_officer",
        Role.REVENUE_OFFICER,
        "Hélène",
        "Castel",
        "Facture, encaisse, rembourse.",
    ),
    DemoPerson(
        "it_technician",
        Role.IT_TECHNICIAN,
        "Lucas",
        "Ferrand",
        "Suit le matériel de quelques écoles.",
    ),
    DemoPerson(
        "it_manager",
        Role.IT_MANAGER,
        "Inès",
        "Morvan",
        "Pilote le parc de toute la ville.",
    ),
    DemoPerson(
        "catalogue_editor",
        Role.CATALOGUE_EDITOR,
        "Paul",
        "Giraud",
        "Tient le catalogue de ressources.",
    ),
    DemoPerson(
        "administrator",
        Role.ADMINISTRATOR,
        "Anne",
        "Delmas",
        "Donne les postes et les accès.",
    ),
)
