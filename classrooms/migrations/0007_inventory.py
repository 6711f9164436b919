"""Own fields by category, repair prices, network addresses, lines over time.

Triggers keep the addresses of live devices in a table of their own, where each stands once.
"""

import django.db.models.deletion
import django.db.models.functions.text
from django.conf import settings
from django.db import migrations, models

import core.clock

POSTGRES = """
CREATE FUNCTION classrooms_device_addresses() RETURNS trigger AS $$
BEGIN
    IF TG_OP = 'UPDATE' THEN
        DELETE FROM classrooms_deviceaddress WHERE device_id = NEW.id;
    END IF;
    IF NEW.state <> 'retired' THEN
        INSERT INTO classrooms_deviceaddress (device_id, mac)
        SELECT NEW.id, value FROM jsonb_array_elements_text(NEW.macs);
    END IF;
    RETURN NULL;
END;
$$ LANGUAGE plpgsql;
CREATE TRIGGER classrooms_device_addresses_new AFTER INSERT ON classrooms_device
    FOR EACH ROW WHEN (NEW.macs <> '[]'::jsonb) EXECUTE FUNCTION classrooms_device_addresses();
CREATE TRIGGER classrooms_device_addresses_kept AFTER UPDATE ON classrooms_device
    FOR EACH ROW WHEN (
        OLD.macs <> NEW.macs OR (OLD.state <> NEW.state AND NEW.macs <> '[]'::jsonb)
    ) EXECUTE FUNCTION classrooms_device_addresses();
"""
POSTGRES_BACK = """
DROP TRIGGER classrooms_device_addresses_new ON classrooms_device;
DROP TRIGGER classrooms_device_addresses_kept ON classrooms_device;
DROP FUNCTION classrooms_device_addresses();
"""
SQLITE = [
    """
    CREATE TRIGGER classrooms_device_addresses_new AFTER INSERT ON classrooms_device
    WHEN NEW.macs <> '[]' AND NEW.state <> 'retired'
    BEGIN
        INSERT INTO classrooms_deviceaddress (device_id, mac)
        SELECT NEW.id, value FROM json_each(NEW.macs);
    END
    """,
    """
    CREATE TRIGGER classrooms_device_addresses_kept AFTER UPDATE ON classrooms_device
    WHEN OLD.macs <> NEW.macs OR (OLD.state <> NEW.state AND NEW.macs <> '[]')
    BEGIN
        DELETE FROM classrooms_deviceaddress WHERE device_id = NEW.id;
        INSERT INTO classrooms_deviceaddress (device_id, mac)
        SELECT NEW.id, value FROM json_each(NEW.macs) WHERE NEW.state <> 'retired';
    END
    """,
]
SQLITE_BACK = [f"DROP TRIGGER classrooms_device_addresses_{when}" for when in ("new", "kept")]


def index(apps, schema_editor):
    postgres = schema_editor.connection.vendor == "postgresql"
    for statement in [POSTGRES] if postgres else SQLITE:
        schema_editor.execute(statement)


def unindex(apps, schema_editor):
    postgres = schema_editor.connection.vendor == "postgresql"
    for statement in [POSTGRES_BACK] if postgres else SQLITE_BACK:
        schema_editor.execute(statement)


