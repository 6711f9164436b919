"""Messages about an application: both parents who hold authority are told, once each."""

from __future__ import annotations

from django.conf import settings
from django.urls import reverse

from core import outbox
from enrolment.registration.models import Application
from families.models import Guardian, Guardianship


def tell_family(
    application: Application, kind: str, *, key: str = "", household_only: bool = False
) -> None:
    """Queue a message of ``kind`` to every guardian with an account and authority.

    ``household_only`` keeps to the household that applied: only it can answer.

    The words hold the child's given name and a link: no address, no school, no document.
    ``key`` tells apart messages that may rightly be sent more than once.
    """
    path = reverse("registration:application", args=[application.reference])
    wanting = Guardianship.objects.with_authority().filter(
        child=application.child_id, receives_messages=True
    )
    guardians = Guardian.objects.filter(
        pk__in=wanting.values("guardian"), user__isnull=False
    ).select_related("user")
    if household_only:
        guardians = guardians.filter(household=application.household_id)
    for guardian in guardians.order_by("pk"):
        outbox.queue(
            kind=kind,
            to=guardian.user,
            context={
                "child": application.child.given_name,
                "reference": application.reference,
                "link": f"{settings.PUBLIC_URL}{path}",
            },
            dedupe_key=f"{kind}-{application.pk}-{key}-{guardian.pk}",
        )
