"""My data: what is held, a copy of it, who looked at it, what I ask about it."""

from __future__ import annotations

import uuid

from allauth.account.decorators import reauthentication_required
from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from core import journal
from core.access import SIGNED_IN, allow, get_visible, signed_in
from core.errors import RuleBroken
from core.journal import Actor
from core.paging import page_of
from core.pdf import file_response
from core.rights import asking, closing, erasing, exports, trace
from core.rights.models import DataExport, RightsRequest
from core.rights.registry import sections_for


class _OwnRequests:
    """Requests narrowed to one's own, whatever posts one holds."""

    def visible_to(self, user: object) -> object:
        return RightsRequest.objects.filter(user=user)  # type: ignore[misc]


class RectificationForm(forms.Form):
    """What is wrong, and where."""

    section = forms.ChoiceField(label=gettext_lazy("De quoi s’agit-il ?"), required=False)
    words = forms.CharField(
        label=gettext_lazy("Qu’est-ce qui ne va pas ?"),
        help_text=gettext_lazy("Dites ce qui est écrit, et ce qui devrait l’être."),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 5}),
    )


@allow(SIGNED_IN)
def home(request: HttpRequest) -> HttpResponse:
    """Show what is held, grouped, with its purpose; the copy, the log and the requests beside."""
    user = signed_in(request)
    return render(
        request,
        "core/rights/home.html",
        {
            "sections": sections_for(user),
            "copy": DataExport.objects.filter(user=user).order_by("-requested_at", "-pk").first(),
            "requests": RightsRequest.objects.filter(user=user).order_by("-asked_at", "-pk")[:10],
            "closing": closing.pending(user),
        },
    )


@allow(SIGNED_IN)
def section(request: HttpRequest, code: str) -> HttpResponse:
    """Show one section in full, by pages, with its documents."""
    found = next((s for s in sections_for(signed_in(request)) if s.code == code), None)
    if found is None:
        raise Http404
    page = page_of(request, found.entries)
    return render(request, "core/rights/section.html", {"section": found, "page_obj": page})


@allow(SIGNED_IN)
def progress(request: HttpRequest) -> HttpResponse:
    """Show how far the copy is; a fragment for htmx, the page itself shows the same."""
    copy = DataExport.objects.filter(user=signed_in(request)).order_by("-requested_at", "-pk")
    return render(request, "core/rights/_copy.html", {"copy": copy.first()})


@allow(SIGNED_IN)
@require_POST
def ask_copy(request: HttpRequest) -> HttpResponse:
    """Ask for a copy of everything."""
    exports.request_export(by=Actor.of(request), user=signed_in(request))
    messages.success(request, _("Votre copie se prépare. Cela prend quelques minutes."))
    return redirect("rights:home")


@allow(SIGNED_IN)
@reauthentication_required  # type: ignore[untyped-decorator]
def download(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Hand the copy over to who signed in a short while ago; note that it left."""
    export: DataExport = get_visible(
        DataExport.objects.select_related("document").filter(state=DataExport.READY),
        signed_in(request),
        public_id=public_id,
    )
    if export.document is None or not export.is_kept:
        raise Http404
    journal.record(Actor.of(request), "data_export.download", export)
    document = export.document
    response = file_response(
        document.read_bytes(), document.content_type, document.filename, inline=False
    )
    response["Cache-Control"] = "no-store"
    return response


@allow(SIGNED_IN)
def log(request: HttpRequest) -> HttpResponse:
    """Say who looked at one's file or did something to it: role and service, day, reason."""
    user = signed_in(request)
    subjects = trace.own_subjects(user)
    children = sorted({name for whose in subjects.values() for name in whose.values() if name})
    what = request.GET.get("quoi", "")
    child = request.GET.get("enfant", "")
    child = child if child in children else ""
    entries = trace.entries_for(user, subjects, what=what, child=child)
    page = page_of(request, entries)
    return render(
        request,
        "core/rights/log.html",
        {
            "page_obj": page,
            "traces": trace.tell(list(page.object_list), subjects),
            "children": children,
            "child": child,
            "what": what if what in ("lectures", "actes") else "",
        },
    )


@allow(SIGNED_IN)
def correct(request: HttpRequest) -> HttpResponse:
    """Say that something we hold is wrong."""
    user = signed_in(request)
    form = RectificationForm(
        request.POST or None, initial={"section": request.GET.get("sujet", "")}
    )
    choices = [("", _("Autre chose")), *((s.code, str(s.title)) for s in sections_for(user))]
    form.fields["section"].choices = choices  # type: ignore[attr-defined]
    if request.method == "POST" and form.is_valid():
        made = asking.ask_rectification(by=Actor.of(request), user=user, **form.cleaned_data)
        messages.success(request, _("Votre demande est envoyée."))
        return redirect("rights:request", public_id=made.public_id)
    return render(request, "core/rights/correct.html", {"form": form})


@allow(SIGNED_IN)
def erase(request: HttpRequest) -> HttpResponse:
    """Show what would go and what would stay until when; ask for it."""
    user = signed_in(request)
    if request.method == "POST":
        made = asking.ask_erasure(
            by=Actor.of(request), user=user, words=request.POST.get("words", "")
        )
        messages.success(request, _("Votre demande est envoyée."))
        return redirect("rights:request", public_id=made.public_id)
    return render(
        request,
        "core/rights/erase.html",
        {"plan": erasing.plan_for(user), "is_staff": user.is_staff_member},
    )


@allow(SIGNED_IN)
def one_request(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Show one of one's requests: by when it is answered, and the answer."""
    found = get_visible(_OwnRequests(), signed_in(request), public_id=public_id)  # type: ignore[arg-type]
    return render(request, "core/rights/request.html", {"found": found})


@allow(SIGNED_IN)
@require_POST
def withdraw(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Take one's request back."""
    found = get_visible(_OwnRequests(), signed_in(request), public_id=public_id)  # type: ignore[arg-type]
    asking.withdraw(by=Actor.of(request), request=found)
    messages.success(request, _("Votre demande est retirée."))
    return redirect("rights:home")


@allow(SIGNED_IN)
@reauthentication_required(allow_get=True)  # type: ignore[untyped-decorator]
def close(request: HttpRequest) -> HttpResponse:
    """Close one's account in two weeks, or undo that."""
    user = signed_in(request)
    if request.method == "POST":
        if request.POST.get("act") == "undo":
            closing.undo_closing(by=Actor.of(request), user=user)
            messages.success(request, _("Votre compte reste ouvert."))
            return redirect("rights:home")
        try:
            closing.plan_closing(by=Actor.of(request), user=user)
        except RuleBroken as broken:
            messages.error(request, broken.message)
        return redirect("rights:close")
    return render(
        request,
        "core/rights/close.html",
        {"closing": closing.pending(user), "days": closing.GRACE.days},
    )
