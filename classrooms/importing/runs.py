"""A table's way into the fleet: received, tried, decided upon, written whole or not at all."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from classrooms.importing import packing, subjects
from classrooms.importing.columns import BY_CODE, OWN
from classrooms.importing.line_values import TARGETS as LINE_TARGETS
from classrooms.importing.plan import Plan
from classrooms.importing.subjects import Work
from classrooms.models import DeviceCategory, DeviceModel, ImportProfile, ImportRun, InternetLine
from core import clock, journal, outbox, queueing, states, tries
from core.accounts.models import User
from core.errors import RuleBroken
from core.importing.plans import WRITING
from core.journal import Actor
from core.spreadsheets import read_grid
from core.spreadsheets.columns import plain
from enrolment.schools.models import School


def receive(
    *,
    by: Actor,
    data: bytes,
    filename: str,
    supplier: str,
    subject: str = ImportRun.Subject.DEVICES,
) -> ImportRun:
    """Read a file and have it tried. Raises RuleBroken for one that cannot be read.

    ``owner`` is raised for Internet lines brought by whoever does not keep them.
    """
    if subject == ImportRun.Subject.LINES:
        subjects.refuse_lines(by.user)
    grid = read_grid(data, filename)
    if len(grid.rows) < 2:
        raise RuleBroken("file_empty", _("Ce tableau est vide."), "file")
    with transaction.atomic():
        name = ImportProfile.tidied(supplier)
        profile, _new = ImportProfile.objects.get_or_create(name=name)
        run = ImportRun.objects.create(
            profile=profile,
            subject=subject,
            cells=packing.pack_grid(grid),
            **ImportRun.arrival(by=by, data=data, filename=filename),
        )
        journal.record(by, "device_import.receive", run, sha256=run.sha256)
        queueing.later("classrooms.try_import", run.pk)
    return run


def _work(run: ImportRun, *, lock: bool = False) -> Work:
    """Return what a run would do now, for the person who brought the table."""
    owner = run.started_by
    if owner is None or not owner.is_active:
        raise RuleBroken("owner", _("La personne qui a apporté ce tableau n’est plus là."))

    def progress(done: int, whole: int) -> None:
        # The statement stands alone: who looks at the page sees it at once.
        if not lock:
            share = done * 100 // max(whole, 1)
            ImportRun.objects.filter(pk=run.pk).update(progress=share)

    return subjects.work_of(run, owner, lock=lock, progress=progress)


def _language(user: User | None) -> Any:
    return translation.override(user.language if user else "fr")


def try_out(run_id: int) -> bool:
    """Find what a table would do and keep it; False when there is nothing to do."""
    run = ImportRun.objects.select_related("profile", "started_by").get(pk=run_id)
    if run.state != ImportRun.State.TRYING:
        return False
    with _language(run.started_by):
        try:
            work = _work(run)
        except RuleBroken as broken:
            states.move(run, ImportRun.State.DROPPED, by=_worker(run), problem=broken.message)
            return False
        report = packing.pack(work.report())
    with transaction.atomic():
        locked = ImportRun.objects.select_for_update(of=("self",)).get(pk=run.pk)
        if locked.state != ImportRun.State.TRYING:
            return False
        states.move(
            locked,
            ImportRun.State.READY,
            by=_worker(run),
            report=report,
            counts=work.plan.counts,
            digest=work.plan.digest,
            version=locked.version + 1,
        )
    return True


def _worker(run: ImportRun, user: User | None = None) -> Actor:
    return Actor(user=user or run.started_by, via=f"import:{run.pk}")


@transaction.atomic
def decide(
    *,
    by: Actor,
    run: ImportRun,
    columns: Mapping[str, str],
    values: Mapping[str, str],
    header_line: int | None = None,
) -> None:
    """Remember what this supplier's columns and words mean, and try again.

    ``columns`` maps facts to titles ("" for none); ``values`` maps ``model:…`` to ``pk:…`` or
    ``new:category``, ``place:…`` to a school's UAI and ``technology:…`` to one of ours. Raises
    RuleBroken for a meaning that does not exist, and for a run that is past its trial.
    """
    locked = ImportRun.objects.select_for_update(of=("self",)).get(pk=run.pk)
    profile = ImportProfile.objects.select_for_update().get(pk=locked.profile_id)
    for key, meaning in values.items():
        _check(key, meaning)
    facts = {*BY_CODE, *(target.code for target in LINE_TARGETS)}
    chosen = {
        code: title for code, title in columns.items() if code in facts or code.startswith(OWN)
    }
    profile.learn(chosen, values)
    journal.record(by, "device_import.decide", profile, columns=sorted(chosen))
    retry(by=by, run=locked, header_line=header_line or locked.header_line)


def _check(key: str, meaning: str) -> None:
    kind, _sep, value = meaning.partition(":")
    if key.startswith("place:"):
        if not School.objects.filter(uai=meaning, is_open=True).exists():
            raise RuleBroken("school", _("Aucune école n’a le code %(uai)s.") % {"uai": meaning})
    elif key.startswith("technology:"):
        if meaning not in InternetLine.Technology.values:
            raise RuleBroken("technology", _("Cette technologie n’existe pas."))
    elif kind == "pk":
        if not value.isdecimal() or not DeviceModel.objects.filter(pk=int(value)).exists():
            raise RuleBroken("model", _("Ce modèle n’existe pas."))
    elif kind != "new" or not DeviceCategory.objects.filter(code=value).exists():
        raise RuleBroken("model", _("Ce modèle n’existe pas."))


@transaction.atomic
def retry(*, by: Actor, run: ImportRun, header_line: int | None = None) -> None:
    """Have a table tried again, for the fleet may have changed."""
    states.move(
        run,
        ImportRun.State.TRYING,
        by=by,
        problem="",
        header_line=header_line,
        progress=0,
        **tries.fresh(),
    )
    queueing.later("classrooms.try_import", run.pk)


@transaction.atomic
def start(*, by: Actor, run: ImportRun, version: int, digest: str) -> ImportRun:
    """Have the trial that was shown written by a worker. Starting twice starts once.

    Raises RuleBroken ``changed`` when another trial was made since, ``state`` when the table
    has been dealt with, ``nothing`` when it writes nothing.
    """
    locked: ImportRun = ImportRun.objects.select_for_update(of=("self",)).get(pk=run.pk)
    same = (locked.version, locked.digest) == (version, digest)
    if locked.state == ImportRun.State.APPLYING and same:
        return locked
    if locked.state != ImportRun.State.READY:
        raise RuleBroken("state", _("Ce tableau a déjà été traité."))
    if not same:
        raise RuleBroken("changed", _("Un autre essai a été fait depuis. Relisez-le."))
    if not any(locked.counts.get(outcome) for outcome in WRITING):
        raise RuleBroken("nothing", _("Ce tableau ne change rien."))
    moved = states.move(
        locked, ImportRun.State.APPLYING, by=by, decided_by=by.user, problem="", **tries.fresh()
    )
    queueing.later("classrooms.apply_import", moved.pk)
    return moved


def drop(*, by: Actor, run: ImportRun) -> ImportRun:
    """Give a table up; what it held is emptied."""
    return states.move(
        run, ImportRun.State.DROPPED, by=by, cells=b"", report=b"", finished_at=clock.now()
    )


def apply(run_id: int) -> bool:
    """Write a started run in one transaction; False when there is nothing to do.

    If the fleet is no longer what the trial saw, nothing is written: the run goes back to be
    looked at, tried anew.
    """
    try:
        with transaction.atomic():
            run = (
                ImportRun.objects.select_for_update(of=("self",))
                .select_related("profile", "started_by", "decided_by")
                .get(pk=run_id)
            )
            if run.state != ImportRun.State.APPLYING:
                return False
            by = _worker(run, run.decided_by)
            with _language(run.started_by):
                work = _work(run, lock=True)
            _hold(work.plan, run)
            written = work.write(by)
            states.move(
                run,
                ImportRun.State.APPLIED,
                by=by,
                written=packing.pack(written),
                cells=b"",
                counts=work.plan.counts,
                finished_at=clock.now(),
            )
    except (RuleBroken, IntegrityError):
        return _go_back(run_id)
    return True


def _hold(plan: Plan, run: ImportRun) -> None:
    """Raise RuleBroken ``changed`` when the fleet is no longer what was shown."""
    if plan.digest != run.digest:
        raise RuleBroken("changed", _("Un autre essai a été fait depuis. Relisez-le."))


@transaction.atomic
def _go_back(run_id: int) -> bool:
    run = ImportRun.objects.select_for_update(of=("self",)).get(pk=run_id)
    if run.state == ImportRun.State.APPLYING:
        by = _worker(run)
        with _language(run.started_by):
            problem = _(
                "Le parc a changé depuis l’essai : rien n’a été écrit. Voici un nouvel essai."
            )
        states.move(run, ImportRun.State.READY, by=by)
        states.move(run, ImportRun.State.TRYING, by=by, problem=problem, **tries.fresh())
        queueing.later("classrooms.try_import", run.pk)
    return False


def why_not_undo(run: ImportRun) -> list[tuple[str, str]]:
    """Return what has changed since a run was written, thing by thing."""
    return subjects.obstacles(run)


@transaction.atomic
def start_undo(*, by: Actor, run: ImportRun) -> ImportRun:
    """Have a run taken back. Raises RuleBroken ``changed`` when something changed since."""
    locked: ImportRun = ImportRun.objects.select_for_update(of=("self",)).get(pk=run.pk)
    if locked.state == ImportRun.State.UNDOING:
        return locked
    if locked.state != ImportRun.State.APPLIED:
        raise RuleBroken("state", _("Ce tableau a déjà été traité."))
    if why_not_undo(locked):
        raise RuleBroken("changed", _("Des appareils ont changé depuis : l’import reste."))
    moved = states.move(
        locked, ImportRun.State.UNDOING, by=by, decided_by=by.user, problem="", **tries.fresh()
    )
    queueing.later("classrooms.undo_import", moved.pk)
    return moved


def undo(run_id: int) -> bool:
    """Take a run back in one transaction; False when there is nothing to do."""
    with transaction.atomic():
        run = (
            ImportRun.objects.select_for_update(of=("self",))
            .select_related("started_by", "decided_by")
            .get(pk=run_id)
        )
        if run.state != ImportRun.State.UNDOING:
            return False
        by = _worker(run, run.decided_by)
        if why_not_undo(run):
            with _language(run.started_by):
                problem = _("Des appareils ont changé depuis : l’import reste.")
            states.move(run, ImportRun.State.APPLIED, by=by, problem=problem)
            return False
        subjects.take_back(run, by=by)
        states.move(
            run, ImportRun.State.UNDONE, by=by, written=b"", undone_at=clock.now(), problem=""
        )
    return True


@transaction.atomic
def give_up(run_id: int, fault: BaseException | None) -> None:
    """End what the workers could not do: nothing of it is written, and its people are told."""
    run = (
        ImportRun.objects.select_for_update(of=("self",))
        .select_related("started_by", "decided_by")
        .get(pk=run_id)
    )
    if not run.is_busy:
        return
    undoing = run.state == ImportRun.State.UNDOING
    with _language(run.started_by):
        beginning, to_do = {
            "trying": (
                _("Ce tableau n’a pas pu être lu"),
                _("Envoyez-le à nouveau, au besoin coupé en plusieurs."),
            ),
            "applying": (
                _("Rien n’a été écrit, ce tableau n’a pas pu être enregistré"),
                _("Essayez de nouveau, au besoin en plusieurs tableaux."),
            ),
            "undoing": (
                _("Rien n’a été annulé, cet import est toujours en place"),
                _("Annulez-le de nouveau plus tard."),
            ),
        }[run.state]
        problem = tries.sentence(beginning, fault, f"{to_do} {tries.whom_to_call()}")
    after = ImportRun.State.APPLIED if undoing else ImportRun.State.FAILED
    done: dict[str, Any] = {} if undoing else {"finished_at": clock.now()}
    people = {user.pk: user for user in (run.started_by, run.decided_by) if user is not None}
    states.move(run, after, by=_worker(run), problem=problem, **done)
    for user in people.values():
        outbox.queue(
            kind="fleet_import_failed",
            to=user,
            context={"run": run, "path": reverse("classrooms:import", args=[run.public_id])},
        )


def values_key(kind: str, word: str) -> str:
    """Return under which key the meaning of a word is kept."""
    if kind == "model":
        maker, _sep, name = word.partition("|")
        return f"model:{plain(maker)}|{plain(name)}"
    return f"{kind}:{plain(word)}"
