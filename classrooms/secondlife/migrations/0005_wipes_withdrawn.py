"""Let a wipe noted by mistake be withdrawn, never one by which a device is in a lot.

The guards of migration 0002 are put aside while the table is rebuilt: SQLite drops a table's
triggers with it, and refuses triggers elsewhere that name it.
"""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

#: Migration 0002's condition on lines, unchanged: True when the new line's device may not leave.
DIRTY = """
NEW.standing AND NOT EXISTS (
    SELECT 1 FROM secondlife_departure AS d
    WHERE d.device_id = NEW.device_id AND d.state IN ('decided', 'gone')
    AND (
        (NEW.no_storage AND d.media = 'none')
        OR EXISTS (
            SELECT 1 FROM secondlife_wipe AS w
            WHERE w.id = NEW.wipe_id AND w.device_id = NEW.device_id AND w.result = 'passed'
            AND w.category IN ('purge', 'destroy')
            AND (d.last_used_at IS NULL OR w.done_at > d.last_used_at)
        )
    )
)
"""
UNWIPED = "a device leaves the city only written off and wiped"
SETTLED = "a verified wipe is final"
BEFORE = """
OLD.result <> 'waiting' AND (
    NEW.result <> OLD.result OR NEW.device_id <> OLD.device_id
    OR NEW.category <> OLD.category OR NEW.done_at <> OLD.done_at
)
"""
#: True for a change that no wipe bears: a verdict is only ever withdrawn, once, saying what it
#: was, and while no line of a lot that stands rests on it.
CHANGED = """
(OLD.result <> 'waiting' AND (
    NEW.result NOT IN (OLD.result, 'withdrawn') OR NEW.device_id <> OLD.device_id
    OR NEW.category <> OLD.category OR NEW.done_at <> OLD.done_at
))
OR (OLD.result = 'withdrawn' AND (
    NEW.withdrawn_from <> OLD.withdrawn_from OR NEW.withdrawn_at <> OLD.withdrawn_at
    OR NEW.withdrawn_why <> OLD.withdrawn_why
))
OR (NEW.result = 'withdrawn' AND OLD.result <> 'withdrawn' AND (
    NEW.withdrawn_from <> OLD.result
    OR EXISTS (SELECT 1 FROM secondlife_lotline AS l WHERE l.wipe_id = OLD.id AND l.standing)
))
"""


def wipe_guard(schema_editor, condition):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(
            f"""
CREATE OR REPLACE FUNCTION secondlife_wipe_guard() RETURNS trigger AS $$
BEGIN
    IF {condition} THEN RAISE EXCEPTION '{SETTLED}' USING ERRCODE = 'check_violation'; END IF;
    RETURN NEW;
END;
$$ LANGUAGE plpgsql"""
        )
        return
    schema_editor.execute(
        f"""CREATE TRIGGER secondlife_wipe_guard BEFORE UPDATE ON secondlife_wipe
    WHEN {condition} BEGIN SELECT RAISE(ABORT, '{SETTLED}'); END"""
    )
    for verb in ("INSERT", "UPDATE"):
        schema_editor.execute(
            f"""CREATE TRIGGER secondlife_line_guard_{verb.lower()} BEFORE {verb}
        ON secondlife_lotline
        WHEN {DIRTY} BEGIN SELECT RAISE(ABORT, '{UNWIPED}'); END"""
        )


def aside(apps, schema_editor):
    if schema_editor.connection.vendor == "sqlite":
        for name in ("line_guard_insert", "line_guard_update", "wipe_guard"):
            schema_editor.execute(f"DROP TRIGGER IF EXISTS secondlife_{name}")


def as_now(apps, schema_editor):
    wipe_guard(schema_editor, CHANGED)


def as_before(apps, schema_editor):
    wipe_guard(schema_editor, BEFORE)


class Migration(migrations.Migration):
    dependencies = [
        ("classrooms", "0015_event_unwiped"),
        ("secondlife", "0004_words_of_wipes"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RunPython(aside, as_before),
        migrations.RemoveConstraint(
            model_name="wipe",
            name="wipe_verified_says_how",
        ),
        migrations.AddField(
            model_name="wipe",
            name="withdrawn_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="wipe",
            name="withdrawn_by",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="wipe",
            name="withdrawn_from",
            field=models.CharField(
                blank=True,
                choices=[
                    ("waiting", "À vérifier"),
                    ("passed", "Réussi"),
                    ("failed", "Échoué"),
                    ("withdrawn", "Retiré"),
                ],
                max_length=9,
            ),
        ),
        migrations.AddField(
            model_name="wipe",
            name="withdrawn_why",
            field=models.CharField(blank=True, max_length=200, verbose_name="motif du retrait"),
        ),
        migrations.AlterField(
            model_name="wipe",
            name="result",
            field=models.CharField(
                choices=[
                    ("waiting", "À vérifier"),
                    ("passed", "Réussi"),
                    ("failed", "Échoué"),
                    ("withdrawn", "Retiré"),
                ],
                default="waiting",
                max_length=9,
            ),
        ),
        migrations.AddConstraint(
            model_name="wipe",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("verification", ""),
                        ("verified_at__isnull", True),
                        models.Q(
                            ("result", "waiting"), ("withdrawn_from", "waiting"), _connector="OR"
                        ),
                    ),
                    models.Q(
                        ("verified_at__isnull", False),
                        models.Q(("verification", ""), _negated=True),
                        models.Q(("result", "waiting"), _negated=True),
                        models.Q(("withdrawn_from", "waiting"), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="wipe_verified_says_how",
            ),
        ),
        migrations.AddConstraint(
            model_name="wipe",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("result", "withdrawn"),
                        ("withdrawn_at__gte", models.F("done_at")),
                        ("withdrawn_from__in", ("waiting", "passed", "failed")),
                        models.Q(("withdrawn_why", ""), _negated=True),
                    ),
                    models.Q(
                        models.Q(("result", "withdrawn"), _negated=True),
                        ("withdrawn_at__isnull", True),
                        ("withdrawn_by__isnull", True),
                        ("withdrawn_from", ""),
                        ("withdrawn_why", ""),
                    ),
                    _connector="OR",
                ),
                name="wipe_withdrawn_says_why",
            ),
        ),
        migrations.RunPython(as_now, aside),
    ]
