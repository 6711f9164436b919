"""The teacher's side: the class's accounts, cards and words."""

from __future__ import annotations

from django.contrib import messages
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from core.access import allow, get_visible, signed_in
from core.accounts.models import User
from core.accounts.roles import Role
from core.errors import RuleBroken
from core.journal import Actor
from core.keys import keys_of
from core.pdf import pdf_response
from enrolment.schools.models import ClassGroup, RollEntry
from resources.workspace import actions, cards, panels, roster
from resources.workspace.access import ManagedClassQuerySet, managed_classes
from resources.workspace.forms import CharterForm, NoteForm, ShareForm
from resources.workspace.models import ClassCharter, ClassNote, PupilAccount

TEACHERS = (Role.TEACHER, Role.HEAD_TEACHER)


def _class_group(user: User, pk: int) -> ClassGroup:
    found: ClassGroup = get_visible(ManagedClassQuerySet(), user, pk=pk)
    return found


def _picked(request: HttpRequest) -> list[int]:
    """Return the keys ticked in a list, without nonsense."""
    data = request.POST if request.method == "POST" else request.GET
    return keys_of(data.getlist("eleve")[:200])


@allow(*TEACHERS)
def classes(request: HttpRequest) -> HttpResponse:
    """List the classes a person looks after, with how many accounts are open."""
    user = signed_in(request)
    pupils = dict(
        RollEntry.objects.current()
        .filter(class_group__in=managed_classes(user).values("pk"))
        .order_by()
        .values_list("class_group")
        .annotate(n=Count("pk"))
    )
    listed = (
        managed_classes(user)
        .select_related("school")
        .prefetch_related("teachers")
        .annotate(opened=Count("pupil_accounts", filter=Q(pupil_accounts__state="active")))
        .order_by("school__name", "name", "pk")
    )
    rows = [
        {"class_group": found, "pupils": pupils.get(found.pk, 0), "opened": found.opened}
        for found in listed
    ]
    return render(request, "workspace/classes.html", {"rows": rows})


@allow(*TEACHERS)
def class_page(request: HttpRequest, pk: int) -> HttpResponse:
    """Show the class: who has an account, who is locked out, what was posted."""
    user = signed_in(request)
    group = _class_group(user, pk)
    lines = roster.lines(group)
    notes = (
        ClassNote.objects.visible_to(user)
        .filter(class_group=group)
        .select_related("author")
        .prefetch_related("resources")[:10]
    )
    return render(
        request,
        "workspace/class_page.html",
        {
            "class_group": group,
            "lines": lines,
            "opened": sum(line.is_active for line in lines),
            "without": [line for line in lines if not line.is_active],
            "without_card": [line for line in lines if line.status.code == "no_card"],
            "notes": notes,
            "panels": panels.class_panels(request, group),
        },
    )


@allow(*TEACHERS)
def activate(request: HttpRequest, pk: int) -> HttpResponse:
    """Confirm, then open the accounts of the pupils ticked."""
    user = signed_in(request)
    group = _class_group(user, pk)
    keys = set(_picked(request))
    lines = [line for line in roster.lines(group) if not line.is_active and line.child.pk in keys]
    if not lines:
        messages.info(request, _("Choisissez au moins un élève sans compte."))
        return redirect("workspace:class_page", pk=pk)
    chartered = ClassCharter.objects.filter(class_group=group).exists()
    form = CharterForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and (chartered or form.is_valid()):
        opened = actions.activate_accounts(
            by=Actor.of(request),
            class_group=group,
            children=[line.child.pk for line in lines],
            charter=True,
        )
        messages.success(
            request,
            ngettext(
                "%(n)d compte activé. Il reste à imprimer sa carte.",
                "%(n)d comptes activés. Il reste à imprimer les cartes.",
                len(opened),
            )
            % {"n": len(opened)},
        )
        return redirect("workspace:class_page", pk=pk)
    return render(
        request,
        "workspace/activate.html",
        {"class_group": group, "lines": lines, "form": form, "chartered": chartered},
    )


