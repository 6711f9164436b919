"""Requests to correct or erase, and their answers, within one month (GDPR, article 12.3)."""

from __future__ import annotations

import calendar
import datetime as dt

from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from core import clock, journal, outbox, states
from core.accounts.models import User
from core.errors import RuleBroken
from core.journal import Actor
from core.rights import erasing
from core.rights.closing import refuse_staff
from core.rights.models import RightsRequest


def month_after(day: dt.date) -> dt.date:
    """Return the same day of the next month, or its last day where there is none."""
    year, month = (day.year + 1, 1) if day.month == 12 else (day.year, day.month + 1)
    return dt.date(year, month, min(day.day, calendar.monthrange(year, month)[1]))


def ask_rectification(*, by: Actor, user: User, section: str, words: str) -> RightsRequest:
    """Say what is wrong in what we hold. Raises RuleBroken ``words`` for nothing said."""
    words = words.strip()
    if not words:
        raise RuleBroken("words", _("Dites-nous ce qui ne va pas."), "words")
    with transaction.atomic():
        request = RightsRequest.objects.create(
            user=user,
            kind=RightsRequest.Kind.RECTIFICATION,
            section=section[:60],
            words=words[:2000],
            due_on=month_after(clock.today()),
        )
        journal.record(by, "rights_request.ask", request, kind=request.kind)
    return request


def ask_erasure(*, by: Actor, user: User, words: str = "") -> RightsRequest:
    """Ask that one's data be erased; asking again returns the request that waits."""
    refuse_staff(user)
    waiting = RightsRequest.objects.filter(
        user=user, kind=RightsRequest.Kind.ERASURE, state=RightsRequest.OPEN
    )
    if (known := waiting.first()) is not None:
        return known
    try:
        with transaction.atomic():
            request = RightsRequest.objects.create(
                user=user,
                kind=RightsRequest.Kind.ERASURE,
                words=words.strip()[:2000],
                due_on=month_after(clock.today()),
            )
            journal.record(by, "rights_request.ask", request, kind=request.kind)
    except IntegrityError:
        return waiting.get()
    return request


def withdraw(*, by: Actor, request: RightsRequest) -> None:
    """Take a request back while nobody has answered it."""
    states.move(request, RightsRequest.WITHDRAWN, by=by)


def answer(*, by: Actor, request: RightsRequest, done: bool, text: str) -> None:
    """Answer a request: corrected, or not and why. An accepted erasure goes by ``erase``.

    Raises RuleBroken ``answer`` for no words, ``kind`` for an erasure said done, ``state`` if
    somebody else answered first.
    """
    text = text.strip()
    if not text:
        raise RuleBroken("answer", _("Écrivez la réponse que la personne lira."), "answer")
    if done and request.kind == RightsRequest.Kind.ERASURE:
        raise RuleBroken("kind", _("Un effacement se confirme après son aperçu."))
    with transaction.atomic():
        states.move(
            request,
            RightsRequest.DONE if done else RightsRequest.REFUSED,
            by=by,
            answered_at=clock.now(),
            answered_by=by.user,
            answer=text[:2000],
        )
        _tell(request, to=request.user)


def erase(*, by: Actor, request: RightsRequest) -> RightsRequest:
    """Carry an erasure out as its preview said, at once and for good.

    The person is told at the address they had; the report stays with the request. Raises
    RuleBroken ``staff`` if they became an agent, ``state`` if it was answered already.
    """
    with transaction.atomic():
        # The person's row is the lock: nothing else opens or closes their account meanwhile.
        user = User.objects.select_for_update().get(pk=request.user_id)
        refuse_staff(user)
        report = [line.as_report() for line in erasing.plan_for(user)]
        address, language = outbox.address_of(user), user.language
        states.move(
            request,
            RightsRequest.DONE,
            by=by,
            answered_at=clock.now(),
            answered_by=by.user,
            report=report,
            words="",
        )
        if address:
            _tell(request, address=address, language=language)
        erasing.carry_out(user, by)
        journal.record(by, "account.erase", user, request=request.pk)
    return request


def _tell(
    request: RightsRequest, *, to: User | None = None, address: str = "", language: str = ""
) -> None:
    outbox.queue(
        kind="rights_request_answered" if to else "rights_erased",
        to=to,
        address=address,
        language=language,
        context={
            "asked_on": clock.service_day(request.asked_at),
            "path": reverse("rights:request", args=[request.public_id]),
            "report": request.report,
        },
        dedupe_key=f"rights-request:{request.pk}",
    )
