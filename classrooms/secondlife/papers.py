"""What is printed: the record of a sitting, a wipe's certificate, the deed of a lot."""

from __future__ import annotations

from typing import Any

from classrooms.models import Device
from classrooms.secondlife.models import Lot, Recipient, Sitting, Wipe
from core import clock, pdf
from core.accounts.models import User


def record(sitting: Sitting) -> bytes:
    """Return the record of a sitting; marked as a draft until it is closed."""
    rows = sitting.departures.select_related("device__model__category").order_by(
        "destination", "device__asset_tag"
    )
    return pdf.render(
        "secondlife/record.typ",
        {
            "number": sitting.number,
            "held_on": sitting.held_on,
            "held_by": _name(sitting.held_by),
            "present": sitting.present,
            "closed_on": clock.service_day(sitting.closed_at) if sitting.closed_at else None,
            "rows": [
                _device(row.device)
                | {
                    "reason": row.get_reason_display(),
                    "note": row.note,
                    "destination": row.get_destination_display(),
                    "worth": row.worth_cents,
                }
                for row in rows
            ],
        },
    )


def certificate(wipe: Wipe) -> bytes:
    """Return the certificate of a verified wipe, with what NIST SP 800-88 wants it to say."""
    return pdf.render(
        "secondlife/certificate.typ",
        {
            "number": wipe.number,
            "passed": Wipe.Result.PASSED in (wipe.result, wipe.withdrawn_from),
            "withdrawn_on": clock.service_day(wipe.withdrawn_at) if wipe.withdrawn_at else None,
            "withdrawn_why": wipe.withdrawn_why,
            "device": _device(wipe.device),
            "facts": [
                (str(label), str(value))
                for label, value in (
                    (Wipe._meta.get_field("media").verbose_name, wipe.get_media_display()),
                    (
                        Wipe._meta.get_field("media_serial").verbose_name,
                        wipe.media_serial or "—",
                    ),
                    ("catégorie (NIST SP 800-88)", wipe.get_category_display()),
                    (
                        Wipe._meta.get_field("technique").verbose_name,
                        wipe.get_technique_display(),
                    ),
                    (
                        Wipe._meta.get_field("tool").verbose_name,
                        f"{wipe.tool} {wipe.tool_version}".strip(),
                    ),
                    (
                        Wipe._meta.get_field("verification").verbose_name,
                        wipe.get_verification_display(),
                    ),
                    ("remarque", wipe.note or "—"),
                )
            ],
            "done_by": _name(wipe.done_by),
            "done_on": clock.service_day(wipe.done_at),
            "verified_by": _name(wipe.verified_by),
            "verified_on": clock.service_day(wipe.verified_at) if wipe.verified_at else None,
        },
    )


#: On what each kind of recipient may receive, as the deed quotes it.
_GROUNDS = {
    Recipient.Ground.SCHOOL: (
        "articles L. 3212-2 (3°), L. 3212-3 et D. 3212-3 du code général de la propriété des "
        "personnes publiques : matériel informatique dont la valeur unitaire n’excède pas 300 €"
    ),
    Recipient.Ground.RELIEF: (
        "articles L. 3212-2 (2°) et L. 3212-3 du code général de la propriété des personnes "
        "publiques : biens dont la valeur unitaire n’excède pas 300 €, qui ne peuvent être "
        "revendus"
    ),
    Recipient.Ground.PUBLIC: (
        "article 2 du décret n° 2023-266 du 12 avril 2023 : cession à une autre personne "
        "publique en vue du réemploi"
    ),
}


def lot(lot: Lot) -> bytes:
    """Return the deed of a gift, or what goes with a recycling lot's slip."""
    recipient = lot.recipient
    lines = lot.lines.select_related("device__model__category", "wipe")
    gift = lot.kind == Lot.Kind.GIFT
    values: dict[str, Any] = {
        "number": lot.number,
        "state": lot.state,
        "gone_on": lot.gone_on,
        "recipient": {
            "name": recipient.name,
            "registration": recipient.registration,
            "address": recipient.address,
            "town": f"{recipient.postcode} {recipient.town}",
        },
        "handed_by": _name(lot.handed_by),
        "rows": [
            _device(line.device) | {"wipe": line.wipe.number if line.wipe else ""} for line in lines
        ],
    }
    if gift:
        values |= {
            "ground": _GROUNDS[Recipient.Ground(recipient.ground)],
            "signed_name": lot.signed_name,
            "has_receipt": lot.receipt_id is not None,
        }
        return pdf.render("secondlife/deed.typ", values)
    values |= {"slip": lot.slip_number, "grams": lot.weight_grams}
    return pdf.render("secondlife/recycling.typ", values)


def _device(device: Device) -> dict[str, Any]:
    return {
        "tag": device.asset_tag,
        "serial": device.serial,
        "model": str(device.model),
        "category": device.model.category.name,
        "bought": device.purchased_on,
        "cost": device.cost_cents,
    }


def _name(user: User | None) -> str:
    return user.get_full_name() if user else ""
