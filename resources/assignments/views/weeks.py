"""The teacher's week, and how each thing given goes."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.text import slugify
from django.utils.translation import get_language

from core.access import allow, get_visible, signed_in
from core.accounts.roles import Role
from core.pdf import pdf_response
from core.spreadsheets import xlsx_response
from enrolment.schools.models import ClassGroup
from resources.assignments import following
from resources.assignments import week as weeks
from resources.assignments.access import taught_classes
from resources.assignments.models import Assignment
from resources.assignments.views.planning import followed
from resources.workspace.access import managed_classes

STAFF = (Role.TEACHER, Role.HEAD_TEACHER)


def _classes(request: HttpRequest) -> tuple[list[ClassGroup], list[ClassGroup], bool]:
    """Return the classes to choose among, those chosen, and whether one teaches them.

    A head who teaches no class looks at the classes of the school, one at a time.
    """
    user = signed_in(request)
    own = list(taught_classes(user).select_related("school").order_by("name", "pk"))
    asked = request.GET.get("classe", "")
    others = managed_classes(user).select_related("school").order_by("school__name", "name", "pk")
    choice = list(others) if not own or user.has_role(Role.HEAD_TEACHER) else own
    chosen = [group for group in choice if str(group.pk) == asked]
    if not chosen:
        chosen = own or choice[:1]
    mine = {group.pk for group in own}
    return choice, chosen, bool(chosen) and all(group.pk in mine for group in chosen)


@allow(*STAFF)
def week(request: HttpRequest) -> HttpResponse:
    """Show a week of one's classes: what was given, day by day, and how far pupils are."""
    user = signed_in(request)
    choice, chosen, teaches = _classes(request)
    rows = Assignment.objects.visible_to(user).filter(class_group__in=chosen)
    shown = weeks.week_of(rows, weeks.shown(request.GET.get("semaine", "")))
    return render(
        request,
        "assignments/week.html",
        {
            "week": shown,
            "choice": choice,
            "chosen": chosen,
            "several": len(chosen) > 1,
            "one": chosen[0] if len(chosen) == 1 else None,
            "teaches": teaches,
            "bars": [
                {"bar": bar, "whom": weeks.target_words(bar.row, named=teaches)}
                for bar in shown.bars
            ],
        },
    )


@allow(*STAFF)
def week_pdf(request: HttpRequest) -> HttpResponse:
    """Hand out the week on paper."""
    user = signed_in(request)
    _choice, chosen, teaches = _classes(request)
    rows = Assignment.objects.visible_to(user).filter(class_group__in=chosen).active()
    shown = weeks.week_of(rows, weeks.shown(request.GET.get("semaine", "")))
    whose = chosen[0].name if len(chosen) == 1 else user.get_full_name()
    language = (get_language() or "fr")[:2]
    data = weeks.printed(
        shown, whose=whose, several=len(chosen) > 1, named=teaches, language=language
    )
    return pdf_response(data, f"semaine-{slugify(whose)}-{shown.name}.pdf")


@allow(*STAFF)
def follow(request: HttpRequest, public_id: object) -> HttpResponse:
    """Show how pupils did: one by one for the class's teachers, in numbers for the head."""
    user = signed_in(request)
    row: Assignment = get_visible(
        Assignment.objects.select_related(
            "class_group__school", "group", "author"
        ).prefetch_related(
            "items__resource__domains",
            "items__resource__levels",
            "items__resource__document_type",
            "pupils__child",
        ),
        user,
        public_id=public_id,
    )
    teaches = Assignment.objects.followed_by(user).filter(pk=row.pk).exists()
    lines = following.lines_of(row) if teaches else []
    return render(
        request,
        "assignments/follow.html",
        {
            "assignment": row,
            "whom": weeks.target_words(row) if teaches or row.target == "class" else "",
            "teaches": teaches,
            "counts": following.counts_of([row])[row.pk],
            "lines": [
                {
                    "line": line,
                    "label": following.status_label(line.status),
                    "tone": following.STATUS_TONES[line.status],
                }
                for line in lines
            ],
            "waiting": [line for line in lines if line.status == "waiting"],
            "items": row.items.all(),
        },
    )


@allow(Role.TEACHER)
def follow_xlsx(request: HttpRequest, public_id: object) -> HttpResponse:
    """Hand out the follow-up as a workbook, to the class's teachers only."""
    row = followed(request, public_id)
    name = f"suivi-{slugify(row.title)[:40]}-{row.due_on:%Y-%m-%d}.xlsx"
    return xlsx_response(following.follow_up_xlsx(row), name)
