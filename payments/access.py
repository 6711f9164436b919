"""Who sees which money: a bill belongs to the one who pays it, and to nobody else.

Separated parents never see each other's invoices, payments or credit (domain rules, 1 and 2):
what is not yours answers 404.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

from django.db import models
from django.db.models import F, Q

from core import clock
from core.access import reach_of
from core.accounts.roles import Role
from core.acting import Scope, reaches

if TYPE_CHECKING:
    from core.accounts.models import User
    from families.models import Guardian

#: Posts that see every bill of the city.
REVENUE_STAFF = (Role.REVENUE_OFFICER,)


def sees_all(user: User) -> bool:
    """Tell whether this person works on the city's revenue."""
    return reach_of(user, *REVENUE_STAFF).city


class PayerOwnedQuerySet(models.QuerySet[Any]):
    """Rows that belong to one payer, found at ``payer_path``."""

    payer_path = "payer"

    def visible_to(self, user: User) -> Self:
        """One's own; all for the revenue office."""
        if sees_all(user):
            return self
        if not reaches(user, Scope.PAYMENTS):
            return self.none()
        return self.of_person(user)

    def of_person(self, user: User) -> Self:
        """One's own, those of a file merged into one's own included."""
        from families.queries import files_of_person

        return self.filter(**{f"{self.payer_path}__in": files_of_person(user)})

    def of_payer(self, payer: Guardian) -> Self:
        """A payer's, those of a file merged into theirs included."""
        from families.queries import files_of

        return self.filter(**{f"{self.payer_path}__in": files_of(payer)})


class InvoiceQuerySet(PayerOwnedQuerySet):
    """Invoices, by what is owed on them."""

    def unpaid(self) -> InvoiceQuerySet:
        """Invoices on which something is still owed."""
        return self.filter(balance_cents__gt=0)

    def overdue(self) -> InvoiceQuerySet:
        """Unpaid invoices whose due date has passed."""
        return self.unpaid().filter(due_on__lt=clock.today())

    def settled(self) -> InvoiceQuerySet:
        """Invoices on which nothing is owed any more."""
        return self.filter(balance_cents=0)


class ChargeQuerySet(PayerOwnedQuerySet):
    """Charges."""

    payer_path = "guardian"

    def unbilled(self) -> ChargeQuerySet:
        """Charges that no billing run has taken yet."""
        return self.filter(billing_run__isnull=True)


class CreditNoteQuerySet(PayerOwnedQuerySet):
    """Credit notes, seen with the invoice they correct."""

    payer_path = "invoice__payer"


class LedgerQuerySet(PayerOwnedQuerySet):
    """Ledger entries."""

    def credit(self) -> LedgerQuerySet:
        """Entries that make up families' credit: those tied to no invoice."""
        return self.filter(invoice__isnull=True)


class AttemptQuerySet(PayerOwnedQuerySet):
    """Card payments begun."""

    def pending(self) -> AttemptQuerySet:
        """Attempts whose outcome the provider has yet to tell."""
        return self.filter(state__in=["created", "open", "processing"])


class RefundQuerySet(PayerOwnedQuerySet):
    """Refunds."""

    payer_path = "attempt__payer"


class TariffQuerySet(models.QuerySet[Any]):
    """Tariff versions by date."""

    def visible_to(self, user: User) -> TariffQuerySet:
        """Tariffs are voted in public: everybody sees them."""
        return self

    def in_force(self, day: Any) -> TariffQuerySet:
        """The version of each service that counts on a day: the newest begun by then."""
        newest = (
            self.model._default_manager.filter(service=models.OuterRef("service"))
            .filter(valid_from__lte=day)
            .order_by("-valid_from")
            .values("pk")[:1]
        )
        return self.filter(pk=models.Subquery(newest))


class StaffOnlyQuerySet(models.QuerySet[Any]):
    """Rows of the revenue office alone."""

    def visible_to(self, user: User) -> StaffOnlyQuerySet:
        """All for the revenue office, nothing for others."""
        return self if sees_all(user) else self.none()


def ledger_total(path: str = "ledger_entries__amount_cents") -> models.Sum:
    """Return the aggregate of what the ledger holds for a row."""
    return models.Sum(path, default=0)


#: An attempt that has taken money, whatever became of it later.
SETTLED = Q(state__in=["paid", "partially_refunded", "refunded", "disputed"])
#: What may still be given back of an attempt.
REFUNDABLE = F("amount_cents") - F("refunded_cents")
