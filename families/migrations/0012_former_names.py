from django.db import migrations, models


def note_renamed(apps, schema_editor):
    """Have whoever changed names written anew in the search, with the names they gave up."""
    changes = apps.get_model("families", "NameChange").objects
    due = apps.get_model("families", "SearchDue")
    for kind, field in (("g", "guardian_id"), ("c", "child_id")):
        keys = changes.filter(**{f"{field}__isnull": False}).values_list(field, flat=True)
        due.objects.bulk_create(
            (due(kind=kind, object_id=key) for key in set(keys)), batch_size=1000
        )


class Migration(migrations.Migration):
    dependencies = [("families", "0011_payer_agreements")]

    operations = [
        migrations.AddField(
            model_name="searchword", name="former", field=models.BooleanField(default=False)
        ),
        migrations.RunPython(note_renamed, migrations.RunPython.noop),
    ]