@allow(*TEACHERS)
def print_cards(request: HttpRequest, pk: int) -> HttpResponse:
    """Say which cards will be made, then hand out the PDF.

    A card already given is made anew only for the pupils ticked: the old one ends with it.
    """
    user = signed_in(request)
    group = _class_group(user, pk)
    keys = set(_picked(request))
    lines = [
        line
        for line in roster.lines(group)
        if line.account is not None and (line.child.pk in keys or not keys)
    ]
    if not lines:
        messages.info(request, _("Aucun compte activé parmi ces élèves."))
        return redirect("workspace:class_page", pk=pk)
    given = [line for line in lines if line.account and line.account.card_digest]
    fresh = [line for line in lines if line not in given]
    again = set(keys_of(request.POST.getlist("refaire")[:200]))
    if request.method == "POST":
        chosen = [*fresh, *(line for line in given if line.child.pk in again)]
        accounts = [line.account for line in chosen if line.account is not None]
        if not accounts:
            messages.info(request, _("Cochez les cartes à refaire."))
            return redirect("workspace:print_cards", pk=pk)
        issued = actions.issue_cards(by=Actor.of(request), accounts=accounts)
        stamp = timezone.localtime().strftime("%Y-%m-%d")
        name = f"cartes-{slugify(group.name)}-{stamp}.pdf"
        return pdf_response(cards.sheet(issued), name, inline=False)
    return render(
        request,
        "workspace/print_cards.html",
        {"class_group": group, "fresh": fresh, "given": given, "asked": bool(keys)},
    )


@allow(*TEACHERS)
@require_POST
def reset_code(request: HttpRequest, pk: int) -> HttpResponse:
    """Let a pupil choose a new picture code."""
    user = signed_in(request)
    account: PupilAccount = get_visible(
        PupilAccount.objects.select_related("user"), user, pk=pk, state="active"
    )
    try:
        actions.reset_code(by=Actor.of(request), account=account)
    except RuleBroken as broken:
        messages.error(request, broken.message)
    else:
        messages.success(
            request,
            _("%(name)s choisira trois nouvelles images avec sa carte.")
            % {"name": account.user.given_name},
        )
    return redirect("workspace:class_page", pk=account.class_group_id)


@allow(*TEACHERS)
def write_note(request: HttpRequest, pk: int) -> HttpResponse:
    """Post a word to the class."""
    user = signed_in(request)
    group = _class_group(user, pk)
    wanted = request.GET.get("ressource", "")[:60]
    form = NoteForm(user, request.POST or None, wanted=wanted)
    if request.method == "POST" and form.is_valid():
        actions.post_note(by=Actor.of(request), class_group=group, **form.cleaned_data)
        messages.success(request, _("Le mot est affiché dans l'espace de la classe."))
        return redirect("workspace:class_page", pk=pk)
    return render(request, "workspace/write_note.html", {"class_group": group, "form": form})


@allow(*TEACHERS)
@require_POST
def remove_note(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a word off."""
    note: ClassNote = get_visible(ClassNote.objects, signed_in(request), pk=pk)
    actions.remove_note(by=Actor.of(request), note=note)
    messages.success(request, _("Le mot est retiré."))
    return redirect("workspace:class_page", pk=note.class_group_id)


@allow(*TEACHERS)
def share(request: HttpRequest) -> HttpResponse:
    """Lead from a resource to a word for one's class, asking which when there are several."""
    user = signed_in(request)
    wanted = request.GET.get("ressource", "")[:60]
    own = list(managed_classes(user).order_by("name", "pk")[:2])
    form = ShareForm(user, request.GET if "class_group" in request.GET else None)
    chosen = own[0] if len(own) == 1 else None
    if chosen is None and form.is_bound and form.is_valid():
        chosen = form.cleaned_data["class_group"]
    if chosen is not None:
        response = redirect("workspace:write_note", pk=chosen.pk)
        response["Location"] += f"?ressource={slugify(wanted)}"
        return response
    return render(request, "workspace/share.html", {"form": form, "wanted": wanted})
