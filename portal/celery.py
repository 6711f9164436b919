"""The Celery application: work outside a request."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")

app = Celery("escale")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
