"""Files found twice: proposed pairs, and what a merge moved."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from core import clock
from families.access import desk as access
from families.models.children import Child
from families.models.household import Guardian

_TWO_GUARDIANS = Q(
    guardian_a__isnull=False, guardian_b__isnull=False, child_a__isnull=True, child_b__isnull=True
)
_TWO_CHILDREN = Q(
    guardian_a__isnull=True, guardian_b__isnull=True, child_a__isnull=False, child_b__isnull=False
)


class DuplicatePair(models.Model):
    """Two files that look like one person's; a refusal is remembered, so never asked again.

    ``reasons`` holds codes (families.merging.likeness), ``score`` is from 0 to 100.
    """

    PROPOSED, DISMISSED, MERGED = "proposed", "dismissed", "merged"
    MOVES: ClassVar[dict[str, set[str]]] = {
        PROPOSED: {DISMISSED, MERGED},
        DISMISSED: {PROPOSED, MERGED},
        MERGED: {PROPOSED},
    }

    guardian_a = models.ForeignKey(Guardian, null=True, on_delete=models.CASCADE, related_name="+")
    guardian_b = models.ForeignKey(Guardian, null=True, on_delete=models.CASCADE, related_name="+")
    child_a = models.ForeignKey(Child, null=True, on_delete=models.CASCADE, related_name="+")
    child_b = models.ForeignKey(Child, null=True, on_delete=models.CASCADE, related_name="+")
    score = models.PositiveSmallIntegerField()
    reasons = models.JSONField(default=list)
    state = models.CharField(
        max_length=10,
        default=PROPOSED,
        choices=[
            (PROPOSED, _("À examiner")),
            (DISMISSED, _("Écarté")),
            (MERGED, _("Fusionné")),
        ],
    )
    found_at = models.DateTimeField(default=clock.now, editable=False)
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    objects = access.DuplicatePairQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["state", "-score"], name="duplicate_pair_state")]
        constraints = [
            models.CheckConstraint(
                condition=_TWO_GUARDIANS | _TWO_CHILDREN, name="duplicate_pair_one_kind"
            ),
            models.CheckConstraint(
                condition=Q(guardian_a__isnull=True) | Q(guardian_a__lt=F("guardian_b")),
                name="duplicate_pair_guardians_in_order",
            ),
            models.CheckConstraint(
                condition=Q(child_a__isnull=True) | Q(child_a__lt=F("child_b")),
                name="duplicate_pair_children_in_order",
            ),
            models.UniqueConstraint(
                fields=["guardian_a", "guardian_b"], name="duplicate_pair_guardians_once"
            ),
            models.UniqueConstraint(
                fields=["child_a", "child_b"], name="duplicate_pair_children_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.keys[0]}/{self.keys[1]} ({self.state})"

    @property
    def kind(self) -> str:
        """Return ``guardian`` or ``child``."""
        return "guardian" if self.guardian_a_id else "child"

    @property
    def keys(self) -> tuple[int, int]:
        """Return the ids of the two rows, the smaller first."""
        if self.guardian_a_id and self.guardian_b_id:
            return self.guardian_a_id, self.guardian_b_id
        return self.child_a_id or 0, self.child_b_id or 0


class Merge(models.Model):
    """One file merged into another by an agent, and everything that moved.

    The merged row stays, empty, and points at the one kept (``merged_into``): what may not
    be changed (the ledger, the journal) still leads somewhere. ``record`` says what moved
    (families.merging.record), ``seal`` that nobody altered it since; its values are emptied
    once the merge can no longer be undone.
    """

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    kept_guardian = models.ForeignKey(
        Guardian, null=True, on_delete=models.CASCADE, related_name="+"
    )
    merged_guardian = models.ForeignKey(
        Guardian, null=True, on_delete=models.CASCADE, related_name="+"
    )
    kept_child = models.ForeignKey(Child, null=True, on_delete=models.CASCADE, related_name="+")
    merged_child = models.ForeignKey(Child, null=True, on_delete=models.CASCADE, related_name="+")
    record = models.JSONField(default=dict)
    seal = models.CharField(max_length=64, blank=True)
    done_at = models.DateTimeField(default=clock.now, editable=False)
    done_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    undo_until = models.DateTimeField()
    undone_at = models.DateTimeField(null=True, blank=True)
    undone_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    objects = access.MergeQuerySet.as_manager()

    class Meta:
        ordering = ["-done_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    kept_guardian__isnull=False,
                    merged_guardian__isnull=False,
                    kept_child__isnull=True,
                    merged_child__isnull=True,
                )
                | Q(
                    kept_guardian__isnull=True,
                    merged_guardian__isnull=True,
                    kept_child__isnull=False,
                    merged_child__isnull=False,
                ),
                name="merge_one_kind",
            ),
            models.UniqueConstraint(
                fields=["merged_guardian"],
                condition=Q(undone_at__isnull=True),
                name="merge_guardian_once",
            ),
            models.UniqueConstraint(
                fields=["merged_child"],
                condition=Q(undone_at__isnull=True),
                name="merge_child_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.merged.pk} → {self.kept.pk}"

    @property
    def kind(self) -> str:
        """Return ``guardian`` or ``child``."""
        return "guardian" if self.kept_guardian_id else "child"

    @property
    def kept(self) -> Guardian | Child:
        """The row that stays."""
        found = self.kept_guardian or self.kept_child
        if found is None:  # pragma: no cover - a constraint forbids it
            raise ValueError("a merge keeps a row")
        return found

    @property
    def merged(self) -> Guardian | Child:
        """The row that leads to it from now on."""
        found = self.merged_guardian or self.merged_child
        if found is None:  # pragma: no cover - a constraint forbids it
            raise ValueError("a merge merges a row")
        return found
