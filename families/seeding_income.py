"""What makes the demo's quotients alive: a vote, tax notices, proofs to look at, answers."""

from __future__ import annotations

import datetime as dt
import io
from decimal import Decimal

from PIL import Image, ImageDraw, ImageFont

from core import clock, documents
from core.journal import Actor
from core.pdf import FONTS
from core.seeding import SeedContext
from families.income.rules import computed_quotient
from families.models import Guardian, IncomeFile, IncomeRule, QuotientRequest

#: Proofs written to the disk; a demo needs some to look at, not thousands.
PROOFS = 60


def seed(ctx: SeedContext) -> None:
    """Add to the income files that the families' seeder wrote; cheap at every scale."""
    year = clock.school_year_of(ctx.today) - 2
    IncomeRule.objects.bulk_create(
        [
            IncomeRule(valid_from=dt.date(2019, 9, 1), resolution="Délibération 2019-87"),
            IncomeRule(
                valid_from=dt.date(year, 9, 1),
                resolution=f"Délibération {year}-112",
                remind_days=80,
            ),
        ]
    )
    rng = ctx.rng("income")
    waiting = list(
        IncomeFile.objects.filter(checked_at__isnull=True, refused_at__isnull=True).order_by(
            "declared_at", "pk"
        )
    )
    for file in waiting:
        if rng.random() < 0.35:
            shares = Decimal(rng.choice(("1", "1.5", "2", "2.5", "3")))
            file.basis = IncomeFile.Basis.TAX
            file.tax_shares = shares
            file.reference_income = int(file.family_quotient * 12 * shares) + rng.randrange(300)
            file.family_quotient = computed_quotient(file.reference_income, shares)
        file.valid_from = clock.service_day(file.declared_at)
        file.valid_until = None
    _proofs(waiting[:PROOFS])
    IncomeFile.objects.bulk_update(
        waiting,
        [
            "basis",
            "tax_shares",
            "reference_income",
            "family_quotient",
            "valid_from",
            "valid_until",
            "proof",
        ],
        batch_size=500,
    )
    _answers(ctx)


def _proofs(files: list[IncomeFile]) -> None:
    pictures = {basis: _paper(basis) for basis in IncomeFile.Basis.values}
    for file in files:
        guardian = (
            Guardian.objects.filter(household=file.household_id)
            .select_related("user")
            .order_by("pk")
            .first()
        )
        file.proof = documents.store_bytes(
            pictures[file.basis],
            by=Actor(user=guardian.user if guardian else None),
            kind="families.income",
            filename="avis-impot.jpg" if file.basis == "tax" else "attestation-caf.jpg",
            content_type="image/jpeg",
        )


def _paper(basis: str) -> bytes:
    """Draw a paper that is plainly an example."""
    sheet = Image.new("RGB", (900, 1270), "#fdfcf8")
    draw = ImageDraw.Draw(sheet)
    title = "AVIS D'IMPÔT (exemple)" if basis == "tax" else "ATTESTATION DE QUOTIENT (exemple)"
    draw.text((70, 80), title, fill="#1d3557", font=_font(40))
    for line in range(18):
        width = 760 - (line * 97) % 300
        draw.rectangle((70, 220 + line * 44, 70 + width, 232 + line * 44), fill="#d8dde3")
    draw.text((70, 1150), "Document inventé pour la démonstration", fill="#8a2f2f", font=_font(28))
    out = io.BytesIO()
    sheet.save(out, "JPEG", quality=80)
    return out.getvalue()


def _font(size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(str(FONTS / "NotoSans-Bold.ttf"), size)


def _answers(ctx: SeedContext) -> None:
    """Some quotients came from the CAF; one request found nobody."""
    checked = IncomeFile.objects.filter(checked_at__isnull=False).order_by("pk")
    keys = list(checked.values_list("pk", flat=True)[: ctx.scale.pupils])
    IncomeFile.objects.filter(pk__in=keys[3::9]).update(source=IncomeFile.Source.API)
    lost = (
        Guardian.objects.filter(user__isnull=False, household__income_files__isnull=True)
        .order_by("pk")
        .first()
    )
    if lost is not None:
        asked = clock.at(ctx.today - dt.timedelta(days=2), 19)
        QuotientRequest.objects.create(
            household_id=lost.household_id,
            guardian=lost,
            state=QuotientRequest.State.NOT_FOUND,
            consent="quotient-2026-1",
            attempts=1,
            created_at=asked,
            ended_at=asked + dt.timedelta(seconds=4),
        )
