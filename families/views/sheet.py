"""A household's sheet, for the agents who work on families."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.cache import add_never_cache_headers
from django.utils.translation import gettext as _

from core.access import allow, get_visible, signed_in
from core.journal import Actor, record_read
from core.paging import page_of
from families.access.desk import DESK_AGENTS
from families.actions import notes as note_acts
from families.desk.sheet import Sheet, sheet_of
from families.desk.timeline import KINDS, events_of
from families.forms.desk import NoteForm
from families.models import FamilyNote, Household

#: Events shown on the sheet itself.
LATEST = 6


def visible_household(request: HttpRequest, reference: str) -> Household:
    """Return a household by its number, or the one that speaks for it; 404 out of reach."""
    found = (
        Household.objects.visible_to(signed_in(request))
        .select_related("street", "merged_into__street")
        .filter(reference=reference)
        .first()
    )
    if found is None:
        raise Http404
    return found


@allow(*DESK_AGENTS)
def sheet(request: HttpRequest, reference: str) -> HttpResponse:
    """Show everything an agent needs on one page; reading the custody links is journalled."""
    household = visible_household(request, reference)
    if household.merged_into is not None:
        return redirect("families:sheet", reference=household.merged_into.reference)
    gathered = sheet_of(household, signed_in(request))
    by = Actor.of(request)
    for row in gathered.children:
        record_read(by, "custody", row.child, reason="family_sheet")
    return _page(request, gathered)


@allow(*DESK_AGENTS)
def quotient(request: HttpRequest, reference: str) -> HttpResponse:
    """Show the quotient itself, which the sheet keeps back; the reading is journalled."""
    household = visible_household(request, reference)
    if request.method != "POST":
        return redirect("families:sheet", reference=household.reference)
    gathered = sheet_of(household, signed_in(request))
    if gathered.income is not None:
        record_read(Actor.of(request), "income", gathered.income, reason="family_sheet")
    return _page(request, gathered, quotient=True)


def _page(
    request: HttpRequest,
    gathered: Sheet,
    *,
    quotient: bool = False,
    form: NoteForm | None = None,
) -> HttpResponse:
    user = signed_in(request)
    notes = (
        FamilyNote.objects.current()
        .visible_to(user)
        .filter(household=gathered.household)
        .select_related("author")
        .prefetch_related("versions")
        .order_by("-written_at", "-pk")
    )
    people = [row.guardian for row in gathered.people]
    events = events_of(gathered.household, people, gathered.child_ids, user)
    response = render(
        request,
        "families/desk/sheet.html",
        {
            "sheet": gathered,
            "household": gathered.household,
            "quotient": quotient,
            "notes": notes,
            "note_form": form or NoteForm(),
            # Who looked is on the page of all that happened: it would crowd out the rest here.
            "events": [event for event in events if event.kind != "reads"][:LATEST],
        },
    )
    add_never_cache_headers(response)
    return response


@allow(*DESK_AGENTS)
def history(request: HttpRequest, reference: str) -> HttpResponse:
    """Show everything that happened to a family, by kind."""
    household = visible_household(request, reference)
    user = signed_in(request)
    gathered = sheet_of(household, user)
    chosen = request.GET.get("genre", "")
    people = [row.guardian for row in gathered.people]
    kind = chosen if chosen in KINDS else ""
    events = events_of(household, people, gathered.child_ids, user, kind)
    page = page_of(request, events)
    return render(
        request,
        "families/desk/history.html",
        {"household": household, "page_obj": page, "kinds": KINDS.items(), "chosen": kind},
    )


def _notes_of(household: Household) -> str:
    return f"{reverse('families:sheet', args=[household.reference])}#notes"


@allow(*DESK_AGENTS)
def note_add(request: HttpRequest, reference: str) -> HttpResponse:
    """Leave a note about the household."""
    household = visible_household(request, reference)
    if request.method != "POST":  # the page of a refused form, opened again
        return redirect(_notes_of(household))
    form = NoteForm(request.POST)
    if not form.is_valid():
        return _page(request, sheet_of(household, signed_in(request)), form=form)
    note_acts.write_note(by=Actor.of(request), household=household, **form.cleaned_data)
    messages.success(request, _("Note enregistrée."))
    return redirect(_notes_of(household))


@allow(*DESK_AGENTS)
def note_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Change one's own note, or take it back."""
    note: FamilyNote = get_visible(
        FamilyNote.objects.current().select_related("household__street", "household__merged_into"),
        signed_in(request),
        pk=pk,
    )
    if note.author_id != signed_in(request).pk:
        raise Http404
    if request.method == "POST" and "remove" in request.POST:
        note_acts.remove_note(by=Actor.of(request), note=note)
        messages.success(request, _("Note retirée."))
        return redirect(_notes_of(note.household))
    form = NoteForm(
        request.POST or None, initial={"body": note.body, "visibility": note.visibility}
    )
    if request.method == "POST" and form.is_valid():
        note_acts.edit_note(by=Actor.of(request), note=note, **form.cleaned_data)
        messages.success(request, _("Note modifiée ; l’ancienne version est gardée."))
        return redirect(_notes_of(note.household))
    return render(request, "families/desk/note.html", {"form": form, "note": note})
