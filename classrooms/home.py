"""What the fleet puts on home pages and in the menu."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import Count, Q
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from classrooms.access import FLEET_MANAGERS, FLEET_READERS, FLEET_STAFF, late_incident
from classrooms.panels import Tab
from core import clock
from core.accounts.models import User
from core.accounts.roles import Role
from core.home import HomeCard, NavItem

TABS = (
    Tab("board", "board", gettext_lazy("Tableau de bord"), "classrooms:board", FLEET_READERS, 10),
    Tab("devices", "fleet", gettext_lazy("Appareils"), "classrooms:devices", FLEET_READERS, 10),
    Tab("carts", "fleet", gettext_lazy("Chariots"), "classrooms:carts", FLEET_READERS, 20),
    Tab("schools", "fleet", gettext_lazy("Écoles"), "classrooms:schools", FLEET_READERS, 30),
    Tab("lines", "fleet", gettext_lazy("Lignes Internet"), "classrooms:lines", FLEET_READERS, 40),
    Tab("kinds", "fleet", gettext_lazy("Modèles"), "classrooms:kinds", FLEET_MANAGERS, 45),
    Tab("imports", "fleet", gettext_lazy("Tableaux"), "classrooms:imports", FLEET_STAFF, 50),
    Tab("hand_outs", "lending", gettext_lazy("Remises"), "classrooms:hand_outs", FLEET_READERS, 10),
    Tab(
        "incidents", "incidents", gettext_lazy("Pannes"), "classrooms:incidents", FLEET_READERS, 10
    ),
    Tab("tour", "incidents", gettext_lazy("Tournée"), "classrooms:tour", FLEET_READERS, 20),
    Tab("promises", "incidents", gettext_lazy("Délais"), "classrooms:promises", FLEET_READERS, 90),
)

NAV = (
    NavItem(
        gettext_lazy("Parc numérique"),
        "classrooms:board",
        frozenset(FLEET_MANAGERS),
        icon="chart",
        order=60,
    ),
    NavItem(
        gettext_lazy("Parc numérique"),
        "classrooms:devices",
        frozenset({Role.IT_TECHNICIAN, Role.HEAD_TEACHER}),
        icon="tablet",
        order=60,
    ),
    NavItem(
        gettext_lazy("Pannes"),
        "classrooms:incidents",
        frozenset({Role.IT_TECHNICIAN}),
        icon="wrench",
        order=61,
    ),
    NavItem(
        gettext_lazy("Signaler une panne"),
        "classrooms:report_start",
        frozenset({Role.TEACHER}),
        icon="wrench",
        order=62,
    ),
)


def cards(user: User) -> Iterator[HomeCard]:
    """Yield what awaits a technician, the fleet's manager, a teacher."""
    if user.has_role(Role.IT_TECHNICIAN):
        yield from _technician(user)
    if user.has_role(Role.IT_MANAGER):
        yield from _manager(user)
    if user.has_role(Role.TEACHER) and not user.has_role(*FLEET_READERS):
        yield from _teacher(user)


def _technician(user: User) -> Iterator[HomeCard]:
    from classrooms.models import HandOut, Incident

    today = clock.today()
    counts = (
        Incident.objects.visible_to(user)
        .open()
        .aggregate(
            all=Count("pk"),
            new=Count("pk", filter=Q(state="reported")),
            late=Count("pk", filter=late_incident(today)),
        )
    )
    if counts["all"]:
        late = counts["late"]
        yield HomeCard(
            title=_("Pannes à régler"),
            text=(
                ngettext(
                    "%(count)d panne attend depuis trop longtemps.",
                    "%(count)d pannes attendent depuis trop longtemps.",
                    late,
                )
                % {"count": late}
                if late
                else _("Personne n’attend depuis trop longtemps.")
            ),
            url=reverse("classrooms:incidents"),
            action=_("Voir les pannes"),
            tone="urgent" if late else "waiting",
            count=counts["all"],
            icon="wrench",
            order=20,
        )
    overdue = HandOut.objects.visible_to(user).late(today).count()
    if overdue:
        yield HomeCard(
            title=_("Remises en retard"),
            text=_("Du matériel devait être rendu et ne l’est pas."),
            url=reverse("classrooms:hand_outs") + "?late=1",
            action=_("Voir les remises"),
            tone="urgent",
            count=overdue,
            icon="clock",
            order=21,
        )
    yield HomeCard(
        title=_("Le parc de vos écoles"),
        text=_("Chercher un appareil, remettre un chariot à une classe, imprimer des étiquettes."),
        url=reverse("classrooms:devices"),
        action=_("Ouvrir le parc"),
        icon="tablet",
        order=60,
    )


def _manager(user: User) -> Iterator[HomeCard]:
    from classrooms.models import Device
    from enrolment.schools.models import School

    places = Device.objects.present().with_place()
    equipped = (
        places.filter(place_school__isnull=False)
        .order_by()
        .aggregate(schools=Count("place_school", distinct=True))["schools"]
    )
    total = School.objects.filter(is_open=True).count()
    yield HomeCard(
        title=_("Écoles équipées"),
        text=_("%(equipped)d écoles sur %(total)d ont du matériel.")
        % {"equipped": equipped, "total": total},
        url=reverse("classrooms:board"),
        action=_("Ouvrir le tableau de bord"),
        count=equipped,
        icon="chart",
        order=20,
    )


def _teacher(user: User) -> Iterator[HomeCard]:
    from classrooms.models import Incident

    mine = Incident.objects.visible_to(user).open().filter(reporter=user).count()
    yield HomeCard(
        title=_("Tablettes et ordinateurs"),
        text=(
            ngettext(
                "%(count)d panne que vous avez signalée est suivie.",
                "%(count)d pannes que vous avez signalées sont suivies.",
                mine,
            )
            % {"count": mine}
            if mine
            else _("Quelque chose ne marche pas ? Dites-le en trois gestes.")
        ),
        url=reverse("classrooms:report_start"),
        action=_("Signaler une panne"),
        tone="waiting" if mine else "plain",
        count=mine or None,
        icon="tablet",
        order=50,
    )
