"""What known faults were promised and when they were answered.

On its own: PostgreSQL makes no index on rows that the same transaction has changed twice.
"""

import datetime

from django.db import migrations
from django.db.models import F, OuterRef, Subquery


def tell_what_was_done(apps, schema_editor):
    """Give known faults their second promise, and the instants that their events tell."""
    Incident = apps.get_model("classrooms", "Incident")
    FleetEvent = apps.get_model("classrooms", "FleetEvent")
    Incident.objects.update(settle_by=F("answer_by") + datetime.timedelta(days=14))
    events = FleetEvent.objects.filter(incident=OuterRef("pk")).order_by("at", "pk")
    answers = events.filter(kind__in=["taken_on", "swapped_out", "settled"]).values("at")[:1]
    swaps = events.filter(kind="swapped_out").values("at")[:1]
    Incident.objects.update(answered_at=Subquery(answers), swapped_at=Subquery(swaps))


class Migration(migrations.Migration):
    dependencies = [("classrooms", "0008_incident_followup")]

    operations = [
        migrations.RunPython(tell_what_was_done, migrations.RunPython.noop, elidable=True),
    ]
