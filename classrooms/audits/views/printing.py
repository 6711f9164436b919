"""Which labels to print, on which sheet; the PDF."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, QueryDict
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from classrooms.access import FLEET_STAFF
from classrooms.audits import actions
from classrooms.audits.actions.printing import MOST
from classrooms.audits.forms import LabelForm
from classrooms.audits.models import LabelPrint
from classrooms.forms import DeviceFilterForm
from classrooms.models import Cart, Device
from classrooms.queries.devices import devices_for, printable
from classrooms.views.common import schools_within_reach, show
from classrooms.views.ticking import ticks
from core import clock
from core.access import allow, signed_in
from core.accounts.models import User
from core.errors import RuleBroken
from core.forms import show_broken
from core.journal import Actor
from core.pdf import pdf_response

#: Up to this many labels stand open on a telephone too.
_FEW = 15
_PLACE = ("model", "cart__school", "cart__depot", "school", "depot")

#: Devices by whether a label of theirs was printed.
_MARKED = {True: gettext_lazy("Déjà imprimées"), False: gettext_lazy("Jamais imprimées")}


@allow(*FLEET_STAFF)
@require_http_methods(["GET", "POST"])
def label_page(request: HttpRequest) -> HttpResponse:
    """Offer labels of devices, of a cart and what is in it, or of a filtered list; print them.

    What is asked for by name (``appareil``, ``chariot``) comes first; without names, the
    criteria of the list of devices choose.
    """
    user = signed_in(request)
    form = LabelForm(request.POST or None)
    status, error = 200, ""
    if request.method == "POST":
        carts, devices = _named(user, request.POST)
        if form.is_valid():
            try:
                drawn = actions.print_labels(
                    by=Actor.of(request),
                    things=[*carts, *devices],
                    paper=form.paper(),
                    start=form.cleaned_data["start"],
                    reason=form.cleaned_data["reason"],
                )
            except RuleBroken as broken:
                if broken.field:
                    show_broken(form, broken)
                else:
                    error = broken.message
                status = 409
            else:
                return pdf_response(drawn, f"etiquettes-{clock.today():%Y-%m-%d}.pdf")
        else:
            status = 422
    carts, devices, more = _offered(user, request.GET)
    printed = dict(
        LabelPrint.objects.filter(device__in=devices).order_by("at").values_list("device", "at")
    )
    if printed:
        form.initial["reason"] = LabelPrint.Reason.WORN
    return show(
        request,
        "audits/labels.html",
        "labels",
        status=status,
        form=form,
        error=error,
        carts=carts,
        devices=[(device, printed.get(device.pk)) for device in devices],
        ticks=ticks(
            request,
            "appareil",
            devices,
            value=lambda device: device.asset_tag,
            by=[lambda device: (device.pk in printed, _MARKED[device.pk in printed])],
            start=True,
        ),
        more=more,
        few=len(devices) <= _FEW,
        most=MOST,
    )


def _named(user: User, given: QueryDict) -> tuple[list[Cart], list[Device]]:
    """Return the carts and devices that are named and that one sees; carts bring no devices."""
    codes = {printable(code) for code in given.getlist("chariot")}
    tags = {printable(tag) for tag in given.getlist("appareil")}
    carts = Cart.objects.visible_to(user).filter(code__in=codes) if codes else Cart.objects.none()
    devices = Device.objects.none()
    if tags:
        devices = Device.objects.visible_to(user).filter(asset_tag__in=tags)
    return (
        list(carts.select_related("school", "depot").order_by("code")),
        list(devices.select_related(*_PLACE).order_by("cart__code", "slot", "asset_tag")),
    )


def _offered(user: User, given: QueryDict) -> tuple[list[Cart], list[Device], bool]:
    """Return what the page offers, and whether there would be more."""
    carts, devices = _named(user, given)
    if carts:
        inside = Device.objects.visible_to(user).filter(cart__in=carts)
        devices += list(inside.select_related(*_PLACE).order_by("cart__code", "slot"))
    elif not given.getlist("appareil"):
        wanted = DeviceFilterForm(given, user=user, schools=schools_within_reach(user)).wanted()
        devices = list(devices_for(user, wanted)[: MOST + 1])
    return carts, devices[:MOST], len(devices) > MOST
