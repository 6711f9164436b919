"""What agents work with: the search index, notes about a family, lists taken out."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core import clock
from core.accounts.models import User
from core.accounts.roles import Role
from core.exporting import Export
from families.access import desk as access
from families.models.children import Child
from families.models.household import Guardian, Household


class SearchEntry(models.Model):
    """What one guardian or child is found by, derived from their row (families.desk.index).

    ``phone_key`` holds a number's digits backwards, so that its last ones find it.
    """

    guardian = models.OneToOneField(
        Guardian, null=True, on_delete=models.CASCADE, related_name="search_entry"
    )
    child = models.OneToOneField(
        Child, null=True, on_delete=models.CASCADE, related_name="search_entry"
    )
    phone_key = models.CharField(max_length=20, blank=True, db_index=True)
    email_key = models.CharField(max_length=254, blank=True, db_index=True)
    birth_date = models.DateField(null=True, db_index=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(guardian__isnull=False) ^ Q(child__isnull=False),
                name="search_entry_one_person",
            ),
        ]

    def __str__(self) -> str:
        return f"g{self.guardian_id}" if self.guardian_id else f"c{self.child_id}"


class SearchWord(models.Model):
    """One word of a person's names, folded; ``former`` if they bear it no more.

    Family agents find people by a name they have given up; at school nobody does.
    """

    entry = models.ForeignKey(SearchEntry, on_delete=models.CASCADE, related_name="words")
    word = models.CharField(max_length=60, db_index=True)
    former = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["entry", "word"], name="search_word_once"),
        ]

    def __str__(self) -> str:
        return self.word


class SearchKey(models.Model):
    """A spelling that leads to a word: the word, the word less a letter, or its sound.

    One set for the whole city, however many people bear the name.
    """

    key = models.CharField(max_length=62)
    word = models.CharField(max_length=60)

    class Meta:
        indexes = [models.Index(fields=["key"], name="search_key_key")]
        constraints = [
            models.UniqueConstraint(fields=["key", "word"], name="search_key_once"),
        ]

    def __str__(self) -> str:
        return f"{self.key} → {self.word}"


class SearchDue(models.Model):
    """A person whose entry is to be written anew; filled by database triggers.

    No foreign key: the row may be gone by the time it is looked at.
    """

    kind = models.CharField(max_length=1, choices=[("g", "guardian"), ("c", "child")])
    object_id = models.BigIntegerField()

    def __str__(self) -> str:
        return f"{self.kind}{self.object_id}"


class FamilyNote(models.Model):
    """A word an agent leaves about a household, for themselves, their service or every agent.

    Its author may change or take it back; earlier wordings stay in ``FamilyNoteVersion``.
    """

    class Visibility(models.TextChoices):
        ME = "me", _("Moi")
        SERVICE = "service", _("Mon service")
        AGENTS = "agents", _("Tous les agents")

    household = models.ForeignKey(Household, on_delete=models.CASCADE, related_name="notes")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    #: The post its author wrote it from: the service that reads it.
    service = models.CharField(max_length=20, choices=Role.choices)
    visibility = models.CharField(_("qui la lit"), max_length=8, choices=Visibility.choices)
    body = models.CharField(_("note"), max_length=600)
    written_at = models.DateTimeField(default=clock.now, editable=False)
    edited_at = models.DateTimeField(null=True, blank=True)
    removed_at = models.DateTimeField(null=True, blank=True)

    objects = access.FamilyNoteQuerySet.as_manager()

    class Meta:
        ordering = ["-written_at", "-pk"]
        constraints = [
            models.CheckConstraint(condition=~Q(body=""), name="family_note_says_something"),
        ]

    def __str__(self) -> str:
        return f"{self.household_id} ({self.written_at:%Y-%m-%d})"


class FamilyNoteVersion(models.Model):
    """How a note read before a change."""

    note = models.ForeignKey(FamilyNote, on_delete=models.CASCADE, related_name="versions")
    visibility = models.CharField(max_length=8, choices=FamilyNote.Visibility.choices)
    body = models.CharField(max_length=600)
    until = models.DateTimeField(default=clock.now, editable=False)

    class Meta:
        ordering = ["-until", "-pk"]

    def __str__(self) -> str:
        return f"{self.note_id} ({self.until:%Y-%m-%d})"


class FamilyExport(Export):
    """A list of families taken out as a table; ``query`` is what was searched."""

    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    query = models.CharField(max_length=120, blank=True)
    format = models.CharField(max_length=4, choices=[("xlsx", "Excel"), ("csv", "CSV")])

    objects = access.FamilyExportQuerySet.as_manager()

    class Meta(Export.Meta):
        constraints = [
            models.CheckConstraint(
                condition=Q(done__lte=models.F("total")), name="family_export_within_total"
            ),
            models.CheckConstraint(
                condition=~Q(state="failed") | ~Q(problem=""),
                name="family_export_failed_says_why",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.format} ({self.asked_at:%Y-%m-%d})"

    @property
    def asker(self) -> User:
        """Who asked for it, and may fetch it."""
        return self.asked_by
