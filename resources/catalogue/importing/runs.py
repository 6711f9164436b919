"""A table's way into the catalogue: received, tried, decided upon, applied whole or not at all."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from core import clock, journal, queueing, states, tries
from core.errors import RuleBroken
from core.importing.plans import CREATE, UPDATE, WRITING
from core.journal import SYSTEM, Actor
from core.spreadsheets import Table, read_table
from resources.catalogue import history, indexing, rules, telling
from resources.catalogue.importing.columns import BY_CODE, guess
from resources.catalogue.importing.plan import CREDITS, MANY, Line, Plan, plan_of, slug_of
from resources.catalogue.importing.values import KINDS, Meanings
from resources.catalogue.models import Contribution, ImportProfile, ImportRun, Resource, Term

#: Lines of one table: more than the whole catalogue.
MAX_LINES = 10_000
#: Rows written in one statement.
_BATCH = 500
#: Reads a file of another kind than a table; None when it is not of that kind.
Reader = Callable[[bytes, str], Table | None]
_readers: list[Reader] = []


def register_reader(reader: Reader) -> None:
    """Let another app read files of its formats; columns go by the names in ``TARGETS``."""
    if reader not in _readers:
        _readers.append(reader)


def receive(*, by: Actor, data: bytes, filename: str, supplier: str) -> ImportRun:
    """Keep a table to be looked at. Raises RuleBroken for one that cannot be read."""
    table = _readable(data, filename)
    with transaction.atomic():
        name = ImportProfile.tidied(supplier)
        profile, _new = ImportProfile.objects.get_or_create(name=name)
        profile.columns = {**profile.columns, **guess(table.header, profile.columns)}
        profile.save(update_fields=["columns"])
        run = ImportRun.objects.create(
            profile=profile,
            data=data,
            **ImportRun.arrival(by=by, data=data, filename=filename),
        )
        journal.record(by, "catalogue_import.receive", run, sha256=run.sha256)
    return run


def _readable(data: bytes, filename: str) -> Table:
    read = (reader(data, filename) for reader in _readers)
    table = next((table for table in read if table is not None), None)
    table = table or read_table(data, filename)
    if len(table.rows) > MAX_LINES:
        raise RuleBroken(
            "too_many_lines",
            _("Ce tableau dépasse %(lines)s lignes : coupez-le en plusieurs.")
            % {"lines": MAX_LINES},
            "file",
        )
    return table


def columns_of(run: ImportRun, table: Table) -> dict[str, str]:
    """Return the column of each fact, as this supplier's tables are read."""
    return {
        code: column
        for code, column in guess(table.header, run.profile.columns).items()
        if column in table.header
    }


def try_out(run: ImportRun) -> tuple[Table, Plan]:
    """Return the table and what it would do now; nothing is written."""
    table = _readable(bytes(run.data), run.filename)
    return table, plan_of(table, columns_of(run, table), Meanings(run.profile.values))


@transaction.atomic
def decide(
    *, by: Actor, run: ImportRun, columns: Mapping[str, str], values: Mapping[str, str]
) -> None:
    """Remember, for this supplier, what columns and unknown values mean.

    ``columns`` maps facts to columns ("" for none); ``values`` maps ``target:value`` to a
    term's code, or "" to leave it out. Raises RuleBroken for a code that is no term.
    """
    run.profile = remember(by=by, profile=run.profile, columns=columns, values=values)


@transaction.atomic
def remember(
    *, by: Actor, profile: ImportProfile, columns: Mapping[str, str], values: Mapping[str, str]
) -> ImportProfile:
    """Write what a supplier's columns and words mean; return its profile as it is now."""
    kept: ImportProfile = ImportProfile.objects.select_for_update().get(pk=profile.pk)
    chosen = {code: column for code, column in columns.items() if code in BY_CODE}
    for key, code in values.items():
        kinds = KINDS.get(key.partition(":")[0], ())
        if code and not Term.objects.filter(vocabulary__in=kinds, code=code).exists():
            raise RuleBroken("term", _("Ce mot n’est pas dans le vocabulaire."))
    kept.learn(chosen, values)
    journal.record(by, "catalogue_import.decide", kept, columns=sorted(chosen))
    return kept


