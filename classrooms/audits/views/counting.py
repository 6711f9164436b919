"""Counts: the list, one count, its scans, its closing."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.db.models import Count, Q
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from pydantic import ValidationError

from classrooms.access import FLEET_READERS, FLEET_STAFF
from classrooms.audits import actions
from classrooms.audits.actions import Act
from classrooms.audits.models import Audit
from classrooms.audits.queries.finding import cart_named
from classrooms.audits.queries.standing import standing_of
from classrooms.audits.schemas import ActsIn, answer_out, sentence
from classrooms.models import Device
from classrooms.views.common import number, page_of, schools_within_reach, show
from core.access import allow, get_visible, signed_in
from core.errors import RuleBroken
from core.journal import Actor
from enrolment.schools.models import School

_TONES = {"here": "success", "moved": "success", "again": "info", "undone": "info"}


@allow(*FLEET_READERS)
@require_GET
def audit_list(request: HttpRequest) -> HttpResponse:
    """Show the counts that go on, those done, and where to begin one."""
    user = signed_in(request)
    rows = (
        Audit.objects.visible_to(user)
        .exclude(state=Audit.State.DROPPED)
        .select_related("cart__school", "cart__depot", "school", "campaign", "opened_by")
        .annotate(
            seen=Count("lines", filter=Q(lines__verdict__in=("here", "moved"))),
            missing=Count("lines", filter=Q(lines__verdict="missing")),
        )
    )
    loose = Device.objects.live().filter(school__isnull=False).values("school")
    reach = {school.pk for school in schools_within_reach(user)}
    schools = School.objects.filter(pk__in=reach & set(loose.values_list("school", flat=True)))
    return show(
        request,
        "audits/audits.html",
        "audits",
        current=list(rows.open()[:20]),
        page=page_of(request, rows.filter(state=Audit.State.CLOSED).order_by("-closed_at", "-pk")),
        schools=list(schools.only("pk", "name").order_by("name", "pk")),
    )


@allow(*FLEET_STAFF)
@require_POST
def audit_start(request: HttpRequest) -> HttpResponse:
    """Begin a count of a cart that was scanned, or of a school; join the one that goes on."""
    user = signed_in(request)
    school = None
    cart = cart_named(user, request.POST.get("cart", ""))
    if cart is None:
        chosen = number(request.POST.get("school", ""))
        school = next((s for s in schools_within_reach(user) if s.pk == chosen), None)
        if school is None:
            messages.error(request, _("Aucun chariot de vos écoles ne porte ce code."))
            return redirect("audits:audits")
    audit, is_new = actions.open_audit(by=Actor.of(request), cart=cart, school=school)
    if not is_new and audit.opened_by_id != user.pk:
        messages.info(request, _("Ce contrôle est déjà commencé : vous le continuez à plusieurs."))
    return redirect("audits:audit", public_id=audit.public_id)


@allow(*FLEET_STAFF)
@require_http_methods(["GET", "POST"])
def audit_page(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Show a count and take one act in from a form; without JavaScript that is all it needs."""
    audit = _audit(request, public_id)
    if request.method == "POST":
        acts = _acts_of_form(request)
        for answer in actions.record_acts(by=Actor.of(request), audit=audit, acts=acts):
            level = messages.SUCCESS if answer.result in _TONES else messages.WARNING
            messages.add_message(request, level, sentence(answer))
        return redirect("audits:audit", public_id=public_id)
    if not audit.is_open:
        return redirect("audits:report", public_id=public_id)
    return show(
        request,
        "audits/audit.html",
        "audits",
        audit=audit,
        standing=standing_of(audit, signed_in(request)),
        fresh=uuid.uuid4(),
        person=signed_in(request).pk,
    )


