"""``manage.py seed_demo``: fill an empty database with an invented city."""

from __future__ import annotations

import datetime as dt
import sys
import time
from argparse import ArgumentParser
from importlib import import_module
from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.totp.internal.auth import TOTP
from django.contrib.auth.hashers import make_password
from django.core.management.base import BaseCommand, CommandError
from django.db import connection, transaction

from core import clock, codes
from core.accounts.models import Post, User
from core.accounts.roles import PROTECTED_ROLES, Role, ScopeKind
from core.demo import DEMO_PEOPLE
from core.seeding import DEMO_PASSWORD, DEMO_TOTP_SECRET, SCALES, SeedContext

#: Modules whose ``seed`` (or named function) runs, in order; each builds on those before.
STEPS = (
    ("families.seeding", "seed"),
    ("families.seeding_income", "seed"),
    ("families.seeding_desk", "seed"),
    ("enrolment.schools.seeding", "seed"),
    ("enrolment.registration.seeding", "seed"),
    ("enrolment.registration.seeding_separated", "seed"),
    ("families.seeding_assisted", "seed"),
    ("core.seeding_rights", "seed"),
    ("payments.seeding", "seed"),
    ("enrolment.canteen.seeding", "seed"),
    ("payments.seeding", "seed_late"),
    ("resources.catalogue.seeding", "seed"),
    ("resources.workspace.seeding", "seed"),
    ("resources.curation.seeding", "seed"),
    ("resources.exchange.seeding", "seed"),
    ("resources.figures.seeding", "seed"),
    ("resources.assignments.seeding", "seed"),
    ("classrooms.seeding", "seed"),
    ("classrooms.audits.seeding", "seed"),
    ("classrooms.secondlife.seeding", "seed"),
    ("classrooms.workshop.seeding", "seed"),
    ("classrooms.season.seeding", "seed"),
    ("classrooms.planning.seeding", "seed"),
    ("classrooms.lending.seeding", "seed"),
    ("classrooms.stock.seeding", "seed"),
    ("families.seeding_people", "seed"),
    ("families.seeding_agents", "seed"),
)
_CITY_WIDE = {
    Role.ENROLMENT_AGENT: "inscriptions",
    Role.CANTEEN_MANAGER: "restauration",
    Role.REVENUE_OFFICER: "regie",
    Role.HELPER: "maison-voisins",
}


class Command(BaseCommand):
    """Seed the demo city; the same scale, seed and day give the same rows."""

    help = "Fill an empty database with the invented city of Port-Mistral."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the options."""
        parser.add_argument("--scale", choices=sorted(SCALES), default="small")
        parser.add_argument("--seed", type=int, default=13)
        parser.add_argument(
            "--if-empty", action="store_true", help="do nothing when people are there already"
        )
        parser.add_argument("--today", type=dt.date.fromisoformat, help="day to lie around")

    def handle(self, *args: Any, **options: Any) -> None:
        """Run every app's seeder in one transaction: all of the city, or nothing."""
        if User.objects.exists():
            if options["if_empty"]:
                return
            raise CommandError(
                "La base contient déjà des personnes : videz-la d'abord (manage.py flush)."
            )
        started = time.monotonic()
        ctx = SeedContext(
            scale=SCALES[options["scale"]],
            seed=options["seed"],
            today=options["today"] or clock.today(),
            quick_password=make_password(DEMO_PASSWORD),
            progress=self.progress,
        )
        with transaction.atomic():
            seed_people(ctx)
            for module, function in STEPS:
                step = getattr(import_module(module), function, None)
                if step is None:
                    continue
                began = time.monotonic()
                step(ctx)
                if options["verbosity"] > 1:
                    self.stdout.write(f"{module}.{function}: {time.monotonic() - began:.1f} s")
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
        if options["verbosity"]:
            self.stdout.write(
                f"Port-Mistral ({ctx.scale.name}) : {ctx.scale.schools} écoles, "
                f"{ctx.scale.pupils} élèves, en {time.monotonic() - started:.0f} s."
            )

    def progress(self, label: str, done: int, total: int) -> None:
        """Draw a bar on a terminal; stay silent elsewhere."""
        if not sys.stderr.isatty():
            return
        width = 30
        filled = width * done // max(total, 1)
        end = "\n" if done >= total else ""
        sys.stderr.write(
            f"\r{label:<24} {'█' * filled}{'·' * (width - filled)} {done}/{total}{end}"
        )
        sys.stderr.flush()


def seed_people(ctx: SeedContext) -> None:
    """Create the people one signs in as, with verified addresses and the agents' TOTP."""
    rng = ctx.rng("identifiers")
    for person in DEMO_PEOPLE:
        parent = person.role == Role.GUARDIAN
        user = User.objects.create(
            identifier=codes.normal(codes.new_code(9, choose=rng.choice)) if parent else None,
            email=person.email,
            given_name=person.given_name,
            family_name=person.family_name,
            password=ctx.quick_password,
        )
        EmailAddress.objects.create(user=user, email=person.email, verified=True, primary=True)
        if person.role == Role.GUARDIAN:
            _post(user, person.role, ScopeKind.SELF)
        elif person.role in _CITY_WIDE:
            _post(user, person.role, ScopeKind.SERVICE, _CITY_WIDE[person.role])
        elif person.role in (Role.IT_MANAGER, Role.CATALOGUE_EDITOR, Role.ADMINISTRATOR):
            _post(user, person.role, ScopeKind.CITY)
        if person.role in PROTECTED_ROLES:
            TOTP.activate(user, DEMO_TOTP_SECRET)
        ctx.people[person.key] = user


def _post(user: User, role: Role, kind: ScopeKind, ref: str = "") -> None:
    Post.objects.create(user=user, role=role, scope_kind=kind, scope_ref=ref)
