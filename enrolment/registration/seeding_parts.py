"""Words, pictures and rows that the registration seeder is made of."""

from __future__ import annotations

import io
import random
from dataclasses import dataclass, field
from typing import Any

from PIL import Image, ImageDraw, ImageFont

from core.pdf import FONTS
from enrolment.registration.models import (
    Admission,
    Application,
    Certificate,
    Proof,
    ProofKind,
    ProofRequest,
    State,
    Waiver,
)
from enrolment.schools.models import RollEntry, SchoolYear
from families.models import Child, Guardianship

BATCH = 2000
#: The letters' own: the font of Pillow has no accents.
FONT = FONTS / "NotoSans-Regular.ttf"
#: How often each state occurs, in percent.
STATES = (
    (State.SUBMITTED, 34),
    (State.INCOMPLETE, 14),
    (State.ACCEPTED, 24),
    (State.ADMITTED, 12),
    (State.DRAFT, 6),
    (State.WITHDRAWN, 6),
    (State.REFUSED, 4),
)
EXPLANATIONS = {
    Waiver.Motive.HEALTH: "Suivi régulier près de l'école demandée.",
    Waiver.Motive.SIBLINGS: "Sa grande sœur y est déjà, en CE2.",
    Waiver.Motive.CONTINUITY: "Nous avons déménagé mais elle y a commencé sa scolarité.",
    Waiver.Motive.CHILDCARE: "Son assistante maternelle habite juste à côté.",
    Waiver.Motive.WORK: "Je prends mon service à 7 h 30 dans ce quartier.",
    Waiver.Motive.OTHER: "L'école est sur notre trajet.",
}
REASONS = {
    Waiver.Ground.FULL: "Les classes de ce niveau ont atteint leur effectif.",
    Waiver.Ground.NOT_FOUNDED: "Aucune pièce n'appuie le motif indiqué.",
    Waiver.Ground.SECTOR_FIRST: "Les enfants du secteur occupent toutes les places.",
}
ASKED = {
    "domicile": "Votre justificatif est trop ancien : envoyez-en un de cette année.",
    "child_identity": "La photo du livret de famille est floue, pouvez-vous la refaire ?",
    "guardian_identity": "Il manque le verso de la pièce d'identité.",
}


@dataclass
class Rows:
    """What is written, parents before children."""

    children: list[Child] = field(default_factory=list)
    links: list[Guardianship] = field(default_factory=list)
    applications: list[Application] = field(default_factory=list)
    waivers: list[Waiver] = field(default_factory=list)
    proofs: list[Proof] = field(default_factory=list)
    requests: list[ProofRequest] = field(default_factory=list)
    certificates: list[Certificate] = field(default_factory=list)
    entries: list[RollEntry] = field(default_factory=list)
    admissions: list[Admission] = field(default_factory=list)

    def write(self) -> None:
        """Write every row, in the order of their references."""
        everything: tuple[list[Any], ...] = (
            self.children,
            self.links,
            self.applications,
            self.waivers,
            self.proofs,
            self.requests,
            self.certificates,
            self.entries,
            self.admissions,
        )
        for rows in everything:
            if rows:
                type(rows[0])._default_manager.bulk_create(rows, batch_size=BATCH)


@dataclass(frozen=True)
class Case:
    """One application to make up: whose, for which year, and how it stands."""

    link: Guardianship
    child: Child
    year: SchoolYear
    state: str


def specimen(kind: str) -> bytes:
    """Draw a plainly fake document, so that agents have something to look at."""
    picture = Image.new("RGB", (900, 640), "#f6f1e7")
    pen = ImageDraw.Draw(picture)
    pen.rectangle((24, 24, 876, 616), outline="#0b4f6c", width=4)
    big, small = ImageFont.truetype(FONT, 42), ImageFont.truetype(FONT, 24)
    pen.text((60, 70), str(ProofKind(kind).label), fill="#0b4f6c", font=big)
    for line in range(6):
        pen.line((60, 190 + line * 48, 620 + (line % 3) * 70, 190 + line * 48), "#b9ad95", 8)
    pen.text((60, 540), "SPÉCIMEN · document de démonstration", fill="#a33", font=small)
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=70)
    return out.getvalue()


def spread(rng: random.Random, count: int) -> list[str]:
    """Return states in their proportions, in a shuffled order: even a small city has them all."""
    states: list[str] = []
    for state, percent in STATES:
        states += [state] * max(2, round(count * percent / 100))
    states = states[:count] + [State.SUBMITTED] * (count - len(states))
    rng.shuffle(states)
    return states
