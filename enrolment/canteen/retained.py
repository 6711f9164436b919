"""Retention rules of meals: the school year and one more; kitchens' papers three years."""

from __future__ import annotations

import datetime as dt

from core.retention import Rule, follows, keeps, register, school_year_start
from enrolment.canteen.models import Booking, KitchenOrder, MealRegistration, Menu, ServiceDay

_NS058 = "CNIL, ancienne norme simplifiée 58 : l’année scolaire et un an"
_YEAR = dt.timedelta(days=365)
_TRACE = "Règlement (CE) 178/2002, article 18, et guide des cantines : traçabilité, trois ans"


def register_rules() -> None:
    """Register them; called from ``AppConfig.ready``."""
    keeps(
        "Règlement et organisation de la restauration, sans donnée personnelle",
        "canteen.ServiceRule",
        "canteen.Kitchen",
        "canteen.Refectory",
    )
    follows("canteen.MealRegistration", "canteen.WeeklyPattern")
    follows("canteen.Menu", "canteen.Course")
    follows("canteen.KitchenOrder", "canteen.KitchenOrderLine")
    register(
        Rule(
            "canteen.bookings",
            "canteen.Booking",
            _YEAR,
            _NS058,
            lambda before: Booking.objects.filter(day__lt=school_year_start(before)),
            age="day",
            what="Repas réservés et pointés",
            order=10,
        ),
        Rule(
            "canteen.days",
            "canteen.ServiceDay",
            _YEAR,
            _NS058,
            lambda before: ServiceDay.objects.filter(day__lt=school_year_start(before)),
            age="day",
            what="Places d’une école un jour",
            order=11,
        ),
        Rule(
            "canteen.registrations",
            "canteen.MealRegistration",
            _YEAR,
            _NS058,
            lambda before: MealRegistration.objects.filter(
                school_year__ends_on__lt=school_year_start(before)
            ),
            age="starts_on",
            what="Inscriptions à la cantine, régimes compris",
            order=12,
        ),
        Rule(
            "canteen.menus",
            "canteen.Menu",
            dt.timedelta(days=3 * 365),
            _TRACE,
            lambda before: Menu.objects.filter(day__lt=before.date()),
            age="day",
            what="Menus",
        ),
        Rule(
            "canteen.orders",
            "canteen.KitchenOrder",
            dt.timedelta(days=3 * 365),
            _TRACE,
            lambda before: KitchenOrder.objects.filter(day__lt=before.date()),
            age="day",
            what="Commandes aux cuisines",
        ),
    )