@transaction.atomic
def start(*, by: Actor, run: ImportRun, digest: str, publish: bool) -> ImportRun:
    """Have the plan that was shown written by a worker.

    Raises RuleBroken ``changed`` when the plan is no longer the one of ``digest``, and
    ``state`` when the table has been dealt with. Starting twice starts once.
    """
    locked: ImportRun = ImportRun.objects.select_for_update().get(pk=run.pk)
    if locked.state == ImportRun.State.APPLYING and locked.digest == digest:
        return locked
    if locked.state not in {ImportRun.State.DRAFT, ImportRun.State.FAILED}:
        raise RuleBroken("state", _("Ce tableau a déjà été traité."))
    _table, plan = try_out(locked)
    if plan.digest != digest:
        raise RuleBroken(
            "changed", _("Le catalogue a changé depuis cet essai. Relisez avant d’enregistrer.")
        )
    moved = states.move(
        locked,
        ImportRun.State.APPLYING,
        by=by,
        digest=digest,
        publish=publish,
        problem="",
        **tries.fresh(),
    )
    queueing.later("catalogue.apply_import", moved.pk)
    return moved


def drop(*, by: Actor, run: ImportRun) -> ImportRun:
    """Give a table up; what it held is emptied."""
    return states.move(run, ImportRun.State.DROPPED, by=by, data=b"", finished_at=clock.now())


def apply(run_id: int, *, by: Actor) -> bool:
    """Write a started run in one transaction; returns False when there is nothing to do.

    A plan that changed since the decision is written nowhere: the run says so and waits.
    """
    with transaction.atomic():
        run = ImportRun.objects.select_for_update().select_related("profile").get(pk=run_id)
        if run.state != ImportRun.State.APPLYING:
            return False
        _table, plan = try_out(run)
        if plan.digest != run.digest:
            problem = _("Le catalogue a changé depuis l’essai : rien n’a été écrit.")
            states.move(run, ImportRun.State.FAILED, by=by, problem=problem)
            return False
        write(plan, publish=run.publish, by=Actor(user=run.started_by, via=by.via))
        states.move(
            run,
            ImportRun.State.APPLIED,
            by=by,
            counts=plan.counts,
            data=b"",
            finished_at=clock.now(),
        )
        indexing.changed()
    return True


@transaction.atomic
def give_up(run_id: int, fault: BaseException | None) -> None:
    """End what the workers could not write: nothing of it is, and its owner is told."""
    rows = ImportRun.objects.select_for_update(of=("self",)).select_related("started_by")
    found = rows.get(pk=run_id)
    if found.state != ImportRun.State.APPLYING:
        return
    with telling.language_of(found.started_by):
        problem = tries.sentence(
            _("Rien n’a été écrit, ce tableau n’a pas pu être enregistré"),
            fault,
            f"{_('Enregistrez de nouveau, au besoin en plusieurs tableaux.')}"
            f" {tries.whom_to_call()}",
        )
    states.move(found, ImportRun.State.FAILED, by=SYSTEM, problem=problem)
    path = reverse("catalogue:import_run", args=[found.public_id])
    telling.tell_interrupted(found.started_by, path, problem)


@transaction.atomic
def write(
    plan: Plan,
    *,
    publish: bool,
    arrive: str = Resource.State.DRAFT,
    by: Actor = SYSTEM,
    verb: str = "import",
) -> list[tuple[Line, Resource]]:
    """Write the lines that create or change something, in a few statements; return them.

    New resources begin in the state ``arrive``. With ``publish``, those that state all they
    must are validated at once; so are drafts that a line completes. Each resource keeps a
    revision of what it became, under ``verb``. Whole or not at all, in the transaction of
    whoever decided upon the plan.
    """
    lines = [line for line in plan.lines if line.outcome in WRITING]
    known = [line.resource.pk for line in lines if line.resource is not None]
    with history.tracked(known, by=by, verb=verb) as tracker:
        rows = _write_lines(lines, publish=publish, arrive=arrive)
        tracker.add(*(row.pk for _line, row in rows))
    return rows


