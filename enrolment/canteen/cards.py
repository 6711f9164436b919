"""What the canteen puts on the home pages."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core import clock
from core.access import reach_of
from core.accounts.models import User
from core.accounts.roles import Role
from core.dates import date_format
from core.home import HomeCard
from enrolment.canteen import access
from enrolment.canteen.actions.orders import waiting
from enrolment.canteen.models import Booking, MealRegistration
from enrolment.canteen.queries import load_service
from enrolment.canteen.words import day_in_words
from enrolment.schools.models import RollEntry
from families.models import Child


def cards(user: User) -> Iterator[HomeCard]:
    """Yield what awaits somebody at the canteen."""
    if user.has_role(Role.GUARDIAN):
        yield from _for_parent(user)
    if reach_of(user, *access.SERVICE_STAFF).city and user.has_role(Role.CANTEEN_MANAGER):
        yield from _for_manager()
    if user.has_role(Role.HEAD_TEACHER, Role.TEACHER):
        yield from _for_school(user)


def _for_parent(user: User) -> Iterator[HomeCard]:
    today = clock.today()
    children = {child.pk: child for child in Child.objects.of_guardian(user).order_by("pk")}
    if not children:
        return
    roll = dict(
        RollEntry.objects.filter(
            child__in=children, left_on__isnull=True, school_year__ends_on__gte=today
        )
        .order_by("-school_year__start_year")
        .values_list("child_id", "school_year_id")
    )
    registered = set(
        MealRegistration.objects.filter(
            child__in=children, school_year__in=roll.values(), ends_on__isnull=True
        ).values_list("child_id", flat=True)
    )
    for pk in roll:
        if pk not in registered:
            child = children[pk]
            yield HomeCard(
                title=_("Cantine de %(child)s") % {"child": child.given_name},
                text=_("Pas encore de repas réservés : choisissez les jours et le repas."),
                url=reverse("canteen:registration", args=[child.reference]),
                action=_("Inscrire à la cantine"),
                tone="waiting",
                icon="canteen",
                order=40,
            )
    yield from _next_month(children, registered, today)
    meal = (
        Booking.objects.expected()
        .filter(child__in=registered, day__gte=today, state=Booking.State.BOOKED)
        .order_by("day")
        .values_list("day", flat=True)
        .first()
    )
    if meal is not None:
        eating = list(
            Booking.objects.expected()
            .filter(child__in=registered, day=meal)
            .order_by("child__birth_date", "pk")
            .values_list("child__given_name", flat=True)
        )
        yield HomeCard(
            title=_("Prochain repas : %(day)s") % {"day": day_in_words(meal)},
            text=_("À table : %(names)s.") % {"names": ", ".join(eating)},
            url=reverse("canteen:home"),
            action=_("Voir le mois et les menus"),
            icon="canteen",
            order=80,
        )


def _next_month(
    children: dict[int, Child], registered: set[int], today: dt.date
) -> Iterator[HomeCard]:
    """Warn in the second half of a month when next month holds no meal for a child."""
    first = (today.replace(day=1) + dt.timedelta(days=31)).replace(day=1)
    last = (first + dt.timedelta(days=31)).replace(day=1) - dt.timedelta(days=1)
    if today.day < 15 or not load_service().calendar.between(first, last):
        return
    booked = set(
        Booking.objects.expected()
        .filter(child__in=registered, day__range=(first, last))
        .values_list("child_id", flat=True)
    )
    for pk in sorted(registered - booked):
        child = children[pk]
        yield HomeCard(
            title=_("Le mois prochain n’est pas encore réservé"),
            text=_("Aucun repas pour %(child)s en %(month)s.")
            % {"child": child.given_name, "month": date_format(first, "F")},
            url=reverse("canteen:month", args=[child.reference, first.year, first.month]),
            action=_("Réserver des repas"),
            tone="waiting",
            icon="calendar",
            order=50,
        )


def _for_manager() -> Iterator[HomeCard]:
    service = load_service()
    day = service.calendar.next_after(clock.today())
    if day is None:
        return
    unsent = [pk for pk, version in waiting(day).items() if version is None]
    is_due = clock.now() >= service.cutoff(day)
    words = {"day": day_in_words(day)}
    url = f"{reverse('canteen:orders')}?jour={day.isoformat()}"
    if unsent:
        text = ngettext(
            "Une cuisine attend sa commande.",
            "%(count)s cuisines attendent leur commande.",
            len(unsent),
        )
        yield HomeCard(
            title=_("Commande du %(day)s à envoyer") % words,
            text=text % {"count": len(unsent)},
            url=url,
            action=_("Voir la commande"),
            tone="urgent" if is_due else "waiting",
            count=len(unsent),
            icon="canteen",
            order=10,
        )
    else:
        yield HomeCard(
            title=_("Commande du %(day)s envoyée") % words,
            text=_("Toutes les cuisines ont leur commande."),
            url=url,
            action=_("Voir la commande"),
            tone="done",
            icon="canteen",
            order=60,
        )


def _for_school(user: User) -> Iterator[HomeCard]:
    today = clock.today()
    if not load_service().calendar.is_served(today):
        return
    left = (
        Booking.objects.visible_to(user)
        .filter(day=today, state=Booking.State.BOOKED)
        .exclude(child__in=Child.objects.of_guardian(user).values("pk"))
        .count()
    )
    if left:
        yield HomeCard(
            title=_("Pointage de la cantine"),
            text=ngettext(
                "Un enfant reste à pointer aujourd’hui.",
                "%(count)s enfants restent à pointer aujourd’hui.",
                left,
            )
            % {"count": left},
            url=reverse("canteen:attendance"),
            action=_("Pointer"),
            tone="waiting",
            count=left,
            icon="check",
            order=20,
        )
