"""Demo data: collections of a teacher, her school and the city, reviews, what awaits editors."""

from __future__ import annotations

import datetime as dt
import random
import uuid
from typing import Any

from core import clock
from core.accounts.models import User
from core.accounts.roles import Role
from core.seeding import SeedContext
from enrolment.schools.models import ClassGroup, School
from resources.catalogue.models import Resource, Term
from resources.curation.models import (
    ClassShare,
    Collection,
    CollectionItem,
    Problem,
    Proposal,
    Review,
    ReviewReport,
    Suggestion,
)
from resources.curation.rules import address_key

Reach = Collection.Reach
#: Title, introduction, words of the resources, the first notes.
Plan = tuple[str, str, str, tuple[str, ...]]
_MINE: tuple[Plan, ...] = (
    (
        "Fractions : ma séquence de CM1",
        "Cinq séances d’une heure. On manipule d’abord, on écrit ensuite.",
        "fractions",
        (
            "Séance 1, en ateliers de quatre. Prévoir les bandes de papier.",
            "Séance 2. À projeter, puis dix minutes sur tablette.",
            "Pour ceux qui ont fini.",
        ),
    ),
    (
        "Le Moyen Âge, exposés",
        "Un thème par groupe ; chacun choisit deux ressources et prépare trois questions.",
        "Moyen Âge",
        ("Groupe 1 : les châteaux.", "Groupe 2 : la vie au village."),
    ),
)
_SCHOOL: Plan = (
    "Rituels de lecture du cycle 3",
    "Un quart d’heure chaque matin. Choisi ensemble au conseil de cycle de septembre.",
    "lecture",
    ("Le lundi, à voix haute.", "Pour les petits parleurs."),
)
_CITY: tuple[Plan, ...] = (
    (
        "Semaine du climat",
        "De quoi tenir une semaine à l’école élémentaire : comprendre, observer, agir.",
        "eau",
        ("Pour commencer : ce que les élèves savent déjà.",),
    ),
    (
        "Premiers pas en anglais",
        "Chansons, jeux et histoires courtes, du CP au CE2.",
        "anglais",
        ("À écouter trois fois avant de chanter.",),
    ),
    (
        "Réviser le calcul sans s’ennuyer",
        "Des jeux courts, classés du plus simple au plus difficile.",
        "calcul",
        ("Cinq minutes suffisent.",),
    ),
)
_COMMENTS = (
    (5, "Mes élèves en redemandent. Très clair, on peut les laisser seuls dessus."),
    (4, "Bien fait. Je coupe le son en classe entière."),
    (4, "Bonne progression, un peu court pour une séance."),
    (3, "Utile en révision ; les consignes sont longues pour les plus jeunes."),
    (5, "Parfait avec le tableau interactif."),
    (2, "Trop difficile pour mon CM1, je l’ai gardée pour quelques élèves."),
)
_SUGGESTIONS = (
    (
        "Atlas sonore des oiseaux de Méditerranée",
        "https://oiseaux-mediterranee.example/ecoles/",
        "On entend et on voit vingt espèces de la calanque. Je m’en sers avant la sortie.",
        ("CE2", "CM1", "CM2"),
        "sciences",
    ),
    (
        "La frise des ports",
        "https://frise-des-ports.example/cm",
        "Une frise à compléter sur l’histoire de notre ville, sans compte à créer.",
        ("CM1", "CM2"),
        "histoire",
    ),
)


def seed(ctx: SeedContext) -> None:
    """Write this app's share of the demo city; a few rows of each situation, at every scale."""
    rng = ctx.rng("curation")
    teacher, editor = ctx.people.get("teacher"), ctx.people.get("catalogue_editor")
    school: School | None = ctx.marks.get("lina_school")
    group: ClassGroup | None = ctx.marks.get("lina_class")
    if teacher is None or editor is None or school is None or group is None:
        return
    offered = list(
        Resource.objects.validated()
        .filter(open_to__isnull=True)
        .prefetch_related("levels")
        .order_by("pk")
    )
    mine = [
        _collection(ctx, plan, offered, 9 - n * 4, owner=teacher) for n, plan in enumerate(_MINE)
    ]
    _collection(ctx, _SCHOOL, offered, 20, owner=teacher, reach=Reach.SCHOOL, school=school)
    for number, plan in enumerate(_CITY):
        _collection(ctx, plan, offered, 30 + number * 12, reach=Reach.CITY)
    ClassShare.objects.create(
        collection=mine[0],
        class_group=group,
        shared_by=teacher,
        shared_at=clock.at(ctx.today - dt.timedelta(days=2), 17),
    )
    Proposal.objects.create(
        collection=mine[1],
        proposed_by=teacher,
        message="Menée deux années de suite ; les exposés ont bien marché.",
        proposed_at=clock.at(ctx.today - dt.timedelta(days=3), 18),
    )
    colleagues = _colleagues(rng, school, teacher)
    _seed_reviews(ctx, rng, offered, mine[0], [teacher, *colleagues])
    _seed_asked(ctx, offered, teacher, colleagues, editor)


def _colleagues(rng: random.Random, school: School, teacher: User) -> list[User]:
    """Return some teachers, those of the demo's school first."""
    found = User.objects.filter(posts__role=Role.TEACHER, is_active=True).exclude(pk=teacher.pk)
    same = list(found.filter(posts__scope_ref=school.uai).distinct().order_by("pk")[:4])
    known = {person.pk for person in same}
    others = [p for p in found.distinct().order_by("pk")[:40] if p.pk not in known]
    return same + rng.sample(others, min(8, len(others)))


def _key(ctx: SeedContext, name: str) -> uuid.UUID:
    """Return an address that is the same in every demo of one seed."""
    return uuid.UUID(int=ctx.rng(f"curation:{name}").getrandbits(128), version=4)


