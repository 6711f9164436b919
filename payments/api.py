"""API operations of the payments app: bills, ledger, prices."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Query, Router

from core import clock
from core.access import ANYONE, get_visible, signed_in
from core.accounts.roles import Role
from core.api import allow_api
from core.paging import PAGE_PARAMETERS, Page, paginate
from payments.models import Invoice, LedgerEntry
from payments.schemas import InvoiceDetailOut, InvoiceOut, LedgerOut, LineOut, PriceOut
from payments.tariffs import price_on

router = Router(tags=["payments"])

Since = Annotated[dt.date | None, Query(description="Issued or moved on this day or later.")]


@router.get(
    "/invoices",
    response=Page[InvoiceOut],
    openapi_extra=PAGE_PARAMETERS,
    summary="Invoices: one's own, or all for the revenue office and the public accountant",
)
@allow_api(Role.GUARDIAN, Role.REVENUE_OFFICER, scope="ledger:read")
def list_invoices(request: HttpRequest, since: Since = None, unpaid: bool = False) -> Any:  # noqa: FBT001, FBT002
    """List invoices, oldest first."""
    rows = Invoice.objects.visible_to(signed_in(request))
    if since:
        rows = rows.filter(issued_on__gte=since)
    if unpaid:
        rows = rows.unpaid()
    return paginate(rows, request, order=("issued_on", "sequence"), item=InvoiceOut.of)


@router.get("/invoices/{public_id}", response=InvoiceDetailOut, summary="One invoice, with lines")
@allow_api(Role.GUARDIAN, Role.REVENUE_OFFICER, scope="ledger:read")
def read_invoice(request: HttpRequest, public_id: uuid.UUID) -> Any:
    """Return an invoice and its lines."""
    found: Invoice = get_visible(Invoice.objects, signed_in(request), public_id=public_id)
    lines = [
        LineOut(
            child=line.child_name,
            service=line.service,
            label=line.label,
            days=line.days,
            quantity=line.quantity,
            unit_price_cents=line.unit_price_cents,
            amount_cents=line.amount_cents,
            tariff_band=line.tariff_band,
            family_quotient=line.family_quotient,
        )
        for line in found.lines.order_by("position")
    ]
    return InvoiceDetailOut(**InvoiceOut.of(found).dict(), lines=lines)


@router.get(
    "/ledger",
    response=Page[LedgerOut],
    openapi_extra=PAGE_PARAMETERS,
    summary="The ledger, oldest first, for the public accountant",
)
@allow_api(Role.REVENUE_OFFICER, scope="ledger:read")
def list_ledger(request: HttpRequest, since: Since = None) -> Any:
    """List movements in the order in which they were written."""
    rows = LedgerEntry.objects.visible_to(signed_in(request)).select_related("invoice")
    if since:
        rows = rows.filter(at__gte=clock.at(since, 0))
    return paginate(rows, request, order=("pk",), item=LedgerOut.of)


@router.get("/price", response=PriceOut, auth=None, summary="What a service costs (public)")
@allow_api(ANYONE, scope="")
def read_price(
    request: HttpRequest,
    service: str = "canteen.meal",
    quotient: Annotated[int | None, Query(ge=0, le=100_000)] = None,
    day: dt.date | None = None,
) -> Any:
    """Return the price on a service day (today unless told)."""
    on = day or clock.today()
    price = price_on(service, quotient, on)
    return PriceOut(
        service=service,
        day=on,
        quotient=quotient,
        band=price.band,
        unit_price_cents=price.unit_price_cents,
        resolution=price.resolution,
    )