def _acts_of_form(request: HttpRequest) -> list[Act]:
    kind = request.POST.get("kind", "scan")
    if kind not in {"scan", "undo", "move"}:
        return []
    ids = []
    for text in request.POST.getlist("scan")[:20]:
        try:
            ids.append(uuid.UUID(text))
        except ValueError:
            continue
    via = "tap" if request.POST.get("via") == "tap" else "typed"
    return [Act(pk, kind, n, request.POST.get("code", ""), via) for n, pk in enumerate(ids)]


@allow(*FLEET_STAFF)
@require_POST
def audit_acts(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Take in what a telephone did since the network was last there; safe to send again."""
    audit = _audit(request, public_id)
    try:
        given = ActsIn.model_validate_json(request.body)
        acts = [item.act() for item in given.acts]
    except (ValidationError, UnicodeDecodeError):
        return JsonResponse({"code": "invalid"}, status=422)
    answers = actions.record_acts(by=Actor.of(request), audit=audit, acts=acts)
    audit.refresh_from_db(fields=["state"])
    shown = {"audit": audit, "standing": standing_of(audit, signed_in(request)), "may_act": True}
    return JsonResponse(
        {
            "open": audit.is_open,
            "answers": [
                {**answer_out(answer), "tone": _TONES.get(answer.result, "warning")}
                for answer in answers
            ],
            "html": render_to_string("audits/_standing.html", shown, request=request),
        }
    )


@allow(*FLEET_STAFF)
@require_http_methods(["GET", "POST"])
def audit_close(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """List what is missing, and close once it is confirmed."""
    audit = _audit(request, public_id)
    status = 200
    if request.method == "POST":
        missing = {n for text in request.POST.getlist("missing") if (n := number(text))}
        lost = {n for text in request.POST.getlist("lost") if (n := number(text))}
        try:
            actions.close_audit(by=Actor.of(request), audit=audit, missing=missing, lost=lost)
        except RuleBroken as broken:
            if broken.code == "state":
                raise
            messages.warning(request, broken.message)
            status = 409
        else:
            count = len(missing)
            messages.success(
                request,
                ngettext(
                    "Contrôle clos : %(count)d appareil manque.",
                    "Contrôle clos : %(count)d appareils manquent.",
                    count,
                )
                % {"count": count}
                if count
                else _("Contrôle clos : tout est là."),
            )
            return redirect("audits:report", public_id=public_id)
    elif not audit.is_open:
        return redirect("audits:report", public_id=public_id)
    standing = standing_of(audit, signed_in(request))
    return show(
        request, "audits/close.html", "audits", status=status, audit=audit, standing=standing
    )


@allow(*FLEET_STAFF)
@require_POST
def audit_drop(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Give a count up."""
    actions.drop_audit(by=Actor.of(request), audit=_audit(request, public_id))
    messages.success(request, _("Contrôle abandonné : rien n’a été marqué."))
    return redirect("audits:audits")


@allow(*FLEET_READERS)
@require_GET
def audit_report(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Show what a closed count found."""
    audit = _audit(request, public_id)
    if audit.is_open:
        raise Http404
    user = signed_in(request)
    mine = Device.objects.visible_to(user).filter(audit_lines__audit=audit)
    visible = set(mine.values_list("pk", flat=True))
    lines = list(
        audit.lines.select_related(
            "device__model", "device__cart__school", "device__school", "device__depot"
        ).order_by("verdict", "slot", "device__asset_tag")
    )
    return show(
        request,
        "audits/report.html",
        "audits",
        audit=audit,
        visible=visible,
        missing=[line for line in lines if line.verdict == "missing"],
        elsewhere=[
            line
            for line in lines
            if line.verdict in {"moved", "away"}
            or (line.verdict == "elsewhere" and line.device_id in visible)
        ],
        here=[line for line in lines if line.verdict == "here"],
        unknown=standing_of(audit, user).unknown,
    )


def _audit(request: HttpRequest, public_id: uuid.UUID) -> Audit:
    audit: Audit = get_visible(
        Audit.objects.select_related(
            "cart__school", "cart__depot", "school", "campaign", "opened_by", "closed_by"
        ),
        signed_in(request),
        public_id=public_id,
    )
    return audit
