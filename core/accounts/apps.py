"""People and posts."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """Accounts: people who sign in, the posts they hold."""

    name = "core.accounts"
    label = "accounts"
    default_auto_field = "django.db.models.BigAutoField"
