"""Objections: a parent freezes an act, both settle it, agents follow."""

from __future__ import annotations

from django.contrib import messages
from django.db.models import Count, Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from core import documents
from core.access import SIGNED_IN, allow, get_visible, signed_in
from core.accounts.roles import Role
from core.errors import RuleBroken
from core.forms import show_broken
from core.journal import Actor, record_read
from core.paging import page_of
from families.actions import objections as acts
from families.desk.search import children_told
from families.forms.separation import AgreementForm, ObjectionForm, RulingChoiceForm
from families.models import Child, CourtRuling, Guardian, JointAct, Objection
from families.views.base import household_required, own_child

AGENTS = (Role.ENROLMENT_AGENT,)


def _of_child(child: Child) -> list[Objection]:
    return list(
        Objection.objects.filter(child=child)
        .select_related("raised_by", "document")
        .prefetch_related("consents__guardian")
        .order_by("-raised_at", "-pk")
    )


@allow(SIGNED_IN)
@household_required
def mine(request: HttpRequest, guardian: Guardian, reference: str) -> HttpResponse:
    """Show which acts are frozen for a child, who objected, who agrees."""
    child = own_child(request, reference)
    found = _of_child(child)
    rows = [
        {
            "objection": row,
            "own": row.raised_by_id == guardian.pk,
            "agreed": [c.guardian.full_name for c in row.consents.all()],
            "i_agreed": any(c.guardian_id == guardian.pk for c in row.consents.all()),
        }
        for row in found
    ]
    frozen = {row.act for row in found if row.state == Objection.OPEN}
    return render(
        request,
        "families/objections.html",
        {
            "child": child,
            "rows": rows,
            "acts": [(label, value in frozen) for value, label in JointAct.choices],
            "alone": not Guardian.objects.holding_authority(child.pk)
            .exclude(pk=guardian.pk)
            .exists(),
        },
    )


@allow(SIGNED_IN)
@household_required
def add(request: HttpRequest, guardian: Guardian, reference: str) -> HttpResponse:
    """Object in writing to an act."""
    child = own_child(request, reference)
    form = ObjectionForm(
        request.POST or None,
        request.FILES or None,
        initial={"act": request.GET.get("demarche", "")},
    )
    if request.method == "POST" and form.is_valid():
        by = Actor.of(request)
        upload = form.cleaned_data["document"]
        document = None
        try:
            if upload:
                document = documents.store(upload, by=by, kind="families.objection")
            acts.object_to(
                by=by,
                guardian=guardian,
                child=child,
                act=form.cleaned_data["act"],
                text=form.cleaned_data["text"],
                document=document,
            )
        except RuleBroken as broken:
            acts.discard_upload(by, document)
            show_broken(form, broken, file="document")
        else:
            messages.success(
                request, _("La démarche est suspendue. L’autre parent et le service sont prévenus.")
            )
            return redirect("families:objections", reference=child.reference)
    return render(request, "families/objection_add.html", {"form": form, "child": child})


@allow(SIGNED_IN)
@household_required
@require_POST
def answer(request: HttpRequest, guardian: Guardian, reference: str) -> HttpResponse:
    """Withdraw one's own objection, or agree to the act."""
    found: Objection = get_visible(Objection.objects, signed_in(request), reference=reference)
    child = own_child(request, found.child.reference)
    by = Actor.of(request)
    if request.POST.get("answer") == "withdraw":
        acts.withdraw_objection(by=by, guardian=guardian, objection=found)
        messages.success(request, _("Votre opposition est retirée : la démarche reprend."))
    elif request.POST.get("answer") == "agree":
        settled = acts.consent(by=by, guardian=guardian, objection=found)
        if settled.state == Objection.AGREED:
            messages.success(request, _("Vous êtes d’accord tous les deux : la démarche reprend."))
        else:
            messages.success(
                request,
                _("Votre accord est noté. La démarche reprend avec celui de l’autre parent."),
            )
    else:
        raise Http404
    return redirect("families:objections", reference=child.reference)


