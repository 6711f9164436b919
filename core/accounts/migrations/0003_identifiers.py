"""Give an identifier to the parents who already have an account."""

from django.db import migrations

from core import codes


def give(apps, schema_editor):
    User = apps.get_model("accounts", "User")
    Post = apps.get_model("accounts", "Post")
    taken = set()
    parents = Post.objects.filter(role="guardian").values("user")
    for user in User.objects.filter(pk__in=parents, identifier__isnull=True).order_by("pk"):
        drawn = codes.normal(codes.new_code(9))
        while drawn in taken:
            drawn = codes.normal(codes.new_code(9))
        taken.add(drawn)
        user.identifier = drawn
        user.save(update_fields=["identifier"])


class Migration(migrations.Migration):
    dependencies = [("accounts", "0002_identity")]

    operations = [migrations.RunPython(give, migrations.RunPython.noop)]
