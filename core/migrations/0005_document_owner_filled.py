"""Whoever uploaded a document so far sent their own."""

from django.db import migrations
from django.db.models import F


def fill(apps, schema_editor):
    apps.get_model("core", "Document").objects.filter(owner__isnull=True).update(
        owner=F("uploaded_by")
    )


class Migration(migrations.Migration):
    dependencies = [("core", "0004_document_owner_and_scan")]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