@allow(*AGENTS)
def queue(request: HttpRequest) -> HttpResponse:
    """List the objections, those that freeze first."""
    state = request.GET.get("etat", Objection.OPEN)
    found = Objection.objects.visible_to(signed_in(request))
    counts = found.aggregate(
        **{value: Count("pk", filter=Q(state=value)) for value, _label in Objection.STATES}
    )
    if state in dict(Objection.STATES):
        found = found.filter(state=state)
    if query := request.GET.get("q", "").replace("\x00", "").strip()[:100]:
        found = found.filter(Q(reference__iexact=query) | Q(child__in=children_told(query)))
    page = page_of(request, found.select_related("child", "raised_by").order_by("raised_at", "pk"))
    return render(
        request,
        "families/objection_queue.html",
        {
            "page_obj": page,
            "state": state,
            "q": request.GET.get("q", ""),
            "tabs": [(value, label, counts[value]) for value, label in Objection.STATES],
        },
    )


def _sheet(
    request: HttpRequest, found: Objection, *, status: int = 200, **forms: object
) -> HttpResponse:
    child = found.child
    holders = list(Guardian.objects.holding_authority(child.pk).order_by("pk"))
    consents = {c.guardian_id: c for c in found.consents.select_related("guardian", "document")}
    waiting = [(str(g.pk), g.full_name) for g in holders if g.pk not in consents]
    rulings = CourtRuling.objects.visible_to(signed_in(request)).filter(
        child=child, cancelled_at__isnull=True
    )
    context = {
        "objection": found,
        "holders": [(g, consents.get(g.pk)) for g in holders],
        "agreement_form": AgreementForm(people=waiting),
        "ruling_form": RulingChoiceForm(rulings=rulings.order_by("-decided_on", "-pk")),
        "rulings": rulings.count(),
        **forms,
    }
    return render(request, "families/objection_sheet.html", context, status=status)


@allow(*AGENTS)
def sheet(request: HttpRequest, reference: str) -> HttpResponse:
    """Read an objection (journalled), record a written agreement or the judge's decision."""
    user = signed_in(request)
    found: Objection = get_visible(
        Objection.objects.select_related("child", "raised_by", "document", "ruling"),
        user,
        reference=reference,
    )
    by = Actor.of(request)
    if request.method != "POST":
        record_read(by, "custody", found, reason="objection")
        return _sheet(request, found)
    holders = {
        str(g.pk): g for g in Guardian.objects.holding_authority(found.child_id).order_by("pk")
    }
    if "guardian" in request.POST:
        form = AgreementForm(
            request.POST,
            request.FILES,
            people=[(key, g.full_name) for key, g in holders.items()],
        )
        if not form.is_valid():
            return _sheet(request, found, status=422, agreement_form=form)
        document = None
        try:
            document = documents.store(
                form.cleaned_data["document"], by=by, kind="families.agreement"
            )
            acts.consent(
                by=by,
                guardian=holders[form.cleaned_data["guardian"]],
                objection=found,
                document=document,
            )
        except RuleBroken as broken:
            acts.discard_upload(by, document)
            form.add_error("document" if broken.field == "file" else None, broken.message)
            return _sheet(request, found, status=409, agreement_form=form)
        messages.success(request, _("L’accord écrit est enregistré."))
    else:
        rulings = CourtRuling.objects.visible_to(user).filter(child=found.child)
        choice = RulingChoiceForm(request.POST, rulings=rulings)
        if not choice.is_valid():
            return _sheet(request, found, status=422, ruling_form=choice)
        acts.rule_on_objection(by=by, objection=found, ruling=choice.cleaned_data["ruling"])
        messages.success(request, _("L’opposition est tranchée ; les parents sont prévenus."))
    return redirect("families:objection_sheet", reference=found.reference)
