"""Borrowers sign: one signature for all that they hold, kept with the words they agreed to."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from classrooms.access import held_by
from classrooms.lending import rules, slips, wording
from classrooms.lending.models import AgreementLine, LoanAgreement
from classrooms.models import HandOut
from core import clock, documents, journal
from core.accounts.models import User
from core.document_kinds import Kind
from core.documents import Document
from core.errors import RuleBroken
from core.journal import Actor

#: The kind of document that a signed agreement is.
AGREEMENT = Kind("fleet.agreement", "Convention de prêt signée", of_office=True)
_SHOWN = ("school", "cart", "class_group", "teacher")


def holder_of(row: HandOut) -> tuple[object, ...]:
    """Return what tells one borrower from another."""
    return (row.school_id, row.holder, row.class_group_id, row.teacher_id, row.pupil_slot)


def together(hand_outs: Sequence[HandOut]) -> list[HandOut]:
    """Return hand-outs in order, once it is sure that one signature may cover them.

    Raises RuleBroken ``none``, ``holders`` when they are several people's, ``closed``,
    ``signed``.
    """
    rows = sorted(hand_outs, key=lambda row: row.pk)
    if not rows:
        raise RuleBroken("none", _("Choisissez au moins une remise."))
    if len({holder_of(row) for row in rows}) > 1:
        raise RuleBroken(
            "holders", _("Une signature vaut pour une seule personne ou une seule classe.")
        )
    if any(row.state != HandOut.State.OPEN for row in rows):
        raise RuleBroken("closed", _("Ce matériel a été rendu entre-temps."))
    if AgreementLine.objects.filter(hand_out__in=rows).exists():
        raise RuleBroken("signed", _("C’est déjà signé."))
    return rows


def borrows(person: User, hand_out: HandOut) -> bool:
    """Tell whether a hand-out is to this person or a class of hers; a pupil's is to the pupil."""
    mine = HandOut.objects.filter(held_by(person), pk=hand_out.pk)
    return mine.exclude(holder=HandOut.Holder.PUPIL).exists()


def sign(
    *, by: Actor, hand_outs: Sequence[HandOut], name: str, fingerprint: str, drawn: str = ""
) -> LoanAgreement:
    """Sign on screen: drawn with a finger, or by typing one's name when nothing is drawn.

    ``fingerprint`` is that of the text shown. Raises RuleBroken ``changed`` when it is no
    longer what would be signed, ``name``, ``drawn`` for what is no signature, and whatever
    ``together`` refuses.
    """
    rows = together(hand_outs)
    text = wording.agreed_text(rows)
    if wording.fingerprint(text) != fingerprint:
        raise RuleBroken(
            "changed", _("La liste a changé entre-temps : relisez-la avant de signer.")
        )
    picture = _picture(drawn)
    method = LoanAgreement.Method.DRAWN if picture else LoanAgreement.Method.TYPED
    at = clock.now()
    witness = by.user.get_full_name() if by.user and not borrows(by.user, rows[0]) else ""
    pdf = slips.agreement(text, rows[0], name=_named(name), picture=picture, at=at, witness=witness)
    document = documents.store_bytes(
        pdf,
        by=by,
        kind=AGREEMENT.code,
        filename=f"convention-{at:%Y-%m-%d}.pdf",
        content_type="application/pdf",
    )
    return _keep(by, rows, text, document, method=method, name=name, signed_at=at)


def attach_paper(
    *, by: Actor, hand_outs: Sequence[HandOut], name: str, document: Document
) -> LoanAgreement:
    """Keep the scan of an agreement signed on paper."""
    rows = together(hand_outs)
    text = wording.agreed_text(rows)
    method = LoanAgreement.Method.PAPER
    return _keep(by, rows, text, document, method=method, name=name, signed_at=clock.now())


def _keep(
    by: Actor, rows: list[HandOut], text: str, document: Document, *, name: str, **facts: Any
) -> LoanAgreement:
    with transaction.atomic():
        locked = (
            HandOut.objects.select_for_update(of=("self",), no_key=True)
            .select_related(*_SHOWN)
            .filter(pk__in=[row.pk for row in rows])
            .order_by("pk")
        )
        rows = together(list(locked))
        if wording.agreed_text(rows) != text:
            raise RuleBroken(
                "changed", _("La liste a changé entre-temps : relisez-la avant de signer.")
            )
        person = by.user
        own = person is not None and borrows(person, rows[0])
        agreement = LoanAgreement.objects.create(
            school=rows[0].school,
            signer_name=_named(name),
            signer=person if own else None,
            recorded_by=None if own else person,
            version=wording.VERSION,
            text=text,
            fingerprint=wording.fingerprint(text),
            document=document,
            **facts,
        )
        AgreementLine.objects.bulk_create(
            AgreementLine(agreement=agreement, hand_out=row) for row in rows
        )
        journal.record(
            by,
            "agreement.sign",
            agreement,
            method=agreement.method,
            hand_outs=[row.pk for row in rows],
            fingerprint=agreement.fingerprint,
        )
    return agreement


def _named(name: str) -> str:
    given = " ".join(name.split())[:120]
    if len(given) < 2:
        raise RuleBroken("name", _("Écrivez le nom de la personne qui signe."), "name")
    return given


def _picture(drawn: str) -> str:
    """Return the drawing of a signature, empty when nothing was drawn."""
    if not drawn:
        return ""
    try:
        return rules.drawing(rules.read_strokes(json.loads(drawn)))
    except (ValueError, RecursionError) as error:
        raise RuleBroken(
            "drawn", _("Signez dans le cadre, ou tapez seulement le nom."), "drawn"
        ) from error