def _write_lines(lines: list[Line], *, publish: bool, arrive: str) -> list[tuple[Line, Resource]]:
    used = {pk for line in lines for pks in line.terms.values() for pk in pks}
    terms = Term.objects.in_bulk(used)
    rows = _named(lines)
    for line, resource in rows:
        _fill(line, resource, terms)
        if line.outcome == CREATE:
            resource.state = arrive
    Resource.objects.bulk_create((row for line, row in rows if line.outcome == CREATE), _BATCH)
    Resource.objects.bulk_update(
        [row for line, row in rows if line.outcome == UPDATE],
        [*sorted({name for line in lines for name in line.facts}), *_SINGLE, "updated_at"],
        _BATCH,
    )
    for name in MANY:
        _link(name, rows)
    _credit(rows)
    fresh = {row.pk for line, row in rows if line.outcome == CREATE}
    _settle([row.pk for _line, row in rows], fresh, publish=publish, arrive=arrive)
    return rows


_SINGLE = ("document_type", "pedagogical_type", "licence")


def _named(lines: list[Line]) -> list[tuple[Line, Resource]]:
    """Pair lines with their resources; a new one gets an identifier that is free."""
    fresh = any(line.resource is None for line in lines)
    taken = set(Resource.objects.values_list("identifier", flat=True)) if fresh else set()
    rows = []
    for line in lines:
        if line.resource is not None:
            rows.append((line, line.resource))
            continue
        slug = base = slug_of(line.key)
        number = 1
        while slug in taken:
            number += 1
            slug = f"{base[:54]}-{number}"
        taken.add(slug)
        rows.append((line, Resource(identifier=slug, external_identifier=line.key)))
    return rows


def _fill(line: Line, resource: Resource, terms: dict[int, Term]) -> None:
    for name, value in line.facts.items():
        setattr(resource, name, value)
    for name in _SINGLE:
        if name in line.terms:
            setattr(resource, name, terms[line.terms[name][0]])
    resource.updated_at = clock.now()


def _link(name: str, rows: list[tuple[Line, Resource]]) -> None:
    stated = [(row.pk, line.terms[name]) for line, row in rows if name in line.terms]
    through = getattr(Resource, name).through
    through.objects.filter(resource__in=[pk for pk, _terms in stated]).delete()
    through.objects.bulk_create(
        (through(resource_id=pk, term_id=term) for pk, terms in stated for term in terms), 2000
    )


def _credit(rows: list[tuple[Line, Resource]]) -> None:
    for role in CREDITS.values():
        stated = [(row, line.credits[role]) for line, row in rows if role in line.credits]
        Contribution.objects.filter(
            resource__in=[row for row, _names in stated], role=role
        ).delete()
        Contribution.objects.bulk_create(
            (
                Contribution(resource=row, role=role, name=name, position=position)
                for row, names in stated
                for position, name in enumerate(names)
            ),
            2000,
        )


def _settle(pks: list[int], fresh: Iterable[int], *, publish: bool, arrive: str) -> None:
    """Write what the database searches in, and validate what states all it must."""
    created = set(fresh)
    labels = indexing.term_labels()
    rows = list(
        Resource.objects.filter(pk__in=pks)
        .select_related(*_SINGLE)
        .prefetch_related("levels", "domains", "schools", "class_groups")
        .order_by("pk")
    )
    for resource in rows:
        resource.search_text = indexing.search_text_of(indexing.document_of(resource, labels))
        missing = rules.missing_before_validation(
            title=resource.title,
            description=resource.description,
            levels=len(resource.levels.all()),
            domains=len(resource.domains.all()),
            licence=resource.licence is not None,
        )
        ready = resource.pk in created or resource.state == arrive == Resource.State.DRAFT
        if publish and not missing and ready:
            resource.state = Resource.State.VALIDATED
        elif missing and resource.state == Resource.State.VALIDATED:
            resource.state = arrive
    Resource.objects.bulk_update(rows, ["search_text", "state"], _BATCH)