def _about(word: str, offered: list[Resource], number: int) -> list[Resource]:
    """Return resources that speak of something, or else the first offered."""
    low = word.lower()
    found = [r for r in offered if low in " ".join([r.title, *map(str, r.keywords)]).lower()]
    return (found or offered)[:number]


def _collection(
    ctx: SeedContext, plan: Plan, offered: list[Resource], days: int, **where: Any
) -> Collection:
    title, introduction, word, notes = plan
    at = clock.at(ctx.today - dt.timedelta(days=days), 16, 45)
    made = Collection.objects.create(
        public_id=_key(ctx, title),
        title=title,
        introduction=introduction,
        created_at=at,
        updated_at=at,
        **where,
    )
    CollectionItem.objects.bulk_create(
        CollectionItem(
            collection=made,
            resource=resource,
            position=place,
            note=notes[place - 1] if place <= len(notes) else "",
            added_at=at,
        )
        for place, resource in enumerate(_about(word, offered, 6), start=1)
    )
    return made


def _seed_reviews(
    ctx: SeedContext,
    rng: random.Random,
    offered: list[Resource],
    shown: Collection,
    people: list[User],
) -> None:
    """Have some resources reviewed; one comment is reported, one hidden."""
    schools = {school.uai: school for school in School.objects.all()}
    reviewed = [item.resource for item in shown.items.select_related("resource")]
    reviewed += rng.sample(offered, min(30, len(offered)))
    rows: list[Review] = []
    for resource in dict.fromkeys(reviewed):
        for person in rng.sample(people, rng.randint(1, min(5, len(people)))):
            stars, comment = rng.choice(_COMMENTS)
            post = person.posts.filter(role=Role.TEACHER).order_by("pk").first()
            rows.append(
                Review(
                    resource=resource,
                    author=person,
                    stars=stars,
                    comment=comment if rng.random() < 0.7 else "",
                    role=str(Role.TEACHER),
                    school=schools.get(post.scope_ref) if post else None,
                    created_at=clock.at(ctx.today - dt.timedelta(days=rng.randint(3, 200)), 18),
                    updated_at=clock.at(ctx.today - dt.timedelta(days=rng.randint(1, 3)), 18),
                )
            )
    worded = [row for row in rows if row.comment and row.author != people[0]]
    for row in worded[:2]:
        row.comment = "Nul. Le collègue qui a choisi ça ferait mieux de changer de métier."
        row.stars = 1
    hidden = worded[1:2]
    for row in hidden:
        row.state, row.hidden_reason = Review.State.HIDDEN, "Le propos vise une personne."
    Review.objects.bulk_create(rows)
    for row in worded[:1]:
        ReviewReport.objects.create(review=row, reporter=people[0], kind=ReviewReport.Kind.RUDE)
    totals: dict[int, list[int]] = {}
    for row in rows:
        if row.state == Review.State.SHOWN:
            totals.setdefault(row.resource_id, []).append(row.stars)
    rated = [resource for resource in dict.fromkeys(reviewed) if resource.pk in totals]
    for resource in rated:
        resource.rating_stars = sum(totals[resource.pk])
        resource.rating_count = len(totals[resource.pk])
    Resource.objects.bulk_update(rated, ["rating_stars", "rating_count"])


def _seed_asked(
    ctx: SeedContext,
    offered: list[Resource],
    teacher: User,
    colleagues: list[User],
    editor: User,
) -> None:
    terms = {
        (t.vocabulary, t.code): t for t in Term.objects.filter(vocabulary__in=["level", "domain"])
    }
    askers = [*colleagues[:1], teacher]
    for number, (title, url, why, levels, domain) in enumerate(_SUGGESTIONS):
        made = Suggestion.objects.create(
            public_id=_key(ctx, url),
            suggested_by=askers[number % len(askers)],
            suggested_at=clock.at(ctx.today - dt.timedelta(days=4 + number), 17),
            url=url,
            address_key=address_key(url),
            title=title,
            why=why,
            domain=terms["domain", domain],
        )
        made.levels.set(terms["level", code] for code in levels)
    declined = Suggestion.objects.create(
        public_id=_key(ctx, "declined"),
        suggested_by=teacher,
        suggested_at=clock.at(ctx.today - dt.timedelta(days=40), 12),
        url="https://fiches-gratuites.example/cm1",
        address_key=address_key("https://fiches-gratuites.example/cm1"),
        title="Fiches gratuites CM1",
        why="Beaucoup d’exercices prêts à imprimer.",
        domain=terms["domain", "maths"],
        state=Suggestion.State.DECLINED,
        decided_by=editor,
        decided_at=clock.at(ctx.today - dt.timedelta(days=33), 10),
        reason="Le site affiche de la publicité pour des jeux d’argent.",
    )
    declined.levels.set([terms["level", "CM1"]])
    broken = [r for r in offered if r.url][:3]
    pupil: Any = ctx.marks.get("lina_account")
    other = colleagues[0] if colleagues else None
    reports = [
        (0, teacher, Problem.Kind.LINK, "Page introuvable depuis lundi."),
        (0, pupil.user if pupil else None, Problem.Kind.LINK, ""),
        (1, other, Problem.Kind.WRONG, "7 × 8 donne 54 au niveau 3."),
    ]
    Problem.objects.bulk_create(
        Problem(
            resource=broken[place],
            reporter=person,
            kind=kind,
            text=text,
            url=broken[place].url,
            reported_at=clock.at(ctx.today - dt.timedelta(days=1), 11),
        )
        for place, person, kind, text in reports
        if person is not None and place < len(broken)
    )
