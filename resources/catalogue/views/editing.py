"""One resource under an editor's hand: described, moved, previewed, given a picture."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from core import clock
from core.access import allow, get_visible, signed_in
from core.errors import RuleBroken
from core.forms import show_broken
from core.journal import Actor
from enrolment.schools.models import School
from resources.catalogue import actions, asking, covers, history, rules
from resources.catalogue.access import EDITORS, open_on
from resources.catalogue.editor_form import EditorForm
from resources.catalogue.forms import CoverForm, MoveForm
from resources.catalogue.history import Snapshot
from resources.catalogue.models import Cover, Resource, Revision
from resources.catalogue.trees import trees_of
from resources.catalogue.wording import Wording

TONES = {"draft": "plain", "proposed": "warning", "validated": "success", "withdrawn": "urgent"}
#: How each move is said on its button, and how it looks.
_BUTTONS = {
    "proposed": (gettext_lazy("Proposer à la validation"), "btn", "send"),
    "validated": (gettext_lazy("Valider"), "btn btn--primary", "check"),
    "draft": (gettext_lazy("Remettre en brouillon"), "btn", "undo"),
    "withdrawn": (gettext_lazy("Retirer du catalogue"), "btn btn--danger", "trash"),
}
_MISSING = {
    "title": gettext_lazy("le titre"),
    "description": gettext_lazy("la description"),
    "levels": gettext_lazy("un niveau"),
    "domains": gettext_lazy("un domaine"),
    "licence": gettext_lazy("la licence"),
}
_NEW: Snapshot = {
    "language": "fr",
    "audience": "both",
    "cost": "free",
    "personal_data_level": "none",
}


@allow(*EDITORS)
def edit(request: HttpRequest, identifier: str | None = None) -> HttpResponse:
    """Describe a resource, new or known."""
    user = signed_in(request)
    known: Resource | None = None
    snapshot = dict(_NEW)
    if identifier is not None:
        known = get_visible(Resource.objects, user, identifier=identifier)
        snapshot = history.snapshots([known.pk])[known.pk]
    if request.method != "POST":
        revision = known.revision if known else 0
        return _page(request, known, EditorForm(resource=known, snapshot=snapshot, base=revision))
    if "more" in request.POST:
        more = EditorForm.with_more(resource=known, snapshot=snapshot, data=request.POST)
        return _page(request, known, more)
    editor = EditorForm(
        resource=known,
        snapshot=snapshot,
        base=known.revision if known else 0,
        data=request.POST,
    )
    if not editor.is_valid():
        return _page(request, known, editor)
    try:
        saved = _save(request, known, editor)
    except RuleBroken as broken:
        if known is not None and isinstance(broken, history.Stale):
            return _conflict(request, known, editor)
        show_broken(editor.form, broken)
        return _page(request, known, editor)
    return _saved(request, saved)


def _save(request: HttpRequest, known: Resource | None, editor: EditorForm) -> Resource:
    cleaned = editor.form.cleaned_data
    base = cleaned["base"]
    return actions.save_resource(
        by=Actor.of(request),
        resource=known,
        facts=editor.form.facts(),
        levels=cleaned["levels"],
        domains=cleaned["domains"],
        links=editor.links,
        identifier=cleaned.get("identifier", ""),
        base=base if known is not None else None,
        comment=cleaned["comment"],
    )


def _saved(request: HttpRequest, saved: Resource) -> HttpResponse:
    """Say that it is saved, and move the resource where the pressed button said."""
    then = request.POST.get("then", "")
    if then in {"proposed", "validated"} and saved.state != then:
        try:
            actions.move_resource(by=Actor.of(request), resource=saved, to=then)
        except RuleBroken as broken:
            messages.warning(
                request,
                _("C’est enregistré, mais pas plus loin. %(why)s") % {"why": broken.message},
            )
            return redirect("catalogue:edit", identifier=saved.identifier)
    messages.success(request, _("La ressource est enregistrée."))
    return redirect("catalogue:edit", identifier=saved.identifier)


def _conflict(request: HttpRequest, known: Resource, editor: EditorForm) -> HttpResponse:
    """Show what somebody else changed meanwhile beside what was typed; nothing is lost.

    The form comes back with both: a fact that only one of them changed is that one's; where
    both did, what was typed stays and the other's is shown.
    """
    current = Resource.objects.get(pk=known.pk)
    number = editor.form.cleaned_data["base"] or 0
    theirs = history.snapshots([known.pk])[known.pk]
    base = history.base_snapshot(current, number) or theirs
    mine = editor.mine()
    result, conflicts = history.merged(base, mine, theirs)
    shown = EditorForm(resource=current, snapshot=result, base=current.revision)
    wording = Wording()
    since = current.revisions.filter(number__gt=number).select_related("by").defer("snapshot")
    clash = {change.name for change in conflicts}
    context = {
        "conflicts": [wording.change(change) for change in conflicts],
        "theirs": [
            wording.change(change)
            for change in history.differences(base, theirs)
            if change.name not in clash
        ],
        "since": [row for row in since if row.verb != Revision.Verb.BASELINE],
    }
    return _page(request, current, shown, status=409, **context)


def _page(
    request: HttpRequest,
    known: Resource | None,
    editor: EditorForm,
    *,
    status: int = 200,
    **more: Any,
) -> HttpResponse:
    context: dict[str, Any] = {
        "editor": editor,
        "form": editor.form,
        "trees": trees_of(editor.form, ("domains", "competences")),
        "resource": known,
        "tones": TONES,
        "schools": School.objects.filter(is_open=True).order_by("name").values_list("uai", "name"),
        **more,
    }
    if known is not None:
        context |= _aside(request, known)
    return render(request, "catalogue/edit.html", context, status=status)


def _aside(request: HttpRequest, known: Resource) -> dict[str, Any]:
    """Return where a resource stands: its state, what is missing, its last changes."""
    parts = actions.parts_of(signed_in(request), known)
    missing = rules.missing_before_validation(
        title=known.title,
        description=known.description,
        levels=known.levels.count(),
        domains=known.domains.count(),
        licence=known.licence_id is not None,
    )
    changes = known.revisions.exclude(verb=Revision.Verb.BASELINE)
    revisions = changes.select_related("by").defer("snapshot")[:4]
    moves = [] if known.replaced_by_id else rules.moves_from(known.state, parts)
    return {
        "moves": [(to, *_BUTTONS[to]) for to in moves if to != "validated" or not missing],
        "missing": [_MISSING[name] for name in missing],
        "move_form": MoveForm(auto_id="etat_%s"),
        "cover_form": CoverForm(auto_id="image_%s"),
        "cover": Cover.objects.filter(resource=known).first(),
        "last_changes": [
            {
                "title": row.get_verb_display(),
                "at": row.at,
                "by": str(row.by or _("le service")),
                "text": row.comment,
                "state": "done",
            }
            for row in revisions
        ],
    }


@allow(*EDITORS)
@require_POST
def move(request: HttpRequest, identifier: str) -> HttpResponse:
    """Propose, validate, withdraw or send back a resource."""
    found = get_visible(Resource.objects, signed_in(request), identifier=identifier)
    to = request.POST.get("to", "")
    try:
        actions.move_resource(
            by=Actor.of(request), resource=found, to=to, reason=request.POST.get("reason", "")[:200]
        )
    except RuleBroken as broken:
        messages.error(request, broken.message)
    else:
        messages.success(request, _("C'est fait. Le catalogue se met à jour."))
    return redirect("catalogue:edit", identifier=identifier)


@allow(*EDITORS)
def preview(request: HttpRequest, identifier: str) -> HttpResponse:
    """Show a resource as a teacher or a pupil would see it, and why they would not."""
    found = get_visible(
        Resource.objects.select_related("pedagogical_type", "document_type", "licence"),
        signed_in(request),
        identifier=identifier,
    )
    pupil = request.GET.get("pour") == "eleve"
    codes = [term.code for term in found.levels.all()]
    return render(
        request,
        "catalogue/preview.html",
        {
            "resource": found,
            "credits": found.contributions.all(),
            "related": [],
            "favourites": set(),
            "is_pupil": pupil,
            "may_edit": False,
            "may_share": False,
            "elsewhere": asking.opens_elsewhere(found),
            "acts": [],
            "panels": [],
            "alternates": [],
            "picture": None,
            "drawn": "",
            "aloud": f"{found.title}. {found.description}",
            "obstacles": _obstacles(found, codes, pupil=pupil),
            "kept_for": [*found.schools.all(), *found.class_groups.select_related("school")],
        },
    )


def _obstacles(resource: Resource, levels: list[str], *, pupil: bool) -> list[str]:
    """Return in words why somebody would not find a resource today."""
    why = []
    if resource.state != Resource.State.VALIDATED:
        why.append(_("elle n’est pas validée"))
    if not Resource.objects.filter(pk=resource.pk).filter(open_on(clock.today())).exists():
        why.append(_("elle n’est pas ouverte aujourd’hui"))
    if pupil and resource.audience not in rules.PUPIL_AUDIENCES:
        why.append(_("elle est réservée aux enseignants"))
    if pupil and resource.personal_data_level not in rules.PUPIL_PRIVACY:
        why.append(_("elle demande trop de données personnelles"))
    if pupil and not levels:
        why.append(_("elle n’a aucun niveau"))
    return why


@allow(*EDITORS)
@require_POST
def cover(request: HttpRequest, identifier: str) -> HttpResponse:
    """Keep the picture that an editor sends, or take it away."""
    found = get_visible(Resource.objects, signed_in(request), identifier=identifier)
    by = Actor.of(request)
    if request.POST.get("do") == "drop":
        covers.drop(by=by, resource=found)
        messages.success(request, _("L’image est retirée."))
        return redirect("catalogue:edit", identifier=identifier)
    form = CoverForm(request.POST, request.FILES)
    if not form.is_valid():
        messages.error(
            request, " ".join(str(text) for texts in form.errors.values() for text in texts)
        )
        return redirect("catalogue:edit", identifier=identifier)
    try:
        covers.send_own(
            by=by,
            resource=found,
            upload=form.cleaned_data["file"],
            alt=form.cleaned_data["alt"],
        )
    except RuleBroken as broken:
        messages.error(request, broken.message)
    else:
        messages.success(request, _("L’image est enregistrée."))
    return redirect("catalogue:edit", identifier=identifier)
