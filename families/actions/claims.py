"""A child already enrolled: asked for with proof, answered by an agent.

What is typed is never looked up while asking: the answer and its time are the same whether
or not the child exists. An agent checks the proof (birth record, ruling) against the child.
"""

from __future__ import annotations

import datetime as dt

from django.conf import settings
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from core import clock, documents, journal, outbox, states
from core.documents import Document
from core.errors import RuleBroken
from core.journal import Actor
from families.actions.invitations import join_guardians
from families.actions.objections import lock_child
from families.codes import new_reference
from families.models import Child, ChildClaim, Guardian, Guardianship
from families.rules import fold

#: Claims one person may make in a day.
DAILY_LIMIT = 5


@transaction.atomic
def claim_child(
    *,
    by: Actor,
    guardian: Guardian,
    given_name: str,
    family_name: str,
    birth_date: dt.date,
    kind: str,
    proof: Document,
) -> ChildClaim:
    """Ask to be linked to a child. Raises RuleBroken ``waiting``, ``too_many``."""
    Guardian.objects.select_for_update().get(pk=guardian.pk)
    since = clock.now() - dt.timedelta(days=1)
    if ChildClaim.objects.filter(guardian=guardian, made_at__gt=since).count() >= DAILY_LIMIT:
        raise RuleBroken("too_many", _("Vous avez fait beaucoup de demandes. Réessayez demain."))
    try:
        with transaction.atomic():
            claim = ChildClaim.objects.create(
                reference=new_reference("LIEN"),
                guardian=guardian,
                given_name=given_name.strip(),
                family_name=family_name.strip(),
                birth_date=birth_date,
                kind=kind,
                proof=proof,
            )
    except IntegrityError as error:
        raise RuleBroken(
            "waiting", _("Votre demande pour cet enfant est déjà en cours de vérification.")
        ) from error
    journal.record(by, "child_claim.make", claim, guardian=guardian.pk)
    return claim


def candidates(claim: ChildClaim) -> list[Child]:
    """Return the children a claim may be about: same birth date, a name alike."""
    names = {fold(claim.given_name), fold(claim.family_name)}
    same_day = Child.objects.filter(birth_date=claim.birth_date).order_by("pk")[:200]
    return [
        child
        for child in same_day
        if names & {fold(child.given_name), fold(child.family_name), fold(child.used_name)}
    ]


def _waiting(claim: ChildClaim) -> ChildClaim:
    found: ChildClaim = ChildClaim.objects.select_for_update(of=("self",)).get(pk=claim.pk)
    if found.state != ChildClaim.WAITING:
        raise RuleBroken("state", _("Cette demande a déjà été traitée. Rechargez la page."))
    return found


@transaction.atomic
def link_claim(
    *,
    by: Actor,
    claim: ChildClaim,
    child: Child,
    kind: str,
    parental_authority: bool,
    lives_with: bool,
    may_pick_up: bool,
    replaces: Guardian | None = None,
) -> Guardianship:
    """Link the claimant to a child as the proof says, and delete the proof.

    ``replaces`` is the name another parent had noted for this very person, without an
    account: its links go to the claimant. The other guardians are told that there is one
    more, without name or address.
    """
    lock_child(child.pk)
    found = _waiting(claim)
    if kind not in Guardianship.Kind.values:
        raise RuleBroken("kind", _("Choisissez le lien avec l’enfant."), "kind")
    if replaces is not None:
        if replaces.user_id is not None or not Guardianship.objects.current().filter(
            child=child, guardian=replaces
        ):
            raise RuleBroken("replaces", _("Cette personne a son propre accès."), "replaces")
        join_guardians(by, Guardian.objects.get(pk=replaces.pk), found.guardian)
    facts = {
        "kind": kind,
        "parental_authority": parental_authority,
        "lives_with": lives_with,
        "may_pick_up": may_pick_up,
    }
    link, made = Guardianship.objects.get_or_create(
        child=child, guardian=found.guardian, ends_on=None, defaults=facts
    )
    if not made:
        for name, value in facts.items():
            setattr(link, name, value)
        link.save(update_fields=list(facts))
    states.move(
        found,
        ChildClaim.LINKED,
        by=by,
        child=child,
        decided_at=clock.now(),
        decided_by=by.user,
    )
    journal.record(
        by, "guardianship.add", link, child=child.pk, guardian=found.guardian_id, claim=found.pk
    )
    _drop_proof(by, found)
    _tell_claimant(found, "family_claim_linked")
    _tell_others(found, child)
    return link


@transaction.atomic
def refuse_claim(*, by: Actor, claim: ChildClaim, ground: str) -> ChildClaim:
    """Turn a claim down with a reason, and delete the proof."""
    if ground not in ChildClaim.Refusal.values:
        raise RuleBroken("ground", _("Choisissez le motif."), "ground")
    found = _waiting(claim)
    states.move(
        found,
        ChildClaim.REFUSED,
        by=by,
        reason=ground,
        refusal=ground,
        decided_at=clock.now(),
        decided_by=by.user,
    )
    _drop_proof(by, found)
    _tell_claimant(found, "family_claim_refused")
    return found


@transaction.atomic
def withdraw_claim(*, by: Actor, claim: ChildClaim) -> ChildClaim:
    """Take one's own claim back, and delete the proof."""
    found = _waiting(claim)
    states.move(found, ChildClaim.WITHDRAWN, by=by, decided_at=clock.now(), decided_by=by.user)
    _drop_proof(by, found)
    return found


def _drop_proof(by: Actor, claim: ChildClaim) -> None:
    document, claim.proof = claim.proof, None
    if document is not None:
        claim.save(update_fields=["proof"])
        documents.discard(document, by=by)


def _tell_claimant(claim: ChildClaim, kind: str) -> None:
    if claim.guardian.user is None:
        return
    outbox.queue(
        kind=kind,
        to=claim.guardian.user,
        context={
            "reference": claim.reference,
            "link": f"{settings.PUBLIC_URL}{reverse('families:claims')}",
        },
        dedupe_key=f"{kind}-{claim.pk}",
    )


def _tell_others(claim: ChildClaim, child: Child) -> None:
    others = (
        Guardian.objects.holding_authority(child.pk)
        .filter(user__isnull=False)
        .exclude(pk=claim.guardian_id)
        .select_related("user")
        .order_by("pk")
    )
    path = reverse("families:child", args=[child.reference])
    for other in others:
        outbox.queue(
            kind="family_claim_told",
            to=other.user,
            context={"child": child.given_name, "link": f"{settings.PUBLIC_URL}{path}"},
            dedupe_key=f"family_claim_told-{claim.pk}-{other.pk}",
        )