class Migration(migrations.Migration):
    dependencies = [
        ("classrooms", "0006_event_kinds"),
        ("schools", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="DeviceAddress",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("mac", models.CharField(max_length=17, unique=True)),
            ],
        ),
        migrations.CreateModel(
            name="LineChange",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("since", models.DateField(verbose_name="depuis le")),
                ("changes", models.JSONField(default=dict)),
                ("at", models.DateTimeField(default=core.clock.now, editable=False)),
            ],
            options={
                "verbose_name": "changement d’une ligne",
                "ordering": ["-since", "-pk"],
            },
        ),
        migrations.CreateModel(
            name="RepairPrice",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("kind", models.CharField(max_length=10, verbose_name="problème")),
                (
                    "cents",
                    models.PositiveIntegerField(verbose_name="prix de la réparation (centimes)"),
                ),
            ],
            options={
                "verbose_name": "prix d’une réparation",
                "ordering": ["model", "kind"],
            },
        ),
        migrations.AddField(
            model_name="cart",
            name="charging",
            field=models.CharField(
                choices=[
                    ("unknown", "Charge inconnue"),
                    ("charging", "En charge"),
                    ("charged", "Chargé"),
                    ("unplugged", "Débranché"),
                ],
                default="unknown",
                max_length=10,
                verbose_name="charge",
            ),
        ),
        migrations.AddField(
            model_name="cart",
            name="charging_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="device",
            name="extra",
            field=models.JSONField(blank=True, default=dict, verbose_name="champs propres"),
        ),
        migrations.AddField(
            model_name="device",
            name="macs",
            field=models.JSONField(blank=True, default=list, verbose_name="adresses MAC"),
        ),
        migrations.AddField(
            model_name="devicecategory",
            name="fields",
            field=models.JSONField(blank=True, default=list, verbose_name="champs propres"),
        ),
        migrations.AddField(
            model_name="devicecategory",
            name="is_active",
            field=models.BooleanField(default=True, verbose_name="proposée à l’achat"),
        ),
        migrations.AddField(
            model_name="devicemodel",
            name="is_active",
            field=models.BooleanField(default=True, verbose_name="proposé à l’achat"),
        ),
        migrations.AddField(
            model_name="internetline",
            name="closed_on",
            field=models.DateField(blank=True, null=True, verbose_name="résiliée le"),
        ),
        migrations.AddField(
            model_name="internetline",
            name="notice_months",
            field=models.PositiveSmallIntegerField(default=3, verbose_name="préavis (mois)"),
        ),
        migrations.AddField(
            model_name="internetline",
            name="told_for",
            field=models.DateField(blank=True, editable=False, null=True),
        ),
        migrations.AlterField(
            model_name="devicecategory",
            name="family",
            field=models.CharField(
                choices=[
                    ("computer", "Ordinateurs"),
                    ("tablet", "Tablettes"),
                    ("printer", "Imprimantes"),
                    ("projector", "Vidéoprojecteurs"),
                    ("screen", "Écrans interactifs"),
                    ("other", "Autres matériels"),
                ],
                max_length=10,
                verbose_name="famille",
            ),
        ),
        migrations.AlterField(
            model_name="fleetevent",
            name="kind",
            field=models.CharField(
                choices=[
                    ("entered", "Entré dans le parc"),
                    ("moved", "Déplacé"),
                    ("handed_out", "Remis"),
                    ("returned", "Rendu"),
                    ("reported", "Panne signalée"),
                    ("taken_on", "Panne prise en charge"),
                    ("swapped_out", "Retiré, remplacé par un autre"),
                    ("swapped_in", "Mis à la place d'un autre"),
                    ("settled", "Panne réglée"),
                    ("changed", "Situation modifiée"),
                    ("imported", "Mis à jour par un tableau"),
                    ("corrected", "Fiche corrigée"),
                    ("restored", "Remis comme avant : tableau annulé"),
                    ("withdrawn", "Sorti du parc : tableau annulé"),
                    ("seen", "Vu lors d’un contrôle"),
                    ("missed", "Manquant lors d’un contrôle"),
                    ("dispatched", "Parti vers une autre école"),
                    ("arrived", "Arrivé"),
                    ("mended", "Passé à l’atelier"),
                    ("claimed", "Garantie demandée"),
                    ("renewed", "Reconditionné"),
                    ("wiped", "Données effacées"),
                    ("given", "Donné"),
                    ("recycled", "Recyclé"),
                ],
                max_length=12,
            ),
        ),
        migrations.AddConstraint(
            model_name="cart",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("charging", "unknown"), ("charging_at__isnull", False), _connector="OR"
                ),
                name="cart_charge_seen_at_an_instant",
            ),
        ),
        migrations.AddConstraint(
            model_name="devicecategory",
            constraint=models.UniqueConstraint(
                django.db.models.functions.text.Lower("name"), name="device_category_named_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="devicecategory",
            constraint=models.CheckConstraint(
                condition=models.Q(("name", ""), _negated=True), name="device_category_named"
            ),
        ),
        migrations.AddConstraint(
            model_name="devicemodel",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("life_months__gte", 1),
                    ("life_months__lte", 360),
                    ("warranty_months__lte", 240),
                ),
                name="device_model_months_sensible",
            ),
        ),
        migrations.AddConstraint(
            model_name="internetline",
            constraint=models.CheckConstraint(
                condition=models.Q(("notice_months__lte", 36)), name="line_notice_sensible"
            ),
        ),
        migrations.AddConstraint(
            model_name="internetline",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("closed_on__isnull", True),
                    ("closed_on__gte", models.F("starts_on")),
                    _connector="OR",
                ),
                name="line_closed_after_start",
            ),
        ),
        migrations.AddField(
            model_name="deviceaddress",
            name="device",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="addresses",
                to="classrooms.device",
            ),
        ),
        migrations.AddField(
            model_name="linechange",
            name="actor",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="linechange",
            name="line",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="past",
                to="classrooms.internetline",
            ),
        ),
        migrations.AddField(
            model_name="repairprice",
            name="model",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="repair_prices",
                to="classrooms.devicemodel",
            ),
        ),
        migrations.AddConstraint(
            model_name="repairprice",
            constraint=models.UniqueConstraint(fields=("model", "kind"), name="repair_price_once"),
        ),
        migrations.AddConstraint(
            model_name="repairprice",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("kind__in", ["screen", "power", "keyboard", "charging", "other"])
                ),
                name="repair_price_of_a_repair",
            ),
        ),
        migrations.RunPython(index, unindex),
    ]
