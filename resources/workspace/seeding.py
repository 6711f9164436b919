"""Demo data of the workspace: some classes with accounts, cards and words."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Sequence

from core import clock
from core.accounts.models import Post, User
from core.accounts.roles import Role, ScopeKind
from core.seeding import SeedContext
from enrolment.schools.models import ClassGroup, RollEntry
from resources.catalogue.models import Favourite, Resource
from resources.workspace import credentials, rules
from resources.workspace.demo import LINA_PICTURES, LINA_TOKEN
from resources.workspace.models import ClassCharter, ClassNote, PupilAccount

#: Classes with accounts at each scale, beside Lina's.
_CLASSES = {"small": 6, "city": 60}
_NOTES = (
    (
        "Pour réviser les fractions",
        "Jouez dix minutes ce soir, puis racontez-moi ce que vous avez compris.",
        "fractions",
    ),
    (
        "Exposés sur le Moyen Âge",
        "Chaque groupe choisit une ressource et prépare trois questions pour les autres.",
        "Moyen Âge",
    ),
    (
        "Sortie au muséum jeudi",
        "N'oubliez ni le pique-nique ni la gourde. Voici de quoi préparer la visite.",
        "dinosaures",
    ),
)


def seed(ctx: SeedContext) -> None:
    """Write this app's share of the demo city."""
    rng = ctx.rng("workspace")
    lina_class: ClassGroup | None = ctx.marks.get("lina_class")
    others = list(
        ClassGroup.objects.filter(
            school_year=ctx.marks["school_year"], roll__level__in=["CE2", "CM1", "CM2"]
        )
        .exclude(pk=lina_class.pk if lina_class else 0)
        .distinct()
        .order_by("school__uai", "name", "pk")[: _CLASSES[ctx.scale.name] * 4]
    )
    chosen = sorted(rng.sample(others, min(len(others), _CLASSES[ctx.scale.name])), key=_key)
    for group in ctx.track("Comptes d'élèves", chosen, len(chosen)):
        _open_class(ctx, rng, group, _roll(group))
    if lina_class is not None:
        _seed_lina(ctx, rng, lina_class)


def _key(group: ClassGroup) -> int:
    return group.pk


def _roll(group: ClassGroup) -> list[RollEntry]:
    return list(
        RollEntry.objects.filter(class_group=group, left_on__isnull=True)
        .select_related("child")
        .order_by("child__given_name", "child__family_name", "pk")
    )


def _open_class(
    ctx: SeedContext, rng: random.Random, group: ClassGroup, entries: Sequence[RollEntry]
) -> list[PupilAccount]:
    """Open accounts for some children of a class, most of them with card and code."""
    users = User.objects.bulk_create(
        User(
            given_name=entry.child.given_name,
            family_name=entry.child.used_name or entry.child.family_name,
            password="!",  # noqa: S106 — a pupil never signs in by password
        )
        for entry in entries
    )
    Post.objects.bulk_create(
        Post(user=user, role=Role.PUPIL, scope_kind=ScopeKind.SELF, starts_on=ctx.today)
        for user in users
    )
    teacher = group.teachers.order_by("pk").first()
    opened_at = clock.at(ctx.today - dt.timedelta(days=rng.randint(5, 40)), 10)
    accounts = PupilAccount.objects.bulk_create(
        PupilAccount(
            user=user,
            child=entry.child,
            class_group=group,
            activated_by=teacher,
            activated_at=opened_at,
            card_digest=credentials.card_digest(f"{ctx.seed}:{rng.getrandbits(128):x}"),
            card_issued_at=opened_at,
            code_choice_until=rules.choice_ends(clock.at(ctx.today, 8)),
        )
        for user, entry in zip(users, entries, strict=True)
    )
    for account in accounts:
        if rng.random() < 0.8:
            _give_code(account, _pictures(rng), opened_at)
            account.last_seen_on = ctx.today - dt.timedelta(days=rng.randint(0, 12))
    PupilAccount.objects.bulk_update(
        accounts, ["code_digest", "code_set_at", "last_seen_on"], batch_size=200
    )
    ClassCharter.objects.create(class_group=group, accepted_by=teacher, accepted_at=opened_at)
    return accounts


def _pictures(rng: random.Random) -> tuple[str, ...]:
    return tuple(rng.sample(rules.PICTURES, rules.CODE_LENGTH))


def _give_code(account: PupilAccount, pictures: Sequence[str], at: dt.datetime) -> None:
    account.code_digest = credentials.code_digest(account.pk, pictures)
    account.code_set_at = at


def _seed_lina(ctx: SeedContext, rng: random.Random, group: ClassGroup) -> None:
    """Open two thirds of Lina's class, hers with the demo's card; leave the rest to Claire."""
    lina = ctx.marks["lina"]
    entries = _roll(group)
    own = [entry for entry in entries if entry.child_id == lina.pk]
    rest = [entry for entry in entries if entry.child_id != lina.pk]
    accounts = _open_class(ctx, rng, group, own + rest[: len(rest) * 2 // 3])
    if own:
        account = accounts[0]
        account.card_digest = credentials.card_digest(LINA_TOKEN)
        _give_code(account, LINA_PICTURES, account.activated_at)
        account.last_seen_on = ctx.today
        account.save()
        ctx.marks["lina_account"] = account
        _lina_favourites(rng, account)
    stuck = accounts[-1]
    stuck.wrong_tries = rules.MAX_TRIES
    stuck.locked_at = clock.at(ctx.today, 9)
    _give_code(stuck, _pictures(rng), stuck.activated_at)
    stuck.save()
    _seed_notes(ctx, group)


def _for_pupils(level: str) -> list[Resource]:
    return list(
        Resource.objects.validated()
        .filter(
            levels__code=level,
            audience__in=["learner", "both"],
            personal_data_level__in=["none", "low"],
        )
        .order_by("pk")
    )


def _lina_favourites(rng: random.Random, account: PupilAccount) -> None:
    liked = rng.sample(_for_pupils("CM1"), 4)
    Favourite.objects.bulk_create(Favourite(user=account.user, resource=found) for found in liked)


def _seed_notes(ctx: SeedContext, group: ClassGroup) -> None:
    author = ctx.people["teacher"]
    offered = _for_pupils("CM1")
    for days, (title, text, word) in zip((1, 4, 9), _NOTES, strict=True):
        note = ClassNote.objects.create(
            class_group=group,
            author=author,
            title=title,
            text=text,
            posted_at=clock.at(ctx.today - dt.timedelta(days=days), 16, 30),
        )
        about = [r for r in offered if word.lower() in " ".join([r.title, *r.keywords]).lower()]
        note.resources.set(about[:2])
