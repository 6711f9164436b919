"""Every household known so far has lived at its address since it was recorded."""

from django.db import migrations

FIELDS = ("street_id", "street_text", "number", "suffix", "complement", "postcode", "city")


def write_first_addresses(apps, schema_editor):
    Household = apps.get_model("families", "Household")
    HomeAddress = apps.get_model("families", "HomeAddress")
    declared = Household.objects.exclude(street__isnull=True, street_text="")
    batch = []
    for home in declared.order_by("pk").iterator(chunk_size=2000):
        batch.append(
            HomeAddress(
                household=home,
                starts_on=home.created_at.date(),
                declared_at=home.created_at,
                applied_at=home.created_at,
                **{name: getattr(home, name) for name in FIELDS},
            )
        )
        if len(batch) == 2000:
            HomeAddress.objects.bulk_create(batch)
            batch = []
    HomeAddress.objects.bulk_create(batch)


class Migration(migrations.Migration):
    dependencies = [("families", "0003_people_situations")]

    operations = [migrations.RunPython(write_first_addresses, migrations.RunPython.noop)]
